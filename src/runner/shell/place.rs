//! The private folder of a recorded shell: the files it begins with, and the two pipes it is asked and answered by.

use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use super::kind::Kind;
use crate::runbook::Shell;
use crate::runner::supervisor::prelude::quote;
use crate::store::paths::is_private;
use crate::store::private;

const BASH: &str = include_str!("hooks.bash");
const ZSH: &str = include_str!("hooks.zsh");

/// The folder, gone when this is.
pub(super) struct Place {
    folder: TempDir,
}

impl Place {
    /// Makes it for a shell of this kind; `nonce` makes its words known.
    pub(super) fn make(kind: &Kind, nonce: &str) -> io::Result<Self> {
        let mut folder = tempfile::Builder::new();
        folder.prefix("stanch-shell-");
        // Gone at the latest when the operator logs out, where there is such a folder.
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
        // One of another user's (left by `su`) is theirs to alter: the pipes that a shell listens to are not put there.
        let runtime = runtime.filter(|folder| is_private(folder));
        let made = runtime.and_then(|runtime| folder.tempdir_in(runtime).ok());
        let place = Self { folder: made.map_or_else(|| folder.tempdir(), Ok)? };
        for pipe in [place.asks(), place.answers()] {
            mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        }
        let script = match kind.shell {
            Shell::Zsh => place.zshenv(nonce),
            _ => place.bashrc(nonce),
        };
        private::write_new(&place.begins_with(kind), &script)?;
        Ok(place)
    }

    fn asks(&self) -> PathBuf {
        self.folder.path().join("asks")
    }

    fn answers(&self) -> PathBuf {
        self.folder.path().join("answers")
    }

    fn begins_with(&self, kind: &Kind) -> PathBuf {
        self.folder.path().join(if kind.shell == Shell::Zsh { ".zshenv" } else { "bashrc" })
    }

    /// What the shell is called with.
    pub(super) fn arguments(&self, kind: &Kind) -> Vec<PathBuf> {
        match kind.shell {
            Shell::Zsh => vec!["-i".into()],
            _ => vec!["--rcfile".into(), self.begins_with(kind), "-i".into()],
        }
    }

    /// What is set in its environment.
    pub(super) fn environment(&self, kind: &Kind) -> Option<(&'static str, &Path)> {
        (kind.shell == Shell::Zsh).then(|| ("ZDOTDIR", self.folder.path()))
    }

    /// Both pipes, each open at both ends, so that neither waits for the other: what is asked, and where it is answered.
    pub(super) fn pipes(&self) -> io::Result<(File, File)> {
        let open = |path: PathBuf| File::options().read(true).write(true).open(path);
        Ok((open(self.asks())?, open(self.answers())?))
    }

    /// The shell has read what it begins with: that is not needed any more.
    pub(super) fn begun(&self, kind: &Kind) {
        // Gone with the folder at the latest.
        drop(fs::remove_file(self.begins_with(kind)));
    }

    /// Read instead of `~/.bashrc`; bash reads the file of the whole machine by itself.
    fn bashrc(&self, nonce: &str) -> Vec<u8> {
        let mut script = b"if [[ -r ~/.bashrc ]]; then builtin source ~/.bashrc; fi\n".to_vec();
        script.extend(self.names(nonce));
        script.extend_from_slice(BASH.as_bytes());
        script
    }

    /// Read instead of the first of zsh's files; the others are read where the operator has them.
    fn zshenv(&self, nonce: &str) -> Vec<u8> {
        let mut script = match env::var_os("ZDOTDIR").filter(|own| !own.is_empty()) {
            Some(own) => [&b"export ZDOTDIR="[..], &quote(own.as_bytes()), b"\n"].concat(),
            None => b"unset ZDOTDIR\n".to_vec(),
        };
        script.extend(self.names(nonce));
        script.extend_from_slice(ZSH.as_bytes());
        script.extend_from_slice(
            b"if [[ -r ${ZDOTDIR-$HOME}/.zshenv ]]; then builtin source ${ZDOTDIR-$HOME}/.zshenv; fi\n",
        );
        script
    }

    fn names(&self, nonce: &str) -> Vec<u8> {
        let (asks, answers) = (self.asks(), self.answers());
        let names = [
            ("__stanch_nonce", nonce.as_bytes()),
            ("__stanch_ask", asks.as_os_str().as_bytes()),
            ("__stanch_answer", answers.as_os_str().as_bytes()),
        ];
        names.iter().flat_map(|(name, value)| [name.as_bytes(), b"=", &quote(value), b"\n"].concat()).collect()
    }
}
