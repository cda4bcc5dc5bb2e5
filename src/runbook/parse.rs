//! The text of a runbook to the model, with every problem at once.

use chrono::NaiveDate;

use super::check as checks;
use super::decode::{Shaper, build};
use super::keys::RUNBOOK;
use super::model::Runbook;
use super::problem::{Problem, Problems, Spot};
use super::rules;
use super::yaml::{Data, MAX_BYTES, Node, place_of, read};

/// A runbook that was read.
#[derive(Debug)]
pub struct Parsed {
    /// The runbook; there when no problem is an error.
    pub runbook: Option<Runbook>,
    /// All that is wrong with it, in the order of the file.
    pub problems: Vec<Problem>,
    /// Whether the file could be taken apart at all: it is YAML within the bounds.
    pub readable: bool,
}

impl Parsed {
    /// How many problems are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.is_error()).count()
    }
}

/// Reads a runbook. `id` is the name of its file or folder.
///
/// Never fails and never stops at the first problem; time and memory are bounded whatever the text is.
#[must_use]
pub fn parse(id: &str, text: &str) -> Parsed {
    read_for(id, text, None)
}

/// Reads a runbook for whoever writes it: with all that could be better, as of a day.
#[must_use]
pub fn check(id: &str, text: &str, today: NaiveDate) -> Parsed {
    read_for(id, text, Some(today))
}

/// The same from the bytes of its file.
#[must_use]
pub fn check_bytes(id: &str, bytes: &[u8], today: NaiveDate) -> Parsed {
    match text_of(bytes) {
        Ok(text) => check(id, text, today),
        Err(problem) => Parsed { runbook: None, problems: vec![problem], readable: false },
    }
}

fn read_for(id: &str, text: &str, author: Option<NaiveDate>) -> Parsed {
    let mut problems = if author.is_some() { Problems::for_the_author() } else { Problems::default() };
    let Some(root) = read(text, &mut problems) else {
        return Parsed { runbook: None, problems: problems.finish(), readable: false };
    };
    if let Some(problem) = other_version(&root) {
        return Parsed { runbook: None, problems: vec![problem], readable: true };
    }
    let mut shaper = Shaper::new(text, &mut problems);
    let fields = shaper.root(&root, &RUNBOOK);
    let names = shaper.into_names();
    let built = fields.map(|fields| build(id, fields, &mut problems));
    if let Some(built) = &built {
        checks::whole(built, &names, author, &mut problems);
    }
    let problems = problems.finish();
    let sound = !problems.iter().any(Problem::is_error);
    Parsed { runbook: built.map(|built| built.runbook).filter(|_| sound), problems, readable: true }
}

/// Reads a runbook from the bytes of its file.
#[must_use]
pub fn parse_bytes(id: &str, bytes: &[u8]) -> Parsed {
    match text_of(bytes) {
        Ok(text) => parse(id, text),
        Err(problem) => Parsed { runbook: None, problems: vec![problem], readable: false },
    }
}

/// The text of a file, or why it is none. One that is too long is cut where it is too long already: it is refused as such.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Problem> {
    // What follows the bound is not even looked at.
    let bytes = bytes.get(..MAX_BYTES + 4).unwrap_or(bytes);
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        // The cut above may go through a character.
        Err(error) if error.valid_up_to() > MAX_BYTES => {
            return Ok(std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default());
        }
        Err(error) => error,
    };
    let offset = error.valid_up_to();
    let before = std::str::from_utf8(&bytes[..offset]).unwrap_or_default();
    let at = Spot { place: place_of(before, offset), length: 1, value: () };
    let byte = bytes.get(offset).copied().unwrap_or_default();
    let message = format!("the file is not UTF-8: byte {byte:#04x} at offset {offset}");
    let help = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        "it looks like UTF-16; save it as UTF-8"
    } else {
        "save it as UTF-8"
    };
    Err(Problem::new(&rules::NOT_UTF8, &at, message).help(help))
}

/// A file of another format version is not held against the rules of this one.
fn other_version(root: &Node) -> Option<Problem> {
    let Data::Mapping(entries) = &root.data else { return None };
    let named = |node: &Node| matches!(&node.data, Data::Scalar(scalar) if &*scalar.text == "stanch");
    let (_, value) = entries.iter().find(|(key, _)| named(key))?;
    let Data::Scalar(scalar) = &value.data else { return None };
    let version = scalar.as_integer().filter(|version| *version != 1)?;
    let message = format!("the runbook is of format version {version}, this program reads version 1");
    let help = if version > 1 { "a newer stanch may read it" } else { "write `stanch: 1`" };
    Some(Problem::new(&rules::UNSUPPORTED_VERSION, &value.at, message).help(help))
}
