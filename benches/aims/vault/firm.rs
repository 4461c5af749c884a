//! Firms to be measured, made as fast as the library makes them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use privity::keys::{Protector, ProtectorId};
use privity::store::{
    DeviceSlot, DeviceState, FolderDevice, MemoryBlobs, MemoryDevice, SqliteErasable, SqliteStore, Storage,
};
use privity::vault::{Matter, NewDocument, NewFirm, NewUser, Options, Vault};
use privity::{Result, SecretBytes};
use tempfile::TempDir;

use crate::aims::aim::{Unmeasured, check};

/// A host's protector that costs nothing: no aim is about passphrases.
struct Pad(u8);

impl Protector for Pad {
    fn id(&self) -> ProtectorId {
        ProtectorId::new("com.example.aims").expect("a name")
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Ok(secret.expose_secret().iter().map(|byte| byte ^ self.0).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Ok(SecretBytes::new(wrapped.iter().map(|byte| byte ^ self.0).collect()))
    }
}

pub fn protector() -> Arc<dyn Protector> {
    Arc::new(Pad(0x5A))
}

pub fn found(storage: Storage) -> Result<Vault> {
    let new = NewFirm::new("Example LLP", "A. Partner");
    Ok(Vault::create(storage, new, protector(), protector(), Options::default())?.0)
}

/// Somebody more, on a device of their own.
pub fn join(shared: &Storage, partner: &Vault) -> Result<Vault> {
    let storage = shared.with_device(Arc::new(MemoryDevice::new()));
    let request = Vault::request(storage.clone(), NewUser::new("An Associate"), protector())?;
    let approval = partner.enrol(&request, &request.words(), &[])?;
    Vault::accept(storage, &approval, protector(), Options::default())
}

/// Many documents of one small content.
pub fn fill(matter: &Matter, source: &Path, count: usize) -> std::result::Result<(), Unmeasured> {
    let documents = (0..count).map(|_| Ok((NewDocument::new("letter.eml")?, source.to_owned())));
    let sealed = matter.seal_all(documents.collect::<Result<_>>()?, None)?;
    check(sealed.sealed.len() == count, "a document was not sealed")
}

/// A file of a few bytes.
pub fn small_source(folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join("letter.eml");
    std::fs::write(&path, b"Dear Sirs, ...")?;
    Ok(path)
}

/// A folder on a file system that keeps things.
pub fn durable_folder() -> std::io::Result<TempDir> {
    let chosen = std::env::var_os("PRIVITY_BENCH_DIR").map(PathBuf::from);
    let folder = chosen.unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    std::fs::create_dir_all(&folder)?;
    tempfile::Builder::new().prefix("privity-aims-vault-").tempdir_in(folder)
}

/// Rows, keys and the device's own durable, sealed files in memory: for what touches none of these.
pub fn durable_rows(folder: &Path) -> Result<Storage> {
    Ok(Storage {
        rows: Arc::new(SqliteStore::open(&folder.join("rows.sqlite"))?),
        erasable: Arc::new(SqliteErasable::open(&folder.join("erasable.sqlite"))?),
        blobs: Arc::new(MemoryBlobs::new()),
        device: Arc::new(FolderDevice::open(&folder.join("device"))?),
    })
}

/// A device that has lost what it kept of an earlier verification.
pub struct Forgetful(pub Arc<dyn DeviceState>);

impl DeviceState for Forgetful {
    fn load(&self, slot: DeviceSlot) -> Result<(u64, Option<Vec<u8>>)> {
        if matches!(slot, DeviceSlot::Cache) { Ok((0, None)) } else { self.0.load(slot) }
    }

    fn save(&self, slot: DeviceSlot, expected: u64, bytes: &[u8]) -> Result<u64> {
        if matches!(slot, DeviceSlot::Cache) { Ok(0) } else { self.0.save(slot, expected, bytes) }
    }
}
