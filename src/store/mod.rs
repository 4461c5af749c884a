//! Four stores, four jobs: rows and records, keys that can be destroyed, sealed files, and what a
//! device keeps for itself (docs/format/store-v1.md).
//!
//! Most callers take [`Storage::folder`] and look no further. A host that keeps data elsewhere
//! implements one of the four traits and runs our contract suite over it. No store sees a key or
//! an opened byte, and none is believed: whatever it hands back is checked against the signed chain.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Code, Result};
use crate::id::ChainId;
use crate::io::ReadAt;
use crate::secret::SecretBytes;

mod folder;
mod memory;
mod sqlite;
mod turn;

pub use folder::{FolderBlobs, FolderDevice};
pub use memory::{MemoryBlobs, MemoryDevice, MemoryErasable, MemoryStore};
pub use sqlite::{SqliteErasable, SqliteStore};

/// Rows, and the records of all chains. Shared by all devices of a firm, replicated, archived; taken
/// to be hostile.
pub trait Store: Send + Sync {
    /// One consistent snapshot: what others commit later is not in it.
    ///
    /// # Errors
    /// `store-version`, `store-damaged`, `store-busy`, `io`.
    fn read(&self) -> Result<Box<dyn Snapshot + '_>>;

    /// Begins to write, alone on these chains: their heads are locked in the given order until the
    /// transaction ends. Waits for another writer, but not for ever.
    ///
    /// # Errors
    /// `store-busy` if the wait was in vain; `store-version`, `store-damaged`, `io`.
    fn write(&self, chains: &[ChainId]) -> Result<Box<dyn Transaction + '_>>;
}

/// What a [`Store`] held at one moment.
pub trait Snapshot {
    /// How many leaves of a chain the store holds; 0 if none.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn size(&self, chain: ChainId) -> Result<u64>;

    /// Leaves from the index `from`, in order, at most `limit` and at most about 4 MiB at once, but
    /// always one if there is one.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn records(&self, chain: ChainId, from: u64, limit: u64) -> Result<Vec<Vec<u8>>>;

    /// The value of a row.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn get(&self, key: &RowKey) -> Result<Option<Vec<u8>>>;

    /// Rows whose key begins with `prefix`, ascending, strictly after `after`, at most `limit`.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn scan(&self, prefix: &[u8], after: Option<&RowKey>, limit: usize) -> Result<Vec<(RowKey, Vec<u8>)>>;

    /// The last row whose key begins with `prefix`.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn last(&self, prefix: &[u8]) -> Result<Option<(RowKey, Vec<u8>)>>;

    /// How many rows have a key that begins with `prefix`.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn count(&self, prefix: &[u8]) -> Result<u64>;
}

/// Changes that come to be together or not at all. Reads see the transaction's own writes; dropping
/// it without [`commit`](Self::commit) leaves nothing.
pub trait Transaction: Snapshot {
    /// Writes a row, in place of the one there was.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn put(&mut self, key: &RowKey, value: &[u8]) -> Result<()>;

    /// Deletes a row; fine if there is none.
    ///
    /// # Errors
    /// `store-damaged`, `io`.
    fn delete(&mut self, key: &RowKey) -> Result<()>;

    /// Writes the leaves `from`, `from` + 1, …; whatever the chain held from `from` on is replaced,
    /// since leaves past the last anchor belong to no chain.
    ///
    /// # Errors
    /// `tree-range` if that would leave a gap; `store-damaged`, `io`.
    fn append(&mut self, chain: ChainId, from: u64, records: &[Vec<u8>]) -> Result<()>;

    /// Makes the changes visible and durable; they are both when this returns.
    ///
    /// # Errors
    /// `store-damaged`, `io`; nothing was written then.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// Keys that can be destroyed. Never replicated, never archived: how far back its backups reach is
/// how late an erasure takes effect. Every change is durable when the call returns.
pub trait Erasable: Send + Sync {
    /// Keeps a value, in place of the one there was.
    ///
    /// # Errors
    /// `store-busy`, `store-damaged`, `io`.
    fn put(&self, key: &RowKey, value: &SecretBytes) -> Result<()>;

    /// The value, if there is one.
    ///
    /// # Errors
    /// `store-busy`, `store-damaged`, `io`.
    fn get(&self, key: &RowKey) -> Result<Option<SecretBytes>>;

    /// Destroys a value: none of its bytes is left in the store. Fine if there is none.
    ///
    /// # Errors
    /// `store-busy`, `store-damaged`, `io`.
    fn destroy(&self, key: &RowKey) -> Result<()>;

    /// The keys that begin with `prefix`, ascending.
    ///
    /// # Errors
    /// `store-busy`, `store-damaged`, `io`.
    fn list(&self, prefix: &[u8]) -> Result<Vec<RowKey>>;
}

/// Sealed files, each written once.
pub trait Blobs: Send + Sync {
    /// Begins a blob.
    ///
    /// # Errors
    /// `exists` if there is one; `io`.
    fn create(&self, id: &BlobId) -> Result<Box<dyn BlobWrite>>;

    /// Opens a blob.
    ///
    /// # Errors
    /// `blob-missing` if there is none; `io`.
    fn open(&self, id: &BlobId) -> Result<Box<dyn ReadAt>>;

    /// Makes finished blobs durable, as a group.
    ///
    /// # Errors
    /// `blob-missing` if one of them is not there; `io`.
    fn sync(&self, ids: &[BlobId]) -> Result<()>;

    /// Removes a blob; fine if there is none.
    ///
    /// # Errors
    /// `io`.
    fn remove(&self, id: &BlobId) -> Result<()>;

    /// Blobs ascending by id, strictly after `after`, at most `limit`.
    ///
    /// # Errors
    /// `io`.
    fn list(&self, after: Option<&BlobId>, limit: usize) -> Result<Vec<BlobId>>;
}

/// A blob that is being written. Dropped without [`finish`](Self::finish), it leaves nothing.
pub trait BlobWrite: Write + Send {
    /// Gives the blob its name. It can be opened from now on, and is durable after [`Blobs::sync`].
    ///
    /// # Errors
    /// `exists` if another of this name was finished meanwhile; `io`.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// What one device keeps for itself: wrapped keys, pins, what it is about to sign. Never shared.
pub trait DeviceState: Send + Sync {
    /// The newest bytes of a slot and their version; 0 and none if nothing was saved.
    ///
    /// # Errors
    /// `device-state-damaged` if something was saved and cannot be read; `io`.
    fn load(&self, slot: DeviceSlot) -> Result<(u64, Option<Vec<u8>>)>;

    /// Saves if the version is `expected` still, and returns the new one, `expected` + 1. Durable
    /// when it returns, save for the cache.
    ///
    /// # Errors
    /// `device-state-conflict` if somebody saved meanwhile; `too-large` from 4 GiB on;
    /// `device-state-damaged`, `io`.
    fn save(&self, slot: DeviceSlot, expected: u64, bytes: &[u8]) -> Result<u64>;
}

/// What of a device is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceSlot {
    /// Small, saved at every commit, never lost.
    State,
    /// Large, and may be lost: it is computed again.
    Cache,
}

/// A row's key: 1 to 128 opaque bytes, ordered bytewise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(Vec<u8>);

impl RowKey {
    /// A key of these bytes.
    ///
    /// # Errors
    /// `field` if there are none or more than 128.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        if bytes.is_empty() || bytes.len() > MAX_KEY { Err(Code::Field.into()) } else { Ok(Self(bytes)) }
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowKey(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The name of a blob: 1 to 64 of `a`–`z`, `0`–`9`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(String);

impl BlobId {
    /// The id with this text.
    ///
    /// # Errors
    /// `field` if it is no such text.
    pub fn new(text: &str) -> Result<Self> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if text.is_empty() || text.len() > MAX_BLOB_ID || !text.bytes().all(allowed) {
            return Err(Code::Field.into());
        }
        Ok(Self(text.to_owned()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The four stores together.
#[derive(Clone)]
pub struct Storage {
    /// Rows and records.
    pub rows: Arc<dyn Store>,
    /// Keys that can be destroyed.
    pub erasable: Arc<dyn Erasable>,
    /// Sealed files.
    pub blobs: Arc<dyn Blobs>,
    /// What this device keeps for itself.
    pub device: Arc<dyn DeviceState>,
}

impl Storage {
    /// SQLite and files: `shared` holds what all devices share, `device` what this one keeps for
    /// itself. Creates what is missing. Several handles and several processes may use one folder.
    ///
    /// # Errors
    /// `store-version` if a newer version wrote it; `store-damaged` if a file there is not ours;
    /// `store-busy`, `io`.
    pub fn folder(shared: &Path, device: &Path) -> Result<Self> {
        folder::create(shared)?;
        Ok(Self {
            rows: Arc::new(SqliteStore::open(&shared.join("rows.sqlite"))?),
            erasable: Arc::new(SqliteErasable::open(&shared.join("erasable.sqlite"))?),
            blobs: Arc::new(FolderBlobs::open(&shared.join("blobs"))?),
            device: Arc::new(FolderDevice::open(device)?),
        })
    }

    /// All in memory, gone with the last clone.
    #[must_use]
    pub fn memory() -> Self {
        Self {
            rows: Arc::new(MemoryStore::new()),
            erasable: Arc::new(MemoryErasable::new()),
            blobs: Arc::new(MemoryBlobs::new()),
            device: Arc::new(MemoryDevice::new()),
        }
    }

    /// The same shared stores for another device.
    #[must_use]
    pub fn with_device(&self, device: Arc<dyn DeviceState>) -> Self {
        Self { device, ..self.clone() }
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").finish_non_exhaustive()
    }
}

/// The first key after all that begin with `prefix`; longer than any key if there is none.
fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return end;
        }
    }
    vec![u8::MAX; MAX_KEY + 1]
}

const MAX_KEY: usize = 128;
const MAX_BLOB_ID: usize = 64;

/// What one call for records returns at most, unless the first is larger.
const MAX_RECORDS: usize = 4 << 20;
