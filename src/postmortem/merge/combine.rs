//! Three versions of a page made one: what the last export wrote (known by its hashes), what stands in the file, what would be
//! written now.

use std::collections::BTreeMap;

use super::conflict;
use super::seal::{Seal, hash, is_untouched, names, plain, seal_of, unseal};
use super::split::{Part, split};

/// A page that has what people wrote and what the record says now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// The page.
    pub text: String,
    /// Parts that are kept as a person wrote them, by their titles.
    pub kept: Vec<String>,
    /// Those of them beside which something else is offered now.
    pub conflicts: Vec<String>,
    /// Those beside which an earlier export has offered something, and nobody has decided.
    pub undecided: Vec<String>,
    /// Parts that a person took out: they stay out.
    pub left_out: Vec<String>,
}

/// Why nothing was merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing tells what an export wrote in it.
    #[error("it is not what an export wrote, or the comment that told so is gone from its end")]
    Foreign,
    /// A person worked on the postmortem of another session.
    #[error("it is the postmortem of another session, and a person worked on it")]
    OtherSession,
}

/// What stands in a file and what would be written now, made one. Nothing that a person wrote is left out.
///
/// # Errors
/// Where what is in the file cannot be told from what was generated, or belongs to another session.
pub fn merge(file: &str, fresh: &str) -> Result<Merged, Refusal> {
    let file = plain(file);
    let (page, last) = unseal(&file).ok_or(Refusal::Foreign)?;
    let (fresh_page, mut now) = unseal(fresh).ok_or(Refusal::Foreign)?;
    if last.session != now.session && !is_untouched(&file) {
        return Err(Refusal::OtherSession);
    }
    let (own, generated) = (split(&page), split(&fresh_page));
    let mut merged = Merged::default();
    let mut text = String::new();
    let none = Vec::new();
    let front = combine(
        own.front.as_ref().unwrap_or(&none),
        generated.front.as_ref().unwrap_or(&none),
        &last,
        Kind::Key,
        &mut merged,
    );
    // Front matter that was taken out stays out; a page that never had any gets it.
    if !front.is_empty() {
        text.push_str("---\n");
        for part in front {
            text.push_str(part.trim_matches('\n'));
            text.push('\n');
        }
        text.push_str("---\n\n");
    }
    let body = combine(&own.body, &generated.body, &last, Kind::Section, &mut merged);
    let body: Vec<&str> = body.iter().map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty()).collect();
    text.push_str(&body.join("\n\n"));
    // What a person wrote by hand, word for word as it is generated only now, stays theirs: an export without it must not take it out.
    let written = names(&own);
    now.parts.retain(|part| last.parts.iter().any(|(name, _)| *name == part.0) || !written.contains(part));
    merged.text = seal_of(text.trim_end(), &now);
    Ok(merged)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Key,
    Section,
}

impl Kind {
    fn without(self, text: &str) -> String {
        match self {
            Self::Key => conflict::without_key(text),
            Self::Section => conflict::without(text),
        }
    }

    fn beside(self, own: &str, generated: &str) -> String {
        match self {
            Self::Key => conflict::beside_key(own, generated),
            Self::Section => conflict::beside(own, generated),
        }
    }
}

/// The parts in the order of the file; what is new comes behind the part it follows when generated.
fn combine(own: &[Part], generated: &[Part], last: &Seal, kind: Kind, merged: &mut Merged) -> Vec<String> {
    let was: BTreeMap<&str, &str> = last.parts.iter().map(|(name, hash)| (name.as_str(), hash.as_str())).collect();
    let now: BTreeMap<&str, &Part> = generated.iter().map(|part| (part.name.as_str(), part)).collect();
    let mut parts: Vec<(&str, String)> = Vec::with_capacity(own.len());
    for part in own {
        let was = was.get(part.name.as_str()).copied();
        if let Some(text) = one(part, was, now.get(part.name.as_str()).copied(), kind, merged) {
            parts.push((&part.name, text));
        }
    }
    let mut before: Option<&str> = None;
    for part in generated {
        let name = part.name.as_str();
        let there = own.iter().any(|own| own.name == part.name);
        if !there && was.contains_key(name) {
            merged.left_out.push(part.title.to_owned());
            continue;
        }
        if !there {
            let at = parts.iter().position(|(own, _)| Some(*own) == before).map_or(0, |at| at + 1);
            parts.insert(at, (name, part.text.to_owned()));
        }
        before = Some(name);
    }
    parts.into_iter().map(|(_, text)| text).collect()
}

/// A part that stands in the file; none where it goes.
fn one(own: &Part, was: Option<&str>, now: Option<&Part>, kind: Kind, merged: &mut Merged) -> Option<String> {
    let theirs = kind.without(own.text);
    let changed = was != Some(hash(&theirs).as_str());
    let Some(now) = now else {
        // Generated once and no more, or a person's own from the beginning.
        return changed.then(|| own.text.to_owned());
    };
    let fresh = hash(now.text);
    if !changed || hash(&theirs) == fresh {
        return Some(now.text.to_owned());
    }
    merged.kept.push(now.title.to_owned());
    if was == Some(fresh.as_str()) {
        if conflict::is_open(own.text) {
            merged.undecided.push(now.title.to_owned());
        }
        return Some(own.text.to_owned());
    }
    merged.conflicts.push(now.title.to_owned());
    Some(kind.beside(&theirs, now.text))
}
