//! Opening documents. The record that says so is durable before the first byte of content is
//! handed out; if it cannot be written, nothing is opened.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::audit::body::{Body, List, MAX_DOCUMENTS, Opened};
use crate::audit::detail::Details;
use crate::audit::record::Draft;
use crate::envelope::{self, Digests, Opener};
use crate::error::{Code, Result};
use crate::id::DocumentId;
use crate::io::ReadAt;
use crate::io::file::write_new;
use crate::progress::Watcher;
use crate::vault::commit::{Plan, chain_of};
use crate::vault::documents::{DocumentInfo, Found, find, may_read, recorded};
use crate::vault::matter::Matter;
use crate::vault::names::{self, REASON};
use crate::vault::rows;

/// Why a document is opened: sealed beside the record, for members and auditors to read.
#[derive(Clone, Default)]
pub struct AccessReason(Option<String>);

/// Reads a document anywhere, as often as needed, under one `opened` record. `Send` and `Sync`.
///
/// Ranges show that no outsider changed a byte; that nobody who held the key replaced the content,
/// only a whole read shows.
pub struct DocumentReader {
    opener: Opener<Arc<dyn ReadAt>>,
    info: DocumentInfo,
    digests: Digests,
    threads: envelope::Threads,
}

impl AccessReason {
    /// No reason given.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// For this reason.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self(Some(reason.into()))
    }
}

impl Matter {
    /// Opens a document whole.
    ///
    /// # Errors
    /// `no-access`, `screened` or `role-missing` unless this user reads here; `document-unknown`;
    /// `row-missing`, `row-mismatch`, `blob-missing`; `seal-mismatch`, `content-refused`,
    /// `content-mismatch`; what verifying forward and committing can fail with.
    pub fn open_bytes(&self, id: DocumentId, reason: AccessReason) -> Result<Vec<u8>> {
        self.reader(id, reason)?.read()
    }

    /// Opens a document into a new file, which is there only if everything was right.
    ///
    /// # Errors
    /// As [`open_bytes`](Self::open_bytes); `exists`, `io`, `cancelled`.
    pub fn open_file(
        &self,
        id: DocumentId,
        reason: AccessReason,
        to: &Path,
        watcher: Option<&dyn Watcher>,
    ) -> Result<u64> {
        let reader = self.reader(id, reason)?;
        write_new(to, |target| reader.copy(target, watcher))
    }

    /// A reader of one document, recorded as opened.
    ///
    /// # Errors
    /// As [`open_bytes`](Self::open_bytes).
    pub fn reader(&self, id: DocumentId, reason: AccessReason) -> Result<DocumentReader> {
        Ok(self.readers(&[id], reason)?.into_iter().next().ok_or(Code::DocumentUnknown)?)
    }

    /// Readers of up to 256 documents, in the order of the ids, under one record.
    ///
    /// # Errors
    /// As [`open_bytes`](Self::open_bytes); `field` for none, too many, or one twice.
    #[allow(clippy::needless_pass_by_value)]
    pub fn readers(&self, ids: &[DocumentId], reason: AccessReason) -> Result<Vec<DocumentReader>> {
        if ids.len() > MAX_DOCUMENTS {
            return Err(Code::Field.into());
        }
        // Everything that can be found wrong is found before the act is recorded …
        let prepared = self.inner.ask(|asked, ring| {
            may_read(asked, self.id)?;
            ids.iter()
                .map(|&id| {
                    let known = recorded(asked, self.id, id)?;
                    let found = find(asked, ring, self.id, &known)?;
                    let info = DocumentInfo::of(id, known.version, known.designation, &found.metadata);
                    Ok((found, info))
                })
                .collect::<Result<Vec<(Found, DocumentInfo)>>>()
        })?;
        let mut readers = Vec::with_capacity(prepared.len());
        for (found, info) in prepared {
            let blob: Arc<dyn ReadAt> = Arc::from(self.inner.storage.blobs.open(&rows::blob(&found.salt)?)?);
            let opener = Opener::new(&found.key, &found.expected, blob)?;
            let about = &found.metadata;
            let digests = Digests { length: about.length, sha256: about.sha256, crc32: about.crc32 };
            if opener.len() != digests.length {
                return Err(Code::ContentMismatch.into());
            }
            readers.push(DocumentReader { opener, info, digests, threads: self.inner.options.threads });
        }
        // … and the record is durable before a reader is handed out.
        let body = Body::Opened(Opened { documents: List::new(ids.to_vec())? });
        self.inner.commit(|asked, ring| {
            may_read(asked, self.id)?;
            let mut draft = Draft::new(&body);
            let mut under = None;
            if let Some(reason) = &reason.0 {
                // While the matter is closed there is nowhere to seal a reason; the act is recorded.
                under = names::under(asked, ring, self.id)?;
                if under.is_some() {
                    draft.details = Some(Details::new([(REASON, reason.as_bytes())])?);
                }
            }
            let mut plan = Plan::default();
            plan.draft(chain_of(self.id), draft, under);
            Ok((plan, ()))
        })?;
        Ok(readers)
    }
}

impl DocumentReader {
    /// Bytes of content.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.opener.len()
    }

    /// Whether there is no content.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.opener.is_empty()
    }

    /// What describes the document.
    #[must_use]
    pub fn info(&self) -> &DocumentInfo {
        &self.info
    }

    /// At most `max` bytes from `at` on; fewer only at the end.
    ///
    /// # Errors
    /// `out-of-range` beyond the end; `content-refused`; `io`.
    pub fn read_at(&self, at: u64, max: u32) -> Result<Vec<u8>> {
        let left = self.len().checked_sub(at).ok_or(Code::OutOfRange)?;
        let count = usize::try_from(left.min(u64::from(max))).map_err(|_| Code::OutOfRange)?;
        let mut out = vec![0; count];
        self.opener.read_exact_at(at, &mut out)?;
        Ok(out)
    }

    /// Fills `out` from `at` on, as far as there is content; says how much.
    ///
    /// # Errors
    /// As [`read_at`](Self::read_at).
    pub fn read_into(&self, at: u64, out: &mut [u8]) -> Result<usize> {
        let left = self.len().checked_sub(at).ok_or(Code::OutOfRange)?;
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        self.opener.read_exact_at(at, out.get_mut(..count).ok_or(Code::OutOfRange)?)?;
        Ok(count)
    }

    /// The whole content, verified as a whole.
    ///
    /// # Errors
    /// `content-refused`, `content-mismatch`, `padding`, `io`.
    pub fn read(&self) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(usize::try_from(self.len()).map_err(|_| Code::DocumentTooLarge)?);
        self.copy(&mut out, None)?;
        Ok(out)
    }

    /// Copies the whole content. Only the return says that everything was right.
    ///
    /// # Errors
    /// As [`read`](Self::read); `cancelled`.
    pub fn copy(&self, to: impl std::io::Write + Send, watcher: Option<&dyn Watcher>) -> Result<u64> {
        let options = envelope::Options { threads: self.threads, watcher };
        // Length, hash and checksum stand in the description as well.
        if self.opener.copy(to, options)? == Some(self.digests) {
            Ok(self.len())
        } else {
            Err(Code::ContentMismatch.into())
        }
    }
}

impl fmt::Debug for DocumentReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentReader").field("info", &self.info).finish_non_exhaustive()
    }
}

impl fmt::Debug for AccessReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessReason").field("given", &self.0.is_some()).finish()
    }
}
