//! Programs and redirects that alter files. Files that nobody misses do not count.

use crate::runbook::shell::arguments::{Arguments, among};
use crate::runbook::shell::script::{Redirect, Word};
use crate::runbook::shell::wrapped::Started;

/// Whether a program is one that alters the files it is given. A folder more hurts nobody: `mkdir` is none.
pub(super) fn is_of_files(name: &str) -> bool {
    among("rm rmdir unlink touch truncate chmod chown chgrp tee mkfifo mknod install mv cp ln", name)
}

/// Whether it alters one that is missed.
pub(super) fn touches(started: &Started, arguments: Arguments, scratch: &[String]) -> bool {
    let mut plain: Vec<&str> = arguments.plain("-t -m -o -g -s --mode --reference --size").collect();
    match arguments.program() {
        // Only where it goes to counts.
        "cp" | "ln" | "install" => drop(plain.drain(..plain.len().saturating_sub(1))),
        "chmod" | "chown" | "chgrp" if !plain.is_empty() => drop(plain.remove(0)),
        "tee" if plain.is_empty() => return false,
        _ => {}
    }
    started.fed || plain.is_empty() || plain.iter().any(|file| !is_scratch(file, scratch))
}

/// Where what is written goes to something that the machine lives by, or empties a file.
pub(super) fn redirects(started: &Started, scratch: &[String]) -> Option<String> {
    const KEPT: &str = "/etc/ /proc/ /sys/ /usr/ /boot/ /lib /dev/ /opt/ /var/lib/ /var/spool/ /run/ /srv/";
    let empties = matches!(Arguments::of(started.words).program(), "" | ":" | "true");
    started.command.redirects.iter().find_map(|redirect| {
        let Redirect::Out(Word { text, .. }, append) = redirect else { return None };
        let kept = KEPT.split_ascii_whitespace().any(|head| text.starts_with(head)) || (empties && !append);
        (kept && !is_scratch(text, scratch)).then(|| format!("{} {text}", if *append { ">>" } else { ">" }))
    })
}

/// A file that nobody misses: in a folder for such files, or in a variable that is called so or was made by `mktemp`.
pub(super) fn is_scratch(file: &str, scratch: &[String]) -> bool {
    const FOLDERS: &str = "/tmp/ /var/tmp/ /dev/null /dev/std /dev/tty /dev/fd/ /dev/shm/";
    let variable = file.strip_prefix('$').map(|rest| rest.trim_start_matches('{'));
    let name = variable
        .map_or("", |rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default());
    let lower = name.to_ascii_lowercase();
    FOLDERS.split_ascii_whitespace().any(|head| file.starts_with(head))
        || lower.starts_with("tmp")
        || lower.ends_with("tmp")
        || lower.ends_with("tmpdir")
        || scratch.iter().any(|own| own == name)
}
