//! A fragment that stands in every match of a pattern: lines that do not hold it need not be held against the pattern.
//!
//! A regular expression looks into every byte of an output, a fragment of one to a few bytes is found by skipping over it. The parts
//! of a pattern that must be there are read from its syntax tree; of these the one is taken that is rarest in what programs write.

use aho_corasick::packed;
use memchr::memmem;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The most ways to write a fragment (capitals or not).
const MOST_WAYS: usize = 16;
/// Places of a fragment that may be written in several ways.
const PLACES: usize = 4;
/// Ways to write one place.
const PLACE_WAYS: usize = 4;
/// One in so many bytes begins a fragment at most, as a logarithm to the base of 2: else it spares nothing.
const RARE: f32 = 9.0;
/// So much rarer must one be that is written in several ways, as a logarithm: to look for it takes several times as long.
const DEARER: f32 = 8.0;

/// Finds a fragment.
#[derive(Debug, Clone)]
pub(super) enum Fragment {
    One(Box<memmem::Finder<'static>>),
    Few(Box<packed::Searcher>),
}

impl Fragment {
    /// The rarest fragment of a pattern; none where no part of it must be there, or all of them stand everywhere.
    pub(super) fn of(pattern: &Hir) -> Option<Self> {
        let mut runs = vec![Run::new()];
        required(pattern, &mut runs);
        let ways = rarest(&runs)?;
        match ways.as_slice() {
            [one] => Some(Self::One(Box::new(memmem::Finder::new(one).into_owned()))),
            // None on a processor without the instructions for it.
            _ => packed::Searcher::new(&ways).map(|few| Self::Few(Box::new(few))),
        }
    }

    /// Where the first one begins.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::One(finder) => finder.find(bytes),
            Self::Few(searcher) => searcher.find(bytes).map(|found| found.start()),
        }
    }
}

/// The ways to write the part that serves best.
fn rarest(runs: &[Run]) -> Option<Vec<Vec<u8>>> {
    let parts = runs.iter().flat_map(|run| windows(run)).filter(|part| rarity(part) >= RARE);
    let worth = |part: &[Place]| rarity(part) - if part.iter().any(|place| place.len() > 1) { DEARER } else { 0.0 };
    parts.max_by(|one, other| worth(one).total_cmp(&worth(other))).map(spelled)
}

/// A place in a pattern: the characters that may stand there.
type Place = Vec<Vec<u8>>;
/// Places that stand side by side.
type Run = Vec<Place>;

/// Adds to the runs what must be in every match.
fn required(pattern: &Hir, runs: &mut Vec<Run>) {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            if let Some(run) = runs.last_mut() {
                run.extend(literal.0.iter().map(|byte| vec![vec![*byte]]));
            }
        }
        HirKind::Class(class) => match (ways(class), runs.last_mut()) {
            (Some(place), Some(run)) => run.push(place),
            _ => runs.push(Run::new()),
        },
        HirKind::Capture(capture) => required(&capture.sub, runs),
        HirKind::Concat(parts) => parts.iter().for_each(|part| required(part, runs)),
        HirKind::Repetition(repetition) => {
            runs.push(Run::new());
            if repetition.min > 0 {
                required(&repetition.sub, runs);
                runs.push(Run::new());
            }
        }
        HirKind::Alternation(_) => runs.push(Run::new()),
    }
}

/// How a class can be written, where that is in few ways.
fn ways(class: &Class) -> Option<Place> {
    let mut place = Place::new();
    match class {
        Class::Unicode(class) => {
            for character in class.iter().flat_map(|range| range.start()..=range.end()).take(PLACE_WAYS + 1) {
                place.push(character.to_string().into_bytes());
            }
        }
        Class::Bytes(class) => {
            for byte in class.iter().flat_map(|range| range.start()..=range.end()).take(PLACE_WAYS + 1) {
                place.push(vec![byte]);
            }
        }
    }
    (1..=PLACE_WAYS).contains(&place.len()).then_some(place)
}

/// Parts of a run that could be the fragment: what can only be written in one way as long as it goes on, and short ones of several ways.
fn windows(run: &[Place]) -> impl Iterator<Item = &[Place]> {
    let one_way = run.split(|place| place.len() > 1);
    let count = |places: &[Place]| places.iter().map(Vec::len).product::<usize>();
    let several = (2..=PLACES).flat_map(|places| run.windows(places)).filter(move |places| count(places) <= MOST_WAYS);
    one_way.chain(several).filter(|places| !places.is_empty())
}

/// How rare it is: the logarithm to the base of 2 of one in how many bytes.
fn rarity(places: &[Place]) -> f32 {
    let place = |place: &Place| {
        let often: f32 = place.iter().map(|way| way.iter().map(|byte| often(*byte)).product::<f32>()).sum();
        -often.min(1.0).log2()
    };
    places.iter().map(place).sum()
}

/// How often a byte is met in what programs write. A guess: it decides how fast a search is, and nothing else.
fn often(byte: u8) -> f32 {
    match byte {
        b' ' => 0.15,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 0.05,
        b'0'..=b'9' | b'l' | b'd' | b'c' | b'u' | b'm' | b'p' | b'h' | b'-' | b':' | b'.' | b'/' | b'=' | b'"' => 0.02,
        b'a'..=b'z' | b'E' | b'T' | b'I' | b'O' | b'N' | b'R' | b'S' | b'A' | b',' | b'_' => 0.01,
        b'A'..=b'Z' | b'[' | b']' | b'(' | b')' | b'\'' => 0.005,
        _ => 0.002,
    }
}

/// All ways to write it.
fn spelled(places: &[Place]) -> Vec<Vec<u8>> {
    places.iter().fold(vec![Vec::new()], |begun, place| {
        begun.iter().flat_map(|start| place.iter().map(move |way| [start.as_slice(), way].concat())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ways to write the fragment of a pattern, without regard to capitals where `any`.
    fn fragment(pattern: &str, any: bool) -> Vec<String> {
        let parsed =
            regex_syntax::ParserBuilder::new().utf8(false).case_insensitive(any).build().parse(pattern).unwrap();
        let mut runs = vec![Run::new()];
        required(&parsed, &mut runs);
        let best = rarest(&runs).unwrap_or_default();
        assert_eq!(best.is_empty(), Fragment::of(&parsed).is_none());
        best.into_iter().map(|way| String::from_utf8(way).unwrap()).collect()
    }

    #[test]
    fn it_is_the_rarest_part_that_must_be_there() {
        assert_eq!(fragment(r"GET \d+4 took", false), ["4 took"]);
        assert_eq!(fragment("(foo|bar) (exit=1){2,}", false), ["exit=1"]);
        assert_eq!(fragment(r"^(?:status=\d*) took", false), ["status="]);
        assert_eq!(fragment("select 4242", true), [" 4242"]);
        assert_eq!(fragment("lock", true).len(), 12, "three places in two ways, and k in three, would be too many");
    }

    #[test]
    fn what_may_be_missing_is_no_fragment() {
        for pattern in ["foo|bar", "(foo)?x", "(foobar)*", r"\w+", "", "e", "[a-z]{9}"] {
            assert!(fragment(pattern, false).is_empty(), "{pattern}");
        }
    }

    #[test]
    fn it_is_found_however_it_is_written() {
        let parsed = regex_syntax::ParserBuilder::new().case_insensitive(true).build().parse("ärger").unwrap();
        let fragment = Fragment::of(&parsed).unwrap();
        for text in ["xx ÄRGER and more of it", "so viel Ärger, mein Lieber", "aerger, no; ärGer, yes"] {
            assert!(fragment.find(text.as_bytes()).is_some(), "{text}");
        }
        assert_eq!(fragment.find("kein Verdruss, und auch sonst nichts".as_bytes()), None);
    }
}
