//! Scalars held against the shape they are to have.

use chrono::NaiveDate;

use super::fields::Value;
use super::shaper::{Label, Shaper};
use crate::runbook::duration::{NoDuration, duration};
use crate::runbook::model::{ExitRule, Lead, PhaseName, Severity, Slo};
use crate::runbook::names::{RESERVED_IDS, bad_address, is_id, is_user, slug};
use crate::runbook::problem::{Problem, shown};
use crate::runbook::rules;
use crate::runbook::shape::Shape;
use crate::runbook::suggest::{list, nearest};
use crate::runbook::yaml::{Node, Scalar};

impl Shaper<'_, '_> {
    /// Reads a scalar that is not null.
    pub(super) fn scalar(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        shape: &'static Shape,
        label: &Label,
    ) -> Option<Value> {
        let text = &*scalar.text;
        match shape {
            Shape::Version => match scalar.as_integer() {
                Some(1) => Some(Value::Count(1)),
                _ => self.wrong(node, shape, label, Some("1".into())),
            },
            Shape::Line => self.line(node, text, label),
            Shape::Prose | Shape::EnvText => {
                self.note_mentions(node, text);
                Some(Value::Text(text.to_owned()))
            }
            Shape::Text => Some(Value::Text(text.to_owned())),
            Shape::Shell => self.command(node, text, label).map(Value::Text),
            Shape::Script => self.command(node, text, label).map(|text| Value::Script { text, strict: false }),
            Shape::Id => self.id(node, text),
            Shape::Flag => match scalar.as_bool() {
                Some(flag) => Some(Value::Flag(flag)),
                None => self.wrong(node, shape, label, truth(text)),
            },
            Shape::Count(least, most) => match scalar.as_integer() {
                Some(number) => {
                    let fits = u32::try_from(number).ok().filter(|number| (*least..=*most).contains(number));
                    if fits.is_none() {
                        let message = format!("`{}` is {number}, it goes from {least} to {most}", label.name);
                        self.problems.add(Problem::new(&rules::OUT_OF_RANGE, &node.at, message));
                    }
                    fits.map(Value::Count)
                }
                None => self.wrong(node, shape, label, unquoted_number(text)),
            },
            Shape::Duration => self.duration(node, text, label),
            Shape::Date => match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                Ok(date) if text.len() == 10 => Some(Value::Date(date)),
                _ => self.bad(node, shape, label, None),
            },
            Shape::Slo => match slo(text) {
                Some(slo) => Some(Value::Slo(slo)),
                None => self.bad(node, shape, label, None),
            },
            Shape::Severity => {
                if let Some(severity) = Severity::parse(text) {
                    return Some(Value::Severity(severity));
                }
                let help =
                    "`SEV-2`, `sev2`, `S2`, `P2`, `critical`, `major`, `minor`, `warning` and `info` are understood";
                self.bad(node, shape, label, Some(help))
            }
            Shape::Exit => self.exit(node, scalar, label).map(Value::Exit),
            Shape::Pattern(usage) => self.pattern(node, text, *usage).map(Value::Pattern),
            Shape::Lead => {
                let lead = lead(text);
                self.names.leads.push(node.at.with(lead.clone()));
                Some(Value::Lead(lead))
            }
            Shape::VerifyStep => {
                self.names.verifies.push(node.at.with(text.to_owned()));
                Some(Value::Text(text.to_owned()))
            }
            Shape::HostName => {
                self.names.hosts_used.push(node.at.with(text.to_owned()));
                Some(Value::Text(text.to_owned()))
            }
            Shape::Host => match bad_address(text) {
                None => Some(Value::Host(crate::runbook::model::Host::One(text.to_owned()))),
                Some(help) => self.bad(node, shape, label, Some(help)),
            },
            Shape::User => {
                if is_user(text) {
                    return Some(Value::Text(text.to_owned()));
                }
                self.bad(
                    node,
                    shape,
                    label,
                    Some("write the name as the system knows it; variables are not filled in here"),
                )
            }
            Shape::Word(words) => self.word(node, text, words, label),
            Shape::List(_) | Shape::Map(..) | Shape::Table(_) => self.wrong(node, shape, label, None),
        }
    }

    fn line(&mut self, node: &Node, text: &str, label: &Label) -> Option<Value> {
        let line = text.trim();
        if line.is_empty() {
            return self.empty(node, label);
        }
        if line.contains(['\n', '\r']) {
            let message = format!("`{}` is one line, this is several", label.name);
            self.problems.add(Problem::new(&rules::BAD_VALUE, &node.at, message));
            return None;
        }
        self.note_mentions(node, text);
        Some(Value::Text(line.to_owned()))
    }

    /// A command that is not empty.
    pub(super) fn command(&mut self, node: &Node, text: &str, label: &Label) -> Option<String> {
        if text.trim().is_empty() {
            self.empty(node, label)?;
        }
        Some(text.trim_end_matches(['\n', '\r']).to_owned())
    }

    fn empty(&mut self, node: &Node, label: &Label) -> Option<Value> {
        self.problems.add(Problem::new(&rules::BAD_VALUE, &node.at, format!("`{}` is empty", label.name)));
        None
    }

    fn id(&mut self, node: &Node, text: &str) -> Option<Value> {
        if is_id(text) && !RESERVED_IDS.contains(&text) {
            return Some(Value::Text(text.to_owned()));
        }
        let problem = if is_id(text) {
            let message = format!("`{text}` cannot be a step's id: it is a word of the format");
            Problem::new(&rules::BAD_ID, &node.at, message)
        } else {
            let message = format!("`{}` cannot be a step's id", shown(text));
            let instead = Some(slug(text)).filter(|slug| !slug.is_empty() && !RESERVED_IDS.contains(&slug.as_str()));
            Problem::new(&rules::BAD_ID, &node.at, message)
                .help(
                    "an id has the characters a-z, 0-9, - and _, begins with a letter or digit, and is at most 64 long",
                )
                .suggest(instead)
        };
        self.problems.add(problem);
        None
    }

    fn duration(&mut self, node: &Node, text: &str, label: &Label) -> Option<Value> {
        let problem = match duration(text) {
            Ok(time) if time.is_zero() && label.name != "grace" => {
                Problem::new(&rules::OUT_OF_RANGE, &node.at, format!("`{}` is no time at all", label.name))
            }
            Ok(time) => return Some(Value::Duration(time)),
            Err(NoDuration::Bare) => {
                let text = text.trim();
                let message = format!("`{}` is {}, without a unit", label.name, shown(text));
                Problem::new(&rules::BAD_DURATION, &node.at, message)
                    .help(format!("write `{0}s` for seconds, `{0}m` for minutes or `{0}h` for hours", shown(text)))
            }
            Err(NoDuration::TooLong) => {
                let message = format!("`{}` is longer than ten years", label.name);
                Problem::new(&rules::OUT_OF_RANGE, &node.at, message)
            }
            Err(NoDuration::Unreadable) => {
                let message = format!("`{}` wants {}, found `{}`", label.name, Shape::Duration.wanted(), shown(text));
                Problem::new(&rules::BAD_DURATION, &node.at, message).help("the units are ms, s, m, h, d and w")
            }
        };
        self.problems.add(problem);
        None
    }

    /// One exit code, or `any`.
    pub(super) fn exit(&mut self, node: &Node, scalar: &Scalar, label: &Label) -> Option<ExitRule> {
        if &*scalar.text == "any" {
            return Some(ExitRule::Any);
        }
        match scalar.as_integer() {
            Some(code) => {
                let fits = i32::try_from(code).ok().filter(|code| (0..=255).contains(code));
                if fits.is_none() {
                    let message = format!("{code} is no exit code: they go from 0 to 255");
                    self.problems.add(Problem::new(&rules::OUT_OF_RANGE, &node.at, message));
                }
                fits.map(|code| ExitRule::Codes(vec![code]))
            }
            None => self.wrong(node, &Shape::Exit, label, unquoted_number(&scalar.text)),
        }
    }

    fn word(&mut self, node: &Node, text: &str, words: &'static [&'static str], label: &Label) -> Option<Value> {
        let signal = text.strip_prefix("SIG").filter(|_| label.name == "signal").unwrap_or(text);
        if let Some(word) = words.iter().find(|word| **word == signal) {
            return Some(Value::Text((*word).to_owned()));
        }
        let message = format!("`{}` is one of {}, found `{}`", label.name, list(words.iter().copied()), shown(text));
        let guess = nearest(text, words.iter().copied()).map(str::to_owned);
        self.problems.add(Problem::new(&rules::BAD_VALUE, &node.at, message).suggest(guess));
        None
    }

    fn bad<T>(&mut self, node: &Node, shape: &Shape, label: &Label, help: Option<&str>) -> Option<T> {
        let message = format!("`{}` wants {}, found {}", label.name, shape.wanted(), super::shaper::found(node));
        let mut problem = Problem::new(&rules::BAD_VALUE, &node.at, message);
        problem.help = help.map(str::to_owned);
        self.problems.add(problem);
        None
    }
}

/// Where a text leads.
pub(super) fn lead(text: &str) -> Lead {
    match text {
        "next" => Lead::Next,
        "stop" => Lead::Stop,
        _ => PhaseName::ALL
            .into_iter()
            .find(|phase| phase.as_str() == text)
            .map_or_else(|| Lead::Step(text.to_owned()), Lead::Phase),
    }
}

/// `99.9% over 30d`.
fn slo(text: &str) -> Option<Slo> {
    let (percent, window) = text.split_once('%')?;
    let percent: f64 = percent.trim().parse().ok()?;
    let window = duration(window.trim().strip_prefix("over")?.trim()).ok()?;
    (percent > 0.0 && percent < 100.0 && !window.is_zero()).then_some(Slo { percent, window })
}

/// The truth value that was probably meant.
fn truth(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "true" => Some("true".into()),
        "no" | "off" | "n" | "false" => Some("false".into()),
        _ => None,
    }
}

fn unquoted_number(text: &str) -> Option<String> {
    text.trim().parse::<u32>().ok().map(|number| number.to_string())
}
