//! Content that means harm stays content.

use pulldown_cmark::{CodeBlockKind, Event as Markdown, Options, Parser, Tag as Open, TagEnd};

use super::fixture::{Journal, Ran};
use crate::postmortem::markdown::open_prompts;
use crate::session::event::{Event, Tag};

/// Texts that have broken tables, fences and pages elsewhere.
pub(in crate::postmortem) const HOSTILE: [&str; 30] = [
    "a | b | c",
    "| --- | --- |",
    "back\\|slash \\\\| more \\",
    "`code | here`",
    "``` fence",
    "```\nescaped\n```",
    "````````",
    "~~~",
    "<script>alert(1)</script>",
    "<!-- comment",
    "</td></tr></table>",
    "&lt;b&gt; &amp;amp;",
    "line one\nline two\r\nline three",
    "\r\n\r\n# Heading",
    "\u{202e}gnp.exe\u{202c}",
    "\u{1b}[2J\u{1b}]52;c;cm0gLXJm\u{7}cleared",
    "nul\0 bell\u{7} c1\u{9b}31m\u{85}",
    "[link](javascript:alert(1)) ![image](http://evil.example/x.png)",
    "http://evil.example/a|b <http://evil.example>",
    "https://status.example/incidents/42?a=1",
    "*bold* _under_ **strong** ~~struck~~ $x$ $$y$$",
    "1. list",
    "- item",
    "+ item",
    "=== ---",
    "TODO(postmortem): not a prompt of ours",
    "{{#include /etc/passwd}}",
    "---\ntitle: other\n---",
    "\u{feff}\u{200b}\u{2028}\u{e0041}",
    "",
];

pub(in crate::postmortem) fn journal(text: &str) -> Journal {
    let mut journal = Journal::new(text, "2024-05-12");
    journal.open("08:00:00", text, &[text, "second"]);
    for (second, tag) in
        [Tag::Plain, Tag::Good, Tag::Bad, Tag::Luck, Tag::Question, Tag::DeadEnd, Tag::Todo].iter().enumerate()
    {
        journal.add(&format!("08:01:{second:02}"), Event::Note { tag: *tag, text: text.to_owned() });
    }
    let run = journal.run("08:02:00", Ran::own(text).unhealthy(1, text).printed(&format!("{text}\n{text}\n")));
    let step = text.to_owned();
    journal.run("08:03:00", Ran::step(text, 2, text).changing().unhealthy(1, text));
    journal.add("08:04:00", Event::Pinned { run, first: 1, last: 2, text: text.to_owned() });
    journal.add("08:04:01", Event::Skipped { step: step.clone(), reason: text.to_owned() });
    let answer = text.to_owned();
    journal.add("08:04:02", Event::Answered { step, answer, go: None, healthy: true });
    journal.add("08:04:03", Event::Overridden { rule: text.to_owned(), reason: text.to_owned() });
    journal.add("08:04:04", Event::TailSetAside { bytes: 3, file: text.to_owned() });
    let attached = Event::Attached { boot_id: "b1".to_owned(), host: text.to_owned(), version: text.to_owned() };
    journal.add("08:04:05", attached);
    journal
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_MATH
}

/// What a reader of Markdown makes of it: no raw HTML, no images, only our own links, headings and plain addresses.
pub(in crate::postmortem) fn assert_harmless(text: &str, of: &str) {
    // Our own comment at the end is all the HTML there is, and no content gets into it.
    let (text, seal) = text.rsplit_once("\n<!-- stanch: sections\n").expect("a seal");
    let seal = seal.strip_suffix("\n-->\n").unwrap_or_else(|| panic!("no end of the seal of {of:?}"));
    assert!(seal.chars().all(|char| char.is_ascii_alphanumeric() || "=-_. \n".contains(char)), "{seal:?} of {of:?}");
    let mut headings = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, options()) {
        match event {
            Markdown::Html(html) | Markdown::InlineHtml(html) => panic!("raw HTML {html:?} of {of:?}"),
            Markdown::Start(Open::Image { dest_url, .. }) => panic!("image {dest_url:?} of {of:?}"),
            Markdown::Start(Open::Strikethrough) => panic!("struck out: {of:?}"),
            Markdown::InlineMath(math) | Markdown::DisplayMath(math) => panic!("mathematics {math:?} of {of:?}"),
            Markdown::Start(Open::Link { dest_url, .. }) => assert!(
                dest_url.starts_with("#run-") || dest_url.starts_with("#entry-") || of.contains(&*dest_url),
                "link to {dest_url:?} of {of:?}"
            ),
            Markdown::Start(Open::Heading { .. }) => heading = Some(String::new()),
            Markdown::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Markdown::Text(words) | Markdown::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            _ => {}
        }
    }
    let ours = [
        ["Summary", "Impact", "Key times", "Timeline", "Detection", "Mitigation"],
        ["Dead ends", "Contributing", "What went", "Where we", "Action items", "Open questions"],
        ["Responders", "Runbook feedback", "Appendix", "Run 0", "Run 1", "Entry "],
    ];
    let ours = |heading: &str| ours.iter().flatten().any(|own| heading.starts_with(own));
    let (first, rest) = headings.split_first().expect("a title");
    assert!(first.ends_with("(fixture-1)"), "{first:?}");
    assert!(rest.iter().all(|heading| ours(heading)), "headings of {of:?}: {rest:#?}");
    assert_rectangular(text, of);
    let visible =
        |char: char| char == '\n' || !char.is_control() && !"\u{202a}\u{202e}\u{2066}\u{200b}\u{2028}".contains(char);
    assert!(text.chars().all(visible), "something invisible of {of:?}");
}

/// Every row of a table has as many cells as its head, counted in the source: readers differ in how they mend a broken one.
pub(in crate::postmortem) fn assert_rectangular(text: &str, of: &str) {
    let mut width = None;
    let mut fence: Option<usize> = None;
    for line in text.lines() {
        let marks = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if marks >= 3 && !line[marks..].contains('`') => fence = Some(marks),
            Some(open) if marks >= open && line.len() == marks => fence = None,
            _ => {}
        }
        if fence.is_some() || !line.starts_with('|') {
            width = None;
            continue;
        }
        let cells = line.replace("\\|", "").matches('|').count();
        assert_eq!(cells, *width.get_or_insert(cells), "{line:?} of {of:?}");
    }
    assert_eq!(fence, None, "a fence is open at the end: {of:?}");
}

#[test]
fn no_content_breaks_the_page() {
    for text in HOSTILE {
        assert_harmless(&journal(text).markdown(None), text);
    }
}

#[test]
fn a_prompt_in_content_is_not_a_prompt() {
    let text = journal("TODO(postmortem): not a prompt of ours").markdown(None);
    assert!(open_prompts(&text).all(|(_, line)| !line.contains("not a prompt of ours")), "{text}");
}

#[test]
fn front_matter_of_hostile_content_is_yaml() {
    for text in HOSTILE {
        let text = journal(text).markdown(None);
        let yaml = text.strip_prefix("---\n").and_then(|text| text.split_once("\n---\n")).expect("front matter").0;
        let value: serde_json::Value = serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"));
        assert_eq!(value["postmortem"], 1);
        assert_eq!(value["services"][1], "second");
    }
}

/// The texts of the cells of the timeline as a reader sees them.
fn cells(text: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell: Option<String> = None;
    for event in Parser::new_ext(text, options()) {
        match event {
            Markdown::Start(Open::TableCell) => cell = Some(String::new()),
            Markdown::End(TagEnd::TableCell) => cells.extend(cell.take()),
            Markdown::Text(words) | Markdown::Code(words) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&words);
                }
            }
            _ => {}
        }
    }
    cells
}

#[test]
fn what_was_written_is_what_is_read() {
    for text in
        ["a | b \\| c", "`x|y`", "grep 'a\\|b' <in >out && echo $HOME", "5 * 3 * 2 _a_ ~b~ [c](d) #1 !x", "``a`` `b"]
    {
        let mut journal = Journal::new("a@b", "2024-05-12");
        journal.open("08:00:00", "Title", &[]);
        journal.add("08:01:00", Event::Note { tag: Tag::Plain, text: text.to_owned() });
        journal.run("08:02:00", Ran::own(text));
        let markdown = journal.markdown(None);
        let cells = cells(&markdown);
        assert!(cells.contains(&format!("a@b noted: {text}")), "{text:?} is not in {cells:#?}");
        assert!(cells.contains(&text.to_owned()), "the command {text:?} is not in {cells:#?}");
    }
}

#[test]
fn blanks_before_a_note_make_no_block_of_code_of_it() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Title", &[]);
    for (second, tag) in [Tag::Good, Tag::Bad, Tag::Todo, Tag::Question, Tag::DeadEnd].into_iter().enumerate() {
        journal.add(&format!("08:01:{second:02}"), Event::Note { tag, text: "\t      indented".to_owned() });
    }
    let text = journal.markdown(None);
    let blocks = Parser::new_ext(&text, options());
    let code = blocks.filter(|event| matches!(event, Markdown::Start(Open::CodeBlock(CodeBlockKind::Indented))));
    assert_eq!(code.count(), 0, "{text}");
}
