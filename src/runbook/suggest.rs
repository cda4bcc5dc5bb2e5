//! "Did you mean": the nearest of the words that would have been right.

/// Longer words are not compared.
const LONGEST: usize = 64;
/// No more candidates than this are looked at.
const CANDIDATES: usize = 2000;

/// The candidate nearest to a word, where one is near enough to have been meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let plain = fold(word);
    let allowed = (length / 3).clamp(1, 4);
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter(|candidate| candidate.len() <= 4 * LONGEST && *candidate != word)
        .map(|candidate| {
            let other = fold(candidate);
            let distance = if other == plain { 0 } else { strsim::osa_distance(&plain, &other) };
            (distance, candidate)
        })
        // A single character in common is no similarity.
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> String {
    word.chars().map(|c| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Words for a message: "`a`, `b` or `c`"; of many only the first.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let words: Vec<&str> = words.into_iter().collect();
    let more = words.len().saturating_sub(MOST);
    let mut shown: Vec<String> =
        words.iter().take(MOST).map(|word| format!("`{}`", super::problem::shown(word))).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    let joint = if more > 0 { " and " } else { " or " };
    match shown.pop() {
        None => String::new(),
        Some(last) if shown.is_empty() => last,
        Some(last) => format!("{}{joint}{last}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_word_that_was_meant() {
        let words = ["timeout", "time_box", "title", "run"];
        assert_eq!(nearest("tiemout", words), Some("timeout"));
        assert_eq!(nearest("time-box", words), Some("time_box"));
        assert_eq!(nearest("Title", words), Some("title"));
        assert_eq!(nearest("rnu", words), Some("run"));
    }

    #[test]
    fn a_word_unlike_all_others_finds_none() {
        assert_eq!(nearest("banana", ["timeout", "run"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("", ["y"]), None);
        assert_eq!(nearest(&"t".repeat(1000), ["timeout"]), None);
    }

    #[test]
    fn a_long_list_of_words_is_cut_and_says_so() {
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` or `c`");
        let many: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        assert!(list(many.iter().map(String::as_str)).ends_with("`11` and 8 more"));
    }
}
