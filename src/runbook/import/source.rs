//! The Markdown as a tree of blocks, each with its line and its own text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Lists and quotes nested deeper than this are kept as text.
const DEEPEST: usize = 12;

/// A block of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Its first line, from 1.
    pub(super) line: usize,
    /// Its Markdown.
    pub(super) raw: String,
    /// What it is.
    pub(super) what: What,
    /// Code without fences.
    pub(super) indented: bool,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A heading: its level and its words.
    Heading(usize, String),
    /// A paragraph: its words, and the code in it with where in the words it begins.
    Paragraph(String, Vec<(usize, String)>),
    /// Code: what stands beside its fence, and the code itself.
    Code(String, String),
    /// A list: whether it is numbered, and its items.
    List(bool, Vec<Vec<Block>>),
    /// A table, row by row.
    Table(Vec<Vec<Cell>>),
    /// Anything else: a rule, HTML.
    Other,
}

/// A cell of a table: its words, and the code in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cell {
    pub(super) words: String,
    pub(super) code: Vec<String>,
}

/// Reads Markdown. Quotes are opened: what stands in them comes as blocks of its own.
pub(super) fn read(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
    let mut reader =
        Reader { text, starts, events: Parser::new_ext(text, options).into_offset_iter().collect(), next: 0 };
    reader.blocks(None, 0)
}

struct Reader<'t> {
    text: &'t str,
    starts: Vec<usize>,
    events: Vec<(Event<'t>, Range<usize>)>,
    next: usize,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The text of a range, as it would stand at the left edge.
    fn raw(&self, range: &Range<usize>) -> String {
        let text = self.text.get(range.clone()).unwrap_or_default().trim_end();
        // An item's list may begin before the spaces that it is set in by.
        let from = range.start + (text.len() - text.trim_start_matches(' ').len());
        let text = text.trim_start_matches(' ');
        let start = self.starts.get(self.line(from) - 1).copied().unwrap_or_default();
        let indent = self.text.get(start..from).map_or(0, |before| before.chars().count());
        let mut lines = text.split('\n');
        let mut out = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            out.push('\n');
            let own = line.chars().take(indent).take_while(|c| matches!(c, ' ' | '\t' | '>')).count();
            out.extend(line.chars().skip(own));
        }
        out
    }

    fn block(&self, range: &Range<usize>, what: What) -> Block {
        Block { line: self.line(range.start), raw: self.raw(range), what, indented: false }
    }

    /// Blocks up to the end of what they are in.
    fn blocks(&mut self, end: Option<TagEnd>, depth: usize) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut loose = Loose::default();
        while let Some((event, range)) = self.events.get(self.next).cloned() {
            self.next += 1;
            match event {
                Event::End(tag) if Some(tag) == end => break,
                Event::Start(tag) if is_inline(&tag) => loose.open(&range),
                Event::Start(tag) => {
                    loose.close(self, &mut blocks);
                    self.start(tag, &range, depth, &mut blocks);
                }
                Event::Rule | Event::Html(_) => {
                    loose.close(self, &mut blocks);
                    blocks.push(self.block(&range, What::Other));
                }
                // Text that no paragraph holds: the items of a tight list.
                event => loose.add(&event, &range),
            }
        }
        loose.close(self, &mut blocks);
        blocks
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>, depth: usize, blocks: &mut Vec<Block>) {
        let end = tag.to_end();
        match tag {
            Tag::Heading { level, .. } => {
                let (words, _) = self.words(end);
                blocks.push(self.block(range, What::Heading(level_of(level), words)));
            }
            Tag::Paragraph => {
                let (words, code) = self.words(end);
                blocks.push(self.block(range, What::Paragraph(words, code)));
            }
            Tag::CodeBlock(kind) => {
                let (code, _) = self.words(end);
                let kind_is_indented = matches!(kind, CodeBlockKind::Indented);
                let beside = match kind {
                    CodeBlockKind::Fenced(beside) => beside.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let mut block = self.block(range, What::Code(beside, code.clone()));
                if kind_is_indented {
                    // As text of a step it would lose its indent, and with it that it is code.
                    block.indented = true;
                    block.raw = format!("```\n{}\n```", code.trim_end());
                }
                blocks.push(block);
            }
            Tag::List(number) if depth < DEEPEST => {
                let mut items = Vec::new();
                while let Some((event, _)) = self.events.get(self.next).cloned() {
                    self.next += 1;
                    match event {
                        Event::Start(Tag::Item) => items.push(self.blocks(Some(TagEnd::Item), depth + 1)),
                        Event::End(TagEnd::List(_)) => break,
                        _ => {}
                    }
                }
                blocks.push(self.block(range, What::List(number.is_some(), items)));
            }
            Tag::Table(_) => {
                let rows = self.rows();
                blocks.push(self.block(range, What::Table(rows)));
            }
            Tag::BlockQuote(_) if depth < DEEPEST => blocks.extend(self.blocks(Some(end), depth + 1)),
            _ => {
                self.skip();
                blocks.push(self.block(range, What::Other));
            }
        }
    }

    /// Passes over what was opened.
    fn skip(&mut self) {
        let mut open = 1_usize;
        while let Some((event, _)) = self.events.get(self.next) {
            self.next += 1;
            match event {
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
    }

    /// The words up to the end of a block, and the code in them.
    fn words(&mut self, end: TagEnd) -> (String, Vec<(usize, String)>) {
        let mut inline = Inline::default();
        while let Some((event, _)) = self.events.get(self.next).cloned() {
            self.next += 1;
            if event == Event::End(end) {
                break;
            }
            inline.add(&event);
        }
        (inline.words, inline.code)
    }

    fn rows(&mut self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        while let Some((event, _)) = self.events.get(self.next).cloned() {
            self.next += 1;
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => {
                    let (words, code) = self.words(TagEnd::TableCell);
                    let code = code.into_iter().map(|(_, code)| code).collect();
                    if let Some(row) = rows.last_mut() {
                        row.push(Cell { words, code });
                    }
                }
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        rows
    }
}

/// Words without marks, and the code among them.
#[derive(Default)]
struct Inline {
    words: String,
    code: Vec<(usize, String)>,
}

impl Inline {
    fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) | Event::InlineHtml(text) => {
                self.words.push_str(text);
            }
            Event::Code(code) => {
                self.code.push((self.words.len(), code.to_string()));
                self.words.push_str(code);
            }
            Event::SoftBreak => self.words.push(' '),
            Event::HardBreak => self.words.push('\n'),
            _ => {}
        }
    }
}

/// Words outside of any paragraph.
#[derive(Default)]
struct Loose {
    inline: Inline,
    range: Option<Range<usize>>,
}

impl Loose {
    fn open(&mut self, range: &Range<usize>) {
        let own = self.range.get_or_insert_with(|| range.clone());
        own.end = own.end.max(range.end);
    }

    fn add(&mut self, event: &Event<'_>, range: &Range<usize>) {
        if !matches!(event, Event::End(_)) {
            self.open(range);
        }
        self.inline.add(event);
    }

    fn close(&mut self, reader: &Reader<'_>, blocks: &mut Vec<Block>) {
        let inline = std::mem::take(&mut self.inline);
        if let Some(range) = self.range.take()
            && !inline.words.trim().is_empty()
        {
            blocks.push(reader.block(&range, What::Paragraph(inline.words, inline.code)));
        }
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. }
    )
}

fn level_of(level: HeadingLevel) -> usize {
    level as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_their_lines_and_their_own_text() {
        let blocks = read(
            "# Head *line* {#id}\n\n1. One\n\n   ```sh\n   a \\\n     b\n   ```\n2. Two `x y`\n   goes on\n\n> quoted\n> words\n",
        );
        assert_eq!(blocks[0].what, What::Heading(1, "Head line".into()));
        let What::List(true, items) = &blocks[1].what else { panic!("{blocks:?}") };
        assert_eq!(items[0][1].what, What::Code("sh".into(), "a \\\n  b\n".into()));
        assert_eq!(items[0][1].line, 5);
        assert_eq!(items[1][0].what, What::Paragraph("Two x y goes on".into(), vec![(4, "x y".into())]));
        assert_eq!(items[1][0].raw, "Two `x y`\ngoes on");
        assert_eq!((blocks[2].line, blocks[2].raw.as_str()), (12, "quoted\nwords"));
    }

    #[test]
    fn cells_of_a_table_keep_their_code() {
        let blocks = read("| If | Then |\n|---|---|\n| full | `df -h` |\n");
        let What::Table(rows) = &blocks[0].what else { panic!("{blocks:?}") };
        assert_eq!(rows[1][1], Cell { words: "df -h".into(), code: vec!["df -h".into()] });
    }
}
