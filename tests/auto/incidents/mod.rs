//! The drills of real incidents, walked alone.

#[cfg(test)]
mod lama;
