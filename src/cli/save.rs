//! An export put into a file: whole or not at all, and never over what a person wrote.

use std::io;
use std::path::Path;

use super::Exit;
use crate::postmortem::merge::{self, Merged};
use crate::store::private;

/// Puts Markdown into a file. What a person changed in it since the last export stays; what came of that is told.
pub(super) fn merged(path: &Path, fresh: &str, force: bool) -> Exit {
    let there = match existing(path) {
        Ok(Some(there)) if !force => there,
        Ok(_) => return write(path, fresh),
        Err(_) if force && is_file(path) => return write(path, fresh),
        Err(why) => return unreadable(path, &why),
    };
    let merged = match merge::merge(&there, fresh) {
        Ok(merged) => merged,
        Err(refusal) => {
            eprintln!("error: could not write {}: {refusal}", named(path));
            eprintln!("hint: choose another file; with --force it is overwritten, whatever is in it");
            return Exit::Input;
        }
    };
    let exit = if merged.text == there { Exit::Fine } else { write(path, &merged.text) };
    if exit == Exit::Fine {
        tell(&merged, path);
    }
    exit
}

/// Puts what nobody edits into a file: over one that is `ours`, or where there is none. `what` it is said to be.
pub(super) fn replaced(path: &Path, text: &str, force: bool, what: &str, ours: fn(&str) -> bool) -> Exit {
    match existing(path) {
        Ok(None) => {}
        _ if force && is_file(path) => {}
        Ok(Some(there)) if there == text => return Exit::Fine,
        Ok(Some(there)) if ours(&there) => {}
        Ok(Some(_)) => {
            eprintln!("error: could not write {}: it is there, and it is no {what} that stanch wrote", named(path));
            eprintln!("hint: choose another file; with --force it is overwritten, whatever is in it");
            return Exit::Input;
        }
        Err(why) => return unreadable(path, &why),
    }
    write(path, text)
}

/// The text of a file; none where there is no such file.
///
/// # Errors
/// Why it cannot be read, in a clause.
pub(super) fn existing(path: &Path) -> Result<Option<String>, String> {
    // Reading from a pipe might never end, and a device is not to be replaced by a file.
    if path.exists() && !is_file(path) {
        return Err("it is no file".to_owned());
    }
    match std::fs::read(path) {
        // Read with what is no text replaced, a person's text would be written back altered.
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a file is there, or a link leads to one.
pub(super) fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

/// Says that a file that is there cannot be read.
pub(super) fn unreadable(path: &Path, why: &str) -> Exit {
    eprintln!("error: could not read {}: {why}", named(path));
    eprintln!("hint: choose another file");
    Exit::Input
}

/// What a person should know of a merge.
fn tell(merged: &Merged, path: &Path) {
    let list = |titles: &[String]| titles.join(", ").escape_debug().to_string();
    if !merged.kept.is_empty() {
        eprintln!("kept as edited in {}: {}", named(path), list(&merged.kept));
    }
    if !merged.left_out.is_empty() {
        eprintln!("left out as in {}: {}", named(path), list(&merged.left_out));
    }
    let (new, old) = (merged.conflicts.len(), merged.undecided.len());
    if new > 0 {
        let parts = if new == 1 { "1 part was".to_owned() } else { format!("{new} parts were") };
        eprintln!("warning: {parts} edited, and the record has changed too: {}", list(&merged.conflicts));
    }
    if old > 0 {
        let parts = if old == 1 { "1 part waits".to_owned() } else { format!("{old} parts wait") };
        eprintln!("warning: {parts} for a decision since an earlier export: {}", list(&merged.undecided));
    }
    if new + old > 0 {
        eprintln!(
            "hint: what would be written now stands below the edited text, marked `stanch: conflict`; --check fails until it is gone"
        );
    }
}

fn named(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

fn write(path: &Path, text: &str) -> Exit {
    // Where the name is a link, the file it leads to is replaced and the link stays.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| Path::new(".").join(path));
    // The error of the system may name a file that is only on its way; the operator knows the one they asked for.
    let cause = match target.parent() {
        Some(folder) if !folder.is_dir() => format!("there is no folder {}", folder.to_string_lossy().escape_debug()),
        _ => match replace(&target, text) {
            Ok(()) => return Exit::Fine,
            Err(error) => io::Error::from(error.kind()).to_string(),
        },
    };
    eprintln!("error: could not write {}: {cause}", named(path));
    eprintln!("hint: name a file in a folder that is there and that you may write to");
    Exit::Input
}

/// Replaces the file whole. One that is there keeps its mode: who may read it was decided by a person.
fn replace(target: &Path, text: &str) -> io::Result<()> {
    let mode = std::fs::metadata(target).ok().map(|meta| meta.permissions());
    private::replace(target, text.as_bytes())?;
    mode.map_or(Ok(()), |mode| std::fs::set_permissions(target, mode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postmortem::{Document, Meta, markdown};
    use crate::session::excerpt::Excerpts;

    fn document(head: &str) -> String {
        let meta = Meta { session: "s".to_owned(), head: head.to_owned(), ..Meta::default() };
        markdown::render(&Document::new(&[], None, &Excerpts::default(), &meta))
    }

    #[test]
    fn what_was_generated_is_made_anew_around_what_a_person_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postmortem.md");
        assert_eq!(merged(&path, &document("aa"), false), Exit::Fine);
        assert_eq!(merged(&path, &document("bb"), false), Exit::Fine);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), document("bb"));

        let edit = |text: &str| text.replace("TODO(postmortem): In one", "It was DNS. In one");
        std::fs::write(&path, edit(&document("bb"))).unwrap();
        assert_eq!(merged(&path, &document("cc"), false), Exit::Fine);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), edit(&document("cc")));
        assert_eq!(merged(&path, &document("dd"), true), Exit::Fine);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), document("dd"), "forced");
    }

    #[test]
    fn a_foreign_file_is_never_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.md");
        for content in [&b""[..], b"my notes\n", b"not UTF-8 \xff\n"] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(merged(&path, &document("aa"), false), Exit::Input);
            assert_eq!(replaced(&path, "x", false, "page", |text| text.starts_with('<')), Exit::Input);
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
        std::fs::write(&path, "<ours>").unwrap();
        assert_eq!(replaced(&path, "<new>", false, "page", |text| text.starts_with('<')), Exit::Fine);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "<new>");
        assert_eq!(merged(&path, &document("aa"), true), Exit::Fine);
    }

    #[test]
    fn what_is_no_file_is_neither_waited_for_nor_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for force in [false, true] {
            for path in [pipe.as_path(), folder.path()] {
                assert_eq!(merged(path, &document("aa"), force), Exit::Input);
                assert_eq!(replaced(path, "x", force, "page", |_| true), Exit::Input);
                assert!(path.exists() && !path.is_file());
            }
        }
    }

    #[test]
    fn a_link_stays_a_link_and_a_mode_stays_as_it_was() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file.md"), folder.path().join("link.md"));
        std::fs::write(&file, document("aa")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(merged(&link, &document("bb"), false), Exit::Fine);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), document("bb"));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
