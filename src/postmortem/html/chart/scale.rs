//! From times to places. Long gaps are folded to the width of their words; between them a second is everywhere as wide.

use super::width;
use crate::postmortem::spell;

/// Where times are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scale {
    /// In order, each beginning where the one before ends.
    pub(super) pieces: Vec<Piece>,
}

/// A stretch of time and where it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) left: i64,
    pub(super) right: i64,
    /// A gap that is drawn narrower than it was long.
    pub(super) folded: bool,
}

/// Between two folded gaps there is at least this much.
const LEAST: i64 = 140;
/// What a folded gap has beside its words.
const AROUND: i64 = 160;
/// A gap is folded where it would take more than one in so many parts of the rest.
const PART: i64 = 8;

impl Scale {
    /// A scale for the time from `first` to `last`, drawn from `left` to `right`. The gaps are in order.
    pub(super) fn new(first: i64, last: i64, gaps: &[(i64, i64)], left: i64, right: i64) -> Self {
        let gaps: Vec<(i64, i64)> = gaps
            .iter()
            .map(|(from, to)| ((*from).max(first), (*to).min(last)))
            .filter(|(from, to)| from < to)
            .collect();
        let folded = fold(last - first, &gaps, right - left);
        let mut stretches: Vec<(i64, i64, bool)> = Vec::new();
        let mut at = first;
        for (from, to) in folded {
            stretches.push((at, from, false));
            stretches.push((from, to, true));
            at = to;
        }
        stretches.push((at, last, false));
        Self { pieces: place(&stretches, left, right) }
    }

    /// Where a time is; before the first and after the last, at the edge.
    pub(super) fn at(&self, time: i64) -> i64 {
        let Some(piece) = self.pieces.iter().find(|piece| time < piece.to).or(self.pieces.last()) else { return 0 };
        let (span, wide) = (piece.to - piece.from, piece.right - piece.left);
        if span <= 0 {
            return piece.left + wide / 2;
        }
        piece.left + scaled((time - piece.from).clamp(0, span), wide, span)
    }

    /// How long a stretch of so many tenths of a pixel is where nothing is folded, in milliseconds.
    pub(super) fn span_of(&self, tenths: i64) -> i64 {
        let open = || self.pieces.iter().filter(|piece| !piece.folded && piece.to > piece.from);
        let (span, wide) =
            open().fold((0, 0), |(span, wide), piece| (span + piece.to - piece.from, wide + piece.right - piece.left));
        if wide == 0 { 0 } else { scaled(span, tenths, wide) }
    }
}

/// `value * by / of` without losing anything on the way.
fn scaled(value: i64, by: i64, of: i64) -> i64 {
    i64::try_from(i128::from(value) * i128::from(by) / i128::from(of.max(1))).unwrap_or(i64::MAX)
}

/// The words of a gap.
pub(super) fn words(gap: (i64, i64)) -> String {
    spell::at_least(gap.1 - gap.0)
}

/// The width of a folded gap.
fn folded_width(gap: (i64, i64)) -> i64 {
    width(&words(gap)) + AROUND
}

/// Which gaps are folded: the longest one, as long as it is long beside the rest and there is room for its words.
fn fold(span: i64, gaps: &[(i64, i64)], room: i64) -> Vec<(i64, i64)> {
    let mut longest: Vec<(i64, i64)> = gaps.to_vec();
    longest.sort_by_key(|(from, to)| (from - to, *from));
    let (mut rest, mut taken) = (span, 0);
    let mut folded: Vec<(i64, i64)> = Vec::new();
    for gap in longest {
        let long = gap.1 - gap.0;
        let wide = folded_width(gap);
        if long < rest / PART || (taken + wide) * 5 > room * 3 {
            break;
        }
        rest -= long;
        taken += wide;
        folded.push(gap);
    }
    folded.sort_unstable();
    folded
}

fn place(stretches: &[(i64, i64, bool)], left: i64, right: i64) -> Vec<Piece> {
    let fixed: i64 =
        stretches.iter().map(|(from, to, folded)| if *folded { folded_width((*from, *to)) } else { LEAST }).sum();
    let open: i64 = stretches.iter().filter(|(.., folded)| !folded).map(|(from, to, _)| to - from).sum();
    let free = (right - left - fixed).max(0);
    let mut at = left;
    let mut done = 0;
    let mut given = 0;
    stretches
        .iter()
        .map(|&(from, to, folded)| {
            let wide = if folded {
                folded_width((from, to))
            } else {
                done += to - from;
                // What was rounded off is not lost on the way to the right edge.
                let upto = if open == 0 { 0 } else { scaled(done, free, open) };
                let own = upto - given;
                given = upto;
                LEAST + own
            };
            let piece = Piece { from, to, left: at, right: at + wide, folded };
            at += wide;
            piece
        })
        .collect()
}
