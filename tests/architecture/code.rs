//! Rust text as far as the architecture test needs it: what is code, and which paths it names.

/// The text with comments, strings and characters blanked; lines stay where they are.
pub(crate) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => until(&chars, at, |at| chars[at] == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment(&chars, at),
            'r' if !part_of_word(&chars, at) => raw_string(&chars, at).unwrap_or(at),
            'b' if !part_of_word(&chars, at) && chars.get(at + 1) == Some(&'r') => {
                raw_string(&chars, at + 1).unwrap_or(at)
            }
            '"' => quoted(&chars, at, '"'),
            '\'' => character(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|&char| if char == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

fn part_of_word(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(' ', |before| chars[before]);
    before.is_alphanumeric() || before == '_'
}

fn until(chars: &[char], from: usize, stop: impl Fn(usize) -> bool) -> usize {
    (from..chars.len()).find(|&at| stop(at)).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (at, depth) = (at + 2, depth + 1),
            ('*', '/') if depth == 1 => return at + 2,
            ('*', '/') => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_string(chars: &[char], from: usize) -> Option<usize> {
    let quote = until(chars, from + 1, |at| chars[at] != '#');
    let hashes = quote - from - 1;
    (chars.get(quote) == Some(&'"')).then(|| {
        let closes = |at: usize| chars[at] == '"' && (1..=hashes).all(|next| chars.get(at + next) == Some(&'#'));
        (until(chars, quote + 1, closes) + 1 + hashes).min(chars.len())
    })
}

fn quoted(chars: &[char], from: usize, quote: char) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// A character, not a lifetime: `'a'`, `'\n'`, `'"'`.
fn character(chars: &[char], from: usize) -> Option<usize> {
    match chars.get(from + 1)? {
        '\\' => Some(quoted(chars, from, '\'')),
        _ => (chars.get(from + 2) == Some(&'\'')).then_some(from + 3),
    }
}

/// Code (of [`code`]) without the items under `#[cfg(test)]`.
pub(crate) fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(from) = out.find("#[cfg(test)]") {
        let end = item_end(&out, from);
        let blank: String = out[from..end].chars().map(|char| if char == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(from..end, &blank);
    }
    out
}

/// Where the item ends that begins here with its attributes: at the first `;`, or with the bracket that closes its first `{`.
fn item_end(text: &str, from: usize) -> usize {
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (at, char) in text[from..].char_indices() {
        match char {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => curly += 1,
            '}' => curly -= 1,
            _ => {}
        }
        if round == 0 && curly == 0 && matches!(char, ';' | '}') {
            return from + at + 1;
        }
    }
    text.len()
}

/// Every path of at least two segments that the code (of [`code`]) names, with its line from 1. The trees of `use` are spread out.
pub(crate) fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].1 == "use" {
            at = tree(&tokens, at + 1, &[], &mut found);
        } else if is_word(&tokens[at].1) {
            let (line, mut path) = (tokens[at].0, vec![tokens[at].1.clone()]);
            while at + 2 < tokens.len() && tokens[at + 1].1 == "::" && is_word(&tokens[at + 2].1) {
                path.push(tokens[at + 2].1.clone());
                at += 2;
            }
            if path.len() > 1 {
                found.push((line, path));
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

/// One branch of a `use` tree; returns where it ended.
fn tree(tokens: &[(usize, String)], from: usize, before: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let (mut at, mut path) = (from, before.to_vec());
    while let Some((line, token)) = tokens.get(at) {
        match token.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|(_, token)| token != "}") {
                    at = tree(tokens, at, &path, found);
                    at += usize::from(tokens.get(at).is_some_and(|(_, token)| token == ","));
                }
                return at + 1;
            }
            "as" => at += 2,
            word if is_word(word) || word == "*" => {
                if word != "self" || path.is_empty() {
                    path.push(token.clone());
                }
                at += 1;
                if tokens.get(at).is_none_or(|(_, next)| next != "::") {
                    found.push((*line, path.clone()));
                }
            }
            _ => return at,
        }
    }
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|char: char| char.is_alphabetic() || char == '_')
}

fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let word = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => rest.chars().next().map_or(1, char::len_utf8),
                word => word,
            };
            out.push((line + 1, rest[..length].to_owned()));
            rest = rest[length..].trim_start();
        }
    }
    out
}
