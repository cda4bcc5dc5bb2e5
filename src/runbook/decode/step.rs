//! Steps and the commands in them.

use crate::runbook::decode::fields::{Fields, Value};
use crate::runbook::decode::file::StepSpot;
use crate::runbook::mark::Mark;
use crate::runbook::model::{
    Action, Choice, Command, Effect, Expect, Flag, Guard, Link, Mode, Pattern, PhaseName, Shell, Sign, Step, Stop,
    StopSignal, Until,
};
use crate::runbook::names::slug;

/// Where a step stands: what its effect is by default depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat {
    /// Its phase.
    pub(crate) phase: PhaseName,
    /// Among the `ready` steps of revert.
    pub(crate) ready: bool,
    /// From 1 in its list.
    pub(crate) number: usize,
}

impl Seat {
    /// Whether steps here only look.
    pub(crate) fn looks_only(self) -> bool {
        self.ready || matches!(self.phase, PhaseName::Diagnose | PhaseName::Verify)
    }
}

/// Puts a step together.
pub(super) fn step(mut fields: Fields, seat: Seat) -> (Step, StepSpot) {
    let title = fields.text("title").unwrap_or_default();
    let named = fields.get("id").map(|id| id.with(())).or_else(|| fields.has("title")).unwrap_or(fields.at);
    let (id, given) = match fields.text("id") {
        Some(id) => (id, true),
        None if fields.has("id").is_some() => (String::new(), true),
        None => (slug(&title), false),
    };
    // A title without a single Latin letter or digit still needs an id.
    let id = if id.is_empty() && !given {
        format!("{}-{}", if seat.ready { "ready" } else { seat.phase.as_str() }, seat.number)
    } else {
        id
    };
    let effect = effect(&mut fields).unwrap_or(if seat.looks_only() { Effect::Read } else { Effect::Change });
    let place = fields.at.place;
    let spot = StepSpot { id: named.with(id.clone()), given, seat };
    let step = Step {
        id,
        title,
        text: fields.text("text"),
        links: links(&mut fields),
        action: action(&mut fields, effect),
        effect,
        expect: expect(&mut fields),
        signs: signs(&mut fields),
        capture: fields
            .map("capture")
            .into_iter()
            .filter_map(|(name, value)| Some((name.value, pattern(value.value)?)))
            .collect(),
        until: until(&mut fields),
        timeout: fields.duration("timeout"),
        budget: fields.duration("budget"),
        silent: fields.duration("silent"),
        on_pass: fields.lead("on_pass"),
        on_fail: fields.lead("on_fail"),
        verify: fields.texts("verify"),
        undo: fields.fields("undo").map(|mut undo| {
            let effect = self::effect(&mut undo).unwrap_or(Effect::Change);
            Box::new(command(&mut undo, effect, Vec::new()))
        }),
        done_if: fields.text("done_if"),
        mitigates: fields.flag("mitigates").unwrap_or_default(),
        point_of_no_return: fields.flag("point_of_no_return").unwrap_or_default(),
        require: guards(&mut fields),
        confirm: fields.text("confirm"),
        stop: stop(&mut fields),
        rolling: fields.count("rolling"),
        limit: fields.count("limit"),
        detach: fields.flag("detach").unwrap_or_default(),
        place,
    };
    #[cfg(test)]
    super::file::all_taken(
        &fields,
        &["options", "see", "flag", "shell", "mode", "on", "as", "cwd", "env", "width", "ask"],
    );
    (step, spot)
}

fn action(fields: &mut Fields, effect: Effect) -> Action {
    if fields.has("run").is_some() {
        let flags = fields.tables("flag").into_iter().filter_map(flag).collect();
        Action::Run(command(fields, effect, flags))
    } else if let Some(question) = fields.text("ask") {
        Action::Ask { question, options: fields.tables("options").into_iter().map(choice).collect() }
    } else {
        Action::Manual { see: fields.text("see") }
    }
}

fn command(fields: &mut Fields, effect: Effect, flags: Vec<Flag>) -> Command {
    let (run, strict) = fields.script("run").unwrap_or_default();
    Command {
        run,
        strict,
        shell: match fields.text("shell").as_deref() {
            Some("bash") => Shell::Bash,
            _ => Shell::Sh,
        },
        mode: match fields.text("mode").as_deref() {
            Some("pipe") => Mode::Pipe,
            Some("interactive") => Mode::Interactive,
            Some("follow") => Mode::Follow,
            _ => Mode::Pty,
        },
        on: fields.texts("on"),
        user: fields.text("as"),
        cwd: fields.text("cwd"),
        env: fields.map("env").into_iter().filter_map(|(name, value)| Some((name.value, text(value.value)?))).collect(),
        width: fields.count("width").and_then(|width| u16::try_from(width).ok()),
        flags,
        effect,
    }
}

fn effect(fields: &mut Fields) -> Option<Effect> {
    Some(match fields.text("effect")?.as_str() {
        "read" => Effect::Read,
        "destroy" => Effect::Destroy,
        _ => Effect::Change,
    })
}

fn expect(fields: &mut Fields) -> Expect {
    let Some(mut fields) = fields.fields("expect") else { return Expect::default() };
    Expect {
        exit: fields.exit("exit").unwrap_or(Expect::default().exit),
        matches: fields.pattern("match"),
        absent: fields.pattern("absent"),
        equals: fields.text("equals").map(|text| text.trim().to_owned()),
    }
}

fn signs(fields: &mut Fields) -> Vec<Sign> {
    let sign = |mut fields: Fields| {
        let (finding, go, mark) = (fields.text("finding"), fields.leads("go"), mark(&mut fields));
        Some(Sign { matches: fields.pattern("match")?, finding, go, mark })
    };
    fields.tables("signs").into_iter().filter_map(sign).collect()
}

fn mark(fields: &mut Fields) -> Option<Mark> {
    match fields.text("mark")?.as_str() {
        "impact_started" => Some(Mark::ImpactStarted),
        "detected" => Some(Mark::Detected),
        "mitigated" => Some(Mark::Mitigated),
        // Another word was told of where it was read.
        _ => None,
    }
}

fn until(fields: &mut Fields) -> Option<Until> {
    let mut fields = fields.fields("until")?;
    Some(Until { every: fields.duration("every")?, for_: fields.duration("for")? })
}

fn stop(fields: &mut Fields) -> Stop {
    let Some(mut fields) = fields.fields("stop") else { return Stop::default() };
    let signal = match fields.text("signal").as_deref() {
        Some("INT") => StopSignal::Int,
        Some("HUP") => StopSignal::Hup,
        Some("QUIT") => StopSignal::Quit,
        Some("USR1") => StopSignal::Usr1,
        Some("USR2") => StopSignal::Usr2,
        _ => StopSignal::Term,
    };
    Stop { signal, grace: fields.duration("grace").unwrap_or(Stop::default().grace) }
}

fn flag(mut fields: Fields) -> Option<Flag> {
    let says = fields.text("says");
    Some(Flag { matches: fields.pattern("match")?, says })
}

fn choice(mut fields: Fields) -> Choice {
    Choice { say: fields.text("say").unwrap_or_default(), go: fields.lead("go") }
}

/// Guards of a step or of the whole runbook.
pub(super) fn guards(fields: &mut Fields) -> Vec<Guard> {
    let guard = |mut fields: Fields| Guard {
        run: fields.text("run").unwrap_or_default(),
        matches: fields.pattern("match"),
        says: fields.text("says"),
    };
    fields.tables("require").into_iter().map(guard).collect()
}

/// Links of a step or of the whole runbook.
pub(super) fn links(fields: &mut Fields) -> Vec<Link> {
    let link = |mut fields: Fields| {
        let url = fields.text("url").unwrap_or_default();
        Link { name: fields.text("name").unwrap_or_else(|| url.clone()), url }
    };
    fields.tables("links").into_iter().map(link).collect()
}

fn pattern(value: Value) -> Option<Pattern> {
    if let Value::Pattern(pattern) = value { Some(pattern) } else { None }
}

fn text(value: Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text) } else { None }
}
