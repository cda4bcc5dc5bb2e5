//! The record held against incidents that happened, and against content that means harm.

mod catch_up;
mod determinism;
mod fixture;
mod hachyderm;
mod hostile;
mod lama;
mod rows;
