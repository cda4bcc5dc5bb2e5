//! What a shell command looks like it does, without running it.
//!
//! A command of a runbook is text that a shell will read. This takes it apart far enough to see which programs it starts
//! ([`script`]), behind whatever wraps them (`sudo`, `ssh host`, `sh -c`, `kubectl exec`: [`wrapped`]), and holds each against
//! what is known of it: whether it alters something ([`alters()`]), whether it ends by itself and who types into it
//! ([`stays()`]), and which of its variables may fall apart ([`unquoted()`]).
//!
//! It is a guess: what a program of the house does nobody can see here, so it is taken to look only. A guess never decides
//! what may run; it warns an author, and it proposes an `effect` to an importer.

mod alters;
mod arguments;
mod script;
mod sql;
mod stays;
mod tools;
mod unquoted;
mod wrapped;

pub use alters::alters;
pub use stays::{Stay, stays};
pub use unquoted::unquoted;
