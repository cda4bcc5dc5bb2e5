//! What stands inside a line: emphasis, code, links.

use std::fmt::Write as _;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::escape;

/// Writes the pieces of a line; which links are open is remembered between them.
#[derive(Debug, Default)]
pub(super) struct Inline {
    /// Per open link or picture: what ends it.
    open: Vec<&'static str>,
}

impl Inline {
    /// Takes an event that belongs inside a line; false for one that does not.
    pub(super) fn take(&mut self, event: &Event, html: &mut String, plain: &mut String) -> bool {
        match event {
            Event::Text(text) => {
                html.push_str(&escape::text(text));
                plain.push_str(text);
            }
            Event::Code(text) => {
                let _ = write!(html, "<code>{}</code>", escape::text(text));
                plain.push_str(text);
            }
            // A comment is for those who read the source.
            Event::InlineHtml(tag) if tag.starts_with("<!--") => {}
            Event::InlineHtml(tag) => {
                html.push_str(&escape::text(tag));
                plain.push_str(tag);
            }
            Event::SoftBreak => {
                html.push('\n');
                plain.push(' ');
            }
            Event::HardBreak => {
                html.push_str("<br>\n");
                plain.push(' ');
            }
            Event::TaskListMarker(done) => html.push_str(if *done { "☑ " } else { "☐ " }),
            Event::Start(tag) => return self.start(tag, html),
            Event::End(tag) => return self.end(*tag, html),
            _ => return false,
        }
        true
    }

    fn start(&mut self, tag: &Tag, html: &mut String) -> bool {
        let close = match tag {
            Tag::Emphasis => {
                html.push_str("<em>");
                return true;
            }
            Tag::Strong => {
                html.push_str("<strong>");
                return true;
            }
            Tag::Strikethrough => {
                html.push_str("<s>");
                return true;
            }
            // A picture is shown where nobody has to be asked for it.
            Tag::Image { dest_url, .. } if escape::picture(dest_url).is_some() => {
                let _ = write!(html, "<img alt=\"\" src=\"{dest_url}\"> ");
                ""
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => match escape::address(dest_url) {
                Some(address) if address.starts_with('#') => {
                    let _ = write!(html, "<a href=\"{address}\">");
                    "</a>"
                }
                Some(address) => {
                    let _ = write!(html, "<a href=\"{address}\" rel=\"noopener noreferrer\">");
                    "</a>"
                }
                None => "",
            },
            _ => return false,
        };
        self.open.push(close);
        true
    }

    fn end(&mut self, tag: TagEnd, html: &mut String) -> bool {
        match tag {
            TagEnd::Emphasis => html.push_str("</em>"),
            TagEnd::Strong => html.push_str("</strong>"),
            TagEnd::Strikethrough => html.push_str("</s>"),
            TagEnd::Link | TagEnd::Image => html.push_str(self.open.pop().unwrap_or_default()),
            _ => return false,
        }
        true
    }
}
