use super::*;
use crate::session::event::RECORD_BEFORE_ACT;
use crate::session::walk::{Rules, Walk};

/// The next thing that happened, once it is one of these.
fn happened(bench: &mut Bench, is: impl Fn(&Happening) -> bool) -> Happening {
    bench.wait(|news| match news {
        News::Walk(happening) if is(happening) => Some(happening.clone()),
        _ => None,
    })
}

fn lent(bench: &mut Bench, walk: &mut Walk) -> Event {
    let happening = happened(bench, |happening| matches!(happening, Happening::Lent(_)));
    let Happening::Lent(entry) = &happening else { unreachable!() };
    let event = entry.event.clone();
    walk.happened(happening);
    event
}

#[test]
fn what_is_lent_counts_and_is_written_as_it_was_whatever_others_write_between() {
    let mut bench = Bench::new();
    let mut walk = Walk::new(None, Rules::default());
    bench.record(lane(here()));
    let first = happened(&mut bench, |happening| matches!(happening, Happening::Recorded(_)));
    walk.happened(first);
    bench.switch.get().room = Some(10);
    bench.record(note("one"));
    bench.drive.send(Job::Lend);
    assert_eq!(lent(&mut bench, &mut walk), note("one"));

    bench.drive.send(Job::Orders(vec![Order::record(started(1)), Order::Start(Box::new(spec(1)))]));
    bench.wait(|news| matches!(news, News::Withheld { .. }).then_some(()));
    assert!(walk.state().runs.is_empty(), "a run that is not released is not lent");
    let before = System.now();
    bench.drive.send(Job::Release { start: true });
    let said = lent(&mut bench, &mut walk);
    assert!(
        matches!(&said, Event::Overridden { rule, reason } if rule == RECORD_BEFORE_ACT
        && reason.starts_with("run 0001 was started unrecorded: No space left on device")),
        "{said:?}"
    );
    assert_eq!(lent(&mut bench, &mut walk), started(1));
    assert!(walk.state().runs[&RunNo(1)].is_running());
    happened(&mut bench, |happening| matches!(happening, Happening::RunOver(_)));
    let after = System.now();

    let (mut other, _) = Journal::open(&bench.session().journal(), "quinn@bob", Arc::new(System)).unwrap();
    other.append(&note("theirs").into()).unwrap();
    let number = |other: &mut Journal| other.append_numbered(System.stamp(), &mut |_| note("a number").into());
    let refused = number(&mut other).unwrap_err().to_string();
    assert!(refused.contains("works without a record"), "{refused}");

    bench.switch.get().room = None;
    let written = happened(&mut bench, |happening| matches!(happening, Happening::Written { .. }));
    let Happening::Written { others, .. } = &written else { unreachable!() };
    assert_eq!(others.iter().map(|entry| entry.event.clone()).collect::<Vec<_>>(), [note("theirs")]);
    walk.happened(written);
    bench.wait(|news| matches!(news, News::JournalHealed).then_some(()));
    assert_eq!(bench.events(), [lane(here()), note("theirs"), note("one"), said, started(1)]);
    let entries = journal::read(&bench.session().journal()).unwrap().entries;
    assert_eq!(*walk.state(), State::replay(&entries), "live and replayed are the same");
    let at = entries[4].at;
    assert!(before.timestamp_millis() <= at.timestamp_millis() && at <= after, "its own time, not that of the writing");
    number(&mut other).unwrap();
}

#[test]
fn a_run_that_is_not_wanted_without_its_record_is_none() {
    let mut bench = Bench::new();
    bench.switch.get().room = Some(0);
    bench.drive.send(Job::Orders(vec![
        Order::record(lane(here())),
        Order::record(started(1)),
        Order::Start(Box::new(spec(1))),
    ]));
    bench.wait(|news| matches!(news, News::Withheld { .. }).then_some(()));
    bench.drive.send(Job::Release { start: false });
    let over = bench.wait(|news| match news {
        News::Walk(Happening::RunOver(over)) => Some(over.end.exit.clone()),
        _ => None,
    });
    assert!(matches!(&over, Exit::NotStarted(why) if why.contains("not wanted without one")), "{over:?}");
    bench.switch.get().room = None;
    bench.wait(|news| matches!(news, News::JournalHealed).then_some(()));
    assert_eq!(bench.events(), [lane(here()), started(1)]);
    assert!(!bench.folder.path().join("lanes").exists());
}

#[test]
fn a_disk_that_is_back_when_the_operator_says_so_has_the_record_first() {
    let mut bench = Bench::new();
    bench.record(lane(here()));
    bench.recorded();
    bench.switch.get().room = Some(0);
    bench.drive.send(Job::Orders(vec![Order::record(started(1)), Order::Start(Box::new(spec(1)))]));
    // At once, so that no try of the clock comes first.
    bench.switch.get().room = None;
    bench.drive.send(Job::Release { start: true });
    assert_eq!(bench.recorded(), started(1));
    bench.wait(|news| matches!(news, News::Walk(Happening::RunOver(_))).then_some(()));
    assert_eq!(bench.events(), [lane(here()), started(1)]);
}

#[test]
fn the_number_of_a_run_that_left_a_folder_and_no_entry_is_not_given_again() {
    let folder = |folder: &Path| std::fs::create_dir_all(folder.join("runs/0007")).unwrap();
    let mut bench = Bench::prepared(Role::Follower { driver: "nobody".to_owned() }, false, &[], folder);
    bench.record(lane(here()));
    bench.recorded();
    bench.record(started(1));
    let Event::RunStarted(run) = bench.recorded() else { panic!("no run") };
    assert_eq!(run.run, RunNo(8));
}
