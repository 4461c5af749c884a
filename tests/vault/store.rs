//! The store as its operator has it: every row, every leaf, and commits that do not say the truth.
#![allow(dead_code)] // Each test program uses its part.

use std::sync::{Arc, Mutex};

use privity::store::{RowKey, Snapshot, Storage, Store, Transaction};
use privity::{ChainId, Code, DocumentId, Result};

use privity::vault::Matter;

pub fn rows(storage: &Storage, tag: u8) -> Vec<(RowKey, Vec<u8>)> {
    storage.rows.read().unwrap().scan(&[tag], None, usize::MAX).unwrap()
}

pub fn put(storage: &Storage, key: &RowKey, value: Option<&[u8]>) {
    let mut transaction = storage.rows.write(&[]).unwrap();
    match value {
        Some(value) => transaction.put(key, value).unwrap(),
        None => transaction.delete(key).unwrap(),
    }
    transaction.commit().unwrap();
}

pub fn row_of(storage: &Storage, matter: &Matter, document: DocumentId) -> (RowKey, Vec<u8>) {
    let prefix = [&[0x30][..], matter.id().as_bytes(), document.as_bytes()].concat();
    storage.rows.read().unwrap().scan(&prefix, None, 1).unwrap().remove(0)
}

pub fn leaves(storage: &Storage, chain: ChainId) -> Vec<Vec<u8>> {
    storage.rows.read().unwrap().records(chain, 0, u64::MAX).unwrap()
}

/// Puts a chain in place of the one there is.
pub fn replace(storage: &Storage, chain: ChainId, leaves: &[Vec<u8>]) {
    let mut transaction = storage.rows.write(&[chain]).unwrap();
    transaction.append(chain, 0, leaves).unwrap();
    transaction.commit().unwrap();
}

/// Everything in the rows and leaves of these chains, to be compared and put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    rows: Vec<(RowKey, Vec<u8>)>,
    chains: Vec<(ChainId, Vec<Vec<u8>>)>,
}

impl Copy {
    pub fn of(storage: &Storage, chains: &[ChainId]) -> Self {
        Self {
            rows: (0..=u8::MAX).flat_map(|tag| rows(storage, tag)).collect(),
            chains: chains.iter().map(|&chain| (chain, leaves(storage, chain))).collect(),
        }
    }

    pub fn leaves(&self, chain: ChainId) -> &[Vec<u8>] {
        self.chains.iter().find(|(one, _)| *one == chain).map_or(&[], |(_, leaves)| leaves)
    }

    /// Whether nothing was written since.
    pub fn is_still(&self, storage: &Storage) -> bool {
        let chains: Vec<_> = self.chains.iter().map(|(chain, _)| *chain).collect();
        Self::of(storage, &chains) == *self
    }

    pub fn restore(&self, storage: &Storage) {
        let mut transaction = storage.rows.write(&[]).unwrap();
        for (key, _) in (0..=u8::MAX).flat_map(|tag| rows(storage, tag)) {
            transaction.delete(&key).unwrap();
        }
        for (key, value) in &self.rows {
            transaction.put(key, value).unwrap();
        }
        for (chain, leaves) in &self.chains {
            transaction.append(*chain, 0, leaves).unwrap();
        }
        transaction.commit().unwrap();
    }
}

/// What the next commit does and says.
pub enum Lie {
    /// It says that it failed, and nothing was written.
    NotWritten,
    /// It says that it failed, and everything was written.
    Written,
    /// Somebody else comes first, and it is refused.
    Overtaken(Box<dyn FnOnce() + Send>),
    /// Somebody else comes first, just before it begins.
    Late(Box<dyn FnOnce() + Send>),
}

/// A store whose commits lie, and that remembers every leaf it was ever given.
pub struct LyingStore {
    inner: Arc<dyn Store>,
    lie: Mutex<Option<Lie>>,
    given: Mutex<Vec<(ChainId, Vec<u8>)>>,
}

impl LyingStore {
    pub fn over(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner, lie: Mutex::default(), given: Mutex::default() })
    }

    pub fn next(&self, lie: Lie) {
        *self.lie.lock().unwrap() = Some(lie);
    }

    /// Whether the lie was told.
    pub fn has_lied(&self) -> bool {
        self.lie.lock().unwrap().is_none()
    }

    pub fn given(&self) -> Vec<(ChainId, Vec<u8>)> {
        self.given.lock().unwrap().clone()
    }
}

impl Store for LyingStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>> {
        self.inner.read()
    }

    fn write(&self, chains: &[ChainId]) -> Result<Box<dyn Transaction + '_>> {
        let late = self.lie.lock().unwrap().take_if(|lie| matches!(lie, Lie::Late(_)));
        if let Some(Lie::Late(first)) = late {
            first();
        }
        Ok(Box::new(Lying { store: self, inner: self.inner.write(chains)? }))
    }
}

struct Lying<'s> {
    store: &'s LyingStore,
    inner: Box<dyn Transaction + 's>,
}

impl Snapshot for Lying<'_> {
    fn size(&self, chain: ChainId) -> Result<u64> {
        self.inner.size(chain)
    }

    fn records(&self, chain: ChainId, from: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        self.inner.records(chain, from, limit)
    }

    fn get(&self, key: &RowKey) -> Result<Option<Vec<u8>>> {
        self.inner.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&RowKey>, limit: usize) -> Result<Vec<(RowKey, Vec<u8>)>> {
        self.inner.scan(prefix, after, limit)
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<(RowKey, Vec<u8>)>> {
        self.inner.last(prefix)
    }

    fn count(&self, prefix: &[u8]) -> Result<u64> {
        self.inner.count(prefix)
    }
}

impl Transaction for Lying<'_> {
    fn put(&mut self, key: &RowKey, value: &[u8]) -> Result<()> {
        self.inner.put(key, value)
    }

    fn delete(&mut self, key: &RowKey) -> Result<()> {
        self.inner.delete(key)
    }

    fn append(&mut self, chain: ChainId, from: u64, records: &[Vec<u8>]) -> Result<()> {
        self.store.given.lock().unwrap().extend(records.iter().map(|record| (chain, record.clone())));
        self.inner.append(chain, from, records)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self { store, inner } = *self;
        let lie = store.lie.lock().unwrap().take();
        match lie {
            None | Some(Lie::Late(_)) => return inner.commit(),
            Some(Lie::NotWritten) => drop(inner),
            Some(Lie::Written) => inner.commit()?,
            Some(Lie::Overtaken(first)) => {
                drop(inner);
                first();
            }
        }
        Err(Code::Io.into())
    }
}
