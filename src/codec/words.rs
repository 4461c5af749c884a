//! Fingerprints as words that people read to each other: the first 132 bits of a hash as twelve
//! 11-bit indices into the English list of BIP-39. No checksum: there is a hash behind it already.

use bip39::Language;

use crate::id::Hash;

/// How many words.
pub const WORDS: usize = 12;

/// How many there are to choose from.
pub const COUNT: usize = 2_048;

/// A word of the list.
pub fn word(index: usize) -> &'static str {
    Language::English.word_list().get(index).copied().unwrap_or_default()
}

/// The words of a hash, most significant bits first.
pub fn of(hash: &Hash) -> [&'static str; WORDS] {
    let bit = |at: usize| hash.0.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    std::array::from_fn(|at| {
        let index = (at * 11..(at + 1) * 11).fold(0, |index, at| (index << 1) | usize::from(bit(at)));
        word(index)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_first_132_bits() {
        let mut hash = [0; 32];
        assert_eq!(of(&Hash(hash)), ["abandon"; WORDS]);
        hash[..16].fill(0xFF);
        hash[16] = 0xF0;
        assert_eq!(of(&Hash(hash)), ["zoo"; WORDS]);
        // Bits 133 and on are not looked at; every one before is.
        hash[16] = 0xFF;
        assert_eq!(of(&Hash(hash)), ["zoo"; WORDS]);
        for bit in 0..132 {
            let mut one = [0; 32];
            one[bit / 8] = 0x80 >> (bit % 8);
            let words = of(&Hash(one));
            assert_eq!(words.iter().filter(|word| **word != "abandon").count(), 1, "bit {bit}");
        }
    }
}
