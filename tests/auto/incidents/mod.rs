//! The drills of the real incidents, each walked alone on every path, and what their postmortems hold.

#[cfg(test)]
mod iris;
#[cfg(test)]
mod lama;
#[cfg(test)]
mod obs;
#[cfg(test)]
mod troet;
