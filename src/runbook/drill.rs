//! What a drill says of itself, `drill.yaml`: read with the tools that read runbooks, so that what is wrong with it is told with its place.

use std::time::Duration;

use super::decode::{Fields, Shaper, Value};
use super::keys::{Table, key};
use super::model::{PhaseName, Runbook, VarName};
use super::names::bad_address;
use super::parse::text_of;
use super::problem::{Problem, Problems, Spot, shown};
use super::prose::{fill, mentions};
use super::rules;
use super::shape::{Named, Shape};
use super::suggest::nearest;
use super::yaml::read;

/// What a drill says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrillPlan {
    /// Commands that must be there.
    pub needs: Vec<Need>,
    /// What a person should take at most.
    pub minutes: Option<u32>,
    /// The ways out that heal, the usual one first: revert, fix.
    pub paths: Vec<PhaseName>,
    /// Time boxes that stand in for the runbook's.
    pub time_boxes: Vec<(PhaseName, Duration)>,
    /// Where hosts of the runbook are in the drill: name and target, which may show `$NAME` of `vars.env`. All others are this machine.
    pub hosts: Vec<(String, String)>,
}

impl DrillPlan {
    /// The names that the targets of hosts show.
    #[must_use]
    pub fn shown(&self) -> Vec<VarName> {
        let mut names: Vec<VarName> = self.hosts.iter().flat_map(|(_, target)| mentions(target)).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// A command a drill needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Its name, looked for on the `PATH`.
    pub command: String,
    /// The Debian package it comes in.
    pub package: Option<String>,
    /// Where else it may be; `*` stands for any part of a name.
    pub elsewhere: Vec<String>,
}

impl Need {
    /// `psql (in Debian's package postgresql-client)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.package {
            Some(package) => format!("{} (in Debian's package {package})", self.command),
            None => self.command.clone(),
        }
    }
}

/// The file.
pub const DRILL: Table = Table {
    name: "a drill",
    short: None,
    keys: &[
        key("needs", Shape::List(&Shape::Table(&NEED)), "Commands that must be there.").aka(&["requires", "commands"]),
        key("minutes", Shape::Count(1, 1440), "What a person should take at most.").aka(&["time", "duration"]),
        key("paths", Shape::List(&Shape::Word(&["revert", "fix"])), "The ways out that heal, the usual one first.")
            .aka(&["ways", "path"]),
        key("time_boxes", Shape::Table(&TIME_BOXES), "Time boxes that stand in for the runbook's.").aka(&["time_box"]),
        key(
            "hosts",
            Shape::Map(Named::Host, &Shape::Text),
            "Where hosts of the runbook are in the drill; `$NAME` is a value of `vars.env`.",
        ),
    ],
};

/// A command a drill needs; a bare value is its name.
const NEED: Table = Table {
    name: "a need",
    short: Some("command"),
    keys: &[
        key("command", Shape::Text, "Its name, looked for on the PATH.").required().aka(&["name", "program"]),
        key("package", Shape::Text, "The Debian package it comes in."),
        key("or", Shape::List(&Shape::Text), "Where else it may be: paths, `*` stands for any part of a name.")
            .aka(&["elsewhere", "paths"]),
    ],
};

/// Time boxes by phase.
const TIME_BOXES: Table = Table {
    name: "a drill's `time_boxes`",
    short: None,
    keys: &[
        key("diagnose", Shape::Duration, "How long to diagnose before asking what to do instead."),
        key("revert", Shape::Duration, "The same for revert."),
        key("fix", Shape::Duration, "The same for fix."),
        key("verify", Shape::Duration, "The same for verify."),
    ],
};

/// A `drill.yaml` that was read.
#[derive(Debug)]
pub struct ReadDrill {
    /// What it says; there when no problem is an error.
    pub plan: Option<DrillPlan>,
    /// All that is wrong with it, in the order of the file.
    pub problems: Vec<Problem>,
}

/// Reads a `drill.yaml` from the bytes of its file, and holds it against its runbook where that is there. Never fails; time and memory
/// are bounded as for a runbook.
#[must_use]
pub fn parse_drill(bytes: &[u8], runbook: Option<&Runbook>) -> ReadDrill {
    let text = match text_of(bytes) {
        Ok(text) => text,
        Err(problem) => return ReadDrill { plan: None, problems: vec![problem] },
    };
    if text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#')) {
        return ReadDrill { plan: Some(DrillPlan::default()), problems: Vec::new() };
    }
    let mut problems = Problems::default();
    let fields = read(text, &mut problems).and_then(|root| Shaper::new(text, &mut problems).root(&root, &DRILL));
    let plan = fields.map(|fields| plan(fields, runbook, &mut problems));
    let problems = problems.finish();
    let sound = !problems.iter().any(Problem::is_error);
    ReadDrill { plan: plan.filter(|_| sound), problems }
}

fn plan(mut fields: Fields, runbook: Option<&Runbook>, problems: &mut Problems) -> DrillPlan {
    let has_steps = |phase| runbook.is_none_or(|runbook| !runbook.phase(phase).steps.is_empty());
    let mut none = |at: &Spot, phase: PhaseName| {
        let message = format!("the runbook has no steps in {phase}");
        problems.add(Problem::new(&rules::BAD_VALUE, at, message).help("take it out, or write that phase"));
    };
    let mut paths: Vec<PhaseName> = Vec::new();
    for spot in fields.list("paths") {
        let Value::Text(word) = &spot.value else { continue };
        let Some(phase) = PhaseName::ALL.into_iter().find(|phase| phase.as_str() == word) else { continue };
        if !has_steps(phase) {
            none(&spot.with(()), phase);
        }
        if !paths.contains(&phase) {
            paths.push(phase);
        }
    }
    let mut time_boxes = Vec::new();
    if let Some(mut boxes) = fields.fields("time_boxes") {
        for phase in PhaseName::ALL {
            if let Some(at) = boxes.has(phase.as_str()).filter(|_| !has_steps(phase)) {
                none(&at, phase);
            }
            time_boxes.extend(boxes.duration(phase.as_str()).map(|time| (phase, time)));
        }
    }
    let needs = fields.tables("needs").into_iter().map(|need| self::need(need, problems)).collect();
    let hosts = hosts(&mut fields, runbook, problems);
    DrillPlan { needs, minutes: fields.count("minutes"), paths, time_boxes, hosts }
}

fn hosts(fields: &mut Fields, runbook: Option<&Runbook>, problems: &mut Problems) -> Vec<(String, String)> {
    let mut hosts = Vec::new();
    for (name, target) in fields.map("hosts") {
        let Value::Text(address) = &target.value else { continue };
        if let Some(runbook) = runbook.filter(|runbook| !runbook.hosts.contains_key(&name.value)) {
            let message = format!("the runbook declares no host `{}`", shown(&name.value));
            let guess = nearest(&name.value, runbook.hosts.keys().map(String::as_str)).map(str::to_owned);
            problems.add(Problem::new(&rules::UNKNOWN_HOST, &name, message).suggest(guess));
        }
        // Whatever a value is, it is a part of an address like this one.
        if let Some(why) = bad_address(&fill(address, |_| Some("1".to_owned()))) {
            let message = format!("`{}` is no target", shown(address));
            problems.add(Problem::new(&rules::BAD_VALUE, &target, message).help(why));
        }
        hosts.push((name.value, address.clone()));
    }
    hosts
}

fn need(mut fields: Fields, problems: &mut Problems) -> Need {
    if let Some(Spot { value: Value::Text(command), place, length }) = fields.get("command") {
        let at = Spot { place: *place, length: *length, value: () };
        if command.is_empty() || command.contains(|letter: char| letter == '/' || letter.is_whitespace()) {
            let message = format!("`{}` is not the name of a command", shown(command));
            let help = "`command` is looked for on the PATH; `or` takes paths";
            problems.add(Problem::new(&rules::BAD_VALUE, &at, message).help(help));
        }
    }
    let mut elsewhere = Vec::new();
    for spot in fields.list("or") {
        let Value::Text(path) = &spot.value else { continue };
        if !path.starts_with('/') {
            let message = format!("`{}` is not a whole path", shown(path));
            problems.add(Problem::new(&rules::BAD_VALUE, &spot, message).help("it begins with `/`"));
        }
        elsewhere.push(path.clone());
    }
    Need { command: fields.text("command").unwrap_or_default(), package: fields.text("package"), elsewhere }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::parse;

    #[test]
    fn a_plan_is_read_with_what_it_does_not_say() {
        let plan = |text: &str| {
            let read = parse_drill(text.as_bytes(), None);
            assert_eq!(read.problems, [], "{text}");
            read.plan.unwrap()
        };
        for text in ["", "# nothing\n", "needs: []"] {
            assert_eq!(plan(text), DrillPlan::default(), "{text:?}");
        }
        let read = plan(
            "needs: [{ command: psql, package: postgresql-client, or: [/usr/lib/*/psql] }, curl]\n\
             minutes: 10\npaths: [fix]\ntime_boxes: { diagnose: 20s, fix: 1m }\n\
             hosts: { db: 'ssh://root@127.0.0.1:$DB_PORT' }",
        );
        assert_eq!(read.needs[0].in_words(), "psql (in Debian's package postgresql-client)");
        assert_eq!(read.needs[0].elsewhere, ["/usr/lib/*/psql"]);
        assert_eq!(read.needs[1].in_words(), "curl");
        assert_eq!((read.minutes, read.paths.as_slice()), (Some(10), &[PhaseName::Fix][..]));
        let boxes = [(PhaseName::Diagnose, Duration::from_secs(20)), (PhaseName::Fix, Duration::from_mins(1))];
        assert_eq!(read.time_boxes, boxes);
        assert_eq!(read.hosts, [("db".to_owned(), "ssh://root@127.0.0.1:$DB_PORT".to_owned())]);
        assert_eq!(read.shown(), ["DB_PORT"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_was_meant() {
        let book = "{stanch: 1, title: T, hosts: {web1: w, db: d}, fix: {steps: [{title: A, run: b}]}}";
        let book = parse("x", book).runbook.unwrap();
        for (text, line, column, message, suggestion) in [
            ("need: []", 1, 1, "a drill has no key `need`", Some("needs")),
            ("paths: [fix, revrt]", 1, 14, "`paths` is one of", Some("revert")),
            ("paths: [fix, verify]", 1, 14, "`paths` is one of", None),
            ("paths: [fix, revert]", 1, 14, "the runbook has no steps in revert", None),
            ("needs:\n  - { package: x }", 2, 5, "`command` is missing", None),
            ("needs:\n  - /usr/bin/psql", 2, 5, "is not the name of a command", None),
            ("needs: [{ command: psql, or: psql-17 }]", 1, 30, "is not a whole path", None),
            ("minutes: ten", 1, 10, "`minutes` wants a whole number", None),
            ("minutes: 0", 1, 10, "", None),
            ("time_boxes: { diagnos: 20s }", 1, 15, "has no key `diagnos`", Some("diagnose")),
            ("time_boxes: { fix: 20 }", 1, 20, "without a unit", None),
            ("time_boxes: { revert: 20s }", 1, 15, "the runbook has no steps in revert", None),
            ("hosts: { wep1: local }", 1, 10, "the runbook declares no host `wep1`", Some("web1")),
            ("hosts: { db: '-o $X' }", 1, 14, "is no target", None),
            ("hosts: { db: [a] }", 1, 14, "`db` wants text", None),
            ("- needs", 1, 1, "a drill is a mapping of keys", None),
            ("needs: [", 1, 8, "no YAML", None),
        ] {
            let read = parse_drill(text.as_bytes(), Some(&book));
            assert_eq!(read.plan, None, "{text}");
            let first = &read.problems[0];
            assert!(first.message.contains(message), "{text}: {}", first.message);
            assert_eq!(first.suggestion.as_deref(), suggestion, "{text}");
            if message != "no YAML" {
                assert_eq!((first.place.line, first.place.column), (line, column), "{text}");
            }
        }
        assert_eq!(parse_drill(b"needs: \xff", None).problems[0].rule, "not-utf8");
    }
}
