//! The walk, told what happens and held against what must follow.

mod alone;
mod any;
mod bench;
mod detours;
mod followed;
mod hosts;
mod hosts_many;
mod practice;
mod rules;
mod shells;
mod steps;
mod work;
