//! Headings as names: for links within a page, and to tell sections apart.

use std::collections::BTreeMap;

/// A heading as GitHub and GitLab name it in links: `Appendix B: Output` is `appendix-b-output`.
pub(super) fn slug(heading: &str) -> String {
    let mut slug = String::with_capacity(heading.len());
    for char in heading.trim().chars() {
        match char {
            ' ' | '-' => slug.push('-'),
            '_' => slug.push('_'),
            _ if char.is_alphanumeric() => slug.extend(char.to_lowercase()),
            _ => {}
        }
    }
    slug
}

/// Names that are given once each: what comes again gets a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeMap<String, usize>,
}

impl Names {
    /// The name for a heading, unlike all given before.
    pub(super) fn name(&mut self, heading: &str) -> String {
        let base = slug(heading);
        let mut name = base.clone();
        while let Some(count) = self.given.get_mut(&name) {
            *count += 1;
            name = format!("{base}-{count}");
        }
        self.given.insert(name.clone(), 0);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_named_as_where_it_will_be_read() {
        for (heading, name) in [
            ("Key times and metrics", "key-times-and-metrics"),
            ("Appendix B: Output", "appendix-b-output"),
            ("Run 0001", "run-0001"),
            ("  What *we* did_next?  ", "what-we-did_next"),
            ("Über 日本", "über-日本"),
        ] {
            assert_eq!(slug(heading), name);
        }
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut names = Names::default();
        let given: Vec<String> =
            ["Run", "run", "Run 1", "Run", "", ""].iter().map(|heading| names.name(heading)).collect();
        assert_eq!(given, ["run", "run-1", "run-1-1", "run-2", "", "-1"]);
    }
}
