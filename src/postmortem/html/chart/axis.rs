//! The marks of the axis: round times, as many as can be read.

use chrono::{DateTime, NaiveDate};

use super::scale::Scale;
use super::width;

/// A mark of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) x: i64,
    pub(super) label: String,
    /// The day, where it is another than that of the mark before.
    pub(super) day: Option<String>,
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Round steps.
const STEPS: [i64; 25] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY,
];

/// Room between two labels.
const APART: i64 = 100;

/// The marks, and the day that all of it happened on, where that is one.
pub(super) fn axis(scale: &Scale, left: i64, right: i64) -> (Vec<Tick>, Option<NaiveDate>) {
    let first = scale.pieces.first().and_then(|piece| day(piece.from));
    let last = scale.pieces.last().and_then(|piece| day(piece.to));
    let one = first.filter(|day| Some(*day) == last);
    let step = step(scale);
    let mut axis = Axis { ticks: Vec::new(), end: i64::MIN, day: one, day_end: i64::MIN, left, right };
    for piece in scale.pieces.iter().filter(|piece| !piece.folded) {
        let before = axis.ticks.len();
        // A piece has as many as fit into it; the first of it that does not fit ends nothing.
        let mut time = piece.from.div_euclid(step).saturating_mul(step);
        if time < piece.from {
            time = time.saturating_add(step);
        }
        while time <= piece.to {
            axis.add(scale.at(time), time, step);
            let Some(next) = time.checked_add(step) else { break };
            time = next;
        }
        // A stretch without a round time in it has its beginning marked.
        if axis.ticks.len() == before {
            axis.add(scale.at(piece.from), piece.from, step);
        }
    }
    (axis.ticks, one)
}

/// The smallest round step whose labels can stand side by side.
fn step(scale: &Scale) -> i64 {
    let fits = |step: &i64| scale.span_of(width(&label_of(0, *step)) + APART) <= *step;
    STEPS.iter().copied().find(fits).unwrap_or_else(|| {
        let mut step = 364 * DAY;
        while !fits(&step) && step < i64::MAX / 4 {
            step *= 2;
        }
        step
    })
}

struct Axis {
    ticks: Vec<Tick>,
    /// Where the last label ends.
    end: i64,
    /// The day that was said last, and where its label ends.
    day: Option<NaiveDate>,
    day_end: i64,
    left: i64,
    right: i64,
}

impl Axis {
    /// Adds a mark where its label has room.
    fn add(&mut self, x: i64, time: i64, step: i64) {
        let label = label_of(time, step);
        let half = width(&label) / 2;
        if x - half < self.end.saturating_add(APART / 2) || x - half < self.left || x + half > self.right {
            return;
        }
        self.end = x + half;
        let day = day(time).filter(|day| step < DAY && Some(*day) != self.day);
        let day = day.and_then(|day| {
            let words = day.to_string();
            let half = width(&words) / 2;
            if x - half < self.day_end.saturating_add(APART / 2) || x - half < self.left || x + half > self.right {
                return None;
            }
            (self.day, self.day_end) = (Some(day), x + half);
            Some(words)
        });
        self.ticks.push(Tick { x, label, day });
    }
}

fn label_of(time: i64, step: i64) -> String {
    let format = match step {
        DAY.. => "%Y-%m-%d",
        MINUTE.. => "%H:%M",
        _ => "%H:%M:%S",
    };
    DateTime::from_timestamp_millis(time).map_or_else(String::new, |time| time.format(format).to_string())
}

fn day(time: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp_millis(time).map(|time| time.date_naive())
}
