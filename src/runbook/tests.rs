use std::time::Duration;

use super::*;

const EVERYTHING: &str = include_str!("../../tests/runbooks/good/everything.yaml");
const MASTODON: &str = include_str!("../../tests/runbooks/good/mastodon-500.yaml");

fn sound(text: &str) -> Runbook {
    let parsed = parse("test", text);
    assert_eq!(parsed.problems, []);
    parsed.runbook.unwrap()
}

fn step(runbook: &Runbook, id: &str) -> Step {
    runbook.step(id).unwrap_or_else(|| panic!("no step {id}")).1.clone()
}

#[test]
fn every_key_finds_its_room_in_the_model() {
    let runbook = sound(EVERYTHING);
    assert_eq!(runbook.severity, Some(Severity(2)));
    assert_eq!(runbook.services, ["shop"]);
    assert_eq!(runbook.tags, ["web", "2022", "on"]);
    assert_eq!(runbook.links[0].name, runbook.links[0].url);
    assert_eq!(runbook.links[1].name, "The dashboard");
    assert_eq!(runbook.escalate[1].after, Duration::from_mins(90));
    assert_eq!(runbook.slo, Some(Slo { percent: 99.95, window: Duration::from_hours(30 * 24) }));
    assert_eq!(runbook.var("PORT").unwrap().default.as_deref(), Some("3000"));
    assert!(runbook.var("PASSWORD").unwrap().secret);
    assert_eq!(runbook.var("NOBODY_SAID").unwrap().default, None);
    assert_eq!(runbook.vars.iter().map(|(name, _)| name.as_str()).next_back(), Some("NOBODY_SAID"));
    assert_eq!(runbook.hosts["all"], Host::Group(vec!["web".into(), "db".into()]));
    assert_eq!(runbook.hosts["app"], Host::From("bin/list-app".into()));
    assert_eq!(runbook.require.len(), 2);
    assert_eq!(runbook.again, [Duration::from_mins(30), Duration::from_hours(24)]);
    assert_eq!(runbook.allow[0].rule, "unexpected-change");
    assert_eq!(runbook.ready[0].effect, Effect::Read);

    let http = step(&runbook, "http");
    assert_eq!(http.expect.exit, ExitRule::Any);
    assert_eq!((http.on_pass, http.on_fail), (Some(Lead::Next), Some(Lead::Step("logs".into()))));
    assert_eq!(http.effect, Effect::Read);

    let logs = step(&runbook, "logs");
    assert_eq!(logs.signs[0].go, [Lead::Phase(PhaseName::Revert), Lead::Step("migrate".into())]);
    assert_eq!(logs.signs[1].go, [Lead::Phase(PhaseName::Fix)]);
    assert_eq!(logs.stop, Stop { signal: StopSignal::Int, grace: Duration::from_secs(3) });
    let command = logs.command().unwrap();
    assert_eq!((command.mode, command.flags.len(), command.on.as_slice()), (Mode::Follow, 2, &["web".to_owned()][..]));

    let queue = step(&runbook, "how-long-is-the-queue");
    let command = queue.command().unwrap();
    assert_eq!(command.run, "cd /srv/shop\nbin/queue --length");
    assert!(command.strict);
    assert_eq!((command.shell, command.mode, command.width), (Shell::Bash, Mode::Pipe, Some(120)));
    assert_eq!((command.user.as_deref(), command.cwd.as_deref()), (Some("shop"), Some("/tmp")));
    assert_eq!(queue.capture[0].0, "LENGTH");
    assert_eq!(queue.expect.exit, ExitRule::Codes(vec![0, 3]));

    let Action::Ask { options, .. } = step(&runbook, "decide").action else { panic!("no decision") };
    assert_eq!(options[0].go, Some(Lead::Phase(PhaseName::Revert)));
    assert_eq!((options[2].say.as_str(), &options[2].go), ("I cannot tell", &None));
    assert_eq!(step(&runbook, "look").action, Action::Manual { see: Some("Which graph bends first?".into()) });

    let back = step(&runbook, "roll-back");
    assert_eq!((back.rolling, back.limit, back.detach, back.mitigates), (Some(1), None, true, true));
    assert_eq!((back.effect, back.verify.as_slice()), (Effect::Change, &["health".to_owned()][..]));

    assert_eq!(step(&runbook, "image").limit, Some(2));

    let undo = step(&runbook, "migrate").undo.unwrap();
    assert_eq!((undo.strict, undo.mode, undo.width, undo.effect), (true, Mode::Interactive, Some(80), Effect::Change));
    let drop = step(&runbook, "drop-table");
    assert_eq!(
        (drop.effect, drop.confirm.as_deref(), drop.point_of_no_return),
        (Effect::Destroy, Some("$LENGTH"), true)
    );
    assert_eq!(drop.undo.unwrap().run, "psql -f /backup/orders_old.sql");
    let until = step(&runbook, "health").until.unwrap();
    assert_eq!((until.every, until.for_), (Duration::from_secs(5), Duration::from_mins(2)));
}

#[test]
fn every_key_of_the_format_stands_in_the_example() {
    fn walk(table: &keys::Table, missing: &mut Vec<String>) {
        for key in table.keys {
            let written = EVERYTHING
                .lines()
                .any(|line| line.split(['{', ',', ' ', '-']).any(|word| word.strip_suffix(':') == Some(key.name)));
            if !written {
                missing.push(format!("{}: {}", table.name, key.name));
            }
        }
    }
    let mut missing = Vec::new();
    for table in keys::ALL {
        walk(table, &mut missing);
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_example_of_an_incident_is_read_as_it_is_meant() {
    let runbook = sound(MASTODON);
    assert_eq!(runbook.diagnose.time_box, Some(Duration::from_mins(20)));
    let health = step(&runbook, "logs");
    assert_eq!(health.signs[0].matches.as_str(), r"unknown attribute '(?<COLUMN>\w+)' for (?<TABLE>\w+)");
    assert_eq!(step(&runbook, "dump").effect, Effect::Read);
    assert_eq!(step(&runbook, "migrate").undo.unwrap().user.as_deref(), Some("mastodon"));
}

#[test]
fn words_that_other_yaml_takes_for_truth_values_are_text() {
    let runbook = sound(
        "stanch: 1\ntitle: yes\ntags: [on, off, no, 0755, ~x]\ndiagnose:\n  steps:\n    - { title: off, see: y }\n",
    );
    assert_eq!(
        (runbook.title.as_str(), runbook.tags.as_slice()),
        ("yes", &["on", "off", "no", "0755", "~x"].map(str::to_owned)[..])
    );
}

#[test]
fn a_title_without_latin_letters_gives_an_id_by_position() {
    let runbook = sound("stanch: 1\ntitle: 数据库\nfix:\n  steps:\n    - title: 数据库\n    - title: 重启\n");
    let ids: Vec<&str> = runbook.fix.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["fix-1", "fix-2"]);
}

#[test]
fn a_sign_may_tell_a_key_time_but_not_that_it_is_resolved() {
    let with = |mark: &str| {
        format!(
            "stanch: 1\ntitle: T\ndiagnose:\n  steps:\n    - {{ title: A, run: a, signs: [{{ match: x, mark: {mark} }}] }}\n"
        )
    };
    assert_eq!(sound(&with("impact_started")).diagnose.steps[0].signs[0].mark, Some(Mark::ImpactStarted));
    let problems = parse("t", &with("resolved")).problems;
    assert!(problems.iter().any(|problem| problem.message.contains("mitigated")), "{problems:?}");
}

#[test]
fn every_example_of_a_key_is_what_the_key_takes() {
    use super::decode::Shaper;
    use super::problem::Problems;
    for table in keys::ALL {
        for key in table.keys {
            assert!(!key.example.is_empty(), "{}: {}", table.name, key.name);
            let text = format!("{}: {}\n", key.name, key.example);
            let mut problems = Problems::default();
            let root = super::yaml::read(&text, &mut problems).unwrap();
            let fields = Shaper::new(&text, &mut problems).root(&root, table).unwrap();
            assert!(fields.get(key.name).is_some(), "{}: {text}", table.name);
            // The other keys that it must have are not there.
            let found: Vec<_> = problems.finish().into_iter().filter(|problem| problem.rule != "missing-key").collect();
            assert_eq!(found, [], "{}: {text}", table.name);
        }
    }
}

#[test]
fn the_defaults_that_are_told_are_those_of_the_model() {
    let told = |table: &'static keys::Table, key: &str| table.key(key).unwrap().default;
    let runbook = sound(
        "stanch: 1\ntitle: T\nfix:\n  steps:\n    - { title: A B, run: a }\ndiagnose:\n  steps:\n    - { title: C, run: a }\n",
    );
    let (step, look) = (&runbook.fix.steps[0], &runbook.diagnose.steps[0]);
    let command = step.command().unwrap();
    assert_eq!((command.mode, told(&keys::STEP, "mode")), (Mode::Pty, "pty"));
    assert_eq!((command.shell, told(&keys::STEP, "shell")), (Shell::Sh, "sh"));
    assert_eq!((Command::WIDTH.to_string().as_str(), told(&keys::STEP, "width")), ("240", "240"));
    assert_eq!((step.stop.signal, told(&keys::STOP, "signal")), (StopSignal::Term, "TERM"));
    assert_eq!((step.stop.grace, told(&keys::STOP, "grace")), (Duration::from_secs(5), "5s"));
    assert_eq!((&step.expect, told(&keys::EXPECT, "exit")), (&Expect::default(), "0"));
    assert_eq!((step.effect, look.effect), (Effect::Change, Effect::Read));
    assert_eq!((step.id.as_str(), told(&keys::STEP, "id")), ("a-b", "a slug of the title"));
    for flag in ["mitigates", "point_of_no_return", "detach"] {
        assert_eq!(told(&keys::STEP, flag), "false");
    }
}
