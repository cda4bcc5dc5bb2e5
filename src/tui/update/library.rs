//! The library screen.

use crate::tui::effect::{Effect, Open};
use crate::tui::model::{
    Catalog, Choice, Details, Item, LibraryScreen, Listed, Menu, Model, Overlay, RunbookRow, Screen,
};

/// To the library, loaded anew.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    let query = match &model.screen {
        Screen::Library(library) => library.query.clone(),
        _ => String::new(),
    };
    model.screen = Screen::Library(LibraryScreen { query, ..LibraryScreen::default() });
    vec![Effect::LoadLibrary]
}

/// The library was loaded.
pub(super) fn loaded(model: &mut Model, catalog: Catalog) {
    if let Some(trouble) = catalog.troubles.first() {
        model.warn(trouble.clone());
    }
    if let Screen::Library(library) = &mut model.screen {
        library.catalog = Some(catalog);
        library.search();
    }
}

/// Opens what is selected, or asks which of several is meant.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Screen::Library(library) = &model.screen else { return Vec::new() };
    let (open, name) = match library.current() {
        None => return Vec::new(),
        Some(Listed::Session(row)) => {
            if let Some(damage) = &row.damaged {
                let words = format!("could not open {}: {damage}; `stanch audit {}` says more", row.id, row.id);
                model.warn(words);
                return Vec::new();
            }
            (Open::Session { id: row.id.clone() }, row.title.clone())
        }
        Some(Listed::Runbook(row)) => {
            let twice = library.of_id(&row.id);
            if twice.len() > 1 {
                let items = twice.iter().zip('1'..='9').map(|(row, key)| {
                    let open = Open::Runbook { id: row.id.clone(), origin: row.origin.clone() };
                    Item::new(key, format!("{}  {}", row.origin, row.title), Choice::Open(open))
                });
                let text = vec![format!("There are {} runbooks of this name.", twice.len())];
                let menu = Menu::new(format!("Which {}?", row.id), text, items.collect());
                model.overlay = Some(Overlay::Menu(menu));
                return Vec::new();
            }
            if let Some(why) = &row.unusable {
                let words = format!("could not use {}: {why}; `stanch check {}` says more", row.id, row.origin);
                model.warn(words);
                return Vec::new();
            }
            (Open::Runbook { id: row.id.clone(), origin: row.origin.clone() }, row.title.clone())
        }
    };
    model.screen = Screen::Opening(name);
    vec![Effect::Open(open)]
}

/// What has to be read of the runbook that is looked at.
pub(super) fn wanted(model: &mut Model) -> Option<Effect> {
    let Screen::Library(library) = &mut model.screen else { return None };
    let Some(listed @ Listed::Runbook(row)) = library.current() else { return None };
    let name = listed.name();
    let effect = Effect::Describe { id: row.id.clone(), origin: row.origin.clone() };
    if library.details.contains_key(&name) {
        return None;
    }
    library.details.insert(name, None);
    Some(effect)
}

/// It was read.
pub(super) fn described(model: &mut Model, id: &str, origin: &str, details: Details) {
    if let Screen::Library(library) = &mut model.screen {
        library.details.insert(RunbookRow::name(id, origin), Some(details));
    }
}
