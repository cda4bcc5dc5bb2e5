//! The names of a runbook: what is declared, and where each name is used.

use std::collections::BTreeSet;

use super::model::{Host, Lead};
use super::problem::Spot;

/// Words a step must not be called, because they lead somewhere else.
pub(crate) const RESERVED_IDS: [&str; 7] = ["diagnose", "revert", "fix", "verify", "ready", "next", "stop"];

/// Longest id of a step and longest name of a variable or host, in bytes.
const LONGEST: usize = 64;

/// Collected while the file is read.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Variables: declared, captured, named groups of signs.
    pub(crate) variables: BTreeSet<String>,
    /// Variables shown in prose.
    pub(crate) shown: Vec<Spot<String>>,
    /// Where something leads.
    pub(crate) leads: Vec<Spot<Lead>>,
    /// Steps that `verify` names.
    pub(crate) verifies: Vec<Spot<String>>,
    /// Hosts in the order of the file.
    pub(crate) hosts: Vec<(Spot<String>, Host)>,
    /// Hosts named by `on` and by groups.
    pub(crate) hosts_used: Vec<Spot<String>>,
}

/// Whether a text is a step's id: `[a-z0-9][a-z0-9_-]*`, at most 64 long.
pub(crate) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= LONGEST
        && text.bytes().next().is_some_and(plain)
        && text.bytes().all(|b| plain(b) || b == b'-' || b == b'_')
}

/// The id made of a title: lower case, everything else a single `-`. Empty where nothing is left of it.
pub(crate) fn slug(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            if out.len() >= LONGEST {
                break;
            }
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') && !matches!(c, '\'' | '’') {
            out.push('-');
        }
    }
    out.truncate(LONGEST);
    out.trim_end_matches('-').to_owned()
}

/// What keeps a name from being a variable's.
pub(crate) fn bad_variable(name: &str) -> Option<&'static str> {
    if !is_variable(name) {
        return Some("a name has the characters A-Z, a-z, 0-9 and _, and does not begin with a digit");
    }
    let steers = [
        "PATH",
        "IFS",
        "ENV",
        "BASH_ENV",
        "SHELLOPTS",
        "BASHOPTS",
        "PS4",
        "PWD",
        "OLDPWD",
        "SHELL",
        "PROMPT_COMMAND",
        "TERM",
    ];
    if steers.contains(&name) || name.starts_with("LD_") || name.starts_with("STANCH_") {
        return Some("that variable steers the shell itself; set it with `env` where a command needs it");
    }
    None
}

/// Whether a text can be a variable's name at all.
pub(crate) fn is_variable(name: &str) -> bool {
    name.len() <= LONGEST
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a text is a host's name.
#[must_use]
pub fn is_host(name: &str) -> bool {
    name.len() <= LONGEST
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// What keeps a text from being the address of a host. It ends up among the arguments of ssh, where it must not be an option.
#[must_use]
pub fn bad_address(text: &str) -> Option<&'static str> {
    let sound = |part: &str| {
        !part.is_empty() && !part.starts_with('-') && part.chars().all(|c| c.is_alphanumeric() || "-_.:[]%".contains(c))
    };
    let Some(rest) = text.strip_prefix("ssh://") else {
        return (!sound(text)).then_some("write `local`, an alias of the ssh configuration, or `ssh://user@host:port`");
    };
    let (user, host) = rest.rsplit_once('@').map_or((None, rest), |(user, host)| (Some(user), host));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    if !sound(name) || user.is_some_and(|user| !is_user(user)) {
        return Some("an address is `ssh://host`, `ssh://user@host` or `ssh://user@host:port`");
    }
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Some("a port is a number from 1 to 65535");
    }
    None
}

/// Whether a text is the name of a user.
pub(crate) fn is_user(name: &str) -> bool {
    // Machine accounts of a domain end in a dollar sign.
    let name = name.strip_suffix('$').unwrap_or(name);
    name.len() <= LONGEST
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_an_id_wherever_something_is_left_of_the_title() {
        assert_eq!(slug("Do requests get through?"), "do-requests-get-through");
        assert_eq!(slug("  What's up, doc — é?"), "whats-up-doc");
        assert_eq!(slug("数据库"), "");
        assert!(is_id(&slug(&"long title ".repeat(50))));
    }

    #[test]
    fn an_address_never_looks_like_an_option() {
        for good in ["local", "db1", "ssh://db1", "ssh://postgres@db1.example", "ssh://a@[::1]:2222", "10.0.0.1"] {
            assert_eq!(bad_address(good), None, "{good}");
        }
        for bad in [
            "",
            "-oProxyCommand=x",
            "ssh://-x",
            "ssh://-a@b",
            "ssh://a@b:0",
            "ssh://a@b:port",
            "a b",
            "ssh://",
            "http://x",
            "$(x)",
        ] {
            assert!(bad_address(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_that_steer_the_shell_are_no_variables() {
        assert_eq!(bad_variable("DB_NAME"), None);
        for bad in ["PATH", "LD_PRELOAD", "1A", "a-b", "", "é", "STANCH_X", "IFS"] {
            assert!(bad_variable(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_user_never_looks_like_an_option() {
        for good in ["mastodon", "_apt", "svc.web", "host$", "CORP\\nova", "nova@example.org"] {
            assert!(is_user(good), "{good}");
        }
        for bad in ["", "-u", "a b", "a$b", "$USER", "a;b"] {
            assert!(!is_user(bad), "{bad}");
        }
    }
}
