//! The other stores as their operators have them: shred keys and sealed files that are not what was
//! put there, and reads that are not what was written.
#![allow(dead_code)] // Each test program uses its part.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use privity::envelope::ReadAt;
use privity::store::{BlobId, BlobWrite, Blobs, Erasable, RowKey, Snapshot, Store, Transaction};
use privity::{ChainId, Code, Result, SecretBytes};

type Leaves = dyn Fn(ChainId, u64, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + Sync;

/// A store whose reads lie. Its writers see the truth, for they read inside their transaction.
pub struct LyingReads {
    inner: Arc<dyn Store>,
    older: Mutex<Option<Arc<dyn Store>>>,
    leaves: Mutex<Option<Arc<Leaves>>>,
}

impl LyingReads {
    pub fn over(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner, older: Mutex::default(), leaves: Mutex::default() })
    }

    /// Readers see this other store.
    pub fn show(&self, other: Option<Arc<dyn Store>>) {
        *self.older.lock().unwrap() = other;
    }

    /// Readers are given these leaves in place of the true ones, from an index on.
    pub fn leaves(&self, lie: impl Fn(ChainId, u64, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + Sync + 'static) {
        *self.leaves.lock().unwrap() = Some(Arc::new(lie));
    }

    pub fn honest(&self) {
        (*self.older.lock().unwrap(), *self.leaves.lock().unwrap()) = (None, None);
    }
}

impl Store for LyingReads {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>> {
        let older = self.older.lock().unwrap().clone();
        let leaves = self.leaves.lock().unwrap().clone();
        Ok(Box::new(Told { store: older.unwrap_or_else(|| self.inner.clone()), leaves }))
    }

    fn write(&self, chains: &[ChainId]) -> Result<Box<dyn Transaction + '_>> {
        self.inner.write(chains)
    }
}

/// Each answer from a snapshot of its own: nobody writes meanwhile.
struct Told {
    store: Arc<dyn Store>,
    leaves: Option<Arc<Leaves>>,
}

impl Snapshot for Told {
    fn size(&self, chain: ChainId) -> Result<u64> {
        self.store.read()?.size(chain)
    }

    fn records(&self, chain: ChainId, from: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        let truth = self.store.read()?.records(chain, from, limit)?;
        Ok(match &self.leaves {
            Some(lie) => lie(chain, from, truth),
            None => truth,
        })
    }

    fn get(&self, key: &RowKey) -> Result<Option<Vec<u8>>> {
        self.store.read()?.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&RowKey>, limit: usize) -> Result<Vec<(RowKey, Vec<u8>)>> {
        self.store.read()?.scan(prefix, after, limit)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<(RowKey, Vec<u8>)>> {
        self.store.read()?.last(prefix)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64> {
        self.store.read()?.count(prefix)
    }
}

/// What a store of shred keys does in place of what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShredLie {
    /// It hands out another key.
    Another,
    /// It hands out a key of another length.
    Short,
    /// It says that there is none.
    Missing,
    /// It says that it keeps what it does not keep.
    Forgets,
    /// It takes nothing.
    Refuses,
}

/// A store of shred keys that lies from when it is told to.
pub struct LyingErasable {
    inner: Arc<dyn Erasable>,
    lie: Mutex<Option<ShredLie>>,
}

impl LyingErasable {
    pub fn over(inner: Arc<dyn Erasable>) -> Arc<Self> {
        Arc::new(Self { inner, lie: Mutex::default() })
    }

    pub fn tell(&self, lie: Option<ShredLie>) {
        *self.lie.lock().unwrap() = lie;
    }

    fn lie(&self) -> Option<ShredLie> {
        *self.lie.lock().unwrap()
    }
}

impl Erasable for LyingErasable {
    fn put(&self, key: &RowKey, value: &SecretBytes) -> Result<()> {
        match self.lie() {
            Some(ShredLie::Forgets) => Ok(()),
            Some(ShredLie::Refuses) => Err(Code::Io.into()),
            _ => self.inner.put(key, value),
        }
    }

    fn get(&self, key: &RowKey) -> Result<Option<SecretBytes>> {
        match self.lie() {
            Some(ShredLie::Another) => Ok(Some(SecretBytes::new(vec![7; 32]))),
            Some(ShredLie::Short) => Ok(Some(SecretBytes::new(vec![7; 31]))),
            Some(ShredLie::Missing) => Ok(None),
            _ => self.inner.get(key),
        }
    }

    fn destroy(&self, key: &RowKey) -> Result<()> {
        self.inner.destroy(key)
    }

    fn list(&self, prefix: &[u8]) -> Result<Vec<RowKey>> {
        self.inner.list(prefix)
    }
}

type Shown = dyn Fn(Vec<u8>) -> Vec<u8> + Send + Sync;

/// What a store of sealed files does in place of what it should.
#[derive(Clone)]
pub enum BlobLie {
    /// It hands out other bytes.
    Shows(Arc<Shown>),
    /// It says that a blob has this size.
    Size(u64),
    /// It says that it keeps what it lost.
    Loses,
    /// It says that it keeps what it kept half of.
    Halves,
    /// Reading fails from this byte on.
    Fails(u64),
    /// Reading fails at this byte.
    Hole(u64),
}

/// A store of sealed files that lies from when it is told to.
pub struct LyingBlobs {
    inner: Arc<dyn Blobs>,
    lie: Mutex<Option<BlobLie>>,
}

impl LyingBlobs {
    pub fn over(inner: Arc<dyn Blobs>) -> Arc<Self> {
        Arc::new(Self { inner, lie: Mutex::default() })
    }

    pub fn tell(&self, lie: Option<BlobLie>) {
        *self.lie.lock().unwrap() = lie;
    }

    /// Other bytes from now on.
    pub fn show(&self, lie: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) {
        self.tell(Some(BlobLie::Shows(Arc::new(lie))));
    }

    fn lie(&self) -> Option<BlobLie> {
        self.lie.lock().unwrap().clone()
    }
}

pub fn bytes_of(blobs: &dyn Blobs, id: &BlobId) -> Vec<u8> {
    let blob = blobs.open(id).unwrap();
    let mut bytes = vec![0; usize::try_from(blob.size().unwrap()).unwrap()];
    blob.read_exact_at(0, &mut bytes).unwrap();
    bytes
}

impl Blobs for LyingBlobs {
    fn create(&self, id: &BlobId) -> Result<Box<dyn BlobWrite>> {
        let inner = self.inner.create(id)?;
        Ok(match self.lie() {
            Some(BlobLie::Halves) => Box::new(Half { inner, bytes: Vec::new() }),
            _ => inner,
        })
    }

    fn open(&self, id: &BlobId) -> Result<Box<dyn ReadAt>> {
        let inner = self.inner.open(id)?;
        Ok(match self.lie() {
            Some(BlobLie::Shows(lie)) => Box::new(lie(bytes_of(&*self.inner, id))),
            Some(BlobLie::Size(size)) => Box::new(Claimed { inner, size, broken: u64::MAX..u64::MAX }),
            Some(BlobLie::Fails(from)) => {
                let size = inner.size()?;
                Box::new(Claimed { inner, size, broken: from..u64::MAX })
            }
            Some(BlobLie::Hole(at)) => {
                let size = inner.size()?;
                Box::new(Claimed { inner, size, broken: at..at + 1 })
            }
            _ => inner,
        })
    }

    fn sync(&self, ids: &[BlobId]) -> Result<()> {
        match self.lie() {
            Some(BlobLie::Loses) => ids.iter().try_for_each(|id| self.inner.remove(id)),
            _ => self.inner.sync(ids),
        }
    }

    fn remove(&self, id: &BlobId) -> Result<()> {
        self.inner.remove(id)
    }

    fn list(&self, after: Option<&BlobId>, limit: usize) -> Result<Vec<BlobId>> {
        self.inner.list(after, limit)
    }
}

struct Claimed {
    inner: Box<dyn ReadAt>,
    size: u64,
    broken: Range<u64>,
}

impl ReadAt for Claimed {
    fn size(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        if at < self.broken.end && at.saturating_add(buf.len() as u64) > self.broken.start {
            return Err(io::Error::other("a sector that cannot be read"));
        }
        self.inner.read_exact_at(at, buf)
    }
}

struct Half {
    inner: Box<dyn BlobWrite>,
    bytes: Vec<u8>,
}

impl Write for Half {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BlobWrite for Half {
    fn finish(self: Box<Self>) -> Result<()> {
        let Self { mut inner, bytes } = *self;
        inner.write_all(&bytes[..bytes.len() / 2])?;
        inner.finish()
    }
}
