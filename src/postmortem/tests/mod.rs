//! The record held against incidents that happened, and against content that means harm.

mod catch_up;
mod determinism;
mod fixture;
mod hachyderm;
mod hostile;
mod iris;
mod lama;
mod opensuse;
mod prompts;
mod rows;
mod troet;
