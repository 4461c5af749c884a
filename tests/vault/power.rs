//! Stores that count their durable calls and fail at one of them: before it took effect, after, or
//! half-way; once, or for good, as after a power cut.
#![allow(dead_code)] // Each test program uses its part.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use privity::envelope::ReadAt;
use privity::store::{
    BlobId, BlobWrite, Blobs, DeviceSlot, DeviceState, Erasable, RowKey, Snapshot, Storage, Store,
    Transaction,
};
use privity::{ChainId, Error, Result, SecretBytes};

use crate::tear;

/// Whether the call that fails took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
    /// Half of it is on the disk. A store in memory has no halves of what is one step.
    Torn,
}

/// What becomes of the calls after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// They fail, and take no effect.
    Dead,
    /// They succeed.
    Alive,
}

/// Counts durable calls, and fails at one.
pub struct Power {
    at: Option<(u64, When, Then)>,
    done: AtomicU64,
    kinds: Mutex<Vec<&'static str>>,
    /// The folder of all stores, and where what is on the disk at the power cut is kept.
    disk: Option<(PathBuf, PathBuf)>,
}

impl Power {
    /// Nothing fails.
    pub fn counts() -> Arc<Self> {
        Self::new(None, None)
    }

    /// Fails at the call of this number, from 1 on.
    pub fn fails(at: u64, when: When, then: Then, disk: Option<(PathBuf, PathBuf)>) -> Arc<Self> {
        Self::new(Some((at, when, then)), disk)
    }

    fn new(at: Option<(u64, When, Then)>, disk: Option<(PathBuf, PathBuf)>) -> Arc<Self> {
        Arc::new(Self { at, done: AtomicU64::new(0), kinds: Mutex::default(), disk })
    }

    /// The durable calls so far, by what they were.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.kinds.lock().unwrap().clone()
    }

    /// Whether it came to the call that fails.
    pub fn has_failed(&self) -> bool {
        self.at.is_some_and(|(at, ..)| self.done.load(Ordering::SeqCst) >= at)
    }

    /// The same stores, at the end of this power.
    pub fn over(self: &Arc<Self>, storage: &Storage) -> Storage {
        Storage {
            rows: Arc::new(Rows(storage.rows.clone(), self.clone())),
            erasable: Arc::new(Shreds(storage.erasable.clone(), self.clone())),
            blobs: Arc::new(Files(storage.blobs.clone(), self.clone())),
            device: Arc::new(Device(storage.device.clone(), self.clone())),
        }
    }

    fn step<T>(
        &self,
        kind: &'static str,
        step: impl FnOnce() -> Result<T>,
        torn: impl FnOnce() -> Result<()>,
    ) -> Result<T> {
        // One at a time, so that a number means one call: commits and pins go beside each other.
        let mut kinds = self.kinds.lock().unwrap();
        let number = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        kinds.push(kind);
        let Some((at, when, then)) = self.at else { return step() };
        if number < at || (number > at && then == Then::Alive) {
            return step();
        }
        if number > at {
            return Err(cut());
        }
        match when {
            When::Before => {}
            When::After => drop(step()?),
            When::Torn => match &self.disk {
                // What is on the disk before and after it tells what a half of it is.
                Some((folder, image)) => {
                    let before = tear::files(folder);
                    torn()?;
                    tear::image(folder, image, &before, kind);
                    return Err(cut());
                }
                None => torn()?,
            },
        }
        if let Some((folder, image)) = &self.disk {
            tear::copy(folder, image);
        }
        Err(cut())
    }
}

fn cut() -> Error {
    io::Error::other("cut").into()
}

struct Rows(Arc<dyn Store>, Arc<Power>);
struct Shreds(Arc<dyn Erasable>, Arc<Power>);
struct Files(Arc<dyn Blobs>, Arc<Power>);
struct Device(Arc<dyn DeviceState>, Arc<Power>);
struct Writing<'a>(Box<dyn Transaction + 'a>, &'a Power);
struct Blob(Box<dyn BlobWrite>, Vec<u8>, Arc<Power>);

impl Store for Rows {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>> {
        self.0.read()
    }

    fn write(&self, chains: &[ChainId]) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(Writing(self.0.write(chains)?, &self.1)))
    }
}

impl Snapshot for Writing<'_> {
    fn size(&self, chain: ChainId) -> Result<u64> {
        self.0.size(chain)
    }

    fn records(&self, chain: ChainId, from: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        self.0.records(chain, from, limit)
    }

    fn get(&self, key: &RowKey) -> Result<Option<Vec<u8>>> {
        self.0.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&RowKey>, limit: usize) -> Result<Vec<(RowKey, Vec<u8>)>> {
        self.0.scan(prefix, after, limit)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<(RowKey, Vec<u8>)>> {
        self.0.last(prefix)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64> {
        self.0.count(prefix)
    }
}

impl Transaction for Writing<'_> {
    fn put(&mut self, key: &RowKey, value: &[u8]) -> Result<()> {
        self.0.put(key, value)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.0.delete(key)
    }

    fn append(&mut self, chain: ChainId, from: u64, records: &[Vec<u8>]) -> Result<()> {
        self.0.append(chain, from, records)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self(inner, power) = *self;
        let inner = std::cell::Cell::new(Some(inner));
        let commit = || inner.take().map_or(Ok(()), |inner| inner.commit());
        power.step("commit", commit, || if power.disk.is_some() { commit() } else { Ok(()) })
    }
}

impl Erasable for Shreds {
    fn put(&self, key: &RowKey, value: &SecretBytes) -> Result<()> {
        let put = || self.0.put(key, value);
        self.1.step("shred key", put, || if self.1.disk.is_some() { put() } else { Ok(()) })
    }

    fn get(&self, key: &RowKey) -> Result<Option<SecretBytes>> {
        self.0.get(key)
    }

    fn destroy(&self, key: &RowKey) -> Result<()> {
        self.1.step("destroy", || self.0.destroy(key), || Ok(()))
    }

    fn list(&self, prefix: &[u8]) -> Result<Vec<RowKey>> {
        self.0.list(prefix)
    }
}

impl Blobs for Files {
    fn create(&self, id: &BlobId) -> Result<Box<dyn BlobWrite>> {
        Ok(Box::new(Blob(self.0.create(id)?, Vec::new(), self.1.clone())))
    }

    fn open(&self, id: &BlobId) -> Result<Box<dyn ReadAt>> {
        self.0.open(id)
    }

    fn sync(&self, ids: &[BlobId]) -> Result<()> {
        // A name is there, and half of what it names.
        let torn = || {
            for id in ids {
                let blob = self.0.open(id)?;
                let mut half = vec![0; usize::try_from(blob.size()? / 2).unwrap()];
                blob.read_exact_at(0, &mut half)?;
                self.0.remove(id)?;
                let mut blob = self.0.create(id)?;
                blob.write_all(&half)?;
                blob.finish()?;
            }
            Ok(())
        };
        self.1.step("sync blobs", || self.0.sync(ids), torn)
    }

    fn remove(&self, id: &BlobId) -> Result<()> {
        self.1.step("remove blob", || self.0.remove(id), || Ok(()))
    }

    fn list(&self, after: Option<&BlobId>, limit: usize) -> Result<Vec<BlobId>> {
        self.0.list(after, limit)
    }
}

/// Kept in memory until it is finished, so that half of it can be.
impl Write for Blob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BlobWrite for Blob {
    fn finish(self: Box<Self>) -> Result<()> {
        let Self(inner, bytes, power) = *self;
        let inner = std::cell::Cell::new(Some(inner));
        let write = |bytes: &[u8]| match inner.take() {
            Some(mut inner) => {
                inner.write_all(bytes)?;
                inner.finish()
            }
            None => Ok(()),
        };
        power.step("blob", || write(&bytes), || write(&bytes[..bytes.len() / 2]))
    }
}

impl DeviceState for Device {
    fn load(&self, slot: DeviceSlot) -> Result<(u64, Option<Vec<u8>>)> {
        self.0.load(slot)
    }

    fn save(&self, slot: DeviceSlot, expected: u64, bytes: &[u8]) -> Result<u64> {
        let kind = match slot {
            DeviceSlot::State => "device",
            DeviceSlot::Cache => "cache",
        };
        let save = || self.0.save(slot, expected, bytes);
        self.1.step(kind, save, || if self.1.disk.is_some() { save().map(drop) } else { Ok(()) })
    }
}

/// Where everything stands in memory if the machine has such a folder: nothing here is about disks.
pub fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = tempfile::tempdir_in(memory);
    made.or_else(|_| tempfile::tempdir()).expect("a folder")
}
