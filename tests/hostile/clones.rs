//! [25, 31] One device in two places: a copied folder, a process that forks, a snapshot of a machine
//! that is run twice. Nothing secret or random is used twice, and who did it is found out.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Command;

use privity::audit::Fault;
use privity::audit::kind::ChainType;
use privity::audit::record::Record;
use privity::envelope::KeyRow;
use privity::store::{BlobId, RowKey, Storage};
use privity::testing::{held_secrets, instead};
use privity::vault::{AccessReason, Matter, NewDocument, Options, Scope, Vault};
use privity::{DocumentId, Result};

use crate::Scene;
use crate::image::Image;
use crate::liars::bytes_of;
use crate::people::{Firm, admit, protector, refused, seen_by};
use crate::store::{leaves, rows};

/// An operating system whose randomness repeats: a snapshot run twice, at its worst.
fn stuck(out: &mut [u8]) -> Result<()> {
    out.fill(7);
    Ok(())
}

/// What a clone does: everything that makes keys, salts and nonces.
fn works(vault: &Vault, matter: &Matter, own: u8) {
    let id = DocumentId::from_bytes([own; 16]);
    matter.seal_bytes(NewDocument::with_id(id, "the same name"), CONTENT).unwrap();
    matter.open_bytes(id, AccessReason::because("the same reason")).unwrap();
    let change = privity::vault::Change { name: Some("the same new name".into()), ..Default::default() };
    matter.describe(id, &change).unwrap();
    let _report = matter.rotate().unwrap();
    let new = vault.open_matter(privity::vault::NewMatter::new("the same matter")).unwrap();
    new.seal_bytes(NewDocument::new("the same name").unwrap(), CONTENT).unwrap();
}

const CONTENT: &[u8] = &[0x55; 3_000];

/// Every sealed, wrapped or random thing there is, without what stands around it in the open.
fn made(storage: &Storage) -> BTreeMap<String, Vec<u8>> {
    let mut made = BTreeMap::new();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for id in storage.blobs.list(None, usize::MAX).unwrap() {
        let bytes = bytes_of(&*storage.blobs, &id);
        let salt = |id: &BlobId| {
            let text = id.as_str().as_bytes();
            let digit = |at: usize| u8::from_str_radix(std::str::from_utf8(&text[at..at + 2]).unwrap(), 16);
            (0..text.len()).step_by(2).map(|at| digit(at).unwrap()).collect::<Vec<_>>()
        };
        let at = bytes.windows(24).position(|window| window == salt(&id)).expect("the salt is in its blob");
        made.insert(format!("blob {}", id.as_str()), bytes[at..].to_vec());
    }
    for (tag, from) in [(0x10, 0), (0x20, 8), (0x21, 8), (0x22, 0), (0x23, 0), (0x24, 8), (0x40, 0)] {
        for (key, value) in rows(storage, tag) {
            made.insert(format!("row {}", hex(key.as_bytes())), value[from..].to_vec());
        }
    }
    for (key, value) in rows(storage, 0x30) {
        let row = KeyRow::decode(&value).unwrap();
        made.insert(format!("key {}", hex(key.as_bytes())), row.wrap);
        made.insert(format!("meta {}", hex(key.as_bytes())), row.meta);
    }
    for key in storage.erasable.list(&[]).unwrap() {
        let value = storage.erasable.get(&key).unwrap().unwrap();
        made.insert(format!("shred {}", hex(key.as_bytes())), value.expose_secret().to_vec());
    }
    made
}

/// What is new, cut into every run of 16 bytes: a key, a salt, a nonce with what follows, or a
/// repeated stretch of ciphertext could hide in no shorter one.
fn runs(storage: &Storage, before: &BTreeMap<String, Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let new = made(storage).into_iter().filter(|(name, value)| before.get(name) != Some(value));
    new.flat_map(|(_, value)| value.windows(16).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
}

/// Nothing that two clones made anew is the same.
fn nothing_in_common(clones: [&Storage; 2], before: &BTreeMap<String, Vec<u8>>) {
    let [one, other] = clones.map(|storage| runs(storage, before));
    assert!(one.len() > 10_000 && other.len() > 10_000, "{} and {}", one.len(), other.len());
    let common: Vec<_> = one.intersection(&other).collect();
    assert!(common.is_empty(), "{} runs in common, {:02x?}", common.len(), common.first());
    // The control: what is compared with itself is found.
    assert_eq!(one.intersection(&one).count(), one.len());
}

#[test]
fn two_copies_of_one_device_on_two_copies_of_the_store_are_reported_as_conflicting_records() {
    let scene = Scene::set_up();
    let image = Image::of(&scene.firm.shared, &scene.chains());
    let copy = image.storage();
    let clone = Vault::unlock(copy.clone(), protector(0), Options::default()).unwrap();
    scene.firm.partner.lock();
    let own = scene.firm.shared.clone();
    let original = Vault::unlock(own, protector(0), Options::default()).unwrap();
    assert_eq!((clone.device(), clone.user()), (original.device(), original.user()));
    let chain = scene.chain();
    let before = leaves(&copy, chain).len();
    let document = seal_in(&original, &scene.matter, "the original's");
    seal_in(&clone, &scene.matter, "the clone's");
    // Under one sequence of one author, two records.
    let [one, other] = [&scene.firm.shared, &copy].map(|storage| leaves(storage, chain)[before].clone());
    let place = |leaf: &[u8]| {
        let record = Record::parse(leaf, ChainType::Matter).unwrap();
        (record.payload().author, record.payload().sequence)
    };
    assert_eq!(place(&one), place(&other));
    assert_ne!(one, other);
    // Who saw the one history refuses the other.
    assert!(scene.member.verify(Scope::Firm, None).unwrap().is_clean());
    let members = copy.with_device(scene.members.device.clone());
    scene.member.lock();
    refused(Vault::unlock(members, protector(1), Options::default()), "ledger-forked");
    let member = Vault::unlock(scene.members.clone(), protector(1), Options::default()).unwrap();
    // Both in one chain, by whoever has both: named, and nobody is blamed for it but who put it there.
    scene.insider.commit(&[(chain, vec![other])]);
    let late = join(&original, &scene.firm.shared);
    for vault in [&original, &member, &scene.insiders, &late] {
        let report = vault.verify(Scope::Firm, None).unwrap();
        let [found] = report.reported[..] else { panic!("{report}") };
        let expected = (Fault::Conflicting, original.device(), scene.insider.device, chain);
        assert_eq!((found.why, found.author, found.committed_by, found.chain), expected);
        assert!(report.void.is_empty() && report.findings.is_empty(), "{report}");
    }
    // Nothing is lost, and both people go on.
    assert_eq!(read(&member, &scene.matter, document), b"the original's");
    let after = seal_in(&member, &scene.matter, "after");
    assert_eq!(read(&original, &scene.matter, after), b"after");
}

#[test]
fn two_copies_of_one_device_on_one_store_pass_over_each_others_sequences() {
    let scene = Scene::set_up();
    let image = Image::of(&scene.firm.shared, &scene.chains());
    scene.firm.partner.lock();
    let copies = [(); 2].map(|()| scene.firm.shared.with_device(image.storage().device));
    let vaults = copies.map(|copy| Vault::unlock(copy, protector(0), Options::default()).unwrap());
    let mut sealed = Vec::new();
    for round in 0..3 {
        for vault in &vaults {
            sealed.push(seal_in(vault, &scene.matter, &format!("round {round}")));
        }
    }
    let chain = scene.chain();
    let mut seen = BTreeSet::new();
    for leaf in leaves(&scene.firm.shared, chain) {
        let record = Record::parse(&leaf, ChainType::Matter).unwrap();
        assert!(seen.insert((record.payload().author, record.payload().sequence)), "one sequence, twice");
    }
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.documents, 3 + sealed.len() as u64);
}

#[test]
fn a_snapshot_that_is_run_twice_uses_no_key_salt_or_nonce_twice() {
    let scene = Scene::set_up();
    scene.firm.partner.lock();
    let image = Image::of(&scene.firm.shared, &scene.chains());
    let before = made(&scene.firm.shared);
    let mut secrets = Vec::new();
    let clones = [1_u8, 2].map(|own| {
        let storage = image.storage();
        instead::with(stuck, || {
            let vault = Vault::unlock(storage.clone(), protector(0), Options::default()).unwrap();
            works(&vault, &seen_by(&vault, &scene.matter), own);
            secrets.push(held_secrets(&vault).unwrap());
            assert!(vault.verify(Scope::Firm, None).unwrap().is_clean());
        });
        storage
    });
    nothing_in_common([&clones[0], &clones[1]], &before);
    // In memory, the secrets from before are the same, and none of those made since.
    let [one, other] = [0, 1].map(|at| {
        let secrets: &Vec<(&str, privity::SecretBytes)> = &secrets[at];
        secrets.iter().map(|(_, secret)| secret.expose_secret().to_vec()).collect::<BTreeSet<_>>()
    });
    let (common, new) = (one.intersection(&other).count(), one.difference(&other).count());
    assert!(common > 0 && new > 0, "{common} in common, {new} new");
}

const CLONE: &str = "PRIVITY_CLONE_TEST";

#[test]
#[ignore = "run by processes_that_begin_alike_use_no_key_salt_or_nonce_twice"]
fn works_as_a_clone() {
    let told = std::env::var(CLONE).expect("run by another test");
    let (own, folder) = told.split_once(' ').unwrap();
    let own = own.parse().unwrap();
    let storage = folder_storage(Path::new(folder));
    instead::with(stuck, || {
        let vault = Vault::unlock(storage, protector(0), Options::default()).unwrap();
        let matter = vault.matters().unwrap().remove(0);
        works(&vault, &matter, own);
    });
}

fn folder_storage(folder: &Path) -> Storage {
    Storage::folder(&folder.join("firm"), &folder.join("device-0")).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// Without `unsafe` no process forks; two of one program, at once, on two copies of everything they
/// could have in common, with randomness that repeats, are as near as it gets.
#[test]
fn processes_that_begin_alike_use_no_key_salt_or_nonce_twice() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| folder.path().join(name);
    let firm = Firm::in_folder(&of("0"));
    let member = firm.join("M.", 1);
    admit(&firm.matter("One"), &member, privity::audit::body::MatterRole::Member);
    drop((firm, member));
    let before = made(&folder_storage(&of("0")));
    for clone in ["1", "2"] {
        copy(&of("0"), &of(clone));
    }
    let children = ["1", "2"].map(|clone| {
        Command::new(std::env::current_exe().unwrap())
            .args(["clones::works_as_a_clone", "--exact", "--ignored", "--nocapture"])
            .env(CLONE, format!("{clone} {}", of(clone).display()))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    });
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let [one, other] = ["1", "2"].map(|clone| folder_storage(&of(clone)));
    nothing_in_common([&one, &other], &before);
    for clone in [one, other] {
        let vault = Vault::unlock(clone, protector(0), Options::default()).unwrap();
        assert!(vault.verify(Scope::Firm, None).unwrap().is_clean());
    }
}

#[test]
fn without_randomness_nothing_is_written_and_it_goes_on_once_there_is_some() {
    let scene = Scene::set_up();
    let before = crate::store::Copy::of(&scene.firm.shared, &scene.chains());
    let (blobs, keys) = (
        || scene.firm.shared.blobs.list(None, 99).unwrap(),
        || scene.firm.shared.erasable.list(&[]).unwrap(),
    );
    let (had_blobs, had_keys): (Vec<BlobId>, Vec<RowKey>) = (blobs(), keys());
    let dead: instead::Source = |_| Err(privity::Code::Entropy.into());
    let (matter, partner) = (&scene.matter, &scene.firm.partner);
    let new = NewDocument::new("x").unwrap();
    instead::with(dead, || {
        refused(matter.seal_bytes(new.clone(), b"x"), "entropy");
        refused(matter.rotate(), "entropy");
        refused(matter.remove(scene.member.user(), "left"), "entropy");
        refused(partner.open_matter(privity::vault::NewMatter::new("Two").with_id(ID)), "entropy");
        refused(matter.open_bytes(scene.letter.id, AccessReason::because("a reason")), "entropy");
    });
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    assert_eq!((blobs(), keys()), (had_blobs, had_keys), "nothing is left");
    let sealed = matter.seal_bytes(new, b"x").unwrap();
    assert_eq!(crate::open(matter, &sealed), b"x");
    assert_eq!(matter.epoch().unwrap(), NonZeroU64::MIN.get());
    scene.goes_on();
}

const ID: privity::MatterId = privity::MatterId::from_bytes([9; 16]);

/// Somebody new, who has seen nothing before.
fn join(by: &Vault, shared: &Storage) -> Vault {
    let storage = shared.with_device(std::sync::Arc::new(privity::store::MemoryDevice::new()));
    let new = privity::vault::NewUser::new("L.");
    let request = Vault::request(storage.clone(), new, protector(7)).unwrap();
    let approval = by.enrol(&request, &request.words(), &[]).unwrap();
    Vault::accept(storage, &approval, protector(7), Options::default()).unwrap()
}

fn seal_in(vault: &Vault, matter: &Matter, content: &str) -> DocumentId {
    let new = NewDocument::new(content).unwrap();
    seen_by(vault, matter).seal_bytes(new, content.as_bytes()).unwrap().id
}

fn read(vault: &Vault, matter: &Matter, document: DocumentId) -> Vec<u8> {
    seen_by(vault, matter).open_bytes(document, AccessReason::none()).unwrap()
}
