//! A table: on paper and on a wide screen as one, on a narrow one row by row, each cell with the head of its column.

use std::fmt::Write as _;

use super::escape;

/// A table on its way.
#[derive(Debug, Default)]
pub(super) struct Table {
    head: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

/// A cell, typeset, and its words alone.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) html: String,
    pub(super) plain: String,
}

/// Cells up to so many characters stay in one line; fewer where many columns share it.
const SHORT: usize = 20;
const SHORT_OF_MANY: usize = 12;
/// More columns than this are many.
const MANY: usize = 7;

/// Key moments in the words of the timeline, and how they are shown.
const MARKERS: [(&str, &str); 6] = [
    ("IMPACT BEGINS", "impact"),
    ("DETECTED", "detected"),
    ("INCIDENT DECLARED", "declared"),
    ("MITIGATED", "mitigated"),
    ("RESOLVED", "resolved"),
    ("INCIDENT CLOSED", "closed"),
];

impl Table {
    /// Begins a row.
    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Adds a cell to the head, or to the last row.
    pub(super) fn cell(&mut self, cell: Cell, head: bool) {
        if head {
            self.head.push(cell);
        } else if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// Writes it.
    pub(super) fn finish(self, out: &mut String) {
        let timeline = self.head.iter().any(|cell| cell.plain == "T+");
        let class = match self.head.len() {
            _ if timeline => "timeline",
            ..=MANY => "rows",
            _ => "rows wide",
        };
        let _ = write!(out, "<div class=\"scroll\"><table class=\"{class}\">\n<thead><tr>");
        for cell in &self.head {
            let _ = write!(out, "<th scope=\"col\">{}</th>", cell.html);
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let labels: Vec<String> = self.head.iter().map(|head| escape::text(&head.plain)).collect();
        for row in &self.rows {
            write_row(row, &labels, out);
        }
        out.push_str("</tbody></table></div>\n");
    }
}

/// Writes a row under the heads of its columns.
fn write_row(row: &[Cell], labels: &[String], out: &mut String) {
    let mut filled = row.iter().filter(|cell| !cell.plain.is_empty());
    if let (Some(only), None, true) = (filled.next(), filled.next(), row.len() > 3) {
        let columns = row.len();
        let _ = writeln!(out, "<tr class=\"gap\"><td colspan=\"{columns}\">{}</td></tr>", only.html);
        return;
    }
    let marker = row.iter().find_map(|cell| {
        let words = cell.html.strip_prefix("<strong>")?;
        let (_, class) = MARKERS.iter().find(|(own, _)| words.starts_with(own))?;
        Some(format!(" class=\"mark {class}\""))
    });
    let _ = write!(out, "<tr{}>", marker.unwrap_or_default());
    let short = if labels.len() > MANY { SHORT_OF_MANY } else { SHORT };
    for (place, cell) in row.iter().enumerate() {
        let label = labels.get(place).map_or("", String::as_str);
        let class = match cell.plain.as_str() {
            "–" | "" => " class=\"none\"",
            plain if plain.chars().count() <= short => " class=\"short\"",
            _ => "",
        };
        let phase = label == "Phase" && matches!(cell.plain.as_str(), "diagnose" | "revert" | "fix" | "verify");
        let html = if phase {
            format!("<span class=\"phase {}\">{}</span>", cell.plain, cell.html)
        } else {
            cell.html.clone()
        };
        let _ = write!(out, "<td data-label=\"{label}\"{class}>{html}</td>");
    }
    out.push_str("</tr>\n");
}
