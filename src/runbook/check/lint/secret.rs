//! Secrets that stand in the file, where everybody reads them. A message never repeats one.

use std::sync::LazyLock;

use regex::Regex;

use super::command::only_looks;
use super::{commands, placeholder, text};
use crate::runbook::decode::{Fields, Value};
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;

/// Names of what is secret, at the end of a longer one: `DB_PASSWORD`, `PGPASSWORD`, `--api-key`. Short ones only as a word.
const NAMES: &str = "(?:[a-z0-9_-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)|(?:[a-z0-9_-]*[_-])?(?:pass|pwd|pw))";

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?i)^{NAMES}$")).ok());

/// A value given to such a name, to `mysql -p`, or in an address.
static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let named = format!(r#"\b(?i:{NAMES})(?:=|\s*:\s+)['"]?([^\s'"$`<>;&|()*]{{4,}})"#);
    let option = format!(r#"--(?i:{NAMES})[= ]['"]?([^\s'"$`<>;&|()*-][^\s'"$`<>;&|()*]{{3,}})"#);
    let glued = r#"\b(?:mysql|mariadb|mysqldump|mysqladmin|mariadb-dump)\b[^|;&\n]*\s-p['"]?([^\s'"$`<>;&|]{3,})"#;
    let address = r"[a-z][a-z0-9+.-]*://[^\s/:@$'\x22]*:([^\s/@$'\x22]{3,})@";
    Regex::new(&[named.as_str(), option.as_str(), glued, address].join("|")).ok()
});

/// Tokens that are known by their form.
static KNOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bglpat-[A-Za-z0-9_-]{20,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bsk_live_[0-9A-Za-z]{16,}|\bAIza[0-9A-Za-z_-]{35}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.|hooks\.slack\.com/services/T[A-Z0-9]+/|(?i:bearer) [A-Za-z0-9._-]{20,}",
    )
    .ok()
});

/// The texts of a step.
pub(super) fn step(fields: &Fields, problems: &mut Problems) {
    for command in commands(fields) {
        command_text(command, problems);
    }
    for key in ["title", "text"] {
        if let Some(prose) = text(fields, key).filter(|prose| known(prose.value)) {
            told(prose, "a secret stands here", problems);
        }
    }
    if let Some(Value::Map(entries)) = fields.get("env").map(|spot| &spot.value) {
        for (name, value) in entries {
            let Value::Text(text) = &value.value else { continue };
            if known(text) || given(text) || (named(&name.value) && is_value(text)) {
                told(value.with(text), &format!("`{}` has its value written here", shown(&name.value)), problems);
            }
        }
    }
}

/// A variable: what sounds like a secret is one, and has no value here. Its other texts are looked at on the way.
pub(in crate::runbook::check) fn variable(name: &Spot<String>, fields: &Fields, problems: &mut Problems) {
    let secret = matches!(fields.get("secret").map(|spot| &spot.value), Some(Value::Flag(true)));
    if named(&name.value) && !secret {
        let message =
            format!("`{}` sounds like a secret, but is none: its value will stand in the record", shown(&name.value));
        let help = "say `secret: true`: then it is never shown and never written down";
        problems.add(Problem::new(&rules::CLEAR_SECRET, name, message).help(help));
    } else if let Some(default) = text(fields, "default").filter(|default| known(default.value) || given(default.value))
    {
        told(default, "a secret stands here", problems);
    }
    if let Some(from) = text(fields, "from") {
        only_looks(from, "where a value comes from", problems);
        placeholder::command_text(from, problems);
        command_text(from, problems);
    }
    if let Some(default) = text(fields, "default") {
        placeholder::command_text(default, problems);
    }
}

pub(super) fn command_text(at: Spot<&str>, problems: &mut Problems) {
    if known(at.value) || given(at.value) {
        told(at, "a secret stands in this command", problems);
    }
}

fn told(at: Spot<&str>, message: &str, problems: &mut Problems) {
    let help =
        "have a variable with `secret: true` for it, `from` your password store, and change the secret: it was read";
    problems.add(Problem::new(&rules::CLEAR_SECRET, &at, message).help(help));
}

fn named(name: &str) -> bool {
    NAMED.as_ref().is_some_and(|pattern| pattern.is_match(name)) && name != "PWD" && name != "OLDPWD"
}

fn known(text: &str) -> bool {
    KNOWN.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn given(text: &str) -> bool {
    // Most commands give nothing to anything, and need not be gone through.
    let perhaps = text.contains(['=', '@']) || text.contains("--") || text.contains("-p") || text.contains(": ");
    GIVEN.as_ref().filter(|_| perhaps).is_some_and(|pattern| {
        pattern.captures_iter(text).any(|found| found.iter().skip(1).flatten().any(|value| is_value(value.as_str())))
    })
}

/// Whether a text can be a secret: no variable, no number, no switch, no path to where it is kept.
fn is_value(text: &str) -> bool {
    let text = text.trim();
    let switch = ["true", "false", "yes", "no", "none", "null", "required", "prompt", "ask", "stdin", "empty"];
    text.len() >= 3
        && !text.contains(['$', '<', '{'])
        && !text.starts_with(['/', '@'])
        && !text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.bytes().all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'-'))
        && !switch.contains(&text.to_ascii_lowercase().as_str())
}
