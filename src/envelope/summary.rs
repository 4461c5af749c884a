//! What sealing gives to keep on record, and what opening expects.

use std::fmt;

use crate::crypto::hash::Digests;
use crate::crypto::kdf::{Context, derive, hmac_sha256};
use crate::crypto::label::KdfPurpose;
use crate::crypto::profile::Profile;
use crate::envelope::Header;
use crate::error::{Code, Result};
use crate::id::Hash;
use crate::keys::OpeningKey;
use crate::secret::{Secret, ct_eq};

/// Names one sealing: its salt and commitment, 56 bytes. Public.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealId(pub(crate) [u8; 56]);

/// Commits to the content under a key derived from the document's: says nothing to whoever lacks
/// it, and catches a holder of the key who replaces the content. 32 bytes, public.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentCommitment(pub(crate) [u8; 32]);

/// Everything sealing knows of a document. Keep header, seal id and content commitment on record
/// where the store cannot change them; keep [`Digests`] secret: a hash of content identifies it to
/// whoever can guess it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The header.
    pub header: Header,
    /// Names this sealing.
    pub seal_id: SealId,
    /// Commits to the content.
    pub content_commitment: ContentCommitment,
    /// Length, SHA-256 and CRC-32 of the content.
    pub digests: Digests,
    /// Bytes of the sealed document.
    pub sealed_len: u64,
}

/// What must be found when a document is opened. From a [`Summary`] it has everything; a caller
/// with less on record builds it from the header and says so by leaving parts out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub(crate) header: Header,
    pub(crate) seal_id: Option<SealId>,
    pub(crate) content: Option<ContentCommitment>,
}

impl Expected {
    /// Only the header: anyone who holds the key could have sealed other content under it.
    #[must_use]
    pub fn header(header: Header) -> Self {
        Self { header, seal_id: None, content: None }
    }

    /// And this sealing.
    #[must_use]
    pub fn with_seal_id(self, seal_id: SealId) -> Self {
        Self { seal_id: Some(seal_id), ..self }
    }

    /// And this content, compared before a whole read succeeds. Ranges do not read the whole: they
    /// resist outsiders, not holders of the key.
    #[must_use]
    pub fn with_content(self, content: ContentCommitment) -> Self {
        Self { content: Some(content), ..self }
    }
}

impl From<&Summary> for Expected {
    fn from(summary: &Summary) -> Self {
        Self::header(summary.header).with_seal_id(summary.seal_id).with_content(summary.content_commitment)
    }
}

impl SealId {
    /// From its 56 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 56]) -> Self {
        Self(bytes)
    }

    /// Its 56 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 56] {
        &self.0
    }
}

impl ContentCommitment {
    /// `HMAC-SHA256(derive(DK, "content-commitment", {}), H(data))`.
    pub(crate) fn of(key: &Secret<32>, sha256: &Hash) -> Self {
        Self(hmac_sha256(key, &[&sha256.0]))
    }

    /// The key of a document's commitment; derived for nothing else.
    pub(crate) fn key(key: &OpeningKey, profile: Profile) -> Secret<32> {
        derive(key.secret(), KdfPurpose::ContentCommitment, profile, &Context::empty())
    }

    /// What evidence discloses to open the commitment of a document: 32 bytes that open nothing
    /// else. Whoever has them can test guesses of the content.
    #[must_use]
    pub fn disclosure(key: &OpeningKey, header: &Header) -> [u8; 32] {
        *Self::key(key, header.profile()).expose_secret()
    }

    /// Opens the commitment with what was disclosed: shows that it is to content of this hash.
    ///
    /// # Errors
    /// `content-mismatch`, also if the disclosed key has not exactly 32 bytes.
    pub fn verify(&self, disclosed: &[u8], sha256: &Hash) -> Result<()> {
        let key: &[u8; 32] = disclosed.try_into().map_err(|_| Code::ContentMismatch)?;
        self.check(&Secret::copy_of(key), sha256)
    }

    pub(crate) fn check(&self, key: &Secret<32>, sha256: &Hash) -> Result<()> {
        if ct_eq(&Self::of(key, sha256).0, &self.0) { Ok(()) } else { Err(Code::ContentMismatch.into()) }
    }

    /// From its 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealId(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl fmt::Debug for ContentCommitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentCommitment({})", Hash(self.0))
    }
}
