//! Whatever stands in whatever field, the page has the form it has with harmless words.

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event as Markdown, Options, Parser, Tag as Open};

use super::fixture::Journal;
use super::hostile::{HOSTILE, assert_harmless};
use crate::postmortem::markdown::clean::line;
use crate::postmortem::markdown::open_prompts;
use crate::postmortem::{Document, html};
use crate::session::event::Event;
use crate::session::excerpt::{Excerpt, ExcerptLine};
use crate::session::run::RunNo;

#[path = "../../../tests/sessions/mod.rs"]
mod sessions;

/// Runs of the session that printed something.
const PRINTED: [u32; 5] = [1, 2, 5, 6, 8];

/// Where the operator's own commands stand: what they do decides whether they are proposed as steps, so both pages have the same.
const COMMANDS: [usize; 2] = [58, 82];

/// A session with these texts in its fields, one after the other; what was printed has them too.
fn document(text: &dyn Fn(usize) -> String) -> Document {
    let mut journal = Journal::new(&text(1000), "2024-05-12");
    for (place, event) in sessions::events(text).into_iter().enumerate() {
        let event: Event = serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{error}: {event}"));
        journal.add(&format!("08:{:02}:{:02}", place / 6, place % 6 * 10), event);
    }
    for run in PRINTED {
        let line = |number: usize| ExcerptLine {
            text: text(2000 + run as usize * 10 + number).replace('\n', " "),
            cut: u64::from(number == 1),
        };
        let head = (0..4).map(line).collect();
        journal.excerpts.of.insert(RunNo(run), Excerpt { head, bytes: 40, ..Excerpt::default() });
    }
    journal.excerpts.missing.insert(RunNo(3), text(3000));
    journal.excerpts.differ.insert(RunNo(1), text(3001));
    journal.document(None)
}

/// A text of a field: the content, and words by which it is told from all others.
fn field(number: usize, content: &str) -> String {
    if number.is_multiple_of(2) { format!("{content} f{number}e") } else { format!("f{number}e {content}") }
}

/// As long, in as many lines, and harmless.
fn twin(content: &str) -> String {
    let harmless = |char: char| match char {
        // Lines are counted, and `operator@host` is two things.
        '\n' | '\r' | '@' => char,
        char if char.is_whitespace() => ' ',
        _ => 'x',
    };
    content.chars().map(harmless).collect()
}

/// The blocks of a page in their order, of code also its lines.
fn blocks(text: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut blocks = Vec::new();
    let mut code = false;
    for event in Parser::new_ext(text, options) {
        match event {
            Markdown::Start(Open::Emphasis | Open::Strong | Open::Link { .. }) | Markdown::End(_) => code = false,
            Markdown::Start(Open::CodeBlock(CodeBlockKind::Fenced(info))) => {
                blocks.push(format!("code {info}"));
                code = true;
            }
            Markdown::Start(Open::Heading { level, .. }) => blocks.push(format!("heading {level}")),
            Markdown::Start(block) => blocks.push(format!("{block:?}")),
            Markdown::Text(lines) if code => blocks.push(format!("{} lines", lines.matches('\n').count())),
            Markdown::Rule => blocks.push("rule".to_owned()),
            _ => {}
        }
    }
    blocks
}

/// The keys of the front matter, and what kind of value each has.
fn front(text: &str) -> Vec<(String, usize)> {
    let yaml = text.strip_prefix("---\n").and_then(|text| text.split_once("\n---\n")).expect("front matter").0;
    let value: serde_json::Value = serde_yaml::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"));
    let members = value.as_object().expect("keys");
    members.iter().map(|(key, value)| (key.clone(), value.as_array().map_or(0, Vec::len))).collect()
}

/// Elements of the page that are none of ours.
fn foreign(page: &str) -> Vec<&str> {
    const OURS: &str = " a b blockquote body br code dd defs desc details div dl dt em figcaption figure footer g h1 h2 h3 h4 head header \
        hr html i li line main meta nav ol p path pattern pre rect s section small span strong style summary svg table tbody td text th thead \
        title tr ul !doctype ";
    let names = page.split('<').skip(1).map(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        &rest[..rest.find([' ', '>', '\n', '/']).unwrap_or(rest.len())]
    });
    names.filter(|name| !OURS.contains(&format!(" {name} "))).collect()
}

fn content() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(
            "`|``|```|~~~|\n|\r\n|# |## |- |+ |1. |> |    |\t|---|===|\\|[|](|)|![|<|>|<b>|</td>|<!--|-->|&lt;|&|*|_|$|:|\"|'|{{#|\u{1b}[2J|\u{1b}]0;x|\u{7}|\u{202e}|\u{0}|http://|www.|javascript:|TODO(postmortem):|: |é|日本"
                .split('|')
                .chain(["|", "\\|", "||"])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        ),
        "[a-z ]{1,4}",
    ];
    prop_oneof![
        2 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        4 => prop::collection::vec(piece, 1..9).prop_map(|pieces| pieces.concat()),
        1 => prop::collection::vec(any::<char>(), 0..20).prop_map(String::from_iter),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_content_of_any_field_changes_the_form_of_the_page(contents in prop::collection::vec(content(), 1..24)) {
        let hostile = document(&|number| field(number, &contents[number % contents.len()]));
        let harmless = document(&|number| {
            let content = &contents[number % contents.len()];
            if COMMANDS.contains(&number) { field(number, content) } else { field(number, &twin(content)) }
        });
        let (text, wanted) = (crate::postmortem::markdown::render(&hostile), crate::postmortem::markdown::render(&harmless));
        // Addresses may be linked as they were written, and as they are seen without what a terminal would not show.
        let seen: String = contents.iter().flat_map(|content| [content.clone(), line(content), " ".to_owned()]).collect();
        assert_harmless(&text, &seen);
        prop_assert_eq!(blocks(&text), blocks(&wanted), "{}\n{}", text, wanted);
        prop_assert_eq!(front(&text), front(&wanted), "{}\n{}", text, wanted);
        prop_assert_eq!(open_prompts(&text).count(), open_prompts(&wanted).count(), "{}", text);
        let page = html::render(&hostile);
        prop_assert_eq!(foreign(&page), Vec::<&str>::new());
    }
}

/// A kind of event that is not in the session would not be tried.
#[test]
fn every_kind_of_event_is_in_the_session() {
    let kinds: Vec<String> = sessions::events(&|number| format!("f{number}e"))
        .iter()
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect();
    let source = include_str!("../../session/event.rs");
    let body =
        source.split_once("pub enum Event {\n").and_then(|(_, rest)| rest.split_once("\n}\n")).expect("the events").0;
    for line in
        body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| line.starts_with(char::is_uppercase))
    {
        let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
        let snake = name.chars().enumerate().fold(String::new(), |mut snake, (place, char)| {
            if place > 0 && char.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(char.to_ascii_lowercase());
            snake
        });
        assert!(name == "Unknown" || kinds.contains(&snake), "no {name} in tests/sessions/every-field.jsonl");
    }
}
