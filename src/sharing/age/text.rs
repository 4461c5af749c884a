//! The text of age's keys.

use crate::codec::bech32;
use crate::error::{Code, Error, Result};
use crate::secret::SecretBytes;

pub const HYBRID_RECIPIENT: &str = "age1pq";
pub const HYBRID_IDENTITY: &str = "AGE-SECRET-KEY-PQ-";
pub const X25519_RECIPIENT: &str = "age";
pub const X25519_IDENTITY: &str = "AGE-SECRET-KEY-";

/// The text of a public key.
pub fn public(prefix: &str, bytes: &[u8]) -> Result<String> {
    let text = bech32::encode(prefix, bytes).ok_or(Code::AgeKeyText)?;
    String::from_utf8(text.expose_secret().to_vec()).map_err(|_| Code::AgeKeyText.into())
}

/// The text of a secret key.
pub fn secret(prefix: &str, bytes: &[u8]) -> Result<SecretBytes> {
    bech32::encode(prefix, bytes).ok_or_else(|| Error::from(Code::AgeKeyText))
}

/// The bytes of a key, if the text has this prefix; an error if it has, and is no key.
pub fn parse<const N: usize>(prefix: &str, text: &str) -> Result<Option<SecretBytes>> {
    // The last `1` ends the prefix: it is no character of the data.
    match text.rsplit_once('1') {
        Some((this, _)) if this == prefix => {
            bech32::decode::<N>(prefix, text).map(Some).ok_or_else(|| Code::AgeKeyText.into())
        }
        _ => Ok(None),
    }
}
