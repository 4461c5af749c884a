//! What people compare before they trust a party.

use std::fmt;

use crate::codec::cbor::Writer;
use crate::codec::words;
use crate::crypto::hash::sha256_of;
use crate::crypto::label::HashPurpose;
use crate::error::{Code, Result};
use crate::id::Hash;
use crate::secret::ct_eq;
use crate::sharing::PartyKind;

/// The hash over who a party is: of a firm, its ledger's beginning; of a standalone party, its keys.
/// Shown and compared as twelve words.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(Hash);

impl Fingerprint {
    /// How many words.
    pub const WORDS: usize = words::WORDS;

    /// A firm's: the same for all its people.
    #[must_use]
    pub fn of_firm(genesis: &Hash) -> Self {
        Self::of(PartyKind::Firm, &genesis.0, None, None)
    }

    /// A standalone party's, over the keys there are.
    pub(crate) fn of_keys(ssh: &[u8; 32], hybrid: Option<&[u8]>, classic: Option<&[u8]>) -> Self {
        Self::of(PartyKind::Standalone, ssh, hybrid, classic)
    }

    fn of(kind: PartyKind, anchor: &[u8; 32], hybrid: Option<&[u8]>, classic: Option<&[u8]>) -> Self {
        let mut writer = Writer::new();
        writer.map(2 + usize::from(hybrid.is_some()) + usize::from(classic.is_some()));
        writer.unsigned(1).unsigned(kind.number()).unsigned(2).bytes(anchor);
        for (field, key) in [(3, hybrid), (4, classic)] {
            if let Some(key) = key {
                writer.unsigned(field).bytes(key);
            }
        }
        Self(sha256_of([HashPurpose::Fingerprint.label(), &writer.finish()]))
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0.0
    }

    /// Its twelve words, most significant bits first: what both sides read to each other.
    #[must_use]
    pub fn words(&self) -> [&'static str; words::WORDS] {
        words::of(&self.0)
    }

    /// Compares with words that a person typed, in constant time; case and white space around them do
    /// not count.
    ///
    /// # Errors
    /// `words` if they are others.
    pub fn check(&self, typed: &[&str]) -> Result<()> {
        if typed.len() != Self::WORDS {
            return Err(Code::Words.into());
        }
        let typed: Vec<String> = typed.iter().map(|word| word.trim().to_lowercase()).collect();
        let same = ct_eq(typed.join(" ").as_bytes(), self.words().join(" ").as_bytes());
        if same { Ok(()) } else { Err(Code::Words.into()) }
    }

    /// Compares with another, in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        ct_eq(&self.0.0, &other.0.0)
    }
}

/// Lower-case hexadecimal, as in manifests and receipts.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_as_people_type_them_and_no_others() {
        let fingerprint = Fingerprint::of_firm(&Hash([7; 32]));
        let words = fingerprint.words();
        fingerprint.check(&words).unwrap();
        let typed: Vec<String> = words.iter().map(|word| format!(" {}\n", word.to_uppercase())).collect();
        fingerprint.check(&typed.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        let refused = |words: &[&str]| assert_eq!(fingerprint.check(words).unwrap_err().code(), "words");
        refused(&[]);
        refused(&words[..11]);
        refused(&[&words[..], &["abandon"]].concat());
        // One text, cut into twelve elsewhere.
        let two = format!("{} {}", words[0], words[1]);
        let moved = [&[&*two], &words[2..], &[""]].concat();
        refused(&moved);
        for at in 0..12 {
            let mut other = words;
            other[at] = if other[at] == "zoo" { "abandon" } else { "zoo" };
            refused(&other);
        }
        let mut swapped = words;
        swapped.swap(0, 1);
        refused(&swapped);
    }
}
