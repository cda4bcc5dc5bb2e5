//! The rows of an output: their times and marks beside them, matches of a search shown in them.

use std::ops::Range;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::drive::Page;
use crate::session::run::RunNo;
use crate::text::styled::{self, Colour};
use crate::text::width;
use crate::tui::layout::MARK;
use crate::tui::model::{Search, SessionScreen, Times};
use crate::tui::theme::{Role, Theme};
use crate::tui::words;

/// The page's rows, so many columns wide without what stands beside them.
pub(super) fn drawn<'a>(
    session: &SessionScreen,
    run: RunNo,
    page: &'a Page,
    columns: u16,
    theme: Theme,
) -> Vec<Line<'a>> {
    let output = &session.output;
    let beside = Beside::new(session, run, theme);
    let spot = output.search.as_ref().and_then(Search::spot).map(|spot| spot.line);
    let mut lines = Vec::with_capacity(page.lines.len());
    let mut number = page.first_line;
    let mut row = 0;
    while row < page.lines.len() {
        let more = page.lines[row + 1..].iter().take_while(|line| line.continues).count();
        let rows = &page.lines[row..=row + more];
        let found = match &output.search {
            Some(search) => matches(rows, columns, |text| search.finder.ranges(text)),
            None => vec![Vec::new(); rows.len()],
        };
        for (place, (line, found)) in rows.iter().zip(found).enumerate() {
            let mut drawn = Line::from(spans(line, &found, spot == Some(number), theme));
            let time = page.times.get(row + place).copied().flatten().filter(|_| place == 0);
            beside.write(&mut drawn, number, time);
            lines.push(drawn);
        }
        row += rows.len();
        number += 1;
    }
    lines
}

/// What stands beside a row.
struct Beside {
    times: Times,
    began: DateTime<Utc>,
    zone: FixedOffset,
    pick: Option<(u64, u64, u64)>,
    theme: Theme,
}

impl Beside {
    fn new(session: &SessionScreen, run: RunNo, theme: Theme) -> Self {
        let own = session.is_interactive(run);
        let times = if own { Times::None } else { session.output.look.times };
        let began = session.walk.state().runs.get(&run).map(|run| run.at.at).unwrap_or_default();
        let pick = session.output.pick.map(|pick| (pick.range().0, pick.range().1, pick.to));
        Self { times, began, zone: session.zone(), pick, theme }
    }

    fn write(&self, line: &mut Line<'_>, number: u64, time: Option<u64>) {
        let columns = usize::from(self.times.columns());
        if columns > 0 {
            let text = match (self.times, time) {
                (Times::Since, Some(ms)) => words::since(ms),
                (Times::Clock, Some(ms)) => {
                    let after = TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX));
                    words::clock(self.began.checked_add_signed(after).unwrap_or(self.began), self.zone)
                }
                _ => String::new(),
            };
            let text = format!("{text:>0$} ", columns - 1);
            line.spans.insert(0, Span::styled(text, self.theme.style(Role::Dim)));
        }
        let Some((first, last, to)) = self.pick else { return };
        let picked = (first..=last).contains(&number);
        let mark = match picked {
            true if number == to => "> ",
            true => "| ",
            false => "  ",
        };
        debug_assert_eq!(mark.len(), usize::from(MARK));
        line.spans.insert(0, Span::styled(mark, self.theme.style(Role::Key)));
        if picked {
            *line = std::mem::take(line).patch_style(self.theme.style(Role::Selected));
        }
    }
}

/// A row's text, what matches shown in it.
fn spans<'a>(line: &'a styled::Line, found: &[Range<usize>], here: bool, theme: Theme) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for span in &line.spans {
        let end = start + span.text.len();
        let mut cuts = vec![start, end];
        cuts.extend(found.iter().flat_map(|range| [range.start, range.end]).filter(|cut| (start..end).contains(cut)));
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let Some(text) = span.text.get(from - start..to - start) else { continue };
            let own = style(&span.style, theme);
            let matches = found.iter().any(|range| range.contains(&from));
            spans.push(Span::styled(text, if matches { marked(own, here, theme) } else { own }));
        }
        start = end;
    }
    spans
}

/// Shows that a text matches, whatever it looks like by itself; that of the line gone to is bold and underlined besides.
fn marked(own: Style, here: bool, theme: Theme) -> Style {
    let reversed = own.add_modifier.contains(Modifier::REVERSED);
    let style = if reversed { own.remove_modifier(Modifier::REVERSED) } else { own.add_modifier(Modifier::REVERSED) };
    if here {
        let style = style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        return if theme.is_coloured() { style.fg(Color::Yellow).bg(Color::Reset) } else { style };
    }
    style
}

/// Where a line matches, row by row: it is searched in one piece, however it is wrapped.
fn matches(rows: &[styled::Line], columns: u16, ranges: impl Fn(&str) -> Vec<Range<usize>>) -> Vec<Vec<Range<usize>>> {
    let mut text = String::new();
    let mut starts = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        starts.push(text.len());
        let own = row.text();
        text.push_str(&own);
        // Blanks at the end of a row are not in it, but they are in its line.
        if place + 1 < rows.len() {
            let missing = usize::from(columns).saturating_sub(width::columns(&own));
            text.extend(std::iter::repeat_n(' ', missing));
        }
    }
    let found = ranges(&text);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let cut = |start: usize, end: usize| {
        let inside = found.iter().filter(|range| range.start < end && range.end > start);
        inside.map(|range| range.start.max(start) - start..range.end.min(end) - start).collect()
    };
    starts.iter().copied().zip(ends).map(|(start, end)| cut(start, end)).collect()
}

/// A style of a command's own; its colours only where colours are wanted.
fn style(own: &styled::Style, theme: Theme) -> Style {
    let mut style = Style::new();
    if theme.is_coloured() {
        style.fg = colour(own.foreground);
        style.bg = colour(own.background);
    }
    let modifiers = [
        (own.bold, Modifier::BOLD),
        (own.dim, Modifier::DIM),
        (own.italic, Modifier::ITALIC),
        (own.underline, Modifier::UNDERLINED),
        (own.inverse, Modifier::REVERSED),
    ];
    for (_, modifier) in modifiers.into_iter().filter(|(on, _)| *on) {
        style = style.add_modifier(modifier);
    }
    style
}

fn colour(own: Colour) -> Option<Color> {
    match own {
        Colour::Default => None,
        Colour::Index(index) => Some(Color::Indexed(index)),
        Colour::Rgb(red, green, blue) => Some(Color::Rgb(red, green, blue)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::find::{Finder, Query};

    fn row(text: &str, continues: bool) -> styled::Line {
        styled::Line { spans: vec![styled::Span { text: text.to_owned(), ..styled::Span::default() }], continues }
    }

    #[test]
    fn a_match_is_shown_across_the_rows_of_its_line() {
        let finder = Finder::new(&Query::typed("an error")).expect("a query");
        // The blank between the words is the last column of the first row.
        let rows = [row("this is an", false), row("error", true)];
        let found = matches(&rows, 11, |text| finder.ranges(text));
        assert_eq!(found.concat(), [8..11, 0..5]);
        let drawn = spans(&rows[0], &found[0], false, Theme::mono());
        assert_eq!(drawn.iter().map(|span| span.content.as_ref()).collect::<Vec<_>>(), ["this is ", "an"]);
        assert!(drawn[1].style.add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn a_match_in_reversed_text_is_seen_too() {
        let own = Style::new().add_modifier(Modifier::REVERSED);
        assert!(!marked(own, false, Theme::mono()).add_modifier.contains(Modifier::REVERSED));
    }
}
