//! All four stores in memory: for tests, and the model the others are compared with.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::turn::{Turn, Turns, WAIT};
use super::{
    BlobId, BlobWrite, Blobs, DeviceSlot, DeviceState, Erasable, MAX_RECORDS, RowKey, Snapshot, Store,
    Transaction, end_of,
};
use crate::error::{Code, Result};
use crate::id::ChainId;
use crate::io::ReadAt;
use crate::secret::SecretBytes;

/// Rows and records in memory. A snapshot shares what is committed; a commit copies it only while
/// somebody still holds one.
#[derive(Debug)]
pub struct MemoryStore {
    state: Mutex<Arc<State>>,
    turns: Turns,
    wait: Duration,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self { state: Mutex::default(), turns: Turns::default(), wait: WAIT }
    }

    /// With another time to wait for a writer; 10 seconds otherwise.
    #[must_use]
    pub fn with_wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    fn view<'a>(&'a self, turn: Option<Turn<'a>>) -> View<'a> {
        let base = Arc::clone(&*lock(&self.state));
        View { store: self, base, rows: BTreeMap::new(), tails: BTreeMap::new(), _turn: turn }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(Box::new(self.view(None)))
    }

    fn write(&self, _chains: &[ChainId]) -> Result<Box<dyn Transaction + '_>> {
        let turn = self.turns.wait(self.wait)?;
        Ok(Box::new(self.view(Some(turn))))
    }
}

#[derive(Clone, Debug, Default)]
struct State {
    rows: BTreeMap<RowKey, Bytes>,
    chains: BTreeMap<ChainId, Vec<Bytes>>,
}

type Bytes = Arc<[u8]>;

/// What was committed, and over it what this transaction changed; a snapshot changes nothing.
struct View<'a> {
    store: &'a MemoryStore,
    base: Arc<State>,
    /// None: deleted.
    rows: BTreeMap<RowKey, Option<Bytes>>,
    /// From which leaf on a chain is replaced, and by what.
    tails: BTreeMap<ChainId, (usize, Vec<Bytes>)>,
    _turn: Option<Turn<'a>>,
}

impl View<'_> {
    /// Committed rows that this transaction left alone.
    fn kept(&self, range: Range) -> impl DoubleEndedIterator<Item = (&RowKey, &Bytes)> {
        self.base.rows.range(range).filter(|(key, _)| !self.rows.contains_key(key))
    }

    fn written(&self, range: Range) -> impl DoubleEndedIterator<Item = (&RowKey, &Bytes)> {
        self.rows.range(range).filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }

    fn leaf(&self, chain: ChainId, index: usize) -> Option<&Bytes> {
        let committed = self.base.chains.get(&chain);
        match self.tails.get(&chain) {
            Some((from, tail)) if index >= *from => tail.get(index.checked_sub(*from)?),
            _ => committed?.get(index),
        }
    }

    fn len(&self, chain: ChainId) -> usize {
        match self.tails.get(&chain) {
            Some((from, tail)) => from.saturating_add(tail.len()),
            None => self.base.chains.get(&chain).map_or(0, Vec::len),
        }
    }
}

impl Snapshot for View<'_> {
    fn size(&self, chain: ChainId) -> Result<u64> {
        Ok(u64::try_from(self.len(chain)).map_err(|_| Code::TreeRange)?)
    }

    fn records(&self, chain: ChainId, from: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        let (mut records, mut total) = (Vec::new(), 0usize);
        let indices = from..from.saturating_add(limit);
        for leaf in indices.map_while(|index| self.leaf(chain, usize::try_from(index).ok()?)) {
            total = total.saturating_add(leaf.len());
            if total > MAX_RECORDS && !records.is_empty() {
                break;
            }
            records.push(leaf.to_vec());
        }
        Ok(records)
    }

    fn get(&self, key: &RowKey) -> Result<Option<Vec<u8>>> {
        let value = match self.rows.get(key) {
            Some(written) => written.as_ref(),
            None => self.base.rows.get(key),
        };
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(&self, prefix: &[u8], after: Option<&RowKey>, limit: usize) -> Result<Vec<(RowKey, Vec<u8>)>> {
        let Some(range) = range(prefix, after) else { return Ok(Vec::new()) };
        let mut rows: Vec<_> = self.kept(range.clone()).take(limit).collect();
        rows.extend(self.written(range).take(limit));
        rows.sort_unstable_by_key(|(key, _)| *key);
        Ok(rows.into_iter().take(limit).map(owned).collect())
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<(RowKey, Vec<u8>)>> {
        let Some(range) = range(prefix, None) else { return Ok(None) };
        let kept = self.kept(range.clone()).next_back();
        let written = self.written(range).next_back();
        Ok(kept.into_iter().chain(written).max_by_key(|(key, _)| *key).map(owned))
    }

    fn count(&self, prefix: &[u8]) -> Result<u64> {
        let Some(range) = range(prefix, None) else { return Ok(0) };
        let count = self.kept(range.clone()).count().saturating_add(self.written(range).count());
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl Transaction for View<'_> {
    fn put(&mut self, key: &RowKey, value: &[u8]) -> Result<()> {
        self.rows.insert(key.clone(), Some(value.into()));
        Ok(())
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.rows.insert(key.clone(), None);
        Ok(())
    }

    fn append(&mut self, chain: ChainId, from: u64, records: &[Vec<u8>]) -> Result<()> {
        let at = usize::try_from(from).map_err(|_| Code::TreeRange)?;
        let size = self.len(chain);
        if at > size {
            return Err(Code::TreeRange.into());
        }
        let (begin, tail) = self.tails.entry(chain).or_insert((at, Vec::new()));
        match at.checked_sub(*begin) {
            Some(kept) => tail.truncate(kept),
            None => (*begin, *tail) = (at, Vec::new()),
        }
        tail.extend(records.iter().map(|record| Bytes::from(record.as_slice())));
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self { store, base, rows, tails, _turn } = *self;
        // Else this transaction itself would make the state be copied.
        drop(base);
        let mut state = lock(&store.state);
        let state = Arc::make_mut(&mut *state);
        for (key, value) in rows {
            match value {
                Some(value) => drop(state.rows.insert(key, value)),
                None => drop(state.rows.remove(&key)),
            }
        }
        for (chain, (from, tail)) in tails {
            let leaves = state.chains.entry(chain).or_default();
            leaves.truncate(from);
            leaves.extend(tail);
        }
        Ok(())
    }
}

type Range = (Bound<RowKey>, Bound<RowKey>);

/// The keys that begin with `prefix`, after `after`; `None` if there can be none.
fn range(prefix: &[u8], after: Option<&RowKey>) -> Option<Range> {
    let (from, to) = (RowKey(prefix.to_vec()), RowKey(end_of(prefix)));
    match after {
        // A range must not begin behind its end.
        Some(after) if *after >= to => None,
        Some(after) if *after >= from => Some((Bound::Excluded(after.clone()), Bound::Excluded(to))),
        _ => Some((Bound::Included(from), Bound::Excluded(to))),
    }
}

fn owned((key, value): (&RowKey, &Bytes)) -> (RowKey, Vec<u8>) {
    (key.clone(), value.to_vec())
}

/// Keys that can be destroyed, in memory.
#[derive(Debug, Default)]
pub struct MemoryErasable(Mutex<BTreeMap<RowKey, SecretBytes>>);

impl MemoryErasable {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Erasable for MemoryErasable {
    fn put(&self, key: &RowKey, value: &SecretBytes) -> Result<()> {
        lock(&self.0).insert(key.clone(), copy(value));
        Ok(())
    }

    fn get(&self, key: &RowKey) -> Result<Option<SecretBytes>> {
        Ok(lock(&self.0).get(key).map(copy))
    }

    fn destroy(&self, key: &RowKey) -> Result<()> {
        lock(&self.0).remove(key);
        Ok(())
    }

    fn list(&self, prefix: &[u8]) -> Result<Vec<RowKey>> {
        let keys = lock(&self.0);
        Ok(keys.keys().filter(|key| key.as_bytes().starts_with(prefix)).cloned().collect())
    }
}

fn copy(value: &SecretBytes) -> SecretBytes {
    SecretBytes::new(value.expose_secret().to_vec())
}

/// Sealed files in memory.
#[derive(Clone, Default)]
pub struct MemoryBlobs(Arc<Mutex<BTreeMap<BlobId, Arc<Vec<u8>>>>>);

impl MemoryBlobs {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for MemoryBlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryBlobs").field(&lock(&self.0).keys()).finish()
    }
}

impl Blobs for MemoryBlobs {
    fn create(&self, id: &BlobId) -> Result<Box<dyn BlobWrite>> {
        if lock(&self.0).contains_key(id) {
            return Err(Code::Exists.into());
        }
        Ok(Box::new(MemoryBlob { blobs: self.clone(), id: id.clone(), bytes: Vec::new() }))
    }

    fn open(&self, id: &BlobId) -> Result<Box<dyn ReadAt>> {
        let blob = lock(&self.0).get(id).cloned().ok_or(Code::BlobMissing)?;
        Ok(Box::new(blob))
    }

    fn sync(&self, ids: &[BlobId]) -> Result<()> {
        let blobs = lock(&self.0);
        if ids.iter().all(|id| blobs.contains_key(id)) { Ok(()) } else { Err(Code::BlobMissing.into()) }
    }

    fn remove(&self, id: &BlobId) -> Result<()> {
        lock(&self.0).remove(id);
        Ok(())
    }

    fn list(&self, after: Option<&BlobId>, limit: usize) -> Result<Vec<BlobId>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(lock(&self.0).range((from, Bound::Unbounded)).take(limit).map(|(id, _)| id.clone()).collect())
    }
}

struct MemoryBlob {
    blobs: MemoryBlobs,
    id: BlobId,
    bytes: Vec<u8>,
}

impl Write for MemoryBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BlobWrite for MemoryBlob {
    fn finish(self: Box<Self>) -> Result<()> {
        let Self { blobs, id, bytes } = *self;
        let mut blobs = lock(&blobs.0);
        if blobs.contains_key(&id) {
            return Err(Code::Exists.into());
        }
        blobs.insert(id, Arc::new(bytes));
        Ok(())
    }
}

/// The state of a device, in memory.
#[derive(Default)]
pub struct MemoryDevice {
    state: Mutex<(u64, Option<Vec<u8>>)>,
    cache: Mutex<(u64, Option<Vec<u8>>)>,
}

impl MemoryDevice {
    /// A device that saved nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn slot(&self, slot: DeviceSlot) -> MutexGuard<'_, (u64, Option<Vec<u8>>)> {
        lock(match slot {
            DeviceSlot::State => &self.state,
            DeviceSlot::Cache => &self.cache,
        })
    }
}

impl fmt::Debug for MemoryDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDevice").field("version", &lock(&self.state).0).finish_non_exhaustive()
    }
}

impl DeviceState for MemoryDevice {
    fn load(&self, slot: DeviceSlot) -> Result<(u64, Option<Vec<u8>>)> {
        Ok(self.slot(slot).clone())
    }

    fn save(&self, slot: DeviceSlot, expected: u64, bytes: &[u8]) -> Result<u64> {
        let mut saved = self.slot(slot);
        if saved.0 != expected {
            return Err(Code::DeviceStateConflict.into());
        }
        let version = expected.checked_add(1).ok_or(Code::TooLarge)?;
        *saved = (version, Some(bytes.to_vec()));
        Ok(version)
    }
}

/// Nothing here is left half-done by a thread that panics, so its lock is taken on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
