//! What only files show: reopening, versions, damage, permissions, what is never touched.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use privity::store::{SqliteErasable, SqliteStore, Storage, Store};
use rusqlite::Connection;

use crate::{Place, blob, chain, code, key};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store/v1-rows.sqlite")
}

/// What the fixture holds; every later version must read it.
fn fill(store: &dyn Store) {
    let mut transaction = store.write(&[chain(1), chain(2)]).unwrap();
    for n in 0u8..20 {
        transaction.put(&key(&[b'r', n]), &vec![n; usize::from(n) * 200]).unwrap();
    }
    let records: Vec<_> = (0u8..10).map(|n| vec![n; 300]).collect();
    transaction.append(chain(1), 0, &records).unwrap();
    transaction.append(chain(2), 0, &[vec![9; 20_000]]).unwrap();
    transaction.commit().unwrap();
}

fn check_filled(store: &dyn Store) {
    let snapshot = store.read().unwrap();
    let rows = snapshot.scan(b"r", None, 99).unwrap();
    let expected: Vec<_> = (0u8..20).map(|n| (key(&[b'r', n]), vec![n; usize::from(n) * 200])).collect();
    assert_eq!(rows, expected);
    assert_eq!(snapshot.count(b"").unwrap(), 20);
    let records: Vec<_> = (0u8..10).map(|n| vec![n; 300]).collect();
    assert_eq!(snapshot.records(chain(1), 0, 99).unwrap(), records);
    assert_eq!(snapshot.records(chain(2), 0, 99).unwrap(), [vec![9; 20_000]]);
}

/// Ran once per version, by the version itself: `cargo test --test store_contract -- --ignored fixture`.
#[test]
#[ignore = "makes the fixture of this version"]
fn fixture_is_made() {
    fs::remove_file(fixture()).unwrap_or_default();
    fill(&SqliteStore::open(&fixture()).unwrap());
}

#[test]
fn a_database_of_version_1_is_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.sqlite");
    fs::copy(fixture(), &path).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    check_filled(&store);
    let mut transaction = store.write(&[]).unwrap();
    transaction.put(&key(b"new"), b"row").unwrap();
    transaction.append(chain(1), 10, &[b"new".to_vec()]).unwrap();
    transaction.commit().unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.read().unwrap().size(chain(1)).unwrap(), 11);
}

#[test]
fn what_was_stored_is_there_after_reopening() {
    let place = Place::folder();
    fill(&*place.storage.rows);
    let secret = privity::SecretBytes::new(b"shred key".to_vec());
    place.storage.erasable.put(&key(b"k"), &secret).unwrap();
    place.storage.device.save(privity::store::DeviceSlot::State, 0, b"state").unwrap();
    let mut writer = place.storage.blobs.create(&blob("b")).unwrap();
    writer.write_all(b"sealed").unwrap();
    writer.finish().unwrap();
    let place = place.reopened();
    check_filled(&*place.storage.rows);
    let kept = place.storage.erasable.get(&key(b"k")).unwrap().unwrap();
    assert_eq!(kept.expose_secret(), b"shred key");
    let state = place.storage.device.load(privity::store::DeviceSlot::State).unwrap();
    assert_eq!(state, (1, Some(b"state".to_vec())));
    assert_eq!(place.storage.blobs.open(&blob("b")).unwrap().size().unwrap(), 6);
}

/// Opens both kinds of file in the place of one and says how each was refused; the file must not change.
fn refused(path: &Path) -> [&'static str; 2] {
    let before = fs::read(path).unwrap();
    let rows = code(SqliteStore::open(path));
    let erasable = code(SqliteErasable::open(path));
    assert!(fs::read(path).unwrap() == before, "the file was changed");
    [rows, erasable]
}

fn filled() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.sqlite");
    fs::copy(fixture(), &path).unwrap();
    (folder, path)
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let garbage: Vec<u8> = (0u8..=255).cycle().take(20_000).collect();
    for bytes in [&b""[..], b"x", b"SQLite format 3\0", &garbage] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(refused(&path), ["store-damaged"; 2], "{} bytes", bytes.len());
    }
    // A database of another program, in either journal mode.
    for mode in ["DELETE", "WAL"] {
        fs::remove_file(&path).unwrap();
        let other = Connection::open(&path).unwrap();
        let sql =
            format!("PRAGMA journal_mode = {mode}; CREATE TABLE rows (key, value); PRAGMA user_version = 1;");
        other.execute_batch(&sql).unwrap();
        drop(other);
        assert_eq!(refused(&path), ["store-damaged"; 2], "{mode}");
    }
}

#[test]
fn rows_are_not_taken_for_keys() {
    let (_folder, path) = filled();
    assert_eq!(code(SqliteErasable::open(&path)), "store-damaged");
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let (_folder, path) = filled();
    let newer = Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 2; CREATE TABLE more (key);").unwrap();
    drop(newer);
    assert_eq!(refused(&path)[0], "store-version");
}

/// Another process may bring a newer version while this one has the file open.
#[test]
fn a_store_that_becomes_newer_is_refused_from_then_on() {
    let (_folder, path) = filled();
    let store = SqliteStore::open(&path).unwrap();
    let before = store.read().unwrap();
    let newer = Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 2;").unwrap();
    assert_eq!(code(before.count(b"")), "ok");
    assert_eq!((code(store.read()), code(store.write(&[]))), ("store-version", "store-version"));
}

#[test]
fn a_schema_with_anything_of_another_is_refused() {
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM leaves; END",
        "CREATE VIEW v AS SELECT * FROM rows",
        "CREATE INDEX i ON rows (value)",
        "CREATE TABLE more (key)",
        "DROP TABLE leaves",
        "ALTER TABLE leaves ADD COLUMN more",
    ] {
        let (_folder, path) = filled();
        let other = Connection::open(&path).unwrap();
        other.execute_batch(sql).unwrap();
        drop(other);
        assert_eq!(code(SqliteStore::open(&path)), "store-damaged", "{sql}");
    }
}

#[test]
fn values_of_another_type_and_gaps_among_leaves_are_damage() {
    for (sql, expected) in [
        ("UPDATE rows SET value = 'text' WHERE key = x'7205'", ["store-damaged", "ok"]),
        ("UPDATE rows SET value = 5 WHERE key = x'7205'", ["store-damaged", "ok"]),
        ("UPDATE rows SET key = zeroblob(0) WHERE key = x'7205'", ["store-damaged", "ok"]),
        ("UPDATE rows SET key = zeroblob(129) WHERE key = x'7205'", ["store-damaged", "ok"]),
        ("DELETE FROM leaves WHERE idx = 5", ["ok", "store-damaged"]),
        ("DELETE FROM leaves WHERE idx = 0", ["ok", "store-damaged"]),
        ("UPDATE leaves SET bytes = 'text' WHERE idx = 5", ["ok", "store-damaged"]),
        ("UPDATE leaves SET idx = 'text' WHERE idx = 5", ["ok", "store-damaged"]),
        ("UPDATE leaves SET idx = -1 WHERE idx = 0", ["ok", "store-damaged"]),
    ] {
        let (_folder, path) = filled();
        let other = Connection::open(&path).unwrap();
        assert!(other.execute(sql, []).unwrap() > 0, "{sql}");
        drop(other);
        let store = SqliteStore::open(&path).unwrap();
        let snapshot = store.read().unwrap();
        let found = [code(snapshot.scan(b"", None, 99)), code(snapshot.records(chain(1), 0, 99))];
        assert_eq!(found, expected, "{sql}");
    }
}

/// Pages overwritten one by one: whatever is read is an error or what was written, never a panic.
#[test]
fn a_damaged_database_is_said_to_be_damaged() {
    let whole = fs::read(fixture()).unwrap();
    let mut damaged = 0;
    for page in 0..whole.len() / 8_192 {
        for pattern in [0x00, 0xFF, 0x5A] {
            let (_folder, path) = filled();
            let mut bytes = whole.clone();
            bytes[page * 8_192..][..8_192].fill(pattern);
            fs::write(&path, &bytes).unwrap();
            let results = match SqliteStore::open(&path) {
                Err(error) => vec![error.code()],
                Ok(store) => {
                    let snapshot = store.read().unwrap();
                    let mut results = vec![code(snapshot.scan(b"", None, 99))];
                    results.extend([1, 2].map(|byte| code(snapshot.records(chain(byte), 0, 99))));
                    results
                }
            };
            assert!(results.iter().all(|code| ["ok", "store-damaged"].contains(code)), "{page}: {results:?}");
            damaged += usize::from(results.contains(&"store-damaged"));
        }
    }
    assert!(damaged >= 9, "{damaged}");
    // Cut off, too.
    let (_folder, path) = filled();
    fs::write(&path, &whole[..8_192]).unwrap();
    assert_eq!(refused(&path)[0], "store-damaged");
}

#[test]
fn a_file_that_vanished_is_not_replaced_by_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    // Held, so that the second needs a connection of its own.
    let _held = store.read().unwrap();
    drop(store.read().unwrap());
    let _second = store.read().unwrap();
    fs::remove_file(&path).unwrap();
    let third = store.read();
    assert_eq!(code(third), "io");
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_what_lies_there() {
    use std::os::unix::fs::PermissionsExt;
    fn check(path: &Path, seen: &mut usize) {
        for entry in fs::read_dir(path).unwrap() {
            let (path, about) = entry.map(|entry| (entry.path(), entry.metadata().unwrap())).unwrap();
            let expected = if about.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(about.permissions().mode() & 0o777, expected, "{}", path.display());
            *seen += 1;
            if about.is_dir() {
                check(&path, seen);
            }
        }
    }
    let place = Place::folder();
    fill(&*place.storage.rows);
    place.storage.device.save(privity::store::DeviceSlot::State, 0, b"state").unwrap();
    place.storage.device.save(privity::store::DeviceSlot::Cache, 0, b"cache").unwrap();
    place.storage.blobs.create(&blob("b")).unwrap().finish().unwrap();
    let mut seen = 0;
    check(place.folder.as_ref().unwrap().path(), &mut seen);
    assert!(seen >= 11, "{seen}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error_of_storage() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(folder.path().join("probe"), b"").is_ok() {
        println!("skipped: root writes anywhere");
        return;
    }
    let opened = Storage::folder(&folder.path().join("shared"), &folder.path().join("device"));
    assert_eq!(code(opened), "io");
    assert_eq!(code(SqliteStore::open(&folder.path().join("rows.sqlite"))), "io");
}

#[test]
fn a_path_that_is_no_folder_is_an_error_of_storage() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert_eq!(code(Storage::folder(&file, &folder.path().join("device"))), "io");
    assert_eq!(code(Storage::folder(&folder.path().join("shared"), &file)), "io");
    let error = SqliteStore::open(&folder.path().join("none/rows.sqlite")).unwrap_err();
    assert!(error.code() == "io" && !format!("{error} {error:?}").contains("none"), "{error}");
}
