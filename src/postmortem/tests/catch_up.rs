//! What whoever joins is told.

use std::sync::Arc;

use super::fixture::{Journal, Ran};
use super::hachyderm;
use super::hostile::{HOSTILE, assert_rectangular};
use crate::postmortem::markdown::catch_up;
use crate::session::walk::{Rules, Walk};

fn caught_up(journal: &Journal, runbook: Option<Arc<crate::runbook::Runbook>>, clock: &str) -> String {
    let walk = Walk::replay(runbook, Rules::default(), &journal.entries);
    catch_up("fixture-1", &journal.entries, &walk, journal.time(clock))
}

#[test]
fn hachyderm_caught_up() {
    let mut journal = hachyderm::journal();
    journal.start("20:20:00", Ran::own("journalctl -fu mastodon-streaming"));
    insta::assert_snapshot!(caught_up(&journal, Some(Arc::new(hachyderm::runbook())), "20:30:00"));
}

#[test]
fn hostile_content_breaks_no_row() {
    for text in HOSTILE {
        let mut journal = Journal::new(text, "2024-05-12");
        journal.open("08:00:00", text, &[]);
        journal.run("08:01:00", Ran::step(text, 1, text).changing().unhealthy(1, text));
        assert_rectangular(&caught_up(&journal, None, "08:10:00"), text);
    }
}
