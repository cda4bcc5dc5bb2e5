//! Key chords: what was pressed, how it is written, and what a command gets of it.

use std::fmt;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers, normalised so that the same key is always the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Chord {
    /// The key.
    pub(crate) code: KeyCode,
    /// Ctrl, Alt; Shift only where it does not show in the key itself.
    pub(crate) modifiers: KeyModifiers,
}

impl Chord {
    /// A key without modifiers.
    pub(crate) const fn plain(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    /// What a terminal's event says; none for the release of a key.
    pub(crate) fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::Char(character) => {
                modifiers -= KeyModifiers::SHIFT;
                let lower = modifiers.contains(KeyModifiers::CONTROL);
                KeyCode::Char(if lower { character.to_ascii_lowercase() } else { character })
            }
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        if code == KeyCode::BackTab {
            modifiers -= KeyModifiers::SHIFT;
        }
        Some(Self { code, modifiers })
    }

    /// Understands what [`Chord`]'s display writes: `Enter`, `Ctrl-P`, `R`, `PgUp`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl-").filter(|after| !after.is_empty()) {
                modifiers |= KeyModifiers::CONTROL;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("Alt-").filter(|after| !after.is_empty()) {
                modifiers |= KeyModifiers::ALT;
                rest = after;
            } else {
                break;
            }
        }
        let named = NAMES.iter().find(|(_, name)| *name == rest).map(|(code, _)| *code);
        let function = rest.strip_prefix('F').and_then(|number| number.parse().ok()).map(KeyCode::F);
        let code = named.or(function).or_else(|| {
            let mut characters = rest.chars();
            let first = characters.next().filter(|_| characters.next().is_none())?;
            let lower = modifiers.contains(KeyModifiers::CONTROL);
            Some(KeyCode::Char(if lower { first.to_ascii_lowercase() } else { first }))
        })?;
        Some(Self { code, modifiers })
    }

    /// The character a person typed, where it is one.
    pub(crate) fn character(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => Some(character),
            _ => None,
        }
    }

    /// The bytes a terminal would send for it; none where it would send nothing.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.modifiers.contains(KeyModifiers::ALT) {
            bytes.push(0x1b);
        }
        let ctrl = self.modifiers.contains(KeyModifiers::CONTROL);
        match self.code {
            KeyCode::Char(character) if ctrl => match character {
                'a'..='z' => bytes.push(character as u8 - b'a' + 1),
                '@' | ' ' | '2' => bytes.push(0),
                '[' | '3' => bytes.push(0x1b),
                '\\' | '4' => bytes.push(0x1c),
                ']' | '5' => bytes.push(0x1d),
                '^' | '6' => bytes.push(0x1e),
                '_' | '/' | '7' => bytes.push(0x1f),
                '?' | '8' => bytes.push(0x7f),
                _ => bytes.clear(),
            },
            KeyCode::Char(character) => bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
            code => match SENT.iter().find(|(own, _)| *own == code) {
                Some((_, sent)) => bytes.extend_from_slice(sent),
                None => bytes.clear(),
            },
        }
        bytes
    }
}

const NAMES: [(KeyCode, &str); 16] = [
    (KeyCode::Enter, "Enter"),
    (KeyCode::Esc, "Esc"),
    (KeyCode::Tab, "Tab"),
    (KeyCode::BackTab, "Shift-Tab"),
    (KeyCode::Backspace, "Backspace"),
    (KeyCode::Delete, "Del"),
    (KeyCode::Insert, "Ins"),
    (KeyCode::Up, "Up"),
    (KeyCode::Down, "Down"),
    (KeyCode::Left, "Left"),
    (KeyCode::Right, "Right"),
    (KeyCode::Home, "Home"),
    (KeyCode::End, "End"),
    (KeyCode::PageUp, "PgUp"),
    (KeyCode::PageDown, "PgDn"),
    (KeyCode::Char(' '), "Space"),
];

/// What a terminal in its normal mode sends.
const SENT: [(KeyCode, &[u8]); 15] = [
    (KeyCode::Enter, b"\r"),
    (KeyCode::Esc, b"\x1b"),
    (KeyCode::Tab, b"\t"),
    (KeyCode::BackTab, b"\x1b[Z"),
    (KeyCode::Backspace, b"\x7f"),
    (KeyCode::Delete, b"\x1b[3~"),
    (KeyCode::Insert, b"\x1b[2~"),
    (KeyCode::Up, b"\x1b[A"),
    (KeyCode::Down, b"\x1b[B"),
    (KeyCode::Right, b"\x1b[C"),
    (KeyCode::Left, b"\x1b[D"),
    (KeyCode::Home, b"\x1b[H"),
    (KeyCode::End, b"\x1b[F"),
    (KeyCode::PageUp, b"\x1b[5~"),
    (KeyCode::PageDown, b"\x1b[6~"),
];

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ctrl = self.modifiers.contains(KeyModifiers::CONTROL);
        if ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        if let Some((_, name)) = NAMES.iter().find(|(code, _)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(character) if ctrl => write!(f, "{}", character.to_ascii_uppercase()),
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => write!(f, "{code:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_understood() {
        for text in ["Enter", "Ctrl-P", "Ctrl-]", "R", "?", ":", "PgUp", "Shift-Tab", "Space", "Alt-Enter", "F1", "F"] {
            assert_eq!(Chord::parse(text).map(|chord| chord.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Chord::parse("Hyper-X"), None);
    }

    #[test]
    fn the_release_of_a_key_is_no_key() {
        let mut event = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        assert!(Chord::from_event(&event).is_some());
        event.kind = KeyEventKind::Release;
        assert!(Chord::from_event(&event).is_none());
    }

    #[test]
    fn shift_is_in_the_letter_not_beside_it() {
        let event = KeyEvent::new(KeyCode::Char('R'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from_event(&event), Chord::parse("R"));
        let event = KeyEvent::new(KeyCode::Char('P'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_eq!(Chord::from_event(&event), Chord::parse("Ctrl-P"));
    }

    #[test]
    fn a_command_gets_what_a_terminal_would_send() {
        let bytes = |text: &str| Chord::parse(text).map(Chord::bytes).unwrap_or_default();
        assert_eq!(bytes("a"), b"a");
        assert_eq!(bytes("é"), "é".as_bytes());
        assert_eq!(bytes("Ctrl-C"), [3]);
        assert_eq!(bytes("Ctrl-D"), [4]);
        assert_eq!(bytes("Enter"), b"\r");
        assert_eq!(bytes("Alt-x"), b"\x1bx");
        assert_eq!(bytes("Up"), b"\x1b[A");
    }
}
