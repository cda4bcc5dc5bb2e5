//! From a run's spec to the two texts that start it on the far side.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::super::carry::{Environment, State, is_passing};
use super::super::launch;
use super::super::prelude::{self, exports, is_name, quote, quoted};
use super::super::recording::Source;
use super::link::Ground;
use super::text;
use crate::runbook::{Mode, Shell};
use crate::session::run::RunSpec;

/// The search path of another user, where nobody says otherwise.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What starts a run there.
pub(in super::super) struct Plan {
    /// What stands on top of the lane's environment for this run only.
    pub(in super::super) given: Environment,
    pub(in super::super) source: Source,
    /// Where it goes, for people.
    pub(in super::super) place: String,
    /// How the keeper sets up its terminal and the output.
    pub(super) kind: &'static str,
    /// The job's own shell: becomes the user, and the shell that is wanted. Written to a file over there.
    pub(super) job: Vec<u8>,
    /// What that shell reads from its standard input: the directory's line, then the text. Written nowhere.
    pub(super) script: Vec<u8>,
}

impl Plan {
    /// Whether the run outlives its connection.
    pub(in super::super) fn is_detached(&self) -> bool {
        self.kind == "detach"
    }
}

/// Where it goes.
enum Place {
    Path(PathBuf),
    /// Below the home of another user, which only their shell knows.
    Home(String),
}

/// Settles how a run will be started.
pub(in super::super) fn plan(
    spec: &RunSpec,
    secrets: &[(String, String)],
    state: &State,
    user: Option<&str>,
    ground: &Ground,
) -> io::Result<Plan> {
    let given = launch::given(spec, secrets)?;
    let place = place(spec, state, user);
    let source = launch::source(spec);
    let detached = is_detached(spec);
    let source = if detached { Source::Pipe } else { source };
    let kind = match (source, spec.mode) {
        _ if detached => "detach",
        (Source::Pipe, _) => "pipe",
        (Source::Secret, _) => "secret",
        (Source::Terminal, Mode::Interactive) => "interactive",
        (Source::Terminal, _) => "pty",
    };
    let job = job(spec, user, ground)?;
    let mut script = first_line(&place);
    script.extend(self::script(spec, &given, state, user, ground, &place));
    let place = match place {
        Place::Path(path) => path.to_string_lossy().into_owned(),
        Place::Home(rest) => format!("~/{rest}"),
    };
    Ok(Plan { given, source, place, kind, job, script })
}

/// Whether it outlives its connection: only what asks nothing and hides nothing can.
fn is_detached(spec: &RunSpec) -> bool {
    spec.detach && !spec.secret_output && matches!(spec.mode, Mode::Pty | Mode::Pipe)
}

fn place(spec: &RunSpec, state: &State, user: Option<&str>) -> Place {
    let Some(cwd) = &spec.cwd else { return Place::Path(state.directory.clone()) };
    let rest = cwd.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match (rest.map(|rest| rest.trim_start_matches('/')), user) {
        (Some(rest), Some(_)) => Place::Home(rest.to_owned()),
        (Some(rest), None) => match state.environment.get(OsStr::new("HOME")) {
            Some(home) => Place::Path(PathBuf::from(home).join(rest)),
            None => Place::Home(rest.to_owned()),
        },
        (None, _) => Place::Path(state.directory.join(cwd)),
    }
}

/// Where the job's shell goes before it becomes somebody else, who perhaps may not.
fn first_line(place: &Place) -> Vec<u8> {
    let mut line = match place {
        Place::Path(path) if !path.as_os_str().as_bytes().contains(&b'\n') => path.as_os_str().as_bytes().to_vec(),
        _ => Vec::new(),
    };
    line.push(b'\n');
    line
}

/// A file over there: no value stands in it.
fn job(spec: &RunSpec, user: Option<&str>, ground: &Ground) -> io::Result<Vec<u8>> {
    let (run, folder) = (spec.run.0, quoted(&ground.folder));
    let (shell, options) = match spec.shell {
        Shell::Sh => ("sh", "-c"),
        Shell::Bash => ("bash", "-eo pipefail -c"),
        Shell::Zsh => ("zsh", "-c"),
    };
    let start = format!("{shell} {options} 'eval \"$(cat)\"' {shell}");
    // A wrapper has let go of the keeper by then; the shell's own words are in the output.
    let told = if is_detached(spec) { "2" } else { "4" };
    let refuse = |why: &str| format!("{{ echo \"not {run} {why}\" >&{told}; cat >/dev/null; exit 126; }}\n");
    let mut job = format!(
        "command -v {shell} >/dev/null || {}",
        refuse(&format!("could not start {shell}: it is not installed"))
    );
    let exec = match user {
        None => format!("exec {start}\n"),
        Some(user) => {
            let first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let plain = |byte: u8| first(byte) || matches!(byte, b'-' | b'.' | b'@');
            if !user.bytes().next().is_some_and(first) || !user.bytes().all(plain) {
                return Err(io::Error::other(format!("could not become {user}: that is no user's name")));
            }
            job.push_str(
                &["id ", user, " >/dev/null 2>&1 || ", &refuse(&format!("could not find user {user}"))].concat(),
            );
            become_user(user, &start, ground.root)
        }
    };
    let here = if is_detached(spec) {
        // Its wrapper is the group's leader, and has told.
        String::new()
    } else {
        format!("echo $$ >{folder}/{run}.pid\necho \"pid {run} $$\" >&4\nexec 4>&-\n")
    };
    Ok([&job, &here, "IFS= read -r w\ncd -- \"$w\" 2>/dev/null\n", &exec].concat().into_bytes())
}

/// `runuser` for root, who needs no password, else `sudo`; as on this machine.
fn become_user(user: &str, start: &str, root: bool) -> String {
    let sudo = format!("exec sudo -H -u {user} -- {start}\n");
    if !root {
        return sudo;
    }
    let own = format!("HOME=\"$h\" USER={user} LOGNAME={user} SHELL=/bin/sh PATH={PATH} TERM=\"$TERM\"");
    format!(
        "command -v runuser >/dev/null || {sudo}h=~{user}\n\
         exec runuser -u {user} -- env -i {own} ${{LANG:+\"LANG=$LANG\"}} ${{TZ:+\"TZ=$TZ\"}} {start}\n"
    )
}

/// What is evaluated: all that has a value in it.
fn script(
    spec: &RunSpec,
    given: &Environment,
    state: &State,
    user: Option<&str>,
    ground: &Ground,
    place: &Place,
) -> Vec<u8> {
    let terminal = match user {
        _ if is_detached(spec) => "/dev/null".to_owned(),
        Some(_) => "/dev/tty".to_owned(),
        None => quoted(&ground.terminal),
    };
    let mut script = format!("exec <{terminal} || exit 126\n").into_bytes();
    let own = user.is_none().then_some(&ground.first.environment);
    for name in own.into_iter().flat_map(Environment::keys) {
        let gone = !state.environment.contains_key(name) && !is_passing(name);
        if gone && is_name(name.as_bytes()) {
            script.extend([b"unset ", name.as_bytes(), b"\n"].concat());
        }
    }
    let carried = state.environment.iter().filter(|(name, value)| own.is_none_or(|own| own.get(*name) != Some(value)));
    let values = carried.chain(given).map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    script.extend(exports(values));
    script.extend(enter(place, user, ground, spec.run.0));
    let ending = ground.tools.as_ref().filter(|_| spec.mode != Mode::Follow).map(|tools| {
        let dump = text::dump(&ground.nonce, &quoted(&tools.awk), &quoted(&tools.od));
        // Not as a document: what writes one would be an orphan of the run's group for a moment.
        let sum = format!("printf '%s\\n' \"$__stanch_state\" | {}", quoted(&tools.cksum));
        prelude::trap(&ground.nonce, spec.run, "far", &dump, &sum)
    });
    script.extend(prelude::text(&spec.command, spec.strict, ending.as_deref()));
    script
}

/// The directory, or a word that it could not be entered.
fn enter(place: &Place, user: Option<&str>, ground: &Ground, run: u32) -> Vec<u8> {
    let word = match place {
        Place::Path(path) => quote(path.as_os_str().as_bytes()),
        Place::Home(rest) => [&b"\"$HOME\"/"[..], &quote(rest.as_bytes())].concat(),
    };
    let mut script = [&b"cd -- "[..], &word, b" 2>/dev/null"].concat();
    if user.is_some() {
        // Where only the one who logged in may go, the shell is already.
        script.extend([&b" || [ \"$(pwd)\" = "[..], &word, b" ]"].concat());
    }
    let told = format!(" || {{ printf '\\033]7748;{};{run};enter\\007' >/dev/tty; exit 126; }}\n", ground.nonce);
    script.extend(told.into_bytes());
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(root: bool) -> Ground {
        let first = State { directory: "/root".into(), environment: [("HOME".into(), "/root".into())].into() };
        let (folder, terminal) = ("/tmp/stanch-k".to_owned(), "/dev/pts/7".to_owned());
        Ground { folder, terminal, nonce: "n0nce".to_owned(), root, tools: None, first }
    }

    #[test]
    fn a_job_of_another_user_drops_what_is_not_theirs_and_asks_only_who_must() {
        let as_root = become_user("web", "sh -c x", true);
        assert!(as_root.contains("exec runuser -u web -- env -i HOME=\"$h\""), "{as_root}");
        assert_eq!(become_user("web", "sh -c x", false), "exec sudo -H -u web -- sh -c x\n");
    }

    #[test]
    fn a_directory_that_cannot_be_one_line_is_entered_by_the_script_alone() {
        let place = Place::Path("/srv/a\nb".into());
        assert_eq!(first_line(&place), b"\n");
        let script = String::from_utf8(enter(&place, None, &ground(true), 7)).unwrap();
        assert!(script.starts_with("cd -- '/srv/a\nb' 2>/dev/null || "), "{script}");
    }
}
