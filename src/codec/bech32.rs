//! Bech32 (BIP-173) without a limit of length, as age writes its keys. One text for one value: all
//! upper or all lower case, and no stray bits.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Checksum, Hrp};

use crate::secret::SecretBytes;

/// The checksum of Bech32 over texts of any length: a recipient of age has 1,959 characters. Beyond
/// 1,023 it no longer finds every error of a few characters, but still all but one of 2^30.
enum Unlimited {}

impl Checksum for Unlimited {
    type MidstateRepr = u32;
    type CorrectionField = <Bech32 as Checksum>::CorrectionField;
    const ROOT_GENERATOR: Self::CorrectionField = Bech32::ROOT_GENERATOR;
    const ROOT_EXPONENTS: std::ops::RangeInclusive<usize> = Bech32::ROOT_EXPONENTS;
    const CODE_LENGTH: usize = usize::MAX;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [u32; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = Bech32::TARGET_RESIDUE;
}

/// The text of `bytes` under a prefix, in the case of the prefix.
pub fn encode(prefix: &str, bytes: &[u8]) -> Option<SecretBytes> {
    let hrp = Hrp::parse(prefix).ok()?;
    // The whole length beforehand: a secret must not be left behind by a text that grows.
    let length = prefix.len() + 1 + (bytes.len() * 8).div_ceil(5) + Unlimited::CHECKSUM_LENGTH;
    let mut text = String::with_capacity(length);
    if prefix.bytes().any(|byte| byte.is_ascii_uppercase()) {
        bech32::encode_upper_to_fmt::<Unlimited, _>(&mut text, hrp, bytes).ok()?;
    } else {
        bech32::encode_lower_to_fmt::<Unlimited, _>(&mut text, hrp, bytes).ok()?;
    }
    Some(SecretBytes::new(text.into_bytes()))
}

/// Exactly `N` bytes under exactly this prefix, in its case.
pub fn decode<const N: usize>(prefix: &str, text: &str) -> Option<SecretBytes> {
    if !text.strip_prefix(prefix)?.starts_with('1') {
        return None;
    }
    let checked = CheckedHrpstring::new::<Unlimited>(text).ok()?;
    let mut bytes = Vec::with_capacity(N);
    for byte in checked.byte_iter() {
        if bytes.len() == N {
            drop(SecretBytes::new(bytes));
            return None;
        }
        bytes.push(byte);
    }
    let bytes = SecretBytes::new(bytes);
    // The one text: no bits left over, no character more.
    let again = encode(prefix, bytes.expose_secret())?;
    let same = bytes.len() == N && again.expose_secret() == text.as_bytes();
    same.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_a_checksum() {
        Unlimited::sanity_check();
    }

    #[test]
    fn every_length_comes_back_under_its_prefix_alone() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1216).collect();
        let text = encode("age1pq", &bytes).unwrap();
        let text = std::str::from_utf8(text.expose_secret()).unwrap();
        assert!(text.starts_with("age1pq1"));
        assert_eq!(decode::<1216>("age1pq", text).unwrap().expose_secret(), bytes);
        assert!(decode::<1215>("age1pq", text).is_none());
        assert!(decode::<1217>("age1pq", text).is_none());
        assert!(decode::<1216>("age", text).is_none());
        assert!(decode::<1216>("age1pq", &text.to_uppercase()).is_none());
    }

    #[test]
    fn every_other_character_at_every_place_is_refused() {
        let secret = encode("AGE-SECRET-KEY-", &[7; 32]).unwrap();
        let text = std::str::from_utf8(secret.expose_secret()).unwrap();
        let mut tried = 0;
        for at in 0..text.len() {
            for other in 0..128_u8 {
                let mut twin = text.as_bytes().to_vec();
                if twin[at] == other {
                    continue;
                }
                twin[at] = other;
                let twin = String::from_utf8(twin).unwrap();
                assert!(decode::<32>("AGE-SECRET-KEY-", &twin).is_none(), "{at} {other}");
                tried += 1;
            }
        }
        assert_eq!(tried, text.len() * 127);
    }
}
