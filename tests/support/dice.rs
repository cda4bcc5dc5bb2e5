//! Chance that can be had again.

/// Always the same numbers from a seed, which is not 0; the moments they lead to are the machine's.
pub(crate) struct Dice(pub(crate) u32);

impl Dice {
    /// The next number, below a bound.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % bound
    }
}
