//! What stands before the text: front matter in YAML or TOML.

/// What a source says of itself before it begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) title: Option<String>,
    pub(super) severity: Option<String>,
    pub(super) services: Vec<String>,
    pub(super) alerts: Vec<String>,
    pub(super) tags: Vec<String>,
    /// A day: `2022-05-02`.
    pub(super) reviewed: Option<String>,
}

/// Takes the front matter off: what it says, and the text with as many empty lines in its place.
pub(super) fn take(text: &str) -> (Front, String) {
    let fence = text.lines().next().map(str::trim_end).unwrap_or_default();
    if !matches!(fence, "---" | "+++") {
        return (Front::default(), text.to_owned());
    }
    let lines: Vec<&str> = text.lines().collect();
    let Some(end) = lines
        .iter()
        .skip(1)
        .position(|line| line.trim_end() == fence || (fence == "---" && line.trim_end() == "..."))
        .map(|at| at + 1)
    else {
        return (Front::default(), text.to_owned());
    };
    // A rule at the top is no front matter.
    let keyed = lines[1..end].iter().any(|line| line.contains([':', '=']) && !line.starts_with([' ', '#', '-']));
    if !keyed && end > 1 {
        return (Front::default(), text.to_owned());
    }
    let rest = lines[end + 1..].join("\n");
    (read(&lines[1..end]), format!("{}{rest}\n", "\n".repeat(end + 1)))
}

fn read(lines: &[&str]) -> Front {
    let mut front = Front::default();
    let mut key = String::new();
    for line in lines {
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            add(&mut front, &key, item);
        } else if let Some((name, value)) = line.split_once([':', '=']).filter(|_| !line.starts_with([' ', '\t', '#']))
        {
            key = name.trim().to_lowercase();
            let value = value.trim();
            match value.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
                Some(items) => items.split(',').for_each(|item| add(&mut front, &key, item)),
                None => add(&mut front, &key, value),
            }
        }
    }
    front
}

fn add(front: &mut Front, key: &str, value: &str) {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    if value.is_empty() || value.starts_with(['|', '>', '{']) {
        return;
    }
    let value = value.to_owned();
    match key {
        "title" => front.title = Some(value),
        "severity" | "priority" => front.severity = Some(value),
        "service" | "services" => front.services.push(value),
        "alert" | "alerts" | "alertname" => front.alerts.push(value),
        "tags" | "labels" | "categories" | "keywords" => front.tags.push(value),
        "reviewed" | "last_reviewed" | "last_reviewed_on" | "last-reviewed"
            if chrono::NaiveDate::parse_from_str(&value, "%Y-%m-%d").is_ok() && value.len() == 10 =>
        {
            front.reviewed = Some(value);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_taken_off_and_lines_keep_their_numbers() {
        let reviewed = |day: &str| take(&format!("---\nlast_reviewed_on: {day}\n---\n")).0.reviewed;
        assert_eq!((reviewed("2017-03-28").as_deref(), reviewed("soon")), (Some("2017-03-28"), None));
        let (front, text) = take("---\ntitle: \"A b\"\ntags: [x, 'y']\nservices:\n  - web\n---\n# H\n");
        assert_eq!(front.title.as_deref(), Some("A b"));
        assert_eq!((front.tags, front.services), (vec!["x".to_owned(), "y".into()], vec!["web".to_owned()]));
        assert_eq!(text.lines().position(|line| line == "# H"), Some(6));
        assert_eq!(take("+++\ntitle = \"T\"\n+++\n").0.title.as_deref(), Some("T"));
    }

    #[test]
    fn a_rule_at_the_top_is_no_front_matter() {
        for text in ["---\n# H\n\n---\n", "---\nnever ends: x\n", "# H\n"] {
            assert_eq!(take(text), (Front::default(), text.to_owned()));
        }
    }
}
