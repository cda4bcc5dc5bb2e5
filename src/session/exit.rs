//! How a run ended, in words: the same on the screen, in the record, alone and in the postmortem.

use super::run::{Exit, RunEnd, Stopped};

/// How it ended by itself: `exit 0`, `exit 127 (command not found)`, `killed by SIGKILL`.
#[must_use]
pub fn words(exit: &Exit) -> String {
    match exit {
        Exit::Code(code) => match meaning(*code) {
            Some(meaning) => format!("exit {code} ({meaning})"),
            None => format!("exit {code}"),
        },
        Exit::Signal(signal) => format!("killed by {}", signal_name(*signal)),
        Exit::NotStarted(why) => format!("could not be started: {why}"),
        Exit::Unknown => "outcome unknown".to_owned(),
    }
}

/// How it ended, where it was stopped too: `timed out after 30 s`, `stopped by the operator (SIGTERM)`.
#[must_use]
pub fn of(end: &RunEnd) -> String {
    let how = || match &end.exit {
        Exit::Signal(signal) => signal_name(*signal),
        exit => words(exit),
    };
    match end.stopped {
        Some(Stopped::Timeout) => format!("timed out after {}", seconds(end.took_ms)),
        Some(Stopped::Operator) => format!("stopped by the operator ({})", how()),
        None => words(&end.exit),
    }
}

/// What a shell means by a code of its own.
fn meaning(code: i32) -> Option<String> {
    match code {
        126 => Some("the command cannot be executed".to_owned()),
        127 => Some("command not found".to_owned()),
        148 => Some("suspended".to_owned()),
        // 128 and the signal's number; above the signals that have a name it is a program's own.
        129..=143 => Some(signal_name(code - 128))
            .filter(|name| name.starts_with("SIG"))
            .map(|name| format!("killed by {name} inside")),
        _ => None,
    }
}

/// A signal in words: `SIGKILL`, or its number where it has no common name.
#[must_use]
pub fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        10 => "SIGUSR1",
        11 => "SIGSEGV",
        12 => "SIGUSR2",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// Seconds to the tenth, as in `30 s` and `0.4 s`.
#[must_use]
pub fn seconds(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    if tenths.is_multiple_of(10) { format!("{} s", tenths / 10) } else { format!("{}.{} s", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_is_told_by_what_it_means() {
        let told = [
            Exit::Code(0),
            Exit::Code(1),
            Exit::Code(126),
            Exit::Code(127),
            Exit::Code(137),
            Exit::Code(200),
            Exit::Signal(9),
            Exit::Signal(34),
        ];
        let words: Vec<String> = told.iter().map(words).collect();
        assert_eq!(
            words,
            [
                "exit 0",
                "exit 1",
                "exit 126 (the command cannot be executed)",
                "exit 127 (command not found)",
                "exit 137 (killed by SIGKILL inside)",
                "exit 200",
                "killed by SIGKILL",
                "killed by signal 34"
            ]
        );
    }

    #[test]
    fn who_stopped_it_is_told_before_how() {
        let end = |exit, stopped| RunEnd {
            exit,
            stopped,
            took_ms: 30_000,
            bytes: 0,
            lines: 0,
            sha256: String::new(),
            dropped: 0,
            redacted: 0,
            carried: true,
            left_behind: 0,
        };
        assert_eq!(of(&end(Exit::Signal(15), Some(Stopped::Timeout))), "timed out after 30 s");
        assert_eq!(of(&end(Exit::Signal(15), Some(Stopped::Operator))), "stopped by the operator (SIGTERM)");
        assert_eq!(of(&end(Exit::Code(0), Some(Stopped::Operator))), "stopped by the operator (exit 0)");
        assert_eq!(of(&end(Exit::Signal(9), None)), "killed by SIGKILL");
    }
}
