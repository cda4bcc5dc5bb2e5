//! SQL that alters something: `PostgreSQL`'s and `MariaDB`'s, by the words statements begin with.

use super::arguments::among;

/// Words that begin a statement that alters something.
const ALTERING: &str = "INSERT UPDATE DELETE MERGE REPLACE UPSERT DROP ALTER CREATE TRUNCATE GRANT REVOKE REINDEX VACUUM ANALYZE \
    CLUSTER REFRESH CALL DO KILL FLUSH PURGE OPTIMIZE REPAIR RENAME REASSIGN COMMENT IMPORT LOAD CHECKPOINT \
    SHUTDOWN OPTIMISE";

/// Functions that alter something, whatever statement calls them.
const CALLS: &str = "PG_TERMINATE_BACKEND PG_CANCEL_BACKEND PG_RELOAD_CONF PG_PROMOTE PG_SWITCH_WAL PG_ROTATE_LOGFILE SETVAL \
    NEXTVAL PG_DROP_REPLICATION_SLOT PG_CREATE_PHYSICAL_REPLICATION_SLOT PG_CREATE_LOGICAL_REPLICATION_SLOT \
    PG_STAT_RESET PG_STAT_STATEMENTS_RESET LO_UNLINK PG_WAL_REPLAY_PAUSE PG_WAL_REPLAY_RESUME";

/// The word by which SQL alters something, if it does.
pub(super) fn alters(sql: &str) -> Option<String> {
    let plain = without_text(sql).to_ascii_uppercase();
    let words = |statement: &str| -> Vec<String> {
        statement
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let statements: Vec<Vec<String>> = plain.split([';', '\\']).map(words).filter(|words| !words.is_empty()).collect();
    let is = |words: &[String], at: usize, word: &str| words.get(at).is_some_and(|own| own == word);
    // A transaction that is only ever taken back changes nothing.
    let begins = |words: &Vec<String>| is(words, 0, "BEGIN") || (is(words, 0, "START") && is(words, 1, "TRANSACTION"));
    let ends = |words: &Vec<String>| is(words, 0, "COMMIT") || is(words, 0, "END");
    let rolled = statements.iter().any(begins)
        && statements.iter().any(|words| is(words, 0, "ROLLBACK"))
        && !statements.iter().any(ends);
    if rolled {
        return None;
    }
    statements.iter().find_map(|words| statement(words, &is))
}

fn statement(words: &[String], is: &dyn Fn(&[String], usize, &str) -> bool) -> Option<String> {
    let first = words.first()?.as_str();
    if let Some(call) = words.iter().find(|word| among(CALLS, word)) {
        return Some(call.to_ascii_lowercase());
    }
    let told = |word: &str| Some(word.to_owned());
    match first {
        // `CREATE TEMP TABLE` is gone with the connection.
        "CREATE" if words.iter().take(4).any(|word| matches!(word.as_str(), "TEMP" | "TEMPORARY")) => None,
        // `COPY (SELECT ... FROM ...) TO STDOUT` only looks.
        "COPY" => {
            let has = |name: &str| words.iter().any(|word| word == name);
            (has("FROM") && !has("TO")).then(|| "COPY FROM".to_owned())
        }
        "SET" if is(words, 1, "GLOBAL") || is(words, 1, "PERSIST") || is(words, 1, "PASSWORD") => told("SET GLOBAL"),
        "RESET" if words.iter().any(|word| matches!(word.as_str(), "MASTER" | "SLAVE" | "REPLICA")) => told("RESET"),
        "START" | "STOP" if words.iter().any(|word| matches!(word.as_str(), "SLAVE" | "REPLICA")) => told(first),
        "CHANGE" if is(words, 1, "MASTER") || is(words, 1, "REPLICATION") => told("CHANGE MASTER"),
        "SELECT" if is(words, words.len().saturating_sub(2), "INTO") => None,
        // What a query does on the way: `WITH x AS (DELETE ...)`, `EXPLAIN ANALYZE UPDATE ...`.
        "WITH" => {
            words.iter().map(String::as_str).find(|word| matches!(*word, "INSERT" | "UPDATE" | "DELETE")).and_then(told)
        }
        "EXPLAIN" if words.iter().take(6).any(|word| word == "ANALYZE") => {
            words.iter().map(String::as_str).find(|word| matches!(*word, "INSERT" | "UPDATE" | "DELETE")).and_then(told)
        }
        _ if among(ALTERING, first) => told(first),
        _ => None,
    }
}

/// SQL without its texts, quoted names and comments.
fn without_text(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' | '`' => {
                // A quote that stands twice opens the next text at once, which is skipped as well.
                chars.by_ref().find(|other| *other == c);
                out.push(' ');
            }
            '-' if chars.peek() == Some(&'-') => {
                chars.by_ref().find(|other| *other == '\n');
                out.push('\n');
            }
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                chars.by_ref().find(|other| std::mem::replace(&mut last, *other) == '*' && *other == '/');
                out.push(' ');
            }
            // A command of the client: its line is a statement of its own.
            '\n' => out.push('\n'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_alter_are_told_by_their_word() {
        for (sql, word) in [
            ("select 1; drop table x", "DROP"),
            ("-- a comment\nUPDATE a SET b = 'x'", "UPDATE"),
            ("/* drop */ truncate a", "TRUNCATE"),
            ("WITH gone AS (DELETE FROM a RETURNING 1) SELECT count(*) FROM gone", "DELETE"),
            ("explain (analyze, buffers) delete from a", "DELETE"),
            ("SELECT pg_terminate_backend(12)", "pg_terminate_backend"),
            ("copy a from stdin", "COPY FROM"),
            ("set global x = 1", "SET GLOBAL"),
            ("BEGIN; DELETE FROM a; COMMIT", "DELETE"),
            ("REFRESH MATERIALIZED VIEW a", "REFRESH"),
            ("stop slave", "STOP"),
        ] {
            assert_eq!(alters(sql).as_deref(), Some(word), "{sql}");
        }
    }

    #[test]
    fn statements_that_look_are_left_alone() {
        for sql in [
            "",
            "select 'drop table x; delete'",
            "SELECT * FROM deletes WHERE \"update\" = 1",
            "show processlist",
            "explain update a set b = 1",
            "copy a to stdout",
            "COPY (SELECT * FROM a) TO STDOUT",
            "\\copy a to 'b'",
            "BEGIN; CREATE TABLE a (); ROLLBACK;",
            "create temp table a (b int)",
            "set statement_timeout = 5",
            "it's",
            "select 1 /* open",
        ] {
            assert_eq!(alters(sql), None, "{sql}");
        }
    }
}
