//! Drills whose program was killed: what they left is found, offered and cleaned up, and nothing else is.

use std::path::{Path, PathBuf};

use rustix::process::Signal;
use stanch::session::event::Event;

use crate::drill::{VARS, places, tiny};
use crate::stage::{Stage, kill, release, supervisors, until};
use crate::support::{Ended, Terminal};

/// Processes that have this folder on their command line.
fn naming(folder: &Path) -> Vec<String> {
    let lines = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).into_owned())
    });
    lines.filter(|line| line.contains(&*folder.to_string_lossy())).collect()
}

/// A drill that is killed while its `break` waits for nobody; its folder.
fn killed_in_break(stage: &Stage) -> PathBuf {
    tiny(stage, &format!("{VARS}; mkfifo \"$DRILL/go\"; cat \"$DRILL/go\""), "paths: [fix]");
    let child = stage.command(&["drill", "tiny", "--auto"]).spawn().unwrap();
    until("it is being broken", || places(stage).iter().any(|place| place.join("d/go").exists()));
    kill(child.id(), "KILL");
    stage.end(child);
    let dead = places(stage);
    assert_eq!(dead.len(), 1);
    assert!(!naming(&dead[0]).is_empty(), "break goes on although nobody waits for it");
    tiny(stage, VARS, "paths: [fix]");
    dead.into_iter().next().unwrap()
}

#[test]
fn without_a_terminal_the_next_drill_says_what_is_left_and_how_it_is_cleaned_up() {
    let stage = Stage::new();
    let dead = killed_in_break(&stage);
    // Whatever is not a drill's own any more is left alone.
    let foreign = stage.home.root().join("tmp/stanch-drill-foreign");
    std::fs::create_dir(&foreign).unwrap();
    let said = stage.stanch(&["drill", "tiny", "--auto"]);
    said.expect_code(0)
        .expect_err("warning: something is left of the drill tiny of ")
        .expect_err("`stanch drill --clean`");
    assert!(dead.exists(), "nobody asked for it to be cleaned up");

    let said = stage.stanch(&["drill", "--clean"]);
    said.expect_code(0);
    assert!(said.out.starts_with("cleaned up after the drill tiny of "), "{}", said.out);
    assert_eq!(places(&stage), [foreign]);
    until("what it was doing has ended", || naming(&dead).is_empty());
    let again = stage.stanch(&["drill", "--clean"]);
    assert_eq!(again.expect_code(0).out, "nothing is left of any drill that has died\n");
}

#[test]
fn on_a_terminal_it_is_offered() {
    let stage = Stage::new();
    let dead = killed_in_break(&stage);
    let drill = || Terminal::start(stage.home.stanch().args(["drill", "tiny"]), 30, 110);
    for (answer, stays) in [("n<enter>", true), ("<enter>", false)] {
        let terminal = drill();
        terminal.wait_text("Something is left of the drill tiny of ");
        terminal.wait_text("Clean it up? [Y/n]");
        terminal.send(answer);
        terminal.wait_text("Enter runs heal");
        assert_eq!(dead.exists(), stays);
        terminal.kill(Signal::TERM);
        assert_eq!(terminal.ended(), Ended::Code(143), "{}", terminal.text());
    }
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn the_session_of_a_drill_that_was_killed_is_closed_with_it() {
    let stage = Stage::new();
    tiny(&stage, &format!("{VARS}; mkfifo \"$DRILL/go\""), "paths: [fix]");
    stage.write(
        "runbooks/tiny/runbook.yaml",
        "{stanch: 1, title: T, vars: {SITE: {}}, \
         fix: {steps: [{id: heal, title: Heal, run: 'echo waits; cat \"$SITE/go\"'}]}}",
    );
    let child = stage.command(&["drill", "tiny", "--auto"]).spawn().unwrap();
    stage.wait_output("0001", "waits");
    // While it lives, it is not touched.
    let said = stage.stanch(&["drill", "--clean"]);
    assert_eq!(said.expect_code(0).out, "nothing is left of any drill that has died\n");
    assert_eq!(places(&stage).len(), 1);
    kill(child.id(), "KILL");
    stage.end(child);
    assert!(!supervisors(&stage.home.data()).is_empty(), "a command outlives its screen");

    let said = stage.stanch(&["drill", "--clean"]);
    said.expect_code(0);
    assert!(matches!(stage.events().last(), Some(Event::Closed { .. })), "{:?}", stage.events().last());
    until("its lanes are gone", || supervisors(&stage.home.data()).is_empty());
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn a_drill_whose_session_was_taken_up_again_is_not_cleaned_up() {
    let stage = Stage::new();
    tiny(&stage, &format!("{VARS}; mkfifo \"$DRILL/go\""), "paths: [fix]");
    stage.write(
        "runbooks/tiny/runbook.yaml",
        "{stanch: 1, title: T, vars: {SITE: {}}, \
         fix: {steps: [{id: heal, title: Heal, run: 'echo waits; cat \"$SITE/go\"'}]}}",
    );
    let child = stage.command(&["drill", "tiny", "--auto"]).spawn().unwrap();
    stage.wait_output("0001", "waits");
    kill(child.id(), "KILL");
    stage.end(child);
    let terminal = Terminal::start(stage.home.stanch().args(["resume", "last"]), 30, 110);
    terminal.wait_text("heal is running");
    let said = stage.stanch(&["drill", "--clean"]);
    said.expect_code(5).expect_err("somebody works its session");
    let place = places(&stage).remove(0);
    release(&place.join("d/go"));
    terminal.wait_text("heal: healthy");
    terminal.kill(Signal::TERM);
    terminal.ended();
    stage.stanch(&["drill", "--clean"]).expect_code(0);
    assert_eq!(places(&stage), [] as [PathBuf; 0]);
}

#[test]
fn what_could_not_be_cleaned_up_is_told_and_stays() {
    let stage = Stage::new();
    let dead = killed_in_break(&stage);
    std::fs::write(dead.join("drill/clean"), "echo no way >&2; exit 7").unwrap();
    stage.stanch(&["drill", "--clean"]).expect_code(1).expect_err("the drill's clean").expect_err("no way");
    assert!(dead.exists());
    std::fs::write(dead.join("drill/clean"), "").unwrap();
    stage.stanch(&["drill", "--clean"]).expect_code(0);
    assert!(!dead.exists());
}
