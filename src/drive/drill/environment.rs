//! The environment of a drill's commands.

use std::ffi::{OsStr, OsString};

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

/// What the commands of a drill get of an environment. `PGHOST`, `KUBECONFIG`, `DOCKER_HOST` and all others like them are left out: a
/// command that forgets to say where would reach what the operator works with otherwise.
#[must_use]
pub fn environment(of: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    of.filter(|(name, _)| is_kept(name)).collect()
}

fn is_kept(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| KEPT.contains(&name) || name.starts_with("LC_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_elsewhere_is_left_out() {
        let names = ["PATH", "PGHOST", "LC_ALL", "KUBECONFIG", "STANCH_VAR_DB", "HOME", "DATABASE_URL", "DB"];
        let kept = environment(names.iter().map(|name| (name.into(), "x".into())));
        let kept: Vec<_> = kept.iter().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(kept, ["PATH", "LC_ALL", "HOME"]);
    }
}
