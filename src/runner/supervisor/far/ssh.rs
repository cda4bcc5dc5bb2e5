//! How `ssh` is called.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};

use super::super::carry::Environment;
use super::super::sum::hexadecimal;
use super::super::user::which;
use crate::runner::far::{Far, SSH_CONFIG};

/// How long the connection is kept when its last lane has gone, in seconds: the next lane of a session mostly comes at once.
const PERSIST: &str = "1";
/// How long a host may take to answer at first, in seconds.
const CONNECT: &str = "15";
/// The other side is asked so often whether it is there, in seconds; three times without an answer, and the connection is lost.
const ALIVE: &str = "5";

/// The program, and what it is always given.
#[derive(Debug, Clone)]
pub(in super::super) struct Ssh {
    program: PathBuf,
    /// Another configuration than the operator's own.
    config: Vec<OsString>,
    options: Vec<String>,
    target: String,
}

impl Ssh {
    /// Asks `ssh` how the operator has set it up for this target, and fills in what is missing. May wait for a name server.
    pub(super) fn settle(far: &Far, environment: &Environment, folder: &Path) -> Result<Self, String> {
        let path = environment.get(OsStr::new("PATH")).map(OsString::as_os_str);
        let program = which("ssh", path).ok_or("ssh is not installed")?;
        let mut ask = Command::new(&program);
        let config = environment.get(OsStr::new(SSH_CONFIG)).filter(|config| !config.is_empty());
        let config: Vec<OsString> = config.into_iter().flat_map(|config| ["-F".into(), config.clone()]).collect();
        ask.args(&config)
            .args(["-G", "--", &far.target])
            .current_dir(folder)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null());
        let told = ask.output().map_err(|error| error.to_string())?;
        if !told.status.success() {
            return Err(String::from_utf8_lossy(&told.stderr).trim().to_owned());
        }
        let text = String::from_utf8_lossy(&told.stdout);
        let own: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(' ')).collect();
        Ok(Self { program, config, options: options(&own, far), target: far.target.clone() })
    }

    /// The session on the far terminal; it may ask the operator.
    pub(super) fn keeper(&self, command: &str) -> Vec<OsString> {
        let mut words = vec![self.program.clone().into_os_string()];
        words.extend(["-tt", "-e", "none"].map(OsString::from));
        self.finish(words, command)
    }

    /// A session without a terminal over the connection that is there; it never asks.
    pub(super) fn channel(&self, command: &str) -> Vec<OsString> {
        let mut words = vec![self.program.clone().into_os_string()];
        words.extend(["-T", "-o", "BatchMode=yes", "-o", "ControlMaster=no"].map(OsString::from));
        self.finish(words, command)
    }

    fn finish(&self, mut words: Vec<OsString>, command: &str) -> Vec<OsString> {
        words.extend(self.config.iter().cloned());
        for option in &self.options {
            words.extend(["-o", option].map(OsString::from));
        }
        words.extend(["--", &self.target, command].map(OsString::from));
        words
    }
}

/// A name for a target that is short and holds nothing of it.
pub(super) fn short(target: &str) -> String {
    let mut name = hexadecimal(&Sha256::digest(target.as_bytes()));
    name.truncate(12);
    name
}

/// What the operator's own configuration leaves open, or must not say.
fn options(own: &BTreeMap<&str, &str>, far: &Far) -> Vec<String> {
    let is = |key: &str, values: &[&str]| own.get(key).is_none_or(|value| values.contains(value));
    let mut options = vec!["ClearAllForwardings=yes".to_owned(), "PermitLocalCommand=no".to_owned()];
    // Where they share connections already, theirs is used; it may be there.
    if is("controlmaster", &["false", "no"]) || is("controlpath", &["none"]) {
        // Relative to the folder of the session's lanes: the address of a socket holds few bytes.
        options.push(format!("ControlPath=ssh-{}", short(&far.target)));
        options.push("ControlMaster=auto".to_owned());
        options.push(format!("ControlPersist={PERSIST}"));
    }
    // An unknown key is asked about, also by those who never ask by hand.
    if !is("stricthostkeychecking", &["true", "yes", "ask"]) || !own.contains_key("stricthostkeychecking") {
        options.push("StrictHostKeyChecking=ask".to_owned());
    }
    if is("serveraliveinterval", &["0"]) {
        options.push(format!("ServerAliveInterval={ALIVE}"));
        options.push("ServerAliveCountMax=3".to_owned());
    }
    if is("connecttimeout", &["none", "0"]) {
        options.push(format!("ConnectTimeout={CONNECT}"));
    }
    if far.unattended {
        options.push("BatchMode=yes".to_owned());
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(own: &[(&'static str, &'static str)], unattended: bool) -> String {
        let far = Far { host: "db".to_owned(), target: "ssh://db".to_owned(), unattended };
        options(&own.iter().copied().collect(), &far).join(" ")
    }

    #[test]
    fn another_configuration_stands_in_for_the_operators_own() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("it's a config");
        std::fs::write(&config, "Host db\n    HostName 192.0.2.7\n    ConnectTimeout 7\n").unwrap();
        let far = Far { host: "db".to_owned(), target: "db".to_owned(), unattended: true };
        let path = std::env::var_os("PATH").unwrap();
        let mut environment = Environment::from([("PATH".into(), path), (SSH_CONFIG.into(), config.clone().into())]);
        let settled =
            |environment: &Environment| Ssh::settle(&far, environment, folder.path()).unwrap().channel("true");
        let words = settled(&environment);
        assert!(words.windows(2).any(|pair| pair[0] == "-F" && pair[1] == config.as_os_str()), "{words:?}");
        assert!(
            !words.iter().any(|word| word.to_string_lossy().starts_with("ConnectTimeout")),
            "it is read: {words:?}"
        );
        // An empty name is none.
        environment.insert(SSH_CONFIG.into(), "".into());
        assert!(!settled(&environment).contains(&"-F".into()));
    }

    #[test]
    fn what_the_operator_has_set_up_stands_but_unknown_keys_are_asked_about() {
        let plain = [
            ("controlmaster", "false"),
            ("serveraliveinterval", "0"),
            ("connecttimeout", "none"),
            ("stricthostkeychecking", "ask"),
        ];
        let told = of(&plain, false);
        for part in ["ControlMaster=auto", "ControlPath=ssh-", "ServerAliveInterval=", "ConnectTimeout="] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains("StrictHostKeyChecking") && !told.contains("BatchMode"), "{told}");
        let own = [
            ("controlmaster", "auto"),
            ("controlpath", "/home/nova/.ssh/c"),
            ("serveraliveinterval", "60"),
            ("connecttimeout", "3"),
            ("stricthostkeychecking", "accept-new"),
        ];
        let told = of(&own, true);
        for part in ["Control", "ServerAlive", "ConnectTimeout"] {
            assert!(!told.contains(part), "{part}: {told}");
        }
        assert!(told.contains("StrictHostKeyChecking=ask") && told.contains("BatchMode=yes"), "{told}");
        assert!(!of(&[("stricthostkeychecking", "true")], false).contains("StrictHostKeyChecking"));
    }
}
