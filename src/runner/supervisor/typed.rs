//! What is typed where nothing is shown as it is typed: a password. It is a secret from then on, whatever prints it.

use crate::text::redact::SHORTEST;

/// The name that stands for it.
pub(in crate::runner) const NAME: &str = "TYPED";
/// No password is longer, in bytes.
const LONGEST: usize = 1024;

/// A line on its way to a command that shows none of it.
#[derive(Default)]
pub(in crate::runner) struct Typed(Vec<u8>);

impl Typed {
    /// Takes keys in the order they are typed; `hidden` says whether the terminal shows them. Gives the lines that are whole now and long
    /// enough to be looked for.
    pub(in crate::runner) fn take(&mut self, hidden: bool, keys: &[u8]) -> Vec<String> {
        if !hidden {
            self.0.clear();
            return Vec::new();
        }
        let mut lines = Vec::new();
        for key in keys {
            match key {
                b'\r' | b'\n' => {
                    let line = String::from_utf8(std::mem::take(&mut self.0)).unwrap_or_default();
                    if line.len() >= SHORTEST {
                        lines.push(line);
                    }
                }
                // As the terminal edits its line: a character back, or all of it.
                0x08 | 0x7f => while self.0.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
                0x03 | 0x04 | 0x15 => self.0.clear(),
                key if self.0.len() < LONGEST => self.0.push(*key),
                _ => {}
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_terminal_makes_of_the_keys() {
        let mut typed = Typed::default();
        assert_eq!(typed.take(true, b"hunt"), Vec::<String>::new());
        assert_eq!(typed.take(true, "xé\x7f\x7fer2\rab\r".as_bytes()), ["hunter2"], "two characters are no secret");
        assert_eq!(typed.take(true, b"wrong\x15right\n"), ["right"]);
        assert_eq!(typed.take(false, b"shown\r"), Vec::<String>::new());
        typed.take(true, b"begun");
        typed.take(false, b"");
        assert_eq!(typed.take(true, b"another\r"), ["another"], "what was begun at another prompt is over");
    }
}
