//! The aims of sharing: whole shares and the age files under them, against `age`; headers against the bare KEM;
//! accepting against hashing and writing.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use privity::envelope::Profile;
use privity::sharing::age::{self, Identity, Options, Recipients};
use privity::sharing::{
    Addressee, CardDetails, Contact, Draft, Keys, Party, Request, Terms, UnverifiedContact, VerifiedContact,
    accept_folder, share_files,
};
use privity::testing::{hpke, secret};
use privity::{Clock as _, SystemClock, Timestamp};
use sha2::{Digest as _, Sha256};

use super::age::against_age;
use super::aim::{Aim, Goal, Measured, Unmeasured, check, pairs, timed};
use super::env::{Env, Random, sha256_of};

pub fn aims() -> Vec<Aim> {
    vec![
        Aim::new("sharing/share-made", Goal::AtLeast(0.8), made),
        Aim::new("sharing/share-opened", Goal::AtLeast(1.0), opened),
        Aim::new("sharing/age-seal", Goal::AtLeast(1.2), sealed_alone),
        Aim::new("sharing/age-open", Goal::AtLeast(1.2), opened_alone),
        Aim::new("sharing/header-of-1000-hybrid", Goal::AtMost(1.1), header),
        Aim::new("sharing/accept-1000-documents", Goal::AtMost(1.3), many),
    ]
}

/// Two parties who know each other.
struct People {
    from: Party,
    to: Party,
    contacts: Vec<Contact>,
    draft: Draft,
}

impl People {
    fn new() -> Result<Self, Unmeasured> {
        let (from, to) = (Party::generate()?, Party::generate()?);
        let contacts = vec![Contact::Verified(verified(&from)?)];
        let addressee = Addressee::from(&verified(&to)?);
        // One X25519 recipient, as the peer has.
        let draft = Draft::new(vec![addressee], "A. Sender", "", Terms::new("measured")).classic();
        Ok(Self { from, to, contacts, draft })
    }

    fn share(&self, files: &[PathBuf], to: &Path) -> Result<(), Unmeasured> {
        share_files(&self.from, &self.draft, files, to, SystemClock.now(), Options::default())?;
        Ok(())
    }

    fn accept(&self, share: &Path, into: &Path) -> Result<Vec<PathBuf>, Unmeasured> {
        let request =
            Request { keys: Keys::Party(&self.to), contacts: &self.contacts, now: SystemClock.now() };
        let accepted = accept_folder(share, &request, into, Options::default())?;
        Ok(accepted.manifest.documents.iter().map(|document| into.join(&document.path)).collect())
    }
}

fn verified(party: &Party) -> Result<VerifiedContact, Unmeasured> {
    let now = SystemClock.now();
    let expires = Timestamp::from_micros(now.micros() + 86_400_000_000).expect("not in 2255");
    let details = CardDetails {
        name: "A. Party",
        organisation: "",
        not_before: now,
        expires,
        with_classic: true,
        previous: None,
    };
    let card = party.card(&details)?;
    let words = card.fingerprint().words();
    Ok(UnverifiedContact::from_card(card).confirm(&words)?)
}

/// A share of one file: its hash, the archive, the signature, the seal.
fn made(env: &Env) -> Result<Measured, Unmeasured> {
    let (age, input, scratch, people) = (env.age()?, env.input()?, env.scratch()?, People::new()?);
    let (theirs, ours) = (scratch.path().join("theirs"), scratch.path().join("ours"));
    let share = |to: &Path| people.share(std::slice::from_ref(&input.path), to);
    let measured = against_age(env, (&theirs, |to| age.encrypt(&input.path, to)), (&ours, share))?;
    let documents = people.accept(&ours, &scratch.path().join("in"))?;
    check(sha256_of(&documents[0])? == input.sha256, "the share holds another file")?;
    Ok(measured)
}

/// The same accepted into a folder with every check, against `age -d`.
fn opened(env: &Env) -> Result<Measured, Unmeasured> {
    let (age, input, scratch, people) = (env.age()?, env.input()?, env.scratch()?, People::new()?);
    let at = |name: &str| scratch.path().join(name);
    let (theirs, ours, plain, into) = (at("theirs"), at("ours"), at("plain"), at("in"));
    age.encrypt(&input.path, &theirs)?;
    people.share(std::slice::from_ref(&input.path), &ours)?;
    let mut documents = Vec::new();
    let accept = |into: &Path| {
        documents = people.accept(&ours, into)?;
        Ok(())
    };
    let measured = against_age(env, (&plain, |to| age.decrypt(&theirs, to)), (&into, accept))?;
    check(sha256_of(&documents[0])? == input.sha256, "another file came out of the share")?;
    Ok(measured)
}

/// The age file alone.
fn sealed_alone(env: &Env) -> Result<Measured, Unmeasured> {
    let (peer, input, scratch) = (env.age()?, env.input()?, env.scratch()?);
    let at = |name: &str| scratch.path().join(name);
    let (theirs, ours, plain) = (at("theirs"), at("ours"), at("plain"));
    let identity = Identity::generate_x25519()?;
    let seal = |to: &Path| sealed(&identity, &input.path, to);
    let measured = against_age(env, (&theirs, |to| peer.encrypt(&input.path, to)), (&ours, seal))?;
    open(&identity, &ours, &plain)?;
    check(sha256_of(&plain)? == input.sha256, "the age file holds another file")?;
    Ok(measured)
}

fn opened_alone(env: &Env) -> Result<Measured, Unmeasured> {
    let (peer, input, scratch) = (env.age()?, env.input()?, env.scratch()?);
    let at = |name: &str| scratch.path().join(name);
    let (theirs, ours, plain, copy) = (at("theirs"), at("ours"), at("plain"), at("copy"));
    let identity = Identity::generate_x25519()?;
    peer.encrypt(&input.path, &theirs)?;
    sealed(&identity, &input.path, &ours)?;
    let open = |to: &Path| open(&identity, &ours, to);
    let measured = against_age(env, (&plain, |to| peer.decrypt(&theirs, to)), (&copy, open))?;
    check(sha256_of(&copy)? == input.sha256, "another file came out of the age file")?;
    Ok(measured)
}

fn sealed(identity: &Identity, from: &Path, to: &Path) -> Result<(), Unmeasured> {
    let recipients = Recipients::new(&[identity.recipient().clone()])?;
    let to = File::create_new(to)?;
    age::seal_stream(&recipients, File::open(from)?, &to, Options::default())?;
    Ok(to.sync_all()?)
}

fn open(identity: &Identity, from: &Path, to: &Path) -> Result<(), Unmeasured> {
    let to = File::create_new(to)?;
    age::open_stream(&[identity], File::open(from)?, &to, Options::default())?;
    Ok(to.sync_all()?)
}

/// A header for many, where the library's limit is lifted, against as many encapsulations with their HPKE.
fn header(env: &Env) -> Result<Measured, Unmeasured> {
    const MANY: usize = 1_000;
    let one = Identity::generate()?;
    let to = vec![one.recipient().clone(); MANY];
    let key = hpke::PublicKey::from_bytes(one.recipient().as_bytes())?;
    let bare = || {
        for number in 0..MANY {
            let drawn = secret([number as u8; 64]);
            std::hint::black_box(hpke::seal_base(&key, Profile::ChaCha, b"bare", &[7; 16], &drawn)?);
        }
        Ok(())
    };
    let pairs = pairs(
        env.runs,
        1,
        |_| Ok(timed(bare)?.0),
        |_| Ok(timed(|| Ok(privity::testing::age::header(&to, [7; 16])?))?.0),
    )?;
    Ok(Measured::time(MANY, "bare KEM", &pairs))
}

/// A share of many documents, against writing the same and their hashes.
fn many(env: &Env) -> Result<Measured, Unmeasured> {
    const MANY: usize = 1_000;
    const EACH: usize = 100_000;
    let (scratch, people) = (env.scratch()?, People::new()?);
    let mut random = Random(11);
    let contents: Vec<Vec<u8>> =
        (0..MANY).map(|_| (0..EACH / 8).flat_map(|_| random.next().to_le_bytes()).collect()).collect();
    let sources = scratch.path().join("sources");
    fs::create_dir(&sources)?;
    let mut files = Vec::with_capacity(MANY);
    for (number, content) in contents.iter().enumerate() {
        let path = sources.join(format!("{number:04}.bin"));
        fs::write(&path, content)?;
        files.push(path);
    }
    let (share, into, bare) =
        (scratch.path().join("share"), scratch.path().join("in"), scratch.path().join("bare"));
    people.share(&files, &share)?;
    let mut accepted = Vec::new();
    let pairs = pairs(
        env.runs,
        1,
        |_| {
            let _gone = fs::remove_dir_all(&bare);
            fs::create_dir(&bare)?;
            let work = || {
                let mut hashes = Vec::with_capacity(MANY);
                for (number, content) in contents.iter().enumerate() {
                    hashes.push(Sha256::digest(content));
                    let mut file = File::create_new(bare.join(format!("{number:04}.bin")))?;
                    file.write_all(content)?;
                    file.sync_all()?;
                }
                Ok(hashes)
            };
            Ok(timed(work)?.0)
        },
        |_| {
            let _gone = fs::remove_dir_all(&into);
            let (time, documents) = timed(|| people.accept(&share, &into))?;
            accepted = documents;
            Ok(time)
        },
    )?;
    check(accepted.len() == MANY, "documents are missing")?;
    for (path, content) in accepted.iter().zip(&contents) {
        check(fs::read(path)? == *content, "another document came out of the share")?;
    }
    Ok(Measured::time(MANY, "hash and write", &pairs))
}
