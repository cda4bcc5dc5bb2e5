//! Characters that do something to a terminal instead of standing in it.

/// Whether a character could move a cursor, change a terminal's state or reorder the text around it: C0, DEL, C1,
/// line and paragraph separators, bidirectional marks, embeddings, overrides and isolates.
pub(super) fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}'
        )
}
