//! The output pane: searching, picking lines, how lines are shown.

use chrono::{Offset as _, Utc};

use super::{menus, want};
use crate::drive::{Job, Spot, Step};
use crate::session::evidence::time_in;
use crate::session::run::RunNo;
use crate::session::walk::Intent;
use crate::text::find::{Finder, Query};
use crate::text::human;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::{
    Ask, Model, Output, Overlay, Pane, Pick, Prompt, Search, SessionScreen, Taken, Times, WhatFor,
};

/// Most lines of one pin.
pub(crate) const PIN_LINES: u64 = 1000;
/// Longest text of one pin, in bytes.
const PIN_BYTES: usize = 64 << 10;
/// Longest text that is copied, in bytes: in base64 it is 100,000, more than that terminals throw away.
const COPY_BYTES: usize = 74_994;

/// The question what to look for.
pub(super) fn prompt(model: &Model) -> Overlay {
    let before = model.session().and_then(|session| session.output.search.as_ref());
    let title = before.map_or_else(
        || "Search the whole output".to_owned(),
        |search| format!("Search the whole output (empty: {} again)", search.query.written()),
    );
    let prompt = Prompt::new(Ask::Search, title)
        .hint("as it is written, or re: and a pattern; a capital makes the case count")
        .hint("then n is the next match, N the one before; Ctrl-G goes to a line");
    Overlay::Prompt(Box::new(prompt))
}

/// Something is to be looked for.
pub(super) fn search(model: &mut Model, typed: &str) -> Result<(), String> {
    let Some(session) = model.session_mut() else { return Ok(()) };
    let before = session.output.search.as_ref().map(|search| search.query.clone());
    let query = match before {
        Some(query) if typed.is_empty() => query,
        _ => Query::typed(typed),
    };
    let finder = Finder::new(&query)?;
    let output = &mut session.output;
    // Where the end is followed nobody looked anywhere: the first match of all is often what began it.
    let from = output.anchor.unwrap_or(1);
    let step = next_step(output, from, false);
    output.search = Some(Search { query, finder, step, found: None, at: None });
    session.focus = Pane::Output;
    Ok(())
}

fn next_step(output: &mut Output, from: u64, back: bool) -> Step {
    output.steps += 1;
    Step { asked: output.steps, from, back }
}

/// To the next match, or to the one before.
pub(super) fn seek(model: &mut Model, back: bool) {
    let Some(session) = model.session_mut() else { return };
    let output = &mut session.output;
    let (first, last) = output.in_sight();
    let Some(search) = &output.search else { return };
    // From the match, as long as it is to be seen; else from where the operator looks.
    let spot = search.spot().map(|spot| spot.line).filter(|line| (first..=last).contains(line));
    let (from, wrapped) = match (spot, back) {
        (Some(line), false) => (line + 1, None),
        (Some(line), true) => (line.saturating_sub(1), (line == 1).then_some(u64::MAX)),
        (None, false) => (first, None),
        (None, true) => (last, None),
    };
    let step = next_step(output, wrapped.unwrap_or(from), back);
    if let Some(search) = &mut output.search {
        search.step = step;
    }
}

/// A match was found: it is put on the page.
pub(super) fn found(session: &mut SessionScreen, spot: Spot, rows: u16, columns: u16) {
    let output = &mut session.output;
    output.go_to(spot.line, rows);
    let column = u16::try_from(spot.column).unwrap_or(u16::MAX);
    let shown = output.look.left..output.look.left.saturating_add(columns.saturating_sub(columns / 4));
    if output.look.cut && !shown.contains(&column) {
        output.look.left = column.saturating_sub(columns / 4);
    }
}

/// Nothing is looked for any more.
pub(super) fn end_search(model: &mut Model) {
    if let Some(session) = model.session_mut() {
        session.output.search = None;
        model.say("The search is over; End follows the output again.");
    }
}

/// To a line, or so far into the output.
pub(super) fn to_line(model: &mut Model, typed: &str) -> Result<(), String> {
    let rows = layout::output_rows(model);
    let Some(session) = model.session_mut() else { return Ok(()) };
    let output = &mut session.output;
    let total = output.total();
    let line = place(typed.trim(), total)?;
    output.hold();
    let last = total.saturating_sub(u64::from(rows)) + 1;
    output.anchor = Some(line.clamp(1, last));
    session.focus = Pane::Output;
    Ok(())
}

fn place(typed: &str, total: u64) -> Result<u64, String> {
    let wrong = || format!("Say a line from 1 to {total}, or a part of the output: 50%.");
    let number = |text: &str| text.replace([',', '_'], "").parse::<u64>().map_err(|_| wrong());
    match typed.strip_suffix('%') {
        Some(part) => match number(part.trim())? {
            part @ 0..=100 => Ok((u128::from(total) * u128::from(part) / 100).try_into().unwrap_or(total)),
            _ => Err(wrong()),
        },
        None => match number(typed)? {
            line if (1..=total).contains(&line) => Ok(line),
            _ => Err(wrong()),
        },
    }
}

/// Begins to pick lines: at the match that is to be seen, else at the last line of the page.
pub(super) fn pick(model: &mut Model) {
    let Some(session) = model.session_mut() else { return };
    let output = &mut session.output;
    let Some(last) = output.last_line() else { return };
    let first = output.current().map_or(1, |page| page.first_line);
    let spot = output.search.as_ref().and_then(Search::spot).map(|spot| spot.line);
    let line = spot.filter(|line| (first..=last).contains(line)).unwrap_or(last);
    output.pick = Some(Pick { from: line, to: line, followed: output.anchor.is_none() });
    // The lines must not move away while they are being picked.
    output.hold();
    session.focus = Pane::Output;
}

/// Moves the end of the picked lines, and the page with it; false where nothing is being picked.
pub(super) fn pick_by(model: &mut Model, by: i64) -> bool {
    let rows = u64::from(layout::output_rows(model));
    let Some(session) = model.session_mut() else { return false };
    let output = &mut session.output;
    let total = output.total().max(1);
    let Some(pick) = &mut output.pick else { return false };
    pick.to = pick.to.saturating_add_signed(by).clamp(1, total);
    let to = pick.to;
    let anchor = output.anchor.unwrap_or(1);
    output.anchor = Some(if to < anchor { to } else { anchor.max((to + 1).saturating_sub(rows)) });
    true
}

/// The line being picked stays on the page, however many rows the lines before it take.
pub(super) fn keep_in_sight(session: &mut SessionScreen) {
    let output = &mut session.output;
    let (Some(pick), Some(anchor), Some(last)) = (output.pick, output.anchor, output.last_line()) else { return };
    let shown = output.current().map(|page| page.first_line) == Some(anchor);
    if shown && pick.to > last && anchor < pick.to {
        output.anchor = Some((anchor + (pick.to - last)).min(pick.to));
    }
}

/// The picked lines begin at this one.
pub(super) fn pick_from(model: &mut Model) {
    if let Some(pick) = model.session_mut().and_then(|session| session.output.pick.as_mut()) {
        pick.from = pick.to;
    }
}

/// Nothing is picked any more.
pub(super) fn end_pick(model: &mut Model) {
    let Some(session) = model.session_mut() else { return };
    session.output.taken = None;
    if let Some(pick) = session.output.pick.take()
        && pick.followed
        && session.output.search.is_none()
    {
        session.output.anchor = None;
    }
}

/// Asks for the text of the picked lines.
pub(super) fn take(model: &mut Model, what_for: WhatFor) -> Vec<Effect> {
    let Some(session) = model.session_mut() else { return Vec::new() };
    let (Some(pick), Some(run)) = (session.output.pick, session.output.run) else { return Vec::new() };
    let most = match what_for {
        WhatFor::Pin | WhatFor::Mark if pick.lines() > PIN_LINES => {
            let lines = pick.lines();
            model.warn(format!("A pin holds {PIN_LINES} lines, these are {lines}: Space begins them here, y copies."));
            return Vec::new();
        }
        WhatFor::Pin | WhatFor::Mark => PIN_BYTES,
        WhatFor::Copy => COPY_BYTES,
    };
    let (first, last) = pick.range();
    session.output.taken = Some(Taken { first, last, what_for });
    vec![Effect::job(Job::Text { run, first, last, most })]
}

/// The text of lines came, or why it did not.
pub(super) fn text(model: &mut Model, run: RunNo, lines: (u64, u64), text: Result<String, String>) -> Vec<Effect> {
    let Some(session) = model.session_mut() else { return Vec::new() };
    let meant =
        session.output.taken.filter(|taken| session.output.run == Some(run) && (taken.first, taken.last) == lines);
    let Some(Taken { first, last, what_for }) = meant else { return Vec::new() };
    session.output.taken = None;
    let text = match text {
        Ok(text) => text,
        Err(why) => {
            let (what, most) = match what_for {
                WhatFor::Pin | WhatFor::Mark => ("pin", PIN_BYTES),
                WhatFor::Copy => ("copy", COPY_BYTES),
            };
            let most = human::bytes(most as u64);
            model.warn(format!("could not {what} them: {why} (at most {most}); Space begins them here."));
            return Vec::new();
        }
    };
    end_pick(model);
    match what_for {
        WhatFor::Pin => {
            let effects = want::want(model, Intent::Pin { run, first, last, text });
            if !effects.is_empty() {
                model.say(if first == last {
                    format!("Pinned line {first}.")
                } else {
                    format!("Pinned lines {first} to {last}.")
                });
            }
            effects
        }
        WhatFor::Mark => {
            let (now, zone) = (model.now.at, model.session().map_or_else(|| Utc.fix(), SessionScreen::zone));
            let seen = time_in(&text, now, zone);
            let effects = want::want(model, Intent::Pin { run, first, last, text });
            if seen.is_none() {
                model.warn("These lines tell no time that is understood: say it.");
            }
            model.overlay = model.session().map(|session| menus::mark(session, seen));
            effects
        }
        WhatFor::Copy => {
            let size = human::bytes(text.len() as u64);
            model.say(format!("Sent {size} to the terminal's clipboard (in tmux: set -g set-clipboard on)."));
            vec![Effect::Copy(text)]
        }
    }
}

/// The next way to show when lines came.
pub(super) fn times(model: &mut Model) {
    let Some(session) = model.session_mut() else { return };
    let look = &mut session.output.look;
    look.times = look.times.next();
    let said = match look.times {
        Times::None => "No times.",
        Times::Since => "Times since the run began; t again: by the clock.",
        Times::Clock => "Times by the clock; t again: none.",
    };
    model.say(said);
}

/// Wraps long lines, or cuts them.
pub(super) fn wrap(model: &mut Model) {
    let Some(session) = model.session_mut() else { return };
    let look = &mut session.output.look;
    look.cut = !look.cut;
    look.left = 0;
    let said = if look.cut { "Long lines are cut: Left and Right show the rest." } else { "Long lines are wrapped." };
    model.say(said);
}

/// To the left or to the right, by half of what is to be seen.
pub(super) fn sideways(model: &mut Model, by: i16) {
    let (columns, _) = layout::output_size(model);
    let Some(session) = model.session_mut() else { return };
    let half = i16::try_from((columns / 2).max(1)).unwrap_or(i16::MAX);
    let look = &mut session.output.look;
    look.left = look.left.saturating_add_signed(by.saturating_mul(half));
}

/// The whole output in a pager, from the line on that is at the top.
pub(super) fn pager(model: &Model) -> Vec<Effect> {
    let Some(session) = model.session() else { return Vec::new() };
    let Some(run) = session.output.run else { return Vec::new() };
    let line = session.output.current().map_or(1, |page| page.first_line.max(1));
    vec![Effect::Pager { run, line }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_number_or_a_part() {
        assert_eq!(place("1234", 2000), Ok(1234));
        assert_eq!(place("1,234", 2000), Ok(1234));
        assert_eq!(place("50%", 2000), Ok(1000));
        assert_eq!(place("0 %", 2000), Ok(0));
        for wrong in ["", "x", "2001", "101%", "-1"] {
            assert!(place(wrong, 2000).is_err(), "{wrong}");
        }
    }
}
