//! What is legal.

use super::bench::{Bench, change, command, read, runbook, step};
use crate::runbook::{Effect, Guard, Lead, Pattern, PhaseName, Variable};
use crate::session::event::{Event, Mark, Source, Status};
use crate::session::run::{Purpose, RunNo};
use crate::session::walk::{Confirmation, Intent, Need, Readiness, Refusal, Rules, Secret};

use PhaseName::{Diagnose, Fix, Revert, Verify};

#[test]
fn a_change_waits_for_its_confirmation() {
    let mut bench = Bench::new(runbook(vec![(Fix, vec![change("migrate")])]));
    assert_eq!(bench.run("migrate"), Err(Refusal::Confirm));
    assert!(bench.started.is_empty());
    assert_eq!(bench.run_with("migrate", Confirmation::Yes), Ok(()));
    assert_eq!(bench.started.len(), 1);
}

#[test]
fn a_destroy_waits_for_its_word_and_y_is_not_it() {
    let mut drop = step("drop", Effect::Destroy);
    drop.confirm = Some("$COUNT".into());
    let mut book = runbook(vec![(Fix, vec![drop])]);
    book.vars = vec![("COUNT".into(), Variable { default: Some("16672362".into()), ..Variable::default() })];
    let mut bench = Bench::new(book);
    let word = "16672362".to_owned();
    assert_eq!(bench.run_with("drop", Confirmation::Yes), Err(Refusal::Type(word.clone())));
    assert_eq!(bench.run_with("drop", Confirmation::Typed("15".into())), Err(Refusal::WrongWord(word.clone())));
    assert_eq!(bench.run_with("drop", Confirmation::Typed(word)), Ok(()));
}

#[test]
fn the_next_change_waits_for_the_verify_of_the_one_before() {
    let mut migrate = change("migrate");
    migrate.verify = vec!["schema".into()];
    let book = runbook(vec![(Fix, vec![migrate, change("reload")]), (Verify, vec![read("schema")])]);
    let mut bench = Bench::new(book);
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    let refusal = Refusal::VerifyFirst { change: Some("migrate".into()), verify: vec!["schema".into()] };
    assert_eq!(bench.run_with("reload", Confirmation::Yes), Err(refusal));
    assert_eq!(bench.run_with("migrate", Confirmation::Yes), Ok(()), "the change itself may be tried again");
    bench.ends(0, "");
    let despite = Some("checked by hand".to_owned());
    let run = Intent::Run { step: "reload".into(), edited: None, confirmed: Confirmation::Yes, despite };
    bench.intend(&run).unwrap();
    assert_eq!(bench.walk.state().overrides.len(), 1, "setting a rule aside is on the record");
}

#[test]
fn a_missing_value_is_named_with_what_would_give_it() {
    let mut find = read("find");
    find.capture = vec![("ID".into(), Pattern::new("(x)").unwrap())];
    let mut uses = read("uses");
    uses.action = crate::runbook::Action::Run(command("echo $ASKED $FETCHED $ID $HOME $SET", Effect::Read));
    let mut book = runbook(vec![(Diagnose, vec![find, uses])]);
    book.vars = vec![
        ("ASKED".into(), Variable { ask: Some("Which?".into()), ..Variable::default() }),
        ("FETCHED".into(), Variable { from: Some("pass show x".into()), ..Variable::default() }),
        ("SET".into(), Variable { default: Some("1".into()), ..Variable::default() }),
    ];
    let mut bench = Bench::new(book);
    let needs = vec![
        Need::Value("ASKED".into()),
        Need::Fetch("FETCHED".into()),
        Need::Capture { name: "ID".into(), by: vec!["find".into()] },
    ];
    assert_eq!(bench.run("uses"), Err(Refusal::Needs(needs)));
}

#[test]
fn a_secret_stays_in_memory_and_is_asked_for_again_after_a_resume() {
    let mut book = runbook(vec![(Diagnose, vec![read("a")])]);
    book.diagnose.steps[0].action = crate::runbook::Action::Run(command("login $PASSWORD", Effect::Read));
    book.vars = vec![("PASSWORD".into(), Variable { secret: true, from: Some("pass".into()), ..Variable::default() })];
    let mut bench = Bench::new(book.clone());
    bench.intend(&Intent::Fetch { name: "PASSWORD".into() }).unwrap();
    assert!(bench.started[0].secret_output);
    bench.ends(0, "hunter2hunter2\n");
    assert_eq!(bench.remembered, [("PASSWORD".to_owned(), "hunter2hunter2".to_owned())]);
    bench.run("a").unwrap();
    assert_eq!(bench.started[0].secrets, ["PASSWORD"]);
    assert!(bench.started[0].env.is_empty());
    let journal = serde_json::to_string(&bench.entries).unwrap();
    assert!(!journal.contains("hunter2"), "{journal}");
    bench.ends(0, "");
    let resumed = crate::session::walk::Walk::replay(Some(std::sync::Arc::new(book)), Rules::default(), &bench.entries);
    let again = Intent::Run { step: "a".into(), edited: None, confirmed: Confirmation::None, despite: None };
    assert_eq!(resumed.can(&again), Err(Refusal::Needs(vec![Need::Fetch("PASSWORD".into())])));
}

#[test]
fn given_values_are_checked() {
    let mut book = runbook(vec![(Diagnose, vec![read("a")])]);
    book.vars = vec![
        ("SIDE".into(), Variable { choices: vec!["left".into(), "right".into()], ..Variable::default() }),
        ("PORT".into(), Variable { valid: Some(Pattern::new(r"\d+").unwrap()), ..Variable::default() }),
    ];
    let mut bench = Bench::new(book);
    let give = |name: &str, value: &str| Intent::Give { name: name.into(), value: Secret::new(value) };
    assert!(matches!(bench.intend(&give("SIDE", "up")), Err(Refusal::BadValue(_))));
    assert!(matches!(bench.intend(&give("PORT", "5432x")), Err(Refusal::BadValue(_))));
    assert!(matches!(bench.intend(&give("PORT", "5\0")), Err(Refusal::BadValue(_))));
    assert_eq!(bench.intend(&give("PORT", "5432")), Ok(()));
    assert_eq!(bench.walk.state().vars["PORT"].text.as_deref(), Some("5432"));
}

#[test]
fn a_guard_that_does_not_hold_keeps_the_change_from_starting() {
    let mut book = runbook(vec![(Fix, vec![change("migrate")])]);
    let guard = |run: &str| Guard {
        run: run.into(),
        matches: Some(Pattern::new("^alice$").unwrap()),
        says: Some("Only on alice".into()),
    };
    book.require = vec![guard("hostname"), guard("hostname -s")];
    let mut bench = Bench::new(book);
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "alice");
    assert!(matches!(bench.started[0].purpose, Purpose::Guard { index: 1, .. }));
    bench.ends(0, "bob");
    assert!(bench.started.is_empty(), "nothing was started");
    let refusal = bench.walk.refused().unwrap().to_string();
    assert!(refusal.contains("Only on alice") && refusal.contains("saw bob"), "{refusal}");
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "alice");
    bench.ends(0, "alice");
    assert_eq!(bench.started[0].command, "do-migrate");
}

#[test]
fn reads_do_not_need_the_guards_of_changes() {
    let mut book = runbook(vec![(Diagnose, vec![read("a")])]);
    book.require = vec![Guard { run: "false".into(), matches: None, says: None }];
    let mut bench = Bench::new(book);
    bench.run("a").unwrap();
    assert_eq!(bench.started[0].command, "do-a");
}

#[test]
fn nothing_is_started_on_top_of_what_is_not_on_disk() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a")])]));
    let go = Intent::Go(Lead::Step("a".into()));
    let orders = bench.walk.intend(&go).unwrap();
    assert_eq!(bench.run("a"), Err(Refusal::NotYet));
    bench.carry_out(orders);
    assert_eq!(bench.run("a"), Ok(()));
}

#[test]
fn resolved_needs_every_verify_step_after_the_last_change() {
    let book = runbook(vec![(Fix, vec![change("migrate")]), (Verify, vec![read("health")])]);
    let mut bench = Bench::new(book);
    let resolve = |despite: Option<&str>| Intent::Mark {
        mark: Mark::Resolved,
        happened: None,
        despite: despite.map(str::to_owned),
    };
    bench.run("health").unwrap();
    bench.ends(0, "");
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    assert_eq!(bench.intend(&resolve(None)), Err(Refusal::NotVerified(vec!["health".into()])));
    bench.run("health").unwrap();
    bench.ends(0, "");
    assert_eq!(bench.walk.proposed_mark().unwrap().mark, Mark::Resolved);
    bench.intend(&resolve(None)).unwrap();
    assert_eq!(bench.walk.state().status, Some(Status::Resolved));
}

#[test]
fn closing_over_an_unverified_change_needs_a_reason_that_is_recorded() {
    let book = runbook(vec![(Fix, vec![change("migrate")]), (Verify, vec![read("health")])]);
    let mut bench = Bench::new(book);
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    let close = |despite: Option<&str>| Intent::Close { note: None, despite: despite.map(str::to_owned) };
    assert_eq!(bench.intend(&close(None)), Err(Refusal::StillRunning(vec![RunNo(1)])));
    bench.ends(0, "");
    assert_eq!(bench.intend(&close(None)), Err(Refusal::NotVerified(vec!["health".into()])));
    bench.intend(&close(Some("handed to the vendor"))).unwrap();
    assert!(bench.walk.state().closed);
    assert_eq!(bench.run("health"), Err(Refusal::Closed));
    bench.intend(&Intent::Reopen).unwrap();
    assert_eq!(bench.run("health"), Ok(()));
}

#[test]
fn an_undo_has_the_values_its_change_had() {
    let mut migrate = change("migrate");
    migrate.undo = Some(Box::new(command("rollback $DB", Effect::Change)));
    let mut book = runbook(vec![(Fix, vec![migrate])]);
    book.vars = vec![("DB".into(), Variable { default: Some("one".into()), ..Variable::default() })];
    let mut bench = Bench::new(book);
    bench.run_with("migrate", Confirmation::Yes).unwrap();
    bench.ends(0, "");
    bench.intend(&Intent::Give { name: "DB".into(), value: Secret::new("two") }).unwrap();
    let undo = Intent::Undo { run: RunNo(1), confirmed: Confirmation::Yes };
    bench.intend(&undo).unwrap();
    assert_eq!(bench.started[0].env, [("DB".to_owned(), "one".to_owned())]);
    bench.ends(0, "");
    assert_eq!(bench.walk.state().changes[0].undone, Some(RunNo(2)));
    assert!(matches!(bench.intend(&undo), Err(Refusal::NoSuch(_))), "a change is taken back once");
}

#[test]
fn readiness_of_the_revert_is_checked_beside_the_walk_once_the_operator_has_begun() {
    let mut book = runbook(vec![(Diagnose, vec![read("a")]), (Revert, vec![change("back")])]);
    book.ready = vec![read("package"), read("space")];
    let mut bench = Bench::new(book);
    assert_eq!(bench.walk.errand(), None, "nothing runs before the operator has begun");
    bench.run("a").unwrap();
    for _ in 0..2 {
        let errand = bench.walk.errand().unwrap();
        bench.intend(&errand).unwrap();
        let spec = bench.started.remove(1);
        assert_ne!(spec.lane, bench.started[0].lane);
        bench.ends_as(&spec, crate::session::run::Exit::Code(0), "");
    }
    assert_eq!(bench.walk.errand(), None);
    assert_eq!(bench.walk.readiness(), Readiness::Ready);
    assert_eq!(bench.cursor(), Some("a"), "the cursor stays");
}

#[test]
fn a_drill_takes_no_default_and_no_command_of_its_runbook_for_a_value() {
    let mut uses = read("a");
    uses.action = crate::runbook::Action::Run(command("x $URL $DB $KEY", Effect::Read));
    let mut book = runbook(vec![(Diagnose, vec![uses])]);
    book.vars = vec![
        ("URL".into(), Variable { default: Some("https://production".into()), ..Variable::default() }),
        ("KEY".into(), Variable { from: Some("fetch-key".into()), ..Variable::default() }),
        ("DB".into(), Variable { default: Some("production".into()), ..Variable::default() }),
    ];
    let given = vec![("DB".to_owned(), "drill".to_owned(), Source::Drill)];
    let mut bench = Bench::with(book, Rules { drill: true }, given);
    let needs = vec![Need::Value("KEY".into()), Need::Value("URL".into())];
    assert_eq!(bench.run("a"), Err(Refusal::Needs(needs)));
    assert!(matches!(bench.intend(&Intent::Fetch { name: "KEY".into() }), Err(Refusal::CannotYet(_))));
}

#[test]
fn a_stop_is_recorded_and_ordered() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a")])]));
    bench.run("a").unwrap();
    bench.intend(&Intent::Stop { run: RunNo(1), force: false }).unwrap();
    assert_eq!(bench.stops, [(RunNo(1), false)]);
    assert_eq!(bench.events(|event| matches!(event, Event::StopAsked { .. })), 1);
}

#[test]
fn a_skip_needs_a_reason() {
    let mut bench = Bench::new(runbook(vec![(Diagnose, vec![read("a"), read("b")])]));
    let skip = |reason: &str| Intent::Skip { step: "a".into(), reason: reason.into() };
    assert!(matches!(bench.intend(&skip("  ")), Err(Refusal::Reason(_))));
    bench.intend(&skip("no access")).unwrap();
    assert_eq!(bench.cursor(), Some("b"));
}
