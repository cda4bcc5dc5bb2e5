//! Does it end by itself, and does it want keys?

use super::arguments::{Arguments, among};
use super::script::{Command, Redirect};
use super::tools::KUBE;
use super::wrapped::{Started, each};

/// What a command needs of the operator to come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// It goes on until it is stopped.
    Endless,
    /// It waits for keys.
    Keys,
}

/// The first program of a command that does not end by itself (`tail -f`) or that wants keys (`vim`), if there is one,
/// and which of the two. What is sent to the background, cut by `timeout` or read by `head` ends.
#[must_use]
pub fn stays(script: &str) -> Option<(Stay, String)> {
    let mut found = None;
    each(script, &mut |started| {
        if found.is_none() && !started.command.background {
            found = keys(started).map(|what| (Stay::Keys, what));
            if !started.ends {
                found = found.take().or_else(|| endless(started).map(|what| (Stay::Endless, what)));
            }
        }
    });
    found
}

fn endless(started: &Started) -> Option<String> {
    let arguments = Arguments::of(started.words);
    let name = arguments.program();
    let plain = |at: usize| arguments.plain("").nth(at).unwrap_or_default();
    let follows = || arguments.has(&["-f", "--follow"]);
    let yes = match name {
        "tail" => arguments.has(&["-f", "-F", "--follow"]),
        "journalctl" => follows(),
        "dmesg" => arguments.has(&["-w", "-W", "--follow", "--follow-new"]),
        "docker" | "podman" | "docker-compose" | "nerdctl" => {
            (arguments.names(&["logs"]) && follows())
                || (arguments.names(&["stats"]) && !arguments.has(&["--no-stream"]))
                || (plain(0) == "events" && !arguments.has(&["--until"]))
        }
        "kubectl" | "oc" | "stern" => {
            name == "stern"
                || (arguments.names(&["logs"]) && follows())
                || (arguments.names(&["get", "events"]) && arguments.has(&["-w", "--watch", "--watch-only"]))
                || arguments.names(&["port-forward", "proxy"])
        }
        "watch" | "multitail" | "htop" | "btop" | "atop" | "iftop" | "nethogs" | "bmon" | "glances" | "yes"
        | "nmon" => true,
        "top" | "iotop" => !arguments.has(&["-b"]) || !arguments.has(&["-n"]),
        "ping" | "ping6" => !arguments.has(&["-c", "-w"]),
        "tcpdump" | "tshark" => !arguments.has(&["-c", "-r"]),
        "vmstat" | "iostat" | "mpstat" | "sar" | "dstat" | "pidstat" => {
            let mut numbers = arguments.all().filter(|word| word.parse::<u32>().is_ok());
            numbers.next().is_some() && numbers.next().is_none()
        }
        "inotifywait" => arguments.has(&["-m", "--monitor"]),
        "udevadm" | "nmcli" => plain(0) == "monitor",
        "etcdctl" => plain(0) == "watch",
        "redis-cli" | "valkey-cli" => {
            arguments.names(&["monitor", "MONITOR", "subscribe", "SUBSCRIBE"])
                || arguments.has(&["--stat", "--latency", "--bigkeys-watch"])
        }
        "sleep" => plain(0) == "infinity",
        "perf" => matches!(plain(0), "top"),
        "mtr" => !arguments.has(&["-r", "--report", "-c"]),
        "strace" | "ltrace" => arguments.has(&["-p"]),
        "less" => arguments.all().any(|word| word.starts_with("+F")),
        "nc" | "ncat" | "socat" => arguments.has(&["-l"]),
        _ => false,
    };
    yes.then(|| shown(name, arguments))
}

fn keys(started: &Started) -> Option<String> {
    let arguments = Arguments::of(started.words);
    let name = arguments.program();
    let plain = |at: usize| arguments.plain("").nth(at).unwrap_or_default();
    let fed = started.fed || is_fed(started.command);
    let yes = match name {
        "vi" | "vim" | "nvim" | "view" | "nano" | "pico" | "emacs" | "ed" | "joe" | "mcedit" | "visudo" | "vipw"
        | "sudoedit" | "vimdiff" | "micro" => true,
        "less" | "more" | "most" | "mc" | "k9s" | "lnav" | "ncdu" | "tig" | "lazydocker" | "screen" | "tmux"
        | "telnet" | "aptitude" | "cfdisk" => match name {
            "less" | "more" | "most" => !arguments.has(&["-F", "--quit-if-one-screen"]),
            "aptitude" => arguments.none(),
            "tmux" => arguments.none() || matches!(plain(0), "attach" | "a" | "attach-session"),
            "screen" => !arguments.has(&["-ls", "-list", "-d", "-X"]),
            _ => true,
        },
        "crontab" => arguments.has(&["-e"]),
        "systemctl" | "virsh" => plain(0) == "edit",
        "kubectl" | "oc" => {
            let first = arguments.plain(KUBE).next().unwrap_or_default();
            first == "edit" || (matches!(first, "debug" | "attach") && !arguments.names(&["--"]))
        }
        "git" => {
            (plain(0) == "rebase" && arguments.has(&["-i", "--interactive"]))
                || (plain(0) == "commit" && !arguments.has(&["-m", "-F", "-C", "--message", "--file", "--no-edit"]))
        }
        "psql" => !fed && !arguments.has(&["-c", "-f", "-l", "--command", "--file", "--list"]),
        "mysql" | "mariadb" => !fed && !arguments.has(&["-e", "--execute"]),
        "sqlite3" => !fed && plain(1).is_empty(),
        "mongo" | "mongosh" => !fed && !arguments.has(&["--eval"]) && !arguments.all().any(|word| word.contains(".js")),
        "redis-cli" | "valkey-cli" => {
            let valued = "-h -p -a -n -u -s --user --pass";
            !fed && arguments.plain(valued).next().is_none()
                && !arguments.all().any(|word| {
                    matches!(
                        word,
                        "--stat" | "--latency" | "--bigkeys" | "--memkeys" | "--hotkeys" | "--scan" | "--pipe"
                    )
                })
        }
        "bash" | "sh" | "zsh" | "fish" | "dash" | "ash" | "ksh" | "su" => {
            !fed && arguments.plain("-o").all(|_| name == "su")
        }
        "sudo" | "doas" => arguments.has(&["-i", "-s"]),
        "ssh" => !fed && !arguments.none() && !arguments.has(&["-V", "-N", "-f", "-Q", "-G", "-O"]),
        "python" | "python3" | "node" | "irb" | "pry" | "ipython" | "php" | "iex" => {
            !fed && arguments.none() && name != "php"
        }
        "rails" => matches!(plain(0), "console" | "c" | "dbconsole" | "db"),
        "gdb" => !arguments.has(&["-batch", "--batch"]),
        "fdisk" | "gdisk" | "parted" => !fed && !arguments.has(&["-l", "--list", "-s"]) && plain(1).is_empty(),
        "passwd" => !fed && !arguments.has(&["-S", "-l", "-u", "-d"]),
        "docker" | "podman" => {
            matches!(plain(0), "attach")
                || (matches!(plain(0), "run") && arguments.has(&["-t"]) && arguments.has(&["-i"]))
        }
        "ftp" | "sftp" | "lftp" => !fed && !arguments.has(&["-b", "-e", "-c"]),
        _ => false,
    };
    yes.then(|| shown(name, arguments))
}

/// Whether its input comes from something that is no keyboard.
fn is_fed(command: &Command) -> bool {
    command.piped || command.redirects.iter().any(|redirect| matches!(redirect, Redirect::In(_) | Redirect::Here(_)))
}

/// The program and the option or word that tells.
fn shown(name: &str, arguments: Arguments) -> String {
    const TELL: &str =
        "-f -F -fu -w --follow --watch -e -i logs edit port-forward proxy monitor console stats attach debug run";
    const BY_WORDS: &str = "docker podman nerdctl kubectl oc git systemctl rails virsh";
    let plain = among(BY_WORDS, name).then(|| arguments.all().find(|word| !word.starts_with('-') && among(TELL, word)));
    match plain.flatten().or_else(|| arguments.all().find(|word| among(TELL, word))) {
        Some(word) => format!("{name} {word}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_told() {
        for (script, told) in [
            ("tail -f /var/log/x", "tail -f"),
            ("journalctl -fu web", "journalctl -fu"),
            ("kubectl logs -f deploy/web", "kubectl logs"),
            ("kubectl get pods -w", "kubectl -w"),
            ("docker logs --follow web", "docker logs"),
            ("sudo watch -n 1 df -h", "watch"),
            ("top", "top"),
            ("ping 10.0.0.1", "ping"),
            ("vmstat 1", "vmstat"),
            ("ssh db1 tail -F x", "tail -F"),
            ("kubectl port-forward svc/x 80", "kubectl port-forward"),
        ] {
            assert_eq!(stays(script), Some((Stay::Endless, told.to_owned())), "{script}");
        }
    }

    #[test]
    fn what_wants_keys_is_told() {
        for (script, told) in [
            ("sudo vim /etc/x", "vim"),
            ("psql -U x shop", "psql"),
            ("mysql", "mysql"),
            ("redis-cli -h x", "redis-cli"),
            ("ssh root@db1", "ssh"),
            ("docker exec -it web bash", "bash"),
            ("kubectl exec -it pod -- psql", "psql"),
            ("su - postgres", "su"),
            ("sudo -i", "sudo -i"),
            ("systemctl edit x", "systemctl edit"),
            ("rails console", "rails console"),
            ("cat x | less", "less"),
            ("oc -n default debug node/x", "oc debug"),
            ("docker run --rm -it -e A=b postgres bash", "docker run"),
        ] {
            assert_eq!(stays(script), Some((Stay::Keys, told.to_owned())), "{script}");
        }
    }

    #[test]
    fn what_ends_by_itself_is_left_alone() {
        for script in [
            "tail -n 20 x",
            "timeout 5 tail -f x",
            "tail -f x | head -n 1",
            "tail -f x &",
            "top -bn1",
            "ping -c 3 x",
            "vmstat 1 5",
            "psql -c 'select 1'",
            "psql <<SQL\nselect 1\nSQL",
            "echo 'select 1' | psql",
            "echo 'select 1' |\n  psql",
            "mysql < x.sql",
            "ssh db1 uptime",
            "bash x.sh",
            "curl x | bash",
            "su - postgres -c 'psql -l'",
            "python x.py",
            "kubectl get pods",
            "git commit -m x",
            "redis-cli info",
            "docker stats --no-stream",
        ] {
            assert_eq!(stays(script), None, "{script}");
        }
    }
}
