//! A disk that cannot be written to: the session goes on, and nothing starts unrecorded.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use stanch::session::entry::Entry;
use stanch::session::event::Event;
use stanch::store::journal;

use crate::play::{Play, Screen};
use crate::stage::until;
use crate::support::Terminal;

pub(crate) const BOOK: &str = "{stanch: 1, title: T, fix: {steps: [\
    {id: one, title: One, effect: read, run: 'echo one >> ran'}, {id: two, title: Two, run: 'echo two >> ran'}]}}";

/// The program in a file system tree of its own, where `mount` was done first. None where this user may not mount.
pub(crate) fn apart(play: &Play, mount: &str) -> Option<Screen> {
    apart_as(play, mount, &format!("'{}'", env!("CARGO_BIN_EXE_stanch")))
}

/// The same, started by this.
pub(crate) fn apart_as(play: &Play, mount: &str, program: &str) -> Option<Screen> {
    let allowed = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|output| output.status.success());
    if !allowed {
        // Whoever tests as root, as CI does, means these too.
        assert!(!rustix::process::getuid().is_root(), "root may not make a mount namespace here (`unshare -m`)");
        eprintln!("skipped: this user may not make a mount namespace (`unshare -m`), so no full disk can be made");
        return None;
    }
    let script = format!("{mount} && exec {program} run book");
    let mut command = play.home.command("unshare");
    command.args(["-m", "sh", "-c", &script]);
    Some(Screen(Terminal::start(&command, 24, 80)))
}

/// A folder as the program sees it.
pub(crate) fn inside(screen: &Screen, folder: &Path) -> PathBuf {
    let root = PathBuf::from(format!("/proc/{}/root", screen.0.pid().as_raw_nonzero()));
    root.join(folder.strip_prefix("/").unwrap())
}

/// Fills the disk that the program sees in this folder, with this file, once its lane is done with a run.
pub(crate) fn fill(screen: &Screen, folder: &Path) -> PathBuf {
    let data = inside(screen, folder);
    // The lane writes down what carries over after the run was judged; its trouble is another story.
    let lane = |session: std::fs::DirEntry| session.path().join("lanes/1/state.json").exists();
    until("the lane is done with its run", || std::fs::read_dir(data.join("sessions")).unwrap().flatten().any(lane));
    fill_up(&data)
}

/// The journal of the only session in this data folder.
pub(crate) fn entries(data: &Path) -> Vec<Entry> {
    let session = std::fs::read_dir(data.join("sessions")).unwrap().next().unwrap().unwrap();
    journal::read(&session.path().join("journal.jsonl")).unwrap().entries
}

/// Fills the disk that has this folder.
pub(crate) fn fill_up(data: &Path) -> PathBuf {
    let fill = data.join("fill");
    let refused = std::io::copy(&mut std::io::repeat(b'x'), &mut File::create(&fill).unwrap()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::StorageFull);
    fill
}

#[test]
fn a_full_disk_holds_back_changes_and_heals() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let mount = format!("mount -t tmpfs -o size=512k tmpfs '{}'", data.display());
    let Some(screen) = apart(&play, &mount) else { return };
    screen.answer(&["fix", "Enter runs one"], "<enter>");
    screen.see(&["one: healthy", "Enter runs two"]);

    let fill = fill(&screen, &data);
    // Longer than what is left of the journal's last page.
    screen.press("n").see(&["Note"]).0.send_bytes(format!("\x1b[200~{}\x1b[201~", "long ".repeat(1000)).as_bytes());
    screen.press("<enter>").see(&["The record cannot be written: only"]);
    screen.answer(&["Not recorded now, see the top. Enter"], "<enter>").answer(&["y run it"], "y");
    screen.answer(&["Start it unrecorded?"], "<esc>");
    assert_eq!(play.count("ran", "two"), 0);
    std::fs::remove_file(&fill).unwrap();
    screen.gone(&["The record cannot be written"]).see(&["The record is written again; nothing was lost."]);
    let noted = |entry: &Entry| matches!(&entry.event, Event::Note { text, .. } if text.starts_with("long long"));
    assert!(entries(&inside(&screen, &data)).iter().any(noted));
    assert!(!screen.0.text().contains("y run it"), "what was wanted meanwhile is not begun by itself");
    screen.answer(&["its record came onto the disk too late"], "r").answer(&["y run it"], "y").see(&["two: healthy"]);
    assert_eq!(play.count("ran", "two"), 1);
}

#[test]
fn a_change_whose_record_cannot_be_written_is_not_started() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let mount = format!("mount -t tmpfs -o size=512k tmpfs '{}'", data.display());
    let Some(screen) = apart(&play, &mount) else { return };
    screen.answer(&["fix", "Enter runs one"], "<enter>");
    screen.answer(&["one: healthy", "Enter runs two"], "e");
    // Longer than what is left of the journal's last page.
    let more = format!("\x1b[200~ # {}\x1b[201~", "long ".repeat(1000));
    screen.see(&["change the command"]).0.send_bytes(more.as_bytes());
    screen.press("<enter>").see(&["y run it"]);
    let fill = fill(&screen, &data);
    screen.press("y").see(&["The record cannot be written", "was not started: its record is not on disk"]);
    assert_eq!(play.count("ran", "two"), 0);

    std::fs::remove_file(&fill).unwrap();
    screen
        .gone(&["The record cannot be written"])
        .answer(&["could not be started: its record came onto the disk too late"], "r");
    screen.answer(&["$ echo two", "y run it"], "y").see(&["two: healthy"]);
    assert_eq!(play.count("ran", "two"), 1);
}

#[test]
fn a_data_folder_that_cannot_be_written_gives_way_to_memory_and_a_banner_stays() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let mount = format!("mount -t tmpfs tmpfs /dev/shm && mount -t tmpfs -o ro tmpfs '{}'", data.display());
    let Some(screen) = apart(&play, &mount) else { return };
    screen.answer(&["The record is kept in memory only", "Enter runs one"], "<enter>");
    screen.answer(&["The record is kept in memory only", "one: healthy", "Enter runs two"], "c");
    // Closed, so that its lane leaves: nobody could take this session up again to do that.
    screen.answer(&["Close the session."], "<enter>").answer(&["The session is closed."], "q");
    screen.ended(0);
    assert_eq!(play.count("ran", "one"), 1);
}

#[test]
fn what_a_full_disk_does_not_take_is_counted_and_shown_while_it_comes() {
    let play = Play::with(
        "{stanch: 1, title: T, diagnose: {steps: [{id: one, title: One, \
         run: 'seq 400000; printf \"last %s\\n\" words; cat go', expect: {absent: nothing}}]}}",
    );
    let go = play.fifo("go");
    let data = play.home.data();
    let mount = format!("mount -t tmpfs -o size=1m tmpfs '{}'", data.display());
    let Some(screen) = apart(&play, &mount) else { return };
    screen.answer(&["Enter runs one"], "<enter>");
    screen.see(&["running", "MB not kept", "before this were not kept, nor is this", "400000", "last words"]);
    crate::stage::release(&go);
    screen.see(&["MB not kept", "not healthy, exit 0", "last words", "go"]);
}
