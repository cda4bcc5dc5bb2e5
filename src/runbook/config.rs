//! The operator's configuration, `config.yaml`: read with the tools that read runbooks, so that what is wrong with it is told as well.

use std::time::Duration;

use super::decode::{Fields, Shaper, Value};
use super::keys::{Table, key};
use super::parse::text_of;
use super::problem::{Problem, Problems};
use super::shape::Shape;
use super::yaml::read;
use crate::text::redact::Extra;

/// What is configured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// What is told of events.
    pub hook: Option<Hook>,
    /// What else has the shape of a secret.
    pub secrets: Vec<Extra>,
}

/// A command that is told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The command, for `sh -c`.
    pub run: String,
    /// Events it is told of: words of [`ON`].
    pub on: Vec<String>,
    /// How long it may take for one event.
    pub timeout: Duration,
    /// Also in rehearsals.
    pub drills: bool,
}

/// Events a hook is told of where it does not say.
const USUAL: [&str; 10] = [
    "opened",
    "marked",
    "status",
    "severity",
    "update",
    "closed",
    "reopened",
    "declared",
    "handed_over",
    "looked_again",
];

/// How long a hook may take where it does not say.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a hook can be told of: the `type` of an event as it stands in the journal, shorter words for some of them, and `all`.
pub const ON: [&str; 35] = [
    "opened",
    "marked",
    "status",
    "severity",
    "update",
    "note",
    "closed",
    "reopened",
    "left",
    "attached",
    "run_started",
    "run_ended",
    "run_interrupted",
    "run_settled",
    "stop_asked",
    "sign_seen",
    "flagged",
    "moved",
    "skipped",
    "answered",
    "overridden",
    "pinned",
    "time_box_answered",
    "variable_set",
    "finding_opened",
    "finding_settled",
    "paused",
    "resumed",
    "handed_over",
    "joined",
    "departed",
    "detected_by",
    "declared",
    "looked_again",
    "all",
];

impl Hook {
    /// Whether it is told of an event whose `type` in the journal is this.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        let word = match kind {
            "status_changed" => "status",
            "severity_changed" => "severity",
            "updated" => "update",
            kind => kind,
        };
        self.on.iter().any(|on| on == word || on == "all")
    }
}

/// The configuration.
const CONFIG: Table = Table {
    name: "the configuration",
    short: None,
    keys: &[
        key("hook", Shape::Table(&HOOK), "A command that is told of events.").aka(&["hooks", "notify", "webhook"]),
        key("secrets", Shape::List(&Shape::Table(&SECRET)), "What else is taken for a secret wherever it stands.")
            .aka(&["secret", "redact"]),
    ],
};

/// The shape of a secret.
const SECRET: Table = Table {
    name: "a shape of secrets",
    short: None,
    keys: &[
        key("name", Shape::Text, "What stands in for it: `[secret NAME]`.").required(),
        key("after", Shape::Text, "What stands before it, to the letter.").required().aka(&["prefix", "begins"]),
        key(
            "least",
            Shape::Count(4, 1000),
            "Letters, digits and `_-.+/=` that it has at least; without it, it is any value up to a space or a quote.",
        )
        .aka(&["length", "min"]),
    ],
};

/// A hook.
const HOOK: Table = Table {
    name: "a hook",
    short: Some("run"),
    keys: &[
        key("run", Shape::Shell, "The command; each event comes as one JSON object on its standard input.")
            .required()
            .aka(&["command", "cmd", "exec"]),
        key("on", Shape::List(&Shape::Word(&ON)), "Which events.").aka(&["events", "when"]),
        key("timeout", Shape::Duration, "How long it may take for one event.").aka(&["limit"]),
        key("drills", Shape::Flag, "Whether it is told of rehearsals too.").aka(&["drill"]),
    ],
};

/// A configuration that was read.
#[derive(Debug)]
pub struct ReadConfig {
    /// What it says; there when no problem is an error.
    pub config: Option<Config>,
    /// All that is wrong with it, in the order of the file.
    pub problems: Vec<Problem>,
}

/// Reads a configuration from the bytes of its file. Never fails; time and memory are bounded as for a runbook.
#[must_use]
pub fn parse_config(bytes: &[u8]) -> ReadConfig {
    let text = match text_of(bytes) {
        Ok(text) => text,
        Err(problem) => return ReadConfig { config: None, problems: vec![problem] },
    };
    if text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#')) {
        return ReadConfig { config: Some(Config::default()), problems: Vec::new() };
    }
    let mut problems = Problems::default();
    let config = read(text, &mut problems).and_then(|root| Shaper::new(text, &mut problems).root(&root, &CONFIG)).map(
        |mut fields| Config {
            hook: fields.fields("hook").map(hook),
            secrets: fields.tables("secrets").into_iter().filter_map(secret).collect(),
        },
    );
    let problems = problems.finish();
    let sound = !problems.iter().any(Problem::is_error);
    ReadConfig { config: config.filter(|_| sound), problems }
}

fn secret(mut fields: Fields) -> Option<Extra> {
    let least = fields.count("least").and_then(|least| least.try_into().ok());
    Some(Extra { name: fields.text("name")?, after: fields.text("after")?, least })
}

fn hook(mut fields: Fields) -> Hook {
    let said = fields.has("on").is_some();
    let on = fields.list("on").into_iter().filter_map(|word| match word.value {
        Value::Text(text) => Some(text),
        _ => None,
    });
    let on: Vec<String> = on.collect();
    Hook {
        run: fields.text("run").unwrap_or_default(),
        on: if said { on } else { USUAL.map(str::to_owned).to_vec() },
        timeout: fields.duration("timeout").unwrap_or(TIMEOUT),
        drills: fields.flag("drills").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(text: &str) -> Config {
        let read = parse_config(text.as_bytes());
        assert_eq!(read.problems, [], "{text}");
        read.config.unwrap()
    }

    #[test]
    fn a_hook_is_read_with_what_it_does_not_say() {
        for text in ["", "\n# nothing\n", "# hook: x"] {
            assert_eq!(sound(text), Config::default(), "{text:?}");
        }
        let hook = sound("hook: post-to-chat").hook.unwrap();
        assert_eq!((hook.run.as_str(), hook.timeout, hook.drills), ("post-to-chat", TIMEOUT, false));
        assert!(hook.wants("status_changed") && hook.wants("severity_changed") && hook.wants("updated"));
        assert!(!hook.wants("run_ended") && !hook.wants("note"));
        let hook =
            sound("hook: { run: 'jq . >> log', on: [note, run_ended], timeout: 1m, drills: true }").hook.unwrap();
        assert_eq!((hook.timeout, hook.drills), (Duration::from_mins(1), true));
        assert!(hook.wants("note") && hook.wants("run_ended") && !hook.wants("opened"));
        let hook = sound("hook: { run: x, on: all }").hook.unwrap();
        assert!(hook.wants("run_started") && hook.wants("of a later program"));
    }

    #[test]
    fn shapes_of_secrets_are_read() {
        let config =
            sound("secrets:\n  - { name: acme, after: acme_, least: 20 }\n  - { name: door, after: 'DOOR CODE: ' }");
        let extra = |name: &str, after: &str, least| Extra { name: name.to_owned(), after: after.to_owned(), least };
        assert_eq!(config.secrets, [extra("acme", "acme_", Some(20)), extra("door", "DOOR CODE: ", None)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_was_meant() {
        for (text, line, column, message, suggestion) in [
            ("hok: x", 1, 1, "the configuration has no key `hok`", Some("hook")),
            ("hook:\n  on: [markd]\n  run: x", 2, 8, "`on` is one of", Some("marked")),
            ("hook:\n  on: [note]", 1, 1, "`run` is missing", None),
            ("hook:\n  comand: x", 2, 3, "a hook has no key `comand`", Some("run")),
            ("hook: { run: x, timeout: 10 }", 1, 26, "without a unit", None),
            ("hook: { run: '' }", 1, 14, "`run` is empty", None),
            ("secrets: [{ name: x, after: y, leas: 5 }]", 1, 32, "a shape of secrets has no key `leas`", Some("least")),
            ("- hook", 1, 1, "the configuration is a mapping of keys", None),
            ("hook: &a x", 1, 10, "anchors", None),
            ("hook: [", 1, 8, "no YAML", None),
        ] {
            let read = parse_config(text.as_bytes());
            assert_eq!(read.config, None, "{text}");
            let first = &read.problems[0];
            assert!(first.message.contains(message), "{text}: {}", first.message);
            assert_eq!(first.suggestion.as_deref(), suggestion, "{text}");
            if message != "`run` is missing" && message != "no YAML" {
                assert_eq!((first.place.line, first.place.column), (line, column), "{text}");
            }
        }
        assert_eq!(parse_config(b"hook: \xff").problems[0].rule, "not-utf8");
    }
}
