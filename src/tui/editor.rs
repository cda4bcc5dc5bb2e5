//! The operator's editor, on the terminal of the screen.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use futures_util::Stream;

use crate::tui::message::Signal as Ending;
use crate::tui::pager::until_ended;
use crate::tui::run::Call;

/// What is used where neither `VISUAL` nor `EDITOR` says anything.
const USUAL: &str = "vi";

/// Opens a file at a line, and waits until the editor has ended; a signal that came for the program meanwhile is given back. The terminal
/// is in no state of ours while this runs.
///
/// # Errors
/// Where there is no such editor, or it did not end well; in words for the operator.
pub(super) async fn open<S>(path: &Path, line: u64, signals: &mut S) -> Result<Option<Ending>, String>
where
    S: Stream<Item = Call> + Unpin,
{
    let named =
        ["VISUAL", "EDITOR"].into_iter().find_map(|name| env::var(name).ok().filter(|own| !own.trim().is_empty()));
    let editor = named.unwrap_or_else(|| USUAL.to_owned());
    let refused = |error: std::io::Error| format!("could not open the editor `{editor}`: {error}");
    // Its arguments are split by the shell, as git does it.
    let mut command = Command::new("sh");
    command.process_group(0).arg("-c").arg(format!("{editor} \"$@\"")).arg("sh").args(arguments(&editor, path, line));
    let child = command.spawn().map_err(refused)?;
    let (code, ending) = until_ended(&child, signals).await.map_err(refused)?;
    match code {
        _ if ending.is_some() => Ok(ending),
        Some(0) => Ok(None),
        Some(126 | 127) => Err(format!("could not open the editor `{editor}`: it was not found; EDITOR names another")),
        Some(code) => Err(format!("the editor `{editor}` ended with exit {code}; the runbook is as it was")),
        None => Err(format!("the editor `{editor}` was ended by a signal; the runbook is as it was")),
    }
}

/// How an editor is told of the line: most take `+LINE FILE`.
fn arguments(editor: &str, path: &Path, line: u64) -> Vec<String> {
    let path = path.display().to_string();
    let name = editor.split_whitespace().find(|word| !word.contains('=')).unwrap_or_default();
    match name.rsplit('/').next().unwrap_or_default() {
        "hx" | "helix" | "zed" | "subl" => vec![format!("{path}:{line}")],
        "code" | "codium" => vec!["--wait".to_owned(), "--goto".to_owned(), format!("{path}:{line}")],
        _ => vec![format!("+{line}"), path],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_told_as_the_editor_takes_it() {
        let told = |editor| arguments(editor, Path::new("a b.yaml"), 7).join(" ");
        assert_eq!(told("vi"), "+7 a b.yaml");
        assert_eq!(told("TERM=xterm /usr/bin/hx -v"), "a b.yaml:7");
        assert_eq!(told("code"), "--wait --goto a b.yaml:7");
    }
}
