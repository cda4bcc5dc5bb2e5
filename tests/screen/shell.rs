//! To the shell and back.

use crate::play::{Play, Screen, WAITS, ran_once, waiting};
use crate::stage::release;
use crate::support::Terminal;

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_comes_back_to_the_same_screen() {
    let play = Play::with(WAITS);
    let go = play.fifo("go");
    let screen = Screen(Terminal::start(play.home.command("sh").arg("-i"), 24, 80));
    screen.see(&["$ "]).press(&format!("{} run book<enter>", env!("CARGO_BIN_EXE_stanch")));
    screen.answer(&["Enter runs first"], "<enter>");
    screen.answer(&["Enter runs long"], "<enter>");
    screen.see(&["begun", "long is running"]).press("<c-z>");
    screen.see(&["Stopped"]);
    prompt(&screen);
    screen.press("echo in the $((40 + 2)) shell<enter>").see(&["in the 42 shell"]);
    screen.restored();
    screen.press("fg<enter>").see(&["== Steps", "begun", "long is running; x stops it."]).gone(&["in the 42 shell"]);
    assert!(screen.0.screen(vt100::Screen::alternate_screen) && !screen.0.is_cooked());
    release(&go);
    screen.answer(&["finished", "healthy, exit 0", "Enter runs last"], "q");
    prompt(&screen);
    screen.press("exit 7<enter>");
    screen.ended(7);
    ran_once(&play);
}

#[test]
fn ctrl_c_offers_to_stop_the_run_and_the_screen_stays() {
    let (play, screen, _go) = waiting();
    screen.press("<c-c>").answer(&["Stop long?", "It only reads"], "n");
    screen.gone(&["Stop long?"]).see(&["long is running; x stops it."]);
    screen.press("<c-c>").answer(&["Stop long?", "stop it"], "x");
    screen.answer(&["stopped", "long did not go well"], "q");
    screen.ended(0);
    assert_eq!(play.count("ran", "long"), 1);
}

/// Waits until the shell asks for the next command; what is typed earlier may go to the program that leaves.
fn prompt(screen: &Screen) {
    screen.0.wait("the shell's prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().lines().last() == Some("$")
    });
}
