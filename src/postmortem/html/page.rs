//! The page around the text.

use std::fmt::Write as _;

use super::{chart, escape, figures, typeset};
use crate::postmortem::document::Document;
use crate::postmortem::markdown;

const STYLE: &str = include_str!("style.css");
/// What a page of ours says of its origin, among its first lines.
const GENERATOR: &str = "<meta name=\"generator\" content=\"stanch ";
/// Nothing is fetched, nothing is carried out; only our own style is taken.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The document as one page of HTML. The same document gives the same bytes.
#[must_use]
pub fn render(document: &Document) -> String {
    write(document, &markdown::typesetting(document))
}

/// The same page with the text of a Markdown export that people have worked on.
#[must_use]
pub fn render_text(document: &Document, markdown: &str) -> String {
    write(document, markdown)
}

/// Whether a file is a page that this program has made.
#[must_use]
pub fn is_ours(text: &str) -> bool {
    text.starts_with("<!doctype html>") && text.lines().take(8).any(|line| line.starts_with(GENERATOR))
}

fn write(document: &Document, markdown: &str) -> String {
    let front = &document.front;
    let typeset = typeset::page(markdown, &chart::chart(document));
    let title = escape::text(&front.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         {GENERATOR}{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title} – postmortem</title>\n<style>\n{STYLE}</style>\n</head>\n<body id=\"top\">\n",
        escape::text(&front.version),
    );
    out.push_str(&figures::head(document, &front.title, typeset.prompts));
    out.push_str("<div class=\"columns\">\n<nav id=\"contents\" aria-label=\"Contents\"><p>Contents</p>\n<ol>\n");
    for (name, heading) in &typeset.contents {
        let _ = writeln!(out, "<li><a href=\"#{name}\">{}</a></li>", without_links(heading));
    }
    out.push_str("</ol></nav>\n<main>\n");
    out.push_str(&typeset.body);
    out.push_str("</main>\n</div>\n");
    out.push_str(&figures::foot(front));
    out.push_str("</body>\n</html>\n");
    out
}

/// A heading that can stand in a link: its own links are taken out.
fn without_links(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<a ").into_iter().chain(rest.find("</a>")).min() {
        out.push_str(&rest[..at]);
        rest = rest[at..].split_once('>').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}
