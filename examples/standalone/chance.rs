//! Chance that can be repeated: SplitMix64 (Steele, Lea, Flood 2014). Never for keys.

/// A stream of numbers from a seed.
pub struct Chance(u64);

impl Chance {
    /// A stream of its own for each seed and number, whatever thread draws first.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut chance = Self(seed);
        Self(chance.draw() ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or(0)
    }

    /// One bit of a byte.
    pub fn bit(&mut self) -> u8 {
        1 << self.below(8)
    }
}
