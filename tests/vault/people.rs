//! A firm of several people, each on a device of their own.
#![allow(dead_code)] // Each test program uses its part.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use privity::audit::body::{FirmRole, MatterRole};
use privity::keys::{Protector, ProtectorId};
use privity::store::{FolderDevice, MemoryDevice, Storage};
use privity::vault::{Matter, NewFirm, NewMatter, NewUser, Options, RootFiles, Vault};
use privity::{Result, SecretBytes};

/// A protector of the host's own: quick, for a test that is not about passphrases. It hides the
/// unlocking secret behind a pad, and refuses what another of its kind wrapped.
pub struct HostProtector(pub [u8; 32]);

impl Protector for HostProtector {
    fn id(&self) -> ProtectorId {
        ProtectorId::new("com.example.test").expect("a name")
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Ok(secret.expose_secret().iter().zip(self.0).map(|(byte, pad)| byte ^ pad).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Ok(SecretBytes::new(wrapped.iter().zip(self.0).map(|(byte, pad)| byte ^ pad).collect()))
    }
}

pub fn protector(of: u8) -> Arc<dyn Protector> {
    Arc::new(HostProtector([of; 32]))
}

/// A firm in memory or in folders: its stores, and the first administrator's vault.
pub struct Firm {
    pub shared: Storage,
    pub partner: Vault,
    pub root: RootFiles,
}

impl Firm {
    pub fn in_memory() -> Self {
        Self::create(Storage::memory())
    }

    pub fn in_folder(folder: &Path) -> Self {
        Self::create(Storage::folder(&folder.join("firm"), &folder.join("device-0")).expect("a storage"))
    }

    pub fn create(storage: Storage) -> Self {
        let (partner, root) = Vault::create(
            storage.clone(),
            NewFirm::new("Example LLP", "A. Partner"),
            protector(0),
            protector(99),
            Options::default(),
        )
        .expect("a firm");
        Self { shared: storage, partner, root }
    }

    /// Somebody joins on a device of their own.
    pub fn join(&self, name: &str, number: u8) -> Vault {
        self.join_on(self.shared.with_device(Arc::new(MemoryDevice::new())), name, number, &[])
    }

    pub fn join_on(&self, storage: Storage, name: &str, number: u8, roles: &[FirmRole]) -> Vault {
        self.enrolled(storage, NewUser::new(name), number, roles)
    }

    /// A further device of the partner's.
    pub fn second_device(&self, number: u8) -> Vault {
        let storage = self.shared.with_device(Arc::new(MemoryDevice::new()));
        self.enrolled(storage, NewUser::further_device(self.partner.user(), "A. Partner"), number, &[])
    }

    fn enrolled(&self, storage: Storage, new: NewUser, number: u8, roles: &[FirmRole]) -> Vault {
        let request = Vault::request(storage.clone(), new, protector(number)).expect("a request");
        let approval = self.partner.enrol(&request, &request.words(), roles).expect("an approval");
        Vault::accept(storage, &approval, protector(number), Options::default()).expect("a vault")
    }

    /// Another device folder beside the firm's.
    pub fn device(folder: &Path, number: u8) -> (PathBuf, Storage) {
        let device = folder.join(format!("device-{number}"));
        let storage = Storage::folder(&folder.join("firm"), &device).expect("a storage");
        (device, storage)
    }

    pub fn matter(&self, name: &str) -> Matter {
        self.partner.open_matter(NewMatter::new(name)).expect("a matter")
    }
}

/// The same matter as another person sees it.
pub fn seen_by(vault: &Vault, matter: &Matter) -> Matter {
    vault.matter(matter.id()).expect("the matter")
}

pub fn admit(matter: &Matter, vault: &Vault, role: MatterRole) {
    matter.admit(vault.user(), role).expect("admitted");
}

pub fn device_of(path: &Path) -> Arc<FolderDevice> {
    Arc::new(FolderDevice::open(path).expect("a device"))
}

#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T>, code: &str) {
    match result {
        Err(error) => assert_eq!(error.code(), code, "{error}"),
        Ok(value) => panic!("not refused with {code}: {value:?}"),
    }
}
