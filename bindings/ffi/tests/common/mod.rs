//! What every test here needs: a folder, a firm in it, the code of an error.

#![allow(dead_code)] // No test needs everything.

use std::sync::Arc;

use privity::SecretBytes;
use privity_ffi::{Guard, NewDocument, NewFirm, Result, SecretBlob, Storage, Vault, create_firm};

/// A folder with one firm's data.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// The shared stores with the own folder of this person's device.
    pub fn storage(&self, device: &str) -> Arc<Storage> {
        Storage::folder(self.path("shared"), self.path(device)).unwrap()
    }

    /// This person's passphrase.
    pub fn guard(&self, device: &str) -> Arc<Guard> {
        Guard::passphrase(secret(device)).unwrap()
    }

    /// A firm with its first administrator, `partner`.
    pub fn firm(&self) -> Arc<Vault> {
        let new = NewFirm { firm: "Example LLP".to_owned(), user: "A. Partner".to_owned() };
        let (device, root) = (self.guard("partner"), self.guard("safe"));
        let created = create_firm(self.storage("partner"), new, device, root, None).unwrap();
        assert!(!created.root.as_slice().is_empty() && created.root != created.next_root);
        created.vault
    }
}

pub fn secret(text: &str) -> SecretBlob {
    SecretBlob::new(SecretBytes::new(text.as_bytes().to_vec()))
}

pub fn file(name: &str) -> NewDocument {
    NewDocument { name: name.to_owned(), id: None, media_type: None, designation: None }
}

/// The code of an error; `fine` if there is none.
pub fn code<T>(result: Result<T>) -> String {
    result.err().map_or("fine".to_owned(), |error| error.code().to_owned())
}
