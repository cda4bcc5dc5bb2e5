//! Content made fit for Markdown: whatever it is, it stays content. GitHub, GitLab and mdBook read the result alike.

use super::clean;
use super::prompts::PROMPT;

/// Words in a sentence or a table cell.
pub(super) fn text(raw: &str) -> String {
    let raw = clean::line(raw);
    let mut out = String::with_capacity(raw.len() + raw.len() / 8);
    // Content does not wait for a person, whatever it says.
    let prompt = raw.contains(PROMPT);
    for (place, word) in raw.split(' ').enumerate() {
        if place > 0 {
            out.push(' ');
        }
        let address = word.trim_end_matches(['.', ',', ':', '!', '?']);
        if is_plain_address(address) {
            out.push('<');
            out.push_str(address);
            out.push('>');
            push_word(&mut out, &word[address.len()..]);
        } else {
            push_word(&mut out, word);
        }
    }
    if prompt { out.replace(PROMPT, "TODO&#40;postmortem):") } else { out }
}

fn push_word(out: &mut String, word: &str) {
    let address = word.contains("://") || word.contains("www.");
    for char in word.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Every reader of tables takes these for content, whatever stands beside them.
            '|' => out.push_str("&#124;"),
            '\\' => out.push_str("&#92;"),
            // Half an address is not to become a link to somewhere else.
            ':' if address => out.push_str("&#58;"),
            '.' if address => out.push_str("&#46;"),
            '`' | '*' | '_' | '[' | ']' | '{' | '}' | '#' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
    }
}

/// Escaped content at the start of a line, where it could still begin a list, or by its blanks a block of code.
pub(super) fn at_start(markdown: &str) -> String {
    let markdown = markdown.trim_start();
    let digits = markdown.bytes().take_while(u8::is_ascii_digit).count();
    match markdown.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => {}
        Some(b'-' | b'+' | b'=') if digits == 0 => {}
        _ => return markdown.to_owned(),
    }
    let (number, rest) = markdown.split_at(digits);
    format!("{number}\\{rest}")
}

/// An address that can stand between angle brackets as it is.
fn is_plain_address(word: &str) -> bool {
    let rest = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!=%,+".contains(&byte);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain))
}

/// A code span, also in a table cell. Content that no code span in a table can hold is written as words.
pub(super) fn code(raw: &str) -> String {
    let raw = clean::line(raw);
    // In a table a pipe is escaped even in code; with a backslash before it, every reader reads it differently.
    if raw.trim().is_empty() || raw.contains("\\|") || raw.ends_with('\\') {
        return text(&raw);
    }
    let marks = "`".repeat(longest_run(&raw, '`') + 1);
    let edge = |char: Option<char>| matches!(char, Some('`' | ' '));
    let pad = if edge(raw.chars().next()) || edge(raw.chars().next_back()) { " " } else { "" };
    let raw = not_a_directive(&raw).replace('|', "\\|");
    format!("{marks}{pad}{raw}{pad}{marks}")
}

/// A fenced block. The lines are cleaned; the fence is longer than any inside.
pub(super) fn fence<S: AsRef<str>>(out: &mut String, info: &str, lines: impl IntoIterator<Item = S>) {
    let lines: Vec<String> = lines.into_iter().map(|line| not_a_directive(&clean::line(line.as_ref()))).collect();
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
    let marks = "`".repeat(longest.max(2) + 1);
    out.push_str(&marks);
    out.push_str(info);
    out.push('\n');
    for line in lines {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push_str(&marks);
    out.push('\n');
}

/// A YAML scalar: a double-quoted string. [`clean::line`] leaves nothing in it that YAML could not hold.
pub(super) fn yaml(raw: &str) -> String {
    let mut out = String::from("\"");
    for char in clean::line(raw).chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
    out
}

/// mdBook carries out `{{#include ...}}` wherever it stands, in code too.
fn not_a_directive(line: &str) -> String {
    line.replace("{{#", "{ {#")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for char in text.chars() {
        run = if char == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
