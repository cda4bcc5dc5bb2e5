//! Whatever is done to a journal up to a hash that was noted is found with that hash.

use std::fs;
use std::sync::Arc;

use proptest::prelude::*;

use super::chain::{decode, hash};
use super::{Against, FIRST_PREV, Journal, audit};
use crate::session::event::{Event, Tag};
use crate::store::clock::Fixed;
use crate::store::redact::chained;

/// What somebody did to the lines.
#[derive(Debug, Clone)]
enum Deed {
    Cut(prop::sample::Index),
    Remove(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Repeat(prop::sample::Index),
    Rewrite(prop::sample::Index),
}

fn deed() -> impl Strategy<Value = Deed> {
    let line = any::<prop::sample::Index>;
    prop_oneof![
        line().prop_map(Deed::Cut),
        line().prop_map(Deed::Remove),
        (line(), line()).prop_map(|(one, other)| Deed::Swap(one, other)),
        line().prop_map(Deed::Repeat),
        line().prop_map(Deed::Rewrite),
    ]
}

impl Deed {
    fn on(&self, lines: &mut Vec<Vec<u8>>) {
        let count = lines.len();
        match self {
            Self::Cut(at) => lines.truncate(at.index(count)),
            Self::Remove(at) => drop(lines.remove(at.index(count))),
            Self::Swap(one, other) => lines.swap(one.index(count), other.index(count)),
            Self::Repeat(at) => lines.insert(at.index(count), lines[at.index(count)].clone()),
            Self::Rewrite(at) => {
                let line = &mut lines[at.index(count)];
                *line = String::from_utf8_lossy(line).replacen("note", "nota", 1).into_bytes();
            }
        }
    }
}

/// Numbers and hashes made to fit again, as a forger would.
fn chained_anew(lines: &mut [Vec<u8>]) {
    let mut prev = FIRST_PREV.to_owned();
    for (seq, line) in (1..).zip(lines) {
        let Ok(entry) = decode(line) else { return };
        let numbered =
            String::from_utf8_lossy(line).replacen(&format!("\"seq\":{}", entry.seq), &format!("\"seq\":{seq}"), 1);
        *line = chained(numbered.as_bytes(), &entry.prev, &prev).unwrap();
        prev = hash(line);
    }
}

proptest! {
    // Each syncs a dozen lines.
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_done_to_a_journal_is_found_with_the_hash_of_its_end(
        count in 1_usize..9, later in 0_usize..3, deeds in prop::collection::vec(deed(), 1..4), anew in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let clock = Arc::new(Fixed::new("2022-04-30T12:00:00Z".parse().unwrap()));
        let mut journal = Journal::create(&path, "nova@alice", clock).unwrap();
        let add = |journal: &mut Journal, number: usize| {
            journal.append(&Event::Note { tag: Tag::Plain, text: format!("number {number}") }.into()).unwrap();
        };
        (0..count).for_each(|number| add(&mut journal, number));
        let head = journal.head().to_owned();
        (0..later).for_each(|number| add(&mut journal, count + number));
        let before = fs::read(&path).unwrap();
        let split = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut lines = split(&before);
        for deed in &deeds {
            if !lines.is_empty() {
                deed.on(&mut lines);
            }
        }
        if anew {
            chained_anew(&mut lines);
        }
        let after: Vec<u8> = lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect();
        fs::write(&path, &after).unwrap();
        let touched = lines.get(..count) != split(&before).get(..count);
        let found = audit(&path, Some(&head)).unwrap();
        let stands = matches!(found.against, Some(Against::Untouched { seq, .. }) if seq == count as u64);
        prop_assert_eq!(stands, !touched, "{:?} {:?}", deeds, found);
        if touched {
            prop_assert!(!found.is_sound());
        }
    }
}
