//! What a vault makes of a broken world: every fault is a typed error that says what to do, nothing
//! is lost or half written, and everything works again once the fault is gone.

#[path = "vault_broken/blobs.rs"]
mod blobs;
#[path = "vault_broken/damage.rs"]
mod damage;
#[path = "vault_broken/folders.rs"]
mod folders;
#[path = "vault_broken/full.rs"]
mod full;
#[path = "vault/people.rs"]
mod people;

use std::fs;
use std::path::{Path, PathBuf};

use people::{Firm, protector};
use privity::Result;
use privity::store::Storage;
use privity::vault::{AccessReason, DocumentInfo, Matter, NewDocument, Options, Scope, Vault};

/// A firm in a folder with two documents, closed again: `shared` and `device`.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub documents: [(DocumentInfo, Vec<u8>); 2],
}

impl Place {
    pub fn set_up() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let firm = Firm::create(storage(folder.path()).unwrap());
        let matter = firm.matter("One");
        let documents = [b"Dear Sirs".to_vec(), (0..=255).cycle().take(200_000).collect()];
        let documents = documents.map(|content| (seal(&matter, &content).unwrap(), content));
        let place = Self { folder, documents };
        drop((firm, matter));
        works(place.path(), &place.documents);
        place
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The same somewhere else, to be broken there.
    pub fn copy(&self) -> tempfile::TempDir {
        let to = tempfile::tempdir().unwrap();
        copy(self.path(), to.path());
        to
    }

    pub fn works(&self) {
        works(self.path(), &self.documents);
    }
}

pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if from.is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Puts what is not there yet.
pub fn copy_missing(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if from.is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy_missing(&from, &to);
        } else if !to.exists() {
            fs::copy(&from, &to).unwrap();
        }
    }
}

pub fn storage(folder: &Path) -> Result<Storage> {
    Storage::folder(&folder.join("shared"), &folder.join("device"))
}

pub fn unlock(folder: &Path) -> Result<(Vault, Matter)> {
    let vault = Vault::unlock(storage(folder)?, protector(0), Options::default())?;
    let matter = vault.matters()?.remove(0);
    Ok((vault, matter))
}

pub fn seal(matter: &Matter, content: &[u8]) -> Result<DocumentInfo> {
    matter.seal_bytes(NewDocument::new("a document")?, content)
}

pub fn open(matter: &Matter, document: &DocumentInfo) -> Result<Vec<u8>> {
    matter.open_bytes(document.id, AccessReason::none())
}

/// Everything is there and right, something new can be sealed, and no blob is left that no record
/// names.
pub fn works(folder: &Path, documents: &[(DocumentInfo, Vec<u8>)]) {
    let (vault, matter) = unlock(folder).unwrap();
    for (document, content) in documents {
        assert_eq!(&open(&matter, document).unwrap(), content);
    }
    let new = seal(&matter, b"after").unwrap();
    assert_eq!(open(&matter, &new).unwrap(), b"after");
    let report = vault.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
    let blobs = storage(folder).unwrap().blobs.list(None, 9_999).unwrap();
    assert_eq!(blobs.len() as u64, report.documents, "blobs and records");
    assert_eq!(fs::read_dir(folder.join("shared/blobs/tmp")).unwrap().count(), 0, "nothing unfinished");
}

/// Refused with this code, in words that say what to do and give nothing of the place away.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T>, code: &str, folder: &Path) {
    let error = result.expect_err(code);
    assert_eq!(error.code(), code, "{error:?}");
    let (text, all) = (error.to_string(), format!("{error} {error:?}"));
    assert!(error.advice().len() > 10 && !text.is_empty(), "{all}");
    let name = folder.file_name().unwrap().to_str().unwrap();
    assert!(!all.contains(name) && !all.contains("a document"), "{all}");
}
