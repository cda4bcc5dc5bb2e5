//! What tests of the real binary need: a private home and a terminal.
//!
//! Every test binary includes this folder and uses another part of it.
#![allow(dead_code, unused_imports, reason = "each test binary uses another part")]

#[cfg(test)]
mod dice;
#[cfg(test)]
mod home;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod sshd;
#[cfg(test)]
mod terminal;

#[cfg(test)]
pub(crate) use dice::Dice;
#[cfg(test)]
pub(crate) use home::Home;
#[cfg(test)]
pub(crate) use sshd::Sshd;
#[cfg(test)]
pub(crate) use terminal::{Ended, Terminal};
