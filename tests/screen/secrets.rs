//! A secret that is typed.

use crate::play::Play;

#[test]
fn a_secret_is_masked_as_it_is_typed_and_stands_nowhere() {
    let play = Play::with(
        "{stanch: 1, title: T, vars: {TOKEN: {ask: Which token?, secret: true}}, diagnose: {steps: [\
         {id: use, title: Use it, run: 'echo \"with $TOKEN\"; echo \"$TOKEN\" | wc -c'}]}}",
    );
    let screen = play.book();
    screen.answer(&["Enter runs use"], "<enter>");
    screen.answer(&["Which token?", "A secret: it is not shown"], "s3kr1t-t0ken");
    screen.see(&["\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}"]);
    screen.press("<enter>").answer(&["with [secret TOKEN]", "13", "healthy, exit 0"], "q");
    screen.ended(0);
    assert!(memchr::memmem::find(&screen.0.bytes(), b"s3kr1t").is_none(), "it was drawn");
    play.assert_nowhere("s3kr1t-t0ken");
}
