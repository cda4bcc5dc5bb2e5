//! Variables outside quotes where that is dangerous.

use super::arguments::{Arguments, among};
use super::wrapped::each;

/// Programs with which one word too many is too late.
const DANGEROUS: &str = "rm rmdir mv chmod chown chgrp truncate shred dd rsync unlink wipefs mount umount";

/// The first variable that stands outside quotes among the arguments of a program that deletes, moves or overwrites: the
/// program's name and the variable's. Its value may become several words, or none.
#[must_use]
pub fn unquoted(script: &str) -> Option<(String, String)> {
    let mut found = None;
    if !script.contains('$') {
        return None;
    }
    each(script, &mut |started| {
        let arguments = Arguments::of(started.words);
        let name = arguments.program();
        let dangerous =
            among(DANGEROUS, name) || name.starts_with("mkfs") || (name == "find" && arguments.has(&["-delete"]));
        if found.is_none() && dangerous {
            let bare = started
                .words
                .iter()
                .skip(1)
                .flat_map(|word| &word.bare)
                .find(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
            found = bare.map(|variable| (name.to_owned(), variable.clone()));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_without_quotes_is_told_where_it_may_destroy() {
        let told = |script| unquoted(script).map(|(program, variable)| format!("{program} {variable}"));
        assert_eq!(told("sudo rm -rf $X/data").as_deref(), Some("rm X"));
        assert_eq!(told("find ${DIR} -delete").as_deref(), Some("find DIR"));
        assert_eq!(told("ssh h 'rm -rf $X'").as_deref(), Some("rm X"));
        for fine in ["rm -rf \"$X/data\"", "rm -rf '$X'", "echo $X", "ls $X", "x=$Y rm z"] {
            assert_eq!(told(fine), None, "{fine}");
        }
    }
}
