//! `stanch export --format cast`: a session to be played again. Streamed: an output is never held.

use std::io::{self, BufRead as _, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;

use super::Exit;
use super::recorded::Recorded;
use super::save;
use crate::postmortem::cast::{self, Cast, Happens, Scene};
use crate::session::run::RunNo;
use crate::store::replay::{Piece, Player};
use crate::store::runs::RunDir;
use crate::text::replay::Replay;

/// Rows of a run's terminal before it is resized.
const ROWS: u16 = 50;
/// Columns of a run's terminal that nobody knows.
const COLUMNS: u16 = 240;

/// Exports a session, or one of its runs, as an asciicast.
pub(super) fn run(
    session: &str,
    only: Option<u32>,
    file: Option<&Path>,
    force: bool,
    out: &mut impl Write,
) -> anyhow::Result<Exit> {
    let recorded = Recorded::read(session)?;
    let cast = Cast::new(&recorded.entries, recorded.runbook.as_ref(), only.map(RunNo));
    if let Some(run) = only.filter(|_| cast.scenes.is_empty()) {
        eprintln!("error: could not export run {run}: the session has no such run");
        eprintln!("hint: `stanch export {}` names its runs in the appendix on commands", recorded.dir.id());
        return Ok(Exit::Usage);
    }
    let Some(path) = file else {
        play(&recorded, &cast, out)?;
        out.flush()?;
        return Ok(Exit::Fine);
    };
    let named = path.to_string_lossy().escape_debug().to_string();
    if path.exists() && !save::is_file(path) {
        return Ok(save::unreadable(path, "it is no file"));
    }
    if !force && !may_replace(path)? {
        eprintln!("error: could not write {named}: it is there, and it is no cast");
        eprintln!("hint: choose another file; with --force it is overwritten, whatever is in it");
        return Ok(Exit::Input);
    }
    // Where the name is a link, the file it leads to is replaced and the link stays.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| Path::new(".").join(path));
    let written = target.parent().map_or_else(tempfile::NamedTempFile::new, tempfile::NamedTempFile::new_in);
    let written = match written {
        Ok(written) => written,
        Err(error) => {
            eprintln!("error: could not write {named}: {}", io::Error::from(error.kind()));
            eprintln!("hint: name a file in a folder that is there and that you may write to");
            return Ok(Exit::Input);
        }
    };
    let mut lines = BufWriter::new(&written);
    play(&recorded, &cast, &mut lines)?;
    lines.flush().with_context(|| format!("could not write {named}"))?;
    drop(lines);
    written.persist(&target).with_context(|| format!("could not write {named}"))?;
    Ok(Exit::Fine)
}

/// Whether nothing is lost where this file is written over: it is not there, or a cast.
fn may_replace(path: &Path) -> anyhow::Result<bool> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error).with_context(|| format!("could not read {}", path.display())),
    };
    let mut first = Vec::new();
    // A first line longer than this is none of ours.
    io::BufReader::new(io::Read::take(file, 64 << 10)).read_until(b'\n', &mut first)?;
    let header: Option<serde_json::Value> = serde_json::from_slice(&first).ok();
    Ok(header.is_some_and(|header| header["version"] == 2 && header["width"].is_u64()))
}

/// A run under way on the terminal that plays.
struct Act<'a> {
    scene: &'a Scene,
    player: Player,
    replay: Replay,
}

/// Writes all lines, those of runs that overlap in the order of their times.
fn play(recorded: &Recorded, cast: &Cast, out: &mut impl Write) -> anyhow::Result<()> {
    let folder = |scene: &Scene| RunDir::at(&recorded.dir.run(scene.run));
    let columns = cast.scenes.iter().filter_map(|scene| folder(scene).command().ok()).map(|spec| spec.width).max();
    out.write_all(cast.header((columns.unwrap_or(COLUMNS), ROWS)).as_bytes())?;

    let mut waiting = cast.scenes.iter().peekable();
    let mut acts: Vec<Act> = Vec::new();
    let mut now = 0;
    loop {
        let next = acts
            .iter()
            .enumerate()
            .filter_map(|(place, act)| Some((act.scene.at_ms + act.player.time()?, place)))
            .min();
        let begins = waiting.peek().map(|scene| scene.at_ms).filter(|at| next.is_none_or(|(next, _)| *at <= next));
        match (begins, next) {
            (Some(at), _) => {
                now = at.max(now);
                let Some(scene) = waiting.next() else { break };
                let label = format!("{}: {}", scene.run, scene.title);
                out.write_all(cast::event(now, &Happens::Marker(label)).as_bytes())?;
                out.write_all(cast::event(now, &Happens::Output(scene.opening())).as_bytes())?;
                let took = scene.ended_ms.map(|ended| ended - scene.at_ms);
                let player = Player::open(folder(scene), took)?;
                acts.push(Act { scene, player, replay: Replay::new(scene.interactive) });
                let ended = acts.len() - 1;
                if acts[ended].player.time().is_none() {
                    now = close(&mut acts, ended, now, out)?;
                }
            }
            (None, Some((at, place))) => {
                now = at.max(now);
                let act = &mut acts[place];
                match act.player.piece()? {
                    Some(Piece::Bytes(bytes)) => {
                        let mut text = String::new();
                        act.replay.push(&bytes, &mut text);
                        if !text.is_empty() {
                            out.write_all(cast::event(now, &Happens::Output(text)).as_bytes())?;
                        }
                    }
                    Some(Piece::Size(columns, rows)) => {
                        out.write_all(cast::event(now, &Happens::Resize(columns, rows)).as_bytes())?;
                    }
                    None => {}
                }
                if act.player.time().is_none() {
                    now = close(&mut acts, place, now, out)?;
                }
            }
            (None, None) => break,
        }
    }
    Ok(())
}

/// The end of a run; when that was.
fn close(acts: &mut Vec<Act>, place: usize, now: u64, out: &mut impl Write) -> io::Result<u64> {
    let mut act = acts.remove(place);
    let mut text = String::new();
    act.replay.finish(&mut text);
    text.push_str(&act.scene.closing());
    // Of a run beside others the end is played with its last output: theirs must not be held up by it.
    let at = if acts.is_empty() { act.scene.ended_ms.unwrap_or(now).max(now) } else { now };
    out.write_all(cast::event(at, &Happens::Output(text)).as_bytes())?;
    Ok(at)
}
