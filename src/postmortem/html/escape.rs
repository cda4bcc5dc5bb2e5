//! Content made fit for HTML, and addresses that may be followed.

use crate::postmortem::markdown::clean;

/// Words, in an element or in a quoted attribute. What is invisible in them is made visible.
pub(super) fn text(raw: &str) -> String {
    let clean = clean::line(raw);
    if clean.contains(['<', '>', '&', '"', '\'']) { entities(&clean) } else { clean }
}

/// Lines of an output.
pub(super) fn lines(raw: &str) -> String {
    raw.lines().map(|line| text(line) + "\n").collect()
}

/// The five characters that mean something.
fn entities(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + raw.len() / 8);
    for char in raw.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}

/// An address that a reader may follow, as an attribute: a place in this page, the web, or a letter. None for all else.
pub(super) fn address(raw: &str) -> Option<String> {
    let lower = raw.trim().to_ascii_lowercase();
    let follows = ["http://", "https://", "mailto:", "#"].iter().any(|scheme| lower.starts_with(scheme));
    let plain = raw.trim().chars().all(|char| !char.is_whitespace() && !char.is_control());
    (follows && plain).then(|| entities(raw.trim()))
}

/// The address of a picture that stands in the address itself; none for one that would be fetched.
pub(super) fn picture(raw: &str) -> Option<String> {
    let kinds = ["png", "jpeg", "gif", "webp"];
    let rest = raw.strip_prefix("data:image/")?;
    let (kind, data) = rest.split_once(";base64,")?;
    let plain = data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    (kinds.contains(&kind) && plain).then(|| raw.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_letters_and_this_page_may_be_followed() {
        for good in ["https://a.example/?b=1&c", "HTTP://a.example", "mailto:a@b.example", "#run-0001"] {
            assert!(address(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//a.example",
            "x",
            "",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert_eq!(address("https://a/\"onclick=x").as_deref(), Some("https://a/&quot;onclick=x"));
    }

    #[test]
    fn only_a_picture_that_is_here_already_is_shown() {
        assert!(picture("data:image/png;base64,aGk=").is_some());
        for bad in
            ["https://a.example/x.png", "data:image/svg+xml;base64,aGk=", "data:image/png;base64,\"onload=x", "x.png"]
        {
            assert_eq!(picture(bad), None, "{bad}");
        }
    }
}
