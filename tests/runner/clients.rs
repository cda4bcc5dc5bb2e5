//! Screens come, go and die; the run and its record do not care.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use stanch::runner::Notice;
use stanch::session::run::{Exit, RunEnd, RunNo};

use crate::lane::{Bench, is_alive, open, setup, until, wait};

/// Not a test: the screen that is killed. Started by the test below, in a process of its own.
#[test]
#[ignore = "started by another test"]
fn a_screen_to_kill() {
    let folder = std::env::var("STANCH_TEST_FOLDER").unwrap();
    let (lane, notices) = open(std::path::Path::new(&folder), None);
    let mut bench = Bench { folder: tempfile::tempdir().unwrap(), lane, notices, next: 1 };
    let mut spec = bench.spec(&format!("echo before; read -r go <{folder}/fifo; seq 1000; exit 7"));
    spec.effect = stanch::runbook::Effect::Change;
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Grew { .. }).then_some(()));
    // The fifo is opened when the test has seen this and killed this process.
    println!("\nlane {}", bench.lane.pid());
    std::io::stdout().flush().unwrap();
    std::thread::park();
}

#[test]
fn a_killed_screen_leaves_the_run_alone_and_a_second_one_gets_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut screen = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "clients::a_screen_to_kill", "--ignored", "--nocapture"])
        .env("STANCH_TEST_FOLDER", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(screen.stdout.take().unwrap()).lines();
    let said = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("lane ")).unwrap();
    screen.kill().unwrap();
    screen.wait().unwrap();

    let (lane, notices) = open(folder.path(), None);
    assert_eq!(said, format!("lane {}", lane.pid()), "the same supervisor");
    assert_eq!((lane.is_fresh(), lane.running()), (false, Some(RunNo(1))));
    std::fs::write(&fifo, "go\n").unwrap();
    let end = wait(&notices, |notice| match notice {
        Notice::Ended { end, .. } => Some(end.clone()),
        _ => None,
    });
    assert_eq!((end.exit.clone(), end.lines, end.stopped), (Exit::Code(7), 1001, None));
    let exit = std::fs::read(folder.path().join("runs/0001/exit.json")).unwrap();
    assert_eq!(serde_json::from_slice::<RunEnd>(&exit).unwrap(), end);
    lane.close().unwrap();
}

#[test]
fn without_any_screen_the_exit_record_appears() {
    let mut bench = Bench::new();
    let spec = bench.spec("seq 100000; exit 5");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Started { .. }).then_some(()));
    let exit = bench.path(spec.run, "exit.json");
    drop(std::mem::replace(&mut bench.lane, open(tempfile::tempdir().unwrap().path(), None).0));
    until("exit.json", || exit.exists());
    let end: RunEnd = serde_json::from_slice(&std::fs::read(&exit).unwrap()).unwrap();
    assert_eq!((end.exit, end.lines), (Exit::Code(5), 100_000));
    bench.lane.close().unwrap();
    let (lane, _) = open(bench.folder.path(), None);
    assert_eq!(lane.running(), None);
    lane.close().unwrap();
}

#[test]
fn two_screens_see_the_same_and_the_second_may_act() {
    let mut bench = Bench::new();
    let spec = bench.spec("echo up; read -r line; echo \"got $line\"");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    let (second, notices) = open(bench.folder.path(), None);
    assert_eq!(second.running(), Some(spec.run));
    wait(&notices, |notice| matches!(notice, Notice::Started { .. }).then_some(()));
    wait(&notices, |notice| matches!(notice, Notice::Grew { bytes: 3, .. }).then_some(()));
    second.input(spec.run, b"it\n").unwrap();
    let theirs = wait(&notices, |notice| match notice {
        Notice::Ended { end, .. } => Some(end.clone()),
        _ => None,
    });
    assert_eq!(bench.wait_end(spec.run), theirs);
}

#[test]
fn a_screen_that_does_not_listen_holds_nobody_up() {
    let mut bench = Bench::new();
    let (stuck, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let deaf = stanch::runner::Lane::open(
        &bench.folder.path().join("lanes/1"),
        &setup(bench.folder.path(), None),
        // Stuck in its first notice until the test is over.
        move |_| assert!(gate.lock().unwrap().recv().is_err()),
    )
    .unwrap();
    for _ in 0..3 {
        let (end, _) = bench.run("seq 200000");
        assert_eq!((end.exit, end.lines), (Exit::Code(0), 200_000));
    }
    drop(deaf);
    drop(stuck);
}

#[test]
fn a_screen_that_never_listens_is_hung_up_on_and_does_not_take_the_lane_for_dead() {
    let mut bench = Bench::new();
    let ((stuck, gate), (sender, heard)) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel());
    let mut first = true;
    let deaf = stanch::runner::Lane::open(
        &bench.folder.path().join("lanes/1"),
        &setup(bench.folder.path(), None),
        move |notice| {
            if std::mem::take(&mut first) {
                assert!(gate.recv().is_err());
            }
            drop(sender.send(notice));
        },
    )
    .unwrap();
    let spec = bench.spec("sleep 100");
    bench.start(&spec);
    // Each is refused and told, until the deaf one's share of memory is full.
    for number in 0..3000 {
        let other = bench.spec("true");
        bench.start(&other);
        if number % 100 == 99 {
            bench.wait_end(other.run);
        }
    }
    drop(stuck);
    let last = heard.iter().find(|notice| matches!(notice, Notice::Gone | Notice::Trouble { .. })).unwrap();
    assert!(matches!(&last, Notice::Trouble { what } if what.contains("hung up on this screen")), "{last:?}");
    drop(deaf);
    bench.lane.stop(spec.run, false).unwrap();
    bench.wait_end(spec.run);
}

#[test]
fn growth_is_told_a_bounded_number_of_times() {
    let mut bench = Bench::new();
    let spec = bench.spec("seq 1000000");
    bench.start(&spec);
    let mut grown = 0;
    let end = bench.wait(|notice| match notice {
        Notice::Grew { .. } => {
            grown += 1;
            None
        }
        Notice::Ended { end, .. } => Some(end.clone()),
        _ => None,
    });
    assert!(grown >= 1 && grown <= end.took_ms / 8 + 3, "{grown} in {} ms", end.took_ms);
}

#[test]
fn a_killed_supervisor_is_told_and_leaves_no_exit_record() {
    let mut bench = Bench::new();
    let spec = bench.spec("echo up; sleep 100");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    let pid = rustix::process::Pid::from_raw(bench.lane.pid()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    bench.wait(|notice| matches!(notice, Notice::Gone).then_some(()));
    assert!(!bench.path(spec.run, "exit.json").exists());
    assert!(bench.lane.start(&spec, Vec::new()).is_err() || !bench.path(spec.run, "exit.json").exists());
    // The next one starts afresh, and what was interrupted is not run again.
    let (lane, notices) = open(bench.folder.path(), None);
    assert_eq!((lane.is_fresh(), lane.running()), (true, None));
    (bench.lane, bench.notices) = (lane, notices);
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn two_who_open_a_lane_at_once_share_one_supervisor() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let lanes: Vec<_> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| open(folder.path(), None).0)).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        assert!(lanes.iter().all(|lane| lane.pid() == lanes[0].pid()));
        assert_eq!(lanes.iter().filter(|lane| lane.is_fresh()).count(), 1);
        for lane in &lanes {
            lane.close().unwrap();
        }
        let pid = lanes[0].pid().to_string();
        until("the end of the lane", || !is_alive(&pid));
    }
}

#[test]
fn a_folder_with_a_very_long_path_is_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("d".repeat(200)).join("e".repeat(200));
    let (lane, notices) = open(&deep, None);
    let mut bench = Bench { folder: tempfile::tempdir().unwrap(), lane, notices, next: 1 };
    let spec = bench.spec("echo on");
    assert_eq!(bench.run_spec(&spec).exit, Exit::Code(0));
    assert_eq!(std::fs::read(deep.join("runs/0001/output")).unwrap(), b"on\n");
}

#[test]
fn nobody_else_may_read_anything_of_it() {
    let mut bench = Bench::new();
    bench.run_kept("echo on");
    bench.run("true");
    let found =
        Command::new("find").arg(bench.folder.path()).args(["-mindepth", "1", "-perm", "/077"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

#[test]
fn an_end_that_the_disk_did_not_take_is_told_to_whoever_comes() {
    let mut bench = Bench::new();
    let spec = bench.spec("read -r line; exit 3");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Started { .. }).then_some(()));
    // A folder in its place cannot be replaced by a file.
    let exit = bench.path(spec.run, "exit.json");
    std::fs::create_dir(&exit).unwrap();
    bench.lane.input(spec.run, b"\n").unwrap();
    let end = bench.wait_end(spec.run);
    let (second, notices) = open(bench.folder.path(), None);
    assert_eq!(second.running(), Some(spec.run), "it is not over for who knows only the disk");
    let theirs = wait(&notices, |notice| match notice {
        Notice::Ended { run, end, .. } if *run == spec.run => Some(end.clone()),
        _ => None,
    });
    assert_eq!(theirs, end);
    std::fs::remove_dir(&exit).unwrap();
    until("exit.json", || exit.is_file());
    assert_eq!(open(bench.folder.path(), None).0.running(), None);
}

#[test]
fn a_lane_can_be_started_through_a_scope_that_outlives_the_login() {
    let folder = tempfile::tempdir().unwrap();
    // What `systemd-run --scope` does with its arguments and its files: it becomes the program.
    let runner = folder.path().join("systemd-run");
    let script = "#!/bin/sh\necho \"$@\" >\"$0.asked\"\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";
    std::fs::write(&runner, script).unwrap();
    std::fs::set_permissions(&runner, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let setup = stanch::runner::LaneSetup { scope: Some(runner.clone()), ..setup(folder.path(), None) };
    let (sender, notices) = std::sync::mpsc::channel();
    let lane =
        stanch::runner::Lane::open(&folder.path().join("lanes/1"), &setup, move |notice| drop(sender.send(notice)));
    let mut bench = Bench { folder, lane: lane.unwrap(), notices, next: 1 };
    assert_eq!(bench.run("echo in a scope").1, "in a scope\n");
    let asked = std::fs::read_to_string(bench.folder.path().join("systemd-run.asked")).unwrap();
    assert!(asked.starts_with("--user --scope --quiet --collect -- "), "{asked}");
}
