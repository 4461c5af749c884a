//! Profiles: which algorithms an object uses, and whether its length is hidden. One number each per
//! object, never mixed, never found by trial.

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

/// Whether the length of a document is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Padding {
    /// 0: the sealed length shows the length of the content.
    None,
    /// 1, the default: Padmé (Nikitin et al., PETS 2019): at most 12 % more, typically below 3 %,
    /// and no more than O(log log n) bits of the length are shown.
    #[default]
    Padme,
}

impl Padding {
    /// Every padding there is.
    pub const ALL: &'static [Padding] = &[Padding::None, Padding::Padme];

    /// The number that stands in objects.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Padding::None => 0,
            Padding::Padme => 1,
        }
    }

    /// The padding with this number.
    ///
    /// # Errors
    /// `field` for any other number.
    pub fn from_number(number: u64) -> Result<Self> {
        match number {
            0 => Ok(Padding::None),
            1 => Ok(Padding::Padme),
            _ => Err(Code::Field.into()),
        }
    }
}
