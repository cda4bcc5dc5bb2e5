//! A session packed here and taken up elsewhere.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use stanch::session::event::Event;
use stanch::session::run::RunNo;
use stanch::store::journal;

use crate::stage::{Said, Stage, kill, release, supervisors};

const BOOK: &str = "{stanch: 1, title: Books, vars: { A: { default: x } }, diagnose: {steps: [\
    {id: look, title: Look, run: 'printf \"one\\ntwo %s\\n\" $A; export B=1; cd /'}, {id: empty, title: Empty, run: 'true'}, \
    {id: fails, title: Fails, run: 'seq 1 50000; false'}]}, \
    fix: {steps: [{id: mend, title: Mend, run: 'echo mended'}]}}";

/// The other machine's data folder.
fn elsewhere(stage: &Stage) -> PathBuf {
    stage.home.root().join("elsewhere")
}

/// Runs the program there.
fn there(stage: &Stage, arguments: &[&str]) -> Said {
    let mut command = stage.command(arguments);
    stage.end(command.env("STANCH_DATA_DIR", elsewhere(stage)).spawn().unwrap())
}

/// Text that was written on standard output.
fn text(stage: &Stage, arguments: &[&str], data: Option<PathBuf>) -> String {
    let mut command = stage.command(arguments);
    if let Some(data) = data {
        command.env("STANCH_DATA_DIR", data);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_packed_session_is_audited_exported_and_taken_up_elsewhere() {
    let stage = Stage::with(BOOK);
    stage.walk(&[]).expect_code(5);
    let id = stage.session().id().to_owned();
    let packed = text(&stage, &["pack", "last"], None);
    let head = journal::read(&stage.session().journal()).unwrap().head;
    assert!(packed.contains(&format!("packed {id}: ")) && packed.contains(&format!("head {head}")), "{packed}");
    let file = stage.path(&format!("{id}.tar.gz"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let name = file.file_name().unwrap().to_str().unwrap();
    stage.stanch(&["pack", "last"]).expect_code(1).expect_err("it is there already");

    there(&stage, &["unpack", name, "--head", "00000000"]).expect_code(3).expect_err("not with 00000000");
    let said = text(&stage, &["unpack", name, "--head", &head], Some(elsewhere(&stage)));
    assert!(said.contains(&format!("unpacked: {id}")) && said.contains("outputs  3 as recorded"), "{said}");
    let said = text(&stage, &["unpack", name], Some(elsewhere(&stage)));
    assert!(said.contains(&format!("already there: {id}")), "{said}");
    there(&stage, &["audit", &id, "--head", &head]).expect_code(0);
    let index = |data: PathBuf| fs::read(data.join("sessions").join(&id).join("runs/0003/index")).unwrap();
    assert_eq!(index(stage.home.data()), index(elsewhere(&stage)), "made anew, and the same");
    let [here, elsewhere_] = [None, Some(elsewhere(&stage))].map(|data| text(&stage, &["export", &id], data));
    assert_eq!(here, elsewhere_, "byte by byte");
    let said = there(&stage, &["resume", &id, "--auto", "--yes"]);
    said.expect_line("fix mend: as expected").expect_code(0);
    there(&stage, &["audit", &id, "--head", &head]).expect_code(0);
    let said = there(&stage, &["unpack", name]);
    said.expect_code(3).expect_err("it goes on where the pack ends").expect_err("hint: ");
    for lane in supervisors(&elsewhere(&stage)) {
        kill(lane, "KILL");
    }
}

#[test]
fn a_session_that_is_worked_is_packed_as_it_stands_and_its_run_is_interrupted_for_the_other() {
    let stage = Stage::with(
        "{stanch: 1, title: T, fix: {steps: [{id: change, title: Change, run: 'echo change >> ran; echo begun; cat go; echo done'}]}}",
    );
    let go = stage.fifo("go");
    let child = stage.command(&["run", "book", "--auto", "--yes"]).spawn().unwrap();
    stage.wait_output("0001", "begun");
    let packed = text(&stage, &["pack", "last", "-o", "going.tar.gz"], None);
    assert!(packed.contains("without an end: run 0001"), "{packed}");
    there(&stage, &["unpack", "going.tar.gz"]).expect_code(0);
    let said = there(&stage, &["resume", "--auto", "--yes"]);
    said.expect_code(5).expect_line("fix change: interrupted, outcome unknown").expect_line("only a person can say");
    let other = fs::read_dir(elsewhere(&stage).join("sessions")).unwrap().next().unwrap().unwrap().path();
    let events = journal::read(&other.join("journal.jsonl")).unwrap().entries.into_iter().map(|entry| entry.event);
    assert!(events.into_iter().any(|event| event == Event::RunInterrupted { run: RunNo(1) }));
    assert_eq!(fs::read_to_string(other.join("runs/0001/output")).unwrap(), "begun\n");
    for lane in supervisors(&elsewhere(&stage)) {
        kill(lane, "KILL");
    }
    // Here it goes on as if nothing had been.
    release(&go);
    stage.end(child).expect_code(0).expect_line("fix change: as expected");
    assert_eq!(stage.count("ran", "change"), 1, "nothing is run twice");
}

#[test]
fn a_pack_goes_through_a_pipe_and_the_same_session_makes_the_same_bytes() {
    let stage = Stage::with(BOOK);
    stage.walk(&[]).expect_code(5);
    let pack = || stage.command(&["pack", "last", "-o", "-"]).output().unwrap();
    let (first, second) = (pack(), pack());
    assert!(first.status.success() && !first.stdout.is_empty());
    assert_eq!(first.stdout, second.stdout);
    assert!(String::from_utf8_lossy(&first.stderr).contains("\nhead "), "the pack alone is on standard output");
    let mut command = stage.command(&["unpack", "-"]);
    let mut child = command.env("STANCH_DATA_DIR", elsewhere(&stage)).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &first.stdout).unwrap();
    stage.end(child).expect_code(0);
    there(&stage, &["audit", "last"]).expect_code(0);
}

#[test]
fn outputs_that_are_not_what_was_recorded_are_told_on_the_other_side() {
    let stage = Stage::with(BOOK);
    stage.walk(&[]).expect_code(5);
    fs::write(stage.session().run(RunNo(3)).join("output"), "nothing of the sort").unwrap();
    stage.stanch(&["pack", "last", "-o", "p"]).expect_code(0);
    let said = there(&stage, &["unpack", "p"]);
    said.expect_code(1).expect_line("2 as recorded, 1 NOT");
}

#[test]
fn a_disk_that_is_full_leaves_neither_half_a_pack_nor_half_a_session() {
    let stage = Stage::with(BOOK);
    stage.write("runbooks/book.yaml", &BOOK.replace("seq 1 50000", "head -c 400000 /dev/urandom | od -x"));
    stage.walk(&[]).expect_code(5);
    stage.stanch(&["pack", "last", "-o", "p"]).expect_code(0);
    // Files of at most 64 KiB: what is longer meets the end of the disk.
    let limited = |arguments: &str| {
        let script = format!("trap '' XFSZ; ulimit -f 128; exec \"$1\" {arguments}");
        let mut command = stage.home.command("sh");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_stanch")]).env("STANCH_DATA_DIR", elsewhere(&stage));
        command.output().unwrap()
    };
    let refused = limited("unpack p");
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("could not write "), "{refused:?}");
    assert_eq!(fs::read_dir(elsewhere(&stage).join("sessions")).unwrap().count(), 0);
    there(&stage, &["unpack", "p"]).expect_code(0);
    let before = fs::read_dir(stage.home.work()).unwrap().count();
    assert_eq!(limited("pack last -o half").status.code(), Some(3));
    assert_eq!(fs::read_dir(stage.home.work()).unwrap().count(), before, "no half a pack");
}

#[test]
fn what_is_no_pack_is_refused() {
    let stage = Stage::with(BOOK);
    stage
        .stanch(&["unpack", "runbooks/book.yaml"])
        .expect_code(3)
        .expect_err("it is no whole pack")
        .expect_err("hint: ");
    stage.stanch(&["unpack", "nowhere"]).expect_code(3).expect_err("could not read nowhere");
    stage.stanch(&["pack", "last"]).expect_code(2).expect_err("could not find any session");
}
