//! Output is kept to the byte, whatever it is.

use sha2::{Digest as _, Sha256};
use stanch::runbook::Mode;
use stanch::runner::Notice;
use stanch::session::run::{Exit, RunEnd, RunNo};
use stanch::store::index::Reader;
use stanch::text::lines::STRIDE;

use crate::lane::Bench;

/// The last of what could not be kept, as it is told.
fn unkept(last: &str) -> String {
    use base64::Engine as _;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(last).unwrap()).unwrap()
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Line feeds up to the end of each whole stride, as the index beside the output has them.
fn indexed(bench: &Bench, run: RunNo) -> Vec<u64> {
    let reader = Reader::open(&bench.path(run, "index")).unwrap();
    reader.map(|block| block.newlines).collect()
}

fn feeds(bytes: &[u8]) -> Vec<u64> {
    let mut sum = 0;
    let count = |stride: &[u8]| {
        sum += memchr::memchr_iter(b'\n', stride).count() as u64;
        sum
    };
    let stride = usize::try_from(STRIDE).unwrap();
    bytes.chunks_exact(stride).map(count).collect()
}

/// Runs it in both modes and compares what was kept with what the command wrote into a file.
fn kept_to_the_byte(command: &str) -> Vec<RunEnd> {
    let mut bench = Bench::new();
    let mut ends = Vec::new();
    let file = bench.folder.path().join("expected");
    let made = std::process::Command::new("sh").arg("-c").arg(format!("{{ {command}; }} >{}", file.display())).status();
    assert!(made.unwrap().success());
    let expected = std::fs::read(&file).unwrap();
    for mode in [Mode::Pty, Mode::Pipe] {
        let mut spec = bench.spec(command);
        spec.mode = mode;
        let end = bench.run_spec(&spec);
        assert_eq!((end.exit.clone(), end.dropped, end.redacted), (Exit::Code(0), 0, 0), "{mode:?}");
        let kept = bench.bytes(spec.run);
        assert!(kept == expected, "{mode:?}: {} bytes kept of {}", kept.len(), expected.len());
        assert_eq!(end.bytes, expected.len() as u64);
        assert_eq!(end.lines, memchr::memchr_iter(b'\n', &expected).count() as u64);
        assert_eq!(end.sha256, sum(&expected));
        assert_eq!(indexed(&bench, spec.run), feeds(&expected));
        ends.push(end);
    }
    ends
}

#[test]
fn a_million_lines_are_kept_to_the_byte() {
    let ends = kept_to_the_byte("seq 1000000");
    assert_eq!(ends[0].lines, 1_000_000);
}

#[test]
fn a_line_of_a_megabyte_is_kept_to_the_byte() {
    let ends = kept_to_the_byte("head -c 1048576 /dev/zero | tr '\\0' x; echo end");
    assert_eq!(ends[0].lines, 1);
}

#[test]
fn bytes_that_are_no_text_are_kept_to_the_byte() {
    kept_to_the_byte(
        "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %o $i)\"; i=$((i + 1)); done; printf '\\377\\376\\200'",
    );
}

#[test]
fn sequences_that_only_look_like_words_of_ours_are_kept_to_the_byte() {
    kept_to_the_byte("printf '\\033]7748;abc;1;end\\007\\033]7748;'; printf '\\033]774'; printf '\\033'");
}

#[test]
fn a_prompt_without_a_newline_is_seen_while_the_command_waits() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("printf 'Sure? '; read -r answer; echo \"said $answer\"");
    // The last letters of the prompt begin a secret: they are held back, and let go when it is quiet.
    spec.secrets = vec!["KEY".to_owned()];
    bench.lane.start(&spec, vec![("KEY".to_owned(), "? no such secret".to_owned())]).unwrap();
    bench.wait_output(spec.run, "Sure? ");
    bench.lane.input(spec.run, b"yes\n").unwrap();
    bench.wait_end(spec.run);
    assert_eq!(bench.output(spec.run), "Sure? yes\nsaid yes\n");
}

#[test]
fn a_background_child_that_floods_the_terminal_does_not_keep_its_run_open() {
    let mut bench = Bench::new();
    let (end, output) = bench.run("yes flood & echo $! >/dev/stderr; echo last");
    assert_eq!((end.exit, end.left_behind), (Exit::Code(0), 1));
    assert!(output.contains("last\n"));
    let pid = output.lines().find(|line| line.parse::<u32>().is_ok()).unwrap().to_owned();
    let (end, _) = bench.run(&format!("kill {pid}; wait"));
    assert_eq!((end.exit, end.left_behind), (Exit::Code(0), 0));
    // What came between the two runs is in neither, but it is there.
    assert_eq!(bench.run("echo on").1, "on\n");
}

#[test]
fn times_tell_when_the_output_had_grown_so_far() {
    let mut bench = Bench::new();
    let mut spec = bench.spec("echo one; read -r go; echo two");
    spec.mode = Mode::Pty;
    bench.start(&spec);
    bench.wait_output(spec.run, "one\n");
    bench.lane.input(spec.run, b"\n").unwrap();
    let end = bench.wait_end(spec.run);
    let times = std::fs::read_to_string(bench.path(spec.run, "times")).unwrap();
    let times: Vec<(u64, u64)> = times
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(ms, offset)| (ms.parse().unwrap(), offset.parse().unwrap()))
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!((times[0].1, times.last().unwrap().1), (4, end.bytes));
}

#[test]
fn an_exit_record_the_disk_does_not_take_is_tried_again() {
    let mut bench = Bench::new();
    let spec = bench.spec("echo up; read -r go; echo down");
    bench.start(&spec);
    bench.wait_output(spec.run, "up\n");
    // Where its folder was, no file can be made now; not even by root.
    let (folder, aside) = (bench.path(spec.run, ""), bench.folder.path().join("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    bench.lane.input(spec.run, b"\n").unwrap();
    let said = bench.wait(|notice| match notice {
        Notice::Trouble { what } => Some(what.clone()),
        _ => None,
    });
    assert!(said.contains("exit.json") && said.ends_with("tried again"), "{said}");
    assert_eq!(bench.wait_end(spec.run).exit, Exit::Code(0));
    std::fs::rename(&aside, &folder).unwrap();
    crate::lane::until("exit.json", || bench.path(spec.run, "exit.json").exists());
    assert!(bench.output(spec.run).ends_with("down\n"));
}

#[test]
fn below_the_reserve_of_the_disk_output_is_drained_counted_and_not_kept() {
    // More than any disk has. The supervisor reads it when it starts.
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("stanch");
    let binary = env!("CARGO_BIN_EXE_stanch");
    std::fs::write(&script, format!("#!/bin/sh\nSTANCH_DISK_RESERVE=18000000000000000000 exec {binary} \"$@\"\n"))
        .unwrap();
    let mut permissions = std::fs::metadata(&script).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o700);
    std::fs::set_permissions(&script, permissions).unwrap();
    let mut bench = Bench::with_program(&script);
    let spec = bench.spec("seq 100000; read -r go; echo \"and $go\"");
    bench.start(&spec);
    let said = bench.wait(|notice| match notice {
        Notice::Trouble { what } => Some(what.clone()),
        _ => None,
    });
    assert!(said.contains("stay reserved"), "{said}");
    // While it goes on it is told how much is not kept, and what the last of it is.
    let last = bench.wait(|notice| match notice {
        Notice::Unkept { bytes: 588_895, last, .. } => Some(unkept(last)),
        _ => None,
    });
    let all: String = (1..=100_000).map(|number| format!("{number}\n")).collect::<Vec<_>>().concat();
    assert!(last.len() == 64 << 10 && all.ends_with(&last), "{} bytes", last.len());
    // Also to whoever comes later.
    let (_second, notices) = crate::lane::open(bench.folder.path(), None);
    crate::lane::wait(&notices, |notice| matches!(notice, Notice::Unkept { bytes: 588_895, .. }).then_some(()));
    bench.lane.input(spec.run, b"on\n").unwrap();
    let last = bench.wait(|notice| match notice {
        Notice::Unkept { last, .. } if unkept(last).ends_with("and on\n") => Some(unkept(last)),
        Notice::Ended { .. } => panic!("its last words were not told"),
        _ => None,
    });
    assert!(last.contains("\n100000\n"), "{last}");
    let end = bench.wait_end(spec.run);
    assert_eq!((end.exit, end.bytes, end.dropped), (Exit::Code(0), 0, 588_895 + 10));
    assert_eq!(end.sha256, sum(b""));
    assert_eq!(bench.bytes(RunNo(1)), b"");
}

#[test]
fn a_directory_named_like_a_secret_reaches_neither_lane_state_nor_exit_record() {
    let mut bench = Bench::new();
    let secret = || vec![("PASSWORD".to_owned(), "hunter2-hunter2".to_owned())];
    let place = bench.folder.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let spec = bench.spec(&format!("mkdir {0}/$PASSWORD; cd {0}/$PASSWORD", place.display()));
    bench.lane.start(&spec, secret()).unwrap();
    assert!(bench.wait_end(spec.run).carried);
    bench.lane.keep(spec.run).unwrap();
    let state = bench.folder.path().join("lanes/1/state.json");
    crate::lane::until("state.json", || state.exists());
    assert!(!std::fs::read_to_string(&state).unwrap().contains("hunter2-hunter2"));

    std::fs::remove_dir(place.join("hunter2-hunter2")).unwrap();
    let spec = bench.spec("true");
    bench.lane.start(&spec, secret()).unwrap();
    let end = bench.wait_end(spec.run);
    let Exit::NotStarted(why) = &end.exit else { panic!("{end:?}") };
    assert!(why.contains("[secret PASSWORD]"), "{why}");
    let exit = std::fs::read_to_string(bench.path(spec.run, "exit.json")).unwrap();
    assert!(!exit.contains("hunter2-hunter2"), "{exit}");
}

#[test]
fn a_secret_that_comes_to_light_while_a_run_goes_on_is_not_written_from_then_on() {
    for mode in [Mode::Pty, Mode::Pipe] {
        let mut bench = Bench::new();
        let mut spec = bench.spec("printf up; read -r word; echo; echo $word again; printf %s $word");
        spec.mode = mode;
        bench.start(&spec);
        bench.wait_output(spec.run, "up");
        bench.lane.hide(vec![("PASSWORD".to_owned(), "hunter2-hunter2".to_owned())]).unwrap();
        bench.lane.input(spec.run, b"hunter2-hunter2\n").unwrap();
        let end = bench.wait_end(spec.run);
        let output = bench.output(spec.run);
        // What the terminal echoes and what a pipe carries come in no order.
        assert!(!output.contains("hunter2") && output.contains("[secret PASSWORD] again\n"), "{output}");
        assert!(output.starts_with("up") && end.redacted == 3, "{output}");
    }
}
