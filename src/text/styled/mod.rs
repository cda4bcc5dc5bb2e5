//! Output as a terminal shows it: lines of text in colour.

mod feed;
mod line;
mod render;
mod screen;
mod scrolled;
#[cfg(test)]
mod tests;

pub use line::{Colour, Line, Span, Style};
pub use render::{MOST_LINES, render, render_cut, render_end};
pub use screen::Screen;
