//! Values as YAML, the way a person would write them.

use serde::Serialize;

/// A value as YAML: lists not indented deeper than their key, several lines as a literal block, no line ever folded.
pub(crate) fn write(value: &impl Serialize) -> Result<String, String> {
    // A command that is folded does not look like what runs.
    let options = serde_yaml::ser_options! { folded_wrap_chars: usize::MAX, compact_list_indent: false };
    let mut text = String::new();
    serde_yaml::to_fmt_writer_with_options(&mut text, value, options).map_err(|error| error.to_string())?;
    Ok(text)
}
