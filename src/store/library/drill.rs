//! Writing a drill out, so that it can be run and leaves the runbook's folder as it is.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use include_dir::{Dir, DirEntry};

use super::bundled;
use super::item::{Item, Origin};
use crate::store::error::{Error, Result};
use crate::store::private;

/// How deep folders of a drill may stand in one another; a link that leads back to its own folder ends there.
const DEPTH: usize = 16;

/// Writes the drill of a runbook into the folder `to`, which is made where it is missing. Scripts (files that begin with `#!`)
/// are executable by their owner.
///
/// # Errors
/// [`Error::NoDrill`]; what the operating system says, also where a file exists.
pub fn extract(item: &Item, to: &Path) -> Result<()> {
    let written = match (&item.origin, item.drill_folder()) {
        (Origin::Bundled, _) => bundled::drill(&item.id).map(|drill| write_bundled(drill, drill.path(), to)),
        (Origin::File(_), Some(folder)) => Some(copy(&folder, to, DEPTH)),
        (Origin::File(_), None) => None,
    };
    written.ok_or_else(|| Error::NoDrill { id: item.id.clone() })?.map_err(Error::io(format!(
        "write the drill of {} to {}",
        item.id,
        to.display()
    )))
}

fn write_bundled(folder: &Dir<'_>, root: &Path, to: &Path) -> io::Result<()> {
    private::create_dirs(&to.join(folder.path().strip_prefix(root).unwrap_or(folder.path())))?;
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => write_bundled(inner, root, to)?,
            DirEntry::File(file) => {
                let path = file.path().strip_prefix(root).unwrap_or(file.path());
                write(&to.join(path), file.contents())?;
            }
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, depth: usize) -> io::Result<()> {
    if depth == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "its folders stand too deep in one another"));
    }
    private::create_dirs(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        let meta = fs::metadata(&path)?;
        if meta.is_dir() {
            copy(&path, &target, depth - 1)?;
        } else if meta.is_file() {
            write(&target, &fs::read(&path)?)?;
        }
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mode = if content.starts_with(b"#!") { 0o700 } else { 0o600 };
    let mut file = private::options().write(true).create_new(true).mode(mode).open(path)?;
    io::Write::write_all(&mut file, content)
}
