//! Markdown typeset as HTML: what we generate, and what people wrote into it. HTML of theirs is shown, not obeyed.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::escape;
use super::inline::Inline;
use super::table::{Cell, Table};
use crate::postmortem::markdown::{PROMPT, note};
use crate::postmortem::slug::Names;

/// A page's text, typeset.
#[derive(Debug, Default)]
pub(super) struct Typeset {
    /// The sections, as HTML.
    pub(super) body: String,
    /// Their headings: name in the page, and words as HTML.
    pub(super) contents: Vec<(String, String)>,
    /// Lines that wait for a person.
    pub(super) prompts: usize,
}

/// Names that the page itself uses.
const TAKEN: [&str; 3] = ["top", "contents", "chart"];

/// Typesets a whole page. `chart` is put into the section on the timeline, or before all where there is none.
pub(super) fn page(markdown: &str, chart: &str) -> Typeset {
    let mut typesetter = Typesetter::new(true);
    typesetter.chart = Some(chart);
    typesetter.run(markdown);
    let mut done = typesetter.done;
    if let Some(chart) = typesetter.chart {
        done.body.insert_str(0, chart);
    }
    done
}

/// Typesets what stands inside something: no headings, no sections.
fn fragment(markdown: &str) -> String {
    let mut typesetter = Typesetter::new(false);
    typesetter.run(markdown);
    typesetter.done.body
}

struct Typesetter<'a> {
    done: Typeset,
    whole: bool,
    names: Names,
    inline: Inline,
    /// The line on its way, and its words alone.
    html: String,
    plain: String,
    /// Quotations and lists around it.
    depth: usize,
    /// The name of the section, once there is one.
    section: Option<String>,
    /// What stood in the paragraph before.
    before: String,
    title_seen: bool,
    table: Option<Table>,
    in_head: bool,
    /// The block whose text is being gathered.
    block: Option<Block>,
    chart: Option<&'a str>,
}

/// A block that is gathered whole before it is written.
enum Block {
    /// Code: its info string, its text.
    Code(String, String),
    /// HTML that somebody wrote.
    Raw(String),
    /// Front matter.
    Data,
}

impl Typesetter<'_> {
    fn new(whole: bool) -> Self {
        let mut names = Names::default();
        for name in TAKEN {
            names.name(name);
        }
        Self {
            done: Typeset::default(),
            whole,
            names,
            inline: Inline::default(),
            html: String::new(),
            plain: String::new(),
            depth: 0,
            section: None,
            before: String::new(),
            title_seen: false,
            table: None,
            in_head: false,
            block: None,
            chart: None,
        }
    }

    fn run(&mut self, markdown: &str) {
        let mut options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        if self.whole {
            options |= Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        }
        for event in Parser::new_ext(markdown, options) {
            self.event(event);
        }
        self.flush();
        if self.section.is_some() {
            self.put("</section>\n");
        }
    }

    fn put(&mut self, html: &str) {
        self.done.body.push_str(html);
    }

    /// Writes the line on its way where it stands by itself, as in a list without paragraphs.
    fn flush(&mut self) {
        let html = std::mem::take(&mut self.html);
        self.plain.clear();
        self.done.body.push_str(&html);
    }

    fn event(&mut self, event: Event) {
        match (&mut self.block, &event) {
            (Some(Block::Code(_, code)), Event::Text(text)) => return code.push_str(text),
            (Some(Block::Raw(raw)), Event::Html(text)) => return raw.push_str(text),
            (Some(Block::Data), Event::Text(_)) => return,
            (Some(_), _) => return self.end_block(),
            (None, _) => {}
        }
        if self.inline.take(&event, &mut self.html, &mut self.plain) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Rule => self.put("<hr>\n"),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag) {
        self.flush();
        match tag {
            Tag::MetadataBlock(_) => self.block = Some(Block::Data),
            Tag::HtmlBlock => self.block = Some(Block::Raw(String::new())),
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.block = Some(Block::Code(info, String::new()));
            }
            Tag::BlockQuote(_) => {
                self.depth += 1;
                self.put("<blockquote>\n");
            }
            Tag::List(start) => {
                self.depth += 1;
                match start {
                    None => self.put("<ul>\n"),
                    Some(1) => self.put("<ol>\n"),
                    Some(start) => self.put(&format!("<ol start=\"{start}\">\n")),
                }
            }
            Tag::Item => self.put("<li>"),
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::TableHead => self.in_head = true,
            Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.row();
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::TableCell => {
                let cell = Cell { html: std::mem::take(&mut self.html), plain: std::mem::take(&mut self.plain) };
                if let Some(table) = &mut self.table {
                    table.cell(cell, self.in_head);
                }
            }
            TagEnd::TableHead => self.in_head = false,
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    table.finish(&mut self.done.body);
                }
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
                self.put("</blockquote>\n");
            }
            TagEnd::List(ordered) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
                self.put(if ordered { "</ol>\n" } else { "</ul>\n" });
            }
            TagEnd::Item => {
                self.flush();
                self.put("</li>\n");
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let html = std::mem::take(&mut self.html);
        let plain = std::mem::take(&mut self.plain);
        let prompt = self.whole && plain.starts_with(PROMPT);
        match html.strip_prefix(PROMPT).filter(|_| prompt) {
            Some(rest) => {
                self.done.prompts += 1;
                let number = self.done.prompts;
                // Two underscores: no heading gets such a name by itself.
                let opens = format!("<p class=\"todo\" id=\"todo__{number}\"><span class=\"tag\">TODO</span>");
                self.put(&format!("{opens}{rest}</p>\n"));
            }
            None => self.put(&format!("<p>{html}</p>\n")),
        }
        if self.section.as_deref() == Some("timeline") && self.depth == 0 {
            self.put_chart();
        }
        self.before = plain;
    }

    fn put_chart(&mut self) {
        if let Some(chart) = self.chart.take() {
            self.put(chart);
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let html = std::mem::take(&mut self.html);
        let plain = std::mem::take(&mut self.plain);
        if !self.whole || self.depth > 0 {
            self.put(&format!("<p class=\"heading\">{html}</p>\n"));
            return;
        }
        // The title stands in the head of the page.
        if level == HeadingLevel::H1 && !std::mem::replace(&mut self.title_seen, true) {
            return;
        }
        let name = self.names.name(&plain);
        let anchor = format!("<a class=\"anchor\" href=\"#{name}\" aria-hidden=\"true\" tabindex=\"-1\">#</a>");
        let tag = match level {
            HeadingLevel::H1 | HeadingLevel::H2 => {
                if self.section.replace(name.clone()).is_some() {
                    self.put("</section>\n");
                }
                self.put(&format!("<section aria-labelledby=\"{name}\">\n"));
                self.done.contents.push((name.clone(), html.clone()));
                "h2"
            }
            HeadingLevel::H3 => "h3",
            _ => "h4",
        };
        self.put(&format!("<{tag} id=\"{name}\">{html}{anchor}</{tag}>\n"));
        self.before.clear();
    }

    fn end_block(&mut self) {
        match self.block.take() {
            Some(Block::Code(info, text)) => self.end_code(&info, &text),
            Some(Block::Raw(raw)) => self.end_raw(&raw),
            Some(Block::Data) | None => {}
        }
    }

    fn end_code(&mut self, info: &str, text: &str) {
        if info == note::INFO {
            let inner = fragment(text);
            self.put(&format!("<div class=\"note\">\n{inner}</div>\n"));
            return;
        }
        let lines = escape::lines(text);
        // The first newline in it would not be shown.
        let first = if lines.starts_with('\n') { "\n" } else { "" };
        let pre = format!("<pre tabindex=\"0\"><code>{first}{lines}</code></pre>\n");
        if !self.section.as_deref().is_some_and(|name| name.starts_with("appendix-b")) {
            self.put(&pre);
            return;
        }
        let pinned = self.before.starts_with("Pinned as evidence");
        let what = match info {
            "sh" => "Command",
            _ if pinned => "Evidence",
            _ => "Output",
        };
        self.before.clear();
        let count = text.lines().count();
        let count = if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        let open = if pinned { " open" } else { "" };
        self.put(&format!("<details{open}><summary>{what}, {count}</summary>\n{pre}</details>\n"));
    }

    fn end_raw(&mut self, raw: &str) {
        let bare = raw.trim();
        if bare.starts_with("<!--") && (bare.ends_with("-->") || !bare.contains("-->")) {
            return;
        }
        self.put(&format!("<pre><code>{}</code></pre>\n", escape::lines(raw)));
    }
}
