//! A drill looked back upon.

use super::bench::{Bench, change, read, runbook, sign, until};
use crate::runbook::{Lead, PhaseName, Runbook, parse};
use crate::session::event::Mark;
use crate::session::practice::{Practice, Turn};
use crate::session::walk::{Confirmation, Intent, Rules, Work, shortest};

fn book() -> Runbook {
    let mut log = read("log");
    log.signs = vec![sign("boom (?<CAUSE>\\w+)", vec![Lead::Phase(PhaseName::Revert), Lead::Phase(PhaseName::Fix)])];
    let mut heal = change("heal");
    heal.verify = vec!["whole".into()];
    heal.mitigates = true;
    let mut whole = read("whole");
    whole.until = Some(until(10, 10_000));
    runbook(vec![
        (PhaseName::Diagnose, vec![read("alive"), log]),
        (PhaseName::Revert, vec![change("back")]),
        (PhaseName::Fix, vec![heal]),
        (PhaseName::Verify, vec![whole, read("quiet")]),
    ])
}

fn bench(book: Runbook) -> Bench {
    Bench::with(book, Rules { drill: true }, Vec::new())
}

impl Bench {
    /// A step done from its start to its end.
    fn does(&mut self, step: &str, code: i32, output: &str) {
        let change = self.walk.runbook().unwrap().step(step).unwrap().1.effect != crate::runbook::Effect::Read;
        self.run_with(step, if change { Confirmation::Yes } else { Confirmation::None }).unwrap();
        self.ends(code, output);
    }

    fn goes(&mut self, phase: PhaseName) {
        self.intend(&Intent::Go(Lead::Phase(phase))).unwrap();
    }

    fn looked_back(&self) -> Practice {
        Practice::new(&self.walk, &self.entries, Some(PhaseName::Fix), Some(1)).unwrap()
    }
}

#[test]
fn the_shortest_way_is_counted_from_the_runbook() {
    assert_eq!(shortest(&book(), PhaseName::Fix), ["log", "heal", "whole", "whole", "quiet"]);
    assert_eq!(shortest(&book(), PhaseName::Revert), ["log", "back", "whole", "quiet"]);
}

#[test]
fn the_shortest_way_has_the_looks_that_its_values_are_from() {
    let book = parse(
        "x",
        "{stanch: 1, title: T, vars: {SITE: {}}, diagnose: {steps: [\
         {id: host, title: Host, run: x, capture: {HOST: 'h=(.*)'}}, {id: idle, title: Idle, run: x}, \
         {id: disk, title: Disk, run: 'df $HOST', signs: [{match: 'on (?<DISK>\\w+)'}]}, \
         {id: cause, title: Cause, run: x, on_fail: mount}]}, \
         fix: {steps: [{id: mount, title: Mount, run: 'mount $SITE $DISK', on_pass: done}, \
         {id: detour, title: Detour, run: x}, {id: done, title: Done, run: x, capture: {OWN: (.)}}, \
         {id: last, title: Last, run: 'x $OWN $SHELLS_OWN'}]}, \
         verify: {steps: [{id: whole, title: Whole, run: x}]}}",
    );
    let book = book.runbook.unwrap();
    assert_eq!(shortest(&book, PhaseName::Fix), ["host", "disk", "cause", "mount", "done", "last", "whole"]);
}

#[test]
fn the_shortest_way_walked_has_nothing_beyond_it() {
    let mut bench = bench(book());
    bench.intend(&Intent::Skip { step: "alive".into(), reason: "it is".into() }).unwrap();
    bench.does("log", 0, "boom x");
    bench.goes(PhaseName::Fix);
    bench.pass(30_000);
    bench.does("heal", 0, "");
    bench.does("whole", 0, "");
    bench.intend(&Intent::Mark { mark: Mark::Mitigated, happened: None, despite: None }).unwrap();
    bench.goes(PhaseName::Verify);
    bench.does("whole", 0, "");
    bench.does("quiet", 0, "");
    bench.pass(60_000);
    bench.intend(&Intent::Mark { mark: Mark::Resolved, happened: None, despite: None }).unwrap();
    let practice = bench.looked_back();
    assert_eq!(practice.done, practice.shortest);
    assert!(practice.healed);
    assert_eq!((practice.looks.len(), practice.again.len(), practice.turns.len()), (0, 0, 0));
    assert!(practice.left_out.is_empty() && practice.unverified.is_empty() && practice.not_holding.is_empty());
    let seconds = |time: Option<u64>| time.map(|ms| ms / 1000);
    assert_eq!(
        [practice.to_diagnose, practice.to_mitigate, practice.to_resolve].map(seconds),
        [Some(0), Some(30), Some(90)]
    );
    let words = practice.in_words();
    assert_eq!(words[0], "drill drill: healed by its fix in 1 m 30 s (more than the 1 m that are meant for it)");
    assert_eq!(words.len(), 4, "{words:#?}");
}

#[test]
fn what_was_done_beyond_the_shortest_way_is_told() {
    let mut bench = bench(book());
    bench.does("alive", 0, "");
    bench.does("alive", 0, "");
    bench.does("log", 0, "boom x");
    bench.goes(PhaseName::Revert);
    bench.does("back", 1, "");
    bench.intend(&Intent::work(Work::Pause { note: None })).unwrap();
    bench.pass(3_600_000);
    bench.intend(&Intent::work(Work::GoOn)).unwrap();
    bench.goes(PhaseName::Fix);
    bench.does("heal", 0, "");
    // Tries that follow by themselves are one.
    bench.does("whole", 1, "");
    bench
        .intend(&Intent::Run { step: "whole".into(), edited: None, confirmed: Confirmation::None, despite: None })
        .unwrap();
    bench.ends(0, "");
    let practice = bench.looked_back();
    assert_eq!(practice.done, ["alive", "alive", "log", "back", "heal", "whole"]);
    assert_eq!(practice.looks, ["alive"]);
    assert_eq!(practice.again, [("alive".to_owned(), 1), ("back".to_owned(), 1)]);
    assert_eq!(practice.turns, [Turn::Entered(PhaseName::Revert), Turn::Failed("back".into())]);
    assert_eq!(
        (practice.left_out.as_slice(), practice.not_holding.as_slice()),
        (&["quiet".to_owned()][..], &["quiet".to_owned()][..])
    );
    assert!(!practice.healed && practice.to_resolve.is_none());
    assert!(practice.lasted < 60_000, "rests do not count: {}", practice.lasted);
    let words = practice.in_words().join("\n");
    for line in [
        "drill drill: not healed in ",
        "to resolve: not reached",
        "wrong turns: revert was entered and left, back did not go well",
        "not seen to hold since the last change: quiet",
    ] {
        assert!(words.contains(line), "{words}");
    }
}

#[test]
fn a_change_that_was_not_verified_is_told() {
    let mut bench = bench(book());
    bench.goes(PhaseName::Fix);
    bench.does("heal", 0, "");
    let practice = bench.looked_back();
    assert_eq!(practice.unverified.len(), 1);
    assert!(practice.in_words().contains(&"  changes not verified: heal (whole)".to_owned()), "{practice:#?}");
    // Without any way out taken, the drill's usual one is compared with.
    let bench = self::bench(book());
    assert_eq!(bench.looked_back().way, Some(PhaseName::Fix));
}
