//! The page holds what the Markdown holds, in the same order, and nothing that was written gets out of its place.

use crate::postmortem::merge;
use crate::postmortem::tests::fixture::{Journal, Ran};
use crate::postmortem::tests::hostile::{self, HOSTILE};
use crate::postmortem::tests::{incidents, lama};
use crate::postmortem::{Document, html, markdown};
use crate::session::event::{Event, Tag};

/// Elements of a page and their attributes; text is left out.
fn tags(page: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let body = page.split_once("</style>").expect("a style").1;
    let mut tags = Vec::new();
    let mut rest = body;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("every tag ends");
        rest = after;
        let (name, mut more) = tag.split_once([' ', '/']).unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while let Some((key, value)) = more.split_once("=\"") {
            let (value, after) = value.split_once('"').expect("every value ends");
            attributes.push((key.trim(), value));
            more = after;
        }
        tags.push((name, attributes));
    }
    tags
}

/// What is true of every page: our own elements, closed in order, and attributes that do nothing.
pub(in crate::postmortem) fn assert_sound(page: &str, of: &str) {
    const ELEMENTS: &str = "a body blockquote br code dd defs desc details div dl dt em figcaption figure footer g h1 h2 h3 h4 head \
                            header hr html i img li line main nav ol p pattern pre rect s section small span strong summary svg \
                            table tbody td text th thead title tr ul";
    const ATTRIBUTES: &str = "alt aria-hidden aria-label aria-labelledby class colspan data-label fill height href id \
                              patternTransform patternUnits rel role scope src start tabindex viewBox width x x1 x2 y y1 y2 open";
    const EMPTY: [&str; 6] = ["br", "hr", "img", "rect", "line", "!--"];
    let mut open: Vec<&str> = vec!["html", "head"];
    for (name, attributes) in tags(page) {
        if name.is_empty() {
            continue;
        }
        assert!(ELEMENTS.split(' ').any(|own| own == name), "<{name}> of {of:?}");
        for (key, value) in attributes {
            assert!(ATTRIBUTES.split(' ').any(|own| own == key), "{key} of <{name}> of {of:?}");
            let address = matches!(key, "href" | "src");
            let harmless = ["http://", "https://", "mailto:", "#", "data:image/"];
            let value = value.to_lowercase();
            assert!(!address || harmless.iter().any(|scheme| value.starts_with(scheme)), "{key}={value} of {of:?}");
        }
        if !EMPTY.contains(&name) {
            open.push(name);
        }
    }
    let ends = |name: &str| page.matches(&format!("</{name}>")).count();
    for name in [
        "div",
        "section",
        "details",
        "table",
        "tr",
        "td",
        "ul",
        "ol",
        "li",
        "p",
        "pre",
        "a",
        "blockquote",
        "svg",
        "span",
        "em",
    ] {
        let begins = page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
        assert_eq!(begins, ends(name), "<{name}> of {of:?}");
    }
    let hidden =
        |char: char| char != '\n' && char.is_control() || "\u{202a}\u{202e}\u{2066}\u{200b}\u{2028}".contains(char);
    assert!(!page.contains(hidden), "something invisible of {of:?}");
}

fn headings(page: &str) -> Vec<String> {
    let parts = page.split("<h2 ").skip(1);
    let heading = |part: &str| Some(part.split_once('>')?.1.split_once('<')?.0.to_owned());
    parts.filter_map(heading).collect()
}

#[test]
fn the_page_has_the_sections_of_the_markdown_in_their_order() {
    for (name, document) in incidents() {
        let page = html::render(&document);
        assert_eq!(page, html::render(&document));
        let text = markdown::render(&document);
        let wanted: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings(&page), wanted, "{name}");
        assert_eq!(page.matches("class=\"todo\"").count(), markdown::open_prompts(&text).count());
        assert!(html::is_ours(&page));
        assert_sound(&page, name);
        // Everything that may be folded away is there.
        let outputs = text.split_once("## Appendix B").unwrap().1.matches("\n```").count() / 2;
        assert_eq!(page.matches("<details").count(), outputs);
    }
}

#[test]
fn the_page_needs_nothing_else_and_runs_nothing() {
    let page = html::render(&lama::journal().document(None));
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;"), "{page}");
    for foreign in ["<script", "@import", "url(http", "<link", "src=", "javascript:"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn no_content_breaks_the_page() {
    for text in HOSTILE {
        let document = hostile::journal(text).document(None);
        assert_sound(&html::render(&document), text);
    }
}

/// A page on one note.
fn noted(text: &str) -> String {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Title", &[]);
    journal.add("08:01:00", Event::Note { tag: Tag::Good, text: text.to_owned() });
    html::render(&journal.document(None))
}

#[test]
fn notes_are_markdown_without_what_could_do_harm() {
    let page = noted("The `dump` was *there*, see [it](https://a.example/?x=1&y=2) | and <b>more</b>");
    let set = "The <code>dump</code> was <em>there</em>, see \
               <a href=\"https://a.example/?x=1&amp;y=2\" rel=\"noopener noreferrer\">it</a> | and &lt;b&gt;more&lt;/b&gt;";
    // In the list, and in the timeline.
    assert_eq!(page.matches(set).count(), 2, "{page}");
    let page = noted("[a](javascript:alert(1)) [b](file:///etc/passwd) ![c](https://a.example/c.png) ![d](d.png)");
    assert!(page.contains("a b <a href=\"https://a.example/c.png\" rel=\"noopener noreferrer\">c</a> d"), "{page}");
    for text in
        ["# no heading", "> no quote", "```no fence", "* no item", "[x]: https://a.example (a title)", "<div>no block"]
    {
        let page = noted(text);
        assert!(headings(&page).iter().all(|heading| !heading.starts_with("no ")), "{text:?}: {:?}", headings(&page));
        let words = text.replace('<', "&lt;").replace('>', "&gt;");
        assert!(page.contains(&format!("<li>{words} (a@b, 2024-05-12 08:01:00)</li>")), "{text:?}: {page}");
    }
}

#[test]
fn a_long_note_is_set_whole_in_the_appendix() {
    let page = noted(&format!("First\n\n- one\n- `two`\n\n## no section\n\n{}", "and so on ".repeat(40)));
    let note = page.split_once("<div class=\"note\">").unwrap().1;
    assert!(note.starts_with(
        "\n<p>First</p>\n<ul>\n<li>one</li>\n<li><code>two</code></li>\n</ul>\n<p class=\"heading\">no section</p>"
    ));
    assert_sound(&page, "a long note");
}

#[test]
fn a_page_can_have_the_text_that_people_made_of_the_draft() {
    let document = lama::journal().document(None);
    let text = markdown::render(&document);
    let person = "It was DNS.<br>\n\n<!-- for\nus -->\n\n<script>alert(1)</script>\n\n- [x] told everybody\n\n![x](data:image/png;base64,aGk=)";
    let edited = text.replace("TODO(postmortem): In one or two sentences: what broke, and why?", person);
    let edited = edited.replace("## Impact", "## What we knew\n\n### Before\n\nNothing.\n\n## Impact");
    let page = html::render_text(&document, &edited);
    assert_sound(&page, "an edited page");
    assert!(page.contains("<p>It was DNS.&lt;br&gt;</p>"), "{page}");
    assert!(!page.contains("for\nus") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("☑ told everybody") && page.contains("src=\"data:image/png;base64,aGk=\""), "{page}");
    assert_eq!(headings(&page)[1], "What we knew");
    assert!(!page.contains("stanch: sections"), "our own comment is not shown");
    assert_eq!(page.matches("<figure").count(), 1);
    // Also where nobody left a section for the picture.
    let page = html::render_text(&document, "# Title\n\n## All of it\n\nWords.\n");
    assert_eq!((headings(&page).len(), page.matches("<figure").count()), (1, 1));
}

#[test]
fn what_is_offered_beside_a_persons_text_is_seen() {
    let old = lama::journal();
    let mut new = lama::journal();
    new.add("21:58:00", Event::Note { tag: Tag::Question, text: "Another?".to_owned() });
    let (old, new) = (markdown::render(&old.document(None)), new.document(None));
    let edited = old.replace("- Was anything written", "- Was a word written");
    let merged = merge::merge(&edited, &markdown::render(&new)).unwrap();
    assert_eq!(merged.conflicts, ["Open questions"]);
    let page = html::render_text(&new, &merged.text);
    let block =
        page.split_once("<blockquote>\n<p class=\"todo\"").map(|(_, rest)| rest.split_once("</blockquote>").unwrap().0);
    assert!(block.is_some_and(|block| block.contains("Another?") && block.contains("Was anything written")), "{page}");
}

#[test]
fn a_session_in_which_nothing_happened_is_a_page() {
    let document =
        Document::new(&[], None, &crate::session::excerpt::Excerpts::default(), &crate::postmortem::Meta::default());
    assert_sound(&html::render(&document), "nothing");
}

#[test]
fn output_keeps_its_lines() {
    let mut journal = Journal::new("a@b", "2024-05-12");
    journal.open("08:00:00", "Title", &[]);
    journal.run("08:01:00", Ran::own("x").printed("\n  indented <b>\n\n\u{1b}[31mred\u{1b}[0m\n"));
    let page = html::render(&journal.document(None));
    let shown = "<details><summary>Output, 4 lines</summary>\n<pre tabindex=\"0\"><code>\n\n  indented &lt;b&gt;\n\nred\n</code></pre>";
    assert!(page.contains(shown), "{page}");
}
