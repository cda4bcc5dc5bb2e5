//! Runs on another machine that outlive their connection.

use std::path::PathBuf;

use stanch::runbook::Effect;
use stanch::runner::{Notice, may_live_on};
use stanch::session::run::{Exit, RunNo, RunSpec};

use crate::lane::{Bench, until};
use crate::remote::{bench, there};
use crate::support::Sshd;

/// Folders that runs which outlive their connection have over there.
fn kept(server: &Sshd, run: RunNo) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(server.far()).unwrap().flatten().map(|entry| entry.path());
    paths.filter(|path| path.to_string_lossy().ends_with(&format!("-{}", run.0))).collect()
}

/// A run that outlives its connection, and waits for a file of this name on the server.
fn waits(bench: &mut Bench, server: &Sshd, text: &str) -> (RunSpec, PathBuf) {
    let go = server.root().join("go");
    let mut spec = bench.spec(&text.replace("WAIT", &format!("until [ -e {} ]; do sleep 0.1; done", go.display())));
    (spec.detach, spec.effect) = (true, Effect::Change);
    (spec, go)
}

/// What a lane says of trouble, when it next does.
fn trouble(bench: &Bench) -> String {
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
    let (spec, go) = waits(&mut bench, &server, "echo one; echo err >&2; WAIT; echo two; exit 7");
    bench.start(&spec);
    bench.wait_output(spec.run, "one\nerr\n");
    server.cut();
    let what = trouble(&bench);
    assert!(what.contains("was lost: ") && what.contains("run 0001 goes on there"), "{what}");
    std::fs::write(&go, "").unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.left_behind), (Exit::Code(7), 0));
    assert_eq!(bench.output(spec.run), "one\nerr\ntwo\n");
    until("what was collected is removed", || kept(&server, spec.run).is_empty());
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

#[test]
fn a_detached_run_is_collected_whole_by_the_next_supervisor_of_its_lane() {
    let server = Sshd::start();
    std::fs::write(server.root().join("banner"), "Authorized use only\n").unwrap();
    let mut bench = bench(&server);
    let (spec, go) = waits(&mut bench, &server, "seq 1 30000; WAIT; seq 30001 60000; sleep 0.1; echo over; exit 7");
    bench.start(&spec);
    bench.wait_output(spec.run, "30000\n");
    let folder = bench.folder.path().join("lanes/1");
    bench.bereave(
        |setup| there(&server, false, setup),
        || {
            std::fs::write(&go, "").unwrap();
            until("it ends there by itself", || kept(&server, spec.run)[0].join("status").exists());
        },
    );
    assert!(bench.lane.running().is_none() && may_live_on(&folder, spec.run) && !may_live_on(&folder, RunNo(2)));
    bench.lane.take_up(&spec, Vec::new()).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit.clone(), end.stopped, end.left_behind, end.carried), (Exit::Code(7), None, 0, false));
    let lines = (1..=60_000).map(|line| line.to_string() + "\n").collect::<String>() + "over\n";
    let output = bench.output(spec.run);
    let own = output.split_once("called\x07").unwrap().1;
    assert!(output.contains("Authorized") && own == lines, "{} bytes for {}", own.len(), lines.len());
    assert_eq!((end.bytes, end.lines), (output.len() as u64, output.matches('\n').count() as u64));
    let times = std::fs::read_to_string(bench.path(spec.run, "times")).unwrap();
    let times: Vec<Vec<u64>> =
        times.lines().map(|line| line.split(' ').map(|word| word.parse().unwrap()).collect()).collect();
    assert!(times.is_sorted() && times.last().unwrap()[1] == end.bytes && end.took_ms > 0, "{end:?}");
    until("what was collected is removed", || kept(&server, spec.run).is_empty());
    assert!(!may_live_on(&folder, spec.run));
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_detached_run_that_still_runs_is_followed_and_stopped_by_the_next_supervisor() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let (spec, go) = waits(&mut bench, &server, "echo one; WAIT; echo two; trap '' TERM; while :; do sleep 1; done");
    bench.start(&spec);
    bench.wait_output(spec.run, "one\n");
    bench.bereave(|setup| there(&server, false, setup), || ());
    bench.lane.take_up(&spec, Vec::new()).unwrap();
    assert!(trouble(&bench).contains("is reached again: run 0001 goes on"));
    std::fs::write(&go, "").unwrap();
    bench.wait_output(spec.run, "one\ntwo\n");
    bench.lane.stop(spec.run, false).unwrap();
    bench.lane.stop(spec.run, true).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(9));
    assert_eq!(bench.output(spec.run), "one\ntwo\n");
}

#[test]
fn without_the_secrets_it_was_given_nothing_more_of_its_output_is_kept_and_it_is_said_where_that_is() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let (mut spec, go) = waits(&mut bench, &server, "echo one; WAIT; echo $PASSWORD; exit 3");
    spec.secrets = vec!["PASSWORD".to_owned()];
    bench.lane.start(&spec, vec![("PASSWORD".to_owned(), "hunter2-hunter2".to_owned())]).unwrap();
    bench.wait_output(spec.run, "one\n");
    bench.bereave(|setup| there(&server, false, setup), || std::fs::write(&go, "").unwrap());
    bench.lane.take_up(&spec, Vec::new()).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.bytes, end.dropped), (Exit::Code(3), 4, 20), "one, and both lines once more");
    let what = trouble(&bench);
    let folder = kept(&server, spec.run).remove(0);
    assert!(what.contains(folder.file_name().unwrap().to_str().unwrap()), "{what}");
    assert!(std::fs::read_to_string(folder.join("out")).unwrap().starts_with("one\nhunter2-hunter2\n"));
    assert_eq!(bench.output(spec.run), "one\n");
}

#[test]
fn a_machine_that_forgot_the_run_leaves_its_fate_unknown_and_its_record_as_it_is() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let (spec, go) = waits(&mut bench, &server, "echo one; WAIT");
    bench.start(&spec);
    bench.wait_output(spec.run, "one\n");
    bench.bereave(
        |setup| there(&server, false, setup),
        || {
            std::fs::write(&go, "").unwrap();
            std::fs::remove_dir_all(kept(&server, spec.run).remove(0)).unwrap();
        },
    );
    bench.lane.take_up(&spec, Vec::new()).unwrap();
    let what = bench.wait(|notice| match notice {
        Notice::Lost { what, .. } => Some(what.clone()),
        Notice::Ended { end, .. } => panic!("nobody can know: {end:?}"),
        _ => None,
    });
    assert!(what.contains("is gone"), "{what}");
    assert_eq!(bench.output(spec.run), "one\n");
    assert!(!may_live_on(&bench.folder.path().join("lanes/1"), spec.run));
}
