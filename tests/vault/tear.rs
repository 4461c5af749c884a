//! What is on a disk after a power cut in the middle of a durable call.
#![allow(dead_code)] // Each test program uses its part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Every file below a folder; not SQLite's shared memory, which no power cut outlives.
pub fn files(folder: &Path) -> Files {
    let mut all = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("-shm") {
                all.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn write(folder: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// As it is.
pub fn copy(from: &Path, to: &Path) {
    write(to, &files(from));
}

/// Half of what changed since `before`.
pub fn image(folder: &Path, to: &Path, before: &Files, kind: &str) {
    let mut after = files(folder);
    if kind == "shred key" {
        // SQLite wrote some pages, and has what they were in its journal.
        let name = Path::new("firm/erasable.sqlite");
        let (half, journal) = half_written(&before[name]);
        assert_ne!(half, before[name]);
        after.insert(name.to_owned(), half);
        after.insert(name.with_extension("sqlite-journal"), journal);
    } else {
        for (name, now) in &mut after {
            match before.get(name) {
                Some(then) if then != now => *now = half(then, now),
                // What has its name has all of its bytes, but for blobs, whose turn is at `sync`.
                _ => {}
            }
        }
    }
    write(to, &after);
}

/// The first half of the bytes that differ are new, the others old.
fn half(then: &[u8], now: &[u8]) -> Vec<u8> {
    let same = then.iter().zip(now).take_while(|(a, b)| a == b).count();
    let differ = (same..now.len()).filter(|&at| then.get(at) != Some(&now[at])).count();
    let mut left = differ / 2;
    let mut torn = now[..same].to_vec();
    for (at, byte) in now.iter().enumerate().skip(same) {
        if left == 0 {
            break;
        }
        left -= usize::from(then.get(at) != Some(byte));
        torn.push(*byte);
    }
    let rest = torn.len();
    torn.extend(then.iter().skip(rest));
    torn
}

/// A database in which SQLite is in the middle of a change, and its journal.
fn half_written(database: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.sqlite");
    fs::write(&path, database).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN;").unwrap();
    // More than its memory holds, so that it has to write before it commits.
    connection.execute("UPDATE keys SET value = zeroblob(9000)", []).unwrap();
    connection.execute("INSERT INTO keys (key, value) VALUES (x'00', zeroblob(200000))", []).unwrap();
    let journal = fs::read(path.with_extension("sqlite-journal")).unwrap();
    (fs::read(&path).unwrap(), journal)
}
