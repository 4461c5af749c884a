//! Where the firm lies, and how its devices are unlocked.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use privity::keys::{Protector, ProtectorId};
use privity::store::Storage;
use privity::vault::{NewFirm, Options, RootFiles, Vault};
use privity::{Result, SecretBytes};

use crate::Outcome;
use crate::act::{content, of_batch};

/// Stands for a key store of the host: quick, so that a run is about commits and not about passphrases.
struct HostProtector([u8; 32]);

impl Protector for HostProtector {
    fn id(&self) -> ProtectorId {
        ProtectorId::new("com.example.crash").expect("a name")
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Ok(secret.expose_secret().iter().zip(self.0).map(|(byte, pad)| byte ^ pad).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Ok(SecretBytes::new(wrapped.iter().zip(self.0).map(|(byte, pad)| byte ^ pad).collect()))
    }
}

pub fn protector() -> Arc<dyn Protector> {
    Arc::new(HostProtector([7; 32]))
}

/// The stores as the device of this number sees them.
pub fn storage(folder: &Path, device: u64) -> Result<Storage> {
    Storage::folder(&folder.join("firm"), &device_folder(folder, device))
}

pub fn device_folder(folder: &Path, device: u64) -> PathBuf {
    folder.join(format!("device-{device}"))
}

/// What the administrator's approval of a device is kept in until the device takes it.
pub fn approval_file(folder: &Path, device: u64) -> PathBuf {
    folder.join(format!("approval-{device}"))
}

pub fn create(folder: &Path) -> Result<(Vault, RootFiles)> {
    let new = NewFirm::new("Example LLP", "A. Partner");
    Vault::create(storage(folder, 0)?, new, protector(), protector(), Options::default())
}

pub fn unlock(folder: &Path, device: u64) -> Result<Vault> {
    Vault::unlock(storage(folder, device)?, protector(), Options::default())
}

/// The files that batches are sealed from.
pub fn sources(folder: &Path) -> PathBuf {
    folder.join("sources")
}

pub fn write_sources(folder: &Path, count: u64) -> Outcome<()> {
    fs::create_dir_all(sources(folder))?;
    for number in 0..count {
        fs::write(sources(folder).join(number.to_string()), content(of_batch(0, number)))?;
    }
    Ok(())
}
