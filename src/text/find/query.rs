//! What an operator typed to be looked for.

/// How a pattern begins; anything else is looked for as it stands.
const PATTERN: &str = "re:";

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    is_pattern: bool,
}

impl Query {
    /// As it was typed: `re:` begins a regular expression (`re:re:` finds that itself), anything else is looked for as it stands.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        match text.strip_prefix(PATTERN) {
            Some(pattern) => Self { text: pattern.to_owned(), is_pattern: true },
            None => Self { text: text.to_owned(), is_pattern: false },
        }
    }

    /// What is looked for, without the sign of a pattern.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a regular expression.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.is_pattern
    }

    /// As it would be typed.
    #[must_use]
    pub fn written(&self) -> String {
        if self.is_pattern { format!("{PATTERN}{}", self.text) } else { self.text.clone() }
    }

    /// Whether a capital is only found by a capital: so where one was typed. What a backslash stands before is no letter.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        let mut escaped = false;
        self.text.chars().any(|character| {
            let was = std::mem::take(&mut escaped);
            escaped = self.is_pattern && !was && character == '\\';
            !was && character.is_uppercase()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_makes_the_case_count() {
        assert!(!Query::typed("error").is_sensitive());
        assert!(Query::typed("Error").is_sensitive());
        assert!(Query::typed("Ärger").is_sensitive());
        assert!(!Query::typed(r"re:\Sx\W").is_sensitive());
        assert!(Query::typed(r"re:\\Sx").is_sensitive());
        assert!(Query::typed(r"\S").is_sensitive(), "no pattern, no escape");
    }

    #[test]
    fn what_is_written_is_what_was_typed() {
        for text in ["a.b", "re:a.b", "re:re:", " re:"] {
            assert_eq!(Query::typed(text).written(), text);
        }
        assert!(Query::typed("re:x").is_pattern() && !Query::typed("x").is_pattern());
    }
}
