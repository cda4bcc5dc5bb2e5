//! Where things are: `STANCH_DATA_DIR` and `STANCH_CONFIG_DIR`, else the XDG folders.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};
use super::private;

/// The folders of this operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Sessions and what belongs to them.
    pub data: PathBuf,
    /// The operator's runbooks.
    pub config: PathBuf,
    /// Why `data` is a folder in memory, where it is: the one that should be it cannot be written to. What is in it is
    /// gone when the machine is.
    pub in_memory: Option<String>,
    /// Where a private folder in memory can be made, best first.
    memory: Vec<PathBuf>,
}

impl Paths {
    /// From the environment. Nothing is made or looked at yet.
    ///
    /// # Errors
    /// Where neither the variables nor a home folder say where to look.
    pub fn from_env() -> Result<Self> {
        Self::resolve(|name| env::var_os(name))
    }

    fn resolve(env: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let given = |name: &str| {
            let value = env(name).filter(|value| !value.is_empty())?;
            Some(std::path::absolute(&value).map_err(Error::at("resolve", Path::new(&value))))
        };
        let home = || {
            directories::ProjectDirs::from("", "", "stanch").ok_or_else(|| {
                let cause = io::Error::new(io::ErrorKind::NotFound, "no home folder is known");
                Error::io("tell where to keep sessions (STANCH_DATA_DIR and STANCH_CONFIG_DIR can say so)")(cause)
            })
        };
        let data = given("STANCH_DATA_DIR").unwrap_or_else(|| Ok(home()?.data_dir().to_owned()))?;
        let config = given("STANCH_CONFIG_DIR").unwrap_or_else(|| Ok(home()?.config_dir().to_owned()))?;
        // What stands in for one data folder is not mixed up with what stands in for another.
        let place = Sha256::digest(data.as_os_str().as_encoded_bytes());
        let place = u32::from_be_bytes([place[0], place[1], place[2], place[3]]);
        let name = format!("stanch-{}-{place:08x}", rustix::process::getuid().as_raw());
        // `/dev/shm` first: the runtime folder vanishes when the operator logs out.
        let runtime = env("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
        let memory = [Some(PathBuf::from("/dev/shm")), runtime].into_iter().flatten().map(|folder| folder.join(&name));
        Ok(Self { data, config, in_memory: None, memory: memory.collect() })
    }

    /// Folders of one's own choice.
    #[must_use]
    pub fn at(data: &Path, config: &Path) -> Self {
        Self { data: data.to_owned(), config: config.to_owned(), in_memory: None, memory: Vec::new() }
    }

    /// Makes the data folder and sees whether it can be written to; falls back to a private folder in memory, and says so in
    /// [`Paths::in_memory`].
    ///
    /// # Errors
    /// Where not even that is possible: the reason of the data folder itself.
    pub fn writable(mut self) -> Result<Self> {
        let Err(cause) = try_to_write(&self.data) else { return Ok(self) };
        let why = Error::at("write to", &self.data)(cause);
        // Only inside what is there: `/dev/shm` made by us would be a folder on the disk.
        let Some(folder) = self.memory.iter().find(|folder| make_private(folder, 1).is_ok()) else {
            return Err(why);
        };
        self.data.clone_from(folder);
        self.in_memory = Some(why.to_string());
        Ok(self)
    }

    /// Why others could alter what is kept: the data folder is not this user's, or others may write to it. None where all is well, or
    /// there is none yet.
    #[must_use]
    pub fn open_to_others(&self) -> Option<String> {
        let meta = fs::metadata(&self.data).ok()?;
        let folder = self.data.display();
        if meta.uid() != rustix::process::geteuid().as_raw() {
            Some(format!("{folder} belongs to another user, who can alter what is recorded there"))
        } else if meta.mode() & 0o022 != 0 {
            Some(format!(
                "others may write to {folder} (mode {:o}), and alter what is recorded there",
                meta.mode() & 0o7777
            ))
        } else {
            None
        }
    }

    /// Where new sessions are made.
    #[must_use]
    pub fn sessions(&self) -> PathBuf {
        self.data.join("sessions")
    }

    /// Every folder that may hold sessions: also those in memory, which were begun while the data folder could not be
    /// written to.
    #[must_use]
    pub fn all_sessions(&self) -> Vec<PathBuf> {
        let memory = self.memory.iter().filter(|folder| **folder != self.data && is_private(folder));
        std::iter::once(self.sessions()).chain(memory.map(|folder| folder.join("sessions"))).collect()
    }

    /// Where lanes of this session can be kept in memory while the disk takes no folder for them, best first. Nothing is made by this.
    #[must_use]
    pub fn standby(&self, session: &str) -> Vec<PathBuf> {
        // Only inside what is there: `/dev/shm` made by us would be a folder on the disk.
        let there = self.memory.iter().filter(|folder| folder.parent().is_some_and(Path::is_dir));
        there.map(|folder| folder.join("lanes").join(session)).collect()
    }

    /// The operator's runbooks.
    #[must_use]
    pub fn runbooks(&self) -> PathBuf {
        self.config.join("runbooks")
    }
}

/// Makes a folder and so many of those above it, all of them this user's alone, in a place that others may write to: one that is there
/// already counts only where it is. Nothing is written before that is known, and then nobody else can put another in its place.
///
/// # Errors
/// What the operating system says; `PermissionDenied` where a folder is another's, or a link.
pub fn make_private(folder: &Path, folders: usize) -> io::Result<()> {
    let mut chain: Vec<&Path> = folder.ancestors().take(folders).collect();
    chain.reverse();
    let place = chain.first().and_then(|first| first.parent()).ok_or(io::ErrorKind::InvalidInput)?;
    if !is_safe(place) {
        let why = format!("others may replace what is in {}", place.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    for folder in chain {
        match private::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if !is_private(folder) {
            let why = format!("{} is not this user's alone", folder.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
    }
    try_to_write(folder)
}

/// Whether nobody but this user (and root) can take away or replace what this user makes in a folder: it is theirs, or sticky and root's.
fn is_safe(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|meta| {
        let own = meta.uid() == rustix::process::geteuid().as_raw();
        let (others, sticky) = (meta.mode() & 0o022 != 0, meta.mode() & 0o1000 != 0);
        meta.is_dir() && (own || meta.uid() == 0) && (!others || sticky)
    })
}

/// Makes a folder and sees whether it can be written to.
///
/// # Errors
/// What the operating system says.
pub fn try_to_write(folder: &Path) -> io::Result<()> {
    private::create_dirs(folder)?;
    // Also that there is room: an empty file may need none.
    tempfile::tempfile_in(folder)?.write_all(b"room")
}

/// Whether a folder is this user's alone. Anybody can make folders in `/dev/shm`.
#[must_use]
pub fn is_private(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|meta| {
        meta.is_dir() && meta.uid() == rustix::process::getuid().as_raw() && meta.mode().trailing_zeros() >= 6
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(pairs: &[(&str, &str)]) -> Paths {
        Paths::resolve(|name| pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).into())).unwrap()
    }

    #[test]
    fn the_variables_win_and_are_made_absolute() {
        let paths = resolve(&[("STANCH_DATA_DIR", "/a"), ("STANCH_CONFIG_DIR", "b")]);
        assert_eq!(paths.sessions(), Path::new("/a/sessions"));
        assert_eq!(paths.runbooks(), env::current_dir().unwrap().join("b/runbooks"));
    }

    #[test]
    fn every_data_folder_has_a_place_in_memory_of_its_own() {
        let one = resolve(&[("STANCH_DATA_DIR", "/a"), ("STANCH_CONFIG_DIR", "/c")]);
        let other = resolve(&[("STANCH_DATA_DIR", "/b"), ("STANCH_CONFIG_DIR", "/c")]);
        assert_ne!(one.memory, other.memory);
        assert_eq!(one, resolve(&[("STANCH_DATA_DIR", "/a"), ("STANCH_CONFIG_DIR", "/c")]), "found again");
    }

    #[test]
    fn a_data_folder_that_cannot_be_written_gives_way_to_a_private_one_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        // A file in the way stops also root, whom permissions do not stop.
        fs::write(folder.path().join("file"), "").unwrap();
        let mut paths = Paths::at(&folder.path().join("file/data"), folder.path());
        let refused = paths.clone().writable().unwrap_err();
        assert!(refused.to_string().starts_with("could not write to"), "{refused}");

        let theirs = folder.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        fs::set_permissions(&theirs, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let ours = folder.path().join("ours");
        // Prepared by another user, or leading to where the operator may write.
        let others = folder.path().join("others");
        fs::create_dir(&others).unwrap();
        fs::set_permissions(&others, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&others, Some(65534), Some(65534)).unwrap();
        } else {
            fs::set_permissions(&others, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::create_dir(&target).unwrap();
        fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        // Anybody may rename what is in it.
        let loose = folder.path().join("loose");
        fs::create_dir(&loose).unwrap();
        fs::set_permissions(&loose, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let refused = vec![folder.path().join("missing/ours"), theirs, others.clone(), link, loose.join("ours")];
        paths.memory.clone_from(&refused);
        assert!(paths.clone().writable().is_err());
        for folder in [&others, &target, &loose] {
            assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "{}", folder.display());
        }
        fs::set_permissions(&loose, std::os::unix::fs::PermissionsExt::from_mode(0o1777)).unwrap();
        make_private(&loose.join("a/b"), 2).unwrap();
        assert!(is_private(&loose.join("a")) && is_private(&loose.join("a/b")), "a sticky place is safe");
        paths.memory = refused[..4].iter().chain([&ours]).cloned().collect();
        let fallen = paths.clone().writable().unwrap();
        assert_eq!(fallen.data, ours);
        assert!(fallen.in_memory.unwrap().contains("file/data"));
        assert!(is_private(&ours));
        assert_eq!(paths.all_sessions(), [paths.sessions(), ours.join("sessions")], "found again by the next command");
    }

    #[test]
    fn a_data_folder_that_others_may_write_to_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::at(&folder.path().join("data"), folder.path());
        assert_eq!(paths.open_to_others(), None, "there is none yet");
        let paths = paths.writable().unwrap();
        assert_eq!(paths.open_to_others(), None);
        for mode in [0o1777, 0o770, 0o702] {
            fs::set_permissions(&paths.data, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
            assert!(paths.open_to_others().unwrap().contains(&format!("mode {mode:o}")));
        }
    }

    #[test]
    fn a_writable_data_folder_is_made_private() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::at(&folder.path().join("data"), folder.path()).writable().unwrap();
        assert!(is_private(&paths.data));
        assert_eq!(paths.in_memory, None);
    }
}
