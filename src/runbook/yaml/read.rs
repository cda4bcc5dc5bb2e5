//! Events to a tree, within bounds.

use serde_yaml::granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle, Tag, options};

use super::limits::{MAX_DEPTH, MAX_NODES, admit, place_of};
use super::node::{Data, Node, Scalar};
use super::quote::left_open;
use crate::runbook::model::Place;
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;

/// Reads the first document of a text. None when there is none or when the text is no YAML; what is wrong is in `problems`.
pub(crate) fn read<'a>(text: &'a str, problems: &mut Problems) -> Option<Node<'a>> {
    if !admit(text, problems) {
        return None;
    }
    let mut builder = Builder { text, problems, stack: Vec::new(), root: None, nodes: 0, documents: 0 };
    let mut known = 0;
    let mut parser = Parser::new_from_str_with_options(text, limits());
    loop {
        match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => {
                known = span.byte_range().map_or(known, |range| known.max(range.end));
                match builder.take(event, span) {
                    Go::On => {}
                    Go::Enough => break,
                    Go::Refused => return None,
                }
            }
            Some(Err(error)) => {
                let mark = error.marker();
                let at = Spot { place: Place { line: mark.line(), column: mark.col() + 1 }, length: 1, value: () };
                let info = error.info();
                if info.contains("recursion limit") {
                    builder.problems.add(too_deep(&at));
                    return None;
                }
                let open = info.contains("quote").then(|| left_open(text, known)).flatten();
                // One behind the place where the reader gave up is not why.
                let place = open.map(|open| place_of(text, open));
                let place = place.filter(|open| (open.line, open.column) < (at.place.line, at.place.column));
                if let Some(place) = place {
                    let at = Spot { place, length: 1, value: () };
                    let problem = Problem::new(&rules::SYNTAX, &at, "this is no YAML: a quote is left open here");
                    let help = "close it, or write text of several lines as a block after `|`";
                    builder.problems.add(problem.help(help));
                    return None;
                }
                let hint = hint(text, at.place, &info);
                let mut problem = Problem::new(&rules::SYNTAX, &at, format!("this is no YAML: {}", shown_cause(&info)));
                problem.help = hint;
                builder.problems.add(problem);
                return None;
            }
        }
    }
    if builder.root.as_ref().is_none_or(Node::is_null) {
        let at = Spot { place: Place { line: 1, column: 1 }, length: 1, value: () };
        let help = "a runbook begins with `stanch: 1` and a `title`";
        builder.problems.add(Problem::new(&rules::MISSING_KEY, &at, "the file is empty").help(help));
        return None;
    }
    builder.root
}

fn limits() -> Options {
    let mut limits = options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    limits.set_emit_comments(false);
    limits
}

fn shown_cause(info: &str) -> String {
    info.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// What probably happened, for the mistakes everybody makes.
fn hint(text: &str, at: Place, info: &str) -> Option<String> {
    let line = text.lines().nth(at.line.checked_sub(1)?)?;
    let indent = line.get(..line.len() - line.trim_start().len())?;
    if indent.contains('\t') || info.contains("tab") {
        return Some("indent with spaces: YAML takes no tabs there".into());
    }
    if info.contains("quoted scalar") {
        return Some("a quote before this line may have been left open".into());
    }
    if line.trim_start().contains(": ") {
        return Some("text with `: `, ` #`, or a leading `[`, `{`, `*`, `&`, `!`, `%`, `@` or a backquote needs quotes, or a block after `|`".into());
    }
    None
}

/// Whether to go on.
enum Go {
    On,
    Enough,
    Refused,
}

/// A list or mapping whose end has not come yet.
struct Open<'a> {
    at: Spot,
    start: usize,
    data: Data<'a>,
    key: Option<Node<'a>>,
    /// Tagged: already reported, its content is dropped.
    refused: bool,
}

struct Builder<'a, 'p> {
    text: &'a str,
    problems: &'p mut Problems,
    stack: Vec<Open<'a>>,
    root: Option<Node<'a>>,
    nodes: usize,
    documents: usize,
}

impl<'a> Builder<'a, '_> {
    fn take(&mut self, event: Event<'a>, span: Span) -> Go {
        let at = self.spot(&span);
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let problem = Problem::new(&rules::SECOND_DOCUMENT, &at, "a second document begins here");
                    self.problems.add(problem.help("put each runbook in a file of its own"));
                    return Go::Enough;
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problems.add(no_anchor(&at, "aliases (`*name`) are not taken"));
                return self.add(Node { at, range, data: Data::Refused });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let refused = self.refuse(&at, &span, anchor, tag.as_deref());
                let data = if refused { Data::Refused } else { Data::Scalar(Scalar { text, style }) };
                let at = if style == ScalarStyle::Plain && range.is_empty() { Spot { length: 1, ..at } } else { at };
                return self.add(Node { at, range, data });
            }
            Event::SequenceStart(style, anchor, tag) => {
                let refused = self.refuse(&at, &span, anchor, tag.as_deref());
                return self.open(at, range.start, style, Data::Sequence(Vec::new()), refused);
            }
            Event::MappingStart(style, anchor, tag) => {
                let refused = self.refuse(&at, &span, anchor, tag.as_deref());
                return self.open(at, range.start, style, Data::Mapping(Vec::new()), refused);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.stack.pop() {
                    let data = if open.refused { Data::Refused } else { open.data };
                    return self.add(Node { at: open.at, range: open.start..range.end.max(open.start), data });
                }
            }
            _ => {}
        }
        Go::On
    }

    fn spot(&self, span: &Span) -> Spot {
        let place = Place { line: span.start.line(), column: span.start.col() + 1 };
        let slice = span.slice(self.text).unwrap_or_default();
        let line = slice.split(['\n', '\r']).next().unwrap_or_default();
        // A long line is shown cut anyway.
        let length = line.trim_end().chars().take(1000).count().max(1);
        Spot { place, length, value: () }
    }

    fn refuse(&mut self, at: &Spot, span: &Span, anchor: usize, tag: Option<&Tag>) -> bool {
        if anchor != 0 {
            self.problems.add(no_anchor(at, "anchors (`&name`) are not taken"));
        }
        if let Some(tag) = tag {
            let at = span.tag_span().map_or(*at, |span| self.spot(&span));
            let message = format!("the tag `{}` is not taken", shown(&tag.original()));
            let help = "remove it; text that looks like a number or a truth value can be put in quotes";
            self.problems.add(Problem::new(&rules::TAG, &at, message).help(help));
        }
        tag.is_some()
    }

    fn open(&mut self, at: Spot, start: usize, style: StructureStyle, data: Data<'a>, refused: bool) -> Go {
        if self.stack.len() >= MAX_DEPTH {
            self.problems.add(too_deep(&at));
            return Go::Refused;
        }
        let length = if style == StructureStyle::Flow { 1 } else { at.length };
        self.stack.push(Open { at: Spot { length, ..at }, start, data, key: None, refused });
        self.count(&at)
    }

    fn count(&mut self, at: &Spot) -> Go {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file holds more than {MAX_NODES} values and is not read further");
            self.problems.add(Problem::new(&rules::TOO_LARGE, at, message));
            return Go::Refused;
        }
        Go::On
    }

    fn add(&mut self, node: Node<'a>) -> Go {
        let at = node.at;
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return self.count(&at);
        };
        match &mut open.data {
            Data::Sequence(items) => items.push(node),
            Data::Mapping(entries) => match open.key.take() {
                None => {
                    if entries.is_empty() && open.at.place == at.place {
                        open.at.length = at.length;
                    }
                    open.key = Some(node);
                }
                Some(key) => entries.push((key, node)),
            },
            Data::Scalar(_) | Data::Refused => {}
        }
        self.count(&at)
    }
}

fn too_deep(at: &Spot) -> Problem {
    Problem::new(&rules::TOO_DEEP, at, format!("values are nested more than {MAX_DEPTH} deep"))
}

fn no_anchor(at: &Spot, message: &str) -> Problem {
    Problem::new(&rules::ALIAS, at, message)
        .help("write it out where it is needed; plain text that begins with `*` or `&` goes in quotes")
}
