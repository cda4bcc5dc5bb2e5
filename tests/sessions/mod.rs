//! A session with every event there is, and a text of somebody's in every field that has room for one.

use serde_json::Value;

/// What stands where a text is to come.
const HERE: &str = "§";

/// The events as a journal writes them, `text` asked for each of their texts in their order (from 0).
pub(crate) fn events(text: &dyn Fn(usize) -> String) -> Vec<Value> {
    let mut count = 0;
    let lines = include_str!("every-field.jsonl").lines();
    lines
        .map(|line| {
            let mut value = serde_json::from_str(line).expect(line);
            fill(&mut value, &mut count, text);
            value
        })
        .collect()
}

fn fill(value: &mut Value, count: &mut usize, text: &dyn Fn(usize) -> String) {
    let next = |count: &mut usize| {
        *count += 1;
        text(*count - 1)
    };
    match value {
        Value::String(own) if own == HERE => *own = next(count),
        Value::Array(values) => values.iter_mut().for_each(|value| fill(value, count, text)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(_, value)| fill(value, count, text));
            // A label's name is somebody's too.
            if let Some(value) = members.remove(HERE) {
                members.insert(next(count), value);
            }
        }
        _ => {}
    }
}
