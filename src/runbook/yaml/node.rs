//! The tree of a document.

use std::borrow::Cow;
use std::ops::Range;

use serde_yaml::granit_parser::ScalarStyle;

use crate::runbook::problem::Spot;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// Its place; of a mapping or list without brackets that of its first child.
    pub(crate) at: Spot,
    /// Its bytes in the text.
    pub(crate) range: Range<usize>,
    /// What it is.
    pub(crate) data: Data<'a>,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Data<'a> {
    /// Text, a number, a truth value or nothing.
    Scalar(Scalar<'a>),
    /// A list.
    Sequence(Vec<Node<'a>>),
    /// A mapping: keys and values in the order of the file, duplicates included.
    Mapping(Vec<(Node<'a>, Node<'a>)>),
    /// Something already reported (an alias, a tagged value): nothing more is said of it.
    Refused,
}

/// A scalar as it was written.
#[derive(Debug)]
pub(crate) struct Scalar<'a> {
    /// The text after YAML's own escapes.
    pub(crate) text: Cow<'a, str>,
    /// How it was quoted.
    pub(super) style: ScalarStyle,
}

impl Scalar<'_> {
    /// Whether it stands there without quotes, so that it may be a number, a truth value or nothing.
    pub(crate) fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }

    /// Whether it is nothing: empty without quotes, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.is_plain() && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// The truth value it is, by the core schema: `yes` and `on` are text.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &*self.text {
            "true" | "True" | "TRUE" if self.is_plain() => Some(true),
            "false" | "False" | "FALSE" if self.is_plain() => Some(false),
            _ => None,
        }
    }

    /// The whole number it is, by the core schema: decimal, `0o` or `0x`.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        if !self.is_plain() {
            return None;
        }
        if let Some(octal) = self.text.strip_prefix("0o") {
            return i64::from_str_radix(octal, 8).ok();
        }
        if let Some(hex) = self.text.strip_prefix("0x") {
            return i64::from_str_radix(hex, 16).ok();
        }
        self.text.parse().ok()
    }
}

impl Node<'_> {
    /// Whether nothing stands there.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar(scalar) if scalar.is_null())
    }
}
