//! Secrets are taken out of everything before it is written.

mod bare;
mod beginnings;
mod grams;
mod json;
mod patterns;
mod secrets;
mod stream;
#[cfg(test)]
mod tests;
mod view;

pub use json::{forms, in_json};
pub use secrets::{LONGEST, Refused, SHORTEST, Secrets, Why};
pub use stream::Redactor;
