//! Prompts that were pasted along with their commands.

use super::program;
use super::words::Words;

/// Who waits for what stands after a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    /// A shell.
    Shell,
    /// A client: SQL, a console of a language.
    Client,
}

static DOLLAR: Words = Words::new(r"^\s*(\([\w.-]+\)\s*)?[$❯➜»›]\s+(\S.*)$");
static AT: Words = Words::new(
    r"^\s*(\([\w.-]+\)\s*)?\[?[\w.-]+@[\w.-]+[^\s$#>%]{0,60}(\s?[~/\w.:()-]{0,60})?\]?:?\s?~?[$#>%]+(\s+(\S.*))?$",
);
static PLACE: Words =
    Words::new(r"^\s*((ba)?sh-[\d.]+|~?/[\w/.-]*|~|[\w.-]+:(~|/)\S*|root|bash|\[[\w. ~/-]+\])\s?[$#]\s+(\S.*)$");
static PERCENT: Words = Words::new(r"^\s*%\s+(\S.*)$");
static ROOT: Words = Words::new(r"^\s*#\s+(\S.*)$");
static CLIENT: Words = Words::new(
    r"^\s*((mysql|MariaDB \[[^\]]*\]|mariadb|sqlite|redis|mongo|cqlsh|clickhouse|ksql|\S+\s?:\)|\S+:(PRIMARY|SECONDARY))>|[\w-]*[=-][#>]|[\w-]*\([#>]|irb\([^)]*\)[^>]*>|\[\d+\] pry\([^)]*\)>|pry\([^)]*\)>|>>>|[\d.]+:\d+(\[\d+\])?>|psql>|SQL>|gitlabhq_production=[#>])\s?(.*)$",
);
static ON: Words = Words::new(r"^\s*(->|[\w-]*[-'(\x22][#>]|>|\.\.\.)\s(.*)$");

/// What stands after the prompt of a line, where it begins with one. `hash` says that `#` is a prompt here and begins no comment.
pub(super) fn strip(line: &str, hash: bool) -> Option<(Prompt, &str)> {
    let last = |words: &Words| {
        let found = words.captures(line)?;
        Some(
            found
                .iter()
                .flatten()
                .last()
                .filter(|group| group.end() == line.len())
                .map_or("", |group| &line[group.start()..]),
        )
    };
    let shell = |rest: &'_ str| Some((Prompt::Shell, &line[line.len() - rest.len()..]));
    if let Some(rest) = last(&DOLLAR).or_else(|| last(&PLACE)) {
        return shell(rest);
    }
    if AT.found(line) {
        let rest = AT.captures(line).and_then(|found| found.get(4).map(|rest| rest.as_str().len())).unwrap_or_default();
        return shell(&line[line.len() - rest..]);
    }
    if let Some(rest) = last(&PERCENT).filter(|rest| program::is_command(rest)) {
        return shell(rest);
    }
    if hash && let Some(rest) = last(&ROOT).filter(|rest| program::is_command(rest)) {
        return shell(rest);
    }
    CLIENT.captures(line).map(|_| (Prompt::Client, last(&CLIENT).unwrap_or_default()))
}

static WHO: Words = Words::new(r"^\s*(?:\([\w.-]+\)\s*)?\[?([\w.-]+@[\w.-]+)");

/// As whom and on which machine a prompt says that its command ran.
pub(super) fn place(line: &str) -> Option<String> {
    let generic = [
        "root@host",
        "user@host",
        "user@server",
        "root@server",
        "user@machine",
        "root@localhost",
        "user@localhost",
        "me@host",
    ];
    let place = WHO.captures(line).filter(|_| AT.found(line)).map(|found| found[1].to_owned())?;
    (!generic.contains(&place.as_str())).then_some(place)
}

/// A line that goes on in a client or a shell, without the prompt it was pasted with.
pub(super) fn continued(line: &str) -> &str {
    ON.captures(line).and_then(|found| found.get(2)).map_or(line, |rest| &line[rest.start()..])
}

/// Whether `#` is a prompt in this code: it stands before commands, and nothing else there is one.
pub(super) fn hash_is_prompt(lines: &[&str]) -> bool {
    let mut commands = 0;
    for line in lines {
        if let Some(found) = ROOT.captures(line) {
            let rest = found.get(1).map_or("", |rest| rest.as_str());
            let word = rest.split_whitespace().next().unwrap_or_default();
            let lower = word.starts_with(|c: char| c.is_lowercase() || matches!(c, '/' | '.' | '~'));
            if !lower || !program::is_command(rest) || reads_as_prose(rest) {
                return false;
            }
            commands += 1;
        } else if program::is_command(line) {
            return false;
        }
    }
    commands > 0
}

/// "find the pods", "test that it works", "make sure": words that are programs as well.
fn reads_as_prose(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let ambiguous = [
        "find", "test", "make", "install", "kill", "set", "file", "service", "head", "last", "less", "more", "time",
        "wait", "watch", "write", "sort", "cut", "reset", "mount", "update", "exit", "expand", "split", "at", "dig",
        "host", "who", "which", "type", "touch", "read",
    ];
    let article = [
        "the", "a", "an", "all", "that", "this", "if", "for", "your", "sure", "it", "is", "to", "any", "each", "in",
        "least", "of", "whether",
    ];
    ambiguous.contains(&first) && article.contains(&second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_taken_off() {
        for (line, rest) in [
            ("$ ls -l", "ls -l"),
            ("  $  ls", "ls"),
            ("(venv) $ ls", "ls"),
            ("[novix@alice]: ~>$ sudo x", "sudo x"),
            ("root@host:/# ls", "ls"),
            ("[root@db1 ~]# ls", "ls"),
            ("user@host:~$ ls", "ls"),
            ("sh-4.4# ls", "ls"),
            ("/ # ls", "ls"),
            ("web1:~ # ls", "ls"),
            ("% ls", "ls"),
        ] {
            assert_eq!(strip(line, false), Some((Prompt::Shell, rest)), "{line}");
        }
        for (line, rest) in [
            ("mysql> show tables;", "show tables;"),
            ("locktest=# begin;", "begin;"),
            ("MariaDB [(none)]> select 1", "select 1"),
            ("irb(main):001:0> User.count", "User.count"),
            ("127.0.0.1:6379> info", "info"),
        ] {
            assert_eq!(strip(line, false), Some((Prompt::Client, rest)), "{line}");
        }
        for line in [
            "ls",
            "# a comment",
            "$HOME/bin/x",
            "echo a > b",
            "NAME READY",
            "git@github.com:a/b.git",
            "export A=1",
            "mail root@x # why",
        ] {
            assert_eq!(strip(line, false), None, "{line}");
        }
        assert_eq!(strip("# ls", true), Some((Prompt::Shell, "ls")));
    }

    #[test]
    fn a_hash_before_words_is_a_comment() {
        assert!(hash_is_prompt(&["# systemctl restart a", "# ls"]));
        assert!(!hash_is_prompt(&["# Check it", "systemctl restart a"]));
        assert!(!hash_is_prompt(&["# find the pods", "kubectl get pods"]));
        assert!(!hash_is_prompt(&["# ls the folder", "ls"]));
    }
}
