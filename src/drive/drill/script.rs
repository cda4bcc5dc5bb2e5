//! Running a drill's scripts.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::place::Place;
use crate::drive::error::{Error, Kind, Result};
use crate::runner::still_alive;

/// No script takes longer.
const PATIENCE: Duration = Duration::from_mins(5);
/// How much of what a script printed is shown when it fails, in bytes.
const SHOWN: u64 = 8 * 1024;

/// Before a script does anything it is written down, so that it can be ended where whoever ran it was killed.
const WRITTEN_DOWN: &str = r#"read -r stat </proc/$$/stat && printf '%s\n' "$stat" >"$1" && exec sh "$2""#;

/// Ends the script that ran when its drill died.
pub(super) fn end_running(place: &Place) {
    let group = std::fs::read(place.running()).ok().and_then(|stat| still_alive(&stat));
    if let Some(group) = group {
        // One that ended just now has no group any more.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Runs `break`, `clean` or `sabotage` of a drill. What it prints is kept, and shown where it fails.
pub(super) fn run(place: &Place, name: &str, cancelled: &dyn Fn() -> bool) -> Result<()> {
    let script = place.scripts().join(name);
    let log = place.log(name);
    let could = |cause| Error::io(format!("run the drill's {name}"))(cause);
    let out = File::create(&log).map_err(could)?;
    let mut child = Command::new("sh")
        .args(["-c", WRITTEN_DOWN, "sh"])
        .arg(place.running())
        .arg(&script)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/sbin:/usr/bin:/sbin:/bin".into()))
        .env("DRILL", place.work())
        .current_dir(place.work())
        .stdin(Stdio::null())
        .stdout(out.try_clone().map_err(could)?)
        .stderr(out)
        // An interrupt at the terminal is for us: what is half-way made is cleaned up.
        .process_group(0)
        .spawn()
        .map_err(could)?;
    let status = wait(&mut child, cancelled).map_err(could)?;
    let what = match status {
        Some(status) if status.success() => return Ok(()),
        Some(status) => status.to_string(),
        None if cancelled() => "it was interrupted".to_owned(),
        None => format!("it took longer than {} s", PATIENCE.as_secs()),
    };
    let said = tail(&log).unwrap_or_default();
    Err(Error::new(Kind::Failed, format!("could not run the drill's {name}: {what}")).hint(match said.trim() {
        "" => "it printed nothing".to_owned(),
        said => format!("it printed:\n{said}"),
    }))
}

/// Its status; none where it had to be ended.
fn wait(child: &mut Child, cancelled: &dyn Fn() -> bool) -> std::io::Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > PATIENCE || cancelled() {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // What it started in a group of its own is `clean`'s.
                let _ = kill_process_group(group, Signal::KILL);
            }
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(SHOWN)))?;
    let mut bytes = Vec::new();
    file.take(SHOWN).read_to_end(&mut bytes)?;
    let text = crate::text::plain::strip(&bytes);
    Ok(text.lines().map(crate::text::visible::clean).collect::<Vec<_>>().join("\n"))
}
