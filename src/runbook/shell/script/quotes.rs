//! Words: quotes, escapes and expansions.

use super::{Reader, Word};

impl Reader<'_> {
    pub(super) fn word(&mut self) -> Word {
        let mut word = Word::default();
        while self.at < self.text.len() {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => break,
                b'\\' => {
                    self.at += 1;
                    if self.peek(0) == b'\n' { self.at += 1 } else { self.literal(&mut word) }
                }
                b'\'' => self.single(&mut word),
                b'"' => self.double(&mut word),
                b'$' => self.dollar(&mut word, false),
                b'`' => self.backticks(&mut word),
                _ => self.literal(&mut word),
            }
        }
        word
    }

    fn literal(&mut self, word: &mut Word) {
        if let Some(c) = self.text[self.at..].chars().next() {
            word.text.push(c);
            self.at += c.len_utf8();
        }
    }

    fn single(&mut self, word: &mut Word) {
        let rest = &self.text[self.at + 1..];
        let end = rest.find('\'').unwrap_or(rest.len());
        word.text.push_str(&rest[..end]);
        self.at += end + 1 + usize::from(end < rest.len());
    }

    fn double(&mut self, word: &mut Word) {
        self.at += 1;
        while self.at < self.text.len() {
            match self.peek(0) {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.peek(1), b'"' | b'\\' | b'$' | b'`') => {
                    self.at += 1;
                    self.literal(word);
                }
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                b'$' => self.dollar(word, true),
                b'`' => self.backticks(word),
                _ => self.literal(word),
            }
        }
    }

    /// An expansion; it stays in the word as it is written.
    fn dollar(&mut self, word: &mut Word, quoted: bool) {
        let start = self.at;
        self.at += 1;
        match (self.peek(0), self.peek(1)) {
            (b'(', b'(') => {
                self.at += 2;
                self.arithmetic();
            }
            (b'(', _) => {
                self.at += 1;
                self.nested(Self::list);
            }
            (b'{', _) => {
                self.at += 1;
                let name = self.name();
                if !quoted && !name.is_empty() {
                    word.bare.push(name);
                }
                self.nested(Self::brace);
            }
            (b'\'', _) if !quoted => {
                self.at += 1;
                while self.at < self.text.len() && self.peek(0) != b'\'' {
                    self.at += 1 + usize::from(self.peek(0) == b'\\');
                }
                self.at += 1;
            }
            (b'@' | b'*' | b'#' | b'?' | b'!' | b'$' | b'0'..=b'9', _) => {
                if !quoted && !matches!(self.peek(0), b'#' | b'?' | b'!' | b'$') {
                    word.bare.push(char::from(self.peek(0)).to_string());
                }
                self.at += 1;
            }
            _ => {
                let name = self.name();
                if !quoted && !name.is_empty() {
                    word.bare.push(name);
                }
            }
        }
        self.at = self.at.min(self.text.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        word.text.push_str(&self.text[start..self.at]);
    }

    fn name(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    /// What is left of `${NAME...}`.
    fn brace(&mut self) {
        let mut inside = Word::default();
        while self.at < self.text.len() {
            match self.peek(0) {
                b'}' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    self.at += 1;
                    self.literal(&mut inside);
                }
                b'"' => self.double(&mut inside),
                b'$' => self.dollar(&mut inside, true),
                b'`' => self.backticks(&mut inside),
                _ => self.literal(&mut inside),
            }
        }
    }

    fn backticks(&mut self, word: &mut Word) {
        let rest = &self.text[self.at + 1..];
        let mut inside = String::new();
        let mut chars = rest.char_indices();
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '`' => {
                    end = at;
                    break;
                }
                '\\' => inside.extend(chars.next().map(|(_, c)| c)),
                c => inside.push(c),
            }
        }
        word.text.push('`');
        word.text.push_str(&rest[..end]);
        word.text.push('`');
        self.at += end + 1 + usize::from(end < rest.len());
        self.nested(|reader| {
            let mut inner = Reader {
                text: &inside,
                at: 0,
                depth: reader.depth,
                found: Vec::new(),
                waiting: Vec::new(),
                pipelines: reader.pipelines,
            };
            inner.list();
            reader.pipelines = inner.pipelines;
            reader.found.append(&mut inner.found);
        });
    }
}
