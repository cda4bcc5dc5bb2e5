//! Stand-in for the redaction of the room `text`, with its signatures, until that lands.

use aho_corasick::{AhoCorasick, MatchKind};

#[derive(Default, Clone)]
pub(super) struct Secrets(Vec<(String, String)>);

impl Secrets {
    pub(super) fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().filter(|(_, value)| value.len() >= 4).collect())
    }

    pub(super) fn redact_str(&self, text: &str) -> String {
        let mut out = Vec::new();
        let mut redactor = Redactor::new(self);
        redactor.push(text.as_bytes(), &mut out);
        redactor.finish(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

pub(super) struct Redactor {
    find: Option<AhoCorasick>,
    secrets: Secrets,
    held: Vec<u8>,
    count: u64,
}

impl Redactor {
    pub(super) fn new(secrets: &Secrets) -> Self {
        let find = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(secrets.0.iter().map(|(_, value)| value))
            .ok()
            .filter(|_| !secrets.0.is_empty());
        Self { find, secrets: secrets.clone(), held: Vec::new(), count: 0 }
    }

    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let Some(find) = &self.find else {
            out.extend_from_slice(input);
            return;
        };
        self.held.extend_from_slice(input);
        let mut from = 0;
        for found in find.find_iter(&self.held) {
            out.extend_from_slice(&self.held[from..found.start()]);
            out.extend_from_slice(format!("[secret {}]", self.secrets.0[found.pattern().as_usize()].0).as_bytes());
            self.count += 1;
            from = found.end();
        }
        let longest = self.secrets.0.iter().map(|(_, value)| value.len()).max().unwrap_or(0);
        let start = self.held.len().saturating_sub(longest).max(from);
        let keep = (start..self.held.len())
            .find(|at| self.secrets.0.iter().any(|(_, value)| value.as_bytes().starts_with(&self.held[*at..])))
            .unwrap_or(self.held.len());
        out.extend_from_slice(&self.held[from..keep]);
        self.held.drain(..keep);
    }

    pub(super) fn quiet(&mut self, out: &mut Vec<u8>) {
        if self.held.len() < 4 {
            out.append(&mut self.held);
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
