//! An error as it is told: what could not be done, and what to do about it.

use super::Exit;
use crate::drive;
use crate::store;
use crate::text::plain;

/// Tells an error on standard error; gives the exit code that goes with it.
pub(super) fn report(error: &anyhow::Error) -> Exit {
    let (text, exit) = words(error);
    eprint!("{text}");
    exit
}

fn words(error: &anyhow::Error) -> (String, Exit) {
    let (text, hint, exit) = parts(error);
    let hint = hint.map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
    (format!("error: {text}\n{hint}"), exit)
}

/// What could not be done, what to do about it, and the exit code that goes with it.
pub(super) fn parts(error: &anyhow::Error) -> (String, Option<String>, Exit) {
    let (exit, hint) = match (error.downcast_ref::<store::Error>(), error.downcast_ref::<drive::Error>()) {
        (Some(error), _) => (exit(error), error.hint()),
        (None, Some(error)) => (exit_of(error.kind()), error.what_to_do().map(str::to_owned)),
        (None, None) => (Exit::Internal, None),
    };
    // Names of files and sessions are in it: whatever bytes they have, none of them steers the terminal.
    let harmless = |text: String| plain::strip(text.as_bytes());
    (harmless(format!("{error:#}")), hint.map(harmless), exit)
}

fn exit(error: &store::Error) -> Exit {
    use store::Error;
    match error {
        Error::Io { .. } | Error::Damaged { .. } | Error::Pack { .. } => Exit::Input,
        Error::Held { .. } | Error::Busy { .. } => Exit::Person,
        _ => Exit::Usage,
    }
}

fn exit_of(kind: drive::Kind) -> Exit {
    match kind {
        drive::Kind::Failed => Exit::Failed,
        drive::Kind::Usage => Exit::Usage,
        drive::Kind::Invalid => Exit::Input,
        drive::Kind::Internal => Exit::Internal,
        drive::Kind::Person => Exit::Person,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_its_hint_and_without_control_characters() {
        let asked = "\u{1b}[2Jx".to_owned();
        let error = store::Error::NoSession { asked, sessions: "/data/\u{9b}sessions".into() };
        let (text, exit) = words(&error.into());
        assert!(text.starts_with("error: could not find a session named"), "{text}");
        assert!(text.ends_with("\nhint: `stanch sessions` lists them\n"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{9b}']));
        assert_eq!(exit, Exit::Usage);
    }
}
