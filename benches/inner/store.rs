//! The files: appends, journals read, 1,000 sessions, 1,000 runbooks.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput};
use stanch::session::event::{Event, Tag};
use stanch::store::clock::{Clock, System};
use stanch::store::journal::{Journal, read};
use stanch::store::library::Library;
use stanch::store::paths::Paths;
use stanch::store::session;

use crate::{made, scaled};

/// Each in a folder of its own.
pub(crate) fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths =
        Paths::at(&folder.path().join("data"), &folder.path().join("config")).writable().expect("a data folder");
    journals(criterion, &paths, folder.path());
    sessions(criterion, &paths);
    library(criterion, &paths);
}

fn journals(criterion: &mut Criterion, paths: &Paths, folder: &Path) {
    let entries = made::entries(scaled(100_000)).expect("entries");
    let mut group = criterion.benchmark_group("journal");
    group.bench_function("append and fdatasync", |bencher| {
        let dir = session::create(paths, "bench", None, System.now()).expect("a session");
        let mut journal = Journal::create(&dir.journal(), "bench@here", Arc::new(System)).expect("a journal");
        journal.append(&entries[0].event.clone().into()).expect("opened");
        let draft = || Event::Note { tag: Tag::Plain, text: "a note".to_owned() }.into();
        bencher.iter_batched(draft, |draft| journal.append(&draft).expect("appended"), BatchSize::SmallInput);
    });
    let path = folder.join("journal.jsonl");
    fs::write(&path, made::journal(&entries).expect("a journal")).expect("written");
    group.throughput(Throughput::Elements(entries.len() as u64)).sample_size(10);
    group.bench_function("read and check", |bencher| {
        bencher.iter(|| {
            let read = read(&path).expect("read");
            assert_eq!((read.entries.len(), &read.damage), (entries.len(), &None));
            read
        });
    });
    group.finish();
}

fn sessions(criterion: &mut Criterion, paths: &Paths) {
    let many = scaled(1000);
    // A session of 20 entries is a usual one.
    let usual = made::journal(&made::entries(20).expect("entries")).expect("a journal");
    let there = session::list(paths).expect("sessions").len();
    for number in 0..many {
        let folder = paths.sessions().join(format!("2022-04-30T1933Z-copy-{number:04x}"));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("journal.jsonl"), &usual).expect("a journal");
    }
    criterion.bench_function("list 1,000 sessions", |bencher| {
        bencher.iter(|| {
            let listed = session::list(paths).expect("sessions");
            assert_eq!(listed.len(), there + many);
            listed
        });
    });
}

fn library(criterion: &mut Criterion, paths: &Paths) {
    let many = scaled(1000);
    made::sound_runbooks(&paths.runbooks(), many).expect("runbooks");
    let load = || Library::load(paths, &[]);
    criterion.bench_function("load 1,000 runbooks", |bencher| {
        bencher.iter(|| {
            let library = load();
            assert!(library.items().len() >= many);
            library
        });
    });
    let loaded = load();
    criterion.bench_function("search 1,000 runbooks", |bencher| {
        bencher.iter(|| {
            let found = loaded.search("runbook 7").len();
            assert!(found > 0);
            found
        });
    });
}
