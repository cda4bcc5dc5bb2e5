//! Text as a value of YAML: plain where it can be, quoted where it must be, a block where it has lines.

use crate::runbook::problem::is_direction;

/// A value on one line; `flow` where it stands in brackets or braces.
pub(super) fn inline(text: &str, flow: bool) -> String {
    if is_plain(text, flow) {
        return text.to_owned();
    }
    if !text.chars().any(needs_escape) && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => out.push_str(&escape(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value over several lines, each behind the indent. None where a block cannot hold it as it is.
pub(super) fn block(text: &str, indent: &str) -> Option<String> {
    let first = text.split('\n').find(|line| !line.trim().is_empty())?;
    // Trailing line ends are told by the sign after the bar, of which only one is used; a carriage return would become a line end.
    if text.ends_with('\n') || text.starts_with('\n') || text.chars().any(|c| c != '\n' && c != '\t' && needs_escape(c))
    {
        return None;
    }
    let shift = if first.starts_with([' ', '\t']) || text.starts_with(' ') { "2" } else { "" };
    let mut out = format!("|{shift}\n");
    for line in text.split('\n') {
        if line.is_empty() {
            out.push('\n');
        } else {
            out.push_str(indent);
            out.push_str(line);
            out.push('\n');
        }
    }
    Some(out)
}

fn needs_escape(c: char) -> bool {
    c.is_control() || is_direction(c) || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn escape(c: char) -> String {
    let number = u32::from(c);
    if number > 0xffff { format!("\\U{number:08x}") } else { format!("\\u{number:04x}") }
}

fn is_plain(text: &str, flow: bool) -> bool {
    let words = ["true", "false", "null", "~", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"];
    let first = text.chars().next();
    let begins =
        first.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '.' | '$' | '(' | '<' | '+' | '^'));
    let number = first.is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '.'))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_' | ':'));
    begins
        && !number
        && !words.contains(&text.to_lowercase().as_str())
        && !text.ends_with([' ', ':'])
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(":\t")
        && !text.contains(" #")
        && !text.contains("\t#")
        && !text.chars().any(needs_escape)
        && !(flow && text.contains([',', '[', ']', '{', '}', ':', '"', '\'', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_only_where_they_must_be() {
        for (text, written) in [
            ("kubectl get pods -n \"$NS\"", "kubectl get pods -n \"$NS\""),
            ("a: b", "'a: b'"),
            ("it's # b", "\"it's # b\""),
            ("[x]", "'[x]'"),
            ("12", "'12'"),
            ("true", "'true'"),
            ("", "''"),
            ("a\u{1b}b", "\"a\\u001bb\""),
            ("x\u{202e}", "\"x\\u202e\""),
        ] {
            assert_eq!(inline(text, false), written);
        }
        assert_eq!(inline("a, b", true), "'a, b'");
    }

    #[test]
    fn a_block_keeps_every_line_as_it_is() {
        assert_eq!(block("a\n\n  b", "  "), Some("|\n  a\n\n    b\n".into()));
        assert_eq!(block("  a\nb", "  "), Some("|2\n    a\n  b\n".into()));
        assert_eq!(block("a\rb", "  "), None);
    }
}
