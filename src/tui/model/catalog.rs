//! The library screen: open sessions first, then runbooks.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::runbook::Severity;
use crate::tui::fuzzy;

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Catalog {
    /// Sessions that are not closed, newest first.
    pub(crate) sessions: Vec<SessionRow>,
    /// Runbooks.
    pub(crate) runbooks: Vec<RunbookRow>,
    /// What could not be read, in words.
    pub(crate) troubles: Vec<String>,
}

/// A session that was left open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SessionRow {
    /// Its id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// How bad it is.
    pub(crate) severity: Option<Severity>,
    /// Where the incident stands, in words.
    pub(crate) status: String,
    /// When it began.
    pub(crate) opened: Option<DateTime<Utc>>,
    /// Who drives it at the moment.
    pub(crate) driver: Option<String>,
    /// What is wrong with its record, where something is.
    pub(crate) damaged: Option<String>,
}

/// A runbook.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RunbookRow {
    /// Its id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// Where it was found.
    pub(crate) origin: String,
    /// The severity a session starts with.
    pub(crate) severity: Option<Severity>,
    /// Services concerned.
    pub(crate) services: Vec<String>,
    /// Alerts that lead here.
    pub(crate) alerts: Vec<String>,
    /// What one sees from outside.
    pub(crate) symptoms: Vec<String>,
    /// Free words.
    pub(crate) tags: Vec<String>,
    /// How many problems `stanch check` finds in it.
    pub(crate) problems: usize,
    /// Why it cannot be used, where it cannot.
    pub(crate) unusable: Option<String>,
}

/// What a runbook says of itself, in full.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Details {
    /// Markdown.
    pub(crate) summary: String,
    /// What `stanch check` says of it, a line each.
    pub(crate) problems: Vec<String>,
}

/// A row that is listed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Listed<'a> {
    /// A session.
    Session(&'a SessionRow),
    /// A runbook.
    Runbook(&'a RunbookRow),
}

impl Listed<'_> {
    /// A name that no other row has.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Session(row) => format!("session {}", row.id),
            Self::Runbook(row) => RunbookRow::name(&row.id, &row.origin),
        }
    }
}

/// The library screen.
#[derive(Debug, Clone, Default)]
pub(crate) struct LibraryScreen {
    /// What there is; none while it is being loaded.
    pub(crate) catalog: Option<Catalog>,
    /// What was typed.
    pub(crate) query: String,
    /// Rows that match: sessions first (by place), then runbooks (by place behind the sessions).
    pub(crate) hits: Vec<usize>,
    /// The selected one of them.
    pub(crate) selected: usize,
    /// What runbooks say of themselves, by the row's name; asked for when a row is first looked at. None is on its way.
    pub(crate) details: BTreeMap<String, Option<Details>>,
    /// Lines the details are scrolled by.
    pub(crate) scroll: u16,
}

impl LibraryScreen {
    /// Searches anew.
    pub(crate) fn search(&mut self) {
        let Some(catalog) = &self.catalog else { return };
        let sessions: Vec<String> =
            catalog.sessions.iter().map(|row| format!("{} {} {}", row.title, row.id, row.status)).collect();
        let runbooks: Vec<String> = catalog.runbooks.iter().map(RunbookRow::words).collect();
        let alert = |place: &usize| {
            let alerts = catalog.runbooks.get(*place).map_or(&[][..], |row| &row.alerts);
            !alerts.iter().any(|alert| alert.eq_ignore_ascii_case(self.query.trim()))
        };
        let mut found = fuzzy::search(&self.query, runbooks.iter().map(String::as_str));
        found.sort_by_key(alert);
        let behind = catalog.sessions.len();
        self.hits = fuzzy::search(&self.query, sessions.iter().map(String::as_str));
        self.hits.extend(found.into_iter().map(|place| place + behind));
        self.selected = 0;
        self.scroll = 0;
    }

    /// The row at a place of the hits.
    pub(crate) fn hit(&self, place: usize) -> Option<Listed<'_>> {
        let catalog = self.catalog.as_ref()?;
        let row = *self.hits.get(place)?;
        match row.checked_sub(catalog.sessions.len()) {
            None => catalog.sessions.get(row).map(Listed::Session),
            Some(row) => catalog.runbooks.get(row).map(Listed::Runbook),
        }
    }

    /// The selected row.
    pub(crate) fn current(&self) -> Option<Listed<'_>> {
        self.hit(self.selected)
    }

    /// Runbooks of one id.
    pub(crate) fn of_id(&self, id: &str) -> Vec<&RunbookRow> {
        let runbooks = self.catalog.iter().flat_map(|catalog| &catalog.runbooks);
        runbooks.filter(|row| row.id == id).collect()
    }
}

impl RunbookRow {
    /// A name that no other row has.
    pub(crate) fn name(id: &str, origin: &str) -> String {
        format!("runbook {id} {origin}")
    }

    fn words(&self) -> String {
        let lists = [&self.alerts, &self.services, &self.symptoms, &self.tags];
        let lists = lists.map(|list| list.join(" "));
        format!("{} {} {}", self.title, self.id, lists.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_come_first_and_an_alert_by_name_before_other_runbooks() {
        let session = SessionRow {
            id: "s1".to_owned(),
            title: "Disk full".to_owned(),
            severity: None,
            status: "investigating".to_owned(),
            opened: None,
            driver: None,
            damaged: None,
        };
        let runbook = |id: &str, title: &str, alert: &str| RunbookRow {
            id: id.to_owned(),
            title: title.to_owned(),
            alerts: vec![alert.to_owned()],
            ..RunbookRow::default()
        };
        let runbooks = vec![runbook("a", "DiskFull DiskFull", "Other"), runbook("b", "No space", "DiskFull")];
        let catalog = Catalog { sessions: vec![session], runbooks, troubles: Vec::new() };
        let mut screen =
            LibraryScreen { catalog: Some(catalog), query: "diskfull".to_owned(), ..LibraryScreen::default() };
        screen.search();
        assert_eq!(screen.hits, [0, 2, 1]);
        assert!(matches!(screen.current(), Some(Listed::Session(row)) if row.id == "s1"));
    }
}
