//! Notes as an operator types them: a sign for their kind, and when it happened, before the text.

use chrono::{DateTime, FixedOffset, Utc};

use super::entry::When;
use super::event::{Event, Tag};
use super::walk::Draft;
use super::when;

/// A note that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its kind.
    pub tag: Tag,
    /// When it happened, where the text says so.
    pub happened: Option<When>,
    /// What is left: the text itself.
    pub text: String,
}

impl From<Note> for Draft {
    fn from(note: Note) -> Self {
        Self { event: Event::Note { tag: note.tag, text: note.text }, happened: note.happened }
    }
}

/// Understands a note. Before the text may stand one of the signs `+` (went well), `-` (went badly), `!` (lucky, or important),
/// `?` (open question), `x` (ruled out) and `TODO`, and a time as in `@20:37`, in either order; a space ends each.
///
/// # Errors
/// Where no text is left, or what follows an `@` is meant as a time and is none (`@alice` is text).
pub fn parse(typed: &str, now: DateTime<Utc>, zone: FixedOffset) -> Result<Note, String> {
    let mut rest = typed.trim();
    let mut tag = None;
    let mut happened = None;
    loop {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if tag.is_none() && sign(word).is_some() {
            tag = sign(word);
        } else if happened.is_none() && is_time(word) {
            happened = Some(when::parse(word, now, zone)?);
        } else {
            break;
        }
        rest = after.trim_start();
    }
    if rest.is_empty() {
        return Err("the note has no text".to_owned());
    }
    Ok(Note { tag: tag.unwrap_or_default(), happened, text: rest.to_owned() })
}

/// A text before which a time may stand, as in `@20:37`, and that time.
///
/// # Errors
/// Where what follows an `@` is meant as a time and is none.
pub fn dated(typed: &str, now: DateTime<Utc>, zone: FixedOffset) -> Result<(Option<When>, &str), String> {
    let typed = typed.trim();
    let (word, after) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    if !is_time(word) {
        return Ok((None, typed));
    }
    Ok((Some(when::parse(word, now, zone)?), after.trim_start()))
}

fn sign(word: &str) -> Option<Tag> {
    Some(match word {
        "+" => Tag::Good,
        "-" => Tag::Bad,
        "!" => Tag::Luck,
        "?" => Tag::Question,
        "x" | "X" => Tag::DeadEnd,
        "TODO" | "TODO:" => Tag::Todo,
        _ => return None,
    })
}

/// Whether a word is meant as a time: an `@` and something that no name begins with.
fn is_time(word: &str) -> bool {
    word.strip_prefix('@').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(typed: &str) -> Result<Note, String> {
        let now = "2022-04-30T19:40:00Z".parse().unwrap();
        parse(typed, now, FixedOffset::east_opt(7200).unwrap())
    }

    #[test]
    fn a_sign_before_the_text_is_its_kind() {
        for (typed, tag, text) in [
            ("the queue drains", Tag::Plain, "the queue drains"),
            ("+ dump was recent", Tag::Good, "dump was recent"),
            ("- no alert", Tag::Bad, "no alert"),
            ("! replica was up", Tag::Luck, "replica was up"),
            ("?  why two pools", Tag::Question, "why two pools"),
            ("x not the network", Tag::DeadEnd, "not the network"),
            ("TODO: alert on it", Tag::Todo, "alert on it"),
            ("-5 replicas", Tag::Plain, "-5 replicas"),
            ("+ + twice", Tag::Good, "+ twice"),
            ("xfs is full", Tag::Plain, "xfs is full"),
        ] {
            let note = understood(typed).unwrap();
            assert_eq!((note.tag, note.text.as_str(), note.happened), (tag, text, None), "{typed}");
        }
    }

    #[test]
    fn a_time_before_the_text_back_dates_it() {
        let then = Some(When::Exact("2022-04-30T19:37:00Z".parse().unwrap()));
        for typed in ["@21:37 ! pager rang", "! @21:37 pager rang"] {
            let note = understood(typed).unwrap();
            assert_eq!((note.tag, note.text.as_str(), &note.happened), (Tag::Luck, "pager rang", &then), "{typed}");
        }
        assert!(matches!(understood("@~-25m paged").unwrap().happened, Some(When::About(_))));
        assert_eq!(understood("@alice please look").unwrap().text, "@alice please look");
    }

    #[test]
    fn a_wrong_time_or_no_text_is_refused() {
        assert!(understood("@25:99 paged").unwrap_err().contains("no time"));
        for typed in ["", "  ", "!", "@21:37", "+ @21:37 "] {
            assert!(understood(typed).unwrap_err().contains("no text"), "{typed:?}");
        }
    }
}
