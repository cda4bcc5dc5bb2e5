//! Folders and files that others prepared.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::Arc;

use stanch::store::clock::{Clock, System};
use stanch::store::journal::Journal;
use stanch::store::lock::Driver;

use crate::support::Home;

fn begun(home: &Home) -> stanch::store::session::SessionDir {
    crate::begin(&home.data(), "doors").0
}

#[test]
fn a_journal_and_locks_that_are_links_are_refused_and_why_is_said() {
    let home = Home::new();
    let dir = begun(&home);
    let precious = home.work().join("precious");
    for name in ["journal.jsonl", "append.lock", "driver.lock"] {
        let (own, moved) = (dir.path().join(name), home.work().join(name));
        drop(fs::rename(&own, &moved));
        fs::write(&precious, "precious").unwrap();
        symlink(&precious, &own).unwrap();
        let refused = match name {
            "driver.lock" => Driver::try_take(&dir, "t@h", System.now()).map(drop),
            _ => Journal::open(&dir.journal(), "t@h", Arc::new(System)).map(drop),
        };
        let refused = refused.unwrap_err();
        assert!(refused.hint().unwrap().contains("is a symbolic link"), "{name}: {refused}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious", "{name}");
        fs::remove_file(&own).unwrap();
        drop(fs::rename(&moved, &own));
    }
}

#[test]
fn a_folder_of_a_session_that_is_a_link_is_no_session() {
    let (home, other) = (Home::new(), Home::new());
    let theirs = begun(&other);
    begun(&home);
    symlink(theirs.path(), home.data().join("sessions/2022-01-01T0000Z-planted-0000")).unwrap();
    let listed = home.stanch().arg("sessions").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("doors") && !listed.contains("planted"), "{listed}");
    let noted = home.stanch().args(["note", "2022-01-01T0000Z-planted", "in"]).output().unwrap();
    assert_eq!(noted.status.code(), Some(2), "{noted:?}");
}

#[test]
fn a_data_folder_that_another_user_prepared_in_a_shared_place_is_told() {
    let home = Home::new();
    let shared = home.root().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    let prepared = shared.join("stanch");
    fs::create_dir(&prepared).unwrap();
    fs::set_permissions(&prepared, fs::Permissions::from_mode(0o777)).unwrap();
    // Root alone can make one for another user.
    std::os::unix::fs::chown(&prepared, Some(65534), Some(65534)).unwrap();
    let book = "{stanch: 1, title: T, diagnose: {steps: [{id: a, title: A, run: 'true'}]}}";
    fs::write(home.work().join("book.yaml"), book).unwrap();
    let begun = home.stanch().env("STANCH_DATA_DIR", &prepared).args(["run", "book.yaml", "--auto"]).output().unwrap();
    let said = String::from_utf8_lossy(&begun.stderr).into_owned() + &String::from_utf8_lossy(&begun.stdout);
    assert!(said.contains("belongs to another user, who can alter what is recorded there"), "{said}");
}
