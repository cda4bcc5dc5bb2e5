//! Disks and machines that break under a screen: it says what is wrong, goes on, and is whole again once that is mended.

use std::path::{Path, PathBuf};
use std::process::Command;

use stanch::session::event::Event;
use stanch::session::run::{Exit, RunNo};
use stanch::store::journal;

use crate::disk::{apart, entries, inside};
use crate::play::{Play, Screen};
use crate::stage::{release, supervisors, until};

const BOOK: &str = "{stanch: 1, title: T, fix: {steps: [\
    {id: one, title: One, effect: read, run: 'echo one >> ran'}, \
    {id: long, title: Long, effect: read, run: 'echo begun; cat go; echo seen; echo finished >> ran'}, \
    {id: two, title: Two, run: 'echo two seen; echo two >> ran'}]}}";

/// A screen at a command that waits for the pipe `go`.
fn waiting(play: &Play, mount: &str) -> Option<(Screen, PathBuf)> {
    let go = play.fifo("go");
    let screen = apart(play, mount)?;
    screen.answer(&["fix", "Enter runs one"], "<enter>");
    screen.answer(&["> . long"], "<enter>").see(&["begun", "long is running"]);
    Some((screen, go))
}

/// The command goes on to its end, whatever is broken, and what it prints is seen.
fn finishes(play: &Play, screen: &Screen, go: &Path) {
    release(go);
    screen.see(&["seen"]);
    until("the command comes to its end", || play.count("ran", "finished") == 1);
}

/// Runs this where the program sees its disks.
fn there(screen: &Screen, script: &str) {
    let pid = screen.0.pid().as_raw_nonzero().to_string();
    let output = Command::new("nsenter").args(["-t", &pid, "-m", "sh", "-ec", script]).output().unwrap();
    assert!(output.status.success(), "{script}: {output:?}");
}

fn note(screen: &Screen, text: &str) {
    screen.press("n").see(&["Note"]).0.send_bytes(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    screen.press("<enter>").gone(&["+ went well"]);
}

/// The walk goes on as if nothing had been, the record is whole, and the terminal is given back.
fn whole(play: &Play, screen: &Screen, data: &Path, notes: &[&str]) {
    screen.gone(&["The record cannot be written"]);
    screen.answer(&["+ long", "> . two"], "<enter>").answer(&["y run it"], "y").see(&["two: healthy"]);
    assert_eq!((play.count("ran", "one"), play.count("ran", "two")), (1, 1), "nothing is run twice");
    let lived = entries(&inside(screen, data));
    for text in notes {
        let is_note = |event: &Event| matches!(event, Event::Note { text: own, .. } if own == text);
        assert_eq!(lived.iter().filter(|entry| is_note(&entry.event)).count(), 1, "{text}");
    }
    let ended = |run: u32| {
        let is = |event: &Event| matches!(event, Event::RunEnded(ended) if ended.run == RunNo(run) && *ended.exit() == Exit::Code(0));
        lived.iter().filter(|entry| is(&entry.event)).count()
    };
    assert_eq!((ended(1), ended(2), ended(3)), (1, 1, 1), "{lived:#?}");
    screen.press("q").ended(0);
}

/// The folder of the only session.
fn session(data: &Path) -> PathBuf {
    std::fs::read_dir(data.join("sessions")).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_disk_without_inodes_takes_no_folder_and_the_command_runs_and_is_seen() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let Some((screen, go)) = waiting(&play, &format!("mount -t tmpfs -o nr_inodes=64 tmpfs '{}'", data.display()))
    else {
        return;
    };
    let full = inside(&screen, &data).join("full");
    std::fs::create_dir(&full).unwrap();
    let mut names = (0..100).map(|number| full.join(number.to_string()));
    let refused = names.find_map(|name| std::fs::File::create(name).err()).unwrap();
    assert_eq!(refused.kind(), std::io::ErrorKind::StorageFull);
    finishes(&play, &screen, &go);
    note(&screen, "without inodes");
    screen.answer(&["+ long", "> . two"], "<enter>").answer(&["y run it"], "y");
    screen.see(&["two seen", "not kept", "+ two"]);
    assert_eq!(play.count("ran", "two"), 1);
    std::fs::remove_dir_all(&full).unwrap();
    let session = session(&inside(&screen, &data));
    until("the ends are written down", || {
        [2, 3].iter().all(|run| session.join(format!("runs/000{run}/exit.json")).exists())
    });
    assert_eq!(journal::read(&session.join("journal.jsonl")).unwrap().entries, entries(&inside(&screen, &data)));
    screen.press("q").ended(0);
}

#[test]
fn a_data_folder_that_is_moved_away_and_back_loses_nothing() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let Some((screen, go)) = waiting(&play, "true") else { return };
    let moved = play.path("moved");
    std::fs::rename(&data, &moved).unwrap();
    finishes(&play, &screen, &go);
    note(&screen, "while it is away");
    std::fs::rename(&moved, &data).unwrap();
    let session = session(&data);
    until("the end is written down", || session.join("runs/0002/exit.json").exists());
    whole(&play, &screen, &data, &["while it is away"]);
}

#[test]
fn a_session_that_is_deleted_under_its_screen_is_told_and_one_that_is_put_back_is_gone_on_with() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let Some((screen, go)) = waiting(&play, "true") else { return };
    note(&screen, "before");
    let copy = play.path("copy");
    let script = format!("cp -a '{0}' '{1}' && rm -r '{0}'", data.display(), copy.display());
    there(&screen, &script);
    note(&screen, "while it is gone");
    screen.see(&["The record cannot be written: the file was deleted or replaced"]);
    finishes(&play, &screen, &go);
    there(&screen, &format!("rm -rf '{0}' && cp -a '{1}' '{0}'", data.display(), copy.display()));
    screen.gone(&["The record cannot be written"]);
    // The wheel of what was put back is this screen's too.
    assert!(stanch::store::lock::Driver::holder(&play.session()).is_some());
    whole(&play, &screen, &data, &["before", "while it is gone"]);
}

#[test]
fn a_file_system_that_gave_up_stays_told_and_what_was_acknowledged_is_there() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    let disk = play.path("disk");
    let mount = format!(
        "truncate -s 32M '{0}' && mkfs.ext4 -q -F '{0}' && mount -o loop,errors=remount-ro '{0}' '{1}' && mount -t tmpfs tmpfs /dev/shm",
        disk.display(),
        data.display()
    );
    let Some((screen, go)) = waiting(&play, &mount) else { return };
    note(&screen, "before");
    let known = entries(&inside(&screen, &data));
    // As the kernel does after an error of the disk: it takes nothing more, and gives back what it has.
    let error = "echo 1 > /sys/fs/ext4/$(basename $(findmnt -no SOURCE '{}'))/trigger_fs_error";
    there(&screen, &error.replace("{}", &data.display().to_string()));
    note(&screen, "after");
    screen.see(&["The record cannot be written: "]);
    finishes(&play, &screen, &go);
    screen.see(&["+ long", "> . two"]);
    assert_eq!(entries(&inside(&screen, &data)), known);
    screen.press("q").see(&["Leave?", "are only in memory, and are lost"]).press("q").ended(0);
}

#[test]
fn without_descriptors_the_screen_goes_on_and_says_what_it_could_not_do() {
    let play = Play::with(BOOK);
    let Some((screen, go)) = waiting(&play, "true") else { return };
    let pid = screen.0.pid().as_raw_nonzero().to_string();
    let limit = |limit: &str| {
        let set = Command::new("prlimit").args(["--pid", &pid, &format!("--nofile={limit}")]).status().unwrap();
        assert!(set.success());
    };
    limit("3:");
    finishes(&play, &screen, &go);
    note(&screen, "without descriptors");
    screen.answer(&["+ long", "> . two"], "<enter>").answer(&["y run it"], "y");
    screen.see(&["could not read the output of run 0003"]);
    until("the command ran all the same", || play.count("ran", "two") == 1);
    limit("1024:");
    screen.see(&["+ two", "two seen"]);
    let noted = |event: &Event| matches!(event, Event::Note { text, .. } if text == "without descriptors");
    assert_eq!(play.events().iter().filter(|event| noted(event)).count(), 1);
    screen.press("q").ended(0);
}

#[test]
fn without_processes_a_command_is_not_started_and_that_is_said() {
    let play = Play::with(BOOK);
    let data = play.home.data();
    // Whom the limit binds: root it does not.
    let program = play.path("stanch");
    std::fs::copy(env!("CARGO_BIN_EXE_stanch"), &program).unwrap();
    let own = format!("chown -R 64123:64123 '{}'", play.home.root().display());
    let go = play.fifo("go");
    let Some(screen) = crate::disk::apart_as(
        &play,
        &own,
        &format!("setpriv --reuid=64123 --regid=64123 --clear-groups '{}'", program.display()),
    ) else {
        return;
    };
    screen.answer(&["fix", "Enter runs one"], "<enter>");
    screen.answer(&["> . long"], "<enter>").see(&["begun", "long is running"]);
    let lanes = supervisors(play.home.root());
    let all: Vec<String> =
        lanes.iter().map(ToString::to_string).chain([screen.0.pid().as_raw_nonzero().to_string()]).collect();
    let limit = |limit: &str| {
        for pid in &all {
            let user = ["--reuid=64123", "--regid=64123", "--clear-groups", "prlimit", "--pid", pid];
            let set = Command::new("setpriv").args(user).arg(format!("--nproc={limit}")).status().unwrap();
            assert!(set.success());
        }
    };
    limit("1:");
    finishes(&play, &screen, &go);
    note(&screen, "without processes");
    screen.answer(&["> . two"], "<enter>").answer(&["y run it"], "y");
    screen.see(&["could not read the output of run 0003"]);
    limit("200:");
    // Without a process for it nobody even read how it ended.
    screen.see(&["could not start the command", "x two"]);
    assert_eq!(play.count("ran", "two"), 0);
    screen.press("r").answer(&["y run it"], "y").see(&["two: healthy"]);
    let lived = entries(&data);
    assert!(lived.iter().any(|entry| matches!(&entry.event, Event::Note { text, .. } if text == "without processes")));
    screen.press("q").ended(0);
}
