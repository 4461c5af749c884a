//! Where secrets are, and where they are not: not in debug output, errors and panics, not in the stores and
//! temporary files, and not in the memory of a process that has locked its vault, so not in a core dump.
//!
//! Every search is shown to find: a secret put there on purpose, and the keys in memory before the lock.

#[path = "vault/people.rs"]
mod people;
#[path = "vault_secrets/search.rs"]
mod search;

use std::fmt::{Debug, Write as _};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use people::{Firm, HostProtector, admit, protector, refused, seen_by};
use privity::audit::body::MatterRole;
use privity::keys::{Protector, ProtectorId};
use privity::store::Storage;
use privity::testing::{device_seeds, held_secrets};
use privity::vault::{
    AccessReason, Change, Matter, NewDocument, NewMatter, NewUser, Options, Scope, Vault, verify_export,
};
use privity::{DocumentId, Error, MatterId, Result, SecretBytes, UserId};
use search::{Found, Needles};

const CHILD: &str = "PRIVITY_SECRETS_TEST";
const DOCUMENTS: u8 = 4;
/// Whose process is searched.
const DEVICE: u8 = 1;

/// What a vault holds, and the keys of its device.
fn needles(vault: &Vault) -> Needles {
    let mut needles = Needles::default();
    for (what, secret) in held_secrets(vault).unwrap() {
        needles.add(what, &secret);
    }
    let seeds = device_seeds(vault).unwrap();
    for (what, seed) in ["record", "log", "ssh", "unwrapping", "device"].iter().zip(seeds.chunks_exact(32)) {
        needles.add(what, &SecretBytes::new(seed.to_vec()));
    }
    needles
}

/// Uses every key there is: names, documents, details, an epoch of its own.
fn work(matter: &Matter, vault: &Vault) {
    assert!(matter.name().unwrap().is_some());
    assert!(vault.users().unwrap().iter().any(|person| person.name.is_some()));
    for info in matter.documents(None, 100).unwrap() {
        matter.open_bytes(info.id, AccessReason::because("reading")).unwrap();
    }
    assert!(vault.verify(Scope::Firm, None).unwrap().is_clean());
}

fn document(number: u8) -> NewDocument {
    NewDocument::with_id(DocumentId::from_bytes([number + 1; 16]), "letter.txt")
}

// --- text

/// Everything that can be shown of a vault, and of what goes wrong with it.
fn shown(firm: &Firm, matter: &Matter) -> String {
    let mut text = String::new();
    let mut show = |one: &dyn Debug| writeln!(text, "{one:?} {one:#?}").unwrap();
    let vault = &firm.partner;
    let storage = firm.shared.with_device(Arc::new(privity::store::MemoryDevice::new()));
    let request = Vault::request(storage.clone(), NewUser::new("E."), protector(5)).unwrap();
    let approval = vault.enrol(&request, &request.words(), &[]).unwrap();
    show(vault);
    show(matter);
    show(&Options::default());
    show(&vault.trust());
    show(&request);
    show(&approval);
    show(&vault.users().unwrap());
    show(&matter.members().unwrap());
    show(&matter.documents(None, 10).unwrap());
    show(&matter.reader(DocumentId::from_bytes([1; 16]), AccessReason::none()).unwrap().info());
    show(&vault.verify(Scope::Firm, None).unwrap());
    show(&matter.rotate().unwrap());
    let export = vault.export(Scope::Firm).unwrap();
    show(&verify_export(&export.to_bytes(), vault.trust()).unwrap());
    text
}

fn sources(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        write!(text, " {inner} {inner:?}").unwrap();
        source = inner.source();
    }
    text
}

/// Refusals of every sort: of policy, misuse, a hostile store, a wrong protector.
fn errors(firm: &Firm, matter: &Matter) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut failed = |result: Result<()>| errors.push(result.expect_err("an error"));
    let vault = &firm.partner;
    let nobody = UserId::from_bytes([9; 16]);
    let known = DocumentId::from_bytes([1; 16]);
    failed(matter.admit(nobody, MatterRole::Reader));
    failed(matter.remove(nobody, "why").map(drop));
    failed(matter.remove(vault.user(), "why").map(drop));
    failed(matter.open_bytes(DocumentId::from_bytes([99; 16]), AccessReason::none()).map(drop));
    failed(matter.seal_bytes(document(0), b"again").map(drop));
    failed(vault.matter(MatterId::from_bytes([9; 16])).map(drop));
    failed(vault.open_matter(NewMatter::new("again").with_id(matter.id())).map(drop));
    failed(Vault::unlock(firm.shared.clone(), protector(7), Options::default()).map(drop));
    let other = Firm::in_memory();
    let mixed = other.shared.with_device(firm.shared.device.clone());
    failed(Vault::unlock(mixed, protector(0), Options::default()).map(drop));
    // A store that alters every row of documents, and one that has lost the blobs.
    let snapshot = firm.shared.rows.read().unwrap();
    let rows: Vec<_> = (0..=u8::MAX).flat_map(|tag| snapshot.scan(&[tag], None, 9_999).unwrap()).collect();
    drop(snapshot);
    for (key, value) in rows {
        let mut altered = value.clone();
        *altered.last_mut().unwrap() ^= 1;
        let mut transaction = firm.shared.rows.write(&[]).unwrap();
        transaction.put(&key, &altered).unwrap();
        transaction.commit().unwrap();
        if let Err(error) = matter.open_bytes(known, AccessReason::because("altered")) {
            errors.push(error);
        }
        let fresh = Vault::unlock(firm.shared.clone(), protector(0), Options::default());
        let opened = fresh.and_then(|fresh| {
            fresh.matter(matter.id())?.open_bytes(known, AccessReason::because("altered"))?;
            Ok(())
        });
        if let Err(error) = opened {
            errors.push(error);
        }
        let mut transaction = firm.shared.rows.write(&[]).unwrap();
        transaction.put(&key, &value).unwrap();
        transaction.commit().unwrap();
    }
    errors
}

#[test]
fn nothing_that_is_shown_has_a_secret_in_it() {
    let firm = Firm::in_memory();
    let matter = firm.matter("Doe v. Roe");
    let member = firm.join("B.", 1);
    admit(&matter, &member, MatterRole::Auditor);
    for number in 0..DOCUMENTS {
        matter.seal_bytes(document(number), b"privileged").unwrap();
    }
    work(&matter, &firm.partner);
    let before = needles(&firm.partner);
    let text = shown(&firm, &matter);
    let errors = errors(&firm, &matter);
    let codes: std::collections::BTreeSet<_> = errors.iter().map(Error::code).collect();
    eprintln!("{} bytes shown, {} errors of {} codes: {codes:?}", text.len(), errors.len(), codes.len());
    assert!(codes.len() >= 10, "{codes:?}");
    let last = format!("{:?}", errors.last());
    let panicked = std::panic::catch_unwind(|| panic!("{text}: {last}"));
    let panicked = panicked.unwrap_err().downcast_ref::<String>().cloned().unwrap();
    for needles in [before, needles(&firm.partner)] {
        let mut found = Found::new();
        needles.in_text(&text, "debug output", &mut found);
        needles.in_text(&panicked, "a panic", &mut found);
        errors.iter().for_each(|error| needles.in_text(&sources(error), "an error", &mut found));
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn a_secret_is_found_however_it_is_written() {
    let mut needles = Needles::default();
    let secret: Vec<u8> = (0..32).map(|n| n * 7 + 3).collect();
    needles.add("a key", &SecretBytes::new(secret.clone()));
    let hex: String = secret.iter().map(|byte| format!("{byte:02X}")).collect();
    let base64 = |skip: usize| privity::testing::base64::encode(&[&vec![7; skip][..], &secret].concat());
    for text in [format!("Key({secret:?})"), hex, base64(0), base64(1), base64(2)] {
        let mut found = Found::new();
        needles.in_text(&text, "", &mut found);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a key"], "{text}");
    }
    let mut found = Found::new();
    needles.in_bytes(&[&[0; 5][..], &secret[16..], &[0; 5]].concat(), "", &mut found);
    assert_eq!(found["a key"], [" +0x5"], "a half of it");
}

// --- stores and memory

/// Unwraps as the host's does, and tells what it unwrapped.
struct Telling(HostProtector, Mutex<Vec<SecretBytes>>);

impl Protector for Telling {
    fn id(&self) -> ProtectorId {
        self.0.id()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>> {
        self.0.wrap(secret, context)
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes> {
        let told = self.0.unwrap(wrapped.clone(), context.clone())?;
        self.1.lock().unwrap().push(told);
        self.0.unwrap(wrapped, context)
    }
}

/// Bytes that stand nowhere but where they are put on purpose.
fn planted(seed: u64) -> Vec<u8> {
    privity::testing::sha256(&seed.to_be_bytes()).0.to_vec()
}

fn storage(folder: &Path, device: u8) -> Storage {
    Firm::device(folder, device).1
}

fn say(line: &str) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).unwrap();
}

/// The process that is searched. It uses none of the doors of tests: what is found is the library's.
#[test]
#[ignore = "run by another test"]
fn works_until_it_is_told_to_lock() {
    let told = std::env::var(CHILD).expect("run by another test");
    let (seed, folder) = told.split_once(' ').unwrap();
    let folder = PathBuf::from(folder);
    let on_purpose = planted(seed.parse().unwrap());
    let vault = Vault::unlock(storage(&folder, DEVICE), protector(DEVICE), Options::default()).unwrap();
    let matter = vault.matters().unwrap().remove(0);
    use_files(&folder, &matter);
    assert!(matter.rotate().unwrap().is_complete());
    matter.seal_bytes(document(100), b"under the next epoch").unwrap();
    let renamed = Change { name: Some("renamed".to_owned()), ..Change::default() };
    matter.describe(DocumentId::from_bytes([1; 16]), &renamed).unwrap();
    work(&matter, &vault);
    say("unlocked");
    vault.lock();
    refused(matter.name(), "locked");
    say("locked");
    std::hint::black_box(on_purpose);
    eprintln!("{vault:?} {matter:?}");
    panic!("{:?}", matter.open_bytes(DocumentId::from_bytes([1; 16]), AccessReason::none()));
}

/// A file sealed, a stream sealed, a document opened into a file.
fn use_files(folder: &Path, matter: &Matter) {
    let (from, to) = (folder.join("from"), folder.join("to"));
    std::fs::write(&from, [5; 300_000]).unwrap();
    let sealed = matter.seal_file(document(50), &from, None).unwrap();
    let mut writer = matter.writer(document(51)).unwrap();
    writer.write_all(&[6; 200_000]).unwrap();
    writer.finish().unwrap();
    matter.open_file(sealed.id, AccessReason::none(), &to, None).unwrap();
    assert_eq!(std::fs::read(&to).unwrap(), [5; 300_000]);
}

struct Searched {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Searched {
    fn run(folder: &Path, seed: u64) -> Self {
        let temporary = folder.join("temporary");
        std::fs::create_dir(&temporary).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["works_until_it_is_told_to_lock", "--exact", "--ignored", "--nocapture"])
            .env(CHILD, format!("{seed} {}", folder.display()))
            .env("TMPDIR", &temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn until(&mut self, marker: &str) {
        let mut line = String::new();
        while !line.trim_end().ends_with(marker) {
            line.clear();
            assert!(self.out.read_line(&mut line).unwrap() > 0, "it ended before it was {marker}");
        }
    }

    fn go_on(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// All that it said until its end.
    fn said(mut self) -> String {
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!self.child.wait().unwrap().success(), "it ends with a panic");
        said
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_locked_vault_leaves_no_secret_in_memory_and_never_one_in_a_store() {
    let folder = tempfile::tempdir().unwrap();
    {
        let firm = Firm::in_folder(folder.path());
        let matter = firm.matter("Doe v. Roe");
        let member = firm.join_on(storage(folder.path(), DEVICE), "B.", DEVICE, &[]);
        admit(&matter, &member, MatterRole::Member);
        for number in 0..DOCUMENTS {
            seen_by(&member, &matter).seal_bytes(document(number), b"privileged").unwrap();
        }
    }
    let seed = u64::from(std::process::id()) << 32
        | u64::from(std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos());
    let mut searched = Searched::run(folder.path(), seed);
    let pid = searched.child.id();
    searched.until("unlocked");

    // The same device here, to know what there is to be found.
    let telling = Arc::new(Telling(HostProtector([DEVICE; 32]), Mutex::default()));
    let vault = Vault::unlock(storage(folder.path(), DEVICE), telling.clone(), Options::default()).unwrap();
    work(&vault.matters().unwrap().remove(0), &vault);
    let mut secrets = needles(&vault);
    telling.1.lock().unwrap().iter().for_each(|secret| secrets.add("unlocking", secret));
    vault.lock();
    drop(vault);
    let held = secrets.kinds();
    secrets.add("on purpose", &SecretBytes::new(planted(seed)));

    let mut in_stores = Found::new();
    let files = secrets.in_files(folder.path(), &mut in_stores);
    secrets.in_open_files(pid, &mut in_stores);
    let unlocked = secrets.in_memory(pid);
    searched.go_on();
    searched.until("locked");
    let locked = secrets.in_memory(pid);
    searched.go_on();
    let said = searched.said();

    // The erasable store holds shred keys, and is the only one that does. That it is found says that
    // the search finds.
    assert!(files > 10, "{files} files");
    let places = in_stores.remove("shred").expect("shred keys lie in the erasable store");
    assert!(places.iter().all(|place| place.contains("erasable")), "{places:?}");
    assert!(in_stores.is_empty(), "{in_stores:?}");
    assert!(said.contains("locked") && said.contains("panicked"), "{said}");
    let mut in_text = Found::new();
    secrets.in_text(&said, "what it said", &mut in_text);
    assert!(in_text.is_empty(), "{in_text:?}");

    let (Ok((unlocked, _)), Ok((locked, read))) = (unlocked, locked) else {
        eprintln!("SKIPPED: this system does not let a process read the memory of its child");
        return;
    };
    eprintln!("{files} files, {read} bytes of memory, {} kinds of secrets: {held:?}", held.len());
    let times = |found: &Found| found.iter().map(|(k, p)| (k.clone(), p.len())).collect::<Vec<_>>();
    eprintln!("unlocked: {:?}\nlocked: {:?}", times(&unlocked), times(&locked));
    assert!(locked.contains_key("on purpose"), "the search finds what is there");
    let missing: Vec<_> =
        held.iter().filter(|what| *what != "unlocking" && !unlocked.contains_key(*what)).collect();
    assert!(missing.is_empty(), "not in memory while unlocked: {missing:?}");
    // SQLite keeps pages of the erasable store in memory that it never wipes: SECURITY.md, "Memory". A
    // shred key opens nothing without the epoch's secret, which is gone.
    let known = ["on purpose", "shred"];
    let left: Found = locked.into_iter().filter(|(what, _)| !known.contains(&what.as_str())).collect();
    assert!(left.is_empty(), "left in memory: {left:#?}");
}
