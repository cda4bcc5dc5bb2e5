//! The format as a JSON Schema, for editors; made from the tables of [`keys`].
//!
//! The tables are the one truth of the format: the parser reads by them, and this is made from them. A schema made from the types of
//! the model would be of another thing, because files are not read by those: they know nothing of short forms, of lists of one,
//! or of words of other tools.
//!
//! What it says is what each value must look like. A file that breaks it is refused by the parser, and one that keeps it is refused
//! only for what needs the whole: names that lead nowhere, things that do not go together, patterns that are none.
//! Draft 7, which every editor knows.

use serde_json::{Map, Value, json};

use super::keys::{self, INVENTORY, Key, Table};
use super::names::RESERVED_IDS;
use super::shape::{Named, Shape};

/// Where the schema is found once it is written: what `$id` says of it.
const ID: &str = "stanch-runbook.schema.json";

/// The schema.
#[must_use]
pub fn json_schema() -> Value {
    let definitions: Map<String, Value> = keys::ALL.iter().skip(1).map(|table| (slug(table), mapping(table))).collect();
    let mut schema = mapping(&keys::RUNBOOK);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["$id"] = json!(ID);
    schema["title"] = json!("A runbook of Stanch, format version 1");
    schema["definitions"] = Value::Object(definitions);
    schema
}

/// A mapping with known keys.
fn mapping(table: &Table) -> Value {
    let properties: Map<String, Value> = table.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A key: what it takes, and what is said of it.
fn property(key: &Key) -> Value {
    let mut schema = shape(&key.shape, key.name);
    schema["description"] = json!(key.doc);
    if !key.default.is_empty() {
        schema["description"] = json!(format!("{} Without it: {}.", key.doc, key.default));
    }
    schema
}

fn shape(shape: &Shape, name: &str) -> Value {
    match shape {
        Shape::Version => json!({ "const": 1 }),
        Shape::Line => text(Some(r"^\s*\S([^\r\n]*\S)?\s*$")),
        Shape::Prose | Shape::EnvText | Shape::Text | Shape::Pattern(_) | Shape::VerifyStep | Shape::HostName => {
            text(None)
        }
        Shape::Shell => text(Some(r"\S")),
        Shape::Script => {
            json!({ "anyOf": [text(Some(r"\S")), { "type": "array", "items": text(Some(r"\S")), "minItems": 1 }] })
        }
        Shape::Id => json!({
            "type": ["string", "integer", "boolean"], "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$", "minimum": 0, "not": { "enum": RESERVED_IDS },
        }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Duration => duration(name),
        Shape::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date" }),
        Shape::Slo => json!({ "type": "string", "pattern": r"^\s*[0-9.]+\s*%\s*over\s+\S.*$" }),
        Shape::Severity => {
            let pattern = r"^\s*([sS][eE][vV]-?|[sS]|[pP])?[0-5]\s*$|^\s*([cC]ritical|[pP]age|[mM]ajor|[wW]arning|[mM]inor|[iI]nfo)\s*$";
            json!({ "type": ["string", "integer"], "pattern": pattern, "minimum": 0, "maximum": 5 })
        }
        Shape::Exit => {
            let code = json!({ "type": "integer", "minimum": 0, "maximum": 255 });
            let one = json!({ "anyOf": [code, { "const": "any" }] });
            json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
        }
        Shape::Lead => json!({
            "anyOf": [{ "enum": ["next", "stop", "diagnose", "revert", "fix", "verify"] }, { "type": ["string", "number", "boolean"] }],
        }),
        Shape::Host => {
            let address = r"^(ssh://)?[^\s$()/;|&<>-][^\s$()/;|&<>]*$";
            let group = json!({ "type": "array", "items": text(None), "minItems": 1 });
            json!({ "anyOf": [not_negative(text(Some(address))), group, reference(&INVENTORY)] })
        }
        Shape::User => not_negative(text(Some(r"^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?$"))),
        Shape::Word(words) if name == "signal" => {
            let long: Vec<String> = words.iter().map(|word| format!("SIG{word}")).collect();
            json!({ "anyOf": [{ "enum": words }, { "enum": long }] })
        }
        Shape::Word(words) => json!({ "enum": words }),
        Shape::List(item) => list(item, name),
        Shape::Map(named, of) => {
            let pattern = match named {
                Named::Variable | Named::Environment => "^[A-Za-z_][A-Za-z0-9_]{0,63}$",
                Named::Host => "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
            };
            json!({
                "type": ["object", "null"], "propertyNames": { "pattern": pattern }, "additionalProperties": self::shape(of, name),
            })
        }
        Shape::Table(table) => reference(table),
    }
}

/// A list, or one item alone; nothing at all is an empty one. A step alone mostly lacks its dash, which the parser says.
fn list(item: &Shape, name: &str) -> Value {
    let item = shape(item, name);
    let many = json!({ "type": ["array", "null"], "items": item });
    if matches!(name, "steps" | "ready") { many } else { json!({ "anyOf": [many, item] }) }
}

/// A table, or its short form; nothing at all where none of its keys must be there.
fn reference(table: &Table) -> Value {
    let mut forms = vec![json!({ "$ref": format!("#/definitions/{}", slug(table)) })];
    if let Some(short) = table.short.and_then(|short| table.key(short)) {
        // A list alone is no short form: it is read as the key's own list only where a mapping says so.
        forms.push(match shape(&short.shape, short.name) {
            script if matches!(short.shape, Shape::Script) => script["anyOf"][0].clone(),
            value => value,
        });
    }
    if !table.keys.iter().any(|key| key.required) {
        forms.push(json!({ "type": "null" }));
    }
    json!({ "anyOf": forms })
}

/// Text: whatever YAML reads as one value, also where it looks like a number.
fn text(pattern: Option<&str>) -> Value {
    match pattern {
        Some(pattern) => json!({ "type": ["string", "number", "boolean"], "pattern": pattern }),
        None => json!({ "type": ["string", "number", "boolean"] }),
    }
}

/// A number that begins with a dash looks like an option of the program it is given to.
fn not_negative(mut schema: Value) -> Value {
    schema["minimum"] = json!(0);
    schema
}

fn duration(name: &str) -> Value {
    let unit = "(ms|msec|millis|milliseconds?|s|sec|secs|seconds?|m|min|mins|minutes?|h|hr|hrs|hours?|d|days?|w|weeks?|y|years?|us|ns|usec|nsec|months?)";
    let pattern = format!(r"^\s*([0-9]+(\.[0-9]+)?\s*{unit}\s*)+$");
    // Only waiting no time at all before KILL means something.
    let pattern = if name == "grace" { format!(r"{pattern}|^\s*0\s*$") } else { pattern };
    json!({ "type": "string", "pattern": pattern, "examples": ["90s", "20m", "1h 30m"] })
}

/// The name of a table's definition: `a way to stop` is `way-to-stop`.
fn slug(table: &Table) -> String {
    let name = table.name;
    ["a ", "an ", "the "].iter().find_map(|article| name.strip_prefix(article)).unwrap_or(name).replace(' ', "-")
}
