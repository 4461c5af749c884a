//! A passphrase as protector.

use std::fmt;

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::entropy;
use crate::crypto::label::{RandomPurpose, SealKind};
use crate::crypto::password::{self, PassphraseCost};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Error, Result};
use crate::keys::{Protector, ProtectorId};
use crate::secret::{Secret, SecretBytes};

/// Protects a key under a passphrase: Argon2id (RFC 9106), 64 MiB and three passes by default.
///
/// What it writes: `{1 profile, 2 memory KiB, 3 passes, 4 lanes, 5 salt (16), 6 seal (104)}`, see
/// `docs/format/identity-v1.md`. The cost is checked against a floor and a ceiling before any work
/// and authenticated by the seal. Typed characters are taken as the bytes they are: normalise them
/// (NFC) before, if people type on different systems.
pub struct Passphrase {
    passphrase: SecretBytes,
    cost: PassphraseCost,
    profile: Profile,
}

impl Passphrase {
    /// Under this passphrase, at the default cost.
    ///
    /// # Errors
    /// `passphrase-empty`.
    pub fn new(passphrase: SecretBytes) -> Result<Self> {
        Self::with_cost(passphrase, PassphraseCost::default())
    }

    /// Under this passphrase, at a higher cost for what is protected from now on.
    ///
    /// # Errors
    /// `passphrase-empty`.
    pub fn with_cost(passphrase: SecretBytes, cost: PassphraseCost) -> Result<Self> {
        if passphrase.is_empty() {
            return Err(Code::PassphraseEmpty.into());
        }
        Ok(Self { passphrase, cost, profile: Profile::default() })
    }
}

impl Protector for Passphrase {
    fn id(&self) -> ProtectorId {
        ProtectorId::passphrase()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>> {
        let mut salt = [0; 16];
        entropy::fill(RandomPurpose::PassphraseSalt, &mut salt)?;
        let key = password::derive(self.passphrase.expose_secret(), &salt, self.cost)?;
        let aad = associated_data(self.profile, self.cost, &salt, &context);
        let sealed_context = SealContext::new(SealKind::Passphrase, self.profile, &aad);
        let sealed = seal::seal(&key, &sealed_context, secret.expose_secret())?;
        let mut writer = Writer::new();
        write_cost(writer.map(6), self.profile, self.cost, &salt);
        writer.unsigned(6).bytes(&sealed);
        Ok(writer.finish())
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes> {
        let mut reader = Reader::new(&wrapped, MAX_WRAPPED)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let profile = Profile::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 2)?;
        let memory_kib = reader.small()?;
        reader.field(&mut fields, 3)?;
        let passes = reader.small()?;
        reader.field(&mut fields, 4)?;
        let lanes = reader.small()?;
        reader.field(&mut fields, 5)?;
        let salt = reader.fixed()?;
        reader.field(&mut fields, 6)?;
        let sealed = reader.bytes()?;
        reader.end(fields)?;
        let cost = PassphraseCost::new(memory_kib, passes, lanes)?;
        let key = password::derive(self.passphrase.expose_secret(), &salt, cost)?;
        let aad = associated_data(profile, cost, &salt, &context);
        let secret: Secret<32> =
            seal::open_secret(&key, &SealContext::new(SealKind::Passphrase, profile, &aad), sealed)
                .map_err(|_| Error::from(Code::UnlockRefused))?;
        Ok(SecretBytes::new(secret.expose_secret().to_vec()))
    }
}

/// Fields 1 to 5, and what the secret belongs to as 7.
fn associated_data(profile: Profile, cost: PassphraseCost, salt: &[u8; 16], context: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    write_cost(writer.map(6), profile, cost, salt);
    writer.unsigned(7).bytes(context);
    writer.finish()
}

fn write_cost(writer: &mut Writer, profile: Profile, cost: PassphraseCost, salt: &[u8; 16]) {
    writer.unsigned(1).unsigned(u64::from(profile.number()));
    writer.unsigned(2).unsigned(u64::from(cost.memory_kib()));
    writer.unsigned(3).unsigned(u64::from(cost.passes()));
    writer.unsigned(4).unsigned(u64::from(cost.lanes()));
    writer.unsigned(5).bytes(salt);
}

const MAX_WRAPPED: usize = 256;

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passphrase").field("cost", &self.cost).finish_non_exhaustive()
    }
}
