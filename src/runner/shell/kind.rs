//! Which shell is opened.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::runbook::Shell;
use crate::runner::supervisor::user::which;

/// The oldest bash that tells what is about to run (`PS0`, and `${word@P}` for its number).
const BASH: (u32, u32) = (4, 4);
/// The oldest zsh whose hooks are known to do what is needed here.
const ZSH: (u32, u32) = (5, 0);

/// A shell that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Bash or zsh.
    pub shell: Shell,
    /// The program.
    pub program: PathBuf,
    /// The operator's own shell, where that is another, which cannot be recorded.
    pub instead_of: Option<String>,
}

impl Kind {
    /// The operator's own shell where it is a bash or a zsh, else the bash of the search path.
    ///
    /// # Errors
    /// Where there is none that can be recorded; says what can.
    pub fn find(shell: Option<&OsStr>, path: Option<&OsStr>) -> Result<Self, String> {
        let own = shell.filter(|shell| !shell.is_empty()).map(Path::new);
        let kind = match own.map(|own| (own, family(own))) {
            Some((own, Some(shell))) => Self { shell, program: own.to_owned(), instead_of: None },
            other => {
                let instead_of = other.map(|(own, _)| own.display().to_string());
                let found = which("bash", path);
                let program =
                    found.ok_or_else(|| refused(instead_of.as_deref(), "there is no bash to take instead"))?;
                Self { shell: Shell::Bash, program, instead_of }
            }
        };
        let (least, name) = if kind.shell == Shell::Zsh { (ZSH, "zsh") } else { (BASH, "bash") };
        match version(&kind) {
            Some(version) if version >= least => Ok(kind),
            Some((major, minor)) => {
                Err(refused(None, &format!("{} is {name} {major}.{minor}", kind.program.display())))
            }
            None => Err(refused(None, &format!("{} does not tell its version", kind.program.display()))),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.shell == Shell::Zsh { "zsh" } else { "bash" }
    }
}

fn family(program: &Path) -> Option<Shell> {
    match program.file_name()?.to_str()?.trim_start_matches('-') {
        "bash" => Some(Shell::Bash),
        "zsh" => Some(Shell::Zsh),
        _ => None,
    }
}

fn refused(own: Option<&str>, why: &str) -> String {
    let own = own.map_or_else(String::new, |own| format!("SHELL is {own}, and "));
    format!(
        "could not open a recorded shell: {own}{why}; bash {}.{} or later and zsh {}.{} or later can be recorded",
        BASH.0, BASH.1, ZSH.0, ZSH.1
    )
}

fn version(kind: &Kind) -> Option<(u32, u32)> {
    let (options, ask): (&[&str], _) = match kind.shell {
        Shell::Zsh => (&["-f", "-c"], "print -r -- $ZSH_VERSION"),
        _ => (&["--norc", "-c"], "echo \"${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}\""),
    };
    let asked = Command::new(&kind.program).args(options).arg(ask).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let said = String::from_utf8(asked.ok()?.stdout).ok()?;
    let mut numbers = said.trim().split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    #[test]
    fn the_operators_own_shell_is_taken_and_any_other_replaced_by_bash() {
        let folder = tempfile::tempdir().unwrap();
        let zsh = program(folder.path(), "zsh", "echo 5.9");
        let kind = Kind::find(Some(zsh.as_os_str()), None).unwrap();
        assert_eq!((kind.shell, kind.instead_of), (Shell::Zsh, None));
        let bash = program(folder.path(), "bash", "echo 5.2");
        for own in [Some("/usr/bin/fish"), None] {
            let kind = Kind::find(own.map(OsStr::new), Some(folder.path().as_os_str())).unwrap();
            let instead_of = own.map(str::to_owned);
            assert_eq!(kind, Kind { shell: Shell::Bash, program: bash.clone(), instead_of });
        }
    }

    #[test]
    fn what_cannot_be_recorded_is_refused_and_what_can_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let nothing = Kind::find(Some(OsStr::new("/bin/ksh")), Some(folder.path().as_os_str())).unwrap_err();
        assert!(nothing.contains("SHELL is /bin/ksh") && nothing.contains("bash 4.4"), "{nothing}");
        let old = program(folder.path(), "bash", "echo 4.2");
        let old = Kind::find(Some(old.as_os_str()), None).unwrap_err();
        assert!(old.contains("is bash 4.2; bash 4.4 or later and zsh 5.0 or later"), "{old}");
        let mute = program(folder.path(), "zsh", "exit 1");
        assert!(Kind::find(Some(mute.as_os_str()), None).unwrap_err().contains("does not tell its version"));
    }
}
