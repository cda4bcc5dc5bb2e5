//! The environment of a drill's commands.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::runner::SSH_CONFIG;

/// What is kept of the operator's environment: what a shell and a terminal need, and what this program reads.
const KEPT: [&str; 15] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    // Where lanes are started in a scope of the user's manager.
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "STANCH_DISK_RESERVE",
];

/// The file in a drill's folder that `ssh` reads instead of the operator's own configuration, where `break` made one.
const OWN_SSH_CONFIG: &str = "ssh_config";

/// What the commands of a drill get of an environment. `PGHOST`, `KUBECONFIG`, `DOCKER_HOST` and all others like them are left out: a
/// command that forgets to say where would reach what the operator works with otherwise.
#[must_use]
pub fn environment(of: impl Iterator<Item = (OsString, OsString)>, folder: Option<&Path>) -> Vec<(OsString, OsString)> {
    let own = folder.map(|folder| folder.join(OWN_SSH_CONFIG)).filter(|config| config.is_file());
    let own = own.map(|config| (OsString::from(SSH_CONFIG), config.into_os_string()));
    of.filter(|(name, _)| is_kept(name)).chain(own).collect()
}

fn is_kept(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| KEPT.contains(&name) || name.starts_with("LC_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_elsewhere_is_left_out() {
        let names =
            ["PATH", "PGHOST", "LC_ALL", "KUBECONFIG", "STANCH_VAR_DB", "HOME", "DATABASE_URL", "DB", SSH_CONFIG];
        let kept = environment(names.iter().map(|name| (name.into(), "x".into())), None);
        let kept: Vec<_> = kept.iter().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(kept, ["PATH", "LC_ALL", "HOME"]);
    }

    #[test]
    fn ssh_reads_what_the_drill_has_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let told = || environment(std::iter::empty(), Some(folder.path()));
        assert_eq!(told(), []);
        let config = folder.path().join(OWN_SSH_CONFIG);
        std::fs::write(&config, "Host db\n").unwrap();
        assert_eq!(told(), [(SSH_CONFIG.into(), config.into_os_string())]);
    }
}
