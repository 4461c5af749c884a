//! Several processes on one folder: this program runs itself again.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use privity::store::{DeviceSlot, Storage};

use crate::{blob, chain, key};

const FOLDER: &str = "PRIVITY_STORE_TEST_FOLDER";
const PROCESSES: u64 = 3;
const EACH: u64 = 30;

fn run_again(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn storage(folder: &Path) -> Storage {
    Storage::folder(&folder.join("shared"), &folder.join("device")).unwrap()
}

/// All begin at once on an empty folder, so that they also race to make the files.
#[test]
fn processes_on_one_folder_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<_> =
        (0..PROCESSES).map(|_| run_again("processes::writes_beside_others", folder.path())).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let storage = storage(folder.path());
    let snapshot = storage.rows.read().unwrap();
    assert_eq!(snapshot.get(&key(b"count")).unwrap().unwrap(), (PROCESSES * EACH).to_be_bytes());
    let indices: Vec<_> = (0..PROCESSES * EACH).map(|index| index.to_be_bytes().to_vec()).collect();
    assert_eq!(snapshot.records(chain(1), 0, 9_999).unwrap(), indices);
    assert_eq!(storage.device.load(DeviceSlot::State).unwrap().0, PROCESSES * EACH);
    assert_eq!(storage.blobs.list(None, 9_999).unwrap().len() as u64, EACH);
    assert_eq!(storage.erasable.list(b"").unwrap().len() as u64, EACH);
}

#[test]
#[ignore = "run by processes_on_one_folder_lose_nothing"]
fn writes_beside_others() {
    let storage = storage(Path::new(&std::env::var_os(FOLDER).expect("run by another test")));
    for n in 0..EACH {
        let mut transaction = storage.rows.write(&[chain(1)]).unwrap();
        let size = transaction.size(chain(1)).unwrap();
        let count = transaction.get(&key(b"count")).unwrap().map_or(0, |bytes| number(&bytes));
        transaction.put(&key(b"count"), &(count + 1).to_be_bytes()).unwrap();
        transaction.append(chain(1), size, &[size.to_be_bytes().to_vec()]).unwrap();
        transaction.commit().unwrap();
        let secret = privity::SecretBytes::new(vec![7; 32]);
        storage.erasable.put(&key(&n.to_be_bytes()), &secret).unwrap();
        // Of all that write this blob, one finishes it.
        let id = blob(&format!("blob-{n}"));
        match storage.blobs.create(&id).and_then(|mut writer| {
            writer.write_all(b"sealed")?;
            writer.finish()
        }) {
            Ok(()) => storage.blobs.sync(&[id]).unwrap(),
            Err(error) => assert_eq!(error.code(), "exists"),
        }
        loop {
            let (version, _) = storage.device.load(DeviceSlot::State).unwrap();
            match storage.device.save(DeviceSlot::State, version, &[1; 100]) {
                Ok(_) => break,
                Err(error) => assert_eq!(error.code(), "device-state-conflict"),
            }
        }
    }
}

/// Killed at any moment: what was committed is there, what was not is not, and nobody is locked out.
#[test]
fn a_killed_process_leaves_whole_commits() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["processes::commits_until_killed", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A byte for each commit that returned.
        let mut told = [0; 20];
        std::io::Read::read_exact(child.stderr.as_mut().unwrap(), &mut told).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let storage = storage(folder.path());
        let snapshot = storage.rows.read().unwrap();
        let count = snapshot.get(&key(b"count")).unwrap().map_or(0, |bytes| number(&bytes));
        assert!(count >= u64::from(told[19]), "{count} of {} commits", told[19]);
        assert_eq!(snapshot.size(chain(1)).unwrap(), 2 * count);
        let (version, state) = storage.device.load(DeviceSlot::State).unwrap();
        assert_eq!(number(&state.unwrap()[..8]), version);
        drop(snapshot);
        storage.rows.write(&[]).unwrap().commit().unwrap();
    }
}

#[test]
#[ignore = "run by a_killed_process_leaves_whole_commits"]
fn commits_until_killed() {
    let storage = storage(Path::new(&std::env::var_os(FOLDER).expect("run by another test")));
    // Killed by the test long before.
    for _ in 0..100_000 {
        let (version, _) = storage.device.load(DeviceSlot::State).unwrap();
        let state = [(version + 1).to_be_bytes().to_vec(), vec![7; 9_000]].concat();
        storage.device.save(DeviceSlot::State, version, &state).unwrap();
        let mut transaction = storage.rows.write(&[chain(1)]).unwrap();
        let count = transaction.get(&key(b"count")).unwrap().map_or(0, |bytes| number(&bytes)) + 1;
        let size = transaction.size(chain(1)).unwrap();
        transaction.append(chain(1), size, &[vec![1; 3_000], vec![2; 30]]).unwrap();
        transaction.put(&key(b"count"), &count.to_be_bytes()).unwrap();
        transaction.commit().unwrap();
        std::io::stderr().write_all(&[u8::try_from(count.min(255)).unwrap()]).unwrap();
    }
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap())
}
