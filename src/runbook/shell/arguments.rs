//! The arguments of one program: options told from the rest.

use super::script::Word;

/// A program and its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arguments<'a> {
    words: &'a [Word],
}

impl<'a> Arguments<'a> {
    /// Of the words of a command; the first is the program.
    pub(super) fn of(words: &'a [Word]) -> Self {
        Self { words }
    }

    /// The program's name without its folder.
    pub(super) fn program(&self) -> &'a str {
        let name = self.words.first().map_or("", |word| word.text.as_str());
        name.rsplit('/').next().unwrap_or(name)
    }

    /// Everything after the program.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.words.iter().skip(1).map(|word| word.text.as_str())
    }

    /// Whether there is nothing after the program.
    pub(super) fn none(&self) -> bool {
        self.words.len() <= 1
    }

    /// Whether one of these stands there: `--long` also as `--long=...`, `-x` also among others (`-vx`).
    pub(super) fn has(&self, options: &[&str]) -> bool {
        self.all().take_while(|word| *word != "--").any(|word| options.iter().any(|option| is(word, option)))
    }

    /// The same for a list with blanks between the options.
    pub(super) fn has_of(&self, options: &str) -> bool {
        self.all()
            .take_while(|word| *word != "--")
            .any(|word| options.split_ascii_whitespace().any(|option| is(word, option)))
    }

    /// Those from a word on, that word as the program.
    pub(super) fn from(&self, word: &str) -> Self {
        let at = self.words.iter().position(|own| own.text == word).unwrap_or_default();
        Self { words: self.words.get(at..).unwrap_or_default() }
    }

    /// Whether one of these words stands there as it is.
    pub(super) fn names(&self, words: &[&str]) -> bool {
        self.all().any(|word| words.contains(&word))
    }

    /// What is no option, `valued` being the options that take the word after them.
    pub(super) fn plain(&self, valued: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut skip = false;
        self.all().filter(move |word| {
            if std::mem::take(&mut skip) {
                return false;
            }
            if word.starts_with('-') && word.len() > 1 {
                skip = among(valued, word);
                return false;
            }
            true
        })
    }

    /// The values given to an option: the word after it, or what follows `=`, or what is glued to `-x`.
    pub(super) fn values(&self, option: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut words = self.all();
        std::iter::from_fn(move || {
            loop {
                let word = words.next()?;
                if word == option {
                    return words.next();
                }
                if let Some(rest) = word.strip_prefix(option) {
                    if option.starts_with("--") {
                        match rest.strip_prefix('=') {
                            Some(value) => return Some(value),
                            None => continue,
                        }
                    }
                    return Some(rest);
                }
                // The last of several short options together, as in `psql -XAtc`.
                if let Some(letter) = option.strip_prefix('-').filter(|letter| letter.len() == 1)
                    && word.starts_with('-')
                    && !word.starts_with("--")
                    && word.ends_with(letter)
                    && word[1..].chars().all(|c| c.is_ascii_alphabetic())
                {
                    return words.next();
                }
            }
        })
    }
}

/// Whether a word is one of those in a list with blanks between them.
pub(super) fn among(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|own| own == word)
}

fn is(word: &str, option: &str) -> bool {
    if option.starts_with("--") {
        return word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    }
    match option.strip_prefix('-') {
        Some(letter) if letter.len() == 1 => {
            word.starts_with('-')
                && !word.starts_with("--")
                && word[1..].split(|c: char| !c.is_ascii_alphabetic()).next().is_some_and(|head| head.contains(letter))
        }
        _ => word == option,
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::commands;
    use super::*;

    fn with<T>(script: &str, look: impl FnOnce(Arguments) -> T) -> T {
        look(Arguments::of(&commands(script)[0].words))
    }

    #[test]
    fn options_are_found_short_long_and_together() {
        assert!(with("tail -n5 -vf x", |a| a.has(&["-f"])));
        assert!(with("tail --follow=name x", |a| a.has(&["--follow"])));
        assert!(!with("tail --files x", |a| a.has(&["-f"])));
        assert!(!with("rm -- -f", |a| a.has(&["-f"])));
        assert!(with("find . -delete", |a| a.has(&["-delete"])));
    }

    #[test]
    fn values_stand_after_or_in_their_option() {
        let values = |script: &str, option: &'static str| {
            with(script, |a| a.values(option).map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(values("psql -XAtc 'select 1' -c x", "-c"), ["select 1", "x"]);
        assert_eq!(values("curl -XPOST u", "-X"), ["POST"]);
        assert_eq!(values("curl --request=POST --request PUT", "--request"), ["POST", "PUT"]);
    }

    #[test]
    fn what_an_option_takes_is_not_plain() {
        let plain = with("/usr/bin/kubectl -n shop --context=x get pod", |a| {
            (a.program().to_owned(), a.plain("-n").map(str::to_owned).collect::<Vec<_>>())
        });
        assert_eq!(plain, ("kubectl".into(), vec!["get".into(), "pod".into()]));
    }
}
