//! Sealed documents piece by piece, without a vault.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use privity::Code;
use privity::envelope::{self, ReadAt};

use crate::blob::Blob;
use crate::ended::Held;
use crate::envelope::{Expected, Header, SealedBytes, Summary};
use crate::error::{HostError, Result};
use crate::keys::{DocumentKey, OpeningKey};

/// Seals what is written to it, from one thread at a time; gives back sealed bytes to be stored one
/// after the other. Released before `finish`, what was given back is worthless.
#[derive(uniffi::Object)]
pub struct Sealer(Held<envelope::Sealer<'static, Outbox>>, Outbox);

/// A sealed document that was found to be the expected one and can be read anywhere, on any threads
/// at once.
#[derive(uniffi::Object)]
pub struct Opener(Held<Arc<envelope::Opener<Arc<dyn ReadAt>>>>);

/// Sealed bytes where the host keeps them. Read on any threads at once, never under a lock; ranges of
/// 16 KiB and more.
#[uniffi::export(foreign)]
pub trait ByteSource: Send + Sync {
    /// How many bytes there are.
    fn size(&self) -> Result<u64, HostError>;

    /// Exactly `length` bytes from `at` on; throw where there are fewer.
    fn read_exact_at(&self, at: u64, length: u32) -> Result<Blob, HostError>;
}

#[uniffi::export]
impl Sealer {
    /// Begins a sealed document.
    ///
    /// Fails with `version`, `entropy`.
    #[uniffi::constructor]
    pub fn new(header: Header) -> Result<Arc<Self>> {
        let outbox = Outbox::default();
        let sealer = envelope::Sealer::new(&header.inner()?, outbox.clone(), envelope::Options::default())?;
        Ok(Arc::new(Self(Held::new(sealer), outbox)))
    }

    /// Takes the next content, gives back the sealed bytes that are ready; often none.
    ///
    /// Fails with `document-too-large`; `sealer-broken` after an earlier error.
    pub fn write(&self, content: &[u8]) -> Result<Blob> {
        self.0.with(|sealer| {
            sealer.write_all(content).map_err(privity::Error::from)?;
            Blob::new(&self.1.take())
        })
    }

    /// The same for bytes of a language that cannot lend them.
    pub fn write_blob(&self, content: Blob) -> Result<Blob> {
        self.write(content.as_slice())
    }

    /// Ends the document: the last sealed bytes, the key, what to keep on record.
    ///
    /// Fails as `write`.
    pub fn finish(&self) -> Result<SealedBytes> {
        let (outbox, key, summary) = self.0.take()?.finish()?;
        let (key, summary) = (Arc::new(DocumentKey(key)), Summary::of(&summary)?);
        Ok(SealedBytes { sealed: Blob::new(&outbox.take())?, key, summary })
    }

    /// Gives the document up; nothing if it was finished.
    pub fn release(&self) -> Result<()> {
        self.0.end();
        Ok(())
    }
}

#[uniffi::export]
impl Opener {
    /// Of a sealed file.
    ///
    /// Fails with `not-a-sealed-document`, `sealed-length`, `header-mismatch`, `seal-mismatch`,
    /// `content-refused`; `not-a-file`, `io`.
    #[uniffi::constructor]
    pub fn file(key: Arc<OpeningKey>, expected: Expected, path: String) -> Result<Arc<Self>> {
        let path = Path::new(&path);
        if !path.is_file() {
            return Err(Code::NotAFile.into());
        }
        let file = std::fs::File::open(path).map_err(privity::Error::from)?;
        Self::of(&key, &expected, Arc::new(file))
    }

    /// Of sealed bytes in memory.
    ///
    /// Fails as `file`.
    #[uniffi::constructor]
    pub fn bytes(key: Arc<OpeningKey>, expected: Expected, sealed: Blob) -> Result<Arc<Self>> {
        Self::of(&key, &expected, Arc::new(sealed.as_slice().to_vec()))
    }

    /// Of sealed bytes where the host keeps them.
    ///
    /// Fails as `file`; with `io` if the host fails.
    #[uniffi::constructor]
    pub fn source(
        key: Arc<OpeningKey>,
        expected: Expected,
        source: Arc<dyn ByteSource>,
    ) -> Result<Arc<Self>> {
        Self::of(&key, &expected, Arc::new(OfHost(source)))
    }

    /// Bytes of content.
    pub fn len(&self) -> Result<u64> {
        Ok(self.0.shared()?.len())
    }

    /// What the document says of itself.
    pub fn header(&self) -> Result<Header> {
        Header::of(self.0.shared()?.header())
    }

    /// At most `max` bytes from `at` on; fewer only at the end.
    ///
    /// Fails with `out-of-range` beyond the end; `content-refused`, `io`.
    pub fn read_at(&self, at: u64, max: u32) -> Result<Blob> {
        let opener = self.0.shared()?;
        let left = opener.len().checked_sub(at).ok_or(Code::OutOfRange)?;
        Blob::zeros(left.min(u64::from(max)), |out| opener.as_ref().read_exact_at(at, out))
    }

    /// The whole content, verified as a whole.
    ///
    /// Fails with `content-refused`, `content-mismatch`, `padding`, `io`; `bytes-too-long`.
    pub fn read(&self) -> Result<Blob> {
        let opener = self.0.shared()?;
        Blob::fill(opener.len(), |out| opener.copy_to(out, envelope::Options::default()).map(drop))
    }

    /// Ends the handle. Calls that run meanwhile come to their end; later ones fail with
    /// `handle-ended`.
    pub fn release(&self) -> Result<()> {
        self.0.end();
        Ok(())
    }
}

impl Opener {
    fn of(key: &OpeningKey, expected: &Expected, source: Arc<dyn ReadAt>) -> Result<Arc<Self>> {
        let opener = envelope::Opener::new(&key.0, &expected.inner()?, source)?;
        Ok(Arc::new(Self(Held::new(Arc::new(opener)))))
    }
}

/// Sealed bytes that wait to be handed out.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Outbox {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Outbox {
    fn write(&mut self, sealed: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(sealed);
        Ok(sealed.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of the host as the library reads them. What it throws is not passed on.
struct OfHost(Arc<dyn ByteSource>);

impl ReadAt for OfHost {
    fn size(&self) -> io::Result<u64> {
        self.0.size().map_err(io::Error::other)
    }

    fn read_exact_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let length = u32::try_from(buffer.len()).map_err(io::Error::other)?;
        let read = self.0.read_exact_at(at, length).map_err(io::Error::other)?;
        if read.as_slice().len() != buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.copy_from_slice(read.as_slice());
        Ok(())
    }
}
