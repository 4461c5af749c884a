//! Bodies about documents: sealed, opened, described, redesignated.

use std::num::{NonZeroU32, NonZeroU64};

use crate::audit::body::field::{Item, List, map};
use crate::audit::body::{BodyForm, Value, body};
use crate::audit::kind::ChainType;
use crate::codec::cbor::{Reader, Writer};
pub use crate::crypto::profile::Padding;
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::id::{ChainId, DocumentId, Hash};

/// The most documents one record names.
pub const MAX_DOCUMENTS: usize = 256;

map! {
    /// `sealed`, `re-encrypted`: documents whose keys were wrapped under one epoch and generation,
    /// which a standalone chain has not and leaves out.
    Sealed {
        /// The matter's epoch.
        1 epoch: Option<NonZeroU64>,
        /// The generation of its shred key.
        2 generation: Option<NonZeroU64>,
        /// The documents, by document and version.
        3 documents: List<SealedDocument, 1, MAX_DOCUMENTS>,
    }
}

map! {
    /// One sealed document on record: what opening it will compare.
    SealedDocument {
        /// The document.
        1 document: DocumentId,
        /// Its version.
        2 version: NonZeroU32,
        /// The algorithms of its content.
        3 profile: Profile,
        /// Whether its length is hidden.
        4 padding: Padding,
        /// Salt and commitment of the seal: its first 56 bytes after the header.
        5 seal_id: [u8; 56],
        /// Commits to the content, under a key derived from the document's.
        6 content_commitment: [u8; 32],
        /// SHA-256 of the sealed metadata; of nothing where the caller keeps none.
        7 metadata: Hash,
        /// Its designation.
        8 designation: Designation,
    }
}

body! {
    /// `opened`.
    Opened {
        /// The documents.
        1 documents: List<DocumentId, 1, MAX_DOCUMENTS>,
    }
}

body! {
    /// `described`: the sealed metadata was replaced.
    Described {
        /// The document.
        1 document: DocumentId,
        /// Its version.
        2 version: NonZeroU32,
        /// SHA-256 of the sealed metadata.
        3 metadata: Hash,
    }
}

body! {
    /// `redesignated`.
    Redesignated {
        /// The document.
        1 document: DocumentId,
        /// Its version.
        2 version: NonZeroU32,
        /// The new designation.
        3 designation: Designation,
    }
}

/// A label for handling, and no wall: 0 to 4, or from 64 on with a name of the firm's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Designation(u64);

impl Designation {
    /// 0.
    pub const PUBLIC: Self = Self(0);
    /// 1.
    pub const INTERNAL: Self = Self(1);
    /// 2.
    pub const CONFIDENTIAL: Self = Self(2);
    /// 3.
    pub const PRIVILEGED: Self = Self(3);
    /// 4.
    pub const ATTORNEYS_EYES_ONLY: Self = Self(4);
    /// The first number that a firm names itself.
    pub const FIRST_OF_FIRM: u64 = 64;

    /// The designation with this number.
    ///
    /// # Errors
    /// `field` for 5 to 63.
    pub fn from_number(number: u64) -> Result<Self> {
        let known = number <= Self::ATTORNEYS_EYES_ONLY.0 || number >= Self::FIRST_OF_FIRM;
        if known { Ok(Self(number)) } else { Err(Code::Field.into()) }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Whether something of this designation may go out under another: one that is no less strict; of those that a firm
    /// named itself, the same alone.
    #[must_use]
    pub const fn allows(self, outside: Self) -> bool {
        self.0 == outside.0 || (self.0 < outside.0 && outside.0 < Self::FIRST_OF_FIRM)
    }
}

impl Value for Designation {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Self::from_number(reader.unsigned()?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.0);
    }
}

/// One version of one document, `[document, version]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentVersion {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: NonZeroU32,
}

impl Value for DocumentVersion {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if reader.array()? != 2 {
            return Err(Code::Field.into());
        }
        Ok(Self { document: Value::read(reader)?, version: Value::read(reader)? })
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(2);
        self.document.write(writer);
        Value::write(&self.version, writer);
    }
}

impl Item for DocumentVersion {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

impl Item for SealedDocument {
    type Key = DocumentVersion;

    fn key(&self) -> DocumentVersion {
        DocumentVersion { document: self.document, version: self.version }
    }
}

impl BodyForm for Sealed {
    fn decode(reader: &mut Reader<'_>, chain_type: ChainType, _: ChainId) -> Result<Self> {
        let sealed = <Self as Value>::read(reader)?;
        let in_vault = chain_type != ChainType::Standalone;
        if sealed.epoch.is_some() == in_vault && sealed.generation.is_some() == in_vault {
            Ok(sealed)
        } else {
            Err(Code::Field.into())
        }
    }

    fn encode(&self, writer: &mut Writer) {
        Value::write(self, writer);
    }
}
