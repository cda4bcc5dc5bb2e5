//! A table: every row has as many cells as its head.

/// A table on its way. Cells are Markdown already.
pub(super) struct Table<const N: usize> {
    text: String,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(head: [&str; N]) -> Self {
        let mut table = Self { text: String::new() };
        table.row(head.map(str::to_owned));
        table.row([(); N].map(|()| "---".to_owned()));
        table
    }

    pub(super) fn row(&mut self, cells: [String; N]) {
        self.text.push('|');
        for cell in cells {
            self.text.push(' ');
            self.text.push_str(&cell);
            self.text.push_str(if cell.is_empty() { "|" } else { " |" });
        }
        self.text.push('\n');
    }

    pub(super) fn finish(self, out: &mut String) {
        out.push_str(&self.text);
        out.push('\n');
    }
}
