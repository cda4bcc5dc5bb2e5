//! Who is at the keyboard.

use std::env;
use std::fs;

/// The operator as `name@host`: what `--operator` says, else `STANCH_OPERATOR`, else who called sudo, else who logged in.
/// A name that has an `@` already is kept as it is.
#[must_use]
pub fn by(flag: Option<&str>) -> String {
    by_from(flag, |name| env::var(name).ok(), login, &host())
}

/// This machine's name.
#[must_use]
pub fn host() -> String {
    printable(&rustix::system::uname().nodename().to_string_lossy()).unwrap_or_else(|| "localhost".to_owned())
}

fn by_from(flag: Option<&str>, env: impl Fn(&str) -> Option<String>, login: impl Fn() -> String, host: &str) -> String {
    let name = flag
        .and_then(printable)
        .or_else(|| ["STANCH_OPERATOR", "SUDO_USER", "LOGNAME", "USER"].iter().find_map(|name| printable(&env(name)?)));
    let name = name.unwrap_or_else(login);
    if name.contains('@') { name } else { format!("{name}@{host}") }
}

/// A name for the record: without control characters, not empty.
fn printable(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The name of the process's user, or its number where it has none.
fn login() -> String {
    let uid = rustix::process::getuid().as_raw().to_string();
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(&uid, &passwd).unwrap_or(uid)
}

fn name_of(uid: &str, passwd: &str) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(flag: Option<&str>, pairs: &[(&str, &str)]) -> String {
        let env = |name: &str| pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        by_from(flag, env, || "login".to_owned(), "alice")
    }

    #[test]
    fn the_operator_is_taken_from_the_first_source_that_names_one() {
        let all = [("STANCH_OPERATOR", "nova"), ("SUDO_USER", "quinn"), ("USER", "root")];
        assert_eq!(asked(Some("dma@work"), &all), "dma@work");
        assert_eq!(asked(Some(" \u{1b}\n"), &all), "nova@alice");
        assert_eq!(asked(None, &all[1..]), "quinn@alice");
        assert_eq!(asked(None, &all[2..]), "root@alice");
        assert_eq!(asked(None, &[]), "login@alice");
    }

    #[test]
    fn a_user_number_is_looked_up() {
        assert_eq!(name_of("33", "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\n").as_deref(), Some("www-data"));
        assert_eq!(name_of("3", "root:x:0:3::/:/bin/sh\n"), None);
    }
}
