//! What a variable takes.

use super::model::Variable;

impl Variable {
    /// Whether a value is one of those the variable takes.
    ///
    /// # Errors
    /// Why it is not, as a clause for the operator. The value itself is not in it: it may be a secret.
    pub fn accepts(&self, value: &str) -> Result<(), String> {
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == value) {
            return Err(format!("it is one of {}", super::suggest::list(self.choices.iter().map(String::as_str))));
        }
        if let Some(valid) = &self.valid
            && !whole(valid.as_str()).is_ok_and(|pattern| pattern.is_match(value))
        {
            return Err(format!("it must match `{}` as a whole", valid.as_str()));
        }
        Ok(())
    }
}

/// The pattern that matches when the given one matches the whole text.
pub(super) fn whole(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(1 << 20).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::Pattern;

    #[test]
    fn a_value_must_match_as_a_whole() {
        let variable = Variable { valid: Pattern::new("a|ab").ok(), ..Variable::default() };
        assert_eq!(variable.accepts("ab"), Ok(()));
        assert!(variable.accepts("abc").is_err());
        assert!(variable.accepts("ab\n").is_err());
    }

    #[test]
    fn choices_are_the_only_values() {
        let variable = Variable { choices: vec!["blue".into(), "green".into()], ..Variable::default() };
        assert_eq!(variable.accepts("blue"), Ok(()));
        assert_eq!(variable.accepts("red"), Err("it is one of `blue` or `green`".into()));
    }
}
