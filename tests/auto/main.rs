//! Sessions walked without a screen, by the real binary with real processes.

#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod again;
#[cfg(test)]
mod alert;
#[cfg(test)]
mod campaign;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod drill;
#[cfg(test)]
mod drills;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod left;
#[cfg(test)]
mod pack;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod values;
#[cfg(test)]
mod walk;
