//! Values in JSON: a quote or a backslash is spelled otherwise there, and numbers and punctuation are nobody's text.

use std::fmt::Write as _;

use super::redactor::Redactor;
use super::secrets::Secrets;

/// Shorter than this, what is found inside a hash is there by chance.
const IN_HASH: usize = 16;

/// Replaces secrets in every string of a JSON text, keys excepted, and leaves all else as it stands, to the byte; and how many there were.
#[must_use]
pub fn in_json(secrets: &Secrets, text: &[u8]) -> (Vec<u8>, u64) {
    let mut out = Vec::with_capacity(text.len());
    let mut redactor = Redactor::new(secrets);
    let mut clean = Vec::new();
    let mut count = 0;
    let mut rest = text;
    while let Some(start) = memchr::memchr(b'"', rest) {
        let (before, literal) = rest.split_at(start);
        out.extend_from_slice(before);
        let (literal, behind) = literal.split_at(length(literal));
        rest = behind;
        // Keys are the words of the format.
        if behind.trim_ascii_start().starts_with(b":") {
            out.extend_from_slice(literal);
            continue;
        }
        let told = serde_json::from_slice::<String>(literal).ok();
        let bytes = told.as_ref().map_or(literal, |told| told.as_bytes());
        clean.clear();
        redactor.push(bytes, &mut clean);
        redactor.finish(&mut clean);
        let found = redactor.count() - count;
        count = redactor.count();
        if found == 0 || (is_hash(bytes) && secrets.shortest() < IN_HASH) {
            out.extend_from_slice(literal);
        } else if told.is_some() {
            let clean = String::from_utf8_lossy(&clean);
            out.extend_from_slice(serde_json::Value::from(clean.as_ref()).to_string().as_bytes());
        } else {
            out.extend_from_slice(&clean);
        }
    }
    out.extend_from_slice(rest);
    if out == text { (out, 0) } else { (out, count) }
}

/// Bytes of the string that begins here, quotes included; to the end where it is not closed.
fn length(literal: &[u8]) -> usize {
    let mut at = 1;
    while let Some(next) = literal.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if literal.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    literal.len()
}

fn is_hash(text: &[u8]) -> bool {
    text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit)
}

/// The ways a value is written: as it is, as JSON escapes it, as a URL does.
#[must_use]
pub fn forms(value: &str) -> Vec<String> {
    let value = value.trim_matches(['\r', '\n']);
    let json = serde_json::Value::from(value).to_string();
    let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
    let mut url = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    let mut forms = vec![value.to_owned(), json, url];
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secrets(value: &str) -> Secrets {
        Secrets::new(forms(value).into_iter().map(|form| ("X", form))).0
    }

    #[test]
    fn strings_are_cleaned_and_all_else_stays_to_the_byte() {
        let text = br#"{"b" : 4711, "a":"the 4711 \"pw\"", "h":"4711471147114711471147114711471147114711471147114711471147114711"}"#;
        let (new, count) = in_json(&secrets("4711"), text);
        let expected = br#"{"b" : 4711, "a":"the [secret X] \"pw\"", "h":"4711471147114711471147114711471147114711471147114711471147114711"}"#;
        assert_eq!((String::from_utf8_lossy(&new), count > 0), (String::from_utf8_lossy(expected), true));
    }

    proptest! {
        #[test]
        fn a_value_is_found_in_any_string_however_it_is_spelled(before in ".{0,9}", value in "[ -~é\"\\\\]{6,30}", after in ".{0,9}") {
            prop_assume!(!"[secret X]".contains(value.trim()));
            let text = serde_json::json!({ "k": [format!("{before}{value}{after}"), 1, null], "plain": "kept" }).to_string();
            let (new, count) = in_json(&secrets(&value), text.as_bytes());
            prop_assert!(count >= 1);
            let read: serde_json::Value = serde_json::from_slice(&new).unwrap();
            prop_assert!(!read["k"][0].as_str().unwrap().contains(&value));
            prop_assert_eq!(&read["plain"], "kept");
        }

        #[test]
        fn what_is_no_json_is_gone_through_all_the_same(text in "[a\"\\\\{}:,]{0,60}") {
            let (new, count) = in_json(&secrets("zzzz"), text.as_bytes());
            prop_assert_eq!((new, count), (text.into_bytes(), 0));
        }
    }
}
