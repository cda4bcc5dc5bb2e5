//! Commands on another machine: a real OpenSSH server on loopback, reached through the system's `ssh`.

use stanch::runner::{Far, LaneSetup, Notice};
use stanch::session::run::{Exit, RunNo};

use crate::lane::{Bench, until};
use crate::support::Sshd;

/// A lane on that server.
pub(crate) fn bench(server: &Sshd) -> Bench {
    bench_of(server, None, false)
}

/// A lane on that server, for this user.
pub(crate) fn bench_of(server: &Sshd, user: Option<&str>, unattended: bool) -> Bench {
    Bench::with(|setup| LaneSetup { user: user.map(str::to_owned), ..there(server, unattended, setup) })
}

/// That setup on that server.
pub(crate) fn there(server: &Sshd, unattended: bool, setup: LaneSetup) -> LaneSetup {
    let far = Some(Far { host: "db".to_owned(), target: server.target(), unattended });
    LaneSetup { environment: Some(server.environment()), far, ..setup }
}

#[test]
fn a_command_runs_on_the_other_machine_in_its_own_environment_and_home() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let (end, output) = bench.run("echo one; echo two >&2; echo \"$MINE.$SSH_CONNECTION\" | cut -c 1-10; pwd; exit 3");
    assert_eq!(output, format!("one\ntwo\n.127.0.0.1\n{}\n", "/root"));
    assert_eq!((end.exit.clone(), end.lines, end.left_behind), (Exit::Code(3), 4, 0));
    assert!(end.carried, "{end:?}");
}

#[test]
fn every_run_has_the_same_terminal_and_is_in_its_foreground() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let command = "tty; read -r line </proc/$$/stat; set -- $line; [ \"$5\" = \"$8\" ] && stty size";
    let (end, first) = bench.run(command);
    assert!(first.starts_with("/dev/pts/") && first.ends_with("50 240\n"), "{first} {end:?}");
    for _ in 0..5 {
        assert_eq!(bench.run(command).1, first);
    }
    assert_eq!(server.logins(), 1);
}

#[test]
fn environment_and_directory_carry_over_and_only_from_runs_that_were_kept() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    bench.run_kept("export A='x y\nz' B=1; unset LANG; mkdir \"$TMPDIR/a b\"; cd \"$TMPDIR/a b\"");
    bench.run("export A=lost; cd /");
    let (end, output) = bench.run_kept("printf '%s|%s|' \"$A\" \"$B\"; basename \"$PWD\"; unset B");
    assert_eq!((end.exit, output.as_str()), (Exit::Code(0), "x y\nz|1|a b\n"));
    assert_eq!(bench.run("echo \"${B-gone}\"").1, "gone\n");
    let state = std::fs::read_to_string(bench.folder.path().join("lanes/1/state.json")).unwrap();
    assert!(state.contains("\"names\":[\"A\"]"), "{state}");
}

#[test]
fn values_and_secrets_reach_it_through_no_argument_and_no_file() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let mut spec = bench.spec(
        "echo $PLAIN ${#PASSWORD}; cat /proc/[0-9]*/cmdline 2>/dev/null | grep -c hunter2-hun[t]er2; \
         find \"$TMPDIR\" -type f -exec grep -l hunter2-hun[t]er2 {} + | wc -l; echo $PASSWORD",
    );
    spec.env = vec![("PLAIN".to_owned(), "it's plain".to_owned())];
    spec.secrets = vec!["PASSWORD".to_owned()];
    bench.lane.start(&spec, vec![("PASSWORD".to_owned(), "hunter2-hunter2".to_owned())]).unwrap();
    let end = bench.wait_end(spec.run);
    let output = bench.output(spec.run);
    assert!(output.starts_with("it's plain 15\n0\n0\n") && !output.contains("hunter2"), "{output} {end:?}");
    for entry in ["lanes/1/lane.json", "runs/0001/command.json"] {
        let text = std::fs::read_to_string(bench.folder.path().join(entry)).unwrap();
        assert!(!text.contains("hunter2-hunter2"), "{entry}: {text}");
    }
}

#[test]
fn an_unknown_host_key_is_asked_about_and_never_taken_silently() {
    let server = Sshd::unknown();
    server.configure("StrictHostKeyChecking accept-new");
    let mut refusing = bench(&server);
    let spec = refusing.spec("echo there");
    refusing.start(&spec);
    refusing.wait_output(spec.run, "Are you sure you want to continue connecting");
    refusing.lane.input(spec.run, b"no\r").unwrap();
    let end = refusing.wait_end(spec.run);
    let Exit::NotStarted(why) = end.exit else { panic!("{end:?}") };
    assert!(
        why.starts_with("could not reach db (ssh://root@127.0.0.1:") && why.contains("verification failed"),
        "{why}"
    );
    let mut agreeing = bench(&server);
    let spec = agreeing.spec("echo there");
    agreeing.start(&spec);
    agreeing.wait_output(spec.run, "Are you sure you want to continue connecting");
    agreeing.lane.input(spec.run, b"yes\r").unwrap();
    assert_eq!(agreeing.wait_end(spec.run).exit, Exit::Code(0));
    assert!(agreeing.output(spec.run).ends_with("there\n"), "{}", agreeing.output(spec.run));
    let mut alone = bench_of(&server, None, true);
    assert_eq!(alone.run("echo known by now").0.exit, Exit::Code(0));
}

#[test]
fn without_anybody_to_ask_an_unknown_key_is_refused_and_so_is_a_changed_one_always() {
    let server = Sshd::unknown();
    let end = bench_of(&server, None, true).run("true").0;
    assert!(matches!(&end.exit, Exit::NotStarted(why) if why.contains("Host key verification failed")), "{end:?}");
    server.make_changed();
    let mut changed = bench(&server);
    let (end, output) = changed.run("true");
    assert!(matches!(&end.exit, Exit::NotStarted(_)), "{end:?}");
    assert!(output.contains("IDENTIFICATION HAS CHANGED"), "{output}");
}

#[test]
fn a_passphrase_is_asked_for_once_for_all_lanes_of_a_session_and_shown_to_nobody() {
    let server = Sshd::through(&[], "127.0.0.1", "a-long-passphrase");
    server.make_known();
    let mut bench = bench(&server);
    let spec = bench.spec("echo in");
    bench.start(&spec);
    bench.wait(|notice| matches!(notice, Notice::Prompt { hidden: true, .. }).then_some(()));
    bench.lane.input(spec.run, b"a-long-passphrase\r").unwrap();
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    let output = bench.output(spec.run);
    // What the connection said is the run's, and marked as not the command's.
    assert!(output.starts_with("\x1b]7748;calling\x07") && output.contains("Enter passphrase"), "{output}");
    assert!(output.ends_with("\n\x1b]7748;called\x07in\n") && !output.contains("a-long"), "{output}");
    let far = Far { host: "db".to_owned(), target: server.target(), unattended: true };
    let other = LaneSetup {
        environment: Some(server.environment()),
        far: Some(far),
        ..crate::lane::setup(bench.folder.path(), None)
    };
    let (sender, notices) = std::sync::mpsc::channel();
    let lane = stanch::runner::Lane::open(&bench.folder.path().join("lanes/2"), &other, move |notice| {
        drop(sender.send(notice));
    });
    let lane = lane.unwrap();
    let spec = bench.spec("echo again");
    lane.start(&spec, Vec::new()).unwrap();
    crate::lane::wait(&notices, |notice| {
        matches!(notice, Notice::Ended { end, .. } if end.exit == Exit::Code(0)).then_some(())
    });
    assert_eq!(server.logins(), 1, "{}", server.log());
    lane.close().unwrap();
}

#[test]
fn a_connection_that_breaks_says_so_and_the_next_run_makes_it_anew() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    bench.run_kept("export A=1; cd /usr");
    let spec = bench.spec("echo up; while :; do sleep 1; done");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    server.cut();
    let what = bench.wait(|notice| match notice {
        Notice::Lost { run, what } if *run == spec.run => Some(what.clone()),
        Notice::Ended { end, .. } => panic!("nobody can know how it ended: {end:?}"),
        _ => None,
    });
    assert!(what.starts_with("the connection to db (ssh://root@127.0.0.1:") && what.contains("was lost: "), "{what}");
    assert!(!bench.path(spec.run, "exit.json").exists());
    let spec = bench.spec("echo \"${A-gone}\"; pwd");
    bench.start(&spec);
    bench.wait(|notice| match notice {
        Notice::Trouble { what } => {
            assert!(what.contains("is a new one: it is not in /usr any more, A no longer set"), "{what}");
            Some(())
        }
        _ => None,
    });
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    assert_eq!(bench.output(spec.run), "gone\n/root\n");
}

#[test]
fn a_host_that_is_not_there_is_told_with_what_ssh_said() {
    let mut server = Sshd::start();
    let mut bench = bench(&server);
    server.stop();
    let end = bench.run("true").0;
    let Exit::NotStarted(why) = end.exit else { panic!("{end:?}") };
    assert!(why.contains("could not reach db (ssh://") && why.contains("Connection refused"), "{why}");
}

#[test]
fn nothing_is_left_on_either_side_when_the_session_is_closed() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    assert_eq!(bench.run("true").0.exit, Exit::Code(0));
    let far = server.far();
    let holds = || std::fs::read_dir(&far).unwrap().count();
    assert_eq!(holds(), 1);
    bench.lane.close().unwrap();
    until("the far folder is gone", || holds() == 0);
    until("nobody is connected", || server.sessions().is_empty());
}

#[test]
fn a_run_number_of_the_lane_is_used_once() {
    let server = Sshd::start();
    let mut bench = bench(&server);
    let spec = bench.spec("echo once");
    bench.run_spec(&spec);
    assert!(matches!(&bench.run_spec(&spec).exit, Exit::NotStarted(why) if why.contains("has a record already")));
    assert_eq!(bench.output(RunNo(1)), "once\n");
}
