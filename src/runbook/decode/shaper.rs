//! A tree held against the tables of keys.

use std::collections::HashMap;

use super::fields::{Fields, Value};
use super::pattern::Patterns;
use crate::runbook::keys::{INVENTORY, RUNBOOK, Table};
use crate::runbook::model::{ExitRule, Host};
use crate::runbook::names::{Names, bad_variable, is_host, is_variable};
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::prose::{mentions, spans};
use crate::runbook::rules;
use crate::runbook::shape::{Named, Shape};
use crate::runbook::suggest::{list, nearest};
use crate::runbook::yaml::{Data, Node};

/// Reads values by their shapes, and collects names and problems on the way.
pub(crate) struct Shaper<'s, 'p> {
    pub(super) source: &'s str,
    pub(super) problems: &'p mut Problems,
    pub(super) names: Names,
    pub(super) patterns: Patterns,
}

/// The key a value belongs to: what messages call it, and where it stands.
pub(super) struct Label<'a> {
    pub(super) name: &'a str,
    pub(super) at: Spot,
}

impl<'s, 'p> Shaper<'s, 'p> {
    pub(crate) fn new(source: &'s str, problems: &'p mut Problems) -> Self {
        Self { source, problems, names: Names::default(), patterns: Patterns::default() }
    }

    /// Reads the whole file.
    pub(crate) fn root(&mut self, node: &Node, table: &'static Table) -> Option<Fields> {
        match &node.data {
            Data::Mapping(entries) => Some(self.fields(node.at, entries, table)),
            Data::Refused => None,
            _ => {
                let message = format!("{} is a mapping of keys, this is {}", table.name, found(node));
                let mut problem = Problem::new(&rules::WRONG_TYPE, &node.at, message);
                if table.name == RUNBOOK.name {
                    problem = problem.help("it begins with `stanch: 1` and a `title`");
                }
                self.problems.add(problem);
                None
            }
        }
    }

    /// The names collected.
    pub(crate) fn into_names(self) -> Names {
        self.names
    }

    fn value(&mut self, node: &Node, shape: &'static Shape, label: &Label) -> Option<Spot<Value>> {
        let value = match (&node.data, shape) {
            (Data::Refused, _) => None,
            (_, Shape::List(item)) => self.list(node, item, label),
            (Data::Mapping(entries), Shape::Map(named, of)) => Some(Value::Map(self.map(entries, *named, of))),
            (Data::Mapping(entries), Shape::Table(table)) => Some(Value::Fields(self.fields(node.at, entries, table))),
            (Data::Scalar(_), Shape::Map(..)) if node.is_null() => Some(Value::Map(Vec::new())),
            (Data::Scalar(_), Shape::Table(table)) if node.is_null() => {
                Some(Value::Fields(self.fields(label.at, &[], table)))
            }
            (Data::Scalar(_), _) if node.is_null() => {
                let message = format!("`{}` wants {}, but nothing stands here", label.name, shape.wanted());
                self.problems.add(Problem::new(&rules::WRONG_TYPE, &label.at, message));
                None
            }
            (Data::Scalar(_), Shape::Table(table)) if table.short.is_some() => self.short(node, table),
            (Data::Scalar(scalar), _) => self.scalar(node, scalar, shape, label),
            (Data::Sequence(lines), Shape::Script) => self.script(lines, label),
            (Data::Sequence(codes), Shape::Exit) => self.codes(codes, label),
            (Data::Sequence(hosts), Shape::Host) => Some(Value::Host(self.group(hosts, label))),
            (Data::Mapping(entries), Shape::Host) => {
                let mut fields = self.fields(node.at, entries, &INVENTORY);
                fields.text("from").map(|from| Value::Host(Host::From(from)))
            }
            _ => self.wrong(node, shape, label, None),
        };
        value.map(|value| node.at.with(value))
    }

    fn list(&mut self, node: &Node, item: &'static Shape, label: &Label) -> Option<Value> {
        let items = match &node.data {
            Data::Sequence(items) => items
                .iter()
                .filter_map(|node| self.value(node, item, &Label { name: label.name, at: node.at }))
                .collect(),
            Data::Scalar(_) if node.is_null() => Vec::new(),
            // One value alone is a list of one, but a mapping alone mostly lacks its dash: it is taken as one all the same
            // unless a list of steps is wanted, where the difference is worth a word.
            Data::Mapping(_) if label.name == "steps" || label.name == "ready" => {
                let message = format!("`{}` wants a list, found a mapping", label.name);
                let problem = Problem::new(&rules::WRONG_TYPE, &node.at, message);
                self.problems.add(problem.help("begin each step with `- `"));
                return None;
            }
            _ => self.value(node, item, label).into_iter().collect(),
        };
        Some(Value::List(items))
    }

    fn map(&mut self, entries: &[(Node, Node)], named: Named, of: &'static Shape) -> Vec<(Spot<String>, Spot<Value>)> {
        let mut seen = Seen::default();
        let mut out = Vec::new();
        for (key, node) in entries {
            let Some(name) = self.key(key) else { continue };
            if !self.first(&mut seen, name, key.at) {
                continue;
            }
            let fault = match named {
                Named::Variable => bad_variable(name).map(|help| (&rules::BAD_VARIABLE_NAME, "a variable", help)),
                Named::Environment => (!is_variable(name)).then_some((
                    &rules::BAD_VARIABLE_NAME,
                    "a variable",
                    "a name has the characters A-Z, a-z, 0-9 and _, and does not begin with a digit",
                )),
                Named::Host => (!is_host(name)).then_some((
                    &rules::BAD_VALUE,
                    "a host",
                    "a name has letters, digits, `-`, `_` and `.`, and begins with a letter or digit",
                )),
            };
            if let Some((rule, what, help)) = fault {
                let message = format!("`{}` cannot be the name of {what}", shown(name));
                self.problems.add(Problem::new(rule, &key.at, message).help(help));
            }
            if named == Named::Variable {
                self.names.variables.insert(name.to_owned());
            }
            let value = self.value(node, of, &Label { name, at: key.at });
            if named == Named::Host {
                let host = match &value {
                    Some(Spot { value: Value::Host(host), .. }) => host.clone(),
                    // Its address is no address, which was said; its name is declared all the same.
                    _ => Host::One(String::new()),
                };
                self.names.hosts.push((key.at.with(name.to_owned()), host));
            }
            out.extend(value.map(|value| (key.at.with(name.to_owned()), value)));
        }
        out
    }

    fn fields(&mut self, at: Spot, entries: &[(Node, Node)], table: &'static Table) -> Fields {
        let mut fields = Fields::new(at);
        let mut meant = Vec::new();
        for (key, node) in entries {
            let Some(name) = self.key(key) else { continue };
            let Some(known) = table.key(name) else {
                meant.extend(self.unknown(name, key.at, table));
                continue;
            };
            if let Some(first) = fields.has(known.name) {
                self.duplicate(name, key.at, first);
                continue;
            }
            let value = self.value(node, &known.shape, &Label { name: known.name, at: key.at });
            fields.push(known, key.at, value);
        }
        for key in table.keys.iter().filter(|key| key.required) {
            if fields.has(key.name).is_none() && !meant.contains(&key.name) {
                let message = format!("`{}` is missing: {} needs it", key.name, table.name);
                self.problems
                    .add(Problem::new(&rules::MISSING_KEY, &at, message).help(format!("{}: {}", key.name, key.doc)));
            }
        }
        fields
    }

    /// A bare value where a mapping has a short form.
    fn short(&mut self, node: &Node, table: &'static Table) -> Option<Value> {
        let key = table.short.and_then(|name| table.key(name))?;
        let mut fields = Fields::new(node.at);
        let value = self.value(node, &key.shape, &Label { name: key.name, at: node.at });
        fields.push(key, node.at, value);
        Some(Value::Fields(fields))
    }

    fn script(&mut self, lines: &[Node], label: &Label) -> Option<Value> {
        let mut commands = Vec::new();
        for node in lines {
            match &node.data {
                Data::Scalar(scalar) if !node.is_null() => commands.extend(self.command(node, &scalar.text, label)),
                Data::Refused => {}
                _ => self.wrong(node, &Shape::Shell, label, None).unwrap_or_default(),
            }
        }
        if lines.is_empty() {
            self.problems.add(Problem::new(&rules::BAD_VALUE, &label.at, format!("`{}` is empty", label.name)));
            return None;
        }
        Some(Value::Script { text: commands.join("\n"), strict: true })
    }

    fn codes(&mut self, items: &[Node], label: &Label) -> Option<Value> {
        let mut codes = Vec::new();
        for node in items {
            match &node.data {
                Data::Scalar(scalar) if !node.is_null() => match self.exit(node, scalar, label) {
                    Some(ExitRule::Codes(one)) => codes.extend(one),
                    Some(ExitRule::Any) => return Some(Value::Exit(ExitRule::Any)),
                    None => {}
                },
                Data::Refused => {}
                _ => self.wrong(node, &Shape::Exit, label, None).unwrap_or_default(),
            }
        }
        if items.is_empty() {
            let problem =
                Problem::new(&rules::BAD_VALUE, &label.at, "`exit` is an empty list: no run could be healthy");
            self.problems.add(problem.help("write `any` where the exit code does not matter"));
            return None;
        }
        Some(Value::Exit(ExitRule::Codes(codes)))
    }

    fn group(&mut self, items: &[Node], label: &Label) -> Host {
        let mut members = Vec::new();
        for node in items {
            match &node.data {
                Data::Scalar(scalar) if !node.is_null() => {
                    self.names.hosts_used.push(node.at.with(scalar.text.to_string()));
                    members.push(scalar.text.to_string());
                }
                Data::Refused => {}
                _ => self.wrong(node, &Shape::HostName, label, None).unwrap_or_default(),
            }
        }
        if items.is_empty() {
            self.problems.add(Problem::new(
                &rules::BAD_VALUE,
                &label.at,
                format!("the group `{}` is empty", shown(label.name)),
            ));
        }
        Host::Group(members)
    }

    /// The text of a key.
    fn key<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let problem = match &node.data {
            Data::Scalar(scalar) if &*scalar.text == "<<" && scalar.is_plain() => {
                Problem::new(&rules::MERGE_KEY, &node.at, "merge keys (`<<`) are not taken")
                    .help("write the keys out where they are needed")
            }
            Data::Scalar(scalar) => return Some(&scalar.text),
            Data::Refused => return None,
            _ => Problem::new(&rules::WRONG_TYPE, &node.at, format!("a key is text, this is {}", found(node))),
        };
        self.problems.add(problem);
        None
    }

    /// Reports a key the table does not have; returns the one that was probably meant.
    fn unknown(&mut self, name: &str, at: Spot, table: &'static Table) -> Option<&'static str> {
        let mut problem =
            Problem::new(&rules::UNKNOWN_KEY, &at, format!("{} has no key `{}`", table.name, shown(name)));
        let mut guess = None;
        if self.problems.want_suggestions() {
            let own = nearest(name, table.keys.iter().map(|key| key.name));
            guess = own.or_else(|| {
                // A word of another tool, perhaps misspelled as well.
                let habits = || table.keys.iter().flat_map(|key| key.aka.iter().map(move |word| (*word, key.name)));
                let lower = name.to_ascii_lowercase();
                let habit = habits().map(|(word, _)| word).find(|word| *word == lower);
                let habit = habit.or_else(|| nearest(name, habits().map(|(word, _)| word)))?;
                habits().find(|(word, _)| *word == habit).map(|(_, key)| key)
            });
            problem = match guess {
                Some(guess) => problem.suggest(Some(guess.to_owned())),
                None => problem.help(format!("it takes {}", list(table.keys.iter().map(|key| key.name)))),
            };
        }
        self.problems.add(problem);
        guess
    }

    fn first<'n>(&mut self, seen: &mut Seen<'n>, name: &'n str, at: Spot) -> bool {
        if let Some(first) = seen.0.get(name) {
            self.duplicate(name, at, *first);
            return false;
        }
        seen.0.insert(name, at);
        true
    }

    fn duplicate(&mut self, name: &str, at: Spot, first: Spot) {
        let message = format!("`{}` stands here a second time", shown(name));
        let help = format!("it stands first on line {}", first.place.line);
        self.problems.add(Problem::new(&rules::DUPLICATE_KEY, &at, message).help(help));
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong<T>(&mut self, node: &Node, shape: &Shape, label: &Label, instead: Option<String>) -> Option<T> {
        let message = format!("`{}` wants {}, found {}", shown(label.name), shape.wanted(), found(node));
        self.problems.add(Problem::new(&rules::WRONG_TYPE, &node.at, message).suggest(instead));
        None
    }

    /// Notes the variables a text shows, each at its own place where that can be told.
    pub(super) fn note_mentions(&mut self, node: &Node, text: &str) {
        if !text.contains('$') {
            return;
        }
        let raw = node.raw(self.source);
        let wanted: Vec<&str> = spans(text).map(|(_, name, _)| name).collect();
        let found: Vec<_> = spans(raw).collect();
        if found.iter().map(|(_, name, _)| *name).eq(wanted) {
            let places = node.places_in_raw(raw, found.iter().map(|(offset, ..)| *offset));
            let spots = places.zip(&found).map(|(place, (_, name, whole))| Spot {
                place,
                length: whole.len(),
                value: (*name).to_owned(),
            });
            self.names.shown.extend(spots);
        } else {
            self.names.shown.extend(mentions(text).into_iter().map(|name| node.at.with(name)));
        }
    }
}

/// Keys of a mapping with free keys, and where each stood first.
#[derive(Default)]
struct Seen<'n>(HashMap<&'n str, Spot>);

/// What stands there, with its article, for a message.
pub(super) fn found(node: &Node) -> String {
    match &node.data {
        Data::Sequence(_) => "a list".into(),
        Data::Mapping(_) => "a mapping".into(),
        Data::Scalar(_) if node.is_null() => "nothing".into(),
        Data::Scalar(scalar) if scalar.is_plain() => format!("`{}`", shown(&scalar.text)),
        Data::Scalar(scalar) => format!("the text `{}`", shown(&scalar.text)),
        Data::Refused => "something that is not taken".into(),
    }
}
