//! What stands behind an anchor.

use super::table::Kind;

/// Nothing that is held back while it is not decided gets longer than this, in bytes.
const LONGEST: usize = 2048;
/// A user's name and a password in a URL.
const LONGEST_URL: usize = 512;

/// So many dashes end a block; one is enough where a line begins.
const END_OF_BLOCK: u8 = 5;
const LINE_BEGINS: u8 = END_OF_BLOCK - 1;
/// No word of any language is as long as a line of a key.
const WORD_OF_KEY: usize = 24;

/// What is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// More has to come. Up to `shown` it is no secret in any case.
    Open {
        /// So many bytes may be shown.
        shown: usize,
    },
    /// It is none.
    None,
    /// It is one: from here to there. `rest` says what still belongs to it, where that goes on.
    Secret {
        /// The first byte.
        start: usize,
        /// Behind the last one.
        end: usize,
        /// What follows belongs to it for as long as this says so.
        rest: Option<Rest>,
    },
}

/// What still belongs to a secret that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Characters of a token.
    Token {
        /// Dots too.
        dots: bool,
    },
    /// Everything to a space, a quote or a separator.
    Value,
    /// Everything to this quote, or to the end of the line.
    Quoted(u8),
    /// The lines of a key; so many dashes came last.
    Block(u8),
}

impl Rest {
    /// Whether a byte belongs to it too.
    pub(super) fn takes(&mut self, byte: u8) -> bool {
        match self {
            Self::Token { dots } => is_token(byte, *dots),
            Self::Value => !ends_value(byte),
            Self::Quoted(quote) => byte != *quote && !matches!(byte, b'\r' | b'\n'),
            Self::Block(dashes) => {
                let ends = byte == b'-' && *dashes >= END_OF_BLOCK - 1;
                *dashes = match byte {
                    b'\r' | b'\n' => LINE_BEGINS,
                    b'-' if !ends => *dashes + 1,
                    _ => 0,
                };
                !ends && (byte.is_ascii_alphanumeric() || b"+/=\r\n\\ :,-".contains(&byte))
            }
        }
    }
}

fn is_token(byte: u8, dots: bool) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || (dots && matches!(byte, b'.' | b'+' | b'/' | b'='))
}

fn ends_value(byte: u8) -> bool {
    byte <= b' ' || b"\"'`;&,|<>()".contains(&byte)
}

/// A name or a placeholder that stands where a secret would.
fn refers(byte: u8) -> bool {
    b"$<{[(%*\\".contains(&byte)
}

/// Looks at what stands behind an anchor; `over` where nothing more will come.
pub(super) fn body(kind: Kind, text: &[u8], over: bool) -> Body {
    let open = |shown: usize| if over { Body::None } else { Body::Open { shown } };
    match kind {
        Kind::Token { least, dots } => token(text, least, dots, over),
        Kind::Web => web(text, over),
        Kind::Value => match text.first() {
            None => open(0),
            Some(quote @ (b'"' | b'\'')) => quoted(text, 1, *quote, over),
            Some(first) if refers(*first) || ends_value(*first) => Body::None,
            Some(_) => run(text, 0, Rest::Value),
        },
        Kind::LongValue => {
            let end = text.iter().position(|byte| !is_token(*byte, true)).unwrap_or(text.len());
            if end >= 16 {
                run(text, 0, Rest::Token { dots: true })
            } else if end < text.len() {
                Body::None
            } else {
                open(0)
            }
        }
        Kind::Quoted => {
            let space = text.iter().take_while(|byte| **byte == b' ').count();
            match text.get(space) {
                None if space > 8 => Body::None,
                None => open(space),
                Some(b'"') => quoted(text, space + 1, b'"', over),
                Some(_) => Body::None,
            }
        }
        Kind::Url => url(text, over),
        Kind::Block => match text.first() {
            None => open(0),
            Some(b'\r' | b'\n' | b'\\') => run(text, 0, Rest::Block(0)),
            // Pasted on one line; else it is only spoken of.
            Some(b' ') => {
                let word = text
                    .iter()
                    .skip(1)
                    .take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
                    .count();
                match word {
                    WORD_OF_KEY.. => run(text, 0, Rest::Block(0)),
                    word if word + 1 == text.len() => open(1),
                    _ => Body::None,
                }
            }
            Some(_) => Body::None,
        },
    }
}

fn quoted(text: &[u8], start: usize, quote: u8, over: bool) -> Body {
    match text.get(start) {
        None if over => Body::None,
        None => Body::Open { shown: start },
        Some(first) if refers(*first) || *first == quote => Body::None,
        Some(_) => run(text, start, Rest::Quoted(quote)),
    }
}

/// A secret from `start` on for as long as `rest` takes it.
fn run(text: &[u8], start: usize, mut rest: Rest) -> Body {
    let end = text.iter().skip(start).position(|byte| !rest.takes(*byte)).map(|length| start + length);
    // Where a block ends with dashes, they are no part of it; those that came before are left out with it.
    match end {
        Some(end) => Body::Secret { start, end, rest: None },
        None => Body::Secret { start, end: text.len(), rest: Some(rest) },
    }
}

fn token(text: &[u8], least: usize, dots: bool, over: bool) -> Body {
    // A line end that comes too early is a wrap.
    let mut count = 0;
    for (index, byte) in text.iter().enumerate() {
        if count >= least {
            return match run(text, index, Rest::Token { dots }) {
                Body::Secret { end, rest, .. } => Body::Secret { start: 0, end, rest },
                other => other,
            };
        }
        match byte {
            b'\r' | b'\n' if count > 0 => {}
            byte if is_token(*byte, dots) => count += 1,
            _ => return Body::None,
        }
    }
    match (count >= least, over) {
        (true, _) => Body::Secret { start: 0, end: text.len(), rest: Some(Rest::Token { dots }) },
        (false, true) => Body::None,
        (false, false) => Body::Open { shown: 0 },
    }
}

fn web(text: &[u8], over: bool) -> Body {
    let end = text.iter().position(|byte| !is_token(*byte, true)).unwrap_or(text.len());
    let part = &text[..end];
    if memchr::memmem::find(part, b".eyJ").is_some() {
        return run(text, 0, Rest::Token { dots: true });
    }
    if end < text.len() || over || end > LONGEST { Body::None } else { Body::Open { shown: 0 } }
}

fn url(text: &[u8], over: bool) -> Body {
    let ends = |byte: &u8| *byte <= b' ' || b"\"'<>`/|\\[(".contains(byte);
    let part = text.iter().position(ends).unwrap_or(text.len());
    let whole = part < text.len() || over || part > LONGEST_URL;
    let part = &text[..part];
    let colon = part.iter().position(|byte| matches!(byte, b':' | b'@'));
    match colon {
        Some(colon) if part.get(colon) == Some(&b':') => {
            let start = colon + 1;
            let at = part.iter().rposition(|byte| *byte == b'@').filter(|at| *at > start);
            match (at, whole) {
                _ if part.get(start).is_some_and(|first| refers(*first)) => Body::None,
                (Some(at), true) => Body::Secret { start, end: at, rest: None },
                (None, true) => Body::None,
                (_, false) => Body::Open { shown: start },
            }
        }
        Some(_) => Body::None,
        None if whole => Body::None,
        None => Body::Open { shown: part.len() },
    }
}
