//! Commands that read keys.

use crate::play::Play;

#[test]
fn an_interactive_command_gets_the_keys() {
    let play = Play::with(
        "{stanch: 1, title: T, diagnose: {steps: [\
         {id: ask, title: Ask, mode: interactive, run: 'printf \"name? \"; read x; echo hello $x'}]}}",
    );
    let screen = play.book();
    screen.answer(&["Enter runs ask"], "<enter>");
    // Whoever is told where the keys go may type, also while the command is only being started.
    screen.answer(&["KEYS GO TO THE COMMAND.", "Ctrl-] takes them back"], "q world<enter>");
    screen.answer(&["hello q world", "healthy, exit 0", "The walk is at its"], "q");
    screen.ended(0);
}

#[test]
fn a_password_is_answered_and_stands_nowhere() {
    let play = Play::with(
        "{stanch: 1, title: T, diagnose: {steps: [\
         {id: login, title: Log in, run: 'stty -echo; printf \"password: \"; read p; stty echo; echo; echo got ${#p}'}]}}",
    );
    let screen = play.book();
    screen.answer(&["Enter runs login"], "<enter>");
    screen.answer(&["password:", "It waits for a password: i gives it the keys."], "i");
    screen.answer(&["KEYS GO TO THE COMMAND. What you type is not shown."], "tr0ub4dor<enter>");
    screen.answer(&["got 9", "healthy, exit 0", "The walk is at its"], "q");
    screen.ended(0);
    assert!(memchr::memmem::find(&screen.0.bytes(), b"tr0ub4dor").is_none());
    play.assert_nowhere("tr0ub4dor");
}

#[test]
fn keys_can_be_taken_back_from_a_command() {
    let play = Play::with(
        "{stanch: 1, title: T, diagnose: {steps: [\
         {id: ask, title: Ask, mode: interactive, run: 'printf \"name? \"; read x; echo hello $x'}]}}",
    );
    let screen = play.book();
    screen.answer(&["Enter runs ask"], "<enter>");
    screen.answer(&["KEYS GO TO THE COMMAND."], "wor<c-]>");
    screen.answer(&["The keys are the screen's again"], "?");
    screen.answer(&["All keys"], "<esc>");
    screen.gone(&["All keys"]).answer(&["ask is running"], "i");
    screen.answer(&["KEYS GO TO THE COMMAND."], "ld<enter>");
    screen.see(&["hello world", "healthy, exit 0"]);
}
