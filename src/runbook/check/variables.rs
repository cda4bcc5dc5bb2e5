//! Variables: what is declared of them, and those shown without being declared.

use crate::runbook::model::Variable;
use crate::runbook::names::Names;
use crate::runbook::problem::{Problem, Problems, Spot, shown};
use crate::runbook::rules;
use crate::runbook::suggest::nearest;

/// A variable's properties go together.
pub(crate) fn variable(name: &str, variable: &Variable, default_at: Option<Spot>, problems: &mut Problems) {
    let (Some(default), Some(at)) = (&variable.default, default_at) else { return };
    if variable.secret {
        let message = format!("the secret `{}` has a default: its value stands in the runbook", shown(name));
        let problem = Problem::new(&rules::SECRET_DEFAULT, &at, message);
        problems.add(problem.help("use `from` with the command of your password store, or let the operator be asked"));
    } else if let Err(why) = variable.accepts(default) {
        let message = format!("the default of `{}` is not valid: {}", shown(name), shown_long(&why));
        problems.add(Problem::new(&rules::DEFAULT_NOT_VALID, &at, message));
    }
}

fn shown_long(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Variables shown in prose are declared.
pub(super) fn shown_names(names: &Names, problems: &mut Problems) {
    for spot in names.shown.iter().filter(|spot| !names.variables.contains(&spot.value)) {
        let message = format!("the variable `{}` is shown here but declared nowhere", shown(&spot.value));
        let mut problem = Problem::new(&rules::UNDECLARED_VARIABLE, spot, message);
        if problems.want_suggestions() {
            let guess = nearest(&spot.value, names.variables.iter().map(String::as_str));
            let help = "declare it under `vars`, or capture it; a literal dollar sign is written `$$`";
            problem = match guess {
                Some(guess) => problem.suggest(Some(format!("${guess}"))),
                None => problem.help(help),
            };
        }
        problems.add(problem);
    }
}
