//! A page of Markdown in its parts. Nothing is lost: the parts are slices of the text.

use crate::postmortem::slug::Names;

/// A page in parts.
#[derive(Debug, Default)]
pub(super) struct Page<'a> {
    /// Keys of the front matter; none where there is none.
    pub(super) front: Option<Vec<Part<'a>>>,
    /// The head of the page, then its sections.
    pub(super) body: Vec<Part<'a>>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// What it is known by; no two parts of a page have the same.
    pub(super) name: String,
    /// What a person calls it.
    pub(super) title: &'a str,
    /// Its text, heading and all.
    pub(super) text: &'a str,
}

/// What the names of front matter begin with; a section's never do, dots do not get into slugs.
const FRONT: &str = "front.";
/// The name of the page's head, what stands before the first section.
const HEAD: &str = "page.head";

/// Takes a page apart. `text` has no carriage returns and no seal.
pub(super) fn split(text: &str) -> Page<'_> {
    let (front, body) = match front_matter(text) {
        Some((front, body)) => (Some(keys(front)), body),
        None => (None, text),
    };
    Page { front, body: sections(body) }
}

/// What stands between the two rules at the beginning, and what follows.
fn front_matter(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once('\n').filter(|(rule, _)| rule.trim_end() == "---")?;
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

fn keys(front: &str) -> Vec<Part<'_>> {
    let key = |line: &str| {
        let (key, _) = line.split_once(':')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        (!key.is_empty() && key.bytes().all(plain)).then_some(key.len())
    };
    let name = |names: &mut Names, title: &str| format!("{FRONT}{}", names.name(title));
    let mut keys = parts(front, key, name, "front matter", FRONT);
    // Between two keys there is nothing to keep apart.
    if keys.first().is_some_and(|before| before.text.trim().is_empty()) {
        keys.remove(0);
    }
    keys
}

fn sections(body: &str) -> Vec<Part<'_>> {
    let mut fences = Fences::default();
    let heading = move |line: &str| {
        let inside = fences.line(line);
        (!inside && line.starts_with("## ")).then(|| line.trim_end().len())
    };
    let name = |names: &mut Names, title: &str| names.name(title);
    parts(body, heading, name, "the head of the page", HEAD)
}

/// Cuts before every line that `begins` a part (and tells how much of the line is its title). What stands before the first has a
/// title and a name of its own.
fn parts<'a>(
    text: &'a str,
    mut begins: impl FnMut(&str) -> Option<usize>,
    name: impl Fn(&mut Names, &str) -> String,
    before: &'a str,
    before_name: &str,
) -> Vec<Part<'a>> {
    let mut names = Names::default();
    let mut parts = vec![Part { name: before_name.to_owned(), title: before, text: "" }];
    let mut from = 0;
    let mut at = 0;
    let close = |parts: &mut Vec<Part<'a>>, from: usize, to: usize| {
        if let Some(last) = parts.last_mut() {
            last.text = &text[from..to];
        }
    };
    for line in text.split_inclusive('\n') {
        if let Some(end) = begins(line) {
            close(&mut parts, from, at);
            from = at;
            let title = text[at..at + end].trim_start_matches('#').trim();
            parts.push(Part { name: name(&mut names, title), title, text: "" });
        }
        at += line.len();
    }
    close(&mut parts, from, at);
    parts
}

/// Follows fenced blocks from line to line, so that what stands in them is not taken for more than text.
#[derive(Debug, Default)]
pub(in crate::postmortem) struct Fences {
    open: Option<(u8, usize)>,
}

impl Fences {
    /// Whether this line stands in a fenced block, or begins or ends one.
    pub(in crate::postmortem) fn line(&mut self, line: &str) -> bool {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        let mark = bare.bytes().next().filter(|mark| matches!(mark, b'`' | b'~') && indent <= 3);
        let marks = mark.map_or(0, |mark| bare.bytes().take_while(|byte| *byte == mark).count());
        let rest = bare.get(marks..).unwrap_or_default();
        match self.open {
            // A line that begins with backticks and has more of them later begins with a code span.
            None => {
                let opens = marks >= 3 && (mark == Some(b'~') || !rest.contains('`'));
                self.open = mark.filter(|_| opens).map(|mark| (mark, marks));
                opens
            }
            Some((open, least)) => {
                if mark == Some(open) && marks >= least && rest.trim().is_empty() {
                    self.open = None;
                }
                true
            }
        }
    }

    /// Whether the next line stands in a fenced block.
    pub(in crate::postmortem) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Ends a block that was begun in a quotation, with the quotation.
    pub(in crate::postmortem) fn end(&mut self) {
        self.open = None;
    }
}
