//! Accepting a share: steps in their order, each with what it refuses. Nothing is written before all but the
//! last have passed, and what is written counts for nothing before the last has.

use std::fmt;
use std::io::Read;
use std::sync::OnceLock;

use crate::clock::Timestamp;
use crate::crypto::hash::HashOnly;
use crate::crypto::pipe::Side;
use crate::error::{Code, Error, Result};
use crate::id::Hash;
use crate::sharing::age::{self, Kind, Opens, Options, Password};
use crate::sharing::front::Front;
use crate::sharing::manifest::{Document, Manifest};
use crate::sharing::{Contact, Party, Standing, VerifiedContact, sender};
use crate::wire::zip::Reader;

/// What is checked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The age file opens with a key of the receiver.
    Decrypt,
    /// The archive is of the one layout, every name safe.
    Layout,
    /// SHA256SUMS is well formed and begins with what lies before the documents.
    Sums,
    /// A key signed SHA256SUMS.
    Signature,
    /// The manifest is understood and names the documents that SHA256SUMS lists.
    Manifest,
    /// The key is that of a verified contact, now.
    Sender,
    /// The receiver is named.
    Recipient,
    /// It is neither of the future nor expired.
    Terms,
    /// Every content is the one that was signed.
    Contents,
}

/// Why a share is refused, and at which step. Those before it passed.
#[derive(Debug)]
pub struct Refusal {
    /// The step.
    pub step: Step,
    /// What is wrong.
    pub error: Error,
}

/// What opens a share.
#[derive(Clone, Copy, Debug)]
pub enum Keys<'k> {
    /// The receiver's own.
    Party(&'k Party),
    /// A password, which comes from elsewhere.
    Password(&'k Password),
}

/// Who accepts, whom they know, and when.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// What opens it.
    pub keys: Keys<'r>,
    /// Whom the receiver knows, whatever the state: who is changed or revoked is refused as such.
    pub contacts: &'r [Contact],
    /// The local time.
    pub now: Timestamp,
}

/// A share that passed every step.
#[derive(Clone)]
pub struct Accepted {
    /// Its signed terms.
    pub manifest: Manifest,
    /// SHA-256 of the manifest: what a receipt names.
    pub hash: Hash,
    /// The contact by whom the sender is known: their own, or of a colleague where the firm was verified as a whole.
    pub contact: VerifiedContact,
    /// For a firm's sender, what its standing shows.
    pub shown: Option<Standing>,
}

/// Takes the contents of a share. What it got is worthless unless [`accept`] returns without an error.
pub trait Sink {
    /// What lies before the documents, part by part, once steps 2 to 8 have passed: README.txt, SHA256SUMS, its
    /// signature, the manifest and a firm's standing.
    ///
    /// # Errors
    /// Whatever keeps it from being taken; `accept` returns it.
    fn part(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let _ignored = (path, bytes);
        Ok(())
    }

    /// A document begins. Its path is safe to write below a folder.
    ///
    /// # Errors
    /// Whatever keeps it from being taken; `accept` returns it.
    fn begin(&mut self, manifest: &Manifest, document: &Document) -> Result<()>;

    /// Its next bytes.
    ///
    /// # Errors
    /// As `begin`.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// It is complete and is the one that was signed.
    ///
    /// # Errors
    /// As `begin`.
    fn end(&mut self) -> Result<()>;
}

/// A sink that keeps nothing: accepting into it only checks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

/// Accepts a share, binary or armor, into a sink.
///
/// The clock is the caller's, and so is the judgement of expiry. A share of a former device shows the device active
/// at an older checkpoint: compare its [head](Standing::head) with the greatest seen of that firm.
///
/// # Errors
/// [`Refusal`]: the step and the error, by docs/format/share-v1.md; `io` and `cancelled` at the step where they
/// happened.
pub fn accept(
    from: impl Read + Send,
    request: &Request<'_>,
    sink: &mut dyn Sink,
    options: Options<'_>,
) -> std::result::Result<Accepted, Refusal> {
    match request.keys {
        Keys::Party(party) => {
            let [hybrid, classic] = party.identities();
            run(&[hybrid, classic], from, request, sink, options)
        }
        Keys::Password(password) => run(&[password], from, request, sink, options),
    }
}

fn run(
    keys: &[&dyn Opens],
    from: impl Read + Send,
    request: &Request<'_>,
    sink: &mut dyn Sink,
    options: Options<'_>,
) -> std::result::Result<Accepted, Refusal> {
    let stanzas = OnceLock::new();
    // Set before the first byte of content there is.
    let look = |header: &age::Header| {
        let _first = stanzas.set(header.kinds().collect::<Vec<_>>());
        Ok(())
    };
    let mut step = Step::Layout;
    let accepted = age::open_piped(keys, from, look, options, |archive| {
        let mut zip = Reader::new(archive);
        let mut front = Front::read(&mut zip)?;
        let accepted = judge(&mut front, request, stanzas.get().map_or(&[], Vec::as_slice), &mut step)?;
        step = Step::Contents;
        front.give(sink)?;
        take_contents(&mut zip, front, &accepted.manifest, sink)?;
        Ok(accepted)
    });
    accepted.map_err(|side| match side {
        Side::Writing(error) => Refusal { step: Step::Decrypt, error },
        Side::Reading(error) => Refusal { step, error },
    })
}

/// Steps 3 to 8.
fn judge(front: &mut Front, request: &Request<'_>, stanzas: &[Kind], step: &mut Step) -> Result<Accepted> {
    let (key, manifest) = front.signed(step)?;
    *step = Step::Sender;
    let (contact, shown) = sender::judge(&manifest, &key, front.chain.as_deref(), request)?;
    *step = Step::Recipient;
    check_recipients(&manifest, stanzas, request.keys)?;
    *step = Step::Terms;
    check_times(&manifest, request.now)?;
    Ok(Accepted { hash: Manifest::hash_of(&front.manifest), manifest, contact, shown })
}

/// The receiver is among those whom the sender signed, and the file is for as many.
fn check_recipients(manifest: &Manifest, stanzas: &[Kind], keys: Keys<'_>) -> Result<()> {
    let party = match keys {
        Keys::Password(_) => {
            let alone = manifest.recipients.is_empty() && stanzas == [Kind::Password];
            return if alone { Ok(()) } else { Err(Code::ShareRecipients.into()) };
        }
        Keys::Party(party) => party,
    };
    let own = [party.recipient(), party.classic_recipient()].map(ToString::to_string);
    if !manifest.recipients.iter().any(|one| own.contains(&one.recipient)) {
        return Err(Code::NotARecipient.into());
    }
    // The same people as an age file may have: of one kind, none twice. A stanza more is a recipient whom the
    // sender did not sign.
    let named: Result<Vec<age::Recipient>> =
        manifest.recipients.iter().map(|one| one.recipient.parse()).collect();
    let named = named.and_then(|named| age::Recipients::new(&named)).map_err(|_| Code::ShareRecipients)?;
    let for_them =
        stanzas.len() == manifest.recipients.len() && stanzas.iter().all(|one| *one == named.kind());
    if for_them { Ok(()) } else { Err(Code::ShareRecipients.into()) }
}

fn check_times(manifest: &Manifest, now: Timestamp) -> Result<()> {
    if manifest.created.micros() > now.micros().saturating_add(GRACE) {
        return Err(Code::ShareNotYetValid.into());
    }
    if manifest.expires.is_some_and(|expires| now >= expires) {
        return Err(Code::ShareExpired.into());
    }
    Ok(())
}

/// Step 9: exactly the documents of the manifest, each as it was signed.
fn take_contents<R: Read>(
    zip: &mut Reader<R>,
    front: Front,
    manifest: &Manifest,
    sink: &mut dyn Sink,
) -> Result<()> {
    let mut next = front.next;
    let mut piece = vec![0; PIECE];
    for (document, hash) in manifest.documents.iter().zip(&front.hashes) {
        let entry = next.filter(|entry| entry.name == document.path).ok_or(Code::ShareDocuments)?;
        if entry.size != document.size {
            return Err(Code::ShareDocuments.into());
        }
        sink.begin(manifest, document)?;
        let (mut hasher, mut length) = (HashOnly::default(), 0);
        loop {
            let count = zip.read(&mut piece)?;
            let Some(taken) = piece.get(..count).filter(|taken| !taken.is_empty()) else { break };
            hasher.update(taken);
            length += taken.len() as u64;
            sink.write(taken)?;
        }
        if hasher.finish() != *hash || length != document.size {
            return Err(Code::EntryAltered.into());
        }
        sink.end()?;
        next = zip.next_entry()?;
    }
    if next.is_some() { Err(Code::ShareDocuments.into()) } else { Ok(()) }
}

impl Sink for Discard {
    fn begin(&mut self, _: &Manifest, _: &Document) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 9] = [
        Self::Decrypt,
        Self::Layout,
        Self::Sums,
        Self::Signature,
        Self::Manifest,
        Self::Sender,
        Self::Recipient,
        Self::Terms,
        Self::Contents,
    ];

    /// One word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Decrypt => "decrypt",
            Self::Layout => "layout",
            Self::Sums => "sums",
            Self::Signature => "signature",
            Self::Manifest => "manifest",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Terms => "terms",
            Self::Contents => "contents",
        }
    }
}

const PIECE: usize = 64 << 10;
/// How far clocks may differ: ten minutes.
const GRACE: u64 = 600_000_000;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step.name(), self.error)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}
