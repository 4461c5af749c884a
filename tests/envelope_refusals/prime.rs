//! Numbers modulo 2^130 − 5, as in Poly1305 (RFC 8439 §2.5): enough to solve one equation.

/// `high` · 2^128 + `low`, below the prime.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Number {
    pub high: u128,
    pub low: u128,
}

const PRIME: Number = Number { high: 3, low: u128::MAX - 4 };

impl Number {
    pub fn new(high: u128, low: u128) -> Self {
        let number = Self { high, low };
        assert!(number < PRIME);
        number
    }

    pub fn add(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        let sum = Self { high: self.high + other.high + u128::from(carry), low };
        if sum < PRIME { sum } else { sum.minus(PRIME) }
    }

    pub fn negative(self) -> Self {
        if self == Self::new(0, 0) { self } else { PRIME.minus(self) }
    }

    pub fn mul(self, other: Self) -> Self {
        (0..130).rev().fold(Self::new(0, 0), |product, bit| {
            let doubled = product.add(product);
            if self.bit(bit) { doubled.add(other) } else { doubled }
        })
    }

    pub fn power(self, exponent: usize) -> Self {
        (0..exponent).fold(Self::new(0, 1), |power, _| power.mul(self))
    }

    /// x^(p − 2).
    pub fn inverse(self) -> Self {
        let exponent = PRIME.minus(Self::new(0, 2));
        (0..130).rev().fold(Self::new(0, 1), |power, bit| {
            let square = power.mul(power);
            if exponent.bit(bit) { square.mul(self) } else { square }
        })
    }

    fn bit(self, bit: u32) -> bool {
        if bit < 128 { (self.low >> bit) & 1 == 1 } else { (self.high >> (bit - 128)) & 1 == 1 }
    }

    fn minus(self, smaller: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(smaller.low);
        Self { high: self.high - smaller.high - u128::from(borrow), low }
    }
}

/// The ChaCha20 block with counter 0 (RFC 8439 §2.3), whose first half is the key of Poly1305.
pub fn chacha_block_0(key: &[u8; 32], nonce: &[u8; 12]) -> [u8; 64] {
    let words = [b"expand 32-byte k".as_slice(), key, &[0; 4], nonce].concat();
    let mut start = [0_u32; 16];
    start
        .iter_mut()
        .zip(words.chunks(4))
        .for_each(|(to, from)| *to = u32::from_le_bytes(from.try_into().unwrap()));
    let mut state = start;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (to, from, with, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            state[to] = state[to].wrapping_add(state[from]);
            state[with] = (state[with] ^ state[to]).rotate_left(turn);
        }
    };
    for _ in 0..10 {
        (0..4).for_each(|i| quarter(i, 4 + i, 8 + i, 12 + i));
        (0..4).for_each(|i| quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4));
    }
    let sums = state.iter().zip(start).flat_map(|(word, start)| word.wrapping_add(start).to_le_bytes());
    sums.collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn an_inverse_is_one() {
    let number = Number::new(2, 0x66e94bd4ef8a2c3b884cfa59ca342b2e);
    assert_eq!(number.mul(number.inverse()), Number::new(0, 1));
    assert_eq!(number.add(number.negative()), Number::new(0, 0));
}
