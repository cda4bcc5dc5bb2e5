//! What was typed in a recorded shell, held against nothing: a shell knows no expectations, only how a command ended.

use super::event::{RunEnded, Verdict};
use super::exit;
use super::run::{Exit, RunEnd, Stopped};

/// 128 and SIGINT: Ctrl-C.
const INTERRUPTED: i32 = 130;
/// 128 and SIGTSTP: Ctrl-Z. It is not over, but its typist has turned away from it.
const SUSPENDED: i32 = 148;

/// Why a command did not come to an end of its own, by what the shell says of it.
#[must_use]
pub fn stopped(exit: &Exit) -> Option<Stopped> {
    matches!(exit, Exit::Code(INTERRUPTED | SUSPENDED)).then_some(Stopped::Operator)
}

/// What the end of a command means: healthy is exit 0.
#[must_use]
pub fn verdict(end: &RunEnd) -> Verdict {
    match &end.exit {
        Exit::Unknown => Verdict::Unknown,
        _ if end.stopped.is_some() => Verdict::Stopped,
        Exit::Code(0) => Verdict::Healthy,
        other => Verdict::Unhealthy(vec![exit::words(other)]),
    }
}

/// The event of its end.
#[must_use]
pub fn ended(run: super::run::RunNo, end: RunEnd) -> RunEnded {
    RunEnded { run, verdict: verdict(&end), end, unseen: false, flags: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_what_its_shell_says_of_it() {
        let told = |exit: Exit| verdict(&RunEnd { stopped: stopped(&exit), ..RunEnd::of(exit) });
        assert_eq!(told(Exit::Code(0)), Verdict::Healthy);
        assert_eq!(told(Exit::Code(127)), Verdict::Unhealthy(vec!["exit 127 (command not found)".to_owned()]));
        assert_eq!((told(Exit::Code(130)), told(Exit::Code(148))), (Verdict::Stopped, Verdict::Stopped));
        assert_eq!(told(Exit::Unknown), Verdict::Unknown);
    }
}
