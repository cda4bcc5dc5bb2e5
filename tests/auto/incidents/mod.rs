//! The drills of real incidents, walked alone.

#[cfg(test)]
mod lama;
//! The drills of the real incidents, walked alone, and what is written of them.

#[cfg(test)]
mod troet;
//! The drills of real incidents, each walked alone on every path, and what their postmortems hold.

mod obs;
