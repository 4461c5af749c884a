//! Keys under a protector: one form for every kind of key that a person keeps.

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::entropy;
use crate::crypto::kdf::{Context, derive};
use crate::crypto::label::{KdfPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Error, Result};
use crate::keys::{Protector, ProtectorId};
use crate::secret::{Secret, SecretBytes};

/// Which keys a file holds.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) magic: &'static [u8; 8],
    pub(super) purpose: KdfPurpose,
    pub(super) seal: SealKind,
}

/// Seals a secret under a fresh unlocking secret that the protector wraps.
pub(super) fn protect(kind: Kind, secret: &[u8], protector: &dyn Protector) -> Result<Vec<u8>> {
    let profile = Profile::default();
    let unlocking: Secret<32> = entropy::secret(RandomPurpose::UnlockingSecret)?;
    let id = protector.id();
    let handed = SecretBytes::new(unlocking.expose_secret().to_vec());
    let wrapped = protector.wrap(handed, kind.protector_context(profile, &id))?;
    if wrapped.len() > MAX_WRAPPED {
        return Err(Code::ProtectorFailed.into());
    }
    let key = derive(&unlocking, kind.purpose, profile, &Context::empty());
    let sealed = seal::seal(&key, &kind.seal_context(profile, &id, &wrapped), secret)?;
    let mut writer = Writer::new();
    writer.map(4);
    write_shared(&mut writer, profile, &id, &wrapped);
    writer.unsigned(4).bytes(&sealed);
    Ok([kind.magic.as_slice(), &writer.finish()].concat())
}

/// Opens what [`protect`] gave.
pub(super) fn unlock<const N: usize>(
    kind: Kind,
    protected: &[u8],
    protector: &dyn Protector,
) -> Result<Secret<N>> {
    let Parts { profile, id, wrapped, sealed } = parse(kind, protected)?;
    if id != protector.id() {
        return Err(Code::ProtectorMismatch.into());
    }
    let unlocking = protector.unwrap(wrapped.to_vec(), kind.protector_context(profile, &id))?;
    let unlocking: &[u8; 32] = unlocking.expose_secret().try_into().map_err(|_| Code::ProtectorFailed)?;
    let key = derive(&Secret::copy_of(unlocking), kind.purpose, profile, &Context::empty());
    let context = kind.seal_context(profile, &id, wrapped);
    seal::open_secret(&key, &context, sealed).map_err(|_| Error::from(Code::UnlockRefused))
}

/// What a file of protected keys is made of.
pub(super) struct Parts<'b> {
    pub(super) profile: Profile,
    pub(super) id: ProtectorId,
    wrapped: &'b [u8],
    sealed: &'b [u8],
}

/// Takes one apart.
pub(super) fn parse(kind: Kind, protected: &[u8]) -> Result<Parts<'_>> {
    let body = protected.strip_prefix(kind.magic.as_slice()).ok_or(Code::ProtectedIdentity)?;
    let mut reader = Reader::new(body, MAX_BODY)?;
    let mut fields = reader.map()?;
    reader.field(&mut fields, 1)?;
    let profile = Profile::from_number(reader.unsigned()?)?;
    reader.field(&mut fields, 2)?;
    let id = ProtectorId::new(reader.text()?)?;
    reader.field(&mut fields, 3)?;
    let wrapped = reader.bytes()?;
    reader.field(&mut fields, 4)?;
    let sealed = reader.bytes()?;
    reader.end(fields)?;
    if wrapped.len() > MAX_WRAPPED {
        return Err(Code::TooLarge.into());
    }
    Ok(Parts { profile, id, wrapped, sealed })
}

impl Kind {
    /// What the protector is told to bind its wrap to: magic, profile, its own id.
    fn protector_context(self, profile: Profile, id: &ProtectorId) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(2).unsigned(1).unsigned(u64::from(profile.number())).unsigned(2).text(id.as_str());
        [self.magic.as_slice(), &writer.finish()].concat()
    }

    /// Bound to magic and fields 1 to 3.
    fn seal_context(self, profile: Profile, id: &ProtectorId, wrapped: &[u8]) -> SealContext {
        let mut writer = Writer::new();
        writer.map(3);
        write_shared(&mut writer, profile, id, wrapped);
        let aad = [self.magic.as_slice(), &writer.finish()].concat();
        SealContext::new(self.seal, profile, &aad)
    }
}

fn write_shared(writer: &mut Writer, profile: Profile, id: &ProtectorId, wrapped: &[u8]) {
    writer.unsigned(1).unsigned(u64::from(profile.number()));
    writer.unsigned(2).text(id.as_str());
    writer.unsigned(3).bytes(wrapped);
}

/// The most a protector's wrap may take.
const MAX_WRAPPED: usize = 4096;
const MAX_BODY: usize = MAX_WRAPPED + 512;
