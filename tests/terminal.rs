//! The tests' own terminal, tested against programs whose behaviour is known.

mod support;

use rustix::process::Signal;
use support::{Ended, Home, Terminal};

fn sh(home: &Home, script: &str) -> Terminal {
    Terminal::start(home.command("sh").args(["-c", script]), 24, 80)
}

fn lines(screen: &vt100::Screen, text: &str) -> usize {
    screen.contents().lines().filter(|line| *line == text).count()
}

/// Whether the shell asks for the next command.
fn prompt(screen: &vt100::Screen) -> bool {
    screen.contents().trim_end().lines().last() == Some("$")
}

#[test]
fn a_program_has_a_terminal_of_the_size_given() {
    let home = Home::new();
    let terminal = sh(&home, "stty size; tty");
    terminal.wait_text("24 80");
    terminal.wait_text("/dev/pts/");
    assert_eq!(terminal.ended(), Ended::Code(0));
}

#[test]
fn the_moment_is_when_it_came_and_not_when_it_is_asked_for() {
    let home = Home::new();
    let terminal = sh(&home, "read -r key; echo shown; read -r key; echo later");
    terminal.look_out(|screen| screen.contents().contains("shown"));
    let before = std::time::Instant::now();
    terminal.send("a<enter>");
    terminal.wait_text("shown");
    let after = std::time::Instant::now();
    terminal.send("b<enter>");
    terminal.wait_text("later");
    let moment = terminal.moment("what was looked out for");
    assert!(before <= moment && moment <= after);
}

#[test]
fn it_is_the_controlling_terminal() {
    let home = Home::new();
    // /dev/tty opens for a process that has a controlling terminal, and for no other.
    let terminal = sh(&home, "echo reached >/dev/tty; exit 3");
    terminal.wait_text("reached");
    assert_eq!(terminal.ended(), Ended::Code(3));
}

#[test]
fn ctrl_c_interrupts_the_program_in_front() {
    let home = Home::new();
    let terminal = sh(&home, "echo ready; exec cat");
    terminal.wait_text("ready");
    terminal.send("<c-c>");
    assert_eq!(terminal.ended(), Ended::Signal(2));
}

#[test]
fn ctrl_z_stops_a_job_and_fg_brings_it_back() {
    let home = Home::new();
    let terminal = Terminal::start(home.command("sh").arg("-i"), 24, 80);
    terminal.wait("a prompt", prompt);
    terminal.send("cat<enter>");
    terminal.send("one<enter>");
    terminal.wait("the line and its copy", |screen| lines(screen, "one") == 2);
    terminal.send("<c-z>");
    terminal.wait("the stopped job and a prompt", |screen| screen.contents().contains("Stopped") && prompt(screen));
    terminal.send("fg<enter>");
    terminal.wait("the name of the job", |screen| lines(screen, "cat") == 1);
    terminal.send("two<enter>");
    terminal.wait("the line and its copy", |screen| lines(screen, "two") == 2);
    terminal.send("<c-c>");
    // An interrupted shell throws away what was typed ahead.
    terminal.wait("a new prompt", prompt);
    terminal.send("exit 7<enter>");
    assert_eq!(terminal.ended(), Ended::Code(7));
}

#[test]
fn a_resize_reaches_the_program() {
    let home = Home::new();
    let terminal = sh(&home, "trap 'stty size; exit' WINCH; echo ready; while :; do read -r line; done");
    terminal.wait_text("ready");
    terminal.resize(50, 200);
    terminal.wait_text("50 200");
    assert_eq!(terminal.screen(vt100::Screen::size).1.get(), 200);
}

#[test]
fn a_signal_reaches_the_program() {
    let home = Home::new();
    let terminal = sh(&home, "echo ready; exec cat");
    terminal.wait_text("ready");
    terminal.kill(Signal::TERM);
    assert_eq!(terminal.ended(), Ended::Signal(15));
    terminal.kill(Signal::TERM); // ended: nothing is signalled
}

#[test]
fn screen_modes_can_be_asked() {
    let home = Home::new();
    let terminal = sh(
        &home,
        r"stty -icanon -echo; printf '\033[?1049h\033[?25lin'; read -r x; printf '\033[?25h\033[?1049lout'; stty sane",
    );
    terminal.wait_text("in");
    assert!(terminal.screen(vt100::Screen::alternate_screen) && terminal.screen(vt100::Screen::hide_cursor));
    assert!(!terminal.is_cooked());
    terminal.send("<enter>");
    terminal.drained();
    assert!(!terminal.screen(vt100::Screen::alternate_screen) && !terminal.screen(vt100::Screen::hide_cursor));
    assert!(terminal.text().contains("out") && terminal.is_cooked());
}

#[test]
fn named_keys_arrive_as_a_terminal_sends_them() {
    let home = Home::new();
    let terminal = sh(&home, "stty raw -echo; echo ready; dd bs=1 count=15 2>/dev/null | od -An -tx1 -v");
    terminal.wait_text("ready");
    terminal.send("a<lt><up><esc><tab><c-a><c-space><a-x><s-tab><enter>");
    terminal.wait_text("61 3c 1b 5b 41 1b 09 01 00 1b 78 1b 5b 5a 0d");
}

#[test]
#[should_panic(expected = "awaited `never` on the screen, but the program ended")]
fn what_cannot_come_any_more_is_told_at_once() {
    let home = Home::new();
    sh(&home, "echo other").wait_text("never");
}

#[test]
fn nothing_of_the_outer_environment_gets_in() {
    let home = Home::new();
    let output = home.command("env").output().expect("env");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut names: Vec<&str> = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    names.sort_unstable();
    let expected = "HOME LANG LOGNAME PATH PS1 SHELL STANCH_CONFIG_DIR STANCH_DATA_DIR STANCH_OPERATOR TERM TMPDIR TZ USER \
                    XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME";
    assert_eq!(names.join(" "), expected);
    let terminal = Terminal::start(&home.command("env"), 60, 200);
    terminal.drained();
    let seen = terminal.text();
    let mut inside: Vec<&str> = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    inside.sort_unstable();
    assert_eq!(inside, names, "in a terminal as without");
}
