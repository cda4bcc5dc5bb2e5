//! Who may come in. These run as root, as the test command does: only so can another user knock.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use stanch::session::run::Exit;

use crate::lane::Bench;

/// Says hello to the socket and prints the answer.
const KNOCK: &str = r#"use Socket; $SIG{PIPE} = 'IGNORE'; socket(S, PF_UNIX, SOCK_STREAM, 0); chdir($ARGV[0]) or die "enter: $!";
    connect(S, sockaddr_un("control")) or die "connect: $!"; syswrite(S, $ARGV[1]); print "answer: ", scalar(<S>) // "none""#;

fn knock(user: u32, lane: &Path) -> String {
    let id = user.to_string();
    let hello = format!("{}\n", serde_json::json!({"do": "hello", "version": 2}));
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups", "perl", "-e", KNOCK]).arg(lane).arg(hello);
    let output = command.output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn a_lane_answers_its_user_and_hangs_up_on_any_other_even_where_the_door_stands_open() {
    let bench = Bench::of(None);
    let lane = bench.folder.path().join("lanes/1");
    assert!(knock(0, &lane).contains("answer: {"), "{}", knock(0, &lane));
    let shut = knock(65534, &lane);
    assert!(shut.contains("enter: Permission denied"), "{shut}");
    for folder in lane.ancestors().take(3) {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let shut = knock(65534, &lane);
    assert!(shut.contains("connect: Permission denied"), "{shut}");
    fs::set_permissions(lane.join("control"), fs::Permissions::from_mode(0o666)).unwrap();
    let shut = knock(65534, &lane);
    assert!(shut.contains("answer: none"), "{shut}");
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(below(&entry.path()));
        }
    }
    found
}

#[test]
fn what_a_lane_makes_is_its_users_alone() {
    // The widest there is: what counts is what is asked for.
    rustix::process::umask(rustix::fs::Mode::empty());
    let mut bench = Bench::of(None);
    let (end, _) = bench.run("echo seen; cd /");
    assert_eq!(end.exit, Exit::Code(0));
    let all = below(bench.folder.path());
    assert!(
        all.iter().any(|path| path.ends_with("output")) && all.iter().any(|path| path.ends_with("lanes/1/lock")),
        "{all:?}"
    );
    for path in all {
        let meta = fs::symlink_metadata(&path).unwrap();
        let expected = if meta.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(meta.permissions().mode() & 0o7777, expected, "{}", path.display());
        assert!(meta.is_dir() || meta.is_file() || meta.file_type().is_socket(), "{}", path.display());
    }
}

#[test]
fn planted_links_in_the_folder_of_a_run_are_not_written_through() {
    let mut bench = Bench::of(None);
    let spec = bench.spec("echo seen");
    let run = bench.folder.path().join("runs").join(spec.run.to_string());
    fs::create_dir_all(&run).unwrap();
    let precious = bench.folder.path().join("precious");
    for name in ["times", "index", "command.json", "exit.json"] {
        fs::write(&precious, "precious").unwrap();
        std::os::unix::fs::symlink(&precious, run.join(name)).unwrap();
    }
    let end = bench.run_spec(&spec);
    assert_eq!((end.exit, bench.output(spec.run).as_str()), (Exit::Code(0), "seen\n"));
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");

    // A run whose output is there, wherever that leads, is not started.
    let spec = bench.spec("echo again");
    let run = bench.folder.path().join("runs").join(spec.run.to_string());
    fs::create_dir_all(&run).unwrap();
    std::os::unix::fs::symlink(&precious, run.join("output")).unwrap();
    let end = bench.run_spec(&spec);
    assert!(matches!(&end.exit, Exit::NotStarted(why) if why.contains("has a record already")), "{end:?}");
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
}
