//! The output of a terminal: ours with and without secrets, `script`, `asciinema`, and panes of tmux and mprocs.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Context;
use super::carriers::{self, Carried, Course};
use super::floor;
use crate::lane::OurLane;
use crate::made;
use crate::place::Place;
use crate::report::Section;
use crate::samples::{Contestant, Samples, figure, race, rate};

/// Lines of so many bytes, and how many bytes of them: what `script` carries in about half a second.
const INPUTS: [(usize, u64); 4] = [(2, 3_000_000), (20, 15_000_000), (60, 30_000_000), (180, 40_000_000)];

/// One table, a row for each length of line and contestant.
pub(super) fn run(context: &Context<'_>) -> anyhow::Result<Vec<Section>> {
    let mut rows = Vec::new();
    for (length, size) in INPUTS {
        let file = context.folder.join("lines");
        let bytes = made::write_lines(&file, length, context.scale.bytes(size))?;
        let newlines = bytes / u64::try_from(length)?;
        rows.extend(lines(&Course { context, file: &file, bytes, newlines }, length)?);
    }
    Ok(vec![Section {
        title: "Output of a terminal".to_owned(),
        about: "`cat FILE` on a pseudo-terminal, MB/s of the file's bytes, from the moment the command is let go. Until its last byte is \
                written, and until everything is on record. Ratio: recorded, to `script -qf`. `script` and `asciinema` show what they \
                record to nobody (/dev/null); tmux is detached, its pane piped into a file; mprocs shows the pane on a terminal of \
                80x24 and keeps its last 1,000 rows. \"Read and forgotten\" is what the kernel allows: a terminal as a lane has \
                one, and a reader that does nothing with what it reads. The target is 4 times `script` on lines up to 20 bytes, 1.2 times on longer ones."
            .to_owned(),
        head: vec!["lines of", "", "written MB/s", "recorded MB/s", "ratio"],
        rows,
    }])
}

fn lines(course: &Course<'_>, length: usize) -> anyhow::Result<Vec<Vec<String>>> {
    let place = Place::new();
    // A lane looks for every secret it ever had: each number of them has one of its own.
    let [plain, secret] = ["plain", "secret"].map(|name| OurLane::open(&place.root().join(name)).map(RefCell::new));
    let (plain, secret) = (plain?, secret?);
    let mut contestants = vec![
        Contestant::new("**Stanch**", || carriers::ours(course, &plain, 0)),
        Contestant::new("**Stanch**, 33 secrets", || carriers::ours(course, &secret, 33)),
        Contestant::new("read and forgotten", || floor::reader(course)),
    ];
    let mut add = |name: &str, program: &str, take: fn(&Course<'_>, &Path, &Place) -> anyhow::Result<Carried>| {
        if let Some(path) = course.context.peers.get(program) {
            let (path, place): (PathBuf, &Place) = (path.to_owned(), &place);
            contestants.push(Contestant::new(name, move || take(course, &path, place)));
        }
    };
    add("script -qf", "script", carriers::script);
    add("asciinema rec", "asciinema", carriers::asciinema);
    add("tmux pipe-pane", "tmux", carriers::tmux);
    add("mprocs", "mprocs", carriers::mprocs);

    let taken = race(course.context.scale.times, &mut contestants)?;
    let rates = |of: &[Carried], which: fn(&Carried) -> Option<Duration>| -> Samples {
        of.iter().filter_map(which).map(|took| rate(course.bytes, took)).collect()
    };
    let recorded: Vec<Samples> = taken.iter().map(|of| rates(of, |carried| carried.recorded)).collect();
    let script = contestants.iter().position(|contestant| contestant.name.starts_with("script"));
    let base = script.map(|at| recorded[at].median());
    let row = |at: usize| {
        let written = rates(&taken[at], |carried| Some(carried.written));
        let (kept, none) = (&recorded[at], || "-".to_owned());
        let ratio = base.filter(|_| !kept.is_empty()).map_or_else(none, |base| figure(kept.median() / base));
        let spread = if kept.is_empty() { none() } else { kept.spread() };
        vec![format!("{length} B"), contestants[at].name.clone(), written.spread(), spread, ratio]
    };
    Ok((0..contestants.len()).map(row).collect())
}
