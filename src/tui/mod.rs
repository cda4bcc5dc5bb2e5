//! The screen.
//!
//! Elm-shaped: a [`message`] comes in, [`update`] moves the [`model`] and answers with [`effect`]s, [`view`] draws. Only the event
//! loop waits, only it carries effects out.

mod action;
mod editor;
mod effect;
mod fuzzy;
mod guard;
mod input;
mod keys;
mod layout;
mod legal;
mod message;
mod model;
mod pager;
mod rim;
mod run;
mod shell;
mod signals;
mod start;
#[cfg(test)]
mod tests;
mod theme;
mod update;
mod view;
mod words;

pub use start::{Farewell, Start, run};
