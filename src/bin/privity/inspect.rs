//! `privity inspect`: what an object says, without keys.

mod age;
mod chain;
mod party;
mod text;
mod vault;

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::PathBuf;

use privity::envelope::{Header, Padding, Profile};
use privity::keys::Protection;
use privity::{Clock, Hash, SystemClock};

use crate::ask;
use crate::show::Facts;
use crate::stop::{Stop, at};

/// Say what a file of ours is, without keys
///
/// Sealed documents, protected keys, cards, standings, shares (age), manifests, SHA256SUMS, signatures, receipts,
/// checkpoints, proofs, exports and records. What is shown is what the file says of itself: not verified, unless a line says
/// that it is.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  privity inspect unknown.bin\n  privity inspect firm.standing --genesis 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)]
pub struct Options {
    /// The file
    file: PathBuf,
    /// The hash of a firm's first record, as you know it: verifies a standing or an export
    #[arg(long, value_name = "HASH")]
    genesis: Option<Hash>,
}

/// A file that is being looked at.
struct Object {
    file: File,
    size: u64,
    genesis: Option<Hash>,
}

impl Object {
    /// All of it, if it is no larger than such an object may be.
    fn whole(&mut self, most: usize) -> Result<Vec<u8>, Stop> {
        if self.size > most as u64 {
            return Err(Stop::foreign("larger than any object of this kind"));
        }
        let mut bytes = Vec::new();
        let read = (&mut self.file).take(most as u64).read_to_end(&mut bytes);
        read.map_err(|error| Stop::machine(error.to_string()))?;
        Ok(bytes)
    }
}

pub fn run(options: &Options, json: bool) -> Result<(), Stop> {
    let mut file = ask::open(&options.file)?;
    let failed = |error| Stop::file(&options.file, &error);
    let size = file.metadata().map_err(failed)?.len();
    let mut start = Vec::new();
    (&mut file).take(START).read_to_end(&mut start).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let mut facts = Facts::default();
    facts.put("file", options.file.display().to_string()).put("bytes", size);
    let mut object = Object { file, size, genesis: options.genesis };
    look(&start, &mut object, &mut facts)?;
    facts.print(json)
}

/// By its first bytes.
fn look(start: &[u8], object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let magic = start.get(..8).unwrap_or_default();
    match magic {
        b"PRVYDOC1" => return document(object, facts),
        b"PRVYIDN1" | b"PRVYCHK1" | b"PRVYDEV1" | b"PRVYROT1" | b"PRVYPTY1" => {
            return protected(object, facts);
        }
        b"PRVYCRD1" => return party::card(object, facts),
        b"PRVYSTN1" => return party::standing(object, facts),
        b"PRVYEXP1" => return vault::export(object, facts),
        _ => {}
    }
    if let Some((_, what)) = OPAQUE.iter().find(|(known, _)| *known == magic) {
        facts.put("object", *what).note("Nothing in it is readable without the keys it belongs to.");
        return Ok(());
    }
    if start.starts_with(b"age-encryption.org/") {
        return age::binary(object, facts);
    }
    let text = start.trim_ascii_start();
    if text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        return age::armor(object, facts);
    }
    if text.starts_with(b"privity-card:") {
        return party::card(object, facts);
    }
    if start.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        return text::signature(object, facts);
    }
    if start.starts_with(b"c2sp.org/tlog-proof@v1\n") {
        return chain::proof(object, facts);
    }
    if start.starts_with(b"{") {
        return text::json(object, facts);
    }
    if text::is_sums(start) {
        return text::sums(object, facts);
    }
    // A signed object of CBOR: an untagged array of four.
    if start.first() == Some(&0x84) {
        return chain::record(object, facts);
    }
    if start.first().is_some_and(u8::is_ascii_graphic) {
        return chain::note(object, facts);
    }
    Err(Stop::foreign("nothing of ours begins like this"))
}

fn document(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let header = Header::read(&object.file).map_err(at("header"))?;
    facts.put("object", "sealed document").put("firm", header.firm().to_string());
    facts.put("document", header.document().to_string()).put("version", header.version());
    facts.put("profile", profile(header.profile()));
    facts.put("length_hidden", matches!(header.padding(), Padding::Padme));
    facts.note(UNVERIFIED);
    Ok(())
}

fn protected(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let protection = Protection::read(&object.whole(MAX_PROTECTED)?).map_err(at("keys"))?;
    facts.put("object", "protected keys").put("keys", protection.keys);
    facts.put("profile", profile(protection.profile)).put("protector", protection.protector.as_str());
    facts.note("The keys themselves are sealed.").note(UNVERIFIED);
    Ok(())
}

fn profile(profile: Profile) -> &'static str {
    match profile {
        Profile::ChaCha => "0x0001, ChaCha20-Poly1305",
        _ => "0x0002, AES-256-GCM",
    }
}

fn now() -> privity::Timestamp {
    SystemClock.now()
}

const UNVERIFIED: &str = "Not verified: this is what the file says of itself.";

/// What only says what it is.
const OPAQUE: [(&[u8], &str); 4] = [
    (b"PRVYCON1", "kept contact, sealed for one party"),
    (b"PRVYENR1", "request of an enrolment"),
    (b"PRVYAPR1", "approval of an enrolment"),
    (b"PRVYDST1", "state of a device"),
];

/// Enough of the beginning to tell objects apart.
const START: u64 = 128;
const MAX_PROTECTED: usize = 8 << 10;
