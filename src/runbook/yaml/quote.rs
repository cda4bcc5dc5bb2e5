//! Where a quote was left open.

/// Where the first quote at or after `from` opens that is not closed on its line. What stands before it are values and signs.
pub(super) fn left_open(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let mut chars = rest.char_indices().peekable();
    let mut before = text.get(..from)?.chars().next_back().unwrap_or('\n');
    while let Some((at, c)) = chars.next() {
        let begins = before.is_whitespace() || matches!(before, '[' | '{' | ',');
        match c {
            '#' if before.is_whitespace() => while chars.next_if(|(_, c)| !matches!(c, '\n' | '\r')).is_some() {},
            '"' | '\'' if begins => {
                let line = rest.get(at + 1..)?.split(['\n', '\r']).next().unwrap_or_default();
                let Some(end) = closed(line, c) else { return Some(from + at) };
                while chars.next_if(|(own, _)| *own <= at + 1 + end).is_some() {}
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// Where on its line a quoted text ends.
fn closed(line: &str, quote: char) -> Option<usize> {
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => drop(chars.next()),
            // Two single quotes stand for one.
            '\'' if quote == '\'' && chars.next_if(|(_, next)| *next == '\'').is_some() => {}
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quote_that_is_not_closed_is_found() {
        for (text, found) in [
            ("a: \"never\nb: 1\n", Some(3)),
            ("a: 'it''s\nb: 'x'\n", Some(3)),
            ("# don't\na: it's \"so\"\nb: [\"x\", 'y]\n", Some(30)),
            ("a: \"b\\\"c\"\n", None),
            ("", None),
        ] {
            assert_eq!(left_open(text, 0), found, "{text:?}");
        }
        assert_eq!(left_open("a: \"x\nb: \"y", 6), Some(9));
    }
}
