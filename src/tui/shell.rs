//! A recorded shell beside the walk, on the terminal of the screen.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use futures_util::Stream;

use crate::runner::shell::VARIABLE;
use crate::tui::message::Signal as Ending;
use crate::tui::pager::until_ended;
use crate::tui::run::Call;

/// Opens one in a session, and waits until it is left; a signal that came for the program meanwhile is given back. The terminal is in no
/// state of ours while this runs.
///
/// # Errors
/// Where it cannot be opened, or did not end well; in words for the operator.
pub(super) async fn open<S>(session: &str, by: &str, signals: &mut S) -> Result<Option<Ending>, String>
where
    S: Stream<Item = Call> + Unpin,
{
    if env::var_os(VARIABLE).is_some() {
        return Err("could not open a recorded shell: this screen was opened in one; Ctrl-Z goes there".to_owned());
    }
    // Never the path of this program: it may have been replaced by an upgrade.
    let mut command = Command::new("/proc/self/exe");
    command.arg0("stanch").args(["shell", session, "--operator", by]).process_group(0);
    let refused = |error: std::io::Error| format!("could not open a recorded shell: {error}");
    let child = command.spawn().map_err(refused)?;
    let (code, ending) = until_ended(&child, signals).await.map_err(refused)?;
    match code {
        _ if ending.is_some() => Ok(ending),
        Some(0) => Ok(None),
        Some(code) => Err(format!(
            "the recorded shell ended with exit {code}; `stanch shell` in another terminal shows what it says"
        )),
        None => Err("the recorded shell was ended by a signal".to_owned()),
    }
}
