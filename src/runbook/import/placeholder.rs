//! Placeholders (`<host>`, `YOUR_X`, `{{ x }}`, `dbXXXX`) become variables; so do variables that the source never sets.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::draft::Var;
use super::shell::{Quote, quotes};
use super::words::Words;
use crate::runbook::names::bad_variable;

static PLACEHOLDER: Words = Words::new(
    r"(?x)
    <(?P<angle>[A-Za-z][A-Za-z0-9\ _./:'|-]{0,48})>
    |\{\{\s*(?P<curly>[A-Za-z_][A-Za-z0-9_-]*)\s*\}\}
    |%\{(?P<percent>[A-Za-z_][A-Za-z0-9_]*)\}
    |\b(?P<your>(YOUR|Your|your)[-_][A-Za-z0-9_-]*[A-Za-z0-9])\b
    |(?P<square>\[[A-Z][A-Z0-9]+([_\ -][A-Z0-9]+)*\])
    |\b(?P<xs>[a-z][a-z0-9.-]*-?X{2,})\b",
);
/// Words of templates that are filled in by the program itself.
const TEMPLATE: &[&str] =
    &["end", "else", "range", "json", "if", "with", "table", "println", "printf", "template", "block", "define"];

/// Variables of every environment: nobody has to be asked for them.
const EVERYWHERE: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "HOSTNAME",
    "HOST",
    "PATH",
    "PWD",
    "OLDPWD",
    "SHELL",
    "TERM",
    "LANG",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "TMPDIR",
    "UID",
    "EUID",
    "PPID",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "IFS",
    "PS1",
    "OPTARG",
    "OPTIND",
    "REPLY",
    "SHLVL",
    "FUNCNAME",
    "BASH_SOURCE",
    "KUBECONFIG",
    "DISPLAY",
    "SUDO_USER",
    "XDG_RUNTIME_DIR",
    "SSH_AUTH_SOCK",
    "PIPESTATUS",
    "COLUMNS",
    "LINES",
    "NF",
    "NR",
];

static SETS: Words = Words::new(
    r"(?m)(?:^|[;&|(\s])(?:export\s+|local\s+|declare\s+(?:-\w+\s+)?|readonly\s+)?([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]]*\])?\+?=|\bfor\s+([A-Za-z_]\w*)\s+in\b|\bread\s+(?:-\w+\s+)*([A-Za-z_][\w ]*)|\b(?:mapfile|readarray)\s+(?:-\w+\s+)*([A-Za-z_]\w*)|\bgetopts\s+\S+\s+(\w+)|printf\s+-v\s+(\w+)",
);
static USES: Words = Words::new(r"\$(?:\{[#!]?([A-Za-z_][A-Za-z0-9_]*)|([A-Za-z_][A-Za-z0-9_]*))");
static SECRET: Words = Words::new(r"(?i)passw|secret|token|credential|api_?key|passphrase|private_?key");

/// Longest name made of a placeholder's words.
const LONGEST: usize = 28;

/// The variables of an import.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub(super) vars: Vec<Var>,
    declared: HashSet<String>,
    by_words: HashMap<String, String>,
    /// What commands of the source set.
    set: BTreeSet<String>,
}

impl Variables {
    /// Notes what a command sets, so that nobody is asked for it.
    pub(super) fn sets(&mut self, command: &str) {
        self.set.extend(names_set(command));
    }

    /// A command with variables for its placeholders, quoted as its place asks for. Placeholders where nothing is expanded stay; they come back
    /// in the list.
    pub(super) fn command(&mut self, command: &str) -> (String, Vec<String>) {
        let quotes = quotes(command);
        let mut stay = Vec::new();
        let text = self.replaced(
            command,
            |at, name| {
                let quote = quotes.get(at).copied().unwrap_or(Quote::None);
                match quote {
                    Quote::None => Ok(format!("\"${name}\"")),
                    Quote::Double | Quote::Here => Ok(format!("${{{name}}}")),
                    Quote::Single => Ok(format!("'\"${name}\"'")),
                    Quote::Still => Err(()),
                }
            },
            &mut stay,
        );
        // Nothing else stood between those quotes.
        (text.replace("''\"$", "\"$").replace("\"''", "\""), stay)
    }

    /// A text that is shown, with variables for its placeholders.
    pub(super) fn shown(&mut self, text: &str) -> String {
        self.replaced(text, |_, name| Ok(format!("${{{name}}}")), &mut Vec::new())
    }

    fn replaced(
        &mut self,
        text: &str,
        write: impl Fn(usize, &str) -> Result<String, ()>,
        stay: &mut Vec<String>,
    ) -> String {
        let Some(regex) = PLACEHOLDER.regex() else { return text.to_owned() };
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for found in regex.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            let Some(group) =
                ["angle", "curly", "percent", "your", "square", "xs"].iter().find_map(|name| found.name(name))
            else {
                continue;
            };
            if !is_placeholder(text, whole.start(), whole.as_str(), group.as_str()) {
                continue;
            }
            let Some(name) = self.name(whole.as_str(), group.as_str()) else { continue };
            match write(whole.start(), &name) {
                Ok(instead) => {
                    self.declare(&name, whole.as_str(), group.as_str());
                    out.push_str(&text[done..whole.start()]);
                    out.push_str(&instead);
                    done = whole.end();
                }
                Err(()) => stay.push(whole.as_str().to_owned()),
            }
        }
        out.push_str(&text[done..]);
        out
    }

    /// The name of the variable for a placeholder: the same for the same words.
    fn name(&mut self, written: &str, words: &str) -> Option<String> {
        if let Some(name) = self.by_words.get(written) {
            return Some(name.clone());
        }
        let mut name: String =
            words.to_uppercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        while name.contains("__") {
            name = name.replace("__", "_");
        }
        let mut name = name.trim_matches('_').to_owned();
        if !written.starts_with(['<', '{', '[', '%']) && name.ends_with("XX") {
            name.truncate(name.trim_end_matches('X').trim_end_matches('_').len());
        }
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            name = format!("VALUE_{name}");
        }
        if bad_variable(&name).is_some() || EVERYWHERE.contains(&name.as_str()) || self.set.contains(&name) {
            name = format!("THE_{name}");
        }
        if name.len() > LONGEST {
            let end = name[..LONGEST].rfind('_').unwrap_or(LONGEST);
            name.truncate(end);
        }
        bad_variable(&name).is_none().then_some(name)
    }

    fn declare(&mut self, name: &str, written: &str, words: &str) {
        if self.by_words.insert(written.to_owned(), name.to_owned()).is_some() || self.declared.contains(name) {
            return;
        }
        let choices: Vec<String> =
            words.split('|').map(|choice| choice.trim().to_owned()).filter(|choice| !choice.is_empty()).collect();
        let choices = if choices.len() > 1 { choices } else { Vec::new() };
        self.declared.insert(name.to_owned());
        self.vars.push(Var { name: name.to_owned(), written: written.to_owned(), choices, secret: SECRET.found(name) });
    }

    /// Asks for what commands use and nobody sets.
    pub(super) fn used(&mut self, command: &str) {
        let quotes = quotes(command);
        let Some(regex) = USES.regex() else { return };
        for found in regex.captures_iter(command) {
            let (Some(whole), Some(name)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else { continue };
            let name = name.as_str();
            let expands = matches!(quotes.get(whole.start()), Some(Quote::None | Quote::Double | Quote::Here));
            let escaped = command[..whole.start()].ends_with('\\');
            let known = self.set.contains(name) || EVERYWHERE.contains(&name) || self.declared.contains(name);
            if expands && !escaped && !known && name.len() > 1 && bad_variable(name).is_none() {
                self.declared.insert(name.to_owned());
                self.vars.push(Var {
                    name: name.to_owned(),
                    written: format!("${name}"),
                    choices: Vec::new(),
                    secret: SECRET.found(name),
                });
            }
        }
    }
}

static ANGLES: Words = Words::new(r"<[A-Za-z][^<>\n]{0,48}>");

/// A command with a plain word for each placeholder, so that none of them looks like a redirection.
pub(super) fn filled(command: &str) -> String {
    ANGLES.replace(command, "x")
}

/// The variables that a command sets.
pub(super) fn names_set(command: &str) -> Vec<String> {
    let Some(regex) = SETS.regex() else { return Vec::new() };
    let names = regex.captures_iter(command).filter_map(|found| (1..=6).find_map(|group| found.get(group)));
    names.flat_map(|names| names.as_str().split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The variables that a command uses.
pub(super) fn names_used(command: &str) -> BTreeSet<String> {
    let Some(regex) = USES.regex() else { return BTreeSet::new() };
    regex
        .captures_iter(command)
        .filter_map(|found| found.get(1).or_else(|| found.get(2)))
        .map(|name| name.as_str().to_owned())
        .collect()
}

fn is_placeholder(text: &str, at: usize, written: &str, words: &str) -> bool {
    let before = text[..at].chars().next_back();
    let line_start = text[..at].rfind('\n').map_or(0, |start| start + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    match written.chars().next() {
        Some('<') => {
            let html = matches!(
                words,
                "br" | "pre" | "code" | "p" | "b" | "i" | "a" | "div" | "span" | "none" | "unknown" | "nil"
            );
            before != Some('<')
                && before != Some('$')
                && !words.ends_with(' ')
                && !html
                && !line.contains("</")
                && !line.contains("/>")
                && !line.contains("->")
        }
        Some('{') => {
            let filled_by_program = line.contains("--format")
                || line.contains("template")
                || line.contains("-f '{{")
                || line.contains("{{.");
            !filled_by_program && !TEMPLATE.contains(&words)
        }
        Some('%') => !["-w", "--write-out", "format", "%{time", "rpm"].iter().any(|word| line.contains(word)),
        Some('[') => {
            quotes(text).get(at) == Some(&Quote::None)
                && before.is_none_or(|c| c.is_whitespace() || matches!(c, '=' | '/' | '-' | '_' | '.' | ':'))
                && words.len() > 4
                && words != "[TOC]"
        }
        Some('Y' | 'y') => true,
        _ => !line.contains("mktemp") && (words.ends_with("XXX") || words.ends_with("-XX") || words.len() <= 12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> (String, Vec<String>) {
        let mut variables = Variables::default();
        let (text, _) = variables.command(text);
        variables.sets(&text);
        variables.used(&text);
        (text, variables.vars.into_iter().map(|var| var.name).collect())
    }

    #[test]
    fn placeholders_are_variables_quoted_as_their_place_asks() {
        for (text, expected, names) in [
            ("k -n <my-ns> get", "k -n \"$MY_NS\" get", vec!["MY_NS"]),
            ("k \"a <my-ns>\"", "k \"a ${MY_NS}\"", vec!["MY_NS"]),
            ("X='<my-pvc>'", "X=\"$MY_PVC\"", vec!["MY_PVC"]),
            ("jq '.a==\"<my-pvc>\"'", "jq '.a==\"'\"$MY_PVC\"'\"'", vec!["MY_PVC"]),
            ("curl http://<host>:80", "curl http://\"$THE_HOST\":80", vec!["THE_HOST"]),
            ("x YOUR_TOKEN your-cluster", "x \"$YOUR_TOKEN\" \"$YOUR_CLUSTER\"", vec!["YOUR_TOKEN", "YOUR_CLUSTER"]),
            ("x {{ name }} dbXXXX", "x \"$NAME\" \"$DB\"", vec!["NAME", "DB"]),
            ("x [START_TIME]", "x \"$START_TIME\"", vec!["START_TIME"]),
            ("ping ${DEPLOY_ENV} $HOME", "ping ${DEPLOY_ENV} $HOME", vec!["DEPLOY_ENV"]),
            ("cat <<E\n<a b>\nE", "cat <<E\n${A_B}\nE", vec!["A_B"]),
        ] {
            assert_eq!(command(text), (expected.to_owned(), names.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn templates_and_redirections_are_none() {
        for text in [
            "docker ps --format '{{ name }}'",
            "oc get -o go-template='{{range .items}}{{end}}'",
            "sort <in >out",
            "cat <<EOF\nEOF",
            "curl -w '%{http_code}'",
            "grep '[ERROR]' x",
            "awk '{print $NF}'",
            "for p in a b; do echo $p; done",
            "mktemp /tmp/a.XXXXXX",
            "X=1 && echo $X",
            "diff <(a) <(b)",
            "echo \\$NAME",
        ] {
            assert_eq!(command(text), (text.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn passwords_are_secret() {
        let mut variables = Variables::default();
        variables.used("redis-cli -a $REDIS_PASSWORD ping");
        assert!(variables.vars[0].secret);
    }
}
