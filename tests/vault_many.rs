//! Several processes on one vault's folder, each many acts: this program runs itself again.
//!
//! `PRIVITY_MANY=1000 cargo test --test vault_many eight -- --nocapture` lets each of eight
//! processes do a thousand acts while two others verify; `TMPDIR` says on which disk.

#[path = "vault/people.rs"]
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use people::{Firm, admit, protector};
use privity::audit::body::MatterRole;
use privity::audit::kind::ChainType;
use privity::audit::record::Record;
use privity::store::Storage;
use privity::vault::{AccessReason, Change, Matter, NewDocument, Options, Scope, Vault};
use privity::{ChainId, DocumentId};

const CHILD: &str = "PRIVITY_MANY_TEST";
/// Documents that a writer seals, renames and opens: three acts each.
const DOCUMENTS: u64 = 24;
/// Acts of each of eight, where nobody says how many.
const FEW: u64 = 12;
/// How long one act may wait for the others, at most: what a writer waits before it gives up.
const BOUND: Duration = Duration::from_secs(10);

fn run_again(test: &str, folder: &Path, device: u8, writer: u8, documents: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(CHILD, format!("{device} {writer} {documents} {}", folder.display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn told() -> (PathBuf, u8, u8, u64) {
    let told = std::env::var(CHILD).expect("run by another test");
    let mut words = told.splitn(4, ' ');
    let mut word = || words.next().unwrap();
    let (device, writer, documents) =
        (word().parse().unwrap(), word().parse().unwrap(), word().parse().unwrap());
    (PathBuf::from(word()), device, writer, documents)
}

fn storage(folder: &Path, device: u8) -> Storage {
    Firm::device(folder, device).1
}

fn id(writer: u8, number: u64) -> DocumentId {
    let mut bytes = [writer; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    DocumentId::from_bytes(bytes)
}

fn content(id: DocumentId) -> Vec<u8> {
    id.as_bytes().repeat(20)
}

fn name(id: DocumentId) -> String {
    format!("{id} by its writer")
}

/// A firm in a folder, each lead or member of one matter; nobody is unlocked any more.
fn firm_of(people: u8, folder: &Path) {
    let firm = Firm::in_folder(folder);
    let matter = firm.matter("Doe v. Roe");
    for number in 1..people {
        let vault = firm.join_on(storage(folder, number), &format!("person {number}"), number, &[]);
        admit(&matter, &vault, MatterRole::Member);
    }
}

fn unlocked(folder: &Path, device: u8) -> (Vault, Matter) {
    let vault = Vault::unlock(storage(folder, device), protector(device), Options::default()).unwrap();
    let matter = vault.matters().unwrap().remove(0);
    (vault, matter)
}

#[test]
#[ignore = "run by the other tests"]
fn writes_beside_others() {
    let (folder, device, writer, documents) = told();
    let (_vault, matter) = unlocked(&folder, device);
    let mut longest = Duration::ZERO;
    let mut timed = |act: &mut dyn FnMut()| {
        let began = Instant::now();
        act();
        longest = longest.max(began.elapsed());
    };
    for number in 0..documents {
        let id = id(writer, number);
        timed(&mut || {
            matter.seal_bytes(NewDocument::with_id(id, "new"), &content(id)).unwrap();
        });
        timed(&mut || {
            let change = Change { name: Some(name(id)), ..Change::default() };
            matter.describe(id, &change).unwrap();
        });
        // Somebody else's, if there is one already.
        let others = matter.documents(Some(self::id(writer, u64::MAX)), 1).unwrap();
        let other = others.first().map_or(id, |info| info.id);
        timed(&mut || {
            assert_eq!(matter.open_bytes(other, AccessReason::none()).unwrap(), content(other));
        });
    }
    assert!(longest < BOUND, "an act took {longest:?}");
    eprintln!("writer {writer}: the longest act took {longest:?}");
}

#[test]
#[ignore = "run by the other tests"]
fn verifies_meanwhile() {
    let (folder, device, ..) = told();
    let (vault, matter) = unlocked(&folder, device);
    let (mut size, mut times) = (0, 0);
    loop {
        let report = vault.verify(Scope::Firm, None).unwrap();
        assert!(report.is_clean(), "{report}");
        assert!(report.head.size >= size, "the ledger became shorter");
        assert!(report.documents_checked <= report.documents, "{report}");
        size = report.head.size;
        assert!(matter.documents_count().unwrap() >= report.documents);
        times += 1;
        if folder.join("written").exists() {
            break;
        }
    }
    eprintln!("a reader verified {times} times, the last time {size} records of the ledger");
}

/// Runs writers and readers, each a process; waits for all.
fn run(folder: &Path, writers: &[(u8, u8)], readers: &[u8], documents: u64) {
    let mut writing: Vec<_> = writers
        .iter()
        .map(|(device, writer)| run_again("writes_beside_others", folder, *device, *writer, documents))
        .collect();
    let mut reading: Vec<_> =
        readers.iter().map(|device| run_again("verifies_meanwhile", folder, *device, 0, 0)).collect();
    let fine: Vec<_> = writing.iter_mut().map(|child| child.wait().unwrap().success()).collect();
    std::fs::write(folder.join("written"), []).unwrap();
    let read: Vec<_> = reading.iter_mut().map(|child| child.wait().unwrap().success()).collect();
    assert!(fine.iter().chain(&read).all(|fine| *fine), "writers {fine:?}, readers {read:?}");
}

/// Everything is there, as seen by each device from the beginning and from what it kept.
fn everything_is_there(folder: &Path, devices: &[u8], writers: &[u8], before: u64, documents: u64) {
    let all = writers.len() as u64 * documents;
    let mut heads = BTreeSet::new();
    for device in devices {
        let (vault, matter) = unlocked(folder, *device);
        assert_eq!(matter.documents_count().unwrap(), all);
        let listed: BTreeMap<_, _> =
            matter.documents(None, 9_999).unwrap().into_iter().map(|info| (info.id, info.name)).collect();
        let expected: BTreeMap<_, _> = writers
            .iter()
            .flat_map(|writer| (0..documents).map(|number| id(*writer, number)))
            .map(|id| (id, name(id)))
            .collect();
        assert_eq!(listed, expected);
        let report = vault.verify(Scope::Firm, None).unwrap();
        assert!(report.is_clean(), "{report}");
        assert_eq!((report.documents, report.documents_checked), (all, all));
        // One leaf an act: sealed, renamed, opened.
        assert_eq!(report.head.size, before + 3 * all);
        heads.insert((report.head.size, report.head.root));
    }
    assert_eq!(heads.len(), 1, "one history");
}

/// Every record of the matter and of the ledger, by device and sequence: none twice, each above the one
/// before. Returns how many records each device has in the matter.
fn sequences_are_used_once(folder: &Path, device: u8) -> BTreeMap<privity::DeviceId, u64> {
    let (vault, matter) = unlocked(folder, device);
    let ledger = ChainId::from_bytes(*vault.firm().as_bytes());
    let chain = ChainId::from_bytes(*matter.id().as_bytes());
    let storage = storage(folder, device);
    let snapshot = storage.rows.read().unwrap();
    let (mut used, mut count) = (BTreeSet::new(), BTreeMap::new());
    for (chain, chain_type) in [(ledger, ChainType::Ledger), (chain, ChainType::Matter)] {
        let mut newest = BTreeMap::new();
        let size = snapshot.size(chain).unwrap();
        let mut records = Vec::new();
        while (records.len() as u64) < size {
            records.extend(snapshot.records(chain, records.len() as u64, size).unwrap());
        }
        for bytes in &records {
            let record = Record::parse(bytes, chain_type).unwrap();
            let (author, sequence) = (record.payload().author, record.payload().sequence);
            assert!(used.insert((author, sequence)), "sequence {sequence} twice");
            let before = newest.insert(author, sequence);
            assert!(before.is_none_or(|before| before < sequence), "{before:?} before {sequence}");
            if chain != ledger {
                *count.entry(author).or_default() += 1;
            }
        }
    }
    count
}

fn ledger_size(folder: &Path) -> u64 {
    unlocked(folder, 0).0.verify(Scope::Firm, None).unwrap().head.size
}

#[test]
fn processes_of_four_people_write_one_history() {
    let folder = tempfile::tempdir().unwrap();
    firm_of(4, folder.path());
    let before = ledger_size(folder.path());
    run(folder.path(), &[(0, 10), (1, 11), (2, 12), (3, 13)], &[], DOCUMENTS);
    everything_is_there(folder.path(), &[0, 1, 2, 3], &[10, 11, 12, 13], before, DOCUMENTS);
    let counts = sequences_are_used_once(folder.path(), 0);
    assert!(counts.len() == 4 && counts.values().all(|count| *count >= 3 * DOCUMENTS), "{counts:?}");
}

#[test]
fn two_processes_of_one_device_use_no_sequence_twice() {
    let folder = tempfile::tempdir().unwrap();
    firm_of(4, folder.path());
    let before = ledger_size(folder.path());
    run(folder.path(), &[(1, 20), (1, 21)], &[], DOCUMENTS);
    everything_is_there(folder.path(), &[0, 1], &[20, 21], before, DOCUMENTS);
    let counts = sequences_are_used_once(folder.path(), 0);
    assert!(counts.values().any(|count| *count == 6 * DOCUMENTS), "{counts:?}");
}

#[test]
fn whoever_verifies_meanwhile_finds_everything_clean() {
    let folder = tempfile::tempdir().unwrap();
    firm_of(4, folder.path());
    let before = ledger_size(folder.path());
    // One of the readers is another process of a writer's device.
    run(folder.path(), &[(0, 30), (1, 31)], &[1, 2], DOCUMENTS);
    everything_is_there(folder.path(), &[0, 1, 2], &[30, 31], before, DOCUMENTS);
}

#[test]
fn eight_processes_write_one_history_while_two_verify() {
    let told = std::env::var("PRIVITY_MANY").ok().map(|told| told.parse().expect("PRIVITY_MANY is a number"));
    let acts: u64 = told.unwrap_or(FEW);
    let documents = acts.div_ceil(3);
    let folder = tempfile::tempdir().unwrap();
    firm_of(8, folder.path());
    let before = ledger_size(folder.path());
    let writers: Vec<(u8, u8)> = (0..8).map(|device| (device, 40 + device)).collect();
    let began = Instant::now();
    run(folder.path(), &writers, &[2, 5], documents);
    let took = began.elapsed();
    let numbers: Vec<u8> = writers.iter().map(|(_, writer)| *writer).collect();
    everything_is_there(folder.path(), &[0, 7], &numbers, before, documents);
    let counts = sequences_are_used_once(folder.path(), 0);
    assert!(counts.len() == 8 && counts.values().all(|count| *count >= 3 * documents), "{counts:?}");
    eprintln!("8 processes x {} acts in {took:?}: one history, nothing lost", 3 * documents);
}
