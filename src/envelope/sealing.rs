//! A sealing that has its salt already, so that a store can name it before a byte is written.

use std::io::{Read, Write};

use crate::crypto::hash::Hasher;
use crate::crypto::seal::SALT;
use crate::envelope::sealer::{Sealer, Start};
use crate::envelope::{Header, Options, Summary};
use crate::error::Result;
use crate::keys::DocumentKey;

/// A document about to be sealed.
pub(crate) struct Sealing(Start);

impl Sealing {
    /// Draws key and salt.
    pub(crate) fn new(header: &Header) -> Result<Self> {
        Start::new(header).map(Self)
    }

    /// The salt: random, public, and the first bytes of the seal id.
    pub(crate) fn salt(&self) -> &[u8; SALT] {
        &self.0.salt
    }

    /// Seals a stream, whose length is known for the progress.
    pub(crate) fn stream(
        mut self,
        from: impl Read + Send,
        to: impl Write + Send,
        options: Options<'_>,
        length: Option<u64>,
    ) -> Result<(DocumentKey, Summary)> {
        let end = self.0.begin(to, Some(Hasher::default()))?.run_stream(from, options, length)?;
        Ok(self.0.summary(&end))
    }

    /// Seals what is written.
    pub(crate) fn sealer<'w, W: Write + Send>(self, to: W, options: Options<'w>) -> Result<Sealer<'w, W>> {
        Sealer::started(self.0, to, options)
    }
}
