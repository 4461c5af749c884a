//! The key row: what a store keeps beside a sealed document. Format: `docs/format/row-v1.md`.

use std::num::{NonZeroU32, NonZeroU64};

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::hash::sha256;
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::id::{DocumentId, FirmId, Hash, MatterId};
use crate::keys::{DocumentKek, RowPlace};

/// The row of one version of a document: its wrapped key and its sealed metadata. The store can
/// hand out any row: [check](Self::check) it before its key is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: NonZeroU32,
    /// The matter it lies in.
    pub matter: MatterId,
    /// The epoch whose secret the wrap is under.
    pub epoch: NonZeroU64,
    /// The generation of the shred key the wrap is under.
    pub generation: NonZeroU64,
    /// The profile of the wrap.
    pub row_profile: Profile,
    /// The profile of the sealed document and of the metadata.
    pub content_profile: Profile,
    /// The number of its designation: 0 to 4, or from 64 on.
    pub designation: u64,
    /// The document key under [`DocumentKek`]: 104 bytes.
    pub wrap: Vec<u8>,
    /// The [sealed metadata](crate::envelope::Metadata).
    pub meta: Vec<u8>,
}

/// What the records say of a row. Epoch and generation are not among it: an older wrap of the same
/// key opens the same document or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedRow {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: NonZeroU32,
    /// The matter it lies in.
    pub matter: MatterId,
    /// The profile of the sealed document.
    pub content_profile: Profile,
    /// The number of its designation.
    pub designation: u64,
    /// SHA-256 of the sealed metadata.
    pub metadata: Hash,
}

impl KeyRow {
    /// The bytes for the store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(10);
        writer.unsigned(1).bytes(self.document.as_bytes());
        writer.unsigned(2).unsigned(u64::from(self.version.get()));
        writer.unsigned(3).bytes(self.matter.as_bytes());
        writer.unsigned(4).unsigned(self.epoch.get());
        writer.unsigned(5).unsigned(self.generation.get());
        writer.unsigned(6).unsigned(u64::from(self.row_profile.number()));
        writer.unsigned(7).unsigned(u64::from(self.content_profile.number()));
        writer.unsigned(8).unsigned(self.designation);
        writer.unsigned(9).bytes(&self.wrap);
        writer.unsigned(10).bytes(&self.meta);
        writer.finish()
    }

    /// Reads a row out of a store.
    ///
    /// # Errors
    /// `too-large` above 32,768 bytes, `cbor`, `field`, `profile`.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_ROW)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let document = DocumentId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 2)?;
        let version = NonZeroU32::new(reader.small()?).ok_or(Code::Field)?;
        reader.field(&mut fields, 3)?;
        let matter = MatterId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 4)?;
        let epoch = NonZeroU64::new(reader.unsigned()?).ok_or(Code::Field)?;
        reader.field(&mut fields, 5)?;
        let generation = NonZeroU64::new(reader.unsigned()?).ok_or(Code::Field)?;
        reader.field(&mut fields, 6)?;
        let row_profile = Profile::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 7)?;
        let content_profile = Profile::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 8)?;
        let designation = reader.unsigned()?;
        reader.field(&mut fields, 9)?;
        let wrap = reader.bytes()?.to_vec();
        reader.field(&mut fields, 10)?;
        let meta = reader.bytes()?.to_vec();
        reader.end(fields)?;
        if RESERVED_DESIGNATIONS.contains(&designation) || wrap.len() != DocumentKek::WRAP_LEN {
            return Err(Code::Field.into());
        }
        Ok(Self {
            document,
            version,
            matter,
            epoch,
            generation,
            row_profile,
            content_profile,
            designation,
            wrap,
            meta,
        })
    }

    /// What the wrap is bound to.
    #[must_use]
    pub fn place(&self, firm: FirmId) -> RowPlace {
        RowPlace {
            firm,
            document: self.document,
            version: self.version,
            matter: self.matter,
            epoch: self.epoch,
            generation: self.generation,
            content_profile: self.content_profile,
            designation: self.designation,
        }
    }

    /// Compares the row, its sealed metadata included, with the records.
    ///
    /// # Errors
    /// `row-mismatch`: the store gave another row, an older one, or rewritten metadata.
    pub fn check(&self, recorded: &RecordedRow) -> Result<()> {
        let own = RecordedRow {
            document: self.document,
            version: self.version,
            matter: self.matter,
            content_profile: self.content_profile,
            designation: self.designation,
            metadata: sha256(&self.meta),
        };
        if own == *recorded { Ok(()) } else { Err(Code::RowMismatch.into()) }
    }
}

/// The most a row may take.
const MAX_ROW: usize = 32_768;
/// Numbers that mean nothing yet.
const RESERVED_DESIGNATIONS: std::ops::Range<u64> = 5..64;
