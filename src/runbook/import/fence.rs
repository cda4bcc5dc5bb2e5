//! What a block of code is: commands, what is typed into a client, output, or data.

use super::placeholder::filled;
use super::program;
use super::prompt::{self, Prompt};
use super::shell::{LONGEST, command_lines};
use super::words::Words;

/// A block of code, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// Commands of a shell, with what stands among them.
    Shell(Vec<Entry>),
    /// Something to be typed elsewhere: SQL, a query, a console's language. The word says which.
    Typed(String),
    /// Anything else.
    Data,
}

/// A part of a block of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its line in the source, from 1.
    pub(super) line: usize,
    pub(super) what: Part,
    /// Without its prompt; of a comment without its sign.
    pub(super) text: String,
    /// As whom and on which machine its prompt says that it ran.
    pub(super) at: Option<String>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Command,
    Comment,
    /// What a command printed.
    Output,
    /// What is typed into a client that a command opened.
    Typed,
    Blank,
}

const SHELLS: &[&str] = &[
    "bash",
    "sh",
    "shell",
    "zsh",
    "ksh",
    "fish",
    "console",
    "terminal",
    "shell-session",
    "shellsession",
    "sh-session",
    "bash-session",
    "command",
    "commandline",
    "command-line",
    "cmd",
    "shel",
    "bach",
    "8sh",
    "bsh",
    "linux",
    "ssh",
    "cli",
];
const UNSAID: &[&str] =
    &["", "text", "plain", "plaintext", "txt", "none", "code", "default", "no-highlight", "nohighlight", "raw"];
const TYPED: &[&str] = &[
    "sql",
    "mysql",
    "psql",
    "postgresql",
    "postgres",
    "pgsql",
    "plpgsql",
    "tsql",
    "plsql",
    "cql",
    "promql",
    "prometheus",
    "logql",
    "influxql",
    "kusto",
    "kql",
    "flux",
    "esql",
    "spl",
    "ruby",
    "irb",
    "rb",
    "python",
    "py",
    "pycon",
    "redis",
    "mongo",
    "mongodb",
    "graphql",
    "powershell",
    "ps1",
    "ps",
    "pwsh",
    "lucene",
    "jq",
    "http",
    "javascript",
    "js",
];

/// A block with more lines is data.
const MOST: usize = 5_000;

static SQL: Words = Words::new(
    r"(?i)^\s*(select|show|explain|alter|update|delete\s+from|insert|create|drop|grant|revoke|begin|commit|rollback|vacuum|analyze|reindex|truncate|with|set|kill|flush|optimize|use|call|start\s+slave|stop\s+slave|change\s+master|\\\w+)\b.*(;|\bfrom\b|\btable\b|\bindex\b|\bdatabase\b|\\G|processlist|status)",
);
static QUERY: Words = Words::new(
    r"^\s*(sum|avg|max|min|count|rate|irate|increase|histogram_quantile|topk|bottomk|absent|label_replace|delta|deriv|predict_linear|ALERTS)\b\s*(by|without)?\s*[({]|\{[^}]*=~?\s*\x22|\[\d+[smhd]\]|^\s*\(?\s*\w+(\{\S*\})?\s*(\)?\s*[-+*/<>]=?\s*[\w(.]+\)?)+\s*$|^\s*\w+:\w+(:\w+)*(\{.*)?$",
);
static HEADER: Words = Words::new(
    r"^\s*\+?[-|+=]{4,}|^\s*[A-Z][A-Z0-9_()/%-]*([ \t]{2,}[A-Z][A-Z0-9_()/% -]*)+\s*$|^\s*\|.*\|\s*$|^\(\d+ rows?\)|^\s*(\.\.\.|…|\[\.\.\.\])\s*$",
);
/// A line of a log: it begins with a time.
static LOGGED: Words = Words::new(
    r"^\s*\[?(\d{4}-\d\d-\d\d|\d{1,2}:\d\d:\d\d|[A-Z][a-z]{2}\s+\d{1,2}\s+\d\d:\d\d|\d{1,2}/[A-Z][a-z]{2}/\d{4})",
);
/// A line that is a command of a program nobody knows here: a name in small letters, and what no sentence has.
static LIKELY: Words = Words::new(
    r"^\s*(sudo\s+)?[a-z][a-z0-9_.-]+(\s+[a-z][\w:-]*)*(\s+(-{1,2}[A-Za-z]\S*|\S*/\S*|<\S.*>|\$\S+|\S+=\S+|\.))(\s+\S+)*$",
);
static WINDOWS: Words = Words::new(r"^\s*(PS\s)?[A-Z]:\\[^>]*>");

/// Reads a block of code: what stands beside its fence, its text, the line its text begins at.
pub(super) fn read(beside: &str, text: &str, line: usize) -> Code {
    let word: String = beside
        .trim()
        .trim_start_matches(['{', '.'])
        .chars()
        .take_while(|c| !c.is_whitespace() && !matches!(c, '{' | '}' | ',' | ':' | ';' | '('))
        .collect();
    let word = word.to_lowercase();
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > MOST {
        return Code::Data;
    }
    if !SHELLS.contains(&word.as_str()) && beside.contains(' ') && program::is_command(beside) {
        // A command on the line of the fence itself.
        let mut entries =
            vec![Entry { line: line.saturating_sub(1), what: Part::Command, text: beside.trim().to_owned(), at: None }];
        entries.extend(commands(&lines, line));
        return Code::Shell(entries);
    }
    if TYPED.contains(&word.as_str()) {
        return Code::Typed(word);
    }
    let (shell, unsaid) = (SHELLS.contains(&word.as_str()), UNSAID.contains(&word.as_str()));
    if !shell && !unsaid
        || lines.iter().all(|line| line.trim().is_empty())
        || lines.iter().any(|line| WINDOWS.found(line))
    {
        return Code::Data;
    }
    if lines.iter().all(|line| line.trim().is_empty() || LOGGED.found(line)) {
        return Code::Data;
    }
    let hash = prompt::hash_is_prompt(&lines);
    let prompts: Vec<Prompt> =
        lines.iter().filter_map(|line| prompt::strip(line, hash).map(|(prompt, _)| prompt)).collect();
    if prompts.contains(&Prompt::Shell) {
        return Code::Shell(session(&lines, line, hash));
    }
    if !prompts.is_empty() {
        // A prompt with nothing after it is what a client printed.
        let typed = lines.iter().any(|line| prompt::strip(line, hash).is_some_and(|(_, rest)| !rest.trim().is_empty()));
        return if typed { Code::Typed("sql".into()) } else { Code::Data };
    }
    let first = lines
        .iter()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .copied()
        .unwrap_or_default();
    let plain = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    // In a block that says it is a terminal, one command that is known is enough.
    let command = program::is_command(first)
        || (shell
            && lines.iter().filter(plain).any(|line| program::is_command(line))
            && !QUERY.found(first)
            && !HEADER.found(first));
    let named = matches!(word.as_str(), "bash" | "sh" | "shell" | "zsh" | "ksh");
    if !command && SQL.found(text) && (!named || text.trim_end().ends_with(';')) {
        return Code::Typed("sql".into());
    }
    if !command && !named && QUERY.found(first) {
        return Code::Typed("promql".into());
    }
    let guessed = !command
        && unsaid
        && lines.len() <= 12
        && lines.iter().all(|line| line.trim().is_empty() || LIKELY.found(line))
        && !HEADER.found(first);
    if command || guessed || (named && !HEADER.found(first)) { Code::Shell(commands(&lines, line)) } else { Code::Data }
}

/// How many of these lines are one command. One that never ends is its first line; after many of those nobody looks ahead.
fn whole(lines: &[&str], broken: &mut usize) -> usize {
    const MANY: usize = 100;
    let ahead = if *broken < MANY { lines } else { lines.get(..1).unwrap_or_default() };
    command_lines(ahead).unwrap_or_else(|| {
        *broken += 1;
        1
    })
}

/// A session as it was pasted: what stands after a prompt is a command, what does not is what it printed.
fn session(lines: &[&str], first: usize, hash: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut at, mut broken) = (0, 0);
    while at < lines.len() {
        let line = lines[at];
        let entry = |what, text: &str| Entry { line: first + at, what, text: text.trim_end().to_owned(), at: None };
        match prompt::strip(line, hash) {
            Some((Prompt::Shell, command)) if command.trim().is_empty() => entries.push(entry(Part::Blank, "")),
            Some((Prompt::Shell, command)) if command.starts_with('#') => {
                entries.push(entry(Part::Comment, comment(command)));
            }
            Some((Prompt::Shell, command)) => {
                // The next prompt ends it, whatever was left open.
                let after = lines.get(at + 1..).unwrap_or_default();
                let is_prompt = |line: &&str| matches!(prompt::strip(line, hash), Some((Prompt::Shell, _)));
                let more = after.iter().take(LONGEST).take_while(|line| !is_prompt(line));
                let mut rest = vec![command];
                rest.extend(more.map(|line| prompt::continued(line)));
                let count = whole(&rest, &mut broken);
                let place = prompt::place(line);
                entries.push(Entry { at: place, ..entry(Part::Command, &rest[..count].join("\n")) });
                at += count - 1;
            }
            Some((Prompt::Client, typed)) => {
                entries.push(entry(Part::Typed, typed));
                let more = statement_lines(typed, &lines[at + 1..], hash);
                for line in &lines[at + 1..at + 1 + more] {
                    at += 1;
                    entries.push(Entry {
                        line: first + at,
                        what: Part::Typed,
                        text: prompt::continued(line).trim_end().to_owned(),
                        at: None,
                    });
                }
            }
            None if line.trim().is_empty() => entries.push(entry(Part::Blank, "")),
            None if opened(&entries) && prompt::strip(line, true).is_some() => {
                entries.push(entry(Part::Typed, prompt::strip(line, true).map_or("", |(_, rest)| rest)));
            }
            None if line.starts_with("# ") && !hash => entries.push(entry(Part::Comment, comment(line))),
            None if entries.iter().all(|entry: &Entry| matches!(entry.what, Part::Comment | Part::Blank))
                && program::is_command(line) =>
            {
                entries.push(entry(Part::Command, line));
            }
            None => entries.push(entry(Part::Output, line)),
        }
        at += 1;
    }
    entries
}

/// Commands without prompts. What looks like a table after one of them is what it printed.
fn commands(lines: &[&str], first: usize) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut at, mut broken) = (0, 0);
    let mut printed = false;
    while at < lines.len() {
        let line = lines[at];
        let entry = |what, text: &str| Entry { line: first + at, what, text: text.trim_end().to_owned(), at: None };
        let ran = entries.iter().any(|entry| entry.what == Part::Command);
        if line.trim().is_empty() {
            printed = false;
            entries.push(entry(Part::Blank, ""));
        } else if line.trim_start().starts_with('#') {
            printed = false;
            entries.push(entry(Part::Comment, comment(line.trim_start())));
        } else if ran && (HEADER.found(line) || (printed && !program::is_command(line))) {
            printed = true;
            entries.push(entry(Part::Output, line));
        } else if let Some((Prompt::Client, typed)) = prompt::strip(line, false) {
            entries.push(entry(Part::Typed, typed));
        } else {
            printed = false;
            let count = whole(&lines[at..], &mut broken);
            entries.push(entry(Part::Command, &lines[at..at + count].join("\n")));
            at += count - 1;
        }
        at += 1;
    }
    entries
}

static STATEMENT: Words =
    Words::new(r"(?i)^\s*(select|insert|update|delete|with|create|alter|drop|grant|revoke|explain|truncate)\b[^;]*$");

/// How many lines after its first a statement of SQL goes on: to its semicolon, where there is one before the next prompt.
fn statement_lines(typed: &str, after: &[&str], hash: bool) -> usize {
    if !STATEMENT.found(typed) || typed.trim_end().ends_with("\\G") {
        return 0;
    }
    let most = after.iter().take(200).take_while(|line| prompt::strip(line, hash).is_none() && !line.trim().is_empty());
    most.enumerate().find(|(_, line)| line.trim_end().ends_with(';')).map_or(0, |(at, _)| at + 1)
}

/// Whether the last command opened something, in which `#` is a prompt.
fn opened(entries: &[Entry]) -> bool {
    let last = entries.iter().rev().find(|entry| entry.what == Part::Command);
    last.is_some_and(|entry| program::opens(&filled(&entry.text)).is_some())
}

/// A comment without its sign.
fn comment(line: &str) -> &str {
    line.trim_start_matches('#').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(beside: &str, text: &str) -> Vec<(Part, String)> {
        match read(beside, text, 1) {
            Code::Shell(entries) => entries
                .into_iter()
                .filter(|entry| entry.what != Part::Blank)
                .map(|entry| (entry.what, entry.text))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn output_among_prompts_is_no_command() {
        let read = parts("", "[nova@web]: ~>$ sudo ./backup\nsnapshot ... DONE\n[nova@web]: ~>$ renew\n");
        assert_eq!(
            read,
            [
                (Part::Command, "sudo ./backup".to_owned()),
                (Part::Output, "snapshot ... DONE".into()),
                (Part::Command, "renew".into())
            ]
        );
    }

    #[test]
    fn a_command_goes_on_over_its_lines() {
        let read = parts("console", "$ export N=\"$(kubectl get a \\\n    -o x)\"\n$ cat <<EOF\n> a\n> EOF\nb\n");
        assert_eq!(read[0].1, "export N=\"$(kubectl get a \\\n    -o x)\"");
        assert_eq!(read[1].1, "cat <<EOF\na\nEOF");
        assert_eq!(read[2], (Part::Output, "b".into()));
    }

    #[test]
    fn a_table_after_a_command_is_what_it_printed() {
        let read =
            parts("shell", "kubectl get sc\nNAME       PROVISIONER   AGE\nstandard   gce   28d\n\nkubectl get pv\n");
        let outputs: Vec<_> = read.iter().filter(|(what, _)| *what == Part::Output).collect();
        assert_eq!((read.len(), outputs.len()), (4, 2));
    }

    #[test]
    fn what_is_no_shell_is_told_apart() {
        let typed = |word: &str| Code::Typed(word.into());
        assert_eq!(read("promql", "up == 0", 1), typed("promql"));
        assert_eq!(read("SQL", "db=# begin;\nBEGIN\n", 1), typed("sql"));
        assert_eq!(read("console", "sum by (job) (rate(x[5m]))\n", 1), typed("promql"));
        assert_eq!(read("", "mysql> show processlist;\n+---+\n", 1), typed("sql"));
        assert_eq!(read("", "config: a/b\nthe file is at /x, look\n", 1), Code::Data);
        assert!(matches!(read("", "houseprogram fs max <mountpoint>\n", 1), Code::Shell(_)));
        assert_eq!(read("sh", "Oct 18 19:39:36 host chronyd[1]: System clock wrong\n", 1), Code::Data);
        assert_eq!(read("yaml", "a: b", 1), Code::Data);
        assert_eq!(read("", "NAME    READY\nweb-0   1/1\n", 1), Code::Data);
        assert_eq!(read("", " C:\\> dir\n", 1), Code::Data);
        assert!(matches!(read("", "kubectl get pods\n", 1), Code::Shell(_)));
        assert!(matches!(read("sudo systemctl restart x", "", 1), Code::Shell(_)));
    }
}
