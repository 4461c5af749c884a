//! Codes of stores that were lost, altered or put back: whole files, as a host can do it.

use std::fs;
use std::path::Path;

use privity_ffi::{Scope, Storage, Vault, verify_export};

use super::Seen;
use super::common::{Desk, file};

pub fn steps(seen: &mut Seen) {
    let desk = Desk::new();
    let vault = desk.firm();
    let matter = vault.open_matter("M".to_owned(), None).unwrap();
    let sealed = matter.seal_bytes(file("a"), b"content").unwrap();
    let unlock = |desk: &Desk| Vault::unlock(desk.storage("partner"), desk.guard("partner"), None);
    let id = matter.id().unwrap();
    let open = |desk: &Desk| unlock(desk)?.matter(id)?.open_bytes(sealed.id, None);

    // An export of one matter of two that says it is of the whole firm, and one with a record altered.
    vault.open_matter("N".to_owned(), None).unwrap();
    let trust = vault.trust().unwrap();
    let export = vault.export(Scope::Matter { id }).unwrap();
    let bytes = export.as_slice();
    assert_eq!(&bytes[8..11], [0xA5, 0x01, 0x50], "magic, a map of five, the matter's 16 bytes");
    let whole = [&bytes[..8], &[0xA4], &bytes[27..]].concat();
    seen.fails("store-incomplete", verify_export(&whole, trust.clone()));
    let mut altered = bytes.to_vec();
    altered[bytes.len() / 4] ^= 1;
    seen.fails("firm-tampered", verify_export(&altered, trust));
    // The last handle gone, the database is one file again.
    drop((matter, vault));

    let copy = |change: &dyn Fn(&Desk)| {
        let copy = Desk::new();
        for part in ["shared", "partner"] {
            copied(Path::new(&desk.path(part)), Path::new(&copy.path(part)));
        }
        change(&copy);
        copy
    };
    assert_eq!(open(&copy(&|_| {})).unwrap().as_slice(), b"content");

    let nobody = Desk::new();
    seen.fails("device-state-missing", unlock(&nobody));
    let empty = copy(&|desk| fs::remove_dir_all(desk.path("shared")).unwrap());
    seen.fails("not-a-vault", unlock(&empty));
    let blobless = copy(&|desk| fs::remove_dir_all(desk.path("shared/blobs")).unwrap());
    seen.fails("blob-missing", open(&blobless));
    let erased = copy(&|desk| {
        for suffix in ["", "-wal", "-shm"] {
            let _may_be_missing = fs::remove_file(desk.path(&format!("shared/erasable.sqlite{suffix}")));
        }
    });
    seen.fails("shred-key-missing", open(&erased));
    let junk = copy(&|desk| fs::write(desk.path("shared/rows.sqlite"), [b'x'; 8_192]).unwrap());
    let storage = |desk: &Desk| Storage::folder(desk.path("shared"), desk.path("partner"));
    seen.fails("store-damaged", storage(&junk));
    let newer = copy(&|desk| {
        // The version a database carries in its first page: four bytes from 60 on.
        let path = desk.path("shared/rows.sqlite");
        let mut bytes = fs::read(&path).unwrap();
        bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
        fs::write(path, bytes).unwrap();
    });
    seen.fails("store-version", storage(&newer));
    let damaged = copy(&|desk| {
        let state = fs::read_dir(desk.path("partner")).unwrap().map(|entry| entry.unwrap().path());
        for path in state.filter(|path| path.is_file()) {
            let mut bytes = fs::read(&path).unwrap();
            if let Some(byte) = bytes.get_mut(40) {
                *byte ^= 1;
            }
            fs::write(path, bytes).unwrap();
        }
    });
    seen.fails("device-state-damaged", unlock(&damaged));

    // An older state put back, and then another history told in it.
    let old = copy(&|_| {});
    let before = |to: &Desk| {
        fs::remove_dir_all(to.path("shared")).unwrap();
        copied(Path::new(&old.path("shared")), Path::new(&to.path("shared")));
    };
    let grow = |desk: &Desk, name: &str| {
        unlock(desk).unwrap().open_matter(name.to_owned(), None).unwrap();
    };
    let rolled = copy(&|desk| {
        grow(desk, "new");
        before(desk);
    });
    seen.fails("ledger-rollback", unlock(&rolled));
    let forked = copy(&|desk| {
        grow(desk, "new");
        // A copy of the same device, before it saw that, tells another story.
        let twin = copy(&|_| {});
        grow(&twin, "another");
        grow(&twin, "longer");
        fs::remove_dir_all(desk.path("shared")).unwrap();
        copied(Path::new(&twin.path("shared")), Path::new(&desk.path("shared")));
    });
    seen.fails("ledger-forked", unlock(&forked));
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copied(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}
