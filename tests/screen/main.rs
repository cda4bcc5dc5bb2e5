//! The screen as an operator has it: the real binary in a real terminal, keys in, screen out.

#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod alert;
#[cfg(test)]
mod basics;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod campaign;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod drill;
#[cfg(test)]
mod edit;
#[cfg(test)]
mod flags;
#[cfg(test)]
mod follow;
#[cfg(test)]
mod hachyderm;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod iris;
#[cfg(test)]
mod keys_in;
#[cfg(test)]
mod lama;
#[cfg(test)]
mod learn;
#[cfg(test)]
mod leave;
#[cfg(test)]
mod obs;
#[cfg(test)]
mod pager;
#[cfg(test)]
mod play;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod search;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod ssh;
#[cfg(test)]
#[path = "../auto/stage.rs"]
#[expect(dead_code, reason = "shared with the sessions walked without a screen, which use more of it")]
mod stage;
#[cfg(test)]
mod survive;
#[cfg(test)]
mod troet;
#[cfg(test)]
mod unrecorded;
