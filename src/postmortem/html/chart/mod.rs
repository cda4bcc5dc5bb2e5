//! The timeline as a picture: phases as bands, key moments as flags, runs as ticks, and where nothing was recorded, hatched.
//!
//! Long gaps are folded: they get the width of their words, so that what was done has room. All lengths are tenths of a pixel, in
//! whole numbers, so that the same record gives the same bytes on every machine.

mod axis;
mod draw;
mod figure;
mod flags;
mod moments;
mod scale;
#[cfg(test)]
mod tests;

pub(super) use figure::chart;

/// A character of the picture's typewriter face, at its size, in tenths of a pixel. A little more than any such face has.
const CHAR: i64 = 68;

/// How wide a text is, in tenths of a pixel.
fn width(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(0).saturating_mul(CHAR)
}

/// Tenths of a pixel as an attribute: `12.5`.
fn px(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    match tenths.unsigned_abs() {
        whole if whole.is_multiple_of(10) => format!("{sign}{}", whole / 10),
        tenths => format!("{sign}{}.{}", tenths / 10, tenths % 10),
    }
}
