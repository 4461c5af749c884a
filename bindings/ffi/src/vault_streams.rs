//! Documents piece by piece: readers of ranges, writers.

use std::io::Write as _;
use std::sync::Arc;

use privity::DocumentId;
use privity::vault;

use crate::blob::Blob;
use crate::ended::Held;
use crate::error::Result;
use crate::vault_documents::{DocumentInfo, NewDocument, access_reason};
use crate::vault_matter::Matter;

/// Reads a document anywhere, as often as needed, under one `opened` record. May be used on any
/// threads at once. Read 64 KiB or more a call: a call itself costs.
///
/// Ranges show that no outsider changed a byte; that nobody who held the key replaced the content,
/// only a whole read shows.
#[derive(uniffi::Object)]
pub struct DocumentReader(Held<Arc<vault::DocumentReader>>);

/// A document being written, from one thread at a time. What is released before `finish` never was.
#[derive(uniffi::Object)]
pub struct DocumentWriter(Held<vault::DocumentWriter>);

#[uniffi::export]
impl DocumentReader {
    /// Bytes of content.
    pub fn len(&self) -> Result<u64> {
        Ok(self.0.shared()?.len())
    }

    /// What describes the document.
    pub fn info(&self) -> Result<DocumentInfo> {
        Ok(self.0.shared()?.info().clone().into())
    }

    /// At most `max` bytes from `at` on; fewer only at the end.
    ///
    /// Fails with `out-of-range` beyond the end; `content-refused`, `io`.
    pub fn read_at(&self, at: u64, max: u32) -> Result<Blob> {
        let reader = self.0.shared()?;
        Blob::zeros(reader.len().saturating_sub(at).min(u64::from(max)), |out| {
            reader.read_into(at, out).map(drop)
        })
    }

    /// The whole content, verified as a whole.
    ///
    /// Fails with `content-refused`, `content-mismatch`, `padding`, `io`; `bytes-too-long`.
    pub fn read(&self) -> Result<Blob> {
        let reader = self.0.shared()?;
        Blob::fill(reader.len(), |out| reader.copy(out, None).map(drop))
    }

    /// Ends the reader. Calls that run meanwhile come to their end; later ones fail with
    /// `handle-ended`.
    pub fn release(&self) -> Result<()> {
        self.0.end();
        Ok(())
    }
}

#[uniffi::export]
impl DocumentWriter {
    /// Takes the next bytes.
    ///
    /// Fails with `io`, `document-too-large`; `sealer-broken` after an earlier error.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        self.0.with(|writer| Ok(writer.write_all(bytes).map_err(privity::Error::from)?))
    }

    /// The same for bytes of a language that cannot lend them.
    pub fn write_blob(&self, bytes: Blob) -> Result<()> {
        self.write(bytes.as_slice())
    }

    /// Ends the document: durable and on record when this returns. The handle is ended, also by an
    /// error.
    ///
    /// Fails as `seal_bytes`; with `sealer-broken` after an earlier error.
    pub fn finish(&self) -> Result<DocumentInfo> {
        Ok(self.0.take()?.finish()?.into())
    }

    /// Gives the document up; nothing if it was finished.
    pub fn release(&self) -> Result<()> {
        self.0.end();
        Ok(())
    }
}

#[uniffi::export]
impl Matter {
    /// A reader of one document, recorded as opened.
    ///
    /// Fails as `open_bytes`, for any length.
    #[uniffi::method(default(reason = None))]
    pub fn reader(&self, id: DocumentId, reason: Option<String>) -> Result<Arc<DocumentReader>> {
        Ok(held(self.0.reader(id, access_reason(reason))?))
    }

    /// Readers of up to 256 documents, in the order of the ids, under one record.
    ///
    /// Fails as `reader`; with `field` for none, too many, or one twice.
    #[uniffi::method(default(reason = None))]
    pub fn readers(&self, ids: Vec<DocumentId>, reason: Option<String>) -> Result<Vec<Arc<DocumentReader>>> {
        Ok(self.0.readers(&ids, access_reason(reason))?.into_iter().map(held).collect())
    }

    /// Seals what is written to it.
    ///
    /// Fails as `seal_bytes`.
    pub fn writer(&self, new: NewDocument) -> Result<Arc<DocumentWriter>> {
        Ok(Arc::new(DocumentWriter(Held::new(self.0.writer(new.inner()?)?))))
    }
}

fn held(reader: vault::DocumentReader) -> Arc<DocumentReader> {
    Arc::new(DocumentReader(Held::new(Arc::new(reader))))
}
