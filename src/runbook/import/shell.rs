//! Where a command of a shell ends, and what in it the shell would expand: quotes, here-documents, loops, lines that go on.

/// No command of a runbook has more lines; where one would, a quote was left open.
pub(super) const LONGEST: usize = 300;

/// How a character of a command is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// Outside of quotes.
    None,
    /// Between single quotes: nothing is expanded.
    Single,
    /// Between double quotes.
    Double,
    /// In a here-document that expands.
    Here,
    /// In one that does not, or in a comment.
    Still,
}

/// How many of these lines, from the first, make up one command. None where it does not end.
pub(super) fn command_lines(lines: &[&str]) -> Option<usize> {
    let mut machine = Machine::default();
    for (index, line) in lines.iter().take(LONGEST).enumerate() {
        machine.line(line);
        if !machine.is_open() {
            return Some(index + 1);
        }
    }
    None
}

/// How each byte of a command is quoted.
pub(super) fn quotes(command: &str) -> Vec<Quote> {
    let mut machine = Machine { marks: Some(Vec::with_capacity(command.len())), ..Machine::default() };
    let mut rest = command;
    while let Some((line, after)) = rest.split_once('\n') {
        machine.line(line);
        machine.mark(machine.quote(), '\n');
        rest = after;
    }
    machine.line(rest);
    machine.marks.unwrap_or_default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Single,
    Double,
    Backtick,
    /// `(`, `$(`, `((`.
    Round,
    /// `${`.
    Curly,
    If,
    Loop,
    Case,
    /// `{`
    Brace,
}

/// A here-document that is open.
#[derive(Debug, Clone)]
struct Here {
    end: String,
    /// `<<-`
    tabs: bool,
    expands: bool,
}

/// Reads commands line by line.
#[derive(Debug, Default)]
struct Machine {
    inside: Vec<Inside>,
    here: Vec<Here>,
    goes_on: bool,
    marks: Option<Vec<Quote>>,
    /// The word that is read, and whether a command may begin with it.
    word: String,
    first: bool,
}

impl Machine {
    fn is_open(&self) -> bool {
        !self.inside.is_empty() || !self.here.is_empty() || self.goes_on
    }

    fn quote(&self) -> Quote {
        for inside in self.inside.iter().rev() {
            match inside {
                Inside::Single => return Quote::Single,
                Inside::Double => return Quote::Double,
                Inside::Curly => {}
                _ => return Quote::None,
            }
        }
        Quote::None
    }

    fn mark(&mut self, quote: Quote, c: char) {
        if let Some(marks) = &mut self.marks {
            marks.extend(std::iter::repeat_n(quote, c.len_utf8()));
        }
    }

    fn line(&mut self, line: &str) {
        if let Some(here) = self.here.first().cloned() {
            self.here_line(line, &here);
            return;
        }
        self.goes_on = false;
        self.first = true;
        let mut opened = Vec::new();
        let mut before = ' ';
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let quote = self.quote();
            let plain = quote == Quote::None && self.inside.last() != Some(&Inside::Curly);
            if plain && c == '#' && (before.is_whitespace() || matches!(before, ';' | '(')) {
                line[at..].chars().for_each(|c| self.mark(Quote::Still, c));
                break;
            }
            self.mark(quote, c);
            if c == '\\' && quote != Quote::Single {
                self.word.push(c);
                match chars.next() {
                    Some((_, next)) => self.mark(quote, next),
                    None => self.goes_on = true,
                }
                before = '\\';
                continue;
            }
            if plain && c == '<' && line[at..].starts_with("<<") && before != '<' && !line[at..].starts_with("<<<") {
                opened.extend(here(&line[at + 2..]));
            }
            self.take(c, before, plain);
            before = c;
        }
        self.end_word();
        let code = line.trim_end();
        self.goes_on |= self.quote() == Quote::None
            && before != '\\'
            && !before.is_whitespace()
            && (code.ends_with("&&") || code.ends_with('|'));
        self.here.append(&mut opened);
    }

    fn here_line(&mut self, line: &str, here: &Here) {
        let quote = if here.expands { Quote::Here } else { Quote::Still };
        line.chars().for_each(|c| self.mark(quote, c));
        let end = if here.tabs { line.trim_start_matches('\t') } else { line };
        if end.trim_end() == here.end {
            self.here.remove(0);
        }
    }

    /// Takes one character that is not escaped.
    fn take(&mut self, c: char, before: char, plain: bool) {
        let top = self.inside.last().copied();
        match (top, c) {
            (Some(Inside::Single), '\'')
            | (Some(Inside::Double), '"')
            | (Some(Inside::Backtick), '`')
            | (Some(Inside::Curly), '}') => self.pop(),
            (Some(Inside::Single), _) => {}
            (_, '{') if before == '$' => self.push(Inside::Curly),
            (_, '(') if before == '$' || plain => self.push(Inside::Round),
            (_, '`') => self.push(Inside::Backtick),
            (Some(Inside::Double), _) => {}
            (Some(Inside::Round), ')') => {
                self.end_word();
                self.pop();
                self.first = true;
            }
            (_, '"') => self.push(Inside::Double),
            (Some(Inside::Curly), _) => {}
            (_, '\'') => self.push(Inside::Single),
            (_, c) if c.is_whitespace() => self.end_word(),
            (_, ';' | '|' | '&' | ')') => {
                self.end_word();
                self.first = true;
            }
            (_, c) => self.word.push(c),
        }
    }

    fn push(&mut self, inside: Inside) {
        self.end_word();
        self.inside.push(inside);
        self.first = matches!(inside, Inside::Round | Inside::Backtick);
    }

    fn pop(&mut self) {
        self.inside.pop();
        self.first = false;
        self.word.clear();
    }

    /// A word ended: is it one that opens or closes?
    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        let top = self.inside.last().copied();
        let first = std::mem::replace(&mut self.first, false);
        match word.as_str() {
            "{" => {
                self.inside.push(Inside::Brace);
                self.first = true;
            }
            "}" if top == Some(Inside::Brace) => self.pop(),
            "if" if first => {
                self.inside.push(Inside::If);
                self.first = true;
            }
            "fi" if first && top == Some(Inside::If) => self.pop(),
            "for" | "select" if first => self.inside.push(Inside::Loop),
            "while" | "until" if first => {
                self.inside.push(Inside::Loop);
                self.first = true;
            }
            "done" if first && top == Some(Inside::Loop) => self.pop(),
            "case" if first => self.inside.push(Inside::Case),
            "esac" if first && top == Some(Inside::Case) => self.pop(),
            "then" | "do" | "else" | "elif" | "!" if first => self.first = true,
            _ => {}
        }
    }
}

/// The here-document that a text after `<<` opens.
fn here(after: &str) -> Option<Here> {
    let (tabs, rest) = after.strip_prefix('-').map_or((false, after), |rest| (true, rest));
    let rest = rest.trim_start_matches([' ', '\t']);
    let (quoted, rest) = match rest.strip_prefix(['\'', '"']) {
        Some(inner) => (true, inner),
        None => (rest.starts_with('\\'), rest.trim_start_matches('\\')),
    };
    let end: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '!')).collect();
    end.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(Here { end, tabs, expands: !quoted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Option<usize> {
        command_lines(&text.lines().collect::<Vec<_>>())
    }

    #[test]
    fn a_command_ends_where_the_shell_would_run_it() {
        for (text, count) in [
            ("ls\nls", 1),
            ("a \\\n  b \\\n  c\nd", 3),
            ("a |\n  b &&\n  c\nd", 3),
            ("for x in 1 2; do\n  echo $x\ndone\nls", 3),
            ("if true\nthen\n a\nelse\n b\nfi\nls", 6),
            ("case $x in\n a) b;;\n *) c;;\nesac\nls", 4),
            ("f() {\n  a\n}\nf", 3),
            ("cat <<EOF\nit's \"here\nEOF\nls", 3),
            ("cat <<-'END' | sh\n\tx\n\tEND\nls", 3),
            ("echo 'a\nb'\nls", 2),
            ("X=$(a \\\n  | b)\nls", 2),
            ("ls # don't\nls", 1),
            ("echo \"$(echo \"a b\")\" ${X:-\"y\"}\nls", 1),
            ("awk -F\"/\" 'NR==1{ print $2 }'\nls", 1),
            ("find . -exec rm {} \\;\nls", 1),
            ("grep if for done\nls", 1),
            ("(a\nb)\nls", 2),
            ("echo $((1 << 2))\nls", 1),
        ] {
            assert_eq!(lines(text), Some(count), "{text}");
        }
        assert_eq!(lines("it's broken\nls\nls"), None);
    }

    #[test]
    fn what_is_quoted_is_known_for_each_byte() {
        let at = |command: &str, what: &str| quotes(command)[command.find(what).unwrap()];
        assert_eq!(at("a <x> b", "<x>"), Quote::None);
        assert_eq!(at("a \"é <x>\"", "<x>"), Quote::Double);
        assert_eq!(at("a 'b <x>'", "<x>"), Quote::Single);
        assert_eq!(at("a \"b $(c <x>)\"", "<x>"), Quote::None);
        assert_eq!(at("a # <x>", "<x>"), Quote::Still);
        assert_eq!(at("cat <<E\n<x>\nE", "<x>"), Quote::Here);
        assert_eq!(at("cat <<'E'\n<x>\nE", "<x>"), Quote::Still);
        assert_eq!(quotes("é\nb").len(), 4);
    }
}
