//! What is left when processes are killed.

use stanch::session::event::{Event, Verdict};
use stanch::session::run::RunNo;

use crate::stage::{Stage, kill, release, supervisors, until};

const WAITS: &str = "{stanch: 1, title: T, diagnose: {steps: [\
    {id: first, title: First, run: 'echo first >> ran'}, \
    {id: long, title: Long, run: 'echo long >> ran; echo begun; cat go; echo finished', expect: {match: '^finished'}}, \
    {id: last, title: Last, run: 'echo last >> ran'}]}}";

fn ends(stage: &Stage, run: u32) -> Vec<(Verdict, bool)> {
    let events = stage.events().into_iter();
    events
        .filter_map(|event| match event {
            Event::RunEnded(ended) if ended.run == RunNo(run) => Some((ended.verdict, ended.unseen)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_command_outlives_its_killed_walk_and_resume_takes_its_end() {
    let stage = Stage::with(WAITS);
    let go = stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0002", "begun");
    kill(child.id(), "KILL");
    assert_eq!(stage.end(child).code, None);
    release(&go);
    let run = stage.session().run(RunNo(2));
    until("the command has ended by itself", || run.join("exit.json").exists());

    stage.stanch(&["resume", "--auto"]).expect_code(0).expect_line("diagnose long: as expected");
    assert_eq!(ends(&stage, 2), [(Verdict::Healthy, true)]);
    assert_eq!(std::fs::read_to_string(run.join("output")).unwrap(), "begun\ngo\nfinished\n");
    assert_eq!(std::fs::read_to_string(stage.path("ran")).unwrap(), "first\nlong\nlast\n", "nothing is run twice");
}

#[test]
fn a_command_that_still_runs_is_waited_for() {
    let stage = Stage::with(WAITS);
    let go = stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0002", "begun");
    kill(child.id(), "KILL");
    stage.end(child);
    let child = stage.command(&["resume", "--auto"]).spawn().unwrap();
    let attached =
        |stage: &Stage| stage.events().iter().filter(|event| matches!(event, Event::Attached { .. })).count();
    until("it is taken up again", || attached(&stage) == 2);
    release(&go);
    stage.end(child).expect_code(0).expect_line("diagnose long: as expected").expect_line("diagnose last: as expected");
    assert_eq!(std::fs::read_to_string(stage.path("ran")).unwrap(), "first\nlong\nlast\n");
}

#[test]
fn when_everything_is_killed_the_outcome_is_unknown_and_a_person_is_asked() {
    let stage = Stage::with(
        "{stanch: 1, title: T, fix: {steps: [{id: change, title: Change, run: 'echo change >> ran; echo begun; cat go'}]}}",
    );
    stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto", "--yes"]).spawn().unwrap();
    stage.wait_output("0001", "begun");
    let lanes = supervisors(&stage.home.data());
    assert_eq!(lanes.len(), 1);
    kill(child.id(), "KILL");
    kill(lanes[0], "KILL");
    stage.end(child);
    until("the supervisor is dead", || supervisors(&stage.home.data()).is_empty());

    let said = stage.stanch(&["resume", "--auto", "--yes"]);
    said.expect_code(5).expect_line("fix change: interrupted, outcome unknown").expect_line("only a person can say");
    assert_eq!(stage.count("ran", "change"), 1, "nothing is run twice");
    assert!(stage.events().contains(&Event::RunInterrupted { run: RunNo(1) }));
}

#[test]
fn a_killed_supervisor_is_told_to_the_walk_that_lives() {
    let stage = Stage::with(WAITS);
    stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0002", "begun");
    for lane in supervisors(&stage.home.data()) {
        kill(lane, "KILL");
    }
    stage.end(child).expect_code(1).expect_line("diagnose long: interrupted, outcome unknown");
}

#[test]
fn a_second_driver_is_told_who_drives() {
    let stage = Stage::with(WAITS);
    let go = stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0002", "begun");
    stage.stanch(&["resume", "--auto"]).expect_code(5).expect_err("somebody else drives");
    release(&go);
    stage.end(child).expect_code(0);
}

#[test]
fn killed_between_any_two_writes_nothing_acknowledged_is_lost_and_nothing_is_run_twice() {
    // Each round is killed a little later; what it had told by then must be in the journal.
    for round in 0_u64..12 {
        let stage = Stage::with(
            "{stanch: 1, title: T, fix: {steps: [{id: a, title: A, run: 'echo a >> ran'}, {id: b, title: B, run: 'echo b >> ran'}, \
             {id: c, title: C, run: 'echo c >> ran'}]}}",
        );
        let child = stage.command(&["run", "book", "--auto", "--yes"]).spawn().unwrap();
        until("it has begun", || {
            stage.entries().len() as u64 > round * 2
                || stage.entries().iter().any(|entry| matches!(entry.event, Event::Left { .. }))
        });
        kill(child.id(), "KILL");
        let said = stage.end(child);
        let told = said.lines.iter().filter(|line| line.contains(": as expected")).count();
        let ended = stage.events().iter().filter(|event| matches!(event, Event::RunEnded(_))).count();
        assert!(ended >= told, "round {round}: {told} told, {ended} recorded");
        let resumed = stage.stanch(&["resume", "--auto", "--yes"]);
        for step in ["a", "b", "c"] {
            let times = stage.count("ran", step);
            assert!(
                times <= 1,
                "round {round}: {step} ran {times} times\n{:#?}\n{:#?}\n{:#?}",
                said.lines,
                resumed.lines,
                stage.events()
            );
        }
    }
}

#[test]
fn what_a_lane_lost_with_its_supervisor_is_said() {
    let stage = Stage::with(
        "{stanch: 1, title: T, diagnose: {steps: [\
         {id: goes, title: Goes, run: 'mkdir sub; cd sub; export WHERE=there'}, \
         {id: long, title: Long, run: 'echo begun; cat ../go'}]}}",
    );
    stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto"]).spawn().unwrap();
    stage.wait_output("0002", "begun");
    kill(child.id(), "KILL");
    for lane in supervisors(&stage.home.data()) {
        kill(lane, "KILL");
    }
    stage.end(child);
    until("the supervisor is dead", || supervisors(&stage.home.data()).is_empty());
    let said = stage.stanch(&["resume", "--auto"]);
    said.expect_line("lane 1 was started anew").expect_line("WHERE no longer set");
}
