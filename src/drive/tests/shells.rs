//! A drive beside recorded shells.

use std::sync::Arc;

use super::*;
use crate::store::runs::RunDir;

/// Something typed in a recorded shell.
fn typed(run: u32, lane: u32) -> Event {
    match started(run) {
        Event::RunStarted(started) => {
            Event::RunStarted(Box::new(RunStarted { lane: LaneNo(lane), purpose: Purpose::Shell, ..*started }))
        }
        other => other,
    }
}

#[test]
fn a_number_that_a_shell_took_meanwhile_is_given_up_for_the_next() {
    let mut bench = Bench::with(Role::Follower { driver: "nobody".to_owned() }, false);
    let (mut shell, _) = Journal::open(&bench.session().journal(), "quinn@bob", Arc::new(System)).unwrap();
    shell.append(&Event::LaneOpened { lane: LaneNo(1), key: LaneKey::shell(1) }.into()).unwrap();
    for run in [1, 2] {
        shell.append(&typed(run, 1).into()).unwrap();
    }
    // Ordered by somebody who has not seen any of that.
    let elsewhere = LaneKey { host: Some("db".into()), target: Some("ssh://db1".into()), ..here() };
    let start = |run| [Order::record(started(run)), Order::Start(Box::new(spec(run)))];
    let orders = std::iter::once(Order::record(lane(elsewhere.clone()))).chain(start(1)).chain(start(2));
    bench.drive.send(Job::Orders(orders.collect()));
    let mut over = |run| {
        bench.wait(|news| match news {
            News::Walk(Happening::RunOver(over)) if over.run == RunNo(run) => Some(over.end.exit.clone()),
            _ => None,
        })
    };
    for run in [3, 4] {
        let Exit::NotStarted(why) = over(run) else { panic!("it started") };
        assert!(why.contains("could not start the lane's supervisor"), "each in the lane it was meant for: {why}");
    }
    let events = bench.events();
    assert_eq!(events[3], Event::LaneOpened { lane: LaneNo(2), key: elsewhere });
    let numbers = events.iter().filter_map(|event| match event {
        Event::RunStarted(started) => Some((started.run.0, started.lane.0)),
        _ => None,
    });
    assert_eq!(numbers.collect::<Vec<_>>(), [(1, 1), (2, 1), (3, 2), (4, 2)]);
}

#[test]
fn a_run_that_was_withheld_is_known_under_the_number_it_got() {
    let mut bench = Bench::with(Role::Follower { driver: "nobody".to_owned() }, false);
    bench.record(lane(here()));
    bench.recorded();
    bench.switch.get().room = Some(0);
    bench.drive.send(Job::Orders(vec![Order::record(started(1)), Order::Start(Box::new(spec(1)))]));
    bench.wait(|news| matches!(news, News::Trouble(what) if what.contains("was not started")).then_some(()));
    let (mut shell, _) = Journal::open(&bench.session().journal(), "quinn@bob", Arc::new(System)).unwrap();
    shell.append(&typed(1, 9).into()).unwrap();
    bench.switch.get().room = None;
    let exit = bench.wait(|news| match news {
        News::Walk(Happening::RunOver(over)) => Some((over.run, over.end.exit.clone())),
        _ => None,
    });
    assert!(matches!(exit, (RunNo(2), Exit::NotStarted(_))), "{exit:?}");
}

#[test]
fn a_command_whose_shell_died_is_brought_to_its_end_and_one_whose_shell_lives_is_not() {
    let nobody = || Role::Follower { driver: "nobody".to_owned() };
    let key = |lane| Event::LaneOpened { lane: LaneNo(lane), key: LaneKey::shell(lane) };
    let mut bench = Bench::after(nobody(), false, &[key(1), key(2)]);
    let alive = bench.session().lane(LaneNo(2));
    std::fs::create_dir_all(&alive).unwrap();
    let lock = std::fs::File::create(alive.join("lock")).unwrap();
    lock.lock().unwrap();
    let (mut shells, _) = Journal::open(&bench.session().journal(), "quinn@bob", Arc::new(System)).unwrap();
    for (run, lane) in [(1, 1), (2, 2), (3, 1)] {
        shells.append(&typed(run, lane).into()).unwrap();
    }
    let folder = bench.session().run(RunNo(3));
    std::fs::create_dir_all(&folder).unwrap();
    let told = RunEnd { exit: Exit::Code(7), ..end_of(&ended(3)) };
    RunDir::at(&folder).write_end(&told).unwrap();
    let mut over = Vec::new();
    while over.len() < 2 {
        over.push(bench.wait(|news| match news {
            News::Walk(Happening::RunLost(run)) => Some((run.0, None)),
            News::Walk(Happening::RunOver(over)) => Some((over.run.0, Some(over.judgement.verdict.clone()))),
            _ => None,
        }));
    }
    over.sort_by_key(|(run, _)| *run);
    assert_eq!(over, [(1, None), (3, Some(Verdict::Unhealthy(vec!["exit 7".to_owned()])))]);
    drop(lock);
    let lost = bench.wait(|news| match news {
        News::Walk(Happening::RunLost(run)) => Some(run.0),
        _ => None,
    });
    assert_eq!(lost, 2);
}

fn end_of(event: &Event) -> RunEnd {
    match event {
        Event::RunEnded(ended) => ended.end.clone(),
        _ => panic!("{event:?}"),
    }
}
