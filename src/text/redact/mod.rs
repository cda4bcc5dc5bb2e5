//! Secrets are taken out of everything before it is written.

mod bare;
mod beginnings;
mod grams;
mod json;
mod patterns;
mod redactor;
mod secrets;
mod shapes;
mod stream;
#[cfg(test)]
mod tests;
mod view;

pub use json::{forms, in_json};
pub use redactor::Redactor;
pub use secrets::{LONGEST, Refused, SHORTEST, Secrets, Why};
pub use shapes::{Extra, Shapes};
