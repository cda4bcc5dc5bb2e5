//! The whole output in the operator's pager, and back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use rustix::process::Signal;

use crate::play::{Play, Screen};
use crate::support::Terminal;

/// Two hundred lines, the last with a bell and a colour.
const LINES: &str = "{stanch: 1, title: Lines, diagnose: {steps: [\
    {id: many, title: Many, run: 'seq 199; printf \"last\\007 \\033[31mline\\n\"'}]}}";

/// A pager of this name that does this, and the program set to use it.
fn with_pager(play: &Play, name: &str, script: &str) -> Command {
    let path = play.path(name);
    fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = play.home.stanch();
    command.env("PAGER", format!("{} -x", path.display())).args(["run", "book"]);
    command
}

/// The screen, when it was drawn anew after it came back: what stood there before the pager comes back by itself, and what is pressed
/// before the first frame may be thrown away with what the pager left unread.
fn drawn(screen: &Screen) -> &Screen {
    let back = memchr::memmem::Finder::new("\x1b[?1049h");
    screen.0.wait_bytes("a frame after the pager", |bytes| {
        let entered = back.find_iter(bytes).collect::<Vec<_>>();
        let [_, .., last] = entered[..] else { return false };
        memchr::memmem::find(&bytes[last..], b"Steps").is_some()
    });
    screen
}

/// The program, when the lines are on its screen.
fn ran(command: &Command) -> Screen {
    let screen = Screen(Terminal::start(command, 24, 80));
    screen.answer(&["Enter runs many"], "<enter>");
    screen.see(&["healthy, exit 0", "\n198\n"]);
    screen
}

#[test]
fn less_gets_the_file_and_begins_where_the_operator_looks() {
    let play = Play::with(LINES);
    let screen = ran(&with_pager(&play, "less", "echo \"$@\" > said; echo READING; read line < /dev/tty; exit 0\n"));
    screen.press("<c-g>").answer(&["To which line?"], "77<enter>");
    screen.answer(&["scrolled"], "/").answer(&["Search the whole output"], "8<enter>");
    screen.answer(&["/8: match"], "P");
    screen.see(&["READING"]);
    screen.restored();
    screen.press("a line for the pager<enter>").see(&["/8: match", "n next match"]).gone(&["READING"]);
    assert!(screen.0.screen(vt100::Screen::alternate_screen) && !screen.0.is_cooked());
    let said = fs::read_to_string(play.path("said")).unwrap();
    assert!(said.starts_with("-x -R +7") && said.trim_end().ends_with("/runs/0001/output"), "{said}");
    screen.press("<esc>").answer(&["The search is over"], "q");
    screen.ended(0);
}

#[test]
fn any_other_pager_reads_text_in_which_nothing_is_left_to_obey() {
    let play = Play::with(LINES);
    let screen = ran(&with_pager(&play, "reader", "cat > read; echo READ; read line < /dev/tty; exit 3\n"));
    screen.press("P").see(&["READ"]).press("<enter>");
    screen.see(&["ended with exit 3"]);
    let read = fs::read_to_string(play.path("read")).unwrap();
    assert!(read.starts_with("1\n2\n") && read.ends_with("199\nlast line\n"), "{read:?}");
    screen.press("q");
    screen.ended(0);
}

#[test]
fn a_pager_that_is_not_there_is_told() {
    let play = Play::with(LINES);
    let mut command = play.home.stanch();
    let screen = ran(command.env("PAGER", "no-such-pager").args(["run", "book"]));
    screen.press("P").see(&["could not open the pager `no-such-pager`", "not found"]);
    drawn(&screen).press("q");
    screen.ended(0);
}

#[test]
fn a_size_that_changes_during_the_pager_is_the_screens_afterwards() {
    let play = Play::with(LINES);
    let screen = ran(&with_pager(&play, "less", "echo READING; read line < /dev/tty\n"));
    screen.press("P").see(&["READING"]);
    screen.0.resize(40, 120);
    screen.press("<enter>").gone(&["READING"]);
    // So wide a screen has the steps beside the rest.
    screen.0.wait("the whole width", |screen| screen.contents().lines().any(|line| line.chars().count() > 100));
    screen.press("q");
    screen.ended(0);
}

#[test]
fn interrupting_the_pager_ends_nothing_else() {
    let play = Play::with(LINES);
    let screen = ran(&with_pager(
        &play,
        "less",
        "trap 'echo INTERRUPTED' INT; echo READING; read line < /dev/tty; read line < /dev/tty\n",
    ));
    // A shell tells of it when it has read its line.
    screen.press("P").see(&["READING"]).press("<c-c>").see(&["^C"]).press("<enter>").see(&["INTERRUPTED"]);
    screen.press("<enter>").gone(&["READING"]);
    drawn(&screen).press("q");
    screen.ended(0);
}

#[test]
fn a_pager_that_is_stopped_goes_to_the_shell_and_comes_back_with_fg() {
    let play = Play::with(LINES);
    with_pager(&play, "less", "echo READING; read line < /dev/tty; echo $line > typed\n");
    let pager = play.path("less").display().to_string();
    let screen = Screen(Terminal::start(play.home.command("sh").arg("-i").env("PAGER", pager), 24, 80));
    screen.see(&["$ "]).press(&format!("{} run book<enter>", env!("CARGO_BIN_EXE_stanch")));
    screen.answer(&["Enter runs many"], "<enter>");
    screen.answer(&["healthy, exit 0", "\n198\n"], "P");
    screen.see(&["READING"]).press("<c-z>").see(&["Stopped"]);
    screen.press("echo in the $((40 + 2)) shell<enter>").see(&["in the 42 shell"]);
    screen.press("fg<enter>").see(&["run book\n"]);
    screen.press("to the pager<enter>").see(&["Steps", "Output 0001"]);
    drawn(&screen).press("q");
    screen.0.wait("the shell's prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().lines().last() == Some("$")
    });
    assert_eq!(fs::read_to_string(play.path("typed")).unwrap(), "to the pager\n");
    screen.press("exit 0<enter>");
    screen.ended(0);
}

#[test]
fn a_signal_to_end_ends_the_pager_first() {
    let play = Play::with(LINES);
    let screen = ran(&with_pager(
        &play,
        "less",
        "trap 'echo ended > ended; exit 0' HUP; echo READING; while :; do read line < /dev/tty; done\n",
    ));
    screen.press("P").see(&["READING"]);
    screen.0.kill(Signal::TERM);
    screen.ended(143);
    assert!(play.path("ended").exists());
}
