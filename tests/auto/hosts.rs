//! Steps on hosts, alone: each of them this machine, by another name and in a lane of its own; and real ones, by OpenSSH on loopback.

use crate::stage::{Said, Stage};
use crate::support::Sshd;

const BOOK: &str = r#"
stanch: 1
title: The shop answers 500
hosts:
  web1: ssh://root@web1.invalid
  web2: ssh://root@web2.invalid
  web: [web1, web2]
  app: { from: 'cat machines' }
diagnose:
  steps:
    - { id: look, title: Is it there?, on: web, run: 'MINE=${MINE:-0}1; export MINE; echo "mine is $MINE"', expect: { match: 'mine is 01$' } }
fix:
  steps:
    - { id: restart, title: Restart, on: web, rolling: 1, run: 'echo x >>restarted; test ! -e broken' }
    - { id: all, title: Tell all, on: app, run: 'echo told >>told' }
"#;

const HERE: [&str; 4] = ["--host", "web1=local", "--host", "web2=local"];

fn lines(stage: &Stage, file: &str) -> usize {
    lines_of(&stage.path(file))
}

fn lines_of(path: &std::path::Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

#[test]
fn a_step_runs_on_each_of_its_hosts_and_the_record_names_them() {
    let stage = Stage::with(BOOK);
    stage.write("machines", "app1 local\napp2 local\n");
    let said = stage.walk(&[&HERE[..], &["--yes"]].concat());
    said.expect_code(0)
        .expect_line("web1 is local (by --host)")
        .expect_line("look: on 2 hosts: web1 (local), web2 (local)")
        .expect_line("diagnose look on web1: as expected")
        .expect_line("diagnose look on web2: as expected")
        .expect_line("fix restart on web2: runs on web2 (local): echo x")
        .expect_line("app is app1 (local), app2 (local) (by run")
        .expect_line("fix all on app2: as expected");
    assert_eq!((lines(&stage, "restarted"), lines(&stage, "told")), (2, 2));
    let id = stage.session().id().to_owned();
    let exported = stage.stanch(&["export", &id]).expect_code(0).out.clone();
    let rows = exported.lines().filter(|line| line.contains("ran *Restart*")).collect::<Vec<_>>();
    assert_eq!(rows.len(), 1, "one row for all hosts: {rows:#?}\n{exported}");
    assert!(
        rows[0].contains("on 2 hosts (`web1`, `web2`)") && rows[0].contains("as expected on every host"),
        "{rows:?}"
    );
    let shown = stage.stanch(&["show", &id]).expect_code(0).out.clone();
    assert!(shown.contains("*Restart* on `web1`"), "{shown}");
}

#[test]
fn what_failed_on_one_host_is_told_with_those_where_it_was_not_started() {
    let book = BOOK.replace("test ! -e broken", "echo; ! rm broken");
    let stage = Stage::with(&book);
    stage.write("machines", "app1 local\n");
    stage.write("broken", "");
    let said = stage.walk(&[&HERE[..], &["--yes"]].concat());
    said.expect_code(1).expect_line("restart: web1: expected exit 0, got 1. not started on web2");
    assert_eq!(lines(&stage, "restarted"), 1);
    let exported = stage.stanch(&["export", stage.session().id()]).expect_code(0).out.clone();
    let row = exported.lines().find(|line| line.contains("ran *Restart*")).unwrap_or_default();
    assert!(row.contains("`web1`: not as expected") && row.contains("not started on `web2`"), "{exported}");
}

#[test]
fn a_list_of_machines_that_is_none_ends_the_walk_and_names_the_line() {
    let stage = Stage::with(BOOK);
    stage.write("machines", "app1 local\nerror: not logged in\n");
    let said = stage.walk(&[&HERE[..], &["--yes"]].concat());
    said.expect_code(1).expect_line("Which machines app is, its command does not tell: line 2, `error: not logged in`");
    assert_eq!(lines(&stage, "told"), 0);
}

#[test]
fn a_host_that_the_runbook_does_not_have_is_refused_before_anything_begins() {
    let stage = Stage::with(BOOK);
    stage.walk(&["--host", "db=local"]).expect_code(2).expect_err("has no such host").expect_err("web1, web2");
    stage.walk(&["--host", "web1=-oProxyCommand=x"]).expect_code(2).expect_err("is no target");
    assert!(stage.sessions().is_empty());
}

/// Two machines, and what a client of both needs.
fn two() -> (Sshd, Sshd) {
    let (one, other) = (Sshd::start(), Sshd::start());
    one.configure(&format!("IdentityFile {}", other.key().display()));
    let known = |server: &Sshd| std::fs::read_to_string(server.root().join("known")).unwrap();
    std::fs::write(one.root().join("known"), known(&one) + &known(&other)).unwrap();
    (one, other)
}

/// Runs the program where `ssh` knows the machines of this client.
fn with_ssh(stage: &Stage, client: &Sshd, arguments: &[&str]) -> Said {
    let mut command = stage.command(arguments);
    command.envs(client.environment().into_iter().filter(|(name, _)| name == "PATH"));
    stage.end(command.spawn().unwrap())
}

/// A step on two hosts with this command.
fn far(run: &str) -> String {
    format!(
        "
stanch: 1
title: The shop answers 500
hosts: {{ web1: web1.invalid, web2: web2.invalid, web: [web1, web2] }}
fix:
  steps:
    - {{ id: restart, title: Restart, on: web, run: '{run}' }}
"
    )
}

const GUARD: &str = "require: [{ run: 'cat \"$TMPDIR/role\"', match: '^primary$', says: It is no primary }]\n";

#[test]
fn a_step_on_two_machines_runs_on_each_and_a_guard_that_does_not_hold_on_one_keeps_it_from_both() {
    let (one, other) = two();
    let stage = Stage::with(&(far("echo \"$SSH_CONNECTION\" >>\"$TMPDIR/ran\"") + GUARD));
    let hosts = [format!("web1={}", one.target()), format!("web2={}", other.target())];
    let walk = ["run", "book", "--auto", "--yes", "--host", &hosts[0], "--host", &hosts[1]];
    let ran = |server: &Sshd| lines_of(&server.far().join("ran"));
    std::fs::write(one.far().join("role"), "primary\n").unwrap();
    std::fs::write(other.far().join("role"), "replica\n").unwrap();
    let said = with_ssh(&stage, &one, &walk);
    said.expect_code(1).expect_line(&format!(
        "A guard does not hold on web2 ({}): It is no primary (expected ^primary$, saw replica)",
        other.target()
    ));
    assert_eq!((ran(&one), ran(&other)), (0, 0), "nothing at all was started: {:#?}", said.lines);
    std::fs::write(other.far().join("role"), "primary\n").unwrap();
    let said = with_ssh(&stage, &one, &walk);
    said.expect_code(0)
        .expect_line(&format!("fix restart on web1: runs on web1 ({})", one.target()))
        .expect_line("fix restart on web2: as expected");
    assert_eq!((ran(&one), ran(&other)), (1, 1), "{:#?}", said.lines);
}

#[test]
fn a_drill_reaches_the_machine_that_its_set_up_gave_and_no_other() {
    let server = Sshd::start();
    let stage = Stage::new();
    let book =
        far("echo \"from ${SSH_CONNECTION:-here}\"") + "verify: { steps: [{ id: up, title: Up, run: 'true' }] }\n";
    stage.write("runbooks/far/runbook.yaml", &book);
    stage.write("runbooks/far/drill/drill.yaml", "paths: [fix]\nhosts: { web2: 'ssh://root@127.0.0.1:$PORT' }\n");
    stage.write("runbooks/far/drill/break", &format!("echo PORT={} >\"$DRILL/vars.env\"\n", server.port()));
    stage.write("runbooks/far/drill/clean", "rm -f \"$DRILL/vars.env\"\n");
    with_ssh(&stage, &server, &["check", "runbooks/far"]).expect_code(0);
    let said = with_ssh(&stage, &server, &["drill", "far", "--auto"]);
    said.expect_code(0)
        .expect_line("fix restart on web1: runs on web1 (local)")
        .expect_line(&format!("fix restart on web2: runs on web2 ({})", server.target()));
    assert_eq!(server.logins(), 1, "{}", server.log());
}
