//! The texts for the shells of the far side. What goes there in arguments holds no value of anybody's.

use super::super::prelude::quoted;

/// The keeper, before the clerk brings it the rest. One line without `!` and `'`, so that every login shell hands it on as it is.
const KEEPER: &str = include_str!("keeper.sh");
/// The keeper's loop.
const KEEP: &str = include_str!("keep.sh");
/// Around a run that outlives its connection.
const WRAP: &str = include_str!("wrap.sh");
/// The clerk.
const CLERK: &str = include_str!("clerk.sh");
/// Prints each variable and the nonce behind it. Only POSIX: `env -0` and `base64` are not.
const DUMP: &str = r#"BEGIN { for (k in ENVIRON) printf "%s=%s\n%s\n", k, ENVIRON[k], ENVIRON["__stanch_n"] }"#;

/// What `ssh` is given to run on the terminal. `key` names the folder: random, and told to nobody who could make it first.
pub(super) fn keeper(key: &str, nonce: &str) -> String {
    format!("exec /bin/sh -c '{}'", KEEPER.trim_end().replace("@KEY@", key).replace("@NONCE@", nonce))
}

/// What `ssh` is given to run without a terminal, and what must go into its standard input first.
pub(super) fn clerk(folder: &str, key: &str, nonce: &str) -> (String, Vec<u8>) {
    let keep = KEEP.replace("@DUMP@", &dump(nonce, "awk", "od"));
    let text = CLERK
        .replace("@KEEP@", keep.trim_end())
        .replace("@WRAP@", WRAP.trim_end())
        .replace("'@FOLDER@'", &quoted(folder))
        .replace("@KEY@", key);
    let text = text.replace("@NONCE@", nonce);
    (format!("exec /bin/sh -c 'eval \"$(dd bs=1 count={} 2>/dev/null)\"'", text.len()), text.into_bytes())
}

/// What `ssh` is given to carry the output of a run that has a pipe.
pub(super) fn carrier(folder: &str, run: u32) -> String {
    // In the shell of whoever logs in: a folder is quoted for all of them only where it is plain.
    format!("exec /bin/sh -c 'exec cat <\"$1\"' sh {}", quoted(&format!("{folder}/{run}.out")))
}

/// What `ssh` is given to carry the output of a run that outlives its connection, from a byte on; it ends with its standard input.
pub(super) fn follower(folder: &str, from: u64) -> String {
    let tail = "tail -c \"+$2\" -f \"$1\" & t=$(echo $!); read -r x; kill $t";
    format!("exec /bin/sh -c '{tail}' sh {} {}", quoted(&format!("{folder}/out")), from + 1)
}

/// What prints directory and environment, in hexadecimal.
pub(super) fn dump(nonce: &str, awk: &str, od: &str) -> String {
    format!("{{ pwd; printf '%s\\n' {nonce}; __stanch_n={nonce} {awk} {}; }} | {od} -An -v -tx1", quoted(DUMP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_login_shell_of_any_kind_reads_is_one_word_to_all_of_them() {
        let text = keeper("k3y", "n0nce");
        let inner = text.strip_prefix("exec /bin/sh -c '").and_then(|text| text.strip_suffix('\'')).unwrap();
        assert!(!inner.contains(['\'', '!', '\n', '@']) && !inner.contains("\\\\"), "{inner}");
    }

    #[test]
    fn the_clerk_is_told_how_much_to_read() {
        let (command, text) = clerk("/tmp/it's", "k3y", "n0nce");
        assert!(command.contains(&format!("count={} ", text.len())), "{command}");
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains('@') && text.contains("d='/tmp/it'\\''s'"), "{text}");
    }
}
