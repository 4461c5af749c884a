//! A document that is sealed while it is being written.

use std::fmt;
use std::io::{self, Write};

use crate::envelope::{self, Sealer, Sealing};
use crate::error::Result;
use crate::store::{BlobId, BlobWrite};
use crate::vault::documents::DocumentInfo;
use crate::vault::matter::Matter;
use crate::vault::rows;
use crate::vault::seal::{NewDocument, Ready};

/// A document being written. What is dropped before [`finish`](Self::finish) never was.
pub struct DocumentWriter {
    matter: Matter,
    new: NewDocument,
    blob: BlobId,
    sealer: Sealer<'static, Box<dyn BlobWrite>>,
}

impl Matter {
    /// Seals what is written to it; see [`DocumentWriter::finish`].
    ///
    /// # Errors
    /// As [`seal_bytes`](Self::seal_bytes).
    pub fn writer(&self, new: NewDocument) -> Result<DocumentWriter> {
        self.check_may_seal(&new)?;
        let sealing = Sealing::new(&self.header(&new)?)?;
        let blob = rows::blob(sealing.salt())?;
        let to = self.inner.storage.blobs.create(&blob)?;
        let sealer = sealing.sealer(to, envelope::Options::default())?;
        Ok(DocumentWriter { matter: self.clone(), new, blob, sealer })
    }
}

impl DocumentWriter {
    /// Ends the document: its blob durable, its record committed.
    ///
    /// # Errors
    /// As [`Matter::seal_bytes`]; `sealer-broken` after an earlier error.
    pub fn finish(self) -> Result<DocumentInfo> {
        let matter = self.matter.clone();
        matter.record_one(self.end()?)
    }

    /// Ends the document in its blob; no record names it yet.
    pub(super) fn end(self) -> Result<Ready> {
        let (blob, key, summary) = self.sealer.finish()?;
        blob.finish()?;
        let header = self.matter.header(&self.new)?;
        self.matter.ready(self.new, header, key, summary, self.blob)
    }
}

impl Write for DocumentWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sealer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sealer.flush()
    }
}

impl fmt::Debug for DocumentWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentWriter").field("id", &self.new.id).finish_non_exhaustive()
    }
}
