//! A script taken apart into the simple commands in it, as far as telling what they do needs it.
//!
//! POSIX sh and the common parts of bash. Nothing is refused: what is no shell at all gives words that no table knows.
//! Time is linear in the text, and depth is bounded.

mod quotes;

/// How deep substitutions and quotes are followed into each other.
const DEEPEST: usize = 40;

/// A word after its quotes were removed. Expansions stay as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Variables that stand outside quotes, so that their value may become several words.
    pub(super) bare: Vec<String>,
}

/// Where a command's input comes from or its output goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Redirect {
    /// `<`
    In(Word),
    /// `>`, `>|`, `&>`; true for `>>`
    Out(Word, bool),
    /// A here document or string: its text.
    Here(String),
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    /// Variables set for it, or for the rest where there are no words.
    pub(super) assigned: Vec<(String, String)>,
    pub(super) redirects: Vec<Redirect>,
    /// It reads what another one writes.
    pub(super) piped: bool,
    /// The same number for all commands of a pipeline.
    pub(super) pipeline: usize,
    /// Not waited for.
    pub(super) background: bool,
}

/// The simple commands of a script, those in substitutions included.
pub(super) fn commands(script: &str) -> Vec<Command> {
    let mut reader = Reader { text: script, at: 0, depth: 0, found: Vec::new(), waiting: Vec::new(), pipelines: 0 };
    // A closing bracket that nobody opened ends a list: there may be more after it.
    while reader.at < script.len() {
        reader.list();
    }
    reader.found.into_iter().filter(|command| !command.is_empty()).collect()
}

impl Command {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.assigned.is_empty() && self.redirects.is_empty()
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    found: Vec<Command>,
    /// Here documents whose text comes after the line: which command and redirect, the end, and whether tabs are cut.
    waiting: Vec<Waiting>,
    pipelines: usize,
}

struct Waiting {
    command: usize,
    redirect: usize,
    end: String,
    tabs: bool,
}

/// What is being read of a list.
#[derive(Default)]
struct Place {
    /// The command that words go to.
    command: usize,
    /// Brackets of subshells that are open.
    brackets: usize,
    /// `case` that are open.
    cases: usize,
    /// Between `in` or `;;` and the bracket after a pattern.
    pattern: bool,
    /// The words belong to `for` or `case`, not to a command.
    head: bool,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Begins a command; `pipeline` is that of the command whose output it reads.
    fn open(&mut self, pipeline: Option<usize>) -> usize {
        self.pipelines += 1;
        let piped = pipeline.is_some();
        self.found.push(Command { piped, pipeline: pipeline.unwrap_or(self.pipelines), ..Command::default() });
        self.found.len() - 1
    }

    /// Reads commands up to the end or to a closing bracket that belongs to somebody else, which is taken.
    fn list(&mut self) {
        let mut place = Place { command: self.open(None), ..Place::default() };
        while self.at < self.text.len() {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                b'#' => self.skip_line(),
                b'\n' => {
                    self.at += 1;
                    self.documents();
                    // After a bar the pipeline goes on.
                    let open = &self.found[place.command];
                    if !(open.piped && open.is_empty()) {
                        self.end(&mut place, false);
                    }
                }
                b';' => self.semicolon(&mut place),
                b'&' if self.peek(1) == b'>' => {
                    self.at += 1;
                    self.redirect(&place);
                }
                b'&' | b'|' => self.joint(&mut place),
                b'(' => self.bracket(&mut place),
                b')' => {
                    self.at += 1;
                    if place.pattern {
                        place.pattern = false;
                        self.end(&mut place, false);
                    } else if place.brackets == 0 {
                        return;
                    } else {
                        place.brackets -= 1;
                        self.end(&mut place, false);
                    }
                }
                b'<' | b'>' if self.peek(1) == b'(' => {
                    self.at += 2;
                    self.nested(Self::list);
                }
                b'<' | b'>' => self.redirect(&place),
                b'0'..=b'9' if matches!(self.peek(1), b'<' | b'>') => {
                    self.at += 1;
                    self.redirect(&place);
                }
                _ => self.take_word(&mut place),
            }
        }
    }

    fn end(&mut self, place: &mut Place, piped: bool) {
        place.head = false;
        let pipeline = piped.then(|| self.found[place.command].pipeline);
        place.command = self.open(pipeline);
    }

    fn semicolon(&mut self, place: &mut Place) {
        self.at += 1;
        let next = self.peek(0);
        if place.cases > 0 && matches!(next, b';' | b'&') {
            self.at += 1;
            place.pattern = true;
        }
        self.end(place, false);
    }

    fn joint(&mut self, place: &mut Place) {
        let (first, second) = (self.peek(0), self.peek(1));
        self.at += 1;
        if place.pattern {
            return;
        }
        let pipe = first == b'|' && second != b'|';
        if second == first || (pipe && second == b'&') {
            self.at += 1;
        }
        if first == b'&' && second != b'&' {
            self.found[place.command].background = true;
        }
        self.end(place, pipe);
    }

    fn bracket(&mut self, place: &mut Place) {
        self.at += 1;
        if place.pattern {
            return;
        }
        if self.peek(0) == b'(' && self.found[place.command].is_empty() {
            self.arithmetic();
            return;
        }
        if self.peek(0) == b')' && self.found[place.command].words.len() == 1 {
            // `name()`: what follows is its body.
            self.at += 1;
            self.found[place.command].words.clear();
            return;
        }
        place.brackets += 1;
        self.end(place, false);
    }

    fn take_word(&mut self, place: &mut Place) {
        let word = self.word();
        let command = &mut self.found[place.command];
        let first = command.words.is_empty() && command.assigned.is_empty();
        match word.text.as_str() {
            "esac" if place.pattern || first => {
                place.cases = place.cases.saturating_sub(1);
                place.pattern = false;
            }
            _ if place.pattern => {}
            "in" if place.head && place.cases > 0 => place.pattern = true,
            _ if place.head => {}
            "if" | "then" | "elif" | "else" | "fi" | "do" | "done" | "while" | "until" | "!" | "{" | "}" | "time"
                if first => {}
            "for" | "select" | "function" if first => place.head = true,
            "case" if first => {
                place.head = true;
                place.cases += 1;
            }
            "[[" if first => self.test(),
            text => match assignment(text) {
                Some((name, value)) if command.words.is_empty() => {
                    command.assigned.push((name.to_owned(), value.to_owned()));
                }
                _ => command.words.push(word),
            },
        }
        // `case x in` ends its head; `for x in a b` does not.
        if place.pattern {
            place.head = false;
        }
    }

    /// `[[ ... ]]`: a test, in which angles and bars mean something else.
    fn test(&mut self) {
        while self.at < self.text.len() {
            let before = self.at;
            let word = self.word();
            if word.text == "]]" {
                return;
            }
            if self.at == before {
                self.at += 1;
            }
        }
    }

    fn arithmetic(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.find("))").map_or(rest.len(), |end| end + 2);
    }

    fn redirect(&mut self, place: &Place) {
        let kind = self.peek(0);
        self.at += 1;
        let twice = self.peek(0) == kind;
        if twice {
            self.at += 1;
        }
        let third = self.peek(0);
        let string = kind == b'<' && twice && third == b'<';
        let tabs = kind == b'<' && twice && third == b'-';
        if string || tabs || (!twice && matches!(third, b'|' | b'>' | b'&')) {
            self.at += 1;
        }
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let word = self.word();
        // `2>&1` and `<&3` lead to what is open already.
        if third == b'&' && !twice {
            return;
        }
        let redirect = match (kind, twice) {
            (b'<', true) if string => Redirect::Here(word.text),
            (b'<', true) => {
                let redirect = self.found[place.command].redirects.len();
                self.waiting.push(Waiting { command: place.command, redirect, end: word.text, tabs });
                Redirect::Here(String::new())
            }
            (b'<', false) => Redirect::In(word),
            _ => Redirect::Out(word, twice),
        };
        self.found[place.command].redirects.push(redirect);
    }

    /// The texts of the here documents of the line that just ended.
    fn documents(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let mut text = String::new();
            while self.at < self.text.len() {
                let rest = &self.text[self.at..];
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                self.at += line.len();
                let shown = if waiting.tabs { line.trim_start_matches('\t') } else { line };
                if shown.trim_end_matches(['\n', '\r']) == waiting.end {
                    break;
                }
                text.push_str(shown);
            }
            self.found[waiting.command].redirects[waiting.redirect] = Redirect::Here(text);
        }
    }

    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self)) {
        // Deeper than anybody writes: what is in there is not looked at.
        if self.depth < DEEPEST {
            self.depth += 1;
            let waiting = std::mem::take(&mut self.waiting);
            read(self);
            self.waiting.extend(waiting);
            self.depth -= 1;
        }
    }
}

/// `NAME=value`, `NAME+=value`.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    sound.then_some((name, value))
}

#[cfg(test)]
mod tests;
