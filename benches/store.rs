//! How long the files take: appends, 1,000 sessions, 1,000 runbooks, replay. `cargo bench --bench store`.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use stanch::session::event::{Event, Opened, Tag};
use stanch::session::state::State;
use stanch::store::clock::{Clock, System};
use stanch::store::journal::{Journal, read};
use stanch::store::library::Library;
use stanch::store::paths::Paths;
use stanch::store::session;

const MANY: usize = 1000;
const TRIES: usize = 15;

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let folder = tempfile::tempdir()?;
    let paths = Paths::at(&folder.path().join("data"), &folder.path().join("config")).writable()?;
    let journal = appends(&paths)?;
    sessions(&paths, &journal)?;
    runbooks(&paths)?;
    replay(&journal)
}

fn appends(paths: &Paths) -> Result<std::path::PathBuf, Box<dyn Error>> {
    let dir = session::create(paths, "bench", None, System.now())?;
    let mut journal = Journal::create(&dir.journal(), "bench@here", Arc::new(System))?;
    let opened = Opened {
        title: "Bench".to_owned(),
        runbook: None,
        severity: None,
        services: Vec::new(),
        planned: false,
        drill: None,
        auto: false,
        zone: "+00:00".to_owned(),
        version: "0".to_owned(),
    };
    journal.append(&Event::Opened(opened).into())?;
    let mut times = Vec::new();
    for number in 0..MANY {
        let draft = Event::Note { tag: Tag::Plain, text: format!("note {number}") }.into();
        let start = Instant::now();
        journal.append(&draft)?;
        times.push(start.elapsed());
    }
    told("append and fdatasync", times);
    Ok(dir.journal())
}

fn sessions(paths: &Paths, journal: &Path) -> Done {
    // A session of 20 entries is a usual one.
    let text = fs::read_to_string(journal)?;
    let usual: String = text.split_inclusive('\n').take(20).collect();
    for number in 1..MANY {
        let folder = paths.sessions().join(format!("2022-04-30T1933Z-copy-{number:04x}"));
        fs::create_dir(&folder)?;
        fs::write(folder.join("journal.jsonl"), &usual)?;
    }
    told("list 1,000 sessions, no summaries yet", vec![timed(|| Ok(session::list(paths)?.len() == MANY))?]);
    let warm = (0..TRIES).map(|_| timed(|| Ok(session::list(paths)?.len() == MANY))).collect::<Result<_, _>>()?;
    told("list 1,000 sessions", warm);
    Ok(())
}

fn runbooks(paths: &Paths) -> Done {
    let folder = paths.runbooks();
    fs::create_dir_all(&folder)?;
    let old = SystemTime::now() - Duration::from_hours(1);
    for number in 0..MANY {
        let mut text = format!("stanch: 1\ntitle: Runbook {number}\nservices: [web, db]\nalerts: [Alert{number}]\n");
        text += "symptoms: [requests answer 500]\ndiagnose:\n  steps:\n";
        for step in 0..24 {
            writeln!(
                text,
                "    - id: step-{step}\n      title: What does part {step} say?\n      run: journalctl -u part-{step}"
            )?;
        }
        let path = folder.join(format!("runbook-{number:04}.yaml"));
        fs::write(&path, text)?;
        fs::File::options().write(true).open(&path)?.set_modified(old)?;
    }
    let load = || Library::load(paths, &[]);
    told("load 1,000 runbooks of 3 KB, no cache yet", vec![timed(|| Ok(load().items().len() >= MANY))?]);
    let warm = (0..TRIES).map(|_| timed(|| Ok(load().items().len() >= MANY))).collect::<Result<_, _>>()?;
    told("load 1,000 runbooks", warm);
    let library = load();
    let search =
        (0..TRIES).map(|_| timed(|| Ok(!library.search("runbook 77").is_empty()))).collect::<Result<_, _>>()?;
    told("search 1,000 runbooks", search);
    Ok(())
}

fn replay(journal: &Path) -> Done {
    let start = Instant::now();
    let read = read(journal)?;
    black_box(State::replay(&read.entries));
    let per = start.elapsed().checked_div(u32::try_from(read.entries.len())?).unwrap_or_default();
    told("read, check and fold one entry", vec![per]);
    Ok(())
}

fn timed(what: impl FnOnce() -> Result<bool, Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    let right = what()?;
    let took = start.elapsed();
    if right { Ok(took) } else { Err("it gave something else than it should".into()) }
}

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at =
        |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or_default();
    println!("{what}: median {:.2?}, p99 {:.2?}, {} times", at(50), at(99), times.len());
}
