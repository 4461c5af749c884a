//! A password in place of recipients: scrypt (RFC 7914), alone in its file.

use std::fmt;

use crate::codec::base64;
use crate::crypto::label::{AGE_SCRYPT, RandomPurpose};
use crate::crypto::{entropy, file_key, password};
use crate::error::{Code, Result};
use crate::secret::{Secret, SecretBytes};
use crate::sharing::age::stanza::{Known, SCRYPT, Stanza};
use crate::sharing::age::{Kind, Opens, identity};

/// The work factor that is written: N = 2^18, 256 MiB and about a second.
pub const WORK_FACTOR: u8 = 18;
/// The greatest that is read: N = 2^22, 4 GiB.
pub const MAX_WORK_FACTOR: u8 = 22;

/// A password that seals and opens a file. Anybody may pass it on; nobody can tell who did.
pub struct Password {
    bytes: SecretBytes,
    work_factor: u8,
    max_work_factor: u8,
}

impl Password {
    /// Takes a password. Have it generated: what a person thinks of can be tried out at leisure by
    /// whoever has the file.
    ///
    /// # Errors
    /// `passphrase-empty`.
    pub fn new(password: SecretBytes) -> Result<Self> {
        if password.is_empty() {
            return Err(Code::PassphraseEmpty.into());
        }
        Ok(Self { bytes: password, work_factor: WORK_FACTOR, max_work_factor: MAX_WORK_FACTOR })
    }

    /// Refuses files that cost more than N = 2^`most`, which takes 2^`most` KiB of memory.
    ///
    /// # Errors
    /// `age-work-factor` unless it is between 18 and 22.
    pub fn with_max_work_factor(mut self, most: u8) -> Result<Self> {
        if !(WORK_FACTOR..=MAX_WORK_FACTOR).contains(&most) {
            return Err(Code::AgeWorkFactor.into());
        }
        self.max_work_factor = most;
        Ok(self)
    }

    /// Writes with less work than any product should; for the tests.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn with_work_factor(self, work_factor: u8) -> Self {
        Self { work_factor, ..self }
    }

    pub(crate) fn wrap(&self, file_key: &Secret<16>) -> Result<Stanza> {
        let mut salt = [0; 16];
        entropy::fill(RandomPurpose::PassphraseSalt, &mut salt)?;
        let under = self.key(&salt, self.work_factor)?;
        let arguments = [SCRYPT, &base64::encode_unpadded(&salt), &self.work_factor.to_string()];
        Ok(Stanza::new(&arguments, file_key::wrap(&under, file_key)?.to_vec()))
    }

    fn key(&self, salt: &[u8; 16], work_factor: u8) -> Result<Secret<32>> {
        let salt = [AGE_SCRYPT, salt].concat();
        password::scrypt(self.bytes.expose_secret(), &salt, work_factor)
    }
}

impl Opens for Password {}

impl identity::sealed::Opens for Password {
    fn kind(&self) -> Kind {
        Kind::Password
    }

    fn unwrap(&self, stanza: &Known) -> Result<Option<Secret<16>>> {
        let Known::Password { salt, work_factor, body } = stanza else { return Ok(None) };
        let affordable = u8::try_from(*work_factor).ok().filter(|&factor| factor <= self.max_work_factor);
        let under = self.key(salt, affordable.ok_or(Code::AgeWorkFactor)?)?;
        Ok(file_key::unwrap(&under, body))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password").field("work_factor", &self.work_factor).finish_non_exhaustive()
    }
}
