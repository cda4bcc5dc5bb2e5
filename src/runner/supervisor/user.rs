//! Another user than the operator: who that is, and what runs a shell as them.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::carry::Environment;

/// The search path of another user, where nobody says otherwise.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    name: String,
    home: String,
    shell: String,
}

impl User {
    /// Looks one up, also where users come from a directory service.
    pub(super) fn find(name: &str) -> io::Result<Self> {
        let asked =
            Command::new("getent").args(["passwd", "--", name]).stdin(Stdio::null()).stderr(Stdio::null()).output();
        let text = match asked {
            Ok(asked) => asked.stdout,
            Err(_) => std::fs::read("/etc/passwd")?,
        };
        String::from_utf8_lossy(&text).lines().find_map(|line| Self::parse(line, name)).ok_or_else(|| {
            io::Error::other(format!("could not find user {name}: this machine does not know that name"))
        })
    }

    fn parse(line: &str, name: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(':').collect();
        let [found, _, _, _, _, home, shell] = fields[..] else { return None };
        (found == name).then(|| Self { name: name.to_owned(), home: home.to_owned(), shell: shell.to_owned() })
    }

    /// Their home directory.
    pub(super) fn home(&self) -> &str {
        &self.home
    }

    /// What comes before the shell: `runuser` for root, who needs no password, else `sudo`.
    pub(super) fn switch(&self) -> io::Result<Vec<OsString>> {
        let root = rustix::process::geteuid().is_root();
        let program = if root { "runuser" } else { "sudo" };
        let path = which(program, Some(OsStr::new(PATH)))
            .ok_or_else(|| io::Error::other(format!("could not become {}: {program} is not installed", self.name)))?;
        let mut words = vec![path.into_os_string()];
        words.extend((!root).then(|| OsString::from("-H")));
        words.extend(["-u", &self.name, "--"].map(OsString::from));
        Ok(words)
    }

    /// The environment such a shell starts in: the user's own, and of the operator's only language and time zone.
    pub(super) fn environment(&self, operators: &Environment) -> Environment {
        let own = [("HOME", &self.home), ("USER", &self.name), ("LOGNAME", &self.name), ("SHELL", &self.shell)];
        let mut environment: Environment =
            own.into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
        environment.insert("PATH".into(), PATH.into());
        let shared = operators.iter().filter(|(name, _)| {
            let name = name.as_bytes();
            matches!(name, b"LANG" | b"LANGUAGE" | b"TZ") || name.starts_with(b"LC_")
        });
        environment.extend(shared.map(|(name, value)| (name.clone(), value.clone())));
        environment
    }
}

/// Finds a program as a shell would.
pub(in crate::runner) fn which(program: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let folders = std::env::split_paths(path.unwrap_or(OsStr::new(PATH))).collect::<Vec<_>>();
    folders.iter().map(|folder| folder.join(program)).find(|file| file.is_absolute() && is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_and_an_unknown_one_is_told() {
        assert_eq!(User::find("root").unwrap().home, "/root");
        let error = User::find("nobody-of-this-name").unwrap_err();
        assert!(error.to_string().starts_with("could not find user"), "{error}");
    }
}
