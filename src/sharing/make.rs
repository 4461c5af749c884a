//! Making a share: the archive is read together from its parts while it is sealed, so that no plaintext is on a
//! disk, and in memory little of it.

use std::fmt;
use std::io::{Seek, Write};
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::crypto::entropy;
use crate::crypto::hash::{Digests, Hasher, sha256};
use crate::crypto::label::RandomPurpose;
use crate::error::{Code, Result};
use crate::id::{Hash, ShareId};
use crate::progress::{Flow, Progress, Watcher};
use crate::secret::Secret;
use crate::sharing::age::{self, Options, PlacedSealer};
use crate::sharing::archive::{self, Archive};
use crate::sharing::content;
use crate::sharing::draft::{Draft, Item};
use crate::sharing::layout::{CHAIN, MANIFEST, README, SIGNATURE, SUMS};
use crate::sharing::manifest::{Document, Ledger, Manifest, Recipient, Sender};
use crate::sharing::{Party, Standing, name, readme};
use crate::wire::sshsig::Namespace;
use crate::wire::zip::{Entry, Layout};
use crate::wire::{entry_name, sshsig, sums};

/// A share that was made.
#[derive(Clone)]
pub struct Made {
    /// What it says of itself. The sender keeps it: receipts are compared with it.
    pub manifest: Manifest,
    /// SHA-256 of the manifest.
    pub hash: Hash,
    /// Bytes of the archive before it was sealed.
    pub length: u64,
}

/// Makes a share of these documents into `out`, which gets a binary age file. What breaks off is worthless:
/// throw it away.
///
/// Contents are read twice, the first time for their hashes, which stand before them, unless their digests are given.
/// What is read is hashed again as it is sealed: no share is made that a receiver would refuse. Memory stays at some
/// MiB whatever they hold. [`share_files`](crate::sharing::share_files), which can write the beginning last, reads big
/// ones once.
///
/// # Errors
/// `terms`, `party`, `share-recipients` for a draft that cannot be made; `card-expired`, `card-not-yet-valid` of an
/// addressee; `document-too-large`; `source-changed` if a content is another when it is read again,
/// `content-mismatch` if its digests were given and are not its own; `io`, `entropy`, `cancelled`.
pub fn make(
    sender: &Party,
    draft: &Draft,
    items: &[Item<'_>],
    now: Timestamp,
    out: impl Write + Send,
    options: Options<'_>,
) -> Result<Made> {
    let outline = Outline::new(sender, draft, items, now)?;
    let known = content::digests(items, outline.sizes(), None, options)?;
    let known = known.into_iter().collect::<Option<Vec<_>>>().ok_or(Code::SourceChanged)?;
    let rest = outline.signed_by(sender, &known)?;
    let archive = Archive::new(&outline.front(&rest), items, &known, &rest.layout)?;
    let told = Told { watcher: options.watcher, before: 0, total: rest.layout.len() };
    let watcher = options.watcher.is_some().then_some(&told as &dyn Watcher);
    let written = age::seal_stream(&outline.to, archive, out, Options { watcher, ..options })?;
    outline.made(written, &rest.layout)
}

/// The same into an empty file that can be written anywhere: of big contents the inner part is hashed and sealed as it
/// is read, once; what stands before it is sealed when the hashes are known.
pub(crate) fn make_file(
    sender: &Party,
    draft: &Draft,
    items: &[Item<'_>],
    now: Timestamp,
    out: &mut (impl Write + Seek + Send),
    options: Options<'_>,
) -> Result<Made> {
    let outline = Outline::new(sender, draft, items, now)?;
    let known = content::digests(items, outline.sizes(), Some(content::BIG), options)?;
    let layout = outline.places(sender)?;
    let first = layout.entries().len() - items.len();
    let mut told = Told { watcher: options.watcher, before: 0, total: layout.len() };
    let mut sealer = PlacedSealer::new(&outline.to, out, options.threads)?;
    let mut inner = Vec::new();
    let mut digests = Vec::with_capacity(items.len());
    for (number, (item, known)) in items.iter().zip(known).enumerate() {
        if let Some(known) = known {
            digests.push(known);
            continue;
        }
        let entry = first + number;
        let (known, sealed) =
            content::seal(&mut sealer, &layout, entry, item.content, |done| told.tell(done))?;
        told.before += sealed.len();
        digests.push(known);
        inner.push(sealed);
    }
    let rest = outline.signed_by(sender, &digests)?;
    for run in archive::runs(&outline.front(&rest), items, &digests, &rest.layout, inner)? {
        let done = sealer.seal(run.first, run.until, run.archive, |_| Ok(()), |done| told.tell(done))?;
        told.before += done;
    }
    outline.made(told.before, &rest.layout)
}

/// What is decided before any content is read.
struct Outline {
    manifest: Manifest,
    hash: Hash,
    to: Arc<age::Recipients>,
    readme: Front,
    signed: Front,
    chain: Option<Front>,
}

/// What depends on the contents.
struct Rest {
    sums: Vec<u8>,
    signature: Vec<u8>,
    layout: Layout,
}

impl Outline {
    fn new(sender: &Party, draft: &Draft, items: &[Item<'_>], now: Timestamp) -> Result<Self> {
        draft.check(now)?;
        if items.is_empty() {
            return Err(Code::Terms.into());
        }
        draft.addressees().iter().try_for_each(|to| to.in_force(now))?;
        let (to, recipients) = draft.recipients()?;
        let manifest = manifest(sender, draft, items, recipients, now)?;
        let bytes = manifest.to_bytes()?;
        // What nobody could accept is not made.
        Manifest::parse(&bytes).map_err(|_| Code::Terms)?;
        let hash = sha256(&bytes);
        let readme = Front::new(README, readme::text(&manifest, &hash).into_bytes());
        let signed = Front::new(MANIFEST, bytes);
        let chain = sender.standing().map(|standing| Front::new(CHAIN, standing.to_vec()));
        Ok(Self { manifest, hash, to, readme, signed, chain })
    }

    fn sizes(&self) -> impl Iterator<Item = u64> {
        self.manifest.documents.iter().map(|document| document.size)
    }

    /// Where everything stands: lengths alone decide it.
    fn places(&self, sender: &Party) -> Result<Layout> {
        let unread = |length| Digests { length, sha256: Hash([0; 32]), crc32: 0 };
        let signature = vec![0; sshsig::length(&sender.ssh().verifying_key(), Namespace::Disclosure)];
        Ok(self.rest(&self.sizes().map(unread).collect::<Vec<_>>(), |_| signature)?.layout)
    }

    fn signed_by(&self, sender: &Party, digests: &[Digests]) -> Result<Rest> {
        self.rest(digests, |sums| sshsig::sign(sender.ssh(), Namespace::Disclosure, sums).into_bytes())
    }

    fn rest(&self, digests: &[Digests], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Rest> {
        let documents = self.manifest.documents.iter().map(|document| document.path.as_str()).zip(digests);
        let named = |part: &Front| (part.name, part.digests);
        let readme = [named(&self.readme)].into_iter();
        let others = [&self.signed].into_iter().chain(&self.chain).map(named);
        let others = others.chain(documents.map(|(path, digests)| (path, *digests)));
        let listed = readme.clone().chain(others.clone());
        let sums = sums::write(listed.map(|(name, digests)| (name, digests.sha256)))?.into_bytes();
        let (sums, signature) = (Front::new(SUMS, sums.clone()), Front::new(SIGNATURE, sign(&sums)));
        let entries = readme.chain([named(&sums), named(&signature)]).chain(others);
        let entries = entries.map(|(name, digests)| Entry {
            name: name.to_owned(),
            size: digests.length,
            crc32: digests.crc32,
        });
        let layout = Layout::new(entries.collect())?;
        Ok(Rest { sums: sums.bytes, signature: signature.bytes, layout })
    }

    /// The entries before the documents.
    fn front<'f>(&'f self, rest: &'f Rest) -> Vec<&'f [u8]> {
        let own = [&self.readme.bytes, &rest.sums, &rest.signature, &self.signed.bytes];
        own.into_iter().chain(self.chain.iter().map(|chain| &chain.bytes)).map(Vec::as_slice).collect()
    }

    fn made(self, written: u64, layout: &Layout) -> Result<Made> {
        if written != layout.len() {
            return Err(Code::SourceChanged.into());
        }
        Ok(Made { manifest: self.manifest, hash: self.hash, length: written })
    }
}

/// An entry before the documents.
struct Front {
    name: &'static str,
    bytes: Vec<u8>,
    digests: Digests,
}

impl Front {
    fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(&bytes);
        Self { name, bytes, digests: hasher.finish() }
    }
}

fn manifest(
    sender: &Party,
    draft: &Draft,
    items: &[Item<'_>],
    recipients: Vec<Recipient>,
    now: Timestamp,
) -> Result<Manifest> {
    let salt: Secret<32> = entropy::secret(RandomPurpose::ShareSalt)?;
    let mut documents = Vec::with_capacity(items.len());
    for (number, item) in (1_u32..).zip(items) {
        let size = item.digests.map_or_else(|| item.content.size(), |digests| Ok(digests.length))?;
        if size >= MAX_SIZE {
            return Err(Code::DocumentTooLarge.into());
        }
        documents.push(Document {
            path: entry_name::sanitise(number, item.name),
            name: name::line(item.name),
            media_type: name::line(item.media_type),
            size,
            version: item.version,
        });
    }
    let anchor = Hash(sender.anchor());
    let shown = sender.standing().map(|standing| Standing::verify(standing, &anchor)).transpose()?;
    let ledger = shown.as_ref().map(Ledger::of);
    let terms = &draft.terms;
    Ok(Manifest {
        share: ShareId::generate()?,
        salt: *salt.expose_secret(),
        created: now,
        expires: terms.expires,
        sender: Sender {
            kind: sender.kind(),
            party: sender.id(),
            name: draft.name.clone(),
            organisation: draft.organisation.clone(),
            anchor: sender.anchor(),
            key: sender.ssh_key(),
            device: sender.device(),
        },
        recipients,
        purpose: terms.purpose.clone(),
        basis: terms.basis.clone(),
        designation: terms.designation,
        onward: terms.onward,
        receipt: terms.receipt,
        documents,
        ledger,
        in_reply_to: terms.in_reply_to,
    })
}

/// Tells a watcher how much of all there is.
struct Told<'w> {
    watcher: Option<&'w dyn Watcher>,
    /// What was done before.
    before: u64,
    total: u64,
}

impl Told<'_> {
    fn tell(&self, done: u64) -> Result<()> {
        Progress::new(self.before + done, Some(self.total)).tell(self.watcher)
    }
}

impl Watcher for Told<'_> {
    fn step(&self, at: Progress) -> Result<Flow> {
        self.tell(at.done).map(|()| Flow::Continue)
    }
}

/// What a number in JSON can be (RFC 8785).
const MAX_SIZE: u64 = 1 << 53;

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("manifest", &self.manifest).field("length", &self.length).finish()
    }
}
