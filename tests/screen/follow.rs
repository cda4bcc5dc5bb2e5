//! A second screen on a session that is driven.

use crate::play::{ran_once, waiting};
use crate::stage::release;

#[test]
fn a_second_screen_follows_live_and_may_take_notes() {
    let (play, driver, go) = waiting();
    let follower = play.screen(&["resume"], 120, 40);
    follower.see(&["following ", "tester", "begun", "running"]);
    follower.answer(&["drives; you follow"], "<enter>").see(&["drives this session; here you may take notes"]);
    follower.press("n").see(&["Note", "Enter takes it"]).press("the cache is cold<enter>");
    follower.see(&["the cache is cold"]);
    driver.see(&["the cache is cold"]);
    release(&go);
    follower.see(&["finished", "healthy"]);
    driver.answer(&["finished", "Enter runs last"], "q");
    driver.ended(0);
    follower.press("q");
    follower.ended(0);
    ran_once(&play);
}
