//! Runs on another machine that outlive their connection.

use stanch::runbook::Effect;
use stanch::runner::Notice;
use stanch::session::run::Exit;

use crate::lane::until;
use crate::remote::bench;
use crate::support::Sshd;

/// What a lane says of trouble, when it next does.
fn trouble(bench: &crate::lane::Bench) -> String {
    bench.wait(|notice| match notice {
        Notice::Trouble { what } => Some(what.clone()),
        Notice::Ended { end, .. } => panic!("ended: {end:?}"),
        Notice::Lost { what, .. } => panic!("lost: {what}"),
        _ => None,
    })
}

#[test]
fn a_detached_run_goes_on_without_its_connection_and_is_collected_whole() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let go = server.root().join("go");
    let text = format!("echo one; echo err >&2; until [ -e {} ]; do sleep 0.1; done; echo two; exit 7", go.display());
    let mut spec = bench.spec(&text);
    (spec.detach, spec.effect) = (true, Effect::Change);
    bench.start(&spec);
    bench.wait_output(spec.run, "one\nerr\n");
    server.cut();
    let what = trouble(&bench);
    assert!(what.contains("was lost: ") && what.contains("run 0001 goes on there"), "{what}");
    std::fs::write(&go, "").unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.left_behind), (Exit::Code(7), 0));
    assert_eq!(bench.output(spec.run), "one\nerr\ntwo\n");
    let far = server.far();
    let kept = || {
        let names = std::fs::read_dir(&far).unwrap().flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().ends_with("-1")).count()
    };
    until("what was collected is removed", || kept() == 0);
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_detached_run_without_any_trouble_is_like_any_other_and_asks_nobody() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("read -r x || echo nobody; export A=1; cd /usr; seq 1 20000");
    spec.detach = true;
    let end = bench.run_spec(&spec);
    assert_eq!((end.exit, end.lines, end.carried), (Exit::Code(0), 20_001, true));
    bench.lane.keep(spec.run).unwrap();
    assert_eq!(bench.run("echo $A; pwd").1, "1\n/usr\n");
}

#[test]
fn a_detached_run_is_stopped_by_the_same_ladder() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("echo up; while :; do sleep 1; done");
    spec.detach = true;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
    let mut spec = bench.spec("trap '' TERM; echo up; while :; do sleep 1; done");
    (spec.detach, spec.effect, spec.stop_grace_ms) = (true, Effect::Change, 50);
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.stop(spec.run, false).unwrap();
    bench.wait(|notice| matches!(notice, Notice::StillAlive { .. }).then_some(()));
    bench.lane.stop(spec.run, true).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(9));
}

#[test]
fn a_detached_run_that_cannot_be_reached_any_more_is_given_up_when_it_is_stopped() {
    let mut server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec("echo up; sleep 3");
    spec.detach = true;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    server.stop();
    assert!(trouble(&bench).contains("goes on there"));
    bench.lane.stop(spec.run, false).unwrap();
    let what = bench.wait(|notice| match notice {
        Notice::Lost { what, .. } => Some(what.clone()),
        _ => None,
    });
    assert!(what.contains("it was given up; the command was not stopped there"), "{what}");
}
