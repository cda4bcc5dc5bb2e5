//! Steps on hosts, alone: each of them this machine, by another name and in a lane of its own.

use crate::stage::Stage;

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
    std::fs::read_to_string(stage.path(file)).map_or(0, |text| text.lines().count())
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
