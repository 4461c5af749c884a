//! What a file is opened with.

use std::fmt;
use std::str::FromStr;

use crate::crypto::label::{AGE_HYBRID, RandomPurpose};
use crate::crypto::profile::Profile;
use crate::crypto::{file_key, hpke, x25519};
use crate::error::{Code, Error, Result};
use crate::secret::{Secret, SecretBytes};
use crate::sharing::age::recipient::x25519_wrap_key;
use crate::sharing::age::stanza::Known;
use crate::sharing::age::{Kind, Recipient, text};

/// A private key in age's text form: `AGE-SECRET-KEY-PQ-1…` (hybrid) or `AGE-SECRET-KEY-1…`.
pub struct Identity {
    key: Key,
    recipient: Recipient,
}

enum Key {
    Hybrid(Box<hpke::PrivateKey>),
    X25519(x25519::PrivateKey),
}

/// What can open a file: an [`Identity`] or a [`Password`](crate::sharing::age::Password). Nothing
/// else can be one.
pub trait Opens: sealed::Opens + Send + Sync {}

pub(crate) mod sealed {
    use crate::error::Result;
    use crate::secret::Secret;
    use crate::sharing::age::Kind;
    use crate::sharing::age::stanza::Known;

    pub trait Opens {
        /// The stanzas it knows.
        fn kind(&self) -> Kind;
        /// The file key, if the stanza is for it.
        fn unwrap(&self, stanza: &Known) -> Result<Option<Secret<16>>>;
    }
}

impl Identity {
    /// A new hybrid identity.
    ///
    /// # Errors
    /// `entropy`.
    pub fn generate() -> Result<Self> {
        Self::hybrid(hpke::PrivateKey::generate()?)
    }

    /// A new X25519 identity, for correspondents whose tools know no hybrid ones.
    ///
    /// # Errors
    /// `entropy`.
    pub fn generate_x25519() -> Result<Self> {
        Self::of_x25519(x25519::PrivateKey::generate(RandomPurpose::AgeIdentity)?)
    }

    fn hybrid(key: hpke::PrivateKey) -> Result<Self> {
        let recipient = Recipient::hybrid(key.public().clone());
        Ok(Self { key: Key::Hybrid(Box::new(key)), recipient })
    }

    pub(crate) fn of_x25519(key: x25519::PrivateKey) -> Result<Self> {
        let recipient = Recipient::x25519(key.public().as_bytes())?;
        Ok(Self { key: Key::X25519(key), recipient })
    }

    /// Whom to seal to for this identity.
    #[must_use]
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The text that every implementation of age reads as an identity: a secret.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_text(&self) -> Result<SecretBytes> {
        match &self.key {
            Key::Hybrid(key) => text::secret(text::HYBRID_IDENTITY, key.seed().expose_secret()),
            Key::X25519(key) => text::secret(text::X25519_IDENTITY, key.scalar().expose_secret()),
        }
    }
}

/// The other key pair of the library opens hybrid files too: a copy of its seed.
impl TryFrom<&crate::keys::Identity> for Identity {
    type Error = Error;

    fn try_from(identity: &crate::keys::Identity) -> Result<Self> {
        Self::hybrid(hpke::PrivateKey::from_seed(identity.private_key().seed().duplicate())?)
    }
}

impl FromStr for Identity {
    type Err = Error;

    /// # Errors
    /// `age-key-text` if the text is not exactly one of the two forms.
    fn from_str(text: &str) -> Result<Self> {
        if let Some(seed) = text::parse::<32>(text::HYBRID_IDENTITY, text)? {
            return Self::hybrid(hpke::PrivateKey::from_seed(secret(&seed)?)?);
        }
        let scalar = text::parse::<32>(text::X25519_IDENTITY, text)?.ok_or(Code::AgeKeyText)?;
        Self::of_x25519(x25519::PrivateKey::from_scalar(secret(&scalar)?))
    }
}

impl Opens for Identity {}

impl sealed::Opens for Identity {
    fn kind(&self) -> Kind {
        self.recipient.kind()
    }

    fn unwrap(&self, stanza: &Known) -> Result<Option<Secret<16>>> {
        match (&self.key, stanza) {
            (Key::Hybrid(key), Known::Hybrid { enc, body }) => {
                let opened = hpke::open_base(key, Profile::ChaCha, AGE_HYBRID, enc, body);
                let key = opened.ok().and_then(|bytes| bytes.as_slice().try_into().map(Secret::copy_of).ok());
                Ok(key)
            }
            (Key::X25519(key), Known::X25519 { share, body }) => {
                let under = x25519_wrap_key(&key.agree(share), share, key.public());
                Ok(file_key::unwrap(&under, body))
            }
            _ => Ok(None),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

fn secret(bytes: &SecretBytes) -> Result<Secret<32>> {
    Ok(Secret::copy_of(bytes.expose_secret().first_chunk().ok_or(Code::AgeKeyText)?))
}
