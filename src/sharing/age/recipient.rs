//! Whom a file is sealed to.

use std::fmt;
use std::str::FromStr;

use crate::codec::base64;
use crate::crypto::kdf::hkdf_sha256;
use crate::crypto::label::{AGE_HYBRID, AGE_X25519, RandomPurpose};
use crate::crypto::profile::Profile;
use crate::crypto::{entropy, file_key, hpke, x25519};
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::sharing::age::stanza::{HYBRID, Stanza, X25519};
use crate::sharing::age::{Kind, Password, text};

/// Recipients of one file at most. The format allows more; a share does not.
pub const MAX_RECIPIENTS: usize = 8;

/// The public key of a person or a device, in age's text form: `age1pq1…` (hybrid, ML-KEM-768 and
/// X25519) or `age1…` (X25519 alone).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient(Key);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Hybrid(Box<hpke::PublicKey>),
    X25519(x25519::PublicKey),
}

impl Recipient {
    /// Whoever has this X-Wing key: the key of an [`Identity`](crate::keys::Identity) or a card.
    #[must_use]
    pub fn hybrid(key: crate::keys::PublicKey) -> Self {
        Self(Key::Hybrid(Box::new(key)))
    }

    /// Whoever has this X25519 key.
    ///
    /// # Errors
    /// `public-key` if the point has a small order.
    pub fn x25519(key: &[u8; 32]) -> Result<Self> {
        Ok(Self(Key::X25519(x25519::PublicKey::from_bytes(key)?)))
    }

    /// [`Kind::Hybrid`] or [`Kind::X25519`].
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.0 {
            Key::Hybrid(_) => Kind::Hybrid,
            Key::X25519(_) => Kind::X25519,
        }
    }

    /// The raw public key: 1,216 or 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Key::Hybrid(key) => key.as_bytes(),
            Key::X25519(key) => key.as_bytes(),
        }
    }

    fn wrap(&self, file_key: &Secret<16>) -> Result<Stanza> {
        match &self.0 {
            Key::Hybrid(key) => wrap_hybrid(key, file_key),
            Key::X25519(key) => wrap_x25519(key, file_key),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.0 {
            Key::Hybrid(_) => text::HYBRID_RECIPIENT,
            Key::X25519(_) => text::X25519_RECIPIENT,
        };
        f.write_str(&text::public(prefix, self.as_bytes()).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Recipient {
    type Err = Error;

    /// # Errors
    /// `age-key-text` if the text is not exactly one of the two forms; `public-key` if the key in it
    /// may not be used.
    fn from_str(text: &str) -> Result<Self> {
        if let Some(bytes) = text::parse::<{ hpke::PUBLIC_KEY_LEN }>(text::HYBRID_RECIPIENT, text)? {
            return Ok(Self::hybrid(hpke::PublicKey::from_bytes(bytes.expose_secret())?));
        }
        let bytes = text::parse::<32>(text::X25519_RECIPIENT, text)?.ok_or(Code::AgeKeyText)?;
        Self::x25519(bytes.expose_secret().first_chunk().ok_or(Code::AgeKeyText)?)
    }
}

/// To whom one file is sealed: recipients of one kind, or a password alone.
#[derive(Debug)]
pub struct Recipients(To);

#[derive(Debug)]
enum To {
    Keys(Vec<Recipient>),
    Password(Password),
}

impl Recipients {
    /// One to eight recipients, all hybrid or all X25519.
    ///
    /// # Errors
    /// `age-recipients` for none, for too many, for two kinds or for one recipient twice.
    pub fn new(recipients: &[Recipient]) -> Result<Self> {
        if recipients.len() > MAX_RECIPIENTS {
            return Err(Code::AgeRecipients.into());
        }
        let twice = |(at, one): (usize, &Recipient)| recipients.iter().take(at).any(|other| other == one);
        if recipients.iter().enumerate().any(twice) {
            return Err(Code::AgeRecipients.into());
        }
        Self::of_one_kind(recipients)
    }

    /// The same for any number; for the benches.
    pub(crate) fn of_one_kind(recipients: &[Recipient]) -> Result<Self> {
        let kind = recipients.first().ok_or(Code::AgeRecipients)?.kind();
        if recipients.iter().any(|recipient| recipient.kind() != kind) {
            return Err(Code::AgeRecipients.into());
        }
        Ok(Self(To::Keys(recipients.to_vec())))
    }

    /// Whoever knows the password. Send it another way than the file.
    #[must_use]
    pub fn password(password: Password) -> Self {
        Self(To::Password(password))
    }

    /// What all of them are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match &self.0 {
            To::Keys(keys) => keys.first().map_or(Kind::Other, Recipient::kind),
            To::Password(_) => Kind::Password,
        }
    }

    /// The file key, wrapped to each.
    pub(crate) fn wrap(&self, file_key: &Secret<16>) -> Result<Vec<Stanza>> {
        match &self.0 {
            To::Keys(keys) => keys.iter().map(|key| key.wrap(file_key)).collect(),
            To::Password(password) => Ok(vec![password.wrap(file_key)?]),
        }
    }
}

fn wrap_hybrid(key: &hpke::PublicKey, file_key: &Secret<16>) -> Result<Stanza> {
    let randomness = entropy::secret(RandomPurpose::AgeStanza)?;
    let plaintext = file_key.expose_secret();
    let (enc, body) = hpke::seal_base(key, Profile::ChaCha, AGE_HYBRID, plaintext, &randomness)?;
    Ok(Stanza::new(&[HYBRID, &base64::encode_unpadded(&enc)], body))
}

fn wrap_x25519(key: &x25519::PublicKey, file_key: &Secret<16>) -> Result<Stanza> {
    let ephemeral = x25519::PrivateKey::generate(RandomPurpose::AgeStanza)?;
    let share = ephemeral.public();
    let under = x25519_wrap_key(&ephemeral.agree(key), share, key);
    let body = file_key::wrap(&under, file_key)?;
    Ok(Stanza::new(&[X25519, &base64::encode_unpadded(share.as_bytes())], body.to_vec()))
}

/// The key that wraps the file key, from what both sides agree on.
pub fn x25519_wrap_key(
    shared: &Secret<32>,
    share: &x25519::PublicKey,
    recipient: &x25519::PublicKey,
) -> Secret<32> {
    let salt = [*share.as_bytes(), *recipient.as_bytes()].concat();
    hkdf_sha256(shared.expose_secret(), &salt, AGE_X25519)
}
