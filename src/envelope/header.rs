//! The header of a sealed document: which document it is, in the clear and authenticated.

use std::io::Read;

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::profile::Profile;
use crate::envelope::Padding;
use crate::error::{Code, Error, Result};
use crate::id::{DocumentId, FirmId, PrincipalId};
use crate::keys::WrapContext;

/// What stands at the beginning of a sealed document: immutable ids, profile and padding. Names,
/// matters and designations live elsewhere, so changing them never touches the sealed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    profile: Profile,
    firm: FirmId,
    document: DocumentId,
    version: u32,
    padding: Padding,
}

impl Header {
    /// A header with the default profile and Padmé padding. Versions of a document count from 1.
    ///
    /// # Errors
    /// `version` for version 0.
    pub fn new(firm: FirmId, document: DocumentId, version: u32) -> Result<Self> {
        if version == 0 {
            return Err(Code::Version.into());
        }
        Ok(Self { profile: Profile::default(), firm, document, version, padding: Padding::default() })
    }

    /// The same under another profile.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// The same with other padding.
    #[must_use]
    pub fn with_padding(self, padding: Padding) -> Self {
        Self { padding, ..self }
    }

    /// The profile of the content.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The firm, or a vendor's own name space.
    #[must_use]
    pub fn firm(&self) -> FirmId {
        self.firm
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// Its version, from 1.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether its length is hidden.
    #[must_use]
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// The context of a wrap of this document's key to a principal, in the document's profile.
    #[must_use]
    pub fn wrap_context(&self, principal: PrincipalId, key_generation: u64) -> WrapContext {
        WrapContext::of_document(
            self.profile,
            self.firm,
            self.document,
            self.version,
            principal,
            key_generation,
        )
    }

    /// Reads the header at the beginning of a sealed document. It says which document the bytes claim to
    /// be; opening it shows whether they are.
    ///
    /// # Errors
    /// `not-a-sealed-document`, `too-large`, `cbor`, `field`, `profile`; `io`.
    pub fn read(mut from: impl Read) -> Result<Self> {
        let mut start = [0; FRAME_START];
        from.read_exact(&mut start).map_err(cut)?;
        let mut header = vec![0; Self::length(&start)?];
        from.read_exact(&mut header).map_err(cut)?;
        Self::parse(&header)
    }

    /// Magic, length and CBOR: what stands before the seal and is its associated data.
    pub(crate) fn frame(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(5);
        writer.unsigned(1).unsigned(u64::from(self.profile.number()));
        writer.unsigned(2).bytes(self.firm.as_bytes());
        writer.unsigned(3).bytes(self.document.as_bytes());
        writer.unsigned(4).unsigned(u64::from(self.version));
        writer.unsigned(5).unsigned(self.padding.number());
        let header = writer.finish();
        let length = u32::try_from(header.len()).unwrap_or(u32::MAX);
        [MAGIC.as_slice(), &length.to_be_bytes(), &header].concat()
    }

    /// How many bytes the header takes after magic and length, from the first 12 bytes.
    ///
    /// # Errors
    /// `not-a-sealed-document`, `too-large`.
    pub(crate) fn length(start: &[u8; FRAME_START]) -> Result<usize> {
        let (magic, length) = start.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(Code::NotASealedDocument.into());
        }
        let length = length.iter().fold(0_usize, |value, &byte| (value << 8) | usize::from(byte));
        if length > MAX_HEADER { Err(Code::TooLarge.into()) } else { Ok(length) }
    }

    /// Reads the CBOR of a header.
    ///
    /// # Errors
    /// `cbor`, `field`, `profile`.
    pub(crate) fn parse(header: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(header, MAX_HEADER)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let profile = Profile::from_number(reader.unsigned()?)?;
        reader.field(&mut fields, 2)?;
        let firm = FirmId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 3)?;
        let document = DocumentId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 4)?;
        let version = reader.small()?;
        reader.field(&mut fields, 5)?;
        let padding = Padding::from_number(reader.unsigned()?)?;
        reader.end(fields)?;
        if version == 0 {
            return Err(Code::Field.into());
        }
        Ok(Self { profile, firm, document, version, padding })
    }
}

/// What ends inside its header is no sealed document.
fn cut(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Code::NotASealedDocument.into(),
        _ => error.into(),
    }
}

const MAGIC: &[u8; 8] = b"PRVYDOC1";
/// Bytes of magic and header length.
pub(crate) const FRAME_START: usize = 12;
/// The most a header may take.
const MAX_HEADER: usize = 4096;
