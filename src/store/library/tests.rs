use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::*;
use crate::runbook::Severity;
use crate::store::error::Error;

struct Shelf(tempfile::TempDir);

fn shelf() -> Shelf {
    Shelf(tempfile::tempdir().unwrap())
}

fn text(title: &str, more: &str) -> String {
    format!("stanch: 1\ntitle: {title}\n{more}\ndiagnose:\n  steps:\n    - title: Look\n      run: 'true'\n")
}

impl Shelf {
    fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        // Old enough to be kept in the cache.
        let old = SystemTime::now() - Duration::from_hours(1);
        File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        path
    }

    fn load(&self) -> Library {
        self.load_from(&["."])
    }

    fn load_from(&self, folders: &[&str]) -> Library {
        let folders: Vec<_> = folders.iter().map(|name| (self.0.path().join(name), true)).collect();
        Library::from_folders(&folders, &self.0.path().join("library.json"))
    }
}

fn own(library: &Library) -> Vec<&Item> {
    library.items().iter().filter(|item| item.origin != Origin::Bundled).collect()
}

/// What is found among a test's own files: the bundled runbooks grow without this test.
fn found<'a>(library: &'a Library, query: &str) -> Vec<&'a str> {
    let items = library.search(query).into_iter().map(|hit| &library.items()[hit.item]);
    items.filter(|item| matches!(item.origin, Origin::File(_))).map(|item| item.id.as_str()).collect()
}

#[test]
fn runbooks_are_files_or_folders_and_everything_else_is_left_alone() {
    let shelf = shelf();
    let more = "severity: sev2\nservices: [web]\nalerts: [Http5xx]\nsymptoms: [posts fail]\ntags: [rails]";
    let file = shelf.put("disk-full.yaml", &text("Disk full", more));
    shelf.put("queue/runbook.yaml", &text("Queue stuck", ""));
    shelf.put("queue/drill/break", "#!/bin/sh\n");
    shelf.put("notes.txt", "");
    shelf.put(".hidden.yaml", &text("Hidden", ""));
    shelf.put("empty/readme", "");
    let library = shelf.load();
    let own = own(&library);
    assert_eq!(own.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["disk-full", "queue"]);
    assert_eq!(own[0].facts.title, "Disk full");
    assert_eq!(own[0].facts.severity, Some(Severity(2)));
    assert_eq!(own[0].facts.alerts, ["Http5xx"]);
    assert_eq!(own[0].facts.symptoms, ["posts fail"]);
    assert_eq!(own[0].origin, Origin::File(fs::canonicalize(file).unwrap()));
    assert_eq!((own[0].has_drill, own[1].has_drill), (false, true));
    assert!(own[1].text().unwrap().contains("Queue stuck"));
    assert_eq!(library.troubles(), []);
}

#[test]
fn a_broken_runbook_is_in_the_library_with_its_errors_counted() {
    let shelf = shelf();
    shelf.put("broken.yaml", "stanch: 1\ntitel: x\n");
    fs::write(shelf.0.path().join("latin.yaml"), b"title: caf\xe9\n").unwrap();
    let library = shelf.load();
    for item in own(&library) {
        assert!(item.facts.errors > 0, "{item:?}");
        assert_eq!(item.facts.title, item.id);
    }
    assert_eq!(own(&library).len(), 2);
    assert!(library.find("latin").unwrap().text().unwrap_err().to_string().starts_with("could not read"));
}

#[test]
fn what_cannot_be_read_is_told() {
    let shelf = shelf();
    std::os::unix::fs::symlink("nowhere", shelf.0.path().join("gone.yaml")).unwrap();
    let library = shelf.load_from(&[".", "missing"]);
    let paths: Vec<_> = library.troubles().iter().map(|trouble| trouble.path.file_name().unwrap()).collect();
    assert_eq!(paths, ["gone.yaml", "missing"]);
}

#[test]
fn a_folder_given_twice_is_looked_through_once_and_an_id_in_two_folders_is_reported() {
    let shelf = shelf();
    shelf.put("a/disk-full.yaml", &text("Disk full", ""));
    shelf.put("b/disk-full.yaml", &text("Disk full, other", ""));
    assert_eq!(shelf.load_from(&["a", "./a", "a/../a"]).twice(), []);
    let library = shelf.load_from(&["a", "b"]);
    let twice = library.twice();
    assert_eq!((twice.len(), twice[0].0, twice[0].1.len()), (1, "disk-full", 2));
    match library.find("disk-full") {
        Err(error @ Error::RunbookTwice { .. }) => {
            let hint = error.hint().unwrap();
            let second = hint.lines().find(|line| line.contains("/b/")).unwrap().trim().to_owned();
            assert_eq!(library.find(&second).unwrap().facts.title, "Disk full, other");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_runbook_is_found_by_id_or_path_and_a_mistyped_one_is_guessed() {
    let shelf = shelf();
    shelf.put("disk-full.yaml", &text("Disk full", ""));
    shelf.put("queue/runbook.yaml", &text("Queue stuck", ""));
    let library = shelf.load();
    assert_eq!(library.find("queue").unwrap().facts.title, "Queue stuck");
    for path in ["queue", "queue/runbook.yaml"] {
        let path = shelf.0.path().join(path).display().to_string();
        assert_eq!(library.find(&path).unwrap().id, "queue", "{path}");
    }
    match library.find("disk-ful") {
        Err(Error::NoRunbook { near, .. }) => assert_eq!(near, ["disk-full"]),
        other => panic!("{other:?}"),
    }
    assert!(library.find("/nowhere/x.yaml").is_err());
    assert!(matches!(library.find("../etc"), Err(Error::Io { .. })));
}

#[test]
fn the_bundled_runbooks_are_there_and_without_errors() {
    let library = Library::from_folders(&[], Path::new("/nowhere/library.json"));
    assert!(library.items().iter().any(|item| item.id == "status-500" && item.has_drill));
    for item in library.items() {
        assert_eq!(item.origin.to_string(), "bundled");
        assert_eq!(item.facts.errors, 0, "{item:?}");
    }
    assert_eq!(library.find("bundled:status-500").unwrap(), library.find("status-500").unwrap());
}

#[test]
fn a_file_with_the_text_of_a_bundled_runbook_is_that_runbook() {
    let shelf = shelf();
    let bundled = shelf.load().find("bundled:status-500").unwrap().text().unwrap();
    shelf.put("status-500.yaml", &bundled);
    let library = shelf.load();
    assert_eq!(library.twice(), []);
    assert!(matches!(library.find("status-500").unwrap().origin, Origin::File(_)));
    assert_eq!(library.find("bundled:status-500").unwrap().origin, Origin::Bundled);
    shelf.put("status-500.yaml", &bundled.replace("title:", "title: Our"));
    assert_eq!(shelf.load().twice().len(), 1);
}

#[test]
fn a_drill_is_written_out_with_its_scripts_executable() {
    let shelf = shelf();
    let library = shelf.load();
    let to = shelf.0.path().join("out");
    extract(&library.find("bundled:status-500").unwrap(), &to).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&to.join("break")), 0o700);
    assert_eq!(mode(&to.join("drill.yaml")), 0o600);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks/status-500/drill");
    assert_eq!(tree(&to), tree(&source));

    shelf.put("own/runbook.yaml", &text("Own", ""));
    shelf.put("own/drill/lib/x", "#!/bin/sh\n");
    let library = shelf.load();
    let to = shelf.0.path().join("out2");
    extract(&library.find("own").unwrap(), &to).unwrap();
    assert_eq!(mode(&to.join("lib/x")), 0o700);

    shelf.put("bare.yaml", &text("Bare", ""));
    assert!(matches!(extract(&shelf.load().find("bare").unwrap(), &to), Err(Error::NoDrill { .. })));
}

/// Every file below a folder: its relative path and content.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn a_settled_file_is_read_once_and_again_when_it_changes() {
    let shelf = shelf();
    let path = shelf.put("disk-full.yaml", &text("Disk full", ""));
    assert_eq!(own(&shelf.load())[0].facts.title, "Disk full");
    let cache = shelf.0.path().join("library.json");
    let kept = fs::read_to_string(&cache).unwrap();
    fs::write(&cache, kept.replace("Disk full", "from the cache")).unwrap();
    assert_eq!(own(&shelf.load())[0].facts.title, "from the cache");
    fs::write(&path, text("Disk fuller", "")).unwrap();
    assert_eq!(own(&shelf.load())[0].facts.title, "Disk fuller");
    // Just changed, and not kept: a second change of the same length within a clock's tick would not be seen.
    fs::write(&path, text("Disk FULLER", "")).unwrap();
    assert_eq!(own(&shelf.load())[0].facts.title, "Disk FULLER");
    fs::write(&cache, "garbage").unwrap();
    assert_eq!(own(&shelf.load())[0].facts.title, "Disk FULLER");
}

#[test]
fn every_word_must_be_found_and_the_better_fit_comes_first() {
    let shelf = shelf();
    shelf.put("a.yaml", &text("Mastodon answers 500", "services: [web]\nsymptoms: [posting fails with status 500]"));
    shelf.put("b.yaml", &text("Mail queue stuck", "services: [mastodon-sidekiq]\ntags: [redis]"));
    shelf.put("c.yaml", &text("Disk full", "alerts: [DiskFull]"));
    let library = shelf.load();
    assert_eq!(found(&library, "mastodon"), ["a", "b"]);
    assert_eq!(found(&library, "mastodon redis"), ["b"]);
    assert_eq!(found(&library, "posting 500")[0], "a");
    assert_eq!(found(&library, "mstdn")[..2], ["a", "b"], "letters may be left out");
    assert_eq!(found(&library, "zzz"), Vec::<&str>::new());
    assert_eq!(library.search(" ").len(), library.items().len());
    assert_eq!(found(&library, "!^$'\u{1b}"), Vec::<&str>::new(), "nothing in a query is special");
}

#[test]
fn the_exact_name_of_an_alert_comes_first() {
    let shelf = shelf();
    shelf.put("a.yaml", &text("DiskFull DiskFull everywhere", "tags: [DiskFull]"));
    shelf.put("b.yaml", &text("Something else", "alerts: [DiskFull]"));
    assert_eq!(found(&shelf.load(), "diskfull"), ["b", "a"]);
}

#[test]
fn highlights_count_characters() {
    let shelf = shelf();
    shelf.put("a.yaml", &text("Größe überall voll", "services: [platte]"));
    let library = shelf.load();
    let hits = library.search("voll platte");
    let hit = hits.iter().find(|hit| library.items()[hit.item].id == "a").unwrap();
    assert_eq!(
        hit.highlights,
        [
            Highlight { field: Field::Title, chars: vec![14, 15, 16, 17] },
            Highlight { field: Field::Service(0), chars: vec![0, 1, 2, 3, 4, 5] },
        ]
    );
}

#[test]
fn a_thousand_runbooks_load_from_the_cache_as_from_their_texts() {
    let shelf = shelf();
    for number in 0..1000 {
        shelf.put(&format!("r{number:04}.yaml"), &text(&format!("Title {number}"), "services: [a, b]"));
    }
    let first = shelf.load();
    let second = shelf.load();
    assert_eq!(first.items(), second.items());
    assert_eq!(own(&second).len(), 1000);
    assert_eq!(found(&second, "r0777"), ["r0777"]);
}
