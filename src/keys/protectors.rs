//! Two protectors that are both needed.

use std::fmt;

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::entropy;
use crate::crypto::kdf::{Context, derive, extract};
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Error, Result};
use crate::id::{DeviceId, FirmId};
use crate::keys::{Protector, ProtectorId};
use crate::secret::{Secret, SecretBytes};

/// Protects a device's key under two protectors in a fixed order, such as the device's key store
/// and a passphrase. Neither alone unlocks anything.
///
/// Each guards 32 random bytes of its own; the key over the unlocking secret is derived from both.
/// Format: `docs/format/identity-v1.md`.
pub struct TwoProtectors<'p> {
    first: &'p dyn Protector,
    second: &'p dyn Protector,
    firm: FirmId,
    device: DeviceId,
}

impl<'p> TwoProtectors<'p> {
    /// Both of these, for a device of a firm.
    #[must_use]
    pub fn new(first: &'p dyn Protector, second: &'p dyn Protector, firm: FirmId, device: DeviceId) -> Self {
        Self { first, second, firm, device }
    }

    /// `derive(Extract(salt = s1, ikm = s2), "protectors", {firm, device})`
    fn key(&self, profile: Profile, first: &Secret<32>, second: &Secret<32>) -> Secret<32> {
        let context = Context::empty().firm(self.firm).device(self.device);
        derive(&extract(first, second), KdfPurpose::Protectors, profile, &context)
    }
}

impl Protector for TwoProtectors<'_> {
    fn id(&self) -> ProtectorId {
        ProtectorId::two_protectors()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>> {
        let profile = Profile::default();
        let half = |protector: &dyn Protector, number| -> Result<(Secret<32>, Vec<u8>)> {
            let half = entropy::secret(RandomPurpose::UnlockingSecret)?;
            let handed = SecretBytes::new(half.expose_secret().to_vec());
            let wrapped = protector.wrap(handed, half_context(number, &context))?;
            Ok((half, wrapped))
        };
        let (s1, first) = half(self.first, 1)?;
        let (s2, second) = half(self.second, 2)?;
        let parts = Parts { profile, ids: [self.first.id(), self.second.id()], wrapped: [&first, &second] };
        let sealed =
            seal::seal(&self.key(profile, &s1, &s2), &parts.seal_context(&context), secret.expose_secret())?;
        let mut writer = Writer::new();
        parts.write(writer.map(6));
        writer.unsigned(6).bytes(&sealed);
        Ok(writer.finish())
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes> {
        let mut reader = Reader::new(&wrapped, MAX_WRAPPED)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let profile = Profile::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 2)?;
        let first_id = ProtectorId::new(reader.text()?)?;
        reader.field(&mut fields, 3)?;
        let first = reader.bytes()?;
        reader.field(&mut fields, 4)?;
        let second_id = ProtectorId::new(reader.text()?)?;
        reader.field(&mut fields, 5)?;
        let second = reader.bytes()?;
        reader.field(&mut fields, 6)?;
        let sealed = reader.bytes()?;
        reader.end(fields)?;
        if first_id != self.first.id() || second_id != self.second.id() {
            return Err(Code::ProtectorMismatch.into());
        }
        let half = |protector: &dyn Protector, number, wrapped: &[u8]| -> Result<Secret<32>> {
            let half = protector.unwrap(wrapped.to_vec(), half_context(number, &context))?;
            let half: &[u8; 32] = half.expose_secret().try_into().map_err(|_| Code::ProtectorFailed)?;
            Ok(Secret::copy_of(half))
        };
        let key = self.key(profile, &half(self.first, 1, first)?, &half(self.second, 2, second)?);
        let parts = Parts { profile, ids: [first_id, second_id], wrapped: [first, second] };
        let secret: Secret<32> = seal::open_secret(&key, &parts.seal_context(&context), sealed)
            .map_err(|_| Error::from(Code::UnlockRefused))?;
        Ok(SecretBytes::new(secret.expose_secret().to_vec()))
    }
}

/// Fields 1 to 5.
struct Parts<'w> {
    profile: Profile,
    ids: [ProtectorId; 2],
    wrapped: [&'w [u8]; 2],
}

impl Parts<'_> {
    fn write(&self, writer: &mut Writer) {
        let ([first_id, second_id], [first, second]) = (&self.ids, self.wrapped);
        writer.unsigned(1).unsigned(u64::from(self.profile.number()));
        writer.unsigned(2).text(first_id.as_str()).unsigned(3).bytes(first);
        writer.unsigned(4).text(second_id.as_str()).unsigned(5).bytes(second);
    }

    /// Bound to fields 1 to 5, and to what the secret belongs to as 7.
    fn seal_context(&self, context: &[u8]) -> SealContext {
        let mut writer = Writer::new();
        self.write(writer.map(6));
        writer.unsigned(7).bytes(context);
        SealContext::new(SealKind::Protectors, self.profile, &writer.finish())
    }
}

/// What each is told: which of the two it is, and what the secret belongs to.
fn half_context(number: u64, context: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(2).unsigned(1).unsigned(number).unsigned(2).bytes(context);
    writer.finish()
}

/// The most that a protector's wrap may take.
const MAX_WRAPPED: usize = 4096;

impl fmt::Debug for TwoProtectors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwoProtectors")
            .field("first", &self.first.id())
            .field("second", &self.second.id())
            .finish_non_exhaustive()
    }
}
