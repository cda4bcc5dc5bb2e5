//! The screen under test: states, flows through the real loop, whatever keys in whatever order.

mod elsewhere;
mod flows;
mod harness;
mod hosts;
mod output;
mod overtaken;
mod properties;
mod screens;
mod work;
mod world;
