//! GF(2^128) as in GCM (NIST SP 800-38D §6.3): enough to solve one equation of GHASH.

/// A block; its highest bit is the coefficient of 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block(pub u128);

impl Block {
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    pub fn add(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    pub fn mul(self, other: Self) -> Self {
        let (mut product, mut shifted) = (0, other.0);
        for bit in (0..128).rev() {
            if (self.0 >> bit) & 1 == 1 {
                product ^= shifted;
            }
            shifted = (shifted >> 1) ^ if shifted & 1 == 1 { 0xE1 << 120 } else { 0 };
        }
        Self(product)
    }

    pub fn power(self, exponent: usize) -> Self {
        (0..exponent).fold(Self(1 << 127), |power, _| power.mul(self))
    }

    /// x^(2^128 − 2), the product of x^(2^i) for i from 1 to 127.
    pub fn inverse(self) -> Self {
        let (mut square, mut product) = (self, Self(1 << 127));
        for _ in 1..128 {
            square = square.mul(square);
            product = product.mul(square);
        }
        product
    }
}

#[test]
fn an_inverse_is_one() {
    let block = Block(0x66e94bd4ef8a2c3b884cfa59ca342b2e);
    assert_eq!(block.mul(block.inverse()), Block(1 << 127));
    assert_eq!(block.power(3), block.mul(block).mul(block));
}
