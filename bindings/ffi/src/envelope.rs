//! Envelope encryption alone: for a vendor with a database of its own.

use std::path::Path;
use std::sync::Arc;

use privity::envelope::{self, ContentCommitment, SealId};
use privity::{Code, DeviceId, DocumentId, FirmId, Hash, Timestamp};

use crate::blob::Blob;
use crate::error::Result;
use crate::keys::{DocumentKey, OpeningKey};
use crate::progress::{Listening, ProgressListener, watcher};
use crate::vault_options::{Padding, Profile, count};

/// What a sealed document says of itself, authenticated.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Header {
    /// The firm, or the vendor's own name space.
    pub firm: FirmId,
    /// The document.
    pub document: DocumentId,
    /// Its version, from 1.
    pub version: u32,
    /// The algorithms; else the default.
    #[uniffi(default = None)]
    pub profile: Option<Profile>,
    /// Whether its length is hidden; else it is.
    #[uniffi(default = None)]
    pub padding: Option<Padding>,
}

/// Length and hashes of content. The hash identifies it to whoever can guess it: keep it sealed.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Digests {
    /// Bytes of content.
    pub length: u64,
    /// SHA-256 of the content.
    pub sha256: Hash,
    /// CRC-32 of the content, as in ZIP.
    pub crc32: u32,
}

/// What to keep on record of a sealed document.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Summary {
    /// Its header.
    pub header: Header,
    /// Names this sealing: 56 bytes.
    pub seal_id: Blob,
    /// Commits to the content: 32 bytes.
    pub content_commitment: Blob,
    /// Of the content.
    pub digests: Digests,
    /// Bytes of the sealed document.
    pub sealed_len: u64,
}

/// What a document is expected to be, from the record of it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Expected {
    /// Its header.
    pub header: Header,
    /// This sealing of it.
    #[uniffi(default = None)]
    pub seal_id: Option<Blob>,
    /// And this content, compared before a whole read succeeds.
    #[uniffi(default = None)]
    pub content_commitment: Option<Blob>,
}

/// A document that was sealed in memory.
#[derive(uniffi::Record)]
pub struct SealedBytes {
    /// The sealed document.
    pub sealed: Blob,
    /// Its key, to wrap to people.
    pub key: Arc<DocumentKey>,
    /// What to keep on record.
    pub summary: Summary,
}

/// A document that was sealed into a file.
#[derive(uniffi::Record)]
pub struct SealedFile {
    /// Its key, to wrap to people.
    pub key: Arc<DocumentKey>,
    /// What to keep on record.
    pub summary: Summary,
}

/// What describes a document, sealed beside it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Metadata {
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Of the content.
    pub digests: Digests,
    /// The device that sealed it.
    pub sealed_by: DeviceId,
    /// When, in microseconds since 1970 UTC.
    pub sealed_at: u64,
}

/// Seals bytes under a new key.
///
/// Fails with `version`, `entropy`, `bytes-too-long`.
#[uniffi::export]
pub fn envelope_seal(header: Header, content: &[u8]) -> Result<SealedBytes> {
    let (sealed, key, summary) = envelope::seal(&header.inner()?, content)?;
    let (key, summary) = (Arc::new(DocumentKey(key)), Summary::of(&summary)?);
    Ok(SealedBytes { sealed: Blob::new(&sealed)?, key, summary })
}

/// The same for bytes of a language that cannot lend them.
#[uniffi::export]
pub fn envelope_seal_blob(header: Header, content: Blob) -> Result<SealedBytes> {
    envelope_seal(header, content.as_slice())
}

/// Opens a sealed document that lies in memory.
///
/// Fails with `not-a-sealed-document`, `sealed-length`, `header-mismatch`, `seal-mismatch`,
/// `content-refused`, `content-mismatch`, `padding`.
#[uniffi::export]
pub fn envelope_open(key: Arc<OpeningKey>, expected: Expected, sealed: &[u8]) -> Result<Blob> {
    Blob::new(&envelope::open(&key.0, &expected.inner()?, sealed)?)
}

/// The same for bytes of a language that cannot lend them.
#[uniffi::export]
pub fn envelope_open_blob(key: Arc<OpeningKey>, expected: Expected, sealed: Blob) -> Result<Blob> {
    envelope_open(key, expected, sealed.as_slice())
}

/// Seals the file `source` into the new file `target` under a new key.
///
/// Fails with `not-a-file`, `exists`, `source-changed`, `io`, `entropy`, `document-too-large`;
/// `cancelled`, `watcher-failed`, `threads`.
#[uniffi::export(default(listener = None, threads = None))]
pub fn envelope_seal_file(
    header: Header,
    source: String,
    target: String,
    listener: Option<Arc<dyn ProgressListener>>,
    threads: Option<u32>,
) -> Result<SealedFile> {
    let listening = listener.map(Listening);
    let options = options(&listening, threads)?;
    let (key, summary) =
        envelope::seal_file(&header.inner()?, Path::new(&source), Path::new(&target), options)?;
    Ok(SealedFile { key: Arc::new(DocumentKey(key)), summary: Summary::of(&summary)? })
}

/// Opens the sealed file `source` into the new file `target`, which is there only if everything was right.
///
/// Fails as `envelope_open`; with `not-a-file`, `exists`, `io`; `cancelled`, `watcher-failed`,
/// `threads`.
#[uniffi::export(default(listener = None, threads = None))]
pub fn envelope_open_file(
    key: Arc<OpeningKey>,
    expected: Expected,
    source: String,
    target: String,
    listener: Option<Arc<dyn ProgressListener>>,
    threads: Option<u32>,
) -> Result<u64> {
    let listening = listener.map(Listening);
    let options = options(&listening, threads)?;
    let (source, target) = (Path::new(&source), Path::new(&target));
    Ok(envelope::open_file(&key.0, &expected.inner()?, source, target, options)?)
}

/// What a record of a document gives to expect of it.
#[uniffi::export]
pub fn expected_of(summary: Summary) -> Result<Expected> {
    let Summary { header, seal_id, content_commitment, .. } = summary;
    Ok(Expected { header, seal_id: Some(seal_id), content_commitment: Some(content_commitment) })
}

/// Seals the metadata of the document with this header under its key.
///
/// Fails with `too-large` above 16,384 bytes, `entropy`, `field` for a time that is none.
#[uniffi::export]
pub fn metadata_seal(key: Arc<OpeningKey>, header: Header, metadata: Metadata) -> Result<Blob> {
    let Metadata { name, media_type, digests, sealed_by, sealed_at } = metadata;
    let Digests { length, sha256, crc32 } = digests;
    let sealed_at = Timestamp::from_micros(sealed_at).ok_or(Code::Field)?;
    let metadata = envelope::Metadata { name, media_type, length, sha256, crc32, sealed_by, sealed_at };
    Blob::new(&metadata.seal(&key.0, &header.inner()?)?)
}

/// Opens sealed metadata.
///
/// Fails with `too-large`, `sealed-length`, `content-refused`.
#[uniffi::export]
pub fn metadata_open(key: Arc<OpeningKey>, header: Header, sealed: Blob) -> Result<Metadata> {
    let metadata = envelope::Metadata::open(&key.0, &header.inner()?, sealed.as_slice())?;
    let envelope::Metadata { name, media_type, length, sha256, crc32, sealed_by, sealed_at } = metadata;
    let digests = Digests { length, sha256, crc32 };
    Ok(Metadata { name, media_type, digests, sealed_by, sealed_at: sealed_at.micros() })
}

/// The hash of sealed metadata, for a record.
#[uniffi::export]
pub fn metadata_hash(sealed: Blob) -> Result<Hash> {
    Ok(envelope::Metadata::hash(sealed.as_slice()))
}

/// What evidence discloses to open a document's content commitment: 32 bytes that open nothing else.
/// Whoever has them can test guesses of the content.
#[uniffi::export]
pub fn content_disclosure(key: Arc<OpeningKey>, header: Header) -> Result<Blob> {
    Blob::new(&ContentCommitment::disclosure(&key.0, &header.inner()?))
}

/// Shows with what was disclosed that a commitment is to content of this hash.
///
/// Fails with `content-mismatch`.
#[uniffi::export]
pub fn verify_content(content_commitment: Blob, disclosed: Blob, sha256: Hash) -> Result<()> {
    let commitment = ContentCommitment::from_bytes(exact(&content_commitment)?);
    Ok(commitment.verify(disclosed.as_slice(), &sha256)?)
}

pub(crate) fn options(listening: &Option<Listening>, threads: Option<u32>) -> Result<envelope::Options<'_>> {
    let mut options = envelope::Options { watcher: watcher(listening), ..Default::default() };
    if let Some(threads) = threads {
        options.threads = count(threads)?;
    }
    Ok(options)
}

/// Bytes of a fixed number; `field` for another.
pub(crate) fn exact<const N: usize>(bytes: &Blob) -> Result<[u8; N]> {
    Ok(bytes.as_slice().try_into().map_err(|_| Code::Field)?)
}

impl Header {
    pub(crate) fn inner(&self) -> Result<envelope::Header> {
        let mut header = envelope::Header::new(self.firm, self.document, self.version)?;
        if let Some(profile) = self.profile {
            header = header.with_profile(profile.into());
        }
        if let Some(padding) = self.padding {
            header = header.with_padding(padding.into());
        }
        Ok(header)
    }

    pub(crate) fn of(header: &envelope::Header) -> Result<Self> {
        Ok(Self {
            firm: header.firm(),
            document: header.document(),
            version: header.version(),
            profile: Some(header.profile().try_into()?),
            padding: Some(header.padding().try_into()?),
        })
    }
}

impl Summary {
    pub(crate) fn of(summary: &envelope::Summary) -> Result<Self> {
        let envelope::Digests { length, sha256, crc32 } = summary.digests;
        Ok(Self {
            header: Header::of(&summary.header)?,
            seal_id: Blob::new(summary.seal_id.as_bytes())?,
            content_commitment: Blob::new(summary.content_commitment.as_bytes())?,
            digests: Digests { length, sha256, crc32 },
            sealed_len: summary.sealed_len,
        })
    }

    pub(crate) fn inner(&self) -> Result<envelope::Summary> {
        let Digests { length, sha256, crc32 } = self.digests;
        Ok(envelope::Summary {
            header: self.header.inner()?,
            seal_id: SealId::from_bytes(exact(&self.seal_id)?),
            content_commitment: ContentCommitment::from_bytes(exact(&self.content_commitment)?),
            digests: envelope::Digests { length, sha256, crc32 },
            sealed_len: self.sealed_len,
        })
    }
}

impl Expected {
    pub(crate) fn inner(&self) -> Result<envelope::Expected> {
        let mut expected = envelope::Expected::header(self.header.inner()?);
        if let Some(seal_id) = &self.seal_id {
            expected = expected.with_seal_id(SealId::from_bytes(exact(seal_id)?));
        }
        if let Some(content) = &self.content_commitment {
            expected = expected.with_content(ContentCommitment::from_bytes(exact(content)?));
        }
        Ok(expected)
    }
}
