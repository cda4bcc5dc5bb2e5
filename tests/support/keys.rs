//! Keys as text: `"dd<enter>"`, `"<c-c>"`, `"<up>"`.

/// The bytes a terminal sends for these keys. Plain characters stand for themselves, `<lt>` for `<`; `<c-x>` is Ctrl, `<a-x>` Alt.
pub(crate) fn bytes(keys: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = keys;
    while let Some(at) = rest.find('<') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let (name, after) =
            rest[at + 1..].split_once('>').unwrap_or_else(|| panic!("`{keys}`: a `<` without `>`; `<lt>` is the key"));
        named(name, &mut out);
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn named(name: &str, out: &mut Vec<u8>) {
    let fixed: &[u8] = match name {
        "enter" => b"\r",
        "esc" => b"\x1b",
        "tab" => b"\t",
        "s-tab" => b"\x1b[Z",
        "space" => b" ",
        "backspace" => b"\x7f",
        "lt" => b"<",
        "up" => b"\x1b[A",
        "down" => b"\x1b[B",
        "right" => b"\x1b[C",
        "left" => b"\x1b[D",
        "home" => b"\x1b[H",
        "end" => b"\x1b[F",
        "ins" => b"\x1b[2~",
        "del" => b"\x1b[3~",
        "pgup" => b"\x1b[5~",
        "pgdn" => b"\x1b[6~",
        "f1" => b"\x1bOP",
        "f2" => b"\x1bOQ",
        "f3" => b"\x1bOR",
        "f4" => b"\x1bOS",
        _ => return combined(name, out),
    };
    out.extend_from_slice(fixed);
}

fn combined(name: &str, out: &mut Vec<u8>) {
    match (name.strip_prefix("c-"), name.strip_prefix("a-")) {
        (Some("space"), _) => out.push(0),
        (Some(key), _)
            if key.len() == 1 && matches!(key.as_bytes()[0], b'a'..=b'z' | b'[' | b'\\' | b']' | b'^' | b'_') =>
        {
            out.push(key.as_bytes()[0] & 0x1f);
        }
        (_, Some(key)) if key.chars().count() == 1 => {
            out.push(0x1b);
            out.extend_from_slice(key.as_bytes());
        }
        _ => panic!("there is no key `<{name}>`"),
    }
}
