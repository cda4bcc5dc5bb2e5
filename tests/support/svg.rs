//! A terminal's screen as an SVG picture, for the README.

use std::fmt::Write;

const CELL: (f32, f32) = (8.4, 18.0);
const PAD: f32 = 12.0;
const PAPER: &str = "#16181d";
const INK: &str = "#d7dae0";
/// The sixteen colours of a common dark theme.
const PALETTE: [&str; 16] = [
    "#1b1e25", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4", "#6b7280", "#f28b93",
    "#b5e08f", "#f2d694", "#82c4ff", "#dd97f2", "#7fd5e0", "#ffffff",
];

/// The screen as a self-contained SVG document.
pub(crate) fn draw(screen: &vt100::Screen) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let width = f32::from(columns) * CELL.0 + 2.0 * PAD;
    let height = f32::from(rows) * CELL.1 + 2.0 * PAD;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', \
         Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        draw_row(&mut svg, screen, row, columns);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Cells of one look that stand beside each other.
struct Run {
    from: u16,
    cells: u16,
    text: String,
    ink: String,
    paper: Option<String>,
    bold: bool,
    underline: bool,
}

fn draw_row(svg: &mut String, screen: &vt100::Screen, row: u16, columns: u16) {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let (mut ink, mut paper) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
        if cell.inverse() {
            (ink, paper) = (Some(paper.unwrap_or_else(|| PAPER.into())), Some(ink.unwrap_or_else(|| INK.into())));
        }
        let ink = if cell.dim() { "#7d828c".to_owned() } else { ink.unwrap_or_else(|| INK.into()) };
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let cells = if cell.is_wide() { 2 } else { 1 };
        match runs.last_mut() {
            Some(run)
                if run.ink == ink
                    && run.paper == paper
                    && run.bold == cell.bold()
                    && run.underline == cell.underline() =>
            {
                run.text.push_str(text);
                run.cells += cells;
            }
            _ => runs.push(Run {
                from: column,
                cells,
                text: text.to_owned(),
                ink,
                paper,
                bold: cell.bold(),
                underline: cell.underline(),
            }),
        }
    }
    let top = f32::from(row) * CELL.1 + PAD;
    for run in runs {
        let (left, wide) = (f32::from(run.from) * CELL.0 + PAD, f32::from(run.cells) * CELL.0);
        if let Some(paper) = &run.paper {
            let _ = writeln!(
                svg,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>",
                CELL.1
            );
        }
        if run.text.trim().is_empty() {
            continue;
        }
        let bold = if run.bold { " font-weight=\"bold\"" } else { "" };
        let underline = if run.underline { " text-decoration=\"underline\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" \
             fill=\"{}\"{bold}{underline}>{}</text>",
            top + 14.0,
            run.ink,
            escape(&run.text)
        );
    }
}

fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => PALETTE.get(usize::from(index)).map(|colour| (*colour).to_owned()),
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
