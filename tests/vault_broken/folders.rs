//! Folders that are not a vault's, or that cannot be written; a passphrase that is not the one.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use privity::SecretBytes;
use privity::keys::Passphrase;
use privity::store::Storage;
use privity::vault::{NewFirm, Options, Scope, Vault};
use rusqlite::Connection;

use crate::people::protector;
use crate::{Place, open, refused, seal, storage, unlock};

/// Every file with its bytes.
fn contents(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else if !path.ends_with("rows.sqlite-shm") {
            all.push((path.clone(), fs::read(path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn somebody_elses_folder_is_no_vault_and_keeps_what_is_in_it() {
    let place = Place::set_up();
    // A folder of letters.
    let letters = tempfile::tempdir().unwrap();
    fs::create_dir(letters.path().join("shared")).unwrap();
    fs::write(letters.path().join("shared/letter.txt"), b"Dear Sirs").unwrap();
    refused(unlock(letters.path()), "device-state-missing", letters.path());
    crate::copy(&place.file("device"), &letters.path().join("device"));
    refused(unlock(letters.path()), "not-a-vault", letters.path());
    assert_eq!(fs::read(letters.path().join("shared/letter.txt")).unwrap(), b"Dear Sirs");

    // One with another program's database under our name.
    let other = tempfile::tempdir().unwrap();
    crate::copy(place.path(), other.path());
    let rows = other.path().join("shared/rows.sqlite");
    fs::remove_file(&rows).unwrap();
    let database = Connection::open(&rows).unwrap();
    database.execute_batch("CREATE TABLE letters (text); INSERT INTO letters VALUES ('Dear Sirs');").unwrap();
    drop(database);
    let before = contents(other.path());
    refused(unlock(other.path()), "store-damaged", other.path());
    assert!(contents(other.path()) == before, "it was changed");

    // Another firm's.
    let theirs = Place::set_up();
    let mixed = tempfile::tempdir().unwrap();
    crate::copy(theirs.path(), mixed.path());
    fs::remove_dir_all(mixed.path().join("device")).unwrap();
    fs::create_dir(mixed.path().join("device")).unwrap();
    crate::copy(&place.file("device"), &mixed.path().join("device"));
    let before = contents(&mixed.path().join("shared"));
    refused(unlock(mixed.path()), "other-firm", mixed.path());
    assert!(contents(&mixed.path().join("shared")) == before, "it was changed");
    let new = NewFirm::new("Third", "X.");
    let made =
        Vault::create(storage(mixed.path()).unwrap(), new, protector(1), protector(2), Options::default());
    refused(made.map(drop), "already-there", mixed.path());
    // A file where a folder should be.
    let file = mixed.path().join("file");
    fs::write(&file, b"x").unwrap();
    refused(Storage::folder(&file, &mixed.path().join("device")), "io", mixed.path());
    theirs.works();
    place.works();
}

#[test]
fn a_wrong_passphrase_unlocks_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let passphrase =
        |text: &str| Arc::new(Passphrase::new(SecretBytes::new(text.as_bytes().to_vec())).unwrap());
    let right = passphrase("correct horse battery staple");
    let (vault, _root) = Vault::create(
        storage(folder.path()).unwrap(),
        NewFirm::new("Example LLP", "A."),
        right.clone(),
        protector(9),
        Options::default(),
    )
    .unwrap();
    vault.lock();
    refused(vault.users(), "locked", folder.path());
    drop(vault);
    let before = contents(folder.path());
    for wrong in ["correct horse battery stable", "Correct horse battery staple"] {
        let unlocked = Vault::unlock(storage(folder.path()).unwrap(), passphrase(wrong), Options::default());
        refused(unlocked, "unlock-refused", folder.path());
    }
    assert!(contents(folder.path()) == before, "it was changed");
    let vault = Vault::unlock(storage(folder.path()).unwrap(), right, Options::default()).unwrap();
    assert!(vault.verify(Scope::Firm, None).unwrap().is_clean());
}

const FOLDER: &str = "PRIVITY_BROKEN_FOLDER";

/// Root writes anywhere: there, the story is told as somebody else.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_works_again_when_it_can() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    fn all(path: &Path, change: &dyn Fn(&Path)) {
        change(path);
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| all(&entry.unwrap().path(), change));
        }
    }
    let place = Place::set_up();
    let root = fs::metadata(place.path()).unwrap().uid() == 0;
    if root {
        all(place.path(), &|path| chown(path, Some(NOBODY), Some(NOBODY)).unwrap());
    }
    let modes = |folder: u32, file: u32| {
        all(&place.file("shared"), &|path| {
            let mode = if path.is_dir() { folder } else { file };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        });
    };
    // Its folders have to be reachable by somebody else, as has this program.
    let program = place.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let run = |test: &str| {
        let mut child = Command::new(&program);
        child.args([test, "--exact", "--ignored", "--nocapture"]).env(FOLDER, place.path());
        if root {
            child.uid(NOBODY).gid(NOBODY);
        }
        match child.output() {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success() && text.contains("1 passed"), "{text}\n{output:?}");
                true
            }
            Err(error) => {
                println!("skipped: this program cannot be run as somebody else: {error}");
                false
            }
        }
    };
    modes(0o700, 0o600);
    if !run("folders::told_where_everything_can_be_written") {
        return;
    }
    for (folder, file) in [(0o500, 0o400), (0o500, 0o600), (0o700, 0o400), (0o000, 0o000)] {
        modes(0o700, file);
        all(&place.file("shared"), &|path| {
            if path.is_dir() {
                fs::set_permissions(path, fs::Permissions::from_mode(folder)).unwrap();
            }
        });
        assert!(run("folders::told_where_nothing_can_be_written"));
        modes(0o700, 0o600);
        assert!(run("folders::told_where_everything_can_be_written"));
    }
    if root {
        place.works();
    }
}

#[cfg(unix)]
const NOBODY: u32 = 65_534;

#[test]
#[ignore = "run by a_folder_that_cannot_be_written"]
fn told_where_everything_can_be_written() {
    let folder = std::env::var_os(FOLDER).expect("run by another test");
    let (_vault, matter) = unlock(Path::new(&folder)).unwrap();
    let document = seal(&matter, b"x").unwrap();
    assert_eq!(open(&matter, &document).unwrap(), b"x");
}

#[test]
#[ignore = "run by a_folder_that_cannot_be_written"]
fn told_where_nothing_can_be_written() {
    let folder = std::env::var_os(FOLDER).expect("run by another test");
    let folder = Path::new(&folder);
    let stopped = unlock(folder).and_then(|(_vault, matter)| seal(&matter, b"x"));
    refused(stopped, "io", folder);
}
