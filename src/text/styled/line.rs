//! Lines of styled text.

use crate::text::hostile::is_hostile;
use crate::text::width;

/// A colour, as the program asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Colour {
    /// Whatever the terminal's is.
    #[default]
    Default,
    /// Of the palette of 256; the first 16 are the terminal's own.
    Index(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent renditions of a terminal, not states")]
pub struct Style {
    /// Colour of the text.
    pub foreground: Colour,
    /// Colour behind it.
    pub background: Colour,
    /// Bold.
    pub bold: bool,
    /// Faint.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Foreground and background exchanged.
    pub inverse: bool,
}

impl Style {
    /// Appends the sequence that sets exactly this.
    fn append_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\x1b[0");
        let flags = [(self.bold, "1"), (self.dim, "2"), (self.italic, "3"), (self.underline, "4"), (self.inverse, "7")];
        for (_, code) in flags.into_iter().filter(|(on, _)| *on) {
            out.extend_from_slice(format!(";{code}").as_bytes());
        }
        for (colour, base) in [(self.foreground, 38), (self.background, 48)] {
            match colour {
                Colour::Default => {}
                Colour::Index(index) => out.extend_from_slice(format!(";{base};5;{index}").as_bytes()),
                Colour::Rgb(red, green, blue) => {
                    out.extend_from_slice(format!(";{base};2;{red};{green};{blue}").as_bytes());
                }
            }
        }
        out.push(b'm');
    }
}

/// Text of one style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The text; nothing in it can move a cursor.
    pub text: String,
    /// Its look.
    pub style: Style,
}

/// One row of a terminal, without the blanks at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// What stands in it, from the left.
    pub spans: Vec<Span>,
    /// It is the rest of the line above, which was longer than the terminal is wide.
    pub continues: bool,
}

impl Line {
    /// Its text without the styles.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// The part of it between two columns; a wide character that is cut in two becomes a blank.
    #[must_use]
    pub fn cut(&self, left: u16, columns: u16) -> Self {
        let (left, right) = (usize::from(left), usize::from(left) + usize::from(columns));
        let mut line = Self { spans: Vec::new(), continues: self.continues };
        let mut column = 0;
        for span in &self.spans {
            for character in span.text.chars() {
                let end = column + width::columns(character.encode_utf8(&mut [0; 4]));
                // What has no width of its own stays with the character before it.
                let inside = if end == column { left < end && end <= right } else { left <= column && end <= right };
                if inside {
                    line.write(span.style, std::iter::once(character));
                } else if end > left && column < right {
                    line.write(span.style, std::iter::once(' '));
                }
                column = end;
            }
        }
        line
    }

    /// Appends it as a terminal would be told: its text with the sequences for its looks, which end with it.
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        for span in &self.spans {
            let plain = span.style == Style::default();
            if !plain {
                span.style.append_to(out);
            }
            out.extend_from_slice(span.text.as_bytes());
            if !plain {
                out.extend_from_slice(b"\x1b[m");
            }
        }
    }

    /// The row of a terminal.
    pub(super) fn of(screen: &vt100::Screen, row: u16, continues: bool) -> Self {
        let mut line = Self { spans: Vec::new(), continues };
        // Blanks are written only once something follows them.
        let mut blanks = 0;
        let (_, columns) = screen.size();
        for column in 0..columns.get() {
            let Some(cell) = screen.cell(row, column) else { break };
            if cell.is_wide_continuation() {
                continue;
            }
            let style = style(cell);
            let is_blank = matches!(cell.contents(), "" | " ");
            if is_blank && style == Style::default() {
                blanks += 1;
                continue;
            }
            if blanks > 0 {
                line.write(Style::default(), std::iter::repeat_n(' ', blanks));
                blanks = 0;
            }
            if is_blank || cell.contents().chars().all(is_hostile) {
                line.write(style, std::iter::once(' '));
            } else {
                line.write(style, cell.contents().chars().filter(|character| !is_hostile(*character)));
            }
        }
        line
    }

    fn write(&mut self, style: Style, text: impl Iterator<Item = char>) {
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.text.extend(text),
            _ => self.spans.push(Span { text: text.collect(), style }),
        }
    }
}

fn style(cell: &vt100::Cell) -> Style {
    Style {
        foreground: colour(cell.fgcolor()),
        background: colour(cell.bgcolor()),
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
        inverse: cell.inverse(),
    }
}

fn colour(colour: vt100::Color) -> Colour {
    match colour {
        vt100::Color::Default => Colour::Default,
        vt100::Color::Idx(index) => Colour::Index(index),
        vt100::Color::Rgb(red, green, blue) => Colour::Rgb(red, green, blue),
    }
}
