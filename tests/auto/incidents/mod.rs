//! The drills of real incidents, each walked alone on every path, and what their postmortems hold.

mod obs;
