//! `stanch redact`, as it is typed and piped.

use std::io::Write as _;
use std::process::{Output, Stdio};

use stanch::session::event::{Event, Tag};
use stanch::store::clock::{Clock, System};
use stanch::store::journal::read;
use stanch::store::lock::Driver;

use super::begin;
use super::support::{Home, Terminal};

fn piped(home: &Home, arguments: &[&str], value: &str) -> (Option<i32>, String) {
    let mut child = home
        .stanch()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(value.as_bytes()).unwrap();
    let output: Output = child.wait_with_output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), told)
}

#[test]
fn a_leaked_value_is_taken_out_and_audit_says_so() {
    let home = Home::new();
    let (dir, mut journal) = begin(&home.data(), "Disk full");
    journal.append(&Event::Note { tag: Tag::Plain, text: "pw is hunter2hunter2".to_owned() }.into()).unwrap();
    let head = journal.head().to_owned();
    let (code, told) = piped(&home, &["redact", "last"], "nowhere-to-be-found\n");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("stands nowhere"), "{told}");

    let driver = Driver::try_take(&dir, "nova@alice", System.now()).unwrap();
    let (code, told) = piped(&home, &["redact", "last"], "hunter2hunter2\n");
    assert_eq!(code, Some(5), "{told}");
    drop(driver);
    let (code, told) = piped(&home, &["redact", "last", "--name", "DB"], "hunter2hunter2\n");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("1 place: entry 2") && told.contains(&head) && told.contains("change it"), "{told}");
    let entries = read(&dir.journal()).unwrap().entries;
    assert_eq!(entries[1].event, Event::Note { tag: Tag::Plain, text: "pw is [secret DB]".to_owned() });

    let (code, told) = piped(&home, &["audit", "last"], "");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("taken    out by tester@") && told.contains("1 of the 2 entries"), "{told}");
    let (code, told) = piped(&home, &["audit", "last", "--head", &head], "");
    assert_eq!(code, Some(5), "{told}");
    assert!(told.contains("Altered since, and not to be proven: 2"), "{told}");
    let (code, told) = piped(&home, &["export", "last"], "");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("taken out of the record later"), "{told}");
    // Whoever unpacks it can prove the same.
    let (code, told) = piped(&home, &["pack", "last", "-o", "s.tar.gz"], "");
    assert_eq!(code, Some(0), "{told}");
    std::fs::rename(dir.path(), home.root().join("away")).unwrap();
    let (code, told) = piped(&home, &["unpack", "s.tar.gz"], "");
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = piped(&home, &["audit", "last", "--head", &head], "");
    assert_eq!(code, Some(5), "{told}");
}

#[test]
fn a_value_that_is_typed_is_not_shown_and_none_is_an_argument() {
    let home = Home::new();
    let (_dir, mut journal) = begin(&home.data(), "Disk full");
    journal.append(&Event::Note { tag: Tag::Plain, text: "pw is hunter2hunter2".to_owned() }.into()).unwrap();
    let (code, _) = piped(&home, &["redact", "last", "hunter2hunter2"], "");
    assert_eq!(code, Some(2));
    let (code, told) = piped(&home, &["redact", "last"], "\n");
    assert_eq!((code, told.contains("none was given")), (Some(2), true), "{told}");

    let mut command = home.stanch();
    command.args(["redact", "last"]);
    let terminal = Terminal::start(&command, 20, 100);
    terminal.wait_text("it is not shown");
    terminal.send("hunter2hunter2\r");
    terminal.wait_text("took it out of");
    assert!(!terminal.text().contains("hunter2"), "{}", terminal.text());
}
