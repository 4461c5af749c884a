//! The documents of a matter.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use privity::audit::body;
use privity::vault::{self, AccessReason};
use privity::{DeviceId, DocumentId};

use crate::blob::Blob;
use crate::error::Result;
use crate::progress::{Listening, ProgressListener, watcher};
use crate::vault_matter::Matter;

/// A document to be sealed.
#[derive(Clone, uniffi::Record)]
pub struct NewDocument {
    /// Its name.
    pub name: String,
    /// An id that the host keeps, so that it can go on after a crash; else a new one.
    #[uniffi(default = None)]
    pub id: Option<DocumentId>,
    /// Its media type (RFC 6838); else `application/octet-stream`.
    #[uniffi(default = None)]
    pub media_type: Option<String>,
    /// Its designation; else confidential.
    #[uniffi(default = None)]
    pub designation: Option<Designation>,
}

/// A label for handling, and no wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Designation {
    /// For anybody.
    Public,
    /// For the firm.
    Internal,
    /// The default.
    Confidential,
    /// Privileged.
    Privileged,
    /// For attorneys' eyes only.
    AttorneysEyesOnly,
    /// One that the firm names itself, from 64 on.
    Custom {
        /// Its number.
        number: u64,
    },
}

/// What is known of a document without opening it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct DocumentInfo {
    /// The document.
    pub id: DocumentId,
    /// Its newest version.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of content.
    pub length: u64,
    /// Its designation.
    pub designation: Designation,
    /// The device that sealed it.
    pub sealed_by: DeviceId,
    /// When, by that device's clock: microseconds since 1970 UTC.
    pub sealed_at: u64,
}

/// A change of what describes a document.
#[derive(Clone, Default, uniffi::Record)]
pub struct Change {
    /// Another name.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// Another media type.
    #[uniffi(default = None)]
    pub media_type: Option<String>,
}

/// A file to be sealed among many.
#[derive(Clone, uniffi::Record)]
pub struct NewFile {
    /// The document it becomes.
    pub document: NewDocument,
    /// Where it lies.
    pub path: String,
}

/// What sealing many documents came to.
#[derive(Clone, uniffi::Record)]
pub struct SealedAll {
    /// The documents that are sealed now, in the order they were given.
    pub sealed: Vec<DocumentInfo>,
    /// The documents that were sealed before, by an earlier call that broke off.
    pub already: Vec<DocumentId>,
    /// The sources that could not be sealed.
    pub failed: Vec<NotSealed>,
    /// How many commits it took.
    pub commits: u64,
}

/// A source that could not be sealed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NotSealed {
    /// Its place in the list that was given, from 0.
    pub place: u64,
    /// Why.
    pub code: String,
    /// What to do.
    pub advice: String,
}

#[uniffi::export]
impl Matter {
    /// Seals bytes as a document. When this returns, it is durable and on record.
    ///
    /// Fails with `no-access` or `role-missing` unless this user may seal here; `matter-closed`,
    /// `document-exists`, `entropy`, `io`.
    pub fn seal_bytes(&self, new: NewDocument, content: &[u8]) -> Result<DocumentInfo> {
        Ok(self.0.seal_bytes(new.inner()?, content)?.into())
    }

    /// The same for bytes of a language that cannot lend them.
    pub fn seal_blob(&self, new: NewDocument, content: Blob) -> Result<DocumentInfo> {
        Ok(self.0.seal_bytes(new.inner()?, content.as_slice())?.into())
    }

    /// Seals a file as a document.
    ///
    /// Fails as `seal_bytes`; with `not-a-file`, `source-unreadable`, `source-changed`, `cancelled`,
    /// `watcher-failed`.
    #[uniffi::method(default(listener = None))]
    pub fn seal_file(
        &self,
        new: NewDocument,
        path: String,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<DocumentInfo> {
        let listening = listener.map(Listening);
        Ok(self.0.seal_file(new.inner()?, Path::new(&path), watcher(&listening))?.into())
    }

    /// Seals many files, in commits of up to 256 documents. Call it again with the same ids after it
    /// broke off: what is on record is passed over.
    ///
    /// A source that cannot be read is left out and named. Fails as `seal_bytes`, with all groups
    /// committed before kept; with `cancelled`, `watcher-failed`.
    #[uniffi::method(default(listener = None))]
    pub fn seal_all(
        &self,
        files: Vec<NewFile>,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<SealedAll> {
        let listening = listener.map(Listening);
        let file = |file: NewFile| Ok((file.document.inner()?, PathBuf::from(file.path)));
        let files = files.into_iter().map(file).collect::<Result<_>>()?;
        Ok(self.0.seal_all(files, watcher(&listening))?.into())
    }

    /// Its documents by id, after `after`, at most `limit`, each in its newest version.
    ///
    /// Fails with `no-access`; `row-missing`, `row-mismatch`.
    pub fn documents(&self, after: Option<DocumentId>, limit: u32) -> Result<Vec<DocumentInfo>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.0.documents(after, limit)?.into_iter().map(Into::into).collect())
    }

    /// How many versions of documents were sealed in it.
    pub fn documents_count(&self) -> Result<u64> {
        Ok(self.0.documents_count()?)
    }

    /// One document.
    ///
    /// Fails with `document-unknown`; as `documents`.
    pub fn document(&self, id: DocumentId) -> Result<DocumentInfo> {
        Ok(self.0.document(id)?.into())
    }

    /// Renames a document or gives it another media type. The sealed bytes stay as they are.
    ///
    /// Fails with `document-unknown`; `no-access` or `role-missing`.
    pub fn describe(&self, id: DocumentId, change: Change) -> Result<DocumentInfo> {
        let change = vault::Change { name: change.name, media_type: change.media_type };
        Ok(self.0.describe(id, &change)?.into())
    }

    /// Opens a document into a new file, which is there only if everything was right. Says how many
    /// bytes it has.
    ///
    /// Fails as `open_bytes`, for any length; with `exists`, `io`, `cancelled`, `watcher-failed`.
    #[uniffi::method(default(reason = None, listener = None))]
    pub fn open_file(
        &self,
        id: DocumentId,
        path: String,
        reason: Option<String>,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<u64> {
        let listening = listener.map(Listening);
        Ok(self.0.open_file(id, access_reason(reason), Path::new(&path), watcher(&listening))?)
    }

    /// Opens a document whole.
    ///
    /// Fails with `no-access`, `screened` or `role-missing` unless this user reads here;
    /// `document-unknown`, `row-missing`, `row-mismatch`, `blob-missing`; `seal-mismatch`,
    /// `content-refused`, `content-mismatch`; `bytes-too-long`.
    #[uniffi::method(default(reason = None))]
    pub fn open_bytes(&self, id: DocumentId, reason: Option<String>) -> Result<Blob> {
        let reader = self.0.reader(id, access_reason(reason))?;
        Blob::fill(reader.len(), |out| reader.copy(out, None).map(drop))
    }
}

/// Why a document is opened.
pub(crate) fn access_reason(reason: Option<String>) -> AccessReason {
    reason.map_or_else(AccessReason::none, AccessReason::because)
}

impl NewDocument {
    pub(crate) fn inner(self) -> Result<vault::NewDocument> {
        let new = match self.id {
            Some(id) => vault::NewDocument::with_id(id, self.name),
            None => vault::NewDocument::new(self.name)?,
        };
        let new = match self.media_type {
            Some(media_type) => new.media_type(media_type),
            None => new,
        };
        Ok(match self.designation {
            Some(designation) => new.designation(designation.try_into()?),
            None => new,
        })
    }
}

impl From<vault::SealedAll> for SealedAll {
    fn from(all: vault::SealedAll) -> Self {
        let failed = |(place, code): (usize, privity::Code)| NotSealed {
            place: place as u64,
            code: code.name().to_owned(),
            advice: code.advice().to_owned(),
        };
        Self {
            sealed: all.sealed.into_iter().map(Into::into).collect(),
            already: all.already,
            failed: all.failed.into_iter().map(failed).collect(),
            commits: all.commits,
        }
    }
}

impl From<vault::DocumentInfo> for DocumentInfo {
    fn from(info: vault::DocumentInfo) -> Self {
        Self {
            id: info.id,
            version: info.version,
            name: info.name,
            media_type: info.media_type,
            length: info.length,
            designation: info.designation.into(),
            sealed_by: info.sealed_by,
            sealed_at: info.sealed_at.micros(),
        }
    }
}

impl From<body::Designation> for Designation {
    fn from(designation: body::Designation) -> Self {
        match designation {
            body::Designation::PUBLIC => Self::Public,
            body::Designation::INTERNAL => Self::Internal,
            body::Designation::CONFIDENTIAL => Self::Confidential,
            body::Designation::PRIVILEGED => Self::Privileged,
            body::Designation::ATTORNEYS_EYES_ONLY => Self::AttorneysEyesOnly,
            other => Self::Custom { number: other.number() },
        }
    }
}

impl TryFrom<Designation> for body::Designation {
    type Error = privity::Error;

    fn try_from(designation: Designation) -> privity::Result<Self> {
        match designation {
            Designation::Public => Ok(Self::PUBLIC),
            Designation::Internal => Ok(Self::INTERNAL),
            Designation::Confidential => Ok(Self::CONFIDENTIAL),
            Designation::Privileged => Ok(Self::PRIVILEGED),
            Designation::AttorneysEyesOnly => Ok(Self::ATTORNEYS_EYES_ONLY),
            Designation::Custom { number } => Self::from_number(number),
        }
    }
}
