//! What is said of a document under its own key: name, media type, hashes. Format:
//! `docs/format/row-v1.md`.

use std::fmt;

use crate::clock::Timestamp;
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::entropy;
use crate::crypto::hash::{Digests, sha256};
use crate::crypto::kdf::{Context, derive};
use crate::crypto::label::{KdfPurpose, SealKind};
use crate::crypto::seal::{self, Layout, SealContext};
use crate::envelope::Header;
use crate::error::{Code, Result};
use crate::id::{DeviceId, Hash};
use crate::keys::OpeningKey;
use crate::secret::{Secret, SecretBytes};

/// The metadata of a document. `Debug` shows neither its name nor its hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of content.
    pub length: u64,
    /// SHA-256 of the content.
    pub sha256: Hash,
    /// CRC-32 of the content.
    pub crc32: u32,
    /// The device that sealed it.
    pub sealed_by: DeviceId,
    /// When, by that device's clock.
    pub sealed_at: Timestamp,
}

impl Metadata {
    /// Seals the metadata of the document with this header under its key.
    ///
    /// # Errors
    /// `too-large` above 16,384 bytes, `entropy`.
    pub fn seal(&self, key: &OpeningKey, header: &Header) -> Result<Vec<u8>> {
        self.seal_hedged(key, header, &entropy::rand32()?)
    }

    /// The same with what the operating system gave.
    pub fn seal_hedged(&self, key: &OpeningKey, header: &Header, rand32: &Secret<32>) -> Result<Vec<u8>> {
        let plain = SecretBytes::new(self.write());
        if plain.len() > MAX_METADATA {
            return Err(Code::TooLarge.into());
        }
        let (key, context) = binding(key, header);
        seal::seal_hedged(&key, &context, plain.expose_secret(), rand32)
    }

    /// Opens sealed metadata. That it is the newest, only the hash on record shows: see
    /// [`KeyRow::check`](crate::envelope::KeyRow::check).
    ///
    /// # Errors
    /// `too-large`, `sealed-length`, `content-refused`, `cbor`, `field`.
    pub fn open(key: &OpeningKey, header: &Header, sealed: &[u8]) -> Result<Self> {
        let length = u64::try_from(sealed.len()).map_err(|_| Code::TooLarge)?;
        if Layout::of_sealed(length)?.plaintext() > MAX_METADATA as u64 {
            return Err(Code::TooLarge.into());
        }
        let (key, context) = binding(key, header);
        let plain = SecretBytes::new(seal::open(&key, &context, sealed)?);
        Self::read(plain.expose_secret())
    }

    /// What records say of sealed metadata: SHA-256 of its bytes.
    #[must_use]
    pub fn hash(sealed: &[u8]) -> Hash {
        sha256(sealed)
    }

    /// Compares with the content that was read whole.
    ///
    /// # Errors
    /// `content-mismatch`.
    pub fn check(&self, content: &Digests) -> Result<()> {
        let own = Digests { length: self.length, sha256: self.sha256, crc32: self.crc32 };
        if own == *content { Ok(()) } else { Err(Code::ContentMismatch.into()) }
    }

    fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(7);
        writer.unsigned(1).text(&self.name);
        writer.unsigned(2).text(&self.media_type);
        writer.unsigned(3).unsigned(self.length);
        writer.unsigned(4).bytes(&self.sha256.0);
        writer.unsigned(5).unsigned(u64::from(self.crc32));
        writer.unsigned(6).bytes(self.sealed_by.as_bytes());
        writer.unsigned(7).unsigned(self.sealed_at.micros());
        writer.finish()
    }

    fn read(plain: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(plain, MAX_METADATA)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let name = reader.text()?.to_owned();
        reader.field(&mut fields, 2)?;
        let media_type = reader.text()?.to_owned();
        reader.field(&mut fields, 3)?;
        let length = reader.unsigned()?;
        reader.field(&mut fields, 4)?;
        let sha256 = Hash(reader.fixed()?);
        reader.field(&mut fields, 5)?;
        let crc32 = reader.small()?;
        reader.field(&mut fields, 6)?;
        let sealed_by = DeviceId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 7)?;
        let sealed_at = Timestamp::from_micros(reader.unsigned()?).ok_or(Code::Field)?;
        reader.end(fields)?;
        Ok(Self { name, media_type, length, sha256, crc32, sealed_by, sealed_at })
    }
}

/// `derive(DK, "meta", {})` and the seal's context, in the content profile.
fn binding(key: &OpeningKey, header: &Header) -> (Secret<32>, SealContext) {
    let profile = header.profile();
    let key = derive(key.secret(), KdfPurpose::Meta, profile, &Context::empty());
    let place = Context::empty().firm(header.firm()).document(header.document());
    let aad = place.version(u64::from(header.version())).to_cbor();
    (key, SealContext::new(SealKind::DocumentMeta, profile, &aad))
}

/// The most the CBOR may take.
const MAX_METADATA: usize = 16_384;

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("length", &self.length)
            .field("sealed_by", &self.sealed_by)
            .field("sealed_at", &self.sealed_at)
            .finish_non_exhaustive()
    }
}
