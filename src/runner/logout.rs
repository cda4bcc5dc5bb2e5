//! What becomes of a lane when its operator logs out.
//!
//! Where logind.conf(5) says `KillUserProcesses=yes`, everything that belongs to a login ends with it, detached or not. What runs in a
//! scope of the user's own manager does not, as long as that manager lives: with lingering it always does, without it goes with
//! the user's last login.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It lives on.
    Lives,
    /// It lives on if it is started through this program, `systemd-run`.
    LivesInScope(PathBuf),
    /// It ends with the login, and nothing that can be done here helps.
    Ends,
}

impl Fate {
    /// A sentence for the operator, where something threatens.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        (*self == Self::Ends).then_some("Logging out ends your commands here; `loginctl enable-linger` prevents it.")
    }
}

/// The settings of logind that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Settings {
    kills: Option<bool>,
    only: Vec<String>,
    excluded: Option<Vec<String>>,
}

impl Settings {
    /// Takes in a file; what it says replaces what was said before.
    fn read(&mut self, text: &str) {
        let mut login = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                login = line == "[Login]";
            }
            let Some((key, value)) = line.split_once('=').filter(|_| login) else { continue };
            let (key, value) = (key.trim(), value.trim());
            let words = || value.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            match key {
                "KillUserProcesses" => self.kills = yes(value),
                // Lists add up; an empty one forgets what was said before.
                "KillOnlyUsers" if value.is_empty() => self.only.clear(),
                "KillOnlyUsers" => self.only.extend(words()),
                "KillExcludeUsers" if value.is_empty() => self.excluded = Some(Vec::new()),
                "KillExcludeUsers" => self.excluded.get_or_insert_default().extend(words()),
                // Distributions choose the default when they build it, and leave it in the file as a comment.
                "#KillUserProcesses" if self.kills.is_none() => self.kills = yes(value),
                _ => {}
            }
        }
    }

    fn kill(&self, user: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == user);
        let excluded = self.excluded.as_deref().map_or(user == "root", named);
        self.kills == Some(true) && !excluded && (self.only.is_empty() || named(&self.only))
    }
}

/// How systemd reads a truth.
fn yes(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" | "y" | "t" => Some(true),
        "no" | "false" | "off" | "0" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// Whether a process with this `/proc/self/cgroup` belongs to a login.
fn is_of_login(cgroup: &str) -> bool {
    let part = |part: &str| part.starts_with("session-") && Path::new(part).extension() == Some(OsStr::new("scope"));
    cgroup.lines().any(|line| line.split('/').any(part))
}

/// What would become of a lane that this user starts now. Files below `root` are asked, which is `/` but in tests; programs are
/// looked for in `path`, the value of `PATH`.
#[must_use]
pub fn fate(root: &Path, user: &str, uid: u32, path: &OsStr) -> Fate {
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap_or_default();
    if !is_of_login(&read("proc/self/cgroup")) || !settings(root).kill(user) {
        return Fate::Lives;
    }
    let lingers = root.join("var/lib/systemd/linger").join(user).exists();
    // The socket of the user's own manager.
    let manager = root.join(format!("run/user/{uid}/systemd/private")).exists();
    let runner = std::env::split_paths(path).map(|folder| folder.join("systemd-run")).find(|program| program.is_file());
    match runner.filter(|_| lingers && manager) {
        Some(runner) => Fate::LivesInScope(runner),
        None => Fate::Ends,
    }
}

/// The main file that counts, then the drop-ins by their names; a name in `/etc` hides the same one elsewhere.
fn settings(root: &Path) -> Settings {
    let mut settings = Settings::default();
    let folders = ["etc", "run", "usr/lib"].map(|folder| root.join(folder).join("systemd"));
    if let Some(text) = folders.iter().find_map(|folder| fs::read_to_string(folder.join("logind.conf")).ok()) {
        settings.read(&text);
    }
    let mut parts = BTreeMap::new();
    for folder in &folders {
        for part in fs::read_dir(folder.join("logind.conf.d")).into_iter().flatten().flatten() {
            if part.path().extension() == Some(OsStr::new("conf")) {
                parts.entry(part.file_name()).or_insert_with(|| part.path());
            }
        }
    }
    for text in parts.values().filter_map(|part| fs::read_to_string(part).ok()) {
        settings.read(&text);
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with these files.
    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn fate_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Fate) {
        let root = machine(files);
        let path = root.path().join("bin");
        let fate = fate(root.path(), "nova", 1000, path.as_os_str());
        (root, fate)
    }

    const LOGIN: (&str, &str) = ("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n");
    const KILLS: (&str, &str) = ("etc/systemd/logind.conf", "[Login]\n#KillOnlyUsers=\nKillUserProcesses=yes\n");

    #[test]
    fn a_login_whose_processes_are_killed_takes_the_lane_with_it() {
        let (_root, fate) = fate_of(&[LOGIN, KILLS]);
        assert_eq!(fate, Fate::Ends);
        assert!(fate.warning().unwrap().contains("loginctl enable-linger"));
    }

    #[test]
    fn where_the_users_manager_lingers_a_scope_of_it_lives_on() {
        let linger = ("var/lib/systemd/linger/nova", "");
        let manager = ("run/user/1000/systemd/private", "");
        let runner = ("bin/systemd-run", "");
        let (root, fate) = fate_of(&[LOGIN, KILLS, linger, manager, runner]);
        assert_eq!(fate, Fate::LivesInScope(root.path().join("bin/systemd-run")));
        assert_eq!(fate.warning(), None);
        for without in
            [[LOGIN, KILLS, manager, runner], [LOGIN, KILLS, linger, runner], [LOGIN, KILLS, linger, manager]]
        {
            assert_eq!(fate_of(&without).1, Fate::Ends, "{without:?}");
        }
    }

    #[test]
    fn what_belongs_to_no_login_or_is_not_killed_lives_on() {
        let service = ("proc/self/cgroup", "0::/system.slice/cron.service\n");
        let lives = |files: &[(&str, &str)]| assert_eq!(fate_of(files).1, Fate::Lives, "{files:?}");
        lives(&[service, KILLS]);
        lives(&[KILLS]);
        lives(&[LOGIN]);
        let conf = |text: &'static str| ("etc/systemd/logind.conf", text);
        lives(&[LOGIN, conf("[Login]\n#KillUserProcesses=no\n")]);
        lives(&[LOGIN, conf("[Other]\nKillUserProcesses=yes\n")]);
        lives(&[LOGIN, conf("[Login]\nKillUserProcesses=yes\nKillOnlyUsers=quinn\n")]);
        lives(&[LOGIN, conf("[Login]\nKillUserProcesses=yes\nKillExcludeUsers=root nova\n")]);
        assert_eq!(
            fate_of(&[LOGIN, conf("[Login]\n#KillUserProcesses=yes\n")]).1,
            Fate::Ends,
            "a default that was built in"
        );
    }

    #[test]
    fn drop_ins_count_by_their_names_and_those_of_the_administrator_hide_others() {
        let no = ("usr/lib/systemd/logind.conf.d/50-kill.conf", "[Login]\nKillUserProcesses=no\n");
        assert_eq!(fate_of(&[LOGIN, KILLS, no]).1, Fate::Lives);
        let hides = ("etc/systemd/logind.conf.d/50-kill.conf", "[Login]\n");
        assert_eq!(fate_of(&[LOGIN, KILLS, no, hides]).1, Fate::Ends);
        let later = ("run/systemd/logind.conf.d/60-kill.conf", "[Login]\nKillUserProcesses=yes\n");
        assert_eq!(fate_of(&[LOGIN, KILLS, no, later]).1, Fate::Ends);
    }
}
