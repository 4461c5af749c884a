//! One contract, every backend: each property is a function over the traits, and every backend is
//! put through all of them. Then what files alone can show: several handles, several processes,
//! damage, versions, what is left on disk.

#[path = "store_contract/blobs.rs"]
mod blobs;
#[path = "store_contract/device.rs"]
mod device;
#[path = "store_contract/erasable.rs"]
mod erasable;
#[path = "store_contract/files.rs"]
mod files;
#[path = "store_contract/processes.rs"]
mod processes;
#[path = "store_contract/random.rs"]
mod random;
#[path = "store_contract/rows.rs"]
mod rows;

use privity::ChainId;
use privity::store::{BlobId, RowKey, Storage};

/// A storage, and the folder it lies in for as long as it is needed.
struct Place {
    storage: Storage,
    folder: Option<tempfile::TempDir>,
}

impl Place {
    fn memory() -> Self {
        Self { storage: Storage::memory(), folder: None }
    }

    fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = open(&folder);
        Self { storage, folder: Some(folder) }
    }

    /// A second handle to the same stores, as another program would have it.
    fn again(&self) -> Storage {
        self.folder.as_ref().map_or_else(|| self.storage.clone(), open)
    }

    /// All handles closed and the stores opened anew. What is in memory does not survive that.
    fn reopened(self) -> Self {
        let Self { storage, folder } = self;
        let Some(folder) = folder else { return Self { storage, folder: None } };
        drop(storage);
        let storage = open(&folder);
        Self { storage, folder: Some(folder) }
    }
}

fn open(folder: &tempfile::TempDir) -> Storage {
    Storage::folder(&folder.path().join("shared"), &folder.path().join("device")).unwrap()
}

/// Every property becomes a test for each backend.
macro_rules! contract {
    ($($property:ident)+) => {
        mod memory {
            $(#[test] fn $property() { super::$property(&crate::Place::memory()); })+
        }
        mod folder {
            $(#[test] fn $property() { super::$property(&crate::Place::folder()); })+
        }
    };
}
use contract;

fn key(bytes: &[u8]) -> RowKey {
    RowKey::new(bytes.to_vec()).unwrap()
}

fn chain(byte: u8) -> ChainId {
    ChainId::from_bytes([byte; 16])
}

fn blob(id: &str) -> BlobId {
    BlobId::new(id).unwrap()
}

fn code<T>(result: privity::Result<T>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

#[test]
fn keys_and_ids_are_checked_where_they_are_made() {
    for (bytes, expected) in [(0, "field"), (1, "ok"), (128, "ok"), (129, "field")] {
        assert_eq!(code(RowKey::new(vec![7; bytes])), expected, "{bytes} bytes");
    }
    let long = "a".repeat(65);
    for (id, expected) in [
        ("", "field"),
        ("a", "ok"),
        ("az09_-", "ok"),
        (&long[..64], "ok"),
        (&long, "field"),
        ("A", "field"),
        ("../x", "field"),
        ("a.b", "field"),
        ("é", "field"),
        ("a\0", "field"),
    ] {
        assert_eq!(code(BlobId::new(id)), expected, "{id:?}");
    }
}

#[test]
fn debug_names_a_key_and_shows_no_value() {
    assert_eq!(format!("{:?}", key(&[0, 0xAB])), "RowKey(00ab)");
    let place = Place::memory();
    place.storage.device.save(privity::store::DeviceSlot::State, 0, b"secret").unwrap();
    assert_eq!(format!("{:?}", place.storage), "Storage { .. }");
}
