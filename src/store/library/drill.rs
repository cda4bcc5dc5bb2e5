//! Writing a drill out, so that it can be run and leaves the runbook's folder as it is.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use include_dir::{Dir, DirEntry};

use super::bundled;
use super::item::{Item, Origin, read};
use crate::store::error::{Error, Result};
use crate::store::private;

/// How deep folders of a drill may stand in one another; a link that leads back to its own folder ends there.
const DEPTH: usize = 16;

/// What a drill says of itself stands in this file.
const PLAN: &str = "drill.yaml";

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

/// The text of a drill's `drill.yaml`, and where it stands, read now.
///
/// # Errors
/// [`Error::NoDrill`]; what the operating system says, also where there is no such file or it is not UTF-8.
pub fn plan_text(item: &Item) -> Result<(String, String)> {
    let none = || Error::NoDrill { id: item.id.clone() };
    let (origin, bytes) = match &item.origin {
        Origin::Bundled => {
            let file = bundled::drill(&item.id).and_then(|drill| drill.get_file(drill.path().join(PLAN)));
            (format!("bundled:{}/drill/{PLAN}", item.id), file.ok_or_else(none)?.contents().to_vec())
        }
        Origin::File(_) => {
            let path = item.drill_folder().ok_or_else(none)?.join(PLAN);
            (path.display().to_string(), read(&path).map_err(Error::at("read", &path))?)
        }
    };
    let not_utf8 = |error: std::string::FromUtf8Error| {
        Error::io(format!("read {origin}"))(io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
    };
    let text = String::from_utf8(bytes).map_err(not_utf8)?;
    Ok((origin, text))
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
