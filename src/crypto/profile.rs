//! Profiles: which algorithms an object uses. One number per object, never mixed, never found by
//! trial.

use crate::error::{Code, Result};

/// The algorithms of an object, written into it as a 16-bit number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Profile {
    /// 0x0001, the default: ChaCha20-Poly1305; HPKE with X-Wing, HKDF-SHA256, ChaCha20-Poly1305;
    /// Ed25519.
    #[default]
    ChaCha,
    /// 0x0002: AES-256-GCM (C2SP Cobblestone-256); HPKE with X-Wing, HKDF-SHA256, AES-256-GCM;
    /// Ed25519. For buyers who ask for AES-256; the algorithms only, not a validated module.
    Aes,
}

impl Profile {
    /// Every profile there is.
    pub const ALL: [Profile; 2] = [Profile::ChaCha, Profile::Aes];

    /// The number that stands in objects.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Profile::ChaCha => 0x0001,
            Profile::Aes => 0x0002,
        }
    }

    /// The profile with this number.
    ///
    /// # Errors
    /// `profile` for any other number; 0x0003 is reserved.
    pub fn from_number(number: u64) -> Result<Self> {
        match number {
            0x0001 => Ok(Profile::ChaCha),
            0x0002 => Ok(Profile::Aes),
            _ => Err(Code::Profile.into()),
        }
    }

    /// The name of the content AEAD in the IANA registry of RFC 5116.
    #[must_use]
    pub const fn aead_name(self) -> &'static str {
        match self {
            Profile::ChaCha => "AEAD_CHACHA20_POLY1305",
            Profile::Aes => "AEAD_AES_256_GCM",
        }
    }
}
