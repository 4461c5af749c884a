//! People of fixed keys, and shares put together from parts, in which anything can be wrong. What is not changed on
//! purpose is signed and sealed as an honest sender does it.
#![allow(dead_code)] // Each test program uses its part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use privity::sharing::age::{self, Opens, Options, Password, Recipient, Recipients};
use privity::sharing::manifest::{Document, Manifest};
use privity::sharing::{
    Accepted, Addressee, CardDetails, Contact, Discard, Draft, Item, Keys, Made, Party, Refusal, Request,
    Sink, Step, Terms, UnverifiedContact, VerifiedContact, accept, accept_folder, make,
};
use privity::testing::json::{self, Value};
use privity::testing::label::Namespace;
use privity::testing::{self, sha256, signing_key, sshsig};
use privity::{Result, Timestamp};

use super::archive::{Files, unpack};
use super::build::Builder;

/// What every share here is made at.
pub const NOW: u64 = 1_790_000_000_000_000;
pub const DAY: u64 = 86_400_000_000;

pub const README: &str = "README.txt";
pub const SUMS: &str = "SHA256SUMS";
pub const SIGNATURE: &str = "SHA256SUMS.sig";
pub const MANIFEST: &str = "privity/manifest.json";
pub const CHAIN: &str = "privity/chain.cbor";

pub const PASSWORD: &[u8] = b"ten words that nobody would think of";

pub type Members = BTreeMap<String, Value>;

/// A step and a code.
pub type Verdict = (Step, &'static str);

pub fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// A party of its own, the same in every run.
pub fn party(of: u8) -> Party {
    testing::party::party(seeds(of)).unwrap()
}

fn seeds(of: u8) -> [u8; 144] {
    let mut seeds = [of; 144];
    for (part, seed) in (0..).zip(seeds[16..].chunks_mut(32)) {
        seed[0] = part;
    }
    seeds
}

/// The seed of the key with which [`party`] signs.
pub fn ssh_of(of: u8) -> [u8; 32] {
    seeds(of)[16..48].try_into().unwrap()
}

pub fn details(name: &str) -> CardDetails<'_> {
    CardDetails {
        name,
        organisation: "",
        not_before: at(NOW - 30 * DAY),
        expires: at(NOW + 365 * DAY),
        with_classic: true,
        previous: None,
    }
}

pub fn unverified(party: &Party, name: &str) -> UnverifiedContact {
    UnverifiedContact::from_card(party.card(&details(name)).unwrap())
}

pub fn verified(party: &Party, name: &str) -> VerifiedContact {
    let contact = unverified(party, name);
    let words = contact.fingerprint().words();
    contact.confirm(&words).unwrap()
}

/// The same, whatever the clock says.
pub fn verified_for_ever(party: &Party, name: &str) -> VerifiedContact {
    let card = party.card(&CardDetails { not_before: at(0), expires: at(4 * NOW), ..details(name) }).unwrap();
    let words = card.fingerprint().words();
    UnverifiedContact::from_card(card).confirm(&words).unwrap()
}

/// Counsel (1) sends, an expert (2) and a colleague of theirs (3) receive, an outsider (4) gets hold of it.
pub struct World {
    pub counsel: Party,
    pub expert: Party,
    pub second: Party,
    pub outsider: Party,
    pub contacts: Vec<Contact>,
}

impl World {
    pub fn new() -> Self {
        let counsel = party(1);
        let contacts = vec![Contact::Verified(verified(&counsel, "C. Counsel"))];
        Self { counsel, expert: party(2), second: party(3), outsider: party(4), contacts }
    }

    /// The expert's question, now.
    pub fn request(&self) -> Request<'_> {
        self.request_of(&self.expert)
    }

    pub fn request_of<'r>(&'r self, receiver: &'r Party) -> Request<'r> {
        Request { keys: Keys::Party(receiver), contacts: &self.contacts, now: at(NOW) }
    }

    /// An honest share for the expert, under classic keys, which are quick.
    pub fn share(&self) -> Parts {
        self.share_to(&[&self.expert])
    }

    pub fn share_to(&self, to: &[&Party]) -> Parts {
        let addressees = to.iter().map(|party| Addressee::from(&verified(party, "E. Expert"))).collect();
        let draft = Draft::new(addressees, "C. Counsel", "Counsel & Co", terms()).classic();
        let keys = to.iter().map(|party| party.classic_recipient().clone()).collect();
        Parts::of(&self.counsel, &draft, keys, &to[0].identities().map(|one| one as &dyn Opens), ssh_of(1))
    }
}

pub fn terms() -> Terms {
    Terms { expires: Some(at(NOW + 30 * DAY)), ..Terms::new("Expert report on the bridge") }
}

/// What is shared unless said otherwise.
pub const DOCUMENTS: [(&str, &[u8]); 3] =
    [("Exhibit 1.pdf", b"%PDF-1.7 one"), ("Übersicht.txt", b""), ("b.bin", &[7; 700])];

pub fn make_share(sender: &Party, draft: &Draft, documents: &[(&str, &[u8])]) -> (Vec<u8>, Made) {
    make_share_at(sender, draft, documents, at(NOW))
}

fn make_share_at(
    sender: &Party,
    draft: &Draft,
    documents: &[(&str, &[u8])],
    now: Timestamp,
) -> (Vec<u8>, Made) {
    let items: Vec<Item<'_>> = documents
        .iter()
        .map(|(name, content)| Item {
            name,
            media_type: "application/octet-stream",
            content,
            digests: None,
            version: None,
        })
        .collect();
    let mut file = Vec::new();
    let made = make(sender, draft, &items, now, &mut file, Options::default()).unwrap();
    (file, made)
}

/// The entries of a share in their order, whose key signs, and to whom it is sealed.
#[derive(Clone)]
pub struct Parts {
    pub files: Files,
    pub key: [u8; 32],
    pub to: Vec<Recipient>,
    /// What is done to the archive after everything was signed.
    pub zip: Option<fn(&mut Builder)>,
}

impl Parts {
    /// Makes an honest share, which `opens` opens, and takes it apart.
    pub fn of(
        sender: &Party,
        draft: &Draft,
        to: Vec<Recipient>,
        opens: &[&dyn Opens],
        key: [u8; 32],
    ) -> Self {
        Self::of_at(sender, draft, to, opens, key, at(NOW))
    }

    pub fn of_at(
        sender: &Party,
        draft: &Draft,
        to: Vec<Recipient>,
        opens: &[&dyn Opens],
        key: [u8; 32],
        now: Timestamp,
    ) -> Self {
        let (file, _) = make_share_at(sender, draft, &DOCUMENTS, now);
        Self::of_archive(&age::open(opens, &file).unwrap(), to, key)
    }

    pub fn of_archive(archive: &[u8], to: Vec<Recipient>, key: [u8; 32]) -> Self {
        let mut parts = Self { files: unpack(archive).unwrap(), key, to, zip: None };
        // Two writers, one archive: what is wrong below is what a case changes, and nothing else.
        assert_eq!(parts.archive(), archive);
        let files = parts.files.clone();
        parts.sign();
        assert_eq!(parts.files, files);
        parts
    }

    pub fn at(&self, name: &str) -> usize {
        self.files.iter().position(|(one, _)| one == name).unwrap()
    }

    pub fn content(&mut self, name: &str) -> &mut Vec<u8> {
        let at = self.at(name);
        &mut self.files[at].1
    }

    pub fn text(&mut self, name: &str) -> String {
        String::from_utf8(self.content(name).clone()).unwrap()
    }

    /// Changes the manifest and signs the whole anew.
    pub fn manifest(&mut self, change: impl FnOnce(&mut Members)) {
        self.manifest_alone(change);
        self.sign();
    }

    pub fn manifest_alone(&mut self, change: impl FnOnce(&mut Members)) {
        let bytes = self.content(MANIFEST);
        let Value::Map(mut members) = json::parse(bytes, bytes.len()).unwrap() else { panic!("no object") };
        change(&mut members);
        *bytes = json::write(&Value::Map(members)).unwrap();
    }

    /// Changes the manifest as text and signs the whole anew.
    pub fn manifest_text(&mut self, change: impl FnOnce(String) -> String) {
        let before = self.text(MANIFEST);
        let after = change(before.clone());
        assert_ne!(before, after, "changes nothing");
        *self.content(MANIFEST) = after.into_bytes();
        self.sign();
    }

    /// Changes SHA256SUMS and signs it anew.
    pub fn sums(&mut self, change: impl FnOnce(String) -> String) {
        let before = self.text(SUMS);
        let after = change(before.clone());
        assert_ne!(before, after, "changes nothing");
        *self.content(SUMS) = after.into_bytes();
        self.sign_sums();
    }

    /// SHA256SUMS of what is there, and its signature.
    pub fn sign(&mut self) {
        let listed = self.files.iter().filter(|(name, _)| name != SUMS && name != SIGNATURE);
        let lines: String = listed.map(|(name, content)| format!("{}  {name}\n", sha256(content))).collect();
        *self.content(SUMS) = lines.into_bytes();
        self.sign_sums();
    }

    pub fn sign_sums(&mut self) {
        let sums = self.content(SUMS).clone();
        *self.content(SIGNATURE) =
            sshsig::sign(&signing_key(self.key), Namespace::Disclosure, &sums).into_bytes();
    }

    /// Another content of a document, under its own size and hash, as an honest sender would have it.
    pub fn document(&mut self, index: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let at = self.files.len() - DOCUMENTS.len() + index;
        change(&mut self.files[at].1);
    }

    pub fn archive(&self) -> Vec<u8> {
        let mut builder = Builder::of(&self.files);
        if let Some(change) = self.zip {
            change(&mut builder);
        }
        builder.build()
    }

    pub fn seal(&self) -> Vec<u8> {
        self.seal_to(&Recipients::new(&self.to).unwrap())
    }

    pub fn seal_to(&self, to: &Recipients) -> Vec<u8> {
        age::seal(to, &self.archive()).unwrap()
    }
}

pub fn text(text: &str) -> Value {
    Value::from(text)
}

/// The documents of a manifest.
pub fn listed(members: &mut Members) -> &mut Vec<Value> {
    list(members, "documents")
}

pub fn list<'m>(members: &'m mut Members, name: &str) -> &'m mut Vec<Value> {
    match members.get_mut(name) {
        Some(Value::List(items)) => items,
        other => panic!("{name} is no list: {other:?}"),
    }
}

pub fn map(value: &mut Value) -> &mut Members {
    match value {
        Value::Map(members) => members,
        other => panic!("no object: {other:?}"),
    }
}

pub fn inner<'m>(members: &'m mut Members, name: &str) -> &'m mut Members {
    map(members.get_mut(name).unwrap())
}

/// A password of little work, which is what takes time.
pub fn password(password: &[u8]) -> Password {
    testing::age::password(password, 10).unwrap()
}

/// What a receiver finds: into a folder and into a sink alike, with nothing left where it is refused.
pub fn judge(file: &[u8], request: &Request<'_>) -> std::result::Result<Accepted, Verdict> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("share.age");
    fs::write(&path, file).unwrap();
    let before = everything(folder.path());
    let into = folder.path().join("in");
    let verdict = accept_folder(&path, request, &into, Options::default());
    let mut sink = Noting::default();
    let again = accept(file, request, &mut sink, Options::default());
    match (verdict, again) {
        (Ok(accepted), Ok(other)) => {
            assert_eq!(accepted.manifest, other.manifest);
            for document in &accepted.manifest.documents {
                assert_eq!(fs::metadata(into.join(&document.path)).unwrap().len(), document.size);
            }
            Ok(accepted)
        }
        (Err(refusal), Err(other)) => {
            let found = verdict_of(&refusal);
            assert_eq!(found, verdict_of(&other));
            assert_eq!(everything(folder.path()), before, "{found:?} leaves something");
            assert!(sink.calls == 0 || found.0 >= Step::Contents || found.0 == Step::Decrypt, "{found:?}");
            Err(found)
        }
        (one, other) => panic!("a folder: {one:?}, a sink: {other:?}"),
    }
}

pub fn verdict_of(refusal: &Refusal) -> Verdict {
    (refusal.step, refusal.error.code())
}

#[track_caller]
pub fn refused(what: &str, file: &[u8], request: &Request<'_>, verdict: Verdict) {
    match judge(file, request) {
        Ok(accepted) => panic!("{what}: accepted {accepted:?}"),
        Err(found) => assert_eq!(found, verdict, "{what}"),
    }
}

/// Every path below a folder.
pub fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Counts what it is given.
#[derive(Default)]
pub struct Noting {
    pub calls: usize,
}

impl Sink for Noting {
    fn part(&mut self, _: &str, _: &[u8]) -> Result<()> {
        self.calls += 1;
        Ok(())
    }

    fn begin(&mut self, _: &Manifest, _: &Document) -> Result<()> {
        self.calls += 1;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.calls += 1;
        Discard.write(bytes)
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// As a manifest has it.
pub fn time(micros: u64) -> String {
    privity::testing::time::write(at(micros))
}
