//! The text a lane's shell is given: the command, and around it what lets environment and directory carry over.

use crate::session::run::RunNo;

/// Paths of the programs the exit trap needs, found before a command could hide them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tools {
    /// `env`.
    pub(super) env: String,
    /// `base64`.
    pub(super) base64: String,
    /// `cksum`.
    pub(super) cksum: String,
}

/// The variable the text is handed over in. Not an argument: then `pkill -f` and `ps | grep` in a command would find its own shell.
pub(super) const VARIABLE: &str = "STANCH_RUN";

/// What a lane's shell does at its end: tell its environment and directory, to the terminal, wherever the command sent its output.
///
/// One write, so that nobody writes into the middle. As few processes as can be: this is most of the time that a small command takes.
pub(super) fn ending(nonce: &str, run: RunNo, tools: &Tools) -> String {
    let (env, base64, cksum) = (quoted(&tools.env), quoted(&tools.base64), quoted(&tools.cksum));
    let state = format!("{{ pwd; printf '\\0'; exec {env} -0; }} | {base64}");
    // Not through a pipe: that would be one process more.
    let sum = format!("exec {cksum} <<__stanch\n$__stanch_state\n__stanch\n");
    trap(nonce, run, "env", &state, &sum)
}

/// The trap around what prints a state: `state` prints it, encoded; `kind` says how; `sum` prints the sum of it and a newline.
pub(super) fn trap(nonce: &str, run: RunNo, kind: &str, state: &str, sum: &str) -> String {
    format!(
        "__stanch_end() {{ __stanch_status=$?; set +eux; trap - 0
  __stanch_state=$({state}) &&
  __stanch_sum=$({sum}) &&
  printf '\\033]7748;{nonce};{run};{kind};%s;%s\\007' \"$__stanch_sum\" \"$__stanch_state\" >/dev/tty
  exit \"$__stanch_status\"; }}
trap '{{ __stanch_end; }} 2>/dev/null' 0\n",
        run = run.0,
    )
}

/// The text for `eval`. `ending` is the [`trap`] where the shell shall tell its end state.
///
/// The command is evaluated inside, so that a syntax error in it does not lose the trap.
pub(super) fn text(command: &str, strict: bool, ending: Option<&str>) -> Vec<u8> {
    let mut text = format!("unset {VARIABLE}\n").into_bytes();
    text.extend_from_slice(ending.unwrap_or_default().as_bytes());
    if strict {
        text.extend_from_slice(b"set -e\n");
    }
    text.extend_from_slice(b"eval ");
    text.extend_from_slice(&quote(command.as_bytes()));
    text.push(b'\n');
    text
}

/// The text for the shell of another user: it comes through standard input, is read whole, and only then is the terminal opened in
/// its place. Here values are quoted words of the shell, because sudo drops the environment and arguments are visible to everybody.
pub(super) fn script<'a>(
    values: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    directory: Option<&[u8]>,
    text: &[u8],
) -> Vec<u8> {
    let mut script = b"exec </dev/tty || exit 126\n".to_vec();
    script.extend_from_slice(&exports(values));
    if let Some(directory) = directory {
        script.extend_from_slice(b"cd -- ");
        script.extend_from_slice(&quote(directory));
        script.extend_from_slice(b" || exit 126\n");
    }
    script.extend_from_slice(text);
    script
}

/// The values as words of the shell.
pub(super) fn exports<'a>(values: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let mut script = Vec::new();
    for (name, value) in values.filter(|(name, _)| is_name(name)) {
        script.extend_from_slice(b"export ");
        script.extend_from_slice(name);
        script.push(b'=');
        script.extend_from_slice(&quote(value));
        script.push(b'\n');
    }
    script
}

/// Whether a shell takes it as a variable's name.
pub(super) fn is_name(name: &[u8]) -> bool {
    name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// One word for a POSIX shell, whatever it holds.
pub(in crate::runner) fn quote(bytes: &[u8]) -> Vec<u8> {
    let mut word = Vec::with_capacity(bytes.len() + 2);
    word.push(b'\'');
    for byte in bytes {
        if *byte == b'\'' {
            word.extend_from_slice(b"'\\''");
        } else {
            word.push(*byte);
        }
    }
    word.push(b'\'');
    word
}

pub(super) fn quoted(text: &str) -> String {
    String::from_utf8_lossy(&quote(text.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quoted_word_cannot_end_early() {
        assert_eq!(quote(b"a'; rm -rf ~ #"), b"'a'\\''; rm -rf ~ #'");
    }

    proptest! {
        #[test]
        fn every_quote_inside_is_outside_of_quotes(value in "[a'\\\\$` \n]{0,40}") {
            // The shell's own reading: quotes toggle, a backslash counts only outside.
            let word = quote(value.as_bytes());
            let (mut inside, mut read, mut bytes) = (false, Vec::new(), word.iter());
            while let Some(byte) = bytes.next() {
                match byte {
                    b'\'' => inside = !inside,
                    b'\\' if !inside => read.extend(bytes.next()),
                    _ => {
                        prop_assert!(inside);
                        read.push(*byte);
                    }
                }
            }
            prop_assert!(!inside);
            prop_assert_eq!(read, value.into_bytes());
        }
    }

    #[test]
    fn names_no_shell_takes_are_left_out() {
        let values: [(&[u8], &[u8]); 3] = [(b"GOOD_1", b"x"), (b"1BAD", b"x"), (b"BASH_FUNC_f%%", b"x")];
        let script = script(values.into_iter(), None, b"true\n");
        assert_eq!(String::from_utf8(script).unwrap(), "exec </dev/tty || exit 126\nexport GOOD_1='x'\ntrue\n");
    }
}
