//! Environment and directory from run to run, and secrets.

use stanch::runbook::Mode;
use stanch::runner::{Notice, client::Lost};
use stanch::session::run::{Exit, RunNo};

use crate::lane::{Bench, open, until};

#[test]
fn what_a_passed_run_exports_and_where_it_ends_carries_over() {
    let mut bench = Bench::new();
    bench.run_kept("export RELEASE='3.5.1 with \"quotes\" and\na second line'; cd /usr/share");
    let (_, output) = bench.run("pwd; printf '%s\\n' \"$RELEASE\"");
    assert_eq!(output, "/usr/share\n3.5.1 with \"quotes\" and\na second line\n");
    bench.run_kept("unset RELEASE; cd ../lib");
    assert_eq!(bench.run("pwd; echo ${RELEASE-unset}").1, "/usr/lib\nunset\n");
}

#[test]
fn what_a_failed_run_did_to_its_shell_does_not_carry_over() {
    let mut bench = Bench::new();
    bench.run_kept("export A=1; cd /usr");
    let (end, _) = bench.run("export A=2; cd /etc; false");
    assert_eq!(end.exit, Exit::Code(1));
    assert_eq!(bench.run("echo $A; pwd").1, "1\n/usr\n");
}

#[test]
fn a_retry_starts_where_its_run_started() {
    let mut bench = Bench::new();
    bench.run_kept("export COUNT=1");
    let first = bench.spec("COUNT=$((COUNT + 1)); export COUNT; cd /usr; echo $COUNT");
    bench.run_spec(&first);
    bench.lane.keep(first.run).unwrap();
    let mut retry = bench.spec(&first.command);
    retry.as_before = Some(first.run);
    bench.run_spec(&retry);
    assert_eq!(bench.output(retry.run), "2\n");
    // That one was not kept: the lane is where the first left it.
    assert_eq!(bench.run("echo $COUNT; pwd").1, "2\n/usr\n");
}

#[test]
fn a_run_whose_shell_does_not_tell_its_end_carries_nothing_over() {
    let mut bench = Bench::new();
    for command in ["export A=1; exec true", "trap - 0; export A=1", "export A=1; kill -9 $$"] {
        let (end, output) = bench.run_kept(command);
        assert!(!end.carried, "{command}");
        assert_eq!(output, "", "{command}");
    }
    assert_eq!(bench.run("echo ${A-unset}").1, "unset\n");
}

#[test]
fn the_steps_own_environment_and_pagers_are_only_lent() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("echo $STEP $PAGER; export ALSO=1");
    spec.env = vec![("STEP".to_owned(), "x".to_owned())];
    bench.run_spec(&spec);
    bench.lane.keep(spec.run).unwrap();
    assert_eq!(bench.output(spec.run), "x cat\n");
    assert_eq!(bench.run("echo ${STEP-unset} $ALSO").1, "unset 1\n");
}

#[test]
fn tracing_and_redirected_output_show_nothing_of_the_report() {
    let mut bench = Bench::new();
    let (end, output) = bench.run_kept("exec >/dev/null; set -x; export A=1");
    assert!(end.carried);
    assert_eq!(output, "+ export A=1\n");
    assert_eq!(bench.run("echo $A").1, "1\n");
}

#[test]
fn a_large_environment_carries_over_in_every_mode() {
    let mut bench = Bench::new();
    for mode in [Mode::Pty, Mode::Pipe, Mode::Interactive] {
        let mut spec = bench.spec("LARGE=$(head -c 60000 /dev/zero | tr '\\0' x); export LARGE");
        spec.mode = mode;
        let end = bench.run_spec(&spec);
        assert!(end.carried, "{mode:?}");
        bench.lane.keep(spec.run).unwrap();
        assert_eq!(bench.run("echo ${#LARGE}; unset LARGE").1, "60000\n", "{mode:?}");
    }
}

#[test]
fn a_captured_value_that_looks_like_code_is_only_a_value() {
    let value = "\"; rm -rf ~ # $(touch /tmp/stanch-was-here) `true` '";
    for user in [None, Some("nobody")] {
        let mut bench = Bench::of(user);
        let mut spec = bench.spec("printf '%s' \"$VALUE\"");
        spec.env = vec![("VALUE".to_owned(), value.to_owned())];
        bench.run_spec(&spec);
        assert_eq!(bench.output(spec.run), value);
    }
}

#[test]
fn a_follow_run_contributes_nothing() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("export A=1; cd /usr");
    spec.mode = Mode::Follow;
    assert!(!bench.run_spec(&spec).carried);
    bench.lane.keep(spec.run).unwrap();
    assert_eq!(bench.run("echo ${A-unset}; pwd").1, "unset\n/\n");
}

#[test]
fn no_secret_is_in_any_file_of_the_session() {
    let secret = "hunter2-hunter2";
    for user in [None, Some("nobody")] {
        let mut bench = Bench::of(user);
        let mut spec = bench.spec(
            "echo \"$PASSWORD\"; export COPY=\"x$PASSWORD\"; printf 'hun'; printf 'ter2-hunter2\\n'; env | grep -c PASSWORD=",
        );
        spec.secrets = vec!["PASSWORD".to_owned()];
        spec.env = vec![("URL".to_owned(), format!("http://me:{secret}@host"))];
        bench.lane.start(&spec, vec![("PASSWORD".to_owned(), secret.to_owned())]).unwrap();
        let end = bench.wait_end(spec.run);
        bench.lane.keep(spec.run).unwrap();
        assert!(end.carried);
        assert!(end.redacted >= 2, "{end:?}");
        assert_eq!(bench.output(spec.run), "[secret PASSWORD]\n[secret PASSWORD]\n1\n");
        // A later run, to which it was not given, is redacted too.
        let (_, output) = bench.run("echo $COPY ${PASSWORD-unset}");
        assert_eq!(output, "x[secret PASSWORD] unset\n");
        let found = std::process::Command::new("grep").args(["-rl", secret]).arg(bench.folder.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    }
}

#[test]
fn a_secret_that_cannot_be_protected_starts_nothing() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("echo $PIN");
    spec.secrets = vec!["PIN".to_owned()];
    bench.lane.start(&spec, vec![("PIN".to_owned(), "123".to_owned())]).unwrap();
    let end = bench.wait_end(spec.run);
    assert!(matches!(&end.exit, Exit::NotStarted(why) if why.contains("could not protect PIN")), "{end:?}");
    assert!(!bench.path(spec.run, "output").exists());
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn a_secret_output_is_handed_back_and_never_written() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("echo found it >&2; echo s3cr3t-value");
    spec.secret_output = true;
    bench.start(&spec);
    let (end, output) = bench.wait(|notice| match notice {
        Notice::Ended { end, secret_output, .. } => Some((end.clone(), secret_output.clone())),
        _ => None,
    });
    assert_eq!(output.as_deref(), Some("s3cr3t-value\n"));
    assert_eq!((end.exit, end.dropped, end.carried), (Exit::Code(0), 13, true));
    assert_eq!(bench.output(spec.run), "found it\n");
    let mut spec = bench.spec("head -c 65537 /dev/zero");
    spec.secret_output = true;
    bench.start(&spec);
    let output = bench.wait(|notice| match notice {
        Notice::Ended { secret_output, .. } => Some(secret_output.clone()),
        _ => None,
    });
    assert_eq!(output, None, "half a secret is none");
}

#[test]
fn a_later_supervisor_can_say_what_was_lost() {
    let mut bench = Bench::new();
    bench.run_kept("export TOKEN_OF_THE_DAY=very-private; cd /usr");
    until("state.json", || bench.folder.path().join("lanes/1/state.json").exists());
    let pid = rustix::process::Pid::from_raw(bench.lane.pid()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    bench.wait(|notice| matches!(notice, Notice::Gone).then_some(()));
    let (lane, notices) = open(bench.folder.path(), None);
    assert!(lane.is_fresh());
    (bench.lane, bench.notices) = (lane, notices);
    let lost = Lost::read(&bench.folder.path().join("lanes/1")).unwrap().unwrap();
    assert_eq!((lost.run, lost.directory.as_str()), (RunNo(1), "/usr"));
    assert!(lost.names.contains(&"TOKEN_OF_THE_DAY".to_owned()), "{lost:?}");
    let written = std::fs::read_to_string(bench.folder.path().join("lanes/1/state.json")).unwrap();
    assert!(!written.contains("very-private"));
    assert_eq!(bench.run("echo ${TOKEN_OF_THE_DAY-unset}; pwd").1, "unset\n/\n");
}
