//! Bytes and words: redaction, sanitising, escape scanning, widths. Pure, and under all other rooms.

pub mod escape;
pub mod find;
pub mod foreword;
mod hostile;
pub mod human;
pub mod lines;
pub mod plain;
pub mod redact;
pub mod replay;
mod sequence;
pub mod shown;
pub mod styled;
pub mod transcript;
pub mod visible;
pub mod width;
