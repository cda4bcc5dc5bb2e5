//! The picture itself.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::axis::{self, Tick};
use super::flags::{self, BESIDE, Placed};
use super::moments::{Moments, Run};
use super::scale::{self, Scale};
use super::{px, width};
use crate::postmortem::html::escape;
use crate::runbook::PhaseName;

/// What the picture is drawn on.
pub(super) struct Sheet {
    /// How wide it is.
    wide: i64,
    /// Where the drawing begins; where there is room before it, the rows are named there.
    left: i64,
    /// What it is called in the style and in names.
    name: &'static str,
}

/// For a screen as wide as a desk, and for paper.
pub(super) const BROAD: Sheet = Sheet { wide: 9_000, left: 560, name: "broad" };
/// For a phone.
pub(super) const NARROW: Sheet = Sheet { wide: 3_700, left: 40, name: "narrow" };

/// Free at the right.
const EDGE: i64 = 60;
/// The height of a flag's label: two lines.
const FLAG: i64 = 310;
/// The rows.
const IMPACT: i64 = 80;
const PHASES: i64 = 220;
const RUNS: i64 = 200;
const SPACE: i64 = 60;
/// A line of words.
const LINE: i64 = 160;

/// Draws on a sheet. `title` and `words` are for those who do not see it.
pub(super) fn draw(moments: &Moments, sheet: &Sheet, title: &str, words: &str) -> String {
    let scale = fitting(moments, sheet);
    let flags = flags::place(&moments.flags, &scale);
    let levels = flags.iter().map(|flag| flag.level + 1).max().unwrap_or(0);
    let top = i64::try_from(levels).unwrap_or(0) * FLAG + SPACE;
    let right = scale.pieces.last().map_or(sheet.wide, |piece| piece.right);
    let (ticks, day) = axis::axis(&scale, 0, sheet.wide);
    let rows = Rows::below(top, moments);
    let days = ticks.iter().any(|tick| tick.day.is_some());
    let zone = rows.zone(sheet, days);
    let last = (zone + if day.is_some() { LINE } else { 0 }).max(rows.axis + 170 + if days { LINE } else { 0 });

    let Sheet { wide, name, .. } = sheet;
    let mut svg = Svg { out: String::new() };
    let (width, height) = (px(*wide), px(last + SPACE));
    svg.line(&format!(
        "<svg class=\"{name}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"{name}__title {name}__words\">"
    ));
    svg.line(&format!("<title id=\"{name}__title\">{}</title>", escape::text(title)));
    svg.line(&format!("<desc id=\"{name}__words\">{}</desc>", escape::text(words)));
    svg.line(&format!(
        "<defs><pattern id=\"{name}__hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect class=\"paper\" width=\"6\" height=\"6\"/>\
         <line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>",
    ));
    if sheet.has_names() {
        svg.names(&rows, moments);
    }
    svg.phases(moments, &scale, &rows);
    svg.runs(&moments.runs, &scale, &rows);
    svg.gaps(&moments.gaps, &scale, &rows);
    // Users felt it also while nothing was recorded.
    if let Some((from, to)) = moments.impact {
        svg.bar("impact", scale.at(from), scale.at(to), rows.impact, IMPACT);
    }
    svg.axis(&ticks, (sheet.left, right), &rows);
    svg.zone(day, zone);
    svg.flags(&flags, &rows, top);
    svg.line("</svg>");
    svg.out
}

impl Sheet {
    fn has_names(&self) -> bool {
        self.left > width("impact")
    }
}

/// A scale that leaves room for the labels at its right end.
fn fitting(moments: &Moments, sheet: &Sheet) -> Scale {
    let new = |right| Scale::new(moments.first, moments.last, &moments.gaps, sheet.left, right);
    let over = |scale: &Scale| {
        let ends = moments.flags.iter().map(|flag| scale.at(flag.from) + flags::label_width(flag));
        ends.max().unwrap_or(0).saturating_sub(sheet.wide).max(0)
    };
    let mut right = sheet.wide - EDGE;
    let mut scale = new(right);
    // Narrower, every flag is further to the left; a few times is enough, and the widest label always is.
    for _ in 0..6 {
        let over = over(&scale);
        if over == 0 {
            return scale;
        }
        right -= over;
        scale = new(right);
    }
    new(sheet.wide - moments.flags.iter().map(flags::label_width).max().unwrap_or(0).max(EDGE))
}

/// Where the rows are, from the top.
struct Rows {
    impact: i64,
    phases: i64,
    runs: i64,
    axis: i64,
}

impl Rows {
    /// What there is nothing for takes no room.
    fn below(top: i64, moments: &Moments) -> Self {
        let impact = if moments.impact.is_some() { IMPACT + SPACE } else { 0 };
        let phases = if moments.stays.is_empty() { 0 } else { PHASES + SPACE };
        let runs = top + impact + phases;
        Self { impact: top, phases: top + impact, runs, axis: runs + RUNS + SPACE }
    }

    /// Where the zone is named: beside the first line of the axis where there is room, else in a line of its own.
    fn zone(&self, sheet: &Sheet, days: bool) -> i64 {
        let below = if sheet.has_names() { 0 } else { LINE + if days { LINE } else { 0 } };
        self.axis + 170 + below
    }
}

struct Svg {
    out: String,
}

impl Svg {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn bar(&mut self, class: &str, from: i64, to: i64, y: i64, height: i64) {
        let wide = (to - from).max(15);
        let (x, y, wide, height) = (px(from), px(y), px(wide), px(height));
        let _ =
            writeln!(self.out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{height}\"/>");
    }

    fn text(&mut self, class: &str, x: i64, y: i64, words: &str) {
        let (x, y, words) = (px(x), px(y), escape::text(words));
        let _ = writeln!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{words}</text>");
    }

    fn rule(&mut self, class: &str, (x1, y1): (i64, i64), (x2, y2): (i64, i64)) {
        let (x1, y1, x2, y2) = (px(x1), px(y1), px(x2), px(y2));
        let _ = writeln!(self.out, "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
    }

    fn names(&mut self, rows: &Rows, moments: &Moments) {
        if moments.impact.is_some() {
            self.text("name", 0, rows.impact + IMPACT / 2 + 40, "impact");
        }
        if !moments.stays.is_empty() {
            self.text("name", 0, rows.phases + PHASES / 2 + 40, "phase");
        }
        if !moments.runs.is_empty() {
            self.text("name", 0, rows.runs + RUNS / 2 + 40, "runs");
        }
    }

    fn phases(&mut self, moments: &Moments, scale: &Scale, rows: &Rows) {
        let Moments { stays, gaps, .. } = moments;
        // Stays beside each other in one phase are one band.
        let mut bands: Vec<(PhaseName, i64, i64)> = Vec::new();
        for stay in stays {
            let (from, to) = (scale.at(stay.from.timestamp_millis()), scale.at(stay.to.timestamp_millis()));
            match bands.last_mut() {
                Some((phase, _, end)) if *phase == stay.phase => *end = to.max(*end),
                _ => bands.push((stay.phase, from, to)),
            }
        }
        for (phase, from, to) in &bands {
            self.bar(&format!("band {phase}"), *from, *to, rows.phases, PHASES);
        }
        // Words after all bands: one that was left and entered again may lie over its neighbour.
        let mut end = i64::MIN;
        for (place, (phase, from, to)) in bands.iter().enumerate() {
            let words = phase.to_string();
            let next = bands.get(place + 1).map_or(*to, |next| next.1.min(*to));
            let wide = width(&words) + 120;
            // On a hatched ground words are hard to read.
            let hatched = || gaps.iter().any(|gap| scale.at(gap.0) < from + wide && *from < scale.at(gap.1));
            if *from >= end && from + wide <= next && !hatched() {
                self.text("in", from + 60, rows.phases + PHASES / 2 + 40, &words);
                end = from + wide;
            }
        }
    }

    /// A tick where a run begins, and a line as long as it ran. However many there are, there is one per pixel at most.
    fn runs(&mut self, runs: &[Run], scale: &Scale, rows: &Rows) {
        for change in [false, true] {
            let (class, y, height) = if change { ("change", 0, RUNS) } else { ("read", 50, RUNS - 100) };
            let own = || runs.iter().filter(|run| run.change == change);
            let mut spans: Vec<(i64, i64)> = own().map(|run| (scale.at(run.from), scale.at(run.to))).collect();
            spans.sort_unstable();
            let mut open: Option<(i64, i64)> = None;
            for (from, to) in spans {
                match &mut open {
                    Some((_, end)) if from <= *end => *end = to.max(*end),
                    _ => {
                        if let Some((from, to)) = open.replace((from, to)).filter(|(from, to)| to - from > 20) {
                            self.bar(&format!("{class} lasting"), from, to, rows.runs + RUNS / 2 - 20, 40);
                        }
                    }
                }
            }
            if let Some((from, to)) = open.filter(|(from, to)| to - from > 20) {
                self.bar(&format!("{class} lasting"), from, to, rows.runs + RUNS / 2 - 20, 40);
            }
            let begins: std::collections::BTreeSet<i64> = own().map(|run| scale.at(run.from) / 20 * 20).collect();
            for x in begins {
                self.bar(class, x, x + 15, rows.runs + y, height);
            }
        }
    }

    fn gaps(&mut self, gaps: &[(i64, i64)], scale: &Scale, rows: &Rows) {
        let (top, height) = (rows.impact, rows.axis - rows.impact);
        let mut end = i64::MIN;
        for gap in gaps {
            let (from, to) = (scale.at(gap.0), scale.at(gap.1));
            if to - from < 20 {
                continue;
            }
            self.bar("gap", from, to, top, height);
            let words = scale::words(*gap);
            let wide = width(&words);
            let middle = i64::midpoint(from, to);
            if to - from >= wide + 60 && middle - wide / 2 > end {
                self.bar("paper", middle - wide / 2 - 30, middle + wide / 2 + 30, rows.runs + 20, RUNS - 40);
                self.text("gap-words", middle, rows.runs + RUNS / 2 + 40, &words);
                end = middle + wide / 2;
            }
        }
    }

    fn axis(&mut self, ticks: &[Tick], (left, right): (i64, i64), rows: &Rows) {
        self.rule("axis", (left, rows.axis), (right, rows.axis));
        for tick in ticks {
            self.rule("axis", (tick.x, rows.axis), (tick.x, rows.axis + 50));
            self.text("tick", tick.x, rows.axis + 170, &tick.label);
            if let Some(day) = &tick.day {
                self.text("tick", tick.x, rows.axis + 170 + LINE, day);
            }
        }
    }

    fn zone(&mut self, day: Option<NaiveDate>, y: i64) {
        self.text("name", 0, y, "UTC");
        if let Some(day) = day {
            self.text("name", 0, y + LINE, &day.to_string());
        }
    }

    fn flags(&mut self, flags: &[Placed], rows: &Rows, top: i64) {
        let lowest = top - SPACE;
        for Placed { flag, x, to, level } in flags {
            let bottom = lowest - i64::try_from(*level).unwrap_or(0) * FLAG;
            let head = bottom - FLAG + 40;
            let class = flag.class;
            let _ = writeln!(self.out, "<g class=\"flag {class}\">");
            self.rule("pole", (*x, head), (*x, rows.axis));
            if to > x {
                self.bar("range", *x, *to, rows.axis - 20, 20);
            }
            self.text("title", x + BESIDE, head + 110, &flag.title);
            self.text("time", x + BESIDE, head + 240, &flag.time);
            self.line("</g>");
        }
    }
}
