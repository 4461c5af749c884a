//! All four stores at one moment, as a snapshot of a machine or a backup has them, to be run again.
#![allow(dead_code)] // Each test program uses its part.

use std::io::Write as _;
use std::sync::Arc;

use privity::store::{
    BlobId, DeviceSlot, MemoryBlobs, MemoryDevice, MemoryErasable, MemoryStore, RowKey, Storage,
};
use privity::{ChainId, SecretBytes};

use crate::liars::bytes_of;

#[derive(Clone)]
pub struct Image {
    rows: Vec<(RowKey, Vec<u8>)>,
    chains: Vec<(ChainId, Vec<Vec<u8>>)>,
    shred: Vec<(RowKey, Vec<u8>)>,
    blobs: Vec<(BlobId, Vec<u8>)>,
    device: Option<Vec<u8>>,
}

impl Image {
    pub fn of(storage: &Storage, chains: &[ChainId]) -> Self {
        let snapshot = storage.rows.read().unwrap();
        let every_tag = (0..=u8::MAX).flat_map(|tag| snapshot.scan(&[tag], None, usize::MAX).unwrap());
        let rows = every_tag.collect();
        let chains =
            chains.iter().map(|chain| (*chain, snapshot.records(*chain, 0, u64::MAX).unwrap())).collect();
        let keys = storage.erasable.list(&[]).unwrap().into_iter();
        let shred = keys.map(|key| {
            let value = storage.erasable.get(&key).unwrap().unwrap().expose_secret().to_vec();
            (key, value)
        });
        let blobs = storage.blobs.list(None, usize::MAX).unwrap().into_iter();
        let blobs = blobs.map(|id| (id.clone(), bytes_of(&*storage.blobs, &id))).collect();
        let (_, device) = storage.device.load(DeviceSlot::State).unwrap();
        Self { rows, chains, shred: shred.collect(), blobs, device }
    }

    /// Stores of their own with all of it.
    pub fn storage(&self) -> Storage {
        let storage = Storage {
            rows: Arc::new(MemoryStore::new()),
            erasable: Arc::new(MemoryErasable::new()),
            blobs: Arc::new(MemoryBlobs::new()),
            device: Arc::new(MemoryDevice::new()),
        };
        let mut transaction = storage.rows.write(&[]).unwrap();
        self.rows.iter().for_each(|(key, value)| transaction.put(key, value).unwrap());
        self.chains.iter().for_each(|(chain, leaves)| transaction.append(*chain, 0, leaves).unwrap());
        transaction.commit().unwrap();
        for (key, value) in &self.shred {
            storage.erasable.put(key, &SecretBytes::new(value.clone())).unwrap();
        }
        for (id, bytes) in &self.blobs {
            let mut blob = storage.blobs.create(id).unwrap();
            blob.write_all(bytes).unwrap();
            blob.finish().unwrap();
        }
        if let Some(device) = &self.device {
            storage.device.save(DeviceSlot::State, 0, device).unwrap();
        }
        storage
    }
}
