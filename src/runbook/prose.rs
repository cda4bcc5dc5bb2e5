//! `$NAME` in prose and in commands.
//!
//! In prose a value is filled in where its name is shown; `$$` shows a dollar sign. A command is never filled in: its variables are
//! environment variables, expanded by the shell, so that a captured value cannot become code. There the names are only looked for,
//! to know which values must be there before it runs.

use std::collections::HashSet;

use super::model::VarName;

/// The variables that a text shows as `$NAME` or `${NAME...}`, in order, each once.
#[must_use]
pub fn mentions(text: &str) -> Vec<VarName> {
    let mut seen = HashSet::new();
    spans(text).filter(|(_, name, _)| seen.insert(*name)).map(|(_, name, _)| name.to_owned()).collect()
}

/// Every mention: the byte offset of its dollar sign, the name, and the mention as it is written.
pub(crate) fn spans(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let mut offset = 0;
    pieces(text).filter_map(move |piece| {
        let start = offset;
        match piece {
            Piece::Text(text) => offset += text.len(),
            Piece::Dollar => offset += 2,
            Piece::Name { name, whole } => {
                offset += whole.len();
                return Some((start, name, whole));
            }
        }
        None
    })
}

/// Prose with the values that are known filled in; other names stay as they are.
#[must_use]
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Dollar => filled.push('$'),
            // `${NAME:-...}` is the shell's, not prose.
            Piece::Name { name, whole } if whole.ends_with('}') || !whole.contains('{') => {
                filled.push_str(value(name).as_deref().unwrap_or(whole));
            }
            Piece::Name { whole, .. } => filled.push_str(whole),
        }
    }
    filled
}

enum Piece<'a> {
    Text(&'a str),
    /// `$$`
    Dollar,
    Name {
        name: &'a str,
        whole: &'a str,
    },
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = rest.find('$').unwrap_or(rest.len());
        if start > 0 {
            let (before, after) = rest.split_at(start);
            rest = after;
            return Some(Piece::Text(before));
        }
        let after = &rest[1..];
        if let Some(after) = after.strip_prefix('$') {
            rest = after;
            return Some(Piece::Dollar);
        }
        let brace = usize::from(after.starts_with('{'));
        let length = name_length(&after[brace..]);
        if length == 0 {
            rest = after;
            return Some(Piece::Text("$"));
        }
        let name = &after[brace..brace + length];
        let closed = brace == 1 && after[brace + length..].starts_with('}');
        let end = 1 + brace + length + usize::from(closed);
        let whole = &rest[..end];
        rest = &rest[end..];
        Some(Piece::Name { name, whole })
    })
}

/// The length of the variable name a text begins with; 0 where it begins with none.
fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts {
        return 0;
    }
    text.find(|other: char| !other.is_ascii_alphanumeric() && other != '_').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_with_and_without_braces_once_each() {
        assert_eq!(mentions(r#"curl "$URL/x" ${DB:-none} $URL $1 $$ $(date) ${#N} é$TABLE"#), ["URL", "DB", "TABLE"]);
    }

    #[test]
    fn prose_shows_values_and_keeps_what_it_does_not_know() {
        let value = |name: &str| (name == "DB").then(|| "mastodon".to_owned());
        assert_eq!(
            fill("in $DB, ${DB}s, $OTHER, 5$$, ${DB:-x}, $", value),
            "in mastodon, mastodons, $OTHER, 5$, ${DB:-x}, $"
        );
    }

    #[test]
    fn a_value_is_not_read_again() {
        assert_eq!(fill("$A", |_| Some("$A $$".to_owned())), "$A $$");
    }
}
