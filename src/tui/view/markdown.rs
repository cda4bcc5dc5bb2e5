//! Markdown in lines of a width: what runbooks need of it, and nothing drawn that could move a cursor.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::prose;
use crate::text::visible;
use crate::tui::theme::{Role, Theme};

/// Markdown as lines.
pub(super) fn lines(text: &str, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut writer = Writer::new(columns, theme);
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS) {
        writer.event(event);
    }
    writer.flush();
    while writer.lines.last().is_some_and(|line| line.spans.is_empty()) {
        writer.lines.pop();
    }
    writer.lines
}

struct Writer {
    columns: usize,
    theme: Theme,
    lines: Vec<Line<'static>>,
    /// The paragraph so far.
    pieces: Vec<(String, Style)>,
    styles: Vec<Style>,
    /// Open lists: the next number, or none for bullets.
    lists: Vec<Option<u64>>,
    /// The mark of the item that has just begun.
    mark: Option<String>,
    quotes: usize,
    code: bool,
    link: Option<String>,
}

impl Writer {
    fn new(columns: usize, theme: Theme) -> Self {
        Self {
            columns,
            theme,
            lines: Vec::new(),
            pieces: Vec::new(),
            styles: vec![Style::new()],
            lists: Vec::new(),
            mark: None,
            quotes: 0,
            code: false,
            link: None,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, self.style()),
            Event::Code(text) => self.text(&text, self.style().patch(self.theme.style(Role::Code))),
            // HTML is shown as it stands: hiding it would hide what the author wrote.
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text, self.theme.style(Role::Dim)),
            Event::SoftBreak => self.text(" ", self.style()),
            Event::HardBreak => self.pieces.push(("\n".to_owned(), self.style())),
            Event::Rule => {
                self.flush();
                let rule = "-".repeat(self.columns.min(20));
                self.lines.push(Line::styled(rule, self.theme.style(Role::Dim)));
                self.gap();
            }
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }, self.style()),
            Event::FootnoteReference(name) => self.text(&format!("[{name}]"), self.style()),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let theme = self.theme;
        let role = |role| theme.style(role);
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                self.styles.push(role(Role::Heading));
            }
            Tag::Strong => self.styles.push(self.style().patch(role(Role::Strong))),
            Tag::Emphasis => self.styles.push(self.style().patch(role(Role::Emphasis))),
            Tag::Strikethrough => self.styles.push(self.style().add_modifier(Modifier::CROSSED_OUT)),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.styles.push(self.style().patch(role(Role::Link)));
                self.link = Some(dest_url.to_string());
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.code = true;
                if let CodeBlockKind::Fenced(language) = kind
                    && language.as_ref() == "danger"
                {
                    self.text("careful:\n", role(Role::Warn));
                }
            }
            Tag::List(start) => {
                self.flush();
                self.lists.push(*start);
            }
            Tag::Item => {
                self.flush();
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.mark = Some(mark);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush();
                self.pop();
            }
            TagEnd::Paragraph => {
                self.flush();
                if self.lists.is_empty() {
                    self.gap();
                }
            }
            TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough => self.pop(),
            TagEnd::Link | TagEnd::Image => {
                self.pop();
                if let Some(address) = self.link.take() {
                    let shown = self.pieces.last().is_some_and(|(text, _)| *text == address);
                    if !shown {
                        self.text(&format!(" ({address})"), self.theme.style(Role::Dim));
                    }
                }
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
                self.gap();
            }
            TagEnd::CodeBlock => {
                self.flush();
                self.code = false;
                self.gap();
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.gap();
                }
            }
            TagEnd::Item => {
                self.flush();
                self.mark = None;
            }
            _ => {}
        }
    }

    fn style(&self) -> Style {
        if self.code { self.theme.style(Role::Code) } else { self.styles.last().copied().unwrap_or_default() }
    }

    fn pop(&mut self) {
        if self.styles.len() > 1 {
            self.styles.pop();
        }
    }

    /// Adds text: lines of it stay lines, in code blocks only.
    fn text(&mut self, text: &str, style: Style) {
        for (place, line) in text.split('\n').enumerate() {
            if place > 0 {
                self.pieces.push(("\n".to_owned(), style));
            }
            if !line.is_empty() {
                self.pieces.push((visible::clean(line).into_owned(), style));
            }
        }
    }

    /// Ends the paragraph.
    fn flush(&mut self) {
        if self.pieces.is_empty() {
            return;
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        if pieces.last().is_some_and(|(text, _)| text == "\n") {
            pieces.pop();
        }
        let mut indent = "> ".repeat(self.quotes);
        indent.push_str(&"  ".repeat(self.lists.len().saturating_sub(1)));
        let mut first = indent.clone();
        if let Some(mark) = self.mark.take() {
            indent.push_str(&" ".repeat(mark.len()));
            first.push_str(&mark);
        } else if !self.lists.is_empty() {
            indent.push_str("  ");
            first.push_str("  ");
        }
        if self.code {
            indent.push_str("  ");
            first.push_str("  ");
        }
        self.lines.extend(prose::wrap(&pieces, self.columns, &first, &indent));
    }

    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.spans.is_empty()) {
            self.lines.push(Line::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        lines(text, 40, Theme::mono()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_runbooks_are_written_in_is_shown() {
        let text = "# First\nLook for the *first* `exception`.\n\n1. one\n2. two, which is long enough to wrap around\n   - deep\n\n> quoted\n\n```sh\nls -l\n  x\n```\nSee [the wiki](https://w.example/x).";
        let expected = [
            "First",
            "Look for the first exception.",
            "",
            "1. one",
            "2. two, which is long enough to wrap",
            "   around",
            "  - deep",
            "",
            "> quoted",
            "",
            "  ls -l",
            "    x",
            "",
            "See the wiki (https://w.example/x).",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn controls_do_not_reach_the_terminal() {
        let text = shown("a\u{1b}[31mb\u{7}\tc `\u{9b}0m`").join("\n");
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
    }

    #[test]
    fn any_width_ends() {
        for columns in 0..12 {
            lines("# a\n- b c\n  - d\n\n> e\n\n```\nf\n```", columns, Theme::coloured());
        }
    }
}
