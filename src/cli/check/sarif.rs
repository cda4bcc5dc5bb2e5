//! SARIF 2.1.0, as code scanning takes it (OASIS: Static Analysis Results Interchange Format).

use std::path::{Component, Path};

use serde_json::{Value, json};

use crate::runbook::render::json_line;
use crate::runbook::{Problem, ProblemSeverity, rules};

/// What was found, until it is written.
#[derive(Debug, Default)]
pub(super) struct Sarif {
    results: Vec<Value>,
    unread: Vec<Value>,
}

impl Sarif {
    /// The problems of one file.
    pub(super) fn found(&mut self, path: &Path, problems: &[Problem]) {
        let artifact = artifact(path);
        self.results.extend(problems.iter().map(|problem| result(&artifact, problem)));
    }

    /// A file that could not be read.
    pub(super) fn unread(&mut self, path: &Path, message: &str) {
        self.unread.push(json!({
            "level": "error",
            "message": { "text": message },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(path) } }],
        }));
    }

    /// The log.
    pub(super) fn log(&self) -> String {
        let rules: Vec<Value> = rules::ALL
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.name,
                    "shortDescription": { "text": rule.doc },
                    "defaultConfiguration": { "level": rule.severity.as_str() },
                })
            })
            .collect();
        json_line(&json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "stanch", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
                "invocations": [{
                    "executionSuccessful": self.unread.is_empty(),
                    "toolExecutionNotifications": self.unread,
                }],
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        }))
    }
}

fn result(artifact: &Value, problem: &Problem) -> Value {
    let (line, column) = (problem.place.line, problem.place.column);
    let region =
        json!({ "startLine": line, "startColumn": column, "endLine": line, "endColumn": column + problem.length });
    let mut message = problem.message.clone();
    if let Some(suggestion) = &problem.suggestion {
        message = format!("{message}; did you mean `{suggestion}`?");
    }
    if let Some(help) = &problem.help {
        message = format!("{message}. {help}");
    }
    let mut result = json!({
        "ruleId": problem.rule,
        "level": match problem.severity {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
        },
        "message": { "text": message },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact, "region": region } }],
    });
    if let Some(index) = rules::ALL.iter().position(|rule| rule.name == problem.rule) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(suggestion) = &problem.suggestion {
        result["fixes"] = json!([{
            "description": { "text": "What was probably meant" },
            "artifactChanges": [{
                "artifactLocation": artifact,
                "replacements": [{ "deletedRegion": region, "insertedContent": { "text": suggestion } }],
            }],
        }]);
    }
    result
}

/// Where a file is: relative to where the check was run, as code scanning wants it, or from the root.
fn artifact(path: &Path) -> Value {
    use std::os::unix::ffi::OsStrExt as _;
    let mut uri = String::new();
    for part in path.components() {
        match part {
            Component::RootDir => uri.push_str("file:///"),
            Component::CurDir => {}
            part => {
                if !uri.is_empty() && !uri.ends_with('/') {
                    uri.push('/');
                }
                uri.extend(part.as_os_str().as_bytes().iter().map(|byte| match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        char::from(*byte).to_string()
                    }
                    byte => format!("%{byte:02X}"),
                }));
            }
        }
    }
    if path.is_absolute() { json!({ "uri": uri }) } else { json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_so_that_any_name_is_a_uri() {
        assert_eq!(artifact(Path::new("./books/a b.yaml"))["uri"], "books/a%20b.yaml");
        assert_eq!(artifact(Path::new("/srv/é.yaml")), json!({ "uri": "file:///srv/%C3%A9.yaml" }));
    }
}
