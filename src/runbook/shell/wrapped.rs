//! Programs that run another one: what they run is what counts.

use super::arguments::Arguments;
use super::script::{Command, Word, commands};

/// How many wrappers are taken off one command, scripts in scripts included.
const DEEPEST: usize = 12;

/// A program that is started, without what wraps it.
#[derive(Debug)]
pub(super) struct Started<'a> {
    /// The program and its arguments.
    pub(super) words: &'a [Word],
    /// Its redirects, and how it stands among the others; of the command that the operator sees.
    pub(super) command: &'a Command,
    /// It is ended by `timeout`, or by whatever reads its output.
    pub(super) ends: bool,
    /// A program for which a value may not be there (`xargs`): what it works on is not in its words.
    pub(super) fed: bool,
}

/// Calls `visit` for every program that a script starts.
pub(super) fn each(script: &str, visit: &mut dyn FnMut(&Started)) {
    scripts(script, false, DEEPEST, visit);
}

fn scripts(script: &str, ends: bool, depth: usize, visit: &mut dyn FnMut(&Started)) {
    let found = commands(script);
    for (at, command) in found.iter().enumerate() {
        let cut = found[at + 1..].iter().any(|later| later.pipeline == command.pipeline && later.piped && cuts(later));
        unwrap(command, &command.words, State { ends: ends || cut, fed: false }, depth, visit);
    }
}

/// A program that stops reading, and so ends whoever writes to it.
fn cuts(command: &Command) -> bool {
    let arguments = Arguments::of(&command.words);
    match arguments.program() {
        "head" => true,
        "grep" | "egrep" | "fgrep" | "rg" => arguments.has(&["-q", "-m", "--quiet", "--max-count"]),
        _ => false,
    }
}

#[derive(Clone, Copy)]
struct State {
    ends: bool,
    fed: bool,
}

fn unwrap(command: &Command, words: &[Word], state: State, depth: usize, visit: &mut dyn FnMut(&Started)) {
    if depth == 0 {
        return;
    }
    let mut state = state;
    // What is repeated for ever counts as well as what is repeated.
    if Arguments::of(words).program() == "watch" {
        visit(&Started { words, command, ends: state.ends, fed: state.fed });
    }
    match inner(words) {
        Inner::Words(rest, kind) => {
            state.ends |= kind == Kind::Ends;
            state.fed |= kind == Kind::Fed;
            unwrap(command, rest, state, depth - 1, visit);
        }
        Inner::Script(script) => scripts(&script, state.ends, depth - 1, visit),
        Inner::Nothing => visit(&Started { words, command, ends: state.ends, fed: state.fed }),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    /// Ends what it runs.
    Ends,
    /// Gives it further arguments.
    Fed,
}

enum Inner<'a> {
    /// The words of what is run.
    Words(&'a [Word], Kind),
    /// A script that is run.
    Script(String),
    /// It runs nothing else.
    Nothing,
}

/// A wrapper: its options that take the next word, and how many plain words stand before what it runs.
struct Wrapper {
    names: &'static [&'static str],
    valued: &'static [&'static str],
    skip: usize,
    kind: Kind,
}

const fn wrapper(names: &'static [&'static str], valued: &'static [&'static str], skip: usize) -> Wrapper {
    Wrapper { names, valued, skip, kind: Kind::Plain }
}

const WRAPPERS: &[Wrapper] = &[
    wrapper(&["sudo", "doas"], &["-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t", "-U", "-D", "--user", "--group"], 0),
    wrapper(&["env"], &["-u", "-C", "-S", "--unset", "--chdir"], 0),
    wrapper(&["nohup", "setsid", "time", "exec", "command", "builtin", "unbuffer", "proxychains", "eatmydata"], &[], 0),
    wrapper(&["nice", "ionice", "chrt", "cpulimit"], &["-n", "-c", "-p", "-l"], 0),
    wrapper(&["stdbuf"], &["-i", "-o", "-e"], 0),
    wrapper(&["taskset", "chroot"], &[], 1),
    wrapper(&["runuser", "setpriv"], &["-u", "-g", "-G", "--reuid", "--regid"], 0),
    Wrapper { names: &["timeout"], valued: &["-s", "-k", "--signal", "--kill-after"], skip: 1, kind: Kind::Ends },
    Wrapper {
        names: &["xargs", "parallel"],
        valued: &["-n", "-P", "-I", "-L", "-d", "-a", "-s", "-E", "-j", "--max-args", "--max-procs", "--replace"],
        skip: 0,
        kind: Kind::Fed,
    },
    wrapper(&["systemd-run"], &["-p", "-u", "-M", "-H", "--unit", "--property", "--uid", "--gid"], 0),
    wrapper(&["nsenter"], &["-t", "-S", "-G", "--target"], 0),
    wrapper(&["strace", "ltrace"], &["-e", "-o", "-p", "-s", "-P", "-u"], 0),
];

fn inner(words: &[Word]) -> Inner<'_> {
    let arguments = Arguments::of(words);
    let program = arguments.program();
    if let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&program)) {
        // `command -v x` only asks whether it is there; `runuser -l user -c script` is as `su`.
        if program == "command" && arguments.has(&["-v", "-V"]) {
            return Inner::Nothing;
        }
        if program == "runuser" && arguments.has(&["-c", "--command"]) {
            return script_of(arguments, "-c");
        }
        return match after(words, wrapper.valued, wrapper.skip) {
            [] => Inner::Nothing,
            rest => Inner::Words(rest, wrapper.kind),
        };
    }
    match program {
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "su" => script_of(arguments, "-c"),
        "eval" => joined(words.get(1..).unwrap_or_default()),
        "watch" => joined(after(words, &["-n", "--interval"], 0)),
        "ssh" | "autossh" => joined(after(words, SSH, 1)),
        "docker" | "podman" | "kubectl" | "oc" | "docker-compose" | "lxc" | "crictl" | "nerdctl" | "microk8s" => {
            inside(words)
        }
        "ip" if words.get(1).is_some_and(|word| word.text == "netns") => plain(words.get(4..)),
        "bundle" | "poetry" | "pipenv" | "uv" | "pdm" => match words.get(1).map(|word| word.text.as_str()) {
            Some("exec" | "run") => plain(words.get(2..)),
            _ => Inner::Nothing,
        },
        "npx" => plain(words.get(1..)),
        "find" => match words.iter().position(|word| matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok")) {
            // Of what is found, whatever it is: the words after belong to it up to the semicolon.
            Some(at) if !arguments.has(&["-delete"]) => match words.get(at + 1..) {
                Some(rest @ [_, ..]) => Inner::Words(rest, Kind::Fed),
                _ => Inner::Nothing,
            },
            _ => Inner::Nothing,
        },
        _ => Inner::Nothing,
    }
}

const SSH: &[&str] = &[
    "-p", "-l", "-i", "-o", "-F", "-J", "-L", "-R", "-D", "-c", "-m", "-b", "-E", "-e", "-I", "-S", "-W", "-w", "-B",
    "-Q",
];

/// `docker exec [options] name command`, `kubectl exec pod -- command`, `oc rsh pod command`.
fn inside(words: &[Word]) -> Inner<'_> {
    let runs = |word: &Word| matches!(word.text.as_str(), "exec" | "rsh");
    let Some(at) = words.iter().position(runs) else { return Inner::Nothing };
    let rest = &words[at..];
    if let Some(dashes) = rest.iter().position(|word| word.text == "--") {
        return plain(rest.get(dashes + 1..));
    }
    let valued =
        &["-u", "-w", "-e", "-n", "-c", "--user", "--workdir", "--env", "--namespace", "--container", "--index"];
    plain(Some(after(rest, valued, 1)))
}

fn plain(rest: Option<&[Word]>) -> Inner<'_> {
    match rest {
        Some(rest @ [_, ..]) => Inner::Words(rest, Kind::Plain),
        _ => Inner::Nothing,
    }
}

fn script_of<'a>(arguments: Arguments<'a>, option: &'a str) -> Inner<'a> {
    arguments.values(option).next().map_or(Inner::Nothing, |script| Inner::Script(script.to_owned()))
}

fn joined(words: &[Word]) -> Inner<'_> {
    if words.is_empty() {
        return Inner::Nothing;
    }
    Inner::Script(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}

/// What stands after a program's options, its assignments, and `skip` plain words.
fn after<'a>(words: &'a [Word], valued: &[&str], skip: usize) -> &'a [Word] {
    let (mut at, mut skip) = (1, skip);
    while let Some(word) = words.get(at).map(|word| word.text.as_str()) {
        if word == "--" {
            at += 1;
            break;
        }
        if word.starts_with('-') && word.len() > 1 {
            at += 1 + usize::from(valued.contains(&word));
        } else if word
            .split_once('=')
            .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        {
            at += 1;
        } else if skip > 0 {
            skip -= 1;
            at += 1;
        } else {
            break;
        }
    }
    words.get((at + skip).min(words.len())..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(script: &str) -> Vec<String> {
        let mut found = Vec::new();
        each(script, &mut |started| {
            found.push(started.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
        });
        found.retain(|words| !words.is_empty());
        found
    }

    #[test]
    fn what_is_wrapped_is_found() {
        for (script, expected) in [
            ("sudo -u postgres psql -l", "psql -l"),
            ("sudo A=1 rm x", "rm x"),
            ("env -u X A=1 rm x", "rm x"),
            ("timeout -k 5 30s rm x", "rm x"),
            ("nice -n 10 ionice -c 3 rm x", "rm x"),
            ("runuser -u postgres -- rm x", "rm x"),
            ("runuser -l postgres -c 'rm x'", "rm x"),
            ("su - postgres -c 'rm x'", "rm x"),
            ("sh -ec 'rm x'", "rm x"),
            ("bash -lc \"sudo rm x\"", "rm x"),
            ("ssh -p 22 -o A=b root@db1 sudo rm x", "rm x"),
            ("ssh db1 'rm x'", "rm x"),
            ("docker exec -it -u root web rm x", "rm x"),
            ("docker compose exec web rm x", "rm x"),
            ("kubectl -n a exec pod -c main -- rm x", "rm x"),
            ("oc rsh pod rm x", "rm x"),
            ("xargs -r -n 1 rm x", "rm x"),
            ("bundle exec rm x", "rm x"),
            ("ip netns exec blue rm x", "rm x"),
            ("find . -name y -exec rm x {} \\;", "rm x {} ;"),
        ] {
            assert_eq!(started(script), [expected], "{script}");
        }
    }

    #[test]
    fn what_repeats_for_ever_is_found_with_what_it_repeats() {
        assert_eq!(started("watch -n 5 rm x"), ["watch -n 5 rm x", "rm x"]);
    }

    #[test]
    fn what_wraps_nothing_is_itself() {
        for script in ["ssh db1", "sudo -i", "su - postgres", "bash", "command -v rm", "docker ps", "find . -delete"] {
            assert_eq!(started(script), [script], "{script}");
        }
    }

    #[test]
    fn what_is_cut_short_ends() {
        for script in
            ["timeout 5 tail -f x", "tail -f x | head -n 1", "tail -f x | grep -q y", "ssh a 'tail -f x' | head"]
        {
            let mut ends = false;
            each(script, &mut |started| ends |= started.words[0].text == "tail" && started.ends);
            assert!(ends, "{script}");
        }
    }

    #[test]
    fn scripts_in_scripts_come_to_an_end() {
        let script = (0..50).fold("rm x".to_owned(), |script, _| format!("eval eval {script}"));
        started(&script);
    }
}
