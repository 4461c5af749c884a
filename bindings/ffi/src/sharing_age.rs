//! age files alone: for people with stock tools. An identity of theirs is a secret key as a text, which
//! never crosses: what opens a file here is a handle, kept under a guard as others are.

use std::sync::Arc;

use privity::sharing;
use privity::sharing::age::{self, Identity as AgeIdentity, Password, Recipient, Recipients, armor};

use crate::blob::{Blob, SecretBlob};
use crate::error::Result;
use crate::keys::Identity;
use crate::sharing_contact::parsed;

#[uniffi::export]
impl Identity {
    /// Whom to seal age files to for this identity: `age1pq1…`.
    pub fn recipient(&self) -> Result<String> {
        Ok(Recipient::hybrid(self.0.public().clone()).to_string())
    }
}

/// Seals bytes to one to eight recipients, all hybrid (`age1pq1…`) or all X25519 (`age1…`): a binary age
/// file.
///
/// Fails with `age-key-text`, `public-key`; `age-recipients` for none, for too many, for two kinds or for
/// one twice; `entropy`, `bytes-too-long`.
#[uniffi::export]
pub fn age_seal(recipients: Vec<String>, content: Blob) -> Result<Blob> {
    let to = Recipients::new(&parsed(&recipients)?)?;
    Blob::new(&age::seal(&to, content.as_slice())?)
}

/// Seals bytes to whoever has the password. Have it generated.
///
/// Fails with `passphrase-empty`, `entropy`, `bytes-too-long`.
#[uniffi::export]
pub fn age_seal_password(password: SecretBlob, content: Blob) -> Result<Blob> {
    let to = Recipients::password(Password::new(password.into_secret())?);
    Blob::new(&age::seal(&to, content.as_slice())?)
}

/// Opens an age file, binary or armor, that was sealed to this identity. Nothing is handed out unless all
/// of it is right. (`Party.age_open` opens one to a party.)
///
/// Fails with `not-an-age-file`, `age-version`, `age-header`, `age-stanza`, `armor` for bytes that are
/// none; `age-no-match`, `age-header-refused`, `sealed-length`, `content-refused`; `bytes-too-long`.
#[uniffi::export]
pub fn age_open(identity: Arc<Identity>, file: Blob) -> Result<Blob> {
    Opening::Identity(identity).open(file.as_slice())
}

/// Opens one that was sealed to a password.
///
/// Fails as `age_open`; with `passphrase-empty`; `age-work-factor` if it would cost more than 4 GiB.
#[uniffi::export]
pub fn age_open_password(password: SecretBlob, file: Blob) -> Result<Blob> {
    Opening::Password(Password::new(password.into_secret())?).open(file.as_slice())
}

/// A binary age file as text (PEM), for a message.
///
/// Fails with `bytes-too-long`.
#[uniffi::export]
pub fn age_armor(file: Blob) -> Result<String> {
    Ok(armor::encode(file.as_slice())?)
}

/// What opens an age file.
pub(crate) enum Opening {
    Identity(Arc<Identity>),
    Party(Arc<sharing::Party>),
    Password(Password),
}

impl Opening {
    pub(crate) fn open(&self, file: &[u8]) -> Result<Blob> {
        let content = match self {
            Self::Identity(identity) => age::open(&[&AgeIdentity::try_from(&identity.0)?], file)?,
            Self::Party(party) => {
                let [hybrid, classic] = party.identities();
                age::open(&[hybrid, classic], file)?
            }
            Self::Password(password) => age::open(&[password], file)?,
        };
        Blob::new(&content)
    }
}
