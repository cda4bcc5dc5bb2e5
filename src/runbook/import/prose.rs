//! Commands and what is asked for in sentences.

use super::program;
use super::words::Words;

static BEFORE: Words = Words::new(
    r"(?ix)\b(run|running|execute|executing|exec|issue|issuing|type|enter|try|use|using|do|invoke|call|via|with|by|start|perform|launch|apply|command|command:|run:|führen\ sie|ausführen|mit|befehl|ejecute|ejecutar|execute|executar|rode|lancer|exécuter)(\s+(a|an|the|something\ like|sie|el|o|la))?(\s+(command|script|befehl|comando))?\s*:?\s*$",
);
/// Before a single word, which may as well be a program that is spoken of.
static STRONG: Words = Words::new(
    r"(?ix)\b(run|running|execute|executing|issue|type|enter|invoke|command:|run:|führen\ sie|ausführen|ejecute|execute|executar|rode)(\s+(a|an|the|sie|el|o))?(\s+(command|script|befehl|comando))?\s*:?\s*$",
);
static IMPERATIVE: Words = Words::new(
    r"(?ix)^\W*(please\s+|then\s+|now\s+|next,?\s+|first,?\s+|finally,?\s+|also\s+|optionally,?\s+|if\s.{3,80}?,\s*(then\s+)?|once\s.{3,80}?,\s*|when\s.{3,80}?,\s*)?(
    add|adjust|alert|allow|analy[sz]e|announce|apply|ask|assess|assign|attach|back\ ?up|backup|block|boot|build|bump|bring|call|cancel|change|check|clean|clear|click|close|commit|compare|configure|confirm|connect|consider|consult|contact|continue|copy|
    create|cordon|decrease|delete|deploy|describe|detach|determine|diagnose|disable|disconnect|do|document|downgrade|download|drain|drop|edit|enable|ensure|enter|escalate|evaluate|examine|execute|expand|export|extend|failover|fail\ over|fetch|file|find|fix|flush|follow|force|
    free|generate|get|give|go|grant|identify|import|increase|inform|inspect|install|invalidate|investigate|isolate|kill|let|list|locate|log|look|lower|make|mark|merge|migrate|monitor|mount|move|navigate|notify|obtain|open|order|page|pause|perform|pick|ping|plan|post|prepare|promote|
    provision|prune|pull|purge|push|put|query|read|reach|reboot|rebuild|reconfigure|record|recover|recreate|redeploy|redirect|reduce|reinstall|reload|remove|rename|renew|repair|repeat|replace|replay|report|request|rerun|reschedule|reset|resize|resolve|restart|restore|resume|retrieve|retry|
    return|revert|review|revoke|roll|rotate|run|save|scale|schedule|search|see|select|send|set|shut|sign|silence|snapshot|sort|ssh|start|stop|submit|switch|sync|tag|take|tail|tell|terminate|test|throttle|trace|track|trigger|try|tune|turn|uncordon|undo|unlock|unmount|update|upgrade|upload|use|
    validate|verify|view|visit|wait|watch|write|prüfe[nr]?|starte[nr]?|stoppe[nr]?|führe[nr]?|öffne[nr]?|setze[nr]?|lösche[nr]?|warte[nr]?|kontaktiere[nr]?|erstelle[nr]?|sichere[nr]?|aktualisiere[nr]?|verifique|execute|reinicie|acesse|confirme|revise|compruebe|vérifiez)\b",
);

/// The commands that a paragraph asks for: code in it that looks like a command, or that follows "run". `code` says where in the words it begins.
pub(super) fn commands(words: &str, code: &[(usize, String)]) -> Vec<String> {
    code.iter()
        .filter(|(at, code)| is_asked_for(words.get(..*at).unwrap_or_default(), code))
        .map(|(_, code)| code.trim().to_owned())
        .collect()
}

fn is_asked_for(before: &str, code: &str) -> bool {
    let code = code.trim();
    let several = code.split_whitespace().nth(1).is_some();
    let before = before.trim_end_matches(['\u{201c}', '"', '(']);
    let asked = if several {
        BEFORE.found(before)
    } else {
        STRONG.found(before) || (code.starts_with("./") && before.trim_end().ends_with(':'))
    };
    let known = program::is_command(code);
    let dotted = code.starts_with(['.', '-', '<', '{', '"', '\'']) && !code.starts_with("./")
        || code.ends_with("()")
        || code.contains('…')
        || code.ends_with("...");
    !dotted
        && ((asked && (known || (several && is_program(code))))
            || (several && known && program::is_known(program::name(code)) && has_argument(code)))
}

/// Whether the first word could be a program's name, known or not.
fn is_program(code: &str) -> bool {
    let first = code.split_whitespace().next().unwrap_or_default();
    first.starts_with(|c: char| c.is_ascii_lowercase() || c == '/')
        && first.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b))
        && has_argument(code)
}

/// "`kubectl` commands" is no command, `kubectl get pods` is; `file is missing` reads as prose.
fn has_argument(code: &str) -> bool {
    let mut words = code.split_whitespace().skip(1);
    let second = words.next().unwrap_or_default();
    !matches!(
        second,
        "is" | "are"
            | "command"
            | "commands"
            | "the"
            | "to"
            | "of"
            | "and"
            | "or"
            | "in"
            | "for"
            | "not"
            | "a"
            | "an"
            | "with"
            | "from"
            | "has"
            | "="
            | "=="
            | ">"
            | "<"
            | ":"
            | "on"
    )
}

/// Whether a sentence asks for something to be done.
pub(super) fn is_imperative(words: &str) -> bool {
    IMPERATIVE.found(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_sentences() {
        let found = |words: &str, code: &str| commands(words, &[(words.find(code).unwrap(), code.to_owned())]).len();
        assert_eq!(found("run `sudo /x/snap` now".replace('`', "").as_str(), "sudo /x/snap"), 1);
        assert_eq!(found("See kubectl get pods for it", "kubectl get pods"), 1);
        assert_eq!(found("Then execute ./x.sh", "./x.sh"), 1);
        assert_eq!(found("the virt-api pod", "virt-api"), 0);
        assert_eq!(found("kubectl is needed", "kubectl"), 0);
        assert_eq!(found("edit .spec.x", ".spec.x"), 0);
        assert_eq!(found("with for: 10m", "for: 10m"), 0);
    }

    #[test]
    fn sentences_that_ask_are_known() {
        for words in ["Restart the pod", "If it is down, start it", "**Check** it", "add new nodes"] {
            assert!(is_imperative(words), "{words}");
        }
        for words in ["CrashLoopBackOff: it crashes", "The disk is full", "cassandra"] {
            assert!(!is_imperative(words), "{words}");
        }
    }
}
