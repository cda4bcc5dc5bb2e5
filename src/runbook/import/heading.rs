//! What a heading says of the section below it: which phase its steps belong to.
//!
//! The words are those of runbooks in the wild, English first, then German, Portuguese, Spanish and French. The first row that matches wins.

use super::words::Words;
use crate::runbook::model::PhaseName;

/// What a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Its steps belong to a phase.
    Phase(PhaseName),
    /// What must be there before one begins.
    Checklist,
    /// What it is about.
    Context,
    /// Further reading, people, history.
    Footer,
}

/// A reading of a heading: what it is, and whether the word is strong enough to leave the phase of the section around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) sort: Sort,
    pub(super) strong: bool,
}

static ASKS_WHAT: Words = Words::new(r"^(what (is|are|does)|why|who|was (ist|sind)|o que [ée]|qué es)\b");
static PROVES: Words = Words::new(
    r"^(verify|verifying|validate|validating|confirm|confirming)\b|\b(rollback|revert) (verification|validation)\b",
);
static REVERT: Words = Words::new(
    r"(?x)\b(roll(ing)?[-\ ]?backs?|revert(ing|s)?|undo(ing)?|back(ing)?[-\ ]?out|restor(e|ing)\ (the\ )?previous|downgrad(e|ing)|
    zurückrollen|zurücksetzen|rückgängig|reverter|revertir|deshacer|retour\ arrière)\b",
);
static VERIFY: Words = Words::new(
    r"(?x)\b(verif(y|ying|ication|ica\w*|iez|ier)|validat(e|ing|ion)|validación|validação|confirm(ing|ation)?|post[-\ ]?checks?|
    smoke[-\ ]tests?|überprüfung\w*|prüfung\ nach|nachkontrolle)\b|^(after|nach)\b|\bexpected\b",
);
static DIAGNOSE_STRONG: Words = Words::new(
    r"(?x)\b(diagnos\w*|diagnós\w*|investigat(e|ing|ion)|symptome?n?s?|possible\ checks|steps\ to\ check|troubleshoot\w*|triage|
    data\ gathering|am\ i\ affected|fehlersuche|fehleranalyse)\b",
);
static DIAGNOSE: Words = Words::new(
    r"(?x)\b(detect(ion|ing)?|identif(y|ying|ication)|debug(ging)?|assess(ment|ing)?|how\ to\ (see|check|find|tell|detect|inspect)|
    check(s|ing|list)?|inspect(ing)?|reasons?|(possible|common|potential|probable|likely)\ causes?|root\ causes?|logs?|metrics|queries|
    prüfe?n?|prüfung\w*|log-prüfung|mögliche\ ursachen|ursachen?|verificar|comprobar|causas?)\b
    |^(is|are|does|do|has|have|can|why|what)\b.*\?$",
);
static FIX_STRONG: Words = Words::new(
    r"(?x)\b(mitigat(e|ing|ion|ions)|resol(ve|ving|ution|utions)|fix(es|ing)?|remed(y|ies|iation|iate)|behebung|wiederherstellung\w*|
    lösung(en)?|resolu[cç]\w*|soluci\w*|correç\w*|correct(ion|ive)\w*)\b",
);
static FIX: Words = Words::new(
    r"(?x)\b(repair(ing)?|recover(y|ing)?|restor(e|ing|ation)|solutions?|solv(e|ing)|work[-\ ]?arounds?|actions?|procedures?|steps?|how[-\ ]to|
    cancel(l?ing)?|terminat(e|ing)|kill(ing)?|unblock(ing)?|free(ing)?\ up|restart(ing|s)?|reboot(ing)?|upgrad(e|ing)|renew(al|ing)?|rotat(e|ion|ing)|what\ to\ do|instructions?|response|failover|
    migrat(e|ing|ion)|deploy(ing|ment)?|install(ing|ation)?|clean(ing)?[-\ ]?up|scal(e|ing)|resiz(e|ing)|
    neustart\w*|\w*neustart\w*|wiederherstell\w*|vorgehen\w*|anleitung|schritte?|maßnahmen|
    passos|pasos|procedimientos?|procedimentos?|étapes|procédure)\b",
);
static CHECKLIST: Words = Words::new(
    r"(?x)\b(pre[-\ ]?requisites?|requirements|before\ you\ (begin|start)|pre[-\ ]?flight|preparations?|voraussetzungen|vor\ dem|
    pré-requisitos|requisitos( previos)?|prérequis)\b",
);
static CONTEXT: Words = Words::new(
    r"(?x)\b(meaning|impacts?|description|overview|summary|background|when\ to\ use|severity|alert(\ information|\ details)?|about|introduction|
    purpose|scope|context|architecture|how\ it\ works|definitions?|glossary|auswirkung(en)?|beschreibung|übersicht|überblick|zweck|
    impacto|descripción|descrição|resumen|resumo|visão\ geral)\b",
);
static FOOTER: Words = Words::new(
    r"(?x)\b(escalat(e|ion|ing)|eskalation\w*|contacts?|on[-\ ]?call|links?|references?|further\ reading|related|see\ also|prevent(ion|ing|ive)?|
    avoiding|follow[-\ ]?ups?|post[-\ ]?(incident|mortem)s?|lessons\ learned|change\ ?log|changelog|revision\ history|decision\ matrix|
    additional\ (resources|information)|notes|appendix|verwandte|kontakte?|weiterführend\w*|referências|referencias|contatos|contactos|
    enlaces|escala(ção|miento|ção)|prevención|prevenção)\b",
);
static TRIMMED: Words = Words::new(
    r"(?i)^(\s*([\d.]+[.):]?|[a-z][.)]|step\s+\d+\s*[:.)-]|schritt\s+\d+\s*[:.)-]|phase\s+\d+\s*[:.)-])\s+)+",
);

/// What a heading says, where it says something.
pub(super) fn read(heading: &str) -> Option<Reading> {
    let plain = plain(heading).to_lowercase();
    let phase = |phase, strong| Some(Reading { sort: Sort::Phase(phase), strong });
    let other = |sort| Some(Reading { sort, strong: true });
    match plain.as_str() {
        text if ASKS_WHAT.found(text) => other(Sort::Context),
        text if PROVES.found(text) => phase(PhaseName::Verify, true),
        text if REVERT.found(text) => phase(PhaseName::Revert, true),
        text if FOOTER.found(text) && !DIAGNOSE_STRONG.found(text) && !FIX_STRONG.found(text) => other(Sort::Footer),
        text if CHECKLIST.found(text) => other(Sort::Checklist),
        text if VERIFY.found(text) => phase(PhaseName::Verify, true),
        text if DIAGNOSE_STRONG.found(text) => phase(PhaseName::Diagnose, true),
        text if FIX_STRONG.found(text) => phase(PhaseName::Fix, true),
        text if DIAGNOSE.found(text) => phase(PhaseName::Diagnose, false),
        text if FIX.found(text) => phase(PhaseName::Fix, false),
        text if CONTEXT.found(text) => other(Sort::Context),
        _ => None,
    }
}

static BARE: Words = Words::new(
    r"(?i)^((possible|recommended|immediate|suggested|initial|first|the|a|an|and|or|to|for|of|this|alert|issue|incident|problem|steps?|procedures?|actions?|instructions?|checks?|solutions?|workarounds?|response|how[- ]to|what to do|logs?|metrics|queries|causes?|checklist|pointers|guide|schritte?|anleitung|vorgehen|maßnahmen|passos|pasos)\W*)+$",
);

/// Whether a heading is only the word for its phase, and says nothing of what is done.
pub(super) fn is_bare(heading: &str, reading: Reading) -> bool {
    let plain = plain(heading);
    (reading.strong && plain.split_whitespace().count() < 3) || BARE.found(&plain)
}

/// A heading without numbers before it, pictures and marks.
pub(super) fn plain(heading: &str) -> String {
    let kept: String = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_ascii() || c.is_whitespace() || "äöüß–—’«»".contains(*c))
        .collect();
    let words: Vec<&str> = kept.split_whitespace().filter(|word| !is_picture(word)).collect();
    let text = words.join(" ");
    TRIMMED.replace(&text, "").trim().trim_end_matches(':').trim().to_owned()
}

/// `:warning:`, as GitHub and GitLab draw it.
fn is_picture(word: &str) -> bool {
    word.len() > 2
        && word.starts_with(':')
        && word.ends_with(':')
        && word[1..word.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(heading: &str) -> Option<PhaseName> {
        match read(heading)?.sort {
            Sort::Phase(phase) => Some(phase),
            _ => None,
        }
    }

    #[test]
    fn headings_of_real_runbooks_find_their_phase() {
        for (heading, expected) in [
            ("Diagnosis", PhaseName::Diagnose),
            ("🔍 Investigating", PhaseName::Diagnose),
            ("Possible checks", PhaseName::Diagnose),
            ("Is DNS service up?", PhaseName::Diagnose),
            ("How to check for waiting queries", PhaseName::Diagnose),
            ("Mitigation", PhaseName::Fix),
            ("2. Resolution steps:", PhaseName::Fix),
            ("How to cancel a blocking query", PhaseName::Fix),
            ("Resolution Steps (Rollback Procedure)", PhaseName::Revert),
            ("Step 3: Undo", PhaseName::Revert),
            ("Validation", PhaseName::Verify),
            ("Verify Rollback (3 min)", PhaseName::Verify),
            ("After the upgrade", PhaseName::Verify),
            ("PRÜFUNG NACH NEUSTART", PhaseName::Verify),
            ("Status prüfen", PhaseName::Diagnose),
            ("NOTFALL-NEUSTART (KRITISCHE PROBLEME)", PhaseName::Fix),
            ("Behebung", PhaseName::Fix),
            ("Diagnóstico", PhaseName::Diagnose),
            ("Resolução", PhaseName::Fix),
        ] {
            assert_eq!(phase(heading), Some(expected), "{heading}");
        }
    }

    #[test]
    fn what_is_no_phase_is_told_apart() {
        let sort = |heading| read(heading).map(|reading| reading.sort);
        assert_eq!(sort("Meaning"), Some(Sort::Context));
        assert_eq!(sort("Prerequisites"), Some(Sort::Checklist));
        assert_eq!(sort("ESKALATION VON PROBLEMEN"), Some(Sort::Footer));
        assert_eq!(sort("Further reading"), Some(Sort::Footer));
        assert_eq!(sort("What is a rollback"), Some(Sort::Context));
        assert_eq!(sort("Redis"), None);
    }

    #[test]
    fn a_weak_word_does_not_leave_the_phase_around_it() {
        assert!(!read("Steps").unwrap().strong);
        assert!(read("Rollback").unwrap().strong);
    }

    #[test]
    fn a_heading_is_shown_without_its_number_and_pictures() {
        assert_eq!(plain(":warning: 1. Restart it:"), "Restart it");
        assert_eq!(plain("🚨 Step 2: Drain the node"), "Drain the node");
        assert_eq!(plain("Überprüfung aller Dienste"), "Überprüfung aller Dienste");
    }
}
