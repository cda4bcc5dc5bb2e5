//! The stop ladder, timeouts, and what is left behind.

use stanch::runbook::{Effect, StopSignal};
use stanch::runner::Notice;
use stanch::session::run::{Exit, RunNo, Stopped};

use crate::lane::{Bench, is_alive, until};

/// The process ids a command printed, once they are all there.
fn pids(bench: &Bench, run: RunNo, count: usize) -> Vec<String> {
    bench.wait_output(run, "up\n");
    let pids: Vec<String> =
        bench.output(run).lines().filter(|line| line.parse::<u32>().is_ok()).map(str::to_owned).collect();
    assert_eq!(pids.len(), count);
    pids
}

fn signals(bench: &Bench, run: RunNo) -> Vec<(String, Option<u64>)> {
    let mut signals = Vec::new();
    bench.wait(|notice| match notice {
        Notice::Stopping { signal, kill_after_ms, .. } => {
            signals.push((signal.clone(), *kill_after_ms));
            None
        }
        Notice::Ended { run: ended, .. } if *ended == run => Some(()),
        _ => None,
    });
    signals
}

#[test]
fn a_stop_ends_the_whole_group() {
    let mut bench = Bench::new();
    let spec = bench.spec("sh -c 'sleep 100 & echo $!; echo $$; echo up; sleep 100'");
    bench.start(&spec);
    let pids = pids(&bench, spec.run, 2);
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.stopped, end.left_behind), (Exit::Signal(15), Some(Stopped::Operator), 0));
    assert!(!pids.iter().any(|pid| is_alive(pid)), "{pids:?}");
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_read_that_ignores_the_signal_is_killed_when_its_grace_is_over() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("trap '' TERM; echo $$; echo up; while :; do sleep 100; done");
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    pids(&bench, spec.run, 1);
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(signals(&bench, spec.run), [("TERM".to_owned(), Some(50)), ("KILL".to_owned(), None)]);
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_worker_that_outlives_its_killed_shell_is_killed_too() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("sh -c 'trap \"\" TERM; echo $$; echo up; while :; do sleep 1; done' & wait");
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    let pids = pids(&bench, spec.run, 1);
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.stopped, end.left_behind), (Some(Stopped::Operator), 0));
    assert!(!is_alive(&pids[0]));
}

#[test]
fn a_job_in_a_group_of_its_own_is_swept_up() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("set -m; sh -c 'trap \"\" TERM HUP; echo $$; echo up; while :; do sleep 1; done' & wait");
    spec.shell = stanch::runbook::Shell::Bash;
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    let pids = pids(&bench, spec.run, 1);
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).left_behind, 0);
    assert!(!is_alive(&pids[0]));
}

#[test]
fn a_change_is_killed_only_when_the_operator_says_so() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("trap '' TERM; echo $$; echo up; while :; do sleep 100; done");
    spec.effect = Effect::Change;
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    let pids = pids(&bench, spec.run, 1);
    bench.lane.stop(spec.run, false).unwrap();
    let kill_after = bench.wait(|notice| match notice {
        Notice::Stopping { kill_after_ms, .. } => Some(*kill_after_ms),
        _ => None,
    });
    assert_eq!(kill_after, None);
    bench.wait(|notice| matches!(notice, Notice::StillAlive { .. }).then_some(()));
    assert!(is_alive(&pids[0]));
    bench.lane.stop(spec.run, true).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.stopped), (Exit::Signal(9), Some(Stopped::Operator)));
    assert!(!is_alive(&pids[0]));
}

#[test]
fn a_change_whose_worker_outlives_its_shell_ends_and_says_what_is_left() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("sh -c 'trap \"\" TERM; echo $$; echo up; while :; do sleep 1; done' & wait");
    spec.effect = Effect::Change;
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    let pids = pids(&bench, spec.run, 1);
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    // The worker, and perhaps the sleep it is in.
    assert!(end.left_behind >= 1, "{end:?}");
    assert!(is_alive(&pids[0]));
    bench.run(&format!("kill -9 {}", pids[0]));
}

#[test]
fn an_escapee_is_reported_and_not_hunted() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("setsid sh -c 'echo $$ >/dev/tty; echo up; exec sleep 100' </dev/null & sleep 100");
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    // It has no terminal of its own; its number is found by its parent, which is the run.
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.stopped, end.left_behind), (Some(Stopped::Operator), 1));
    let supervisor = bench.lane.pid();
    let (_, left) = bench.run(&format!("cat /proc/{supervisor}/task/*/children"));
    let escapee = left
        .split_whitespace()
        .find(|pid| std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|words| words == b"sleep\x00100\0"));
    let escapee = escapee.unwrap().to_owned();
    bench.run(&format!("kill {escapee}"));
    until("the end of the escapee", || !is_alive(&escapee));
}

#[test]
fn a_server_in_the_background_lives_on_with_its_terminal() {
    let mut bench = Bench::new();
    let (end, output) =
        bench.run("sh -c 'while read -r line; do echo \"got $line\" >/dev/tty; done' </dev/null & sleep 100 & echo $!");
    assert_eq!((end.exit, end.left_behind), (Exit::Code(0), 1));
    let pid = output.trim().to_owned();
    for _ in 0..3 {
        assert_eq!(bench.run("echo on").1, "on\n");
        assert!(is_alive(&pid));
    }
    let supervisor = bench.lane.pid().to_string();
    bench.lane.close().unwrap();
    // Closed, but the server still lives: so does the lane.
    let (lane, notices) = crate::lane::open(bench.folder.path(), None);
    assert!(!lane.is_fresh());
    (bench.lane, bench.notices) = (lane, notices);
    let (end, _) = bench.run(&format!("kill {pid}"));
    assert_eq!(end.left_behind, 0);
    bench.lane.close().unwrap();
    until("the end of the lane", || !is_alive(&supervisor));
    assert!(!bench.folder.path().join("lanes/1/control").exists());
}

#[test]
fn what_comes_late_is_kept_apart_from_what_comes_next() {
    let mut bench = Bench::new();
    let fifo = bench.folder.path().join("fifo");
    let command = format!("mkfifo {0}; (read -r line <{0}; echo late) & echo early", fifo.display());
    let (end, output) = bench.run(&command);
    assert_eq!((end.left_behind, output.as_str()), (1, "early\n"));
    std::fs::write(&fifo, "go\n").unwrap();
    let late = bench.folder.path().join("lanes/1/late");
    until("what comes late", || std::fs::read_to_string(&late).is_ok_and(|text| text == "late\n"));
    assert_eq!(bench.output(RunNo(1)), "early\n");
}

#[test]
fn a_run_beside_which_others_live_says_so() {
    let mut bench = Bench::new();
    bench.run("sleep 100 & echo up");
    let spec = bench.spec("kill %1 2>/dev/null; true");
    bench.start(&spec);
    let others = bench.wait(|notice| match notice {
        Notice::Started { others, .. } => Some(*others),
        _ => None,
    });
    assert_eq!(others, 1);
    bench.wait_end(spec.run);
    bench.run("kill $(cat /proc/$PPID/task/*/children | tr ' ' '\\n' | grep -v \"^$$\\$\")");
}

#[test]
fn a_timeout_goes_down_the_same_ladder() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("sleep 100");
    spec.timeout_ms = Some(50);
    let end = bench.run_spec(&spec);
    assert_eq!((end.exit, end.stopped), (Exit::Signal(15), Some(Stopped::Timeout)));
    assert!(end.took_ms >= 50);
}

#[test]
fn the_first_signal_is_the_one_the_step_names() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("trap 'echo interrupted; exit 4' INT; echo up; while :; do sleep 0.01; done");
    spec.stop_signal = StopSignal::Int;
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(4));
    assert!(bench.output(spec.run).ends_with("interrupted\n"));
}

#[test]
fn what_stands_still_is_stopped_all_the_same() {
    let mut bench = Bench::new();
    let spec = bench.spec("echo up; kill -STOP $$");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    bench.lane.stop(spec.run, false).unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Signal(15));
}

#[test]
fn a_server_of_an_earlier_run_keeps_what_it_starts_while_another_run_is_killed() {
    let mut bench = Bench::new();
    let fifo = bench.folder.path().join("fifo");
    let (end, output) = bench.run(&format!(
        // It may read its end once more before the writer of the word has closed it.
        "mkfifo {0}; sh -c 'while :; do read -r word <{0} || continue; sleep 100 & echo $! >{0}.pid; done' \
         </dev/null >/dev/null & echo $!",
        fifo.display()
    ));
    assert_eq!(end.left_behind, 1);
    let server = output.trim().to_owned();
    let mut spec = bench.spec("trap '' TERM; echo $$; echo up; while :; do sleep 1; done");
    spec.stop_grace_ms = 50;
    bench.start(&spec);
    pids(&bench, spec.run, 1);
    std::fs::write(&fifo, "go\n").unwrap();
    let path = bench.folder.path().join("fifo.pid");
    until("the worker", || std::fs::read_to_string(&path).is_ok_and(|pid| pid.ends_with('\n')));
    let worker = std::fs::read_to_string(&path).unwrap().trim().to_owned();
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    assert_eq!((end.stopped, end.left_behind), (Some(Stopped::Operator), 0));
    assert!(is_alive(&server), "the server");
    assert!(is_alive(&worker), "its worker");
    bench.run(&format!("kill {server} {worker}"));
}

/// Clock ticks a process has worked so far.
fn worked(pid: i32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn waiting_for_what_a_stopped_run_left_is_no_work() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("sh -c 'trap \"\" TERM; echo $$; echo up; exec sleep 100' & wait");
    (spec.effect, spec.stop_grace_ms) = (Effect::Change, 6000);
    bench.start(&spec);
    let pids = pids(&bench, spec.run, 1);
    let before = worked(bench.lane.pid());
    bench.lane.stop(spec.run, false).unwrap();
    let end = bench.wait_end(spec.run);
    let worked = worked(bench.lane.pid()) - before;
    assert_eq!((end.exit, end.left_behind), (Exit::Signal(15), 1));
    // Of six seconds; a clock tick is a hundredth.
    assert!(worked < 100, "{worked} ticks");
    bench.run(&format!("kill -9 {}", pids[0]));
}
