//! What both halves of the story need.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use privity::keys::{Passphrase, Protector};
use privity::store::Storage;
use privity::vault::{AccessReason, Matter, Options, Vault};
use privity::{Hash, SecretBytes};
use sha2::{Digest as _, Sha256};

use crate::Story;

/// The folder of a story.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The firm's stores with the own folder of this device.
    pub fn storage(&self, device: &str) -> privity::Result<Storage> {
        Storage::folder(&self.path("firm"), &self.path(&format!("device-{device}")))
    }

    pub fn unlock(&self, device: &str) -> privity::Result<Vault> {
        Vault::unlock(self.storage(device)?, guard()?, Options::default())
    }
}

/// The passphrase of every device and of the root.
pub fn guard() -> privity::Result<Arc<dyn Protector>> {
    let passphrase = SecretBytes::new(b"six words that nobody else knows".to_vec());
    Ok(Arc::new(Passphrase::new(passphrase)?))
}

/// The code of an error; `fine` if there is none.
pub fn code<T>(result: privity::Result<T>) -> &'static str {
    result.err().map_or("fine", |error| error.code())
}

/// Ends the story unless this holds.
pub fn must(holds: bool, what: &str) -> Story {
    if holds { Ok(()) } else { Err(what.into()) }
}

pub fn sha256(content: &[u8]) -> Hash {
    Hash(Sha256::digest(content).into())
}

pub fn because(reason: &str) -> AccessReason {
    AccessReason::because(reason)
}

/// The content of documents of which byte *n* is *n* mod 251.
pub fn counted(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

/// The one matter of the firm, as this vault sees it.
pub fn the_matter(vault: &Vault) -> Story<Matter> {
    Ok(vault.matters()?.pop().ok_or("no matter")?)
}

/// The name of this vault's person, as an administrator of the firm knows it.
pub fn name_of(of: &Vault, administrator: &Vault) -> Story<String> {
    let known = administrator.users()?.into_iter().find(|person| person.id == of.user());
    Ok(known.and_then(|person| person.name).ok_or("nobody")?)
}
