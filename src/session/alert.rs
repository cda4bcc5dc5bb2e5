//! The alert an incident began with: what Alertmanager's webhook tells (version 4), as far as a session keeps it.
//!
//! The format is <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>. Keys that are not known are passed over, and
//! what a key may lack is taken as not said. Whatever comes from outside is bounded and made harmless before it is kept.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Datelike as _, SubsecRound as _, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::entry::When;
use crate::runbook::Severity;
use crate::text::visible::clean;

/// Longest notification that is read, in bytes. Alertmanager's own are a few kilobytes for each alert.
pub const MAX_BYTES: usize = 4 << 20;

/// Most labels, and most annotations, that are kept.
const MOST: usize = 32;
/// Longest name of a label or an annotation, in characters.
const NAME: usize = 128;
/// Longest value of a label, and longest title.
const SHORT: usize = 200;
/// Longest annotation.
const LONG: usize = 2000;
/// How far the start of an alert may be ahead of this machine's clock and still be taken for now.
const AHEAD: TimeDelta = TimeDelta::seconds(60);

/// An alert as it is kept in the journal.
#[derive(Default, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its name: the label `alertname`.
    pub name: String,
    /// Alertmanager's own id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Its labels, those common to the notification among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Its annotations, likewise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// When the first alert of the notification began to fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// Where the Alertmanager is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How many other alerts of the same notification were firing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub others: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What keeps a notification from being taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAlert {
    /// It is not what Alertmanager writes.
    Json {
        /// From 1.
        line: usize,
        /// From 1; 0 where the line as a whole is meant.
        column: usize,
        /// Why not, in a clause.
        why: String,
    },
    /// It is longer than [`MAX_BYTES`].
    TooLong,
    /// It is of a version that is not known here.
    Version(String),
    /// None of so many alerts is firing.
    NotFiring(usize),
    /// The alert that fires has no name.
    Nameless,
}

impl fmt::Display for NoAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { line, column, why } => write!(f, "{line}:{column}: {why}"),
            Self::TooLong => write!(f, "it is longer than {} MiB and is not read", MAX_BYTES >> 20),
            Self::Version(version) => write!(f, "it is of version {version:?}, this program reads version 4"),
            Self::NotFiring(0) => f.write_str("there is no alert in it"),
            Self::NotFiring(1) => f.write_str("its alert is not firing any more"),
            Self::NotFiring(count) => write!(f, "none of its {count} alerts is firing any more"),
            Self::Nameless => f.write_str("the alert that fires has no label `alertname`"),
        }
    }
}

impl NoAlert {
    /// What the operator can do instead.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFiring(_) => "`stanch run RUNBOOK --detected TIME` begins a session for what is over already",
            _ => "what is taken is the JSON of an Alertmanager's webhook, version 4, as it is posted to a receiver",
        }
    }
}

/// A notification as it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "the object that an Alertmanager posts to a webhook")]
struct Webhook {
    version: Option<String>,
    status: Option<String>,
    #[serde(rename = "externalURL")]
    external_url: Option<String>,
    common_labels: Option<BTreeMap<String, String>>,
    common_annotations: Option<BTreeMap<String, String>>,
    alerts: Option<Vec<Told>>,
}

/// One alert of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an alert: an object with `labels`")]
struct Told {
    status: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "time")]
    starts_at: Option<DateTime<Utc>>,
    fingerprint: Option<String>,
}

/// A time by RFC 3339. Go's time of nothing (the year 1) is none.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(&text).map_err(|_| {
        serde::de::Error::custom(format!("{:?} is no time such as 2022-04-30T19:33:40Z", cut(&text, NAME)))
    })?;
    Ok(Some(time.with_timezone(&Utc).trunc_subsecs(3)).filter(|time| time.year() > 1))
}

impl Told {
    fn label(&self, name: &str, common: &BTreeMap<String, String>) -> Option<String> {
        self.labels.as_ref().and_then(|own| own.get(name)).or_else(|| common.get(name)).cloned()
    }
}

/// Reads a notification: its worst alert that is firing, the one that began first among equals.
///
/// # Errors
/// What keeps it from being taken. Time and memory are bounded, whatever the bytes are.
pub fn parse(bytes: &[u8]) -> Result<Alert, NoAlert> {
    if bytes.len() > MAX_BYTES {
        return Err(NoAlert::TooLong);
    }
    // Serde would take a list for the values of a struct in their order.
    if let Some(before) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).filter(|at| bytes[*at] == b'[') {
        let text = String::from_utf8_lossy(&bytes[..before]);
        let why = "a list, expected the object that an Alertmanager posts to a webhook".to_owned();
        let column = text.lines().last().filter(|_| !text.ends_with('\n')).map_or(0, str::len) + 1;
        return Err(NoAlert::Json { line: text.matches('\n').count() + 1, column, why });
    }
    let webhook: Webhook = serde_json::from_slice(bytes).map_err(|error| wrong(&error))?;
    if let Some(version) = webhook.version.filter(|version| version != "4") {
        return Err(NoAlert::Version(cut(&version, NAME)));
    }
    let common = webhook.common_labels.unwrap_or_default();
    let all = webhook.alerts.unwrap_or_default();
    let count = all.len();
    let whole = webhook.status.as_deref();
    let firing: Vec<Told> = all
        .into_iter()
        .filter(|told| told.status.as_deref().or(whole).is_none_or(|status| status == "firing"))
        .collect();
    let starts_at = firing.iter().filter_map(|told| told.starts_at).min();
    let others = u32::try_from(firing.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let urgency = |told: &Told| {
        let severity = told.label("severity", &common).and_then(|text| Severity::parse(&text));
        (severity.map_or(u8::MAX, |severity| severity.0), told.starts_at.unwrap_or(DateTime::<Utc>::MAX_UTC))
    };
    let worst = firing.into_iter().min_by_key(urgency).ok_or(NoAlert::NotFiring(count))?;
    let mut labels = common;
    labels.extend(worst.labels.unwrap_or_default());
    let mut annotations = webhook.common_annotations.unwrap_or_default();
    annotations.extend(worst.annotations.unwrap_or_default());
    let name = labels.get("alertname").map(|name| line(name, SHORT)).unwrap_or_default();
    if name.is_empty() {
        return Err(NoAlert::Nameless);
    }
    Ok(Alert {
        name,
        fingerprint: worst.fingerprint.map(|text| line(&text, NAME)).filter(|text| !text.is_empty()),
        labels: kept(&labels, |value| line(value, SHORT)),
        annotations: kept(&annotations, |value| lines(value, LONG)),
        starts_at,
        url: webhook.external_url.map(|text| line(&text, LONG)).filter(|text| !text.is_empty()),
        others,
    })
}

/// Where and why it is not what is wanted, without the place that the parser writes behind its words.
fn wrong(error: &serde_json::Error) -> NoAlert {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let why = line(text.strip_suffix(&place).unwrap_or(&text), SHORT);
    NoAlert::Json { line: error.line().max(1), column: error.column().max(1), why }
}

/// As many as are kept, by name, each made harmless. What the rest of the program looks for is kept before anything else.
fn kept(all: &BTreeMap<String, String>, harmless: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    const WANTED: [&str; 7] = ["alertname", "severity", "service", "job", "summary", "description", "runbook_url"];
    let wanted = all.iter().filter(|(name, _)| WANTED.contains(&name.as_str()));
    let rest = all.iter().filter(|(name, _)| !WANTED.contains(&name.as_str()));
    wanted.chain(rest).take(MOST).map(|(name, value)| (line(name, NAME), harmless(value))).collect()
}

/// One harmless line of at most so many characters.
fn line(text: &str, most: usize) -> String {
    lines(text, most).replace('\n', " ").trim().to_owned()
}

/// Harmless lines, together of at most so many characters.
fn lines(text: &str, most: usize) -> String {
    let text = cut(text.trim(), most);
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

impl Alert {
    /// The title of an incident that has no other: the alert's summary, the first line of its description, its name.
    #[must_use]
    pub fn title(&self) -> String {
        let mut said = ["summary", "description"].iter().filter_map(|name| self.annotations.get(*name));
        let first = said.find_map(|text| text.lines().map(str::trim).find(|text| !text.is_empty()));
        cut(first.unwrap_or(&self.name), SHORT)
    }

    /// How bad it is, by its label `severity`; none where there is none, or none that is understood.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.labels.get("severity").and_then(|text| Severity::parse(text))
    }

    /// The services concerned, by the labels `service` and `job`.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let mut named: Vec<String> =
            ["service", "job"].iter().filter_map(|name| self.labels.get(*name)).cloned().collect();
        named.retain(|name| !name.is_empty());
        named.dedup();
        named
    }

    /// When the incident was detected by it: when it began to fire. None where that is not said, or lies ahead by more than clocks
    /// differ.
    #[must_use]
    pub fn detected(&self, now: DateTime<Utc>) -> Option<When> {
        self.starts_at.filter(|time| *time <= now + AHEAD).map(When::Exact)
    }

    /// Every text of it, to be changed.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { name, fingerprint, labels, annotations, starts_at: _, url, others: _ } = self;
        let values = labels.values_mut().chain(annotations.values_mut());
        std::iter::once(name).chain(fingerprint).chain(url).chain(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an Alertmanager 0.27 posts.
    const POSTED: &str = include_str!("../../tests/alerts/posted.json");

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn one(alert: &str) -> Result<Alert, NoAlert> {
        parse(format!("{{\"version\": \"4\", \"alerts\": [{alert}]}}").as_bytes())
    }

    #[test]
    fn the_worst_alert_that_fires_is_taken_and_the_first_start() {
        let alert = parse(POSTED.as_bytes()).unwrap();
        assert_eq!((alert.name.as_str(), alert.others), ("MastodonStatus500", 1));
        assert_eq!(alert.severity(), Some(Severity(1)));
        assert_eq!(alert.title(), "More than 5 % of requests answer 500");
        assert_eq!(alert.services(), ["web", "mastodon"]);
        assert_eq!(alert.fingerprint.as_deref(), Some("b2a1c9d2f0e7a4c1"));
        assert_eq!(alert.url.as_deref(), Some("http://alertmanager.example:9093"));
        // That of the other one, which began earlier; what is resolved does not count.
        assert_eq!(alert.starts_at, Some(at("2022-04-30T19:31:05.123Z")));
        assert_eq!(alert.labels["cluster"], "eu-1", "common labels are its own as well");
        assert!(alert.annotations["description"].contains("VALUE = 7.2\nLABELS = web"), "{alert:?}");
    }

    #[test]
    fn severities_are_understood_as_alerts_name_them() {
        for (word, level) in [("critical", 1), ("page", 1), ("warning", 3), ("info", 5), ("P2", 2), ("sev4", 4)] {
            let alert = one(&format!(r#"{{"labels": {{"alertname": "A", "severity": "{word}"}}}}"#)).unwrap();
            assert_eq!(alert.severity(), Some(Severity(level)), "{word}");
        }
        assert_eq!(one(r#"{"labels": {"alertname": "A", "severity": "none"}}"#).unwrap().severity(), None);
    }

    #[test]
    fn what_is_not_said_is_taken_as_not_said() {
        let alert = one(r#"{"labels": {"alertname": "A"}, "annotations": null, "startsAt": "0001-01-01T00:00:00Z"}"#);
        let alert = alert.unwrap();
        assert_eq!((alert.title().as_str(), alert.starts_at, alert.severity()), ("A", None, None));
        assert_eq!(alert.services(), [] as [&str; 0]);
        let only = serde_json::to_string(&alert).unwrap();
        assert_eq!(only, r#"{"name":"A","labels":{"alertname":"A"}}"#);
    }

    #[test]
    fn a_start_that_lies_ahead_is_no_detection() {
        let alert = one(r#"{"labels": {"alertname": "A"}, "startsAt": "2022-04-30T19:33:00+02:00"}"#).unwrap();
        let start = at("2022-04-30T17:33:00Z");
        assert_eq!(alert.detected(start), Some(When::Exact(start)));
        assert_eq!(alert.detected(start - TimeDelta::seconds(59)), Some(When::Exact(start)), "clocks differ");
        assert_eq!(alert.detected(start - TimeDelta::minutes(5)), None);
    }

    #[test]
    fn what_is_no_notification_is_refused_with_its_place() {
        for (text, line, column, why) in [
            ("", 1, 1, "EOF"),
            ("\n [{}]", 2, 2, "the object that an Alertmanager posts"),
            ("\"A\"", 1, 3, "the object that an Alertmanager posts"),
            ("{\n  \"version\": \"4\",\n  \"alerts\": [{]\n}", 3, 15, "key must be a string"),
            ("{\"alerts\": [\n{\"labels\": {\"alertname\": 1}}]}", 2, 26, "invalid type: integer `1`"),
            ("{\"alerts\": [{\"startsAt\": \"soon\"}]}", 1, 32, "\"soon\" is no time"),
            ("<html>", 1, 1, "expected value"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            let NoAlert::Json { line: own_line, column: own_column, why: own_why } = &error else {
                panic!("{error:?}")
            };
            assert!(own_why.contains(why) && !own_why.contains(" at line "), "{text}: {error}");
            assert_eq!((*own_line, *own_column), (line, column), "{text}: {error}");
        }
    }

    #[test]
    fn what_cannot_begin_an_incident_is_refused() {
        assert_eq!(parse(br#"{"version": "3", "alerts": []}"#), Err(NoAlert::Version("3".into())));
        assert_eq!(parse(br#"{"version": "4"}"#), Err(NoAlert::NotFiring(0)));
        let resolved = br#"{"status": "resolved", "alerts": [{"labels": {"alertname": "A"}}]}"#;
        assert_eq!(parse(resolved), Err(NoAlert::NotFiring(1)));
        assert_eq!(one(r#"{"labels": {"severity": "page"}}"#), Err(NoAlert::Nameless));
        assert_eq!(one(r#"{"labels": {"alertname": " "}}"#), Err(NoAlert::Nameless));
    }

    #[test]
    fn hostile_notifications_are_refused_or_cut_to_size() {
        assert_eq!(parse(&vec![b' '; 50 << 20]), Err(NoAlert::TooLong));
        assert!(matches!(parse(&vec![b'['; MAX_BYTES]), Err(NoAlert::Json { .. })));
        let deep = format!("{{\"unknown\": {}", "[".repeat(MAX_BYTES / 2));
        assert!(matches!(parse(deep.as_bytes()), Err(NoAlert::Json { .. })));
        let labels: Vec<String> = (0..10_000).map(|number| format!("\"l{number}\": \"v\"")).collect();
        let long = "x".repeat(100_000);
        let alert = one(&format!(
            r#"{{"labels": {{"alertname": "A\u001b[2J\u202eB", {}}}, "annotations": {{"summary": "{long}"}}}}"#,
            labels.join(",")
        ));
        let alert = alert.unwrap();
        assert_eq!(alert.labels.len(), MOST);
        assert_eq!(alert.name, "A\u{241b}[2J<U+202E>B", "tricks are seen");
        assert!(alert.labels.contains_key("alertname"), "what is looked for is kept");
        assert!(alert.annotations["summary"].chars().count() <= LONG + 1 && alert.title().chars().count() <= SHORT + 1);
    }
}
