//! The vault: a firm on this device.

use std::path::Path;
use std::sync::Arc;

use privity::vault;
use privity::{DeviceId, FirmId, Hash, MatterId, UserId};

use crate::blob::Blob;
use crate::error::Result;
use crate::protector::Guard;
use crate::vault_matter::Matter;
use crate::vault_options::Options;

/// Where a firm's data lies.
#[derive(uniffi::Object)]
pub struct Storage(privity::store::Storage);

#[uniffi::export]
impl Storage {
    /// SQLite and files: `shared` holds what all devices share, `device` what this one keeps for
    /// itself. Creates what is missing.
    ///
    /// Fails with `store-version`, `store-damaged`, `store-busy`, `io`.
    #[uniffi::constructor]
    pub fn folder(shared: String, device: String) -> Result<Arc<Self>> {
        let storage = privity::store::Storage::folder(Path::new(&shared), Path::new(&device))?;
        Ok(Arc::new(Self(storage)))
    }

    /// All in memory, gone with the last handle. For tests.
    #[uniffi::constructor]
    pub fn memory() -> Result<Arc<Self>> {
        Ok(Arc::new(Self(privity::store::Storage::memory())))
    }
}

impl Storage {
    pub(crate) fn inner(&self) -> privity::store::Storage {
        self.0.clone()
    }
}

/// A firm to be made, and its first person.
#[derive(Clone, uniffi::Record)]
pub struct NewFirm {
    /// The firm's name.
    pub firm: String,
    /// The name of its first administrator.
    pub user: String,
}

/// A firm that was made.
#[derive(uniffi::Record)]
pub struct CreatedFirm {
    /// It, unlocked.
    pub vault: Arc<Vault>,
    /// The firm's root key and recovery key, under the root's guard: for one safe.
    pub root: Blob,
    /// The root after it: for another safe.
    pub next_root: Blob,
}

/// What a verifier of a firm's exports has to know beforehand.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TrustRoot {
    /// The firm.
    pub firm: FirmId,
    /// The record hash of the ledger's first leaf.
    pub genesis: Hash,
}

/// A firm, unlocked on this device. May be used on any threads at once.
#[derive(uniffi::Object)]
pub struct Vault(pub(crate) vault::Vault);

#[uniffi::export]
impl Vault {
    /// Unlocks this device's keys and verifies the store forward from what the device verified last.
    ///
    /// Fails with `device-state-missing`, `device-state-damaged`; `unlock-refused` for a wrong
    /// passphrase; `not-a-vault`, `other-firm`, `ledger-rollback`, `ledger-forked`, `firm-tampered`,
    /// `store-incomplete`; `not-active`; storage.
    #[uniffi::constructor(default(options = None))]
    pub fn unlock(storage: Arc<Storage>, guard: Arc<Guard>, options: Option<Options>) -> Result<Arc<Self>> {
        let vault = vault::Vault::unlock(storage.inner(), guard.inner(), Options::of(options)?)?;
        Ok(Arc::new(Self(vault)))
    }

    /// Wipes every key from memory. Later calls, and those of its matters and writers, fail with
    /// `locked`.
    pub fn lock(&self) -> Result<()> {
        self.0.lock();
        Ok(())
    }

    /// The firm.
    pub fn firm(&self) -> Result<FirmId> {
        Ok(self.0.firm())
    }

    /// What a verifier of this firm's exports has to know beforehand.
    pub fn trust(&self) -> Result<TrustRoot> {
        let trust = self.0.trust();
        Ok(TrustRoot { firm: trust.firm, genesis: trust.genesis })
    }

    /// The user whose device this is.
    pub fn user(&self) -> Result<UserId> {
        Ok(self.0.user())
    }

    /// This device.
    pub fn device(&self) -> Result<DeviceId> {
        Ok(self.0.device())
    }

    /// Opens a matter, whose members alone can read its name. This user is its lead.
    ///
    /// Fails with `role-missing`, `already-there` for an id that is taken.
    #[uniffi::method(default(id = None))]
    pub fn open_matter(&self, name: String, id: Option<MatterId>) -> Result<Arc<Matter>> {
        let new = vault::NewMatter::new(name);
        let new = match id {
            Some(id) => new.with_id(id),
            None => new,
        };
        Ok(Arc::new(Matter(self.0.open_matter(new)?)))
    }

    /// A matter by its id.
    ///
    /// Fails with `matter-unknown`.
    pub fn matter(&self, id: MatterId) -> Result<Arc<Matter>> {
        Ok(Arc::new(Matter(self.0.matter(id)?)))
    }

    /// Every matter there is, in the order in which they were opened.
    pub fn matters(&self) -> Result<Vec<Arc<Matter>>> {
        Ok(self.0.matters()?.into_iter().map(|matter| Arc::new(Matter(matter))).collect())
    }
}

/// Makes a firm in an empty store, with this device as its first. Put the two root files into two
/// safes. (`Vault.create` in the packages: a constructor cannot give three things.)
///
/// Fails with `already-there`, `entropy`; those of the guards and of storage.
#[uniffi::export(default(options = None))]
pub fn create_firm(
    storage: Arc<Storage>,
    new: NewFirm,
    device: Arc<Guard>,
    root: Arc<Guard>,
    options: Option<Options>,
) -> Result<CreatedFirm> {
    let new = vault::NewFirm::new(new.firm, new.user);
    let options = Options::of(options)?;
    let (vault, files) = vault::Vault::create(storage.inner(), new, device.inner(), root.inner(), options)?;
    let (root, next_root) = (Blob::new(&files.root)?, Blob::new(&files.next)?);
    Ok(CreatedFirm { vault: Arc::new(Vault(vault)), root, next_root })
}
