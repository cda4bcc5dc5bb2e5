//! Values of JSON whose keys keep their order.

use std::fmt::Write as _;

use serde_json::Value;

use crate::postmortem::markdown::clean::is_hidden;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Data>),
    Object(Vec<(&'static str, Data)>),
}

/// A value in indented lines. What is invisible, or turns text around, is written by its number: shown on a terminal it does nothing.
pub(super) fn pretty(data: &Data) -> String {
    let mut out = String::new();
    write(data, 0, &mut out);
    out
}

fn write(data: &Data, depth: usize, out: &mut String) {
    match data {
        Data::Null => out.push_str("null"),
        Data::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Data::Number(number) => out.push_str(&number.to_string()),
        Data::Text(text) => string(text, out),
        Data::List(values) if values.is_empty() => out.push_str("[]"),
        Data::List(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                line(place, depth + 1, out);
                write(value, depth + 1, out);
            }
            line(0, depth, out);
            out.push(']');
        }
        Data::Object(entries) => {
            out.push('{');
            for (place, (key, value)) in entries.iter().enumerate() {
                line(place, depth + 1, out);
                string(key, out);
                out.push_str(": ");
                write(value, depth + 1, out);
            }
            line(0, depth, out);
            out.push('}');
        }
    }
}

/// Begins a line, behind a comma where something stands before it.
fn line(place: usize, depth: usize, out: &mut String) {
    out.push_str(if place > 0 { ",\n" } else { "\n" });
    out.extend(std::iter::repeat_n("  ", depth));
}

fn string(text: &str, out: &mut String) {
    // Almost all of it is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        return out.push('"');
    }
    let quoted = Value::String(text.to_owned()).to_string();
    for char in quoted.chars() {
        if is_hidden(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(char);
        }
    }
}

impl From<bool> for Data {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<u32> for Data {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Data {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Data {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Data {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Data>> From<Option<T>> for Data {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A list of what `each` makes of every item.
pub(super) fn list<T, D: Into<Data>>(items: impl IntoIterator<Item = T>, each: impl FnMut(T) -> D) -> Data {
    let mut each = each;
    Data::List(items.into_iter().map(|item| each(item).into()).collect())
}

/// An object: `object! { "run": run.0, "at": time(at) }`.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::postmortem::json::data::Data::Object(vec![
            $(($key, $crate::postmortem::json::data::Data::from($value))),*
        ])
    };
}
pub(super) use object;
