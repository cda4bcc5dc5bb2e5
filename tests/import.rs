//! `stanch import` on Markdown as people write it: each source of `tests/import/` holds traps of real ones.

#![expect(clippy::unwrap_used, reason = "a test's helper may fail as its test may")]

#[cfg(test)]
#[path = "import/lost.rs"]
mod lost;

use std::path::{Path, PathBuf};
use std::process::Command;

use stanch::runbook::import::{Imported, Note, import};
use stanch::runbook::{Action, Effect, Lead, Mode, PhaseName, Runbook, Step, parse};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

fn imported(name: &str) -> (Imported, Runbook) {
    let text = std::fs::read_to_string(sources().join(name)).unwrap();
    let done = import(name, &text);
    let parsed = parse("x", &done.yaml);
    assert_eq!(parsed.errors(), 0, "{:#?}\n{}", parsed.problems, done.yaml);
    let runbook = parsed.runbook.unwrap();
    (done, runbook)
}

fn titles(runbook: &Runbook, phase: PhaseName) -> Vec<&str> {
    runbook.phase(phase).steps.iter().map(|step| step.title.as_str()).collect()
}

fn run(step: &Step) -> &str {
    step.command().map_or("", |command| command.run.as_str())
}

fn said(step: &Step) -> &str {
    step.text.as_deref().unwrap_or_default()
}

fn runs(runbook: &Runbook, phase: PhaseName) -> Vec<&str> {
    runbook.phase(phase).steps.iter().map(run).collect()
}

#[test]
fn an_alert_s_runbook_keeps_its_order_and_its_context() {
    let (done, runbook) = imported("alert.md");
    assert_eq!(
        (runbook.title.as_str(), runbook.alerts.as_slice()),
        ("QueueDepthGrowing", &["QueueDepthGrowing".to_owned()][..])
    );
    let summary = runbook.summary.clone().unwrap_or_default();
    assert!(summary.contains("**Meaning**\n\nThe queue `orders`") && !summary.contains("internal"), "{summary}");
    let [opens, inside, query] = runbook.diagnose.steps.as_slice() else { panic!("{}", done.yaml) };
    assert_eq!(opens.command().map(|command| command.mode), Some(Mode::Interactive));
    assert!(
        run(opens).starts_with("export NS=\"messaging\"\nkubectl exec -it")
            || run(opens).starts_with("NS=\"messaging\"\n"),
        "{}",
        run(opens)
    );
    // Inside of what was opened, nothing runs here.
    assert!(matches!(inside.action, Action::Manual { .. }) && said(inside).contains("rabbitmqctl list_consumers"));
    assert!(matches!(query.action, Action::Manual { .. }) && said(query).contains("rate(queue_depth"));
    assert_eq!(
        runs(&runbook, PhaseName::Fix),
        [
            "kubectl -n \"$MY_NAMESPACE\" get deploy readers -o wide",
            "kubectl -n \"$MY_NAMESPACE\" scale deploy readers --replicas=\"$COUNT\""
        ]
    );
    assert!(said(&runbook.fix.steps[0]).contains("UP-TO-DATE"));
    assert_eq!(runbook.vars.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["MY_NAMESPACE", "COUNT"]);
    assert_eq!(runbook.links[0].url, "https://queue.example/growth");
    assert!(runbook.revert.steps.is_empty() && done.yaml.contains("# revert: the source says no way back"));
    let notes: Vec<String> = done.notes.iter().map(Note::told).collect();
    assert!(notes.iter().any(|note| note.contains("no way back")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("\"Purge\" is still to be written")), "{notes:?}");
}

#[test]
fn items_are_steps_with_the_code_in_and_below_them() {
    let (_, runbook) = imported("ordered.md");
    assert_eq!(
        titles(&runbook, PhaseName::Diagnose),
        [
            "Look at the labels",
            "Set the NAMESPACE variable",
            "Look at the logs of both containers",
            "Look at the node",
            "Follow what comes in"
        ]
    );
    let commands = runs(&runbook, PhaseName::Diagnose);
    assert_eq!(commands[0], "");
    let expected = "export NAMESPACE=\"$(kubectl get gateway -A \\\n    -o custom-columns=\"\":.metadata.namespace)\"";
    assert_eq!(commands[1], expected);
    assert_eq!(commands[2].lines().count(), 2);
    assert_eq!(commands[3], "kubectl get nodes");
    assert_eq!(runbook.diagnose.steps[4].command().map(|command| command.mode), Some(Mode::Follow));
    assert!(runbook.vars.is_empty(), "NAMESPACE is set by a step");
    assert_eq!(runbook.fix.steps.len(), 1);
}

#[test]
fn what_was_pasted_from_a_terminal_loses_prompts_and_output() {
    let (_, runbook) = imported("pasted.md");
    assert_eq!(runs(&runbook, PhaseName::Fix), ["sudo ./snapshots/take\nsudo certbot renew"]);
    assert!(said(&runbook.fix.steps[0]).contains("DONE"));
}

#[test]
fn a_list_without_code_becomes_steps_done_by_hand() {
    let (_, runbook) = imported("planned.md");
    assert_eq!(runs(&runbook, PhaseName::Fix), ["", "", "sudo /usr/local/sbin/take-snapshot", "", ""]);
    assert!(said(&runbook.fix.steps[1]).contains("\n* how long it takes"), "{}", said(&runbook.fix.steps[1]));
    assert_eq!(runbook.summary.as_deref().map(str::trim), Some("What to do before the service is taken down."));
}

#[test]
fn sql_is_typed_by_hand_with_its_placeholder_asked_for() {
    let (done, runbook) = imported("sql.md");
    assert!(runbook.steps().all(|(_, step)| step.command().is_none()));
    assert_eq!((runbook.diagnose.steps.len(), runbook.fix.steps.len()), (2, 1), "{}", done.yaml);
    let cancel = &runbook.fix.steps[0];
    assert!(said(cancel).contains("pg_cancel_backend(${PID})"));
    assert_eq!((cancel.effect, runbook.vars[0].0.as_str()), (Effect::Destroy, "PID"));
    // The table is what the query prints.
    assert!(said(&runbook.diagnose.steps[1]).contains("| {4710}"));
}

#[test]
fn comments_are_titles_and_looks_after_a_change_prove_it() {
    let (_, runbook) = imported("neustart.md");
    assert_eq!(titles(&runbook, PhaseName::Diagnose), ["Cache: Status prüfen"]);
    assert_eq!(
        titles(&runbook, PhaseName::Fix),
        [
            "VOLLSTÄNDIGER NEUSTART: Notfall-Backup erstellen",
            "VOLLSTÄNDIGER NEUSTART: Dienste stoppen",
            "VOLLSTÄNDIGER NEUSTART: Aufräumen (optional)",
            "VOLLSTÄNDIGER NEUSTART: Dienste starten",
            "Cache: Neustart"
        ]
    );
    assert_eq!(
        titles(&runbook, PhaseName::Verify),
        ["VOLLSTÄNDIGER NEUSTART: Status prüfen", "Cache: Prüfung nach Neustart"]
    );
    let backup = &runbook.fix.steps[0];
    assert!(run(backup).starts_with("BACKUP_DIR=\"/srv/backup-$(date +%Y%m%d)\"\n"));
    assert!(backup.command().is_some_and(|command| command.strict));
    assert_eq!(runbook.fix.steps[2].effect, Effect::Destroy);
    assert_eq!(runbook.fix.steps[3].verify, [runbook.verify.steps[0].id.clone()]);
    assert_eq!(said(&runbook.diagnose.steps[0]), "ACHTUNG: Benutzer warten!");
    assert!(runbook.var("REDIS_PASSWORD").is_some_and(|variable| variable.secret));
    assert!(runbook.summary.unwrap_or_default().contains("Rufbereitschaft"));
}

#[test]
fn dialects_other_shells_and_templates_are_seen_through() {
    let (done, runbook) = imported("traps.md");
    assert_eq!(runbook.symptoms, ["The page answers 502", "Logins fail"]);
    let steps = &runbook.diagnose.steps;
    let find = |text: &str| {
        let found = steps.iter().find(|step| run(step).contains(text));
        found.unwrap_or_else(|| panic!("no step runs {text}\n{}", done.yaml))
    };
    assert!(said(find("systemctl status site")).contains("Do not restart twice."), "{}", done.yaml);
    assert_eq!(find("journalctl -u site -f").command().unwrap().mode, Mode::Follow);
    assert_eq!(run(find("systemctl cat site")), "systemctl cat site\nss -ltn");
    assert_eq!(find("bin/check").command().unwrap().user.as_deref(), Some("site"));
    assert_eq!(find("uptime").command().unwrap().user, None);
    assert!(steps.iter().any(|step| said(step).contains("sum by (code)") && step.command().is_none()));
    let fix = &runbook.fix.steps;
    assert!(
        fix.iter().any(|step| run(step) == "ssh \"$OTHER_HOST\"" && said(step).contains("systemctl start site")),
        "{}",
        done.yaml
    );
    assert!(fix.iter().any(|step| run(step).contains("host = ${HOST_NAME}\nEOF")), "{}", done.yaml);
    let Action::Ask { options, .. } = &fix[0].action else { panic!("no decision\n{}", done.yaml) };
    let leads: Vec<_> = options.iter().map(|option| (option.say.as_str(), option.go.clone())).collect();
    let (restart, ssh) = (Lead::Step(fix[1].id.clone()), Lead::Step(fix[2].id.clone()));
    assert_eq!(leads, [("Option A: Restart", Some(restart)), ("Option B: Move to the other host", Some(ssh))]);
    let behind = fix.iter().find(|step| run(step).starts_with("cat >")).unwrap();
    let table =
        fix.iter().find(|step| step.title == "Which of these is the case?").unwrap_or_else(|| panic!("{}", done.yaml));
    assert_eq!(fix[1].on_pass, Some(Lead::Step(table.id.clone())), "a way leads past the others");
    let Action::Ask { options, .. } = &table.action else { panic!("{}", done.yaml) };
    let clean = fix.iter().find(|step| run(step).starts_with("rm -rf")).unwrap();
    assert_eq!((options[0].go.clone(), clean.effect), (Some(Lead::Step(clean.id.clone())), Effect::Destroy));
    assert_eq!(options[1].go, Some(Lead::Step(behind.id.clone())), "an answer without a step leads past the others'");
    assert_eq!(runs(&runbook, PhaseName::Revert), ["ln -sfn /srv/releases/\"$YOUR_RELEASE\" /srv/site/current"]);
    assert_eq!(runs(&runbook, PhaseName::Verify), ["curl -fsS https://site.example/health"]);
    assert!(runbook.var("SITE_NAME").is_some() && runbook.var("i").is_none());
}

#[test]
fn what_was_pasted_from_other_machines_is_told_apart() {
    let (done, runbook) = imported("rough.md");
    assert_eq!(runbook.title, "rough", "no heading further down is the title of it all");
    assert!(runbook.summary.clone().unwrap_or_default().contains("the old leader comes back"));
    let [node, psql, locks] = runbook.diagnose.steps.as_slice() else { panic!("{}", done.yaml) };
    assert_eq!(run(node), "NODE=\"$VALUE_OF_THE_NODE_LABEL\"\noc debug \"node/$NODE\"");
    assert!(said(node).contains("typed there:\n\n```\nsysctl -a | grep 'fs.file-'\nlsof -n\n```"), "{}", said(node));
    assert_eq!(psql.command().map(|command| command.mode), Some(Mode::Interactive));
    assert!(said(psql).contains("select *\nfrom pg_stat_activity\nwhere state != 'idle'\n;\n```"), "{}", said(psql));
    assert_eq!(run(locks), "housectl locks --all");
    assert!(said(locks).contains("no locks"), "{}", done.yaml);
    let notes: Vec<String> = done.notes.iter().map(Note::told).collect();
    assert!(notes.iter().any(|note| note.contains("as nova@db1.example")), "{notes:?}");
    let titles = titles(&runbook, PhaseName::Fix);
    assert_eq!(titles[0], "Before mending the store, stop the shop and take a dump");
    assert_eq!(run(&runbook.fix.steps[1]), "housectl mend /srv/store");
    assert!(said(&runbook.fix.steps[1]).contains("14 records mended"));
    assert_eq!(runs(&runbook, PhaseName::Revert), ["kubectl rollout undo deployment/\"$NAME\""]);
    assert_eq!(run(&runbook.fix.steps[2]), "kubectl rollout restart deployment/shop");
}

#[test]
fn a_command_in_a_sentence_below_what_was_opened_is_not_lost() {
    let text = "## Fix\n\n```sh\nssh db1\n```\n\nThen restart it: `systemctl restart pg`\n\n- If it is the old one: `kubectl rollout undo deploy/a`\n- If not: wait\n";
    let done = import("x.md", text);
    assert_eq!(lost::lines(text, &done), Vec::<String>::new(), "{}", done.yaml);
    let runbook = parse("x", &done.yaml).runbook.unwrap();
    assert_eq!(runs(&runbook, PhaseName::Fix), ["ssh db1", "", "", ""], "{}", done.yaml);
}

#[test]
fn no_command_of_a_source_is_lost() {
    let mut seen = 0;
    for entry in std::fs::read_dir(sources()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).unwrap();
            let done = import("x.md", &text);
            assert_eq!(lost::lines(&text, &done), Vec::<String>::new(), "{}\n{}", path.display(), done.yaml);
            seen += lost::commands(&text).len();
        }
    }
    assert!(seen > 60, "only {seen} lines of code were looked for");
}

/// Runbooks of others, which are no part of this project:
/// `STANCH_IMPORT_CORPUS=FOLDER cargo test --test import -- --ignored --nocapture`.
#[test]
#[ignore = "wants a folder of runbooks"]
fn no_command_of_a_corpus_is_lost() {
    let folder = std::env::var_os("STANCH_IMPORT_CORPUS").expect("STANCH_IMPORT_CORPUS names a folder of Markdown");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md" || extension == "erb"));
    paths.sort();
    let mut wrong = Vec::new();
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let done = import(&name, &text);
        let parsed = parse("x", &done.yaml);
        let gone = lost::lines(&text, &done);
        let steps = parsed.runbook.as_ref().map_or(0, |runbook| runbook.steps().count());
        let (code, warnings) = (lost::commands(&text).len(), parsed.problems.len() - parsed.errors());
        let (found, notes) = (code - gone.len(), done.notes.len());
        println!("{name}: {found} of {code} lines of code, {steps} steps, {warnings} warnings, {notes} notes");
        for problem in parsed.problems.iter().filter(|problem| problem.is_error()) {
            wrong.push(format!("{name}: {}:{} {}", problem.place.line, problem.place.column, problem.message));
        }
        wrong.extend(gone.into_iter().map(|line| format!("{name}: lost: {line}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn stanch(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_stanch")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_yaml_is_printed_or_written_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(sources().join("pasted.md"), folder.path().join("renew.md")).unwrap();
    let (code, out, err) = stanch(folder.path(), &["import", "renew.md"]);
    assert_eq!(code, 0, "{err}");
    let told = "imported renew.md: 1 step (0 diagnose, 0 revert, 1 fix, 0 verify), 0 variables\n";
    assert!(out.starts_with("stanch: 1\n") && err.ends_with(told), "{out}{err}");
    let into = ["import", "renew.md", "-o", "renew.yaml"];
    assert_eq!(stanch(folder.path(), &into).0, 0);
    let written = || std::fs::read_to_string(folder.path().join("renew.yaml")).unwrap();
    assert_eq!(written(), out);
    assert_eq!(stanch(folder.path(), &["check", "renew.yaml"]).0, 0);
    std::fs::write(folder.path().join("renew.yaml"), "mine").unwrap();
    assert_eq!(stanch(folder.path(), &into).0, 3);
    assert_eq!(written(), "mine");
    assert_eq!(stanch(folder.path(), &["import", "renew.md", "-o", "renew.yaml", "--force"]).0, 0);
    assert_eq!(written(), out);
}

#[test]
fn markdown_is_worked_with_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# Site down\n\n## Diagnosis\n\nWhat is there?\n\n```sh\n$ GREETING=hello\n```\n\nIs it heard?\n\n```sh\n$ echo \"$GREETING from the source\"\n```\n";
    std::fs::write(folder.path().join("site.md"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
    command
        .args(["run", "site.md", "--auto"])
        .current_dir(folder.path())
        .env("STANCH_DATA_DIR", folder.path().join("data"));
    let output = command.env("STANCH_CONFIG_DIR", folder.path().join("config")).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(err.contains("imported site.md for this session: 2 steps"), "{err}");
    let kept = std::fs::read_dir(folder.path().join("data/sessions")).unwrap().next().unwrap().unwrap().path();
    let runbook = std::fs::read_to_string(kept.join("runbook.yaml")).unwrap();
    assert!(runbook.contains("# Imported from site.md"), "{runbook}");
    assert_eq!(std::fs::read_to_string(kept.join("runs/0002/output")).unwrap().trim_end(), "hello from the source");
}

#[test]
fn what_cannot_be_imported_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("latin.md"), b"# caf\xe9\n").unwrap();
    for (file, why) in [("missing.md", "No such file"), (".", "it is no file"), ("latin.md", "it is not UTF-8")] {
        let (code, out, err) = stanch(folder.path(), &["import", file]);
        assert_eq!((code, out.as_str()), (3, ""));
        assert!(err.starts_with(&format!("error: could not import {file}: ")) && err.contains(why), "{err}");
    }
}
