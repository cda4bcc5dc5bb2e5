//! Where the labels of key moments stand, so that none covers another or its pole.

use super::moments::Flag;
use super::scale::Scale;
use super::width;

/// A flag in its place: the pole stands at `x`, the label to the right of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<'a> {
    pub(super) flag: &'a Flag,
    pub(super) x: i64,
    /// Where its range ends.
    pub(super) to: i64,
    /// Counted from the lowest.
    pub(super) level: usize,
}

/// Between a pole and its label, and behind it.
pub(super) const BESIDE: i64 = 50;

/// The width of a flag's label with what stands beside it.
pub(super) fn label_width(flag: &Flag) -> i64 {
    width(&flag.title).max(width(&flag.time)) + 2 * BESIDE
}

/// From right to left each flag is as low as it can be: above all whose poles its label would cover. A pole to the left of it never
/// crosses it, and those to the right are lower.
pub(super) fn place<'a>(flags: &'a [Flag], scale: &Scale) -> Vec<Placed<'a>> {
    let mut flags: Vec<Placed> =
        flags.iter().map(|flag| Placed { flag, x: scale.at(flag.from), to: scale.at(flag.to), level: 0 }).collect();
    flags.sort_by_key(|placed| (placed.x, placed.flag.from));
    for place in (0..flags.len()).rev() {
        let end = flags[place].x + label_width(flags[place].flag);
        let covers = flags[place + 1..].iter().filter(|other| other.x < end);
        flags[place].level = covers.map(|other| other.level + 1).max().unwrap_or(0);
    }
    flags
}
