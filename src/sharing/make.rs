//! Making a share: the archive is read together from its parts while it is sealed, so that no plaintext is
//! kept anywhere.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::crypto::entropy;
use crate::crypto::hash::{Crc32, Digests, HashOnly, Hasher, sha256};
use crate::crypto::label::RandomPurpose;
use crate::crypto::pipe::{PipeWriter, Side, pipe};
use crate::crypto::pump;
use crate::error::{Code, Error, Result};
use crate::id::{Hash, ShareId};
use crate::io::ReadAt;
use crate::progress::{Flow, Progress, Watcher};
use crate::secret::Secret;
use crate::sharing::age::{self, Options, Threads};
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
/// Contents are read twice, the first time for their hashes, unless their digests are given; memory stays
/// at some MiB whatever they hold.
///
/// # Errors
/// `terms`, `party`, `share-recipients` for a draft that cannot be made; `card-expired`, `card-not-yet-valid` of an
/// addressee; `document-too-large`; `source-changed`
/// if a content is another when it is read again; `io`, `entropy`, `cancelled`.
pub fn make(
    sender: &Party,
    draft: &Draft,
    items: &[Item<'_>],
    now: Timestamp,
    out: impl Write + Send,
    options: Options<'_>,
) -> Result<Made> {
    Plan::new(sender, draft, items, now, options)?.write(items, out, options)
}

/// A share of which everything is decided and nothing written.
pub(crate) struct Plan {
    pub(crate) manifest: Manifest,
    pub(crate) hash: Hash,
    to: Arc<age::Recipients>,
    /// The entries before the documents.
    front: Vec<Vec<u8>>,
    digests: Vec<Digests>,
    layout: Layout,
}

impl Plan {
    pub(crate) fn new(
        sender: &Party,
        draft: &Draft,
        items: &[Item<'_>],
        now: Timestamp,
        options: Options<'_>,
    ) -> Result<Self> {
        draft.check(now)?;
        if items.is_empty() {
            return Err(Code::Terms.into());
        }
        draft.addressees().iter().try_for_each(|to| to.in_force(now))?;
        let (to, recipients) = draft.recipients()?;
        let digests = digests_of(items, options)?;
        let manifest = manifest(sender, draft, items, &digests, recipients, now)?;
        let bytes = manifest.to_bytes()?;
        // What nobody could accept is not made.
        Manifest::parse(&bytes).map_err(|_| Code::Terms)?;
        let hash = sha256(&bytes);
        let mut front = vec![(README, readme::text(&manifest, &hash).into_bytes()), (MANIFEST, bytes)];
        front.extend(sender.standing().map(|standing| (CHAIN, standing.to_vec())));
        let listed = front.iter().map(|(name, bytes)| (*name, sha256(bytes)));
        let documents = manifest.documents.iter().zip(&digests);
        let documents = documents.map(|(document, digests)| (document.path.as_str(), digests.sha256));
        let sums = sums::write(listed.chain(documents))?.into_bytes();
        let signature = sshsig::sign(sender.ssh(), Namespace::Disclosure, &sums).into_bytes();
        front.splice(1..1, [(SUMS, sums), (SIGNATURE, signature)]);
        let mut entries = Vec::with_capacity(front.len() + items.len());
        for (name, bytes) in &front {
            let digests = digest(bytes);
            entries.push(Entry { name: (*name).to_owned(), size: digests.length, crc32: digests.crc32 });
        }
        for (document, digests) in manifest.documents.iter().zip(&digests) {
            entries.push(Entry { name: document.path.clone(), size: digests.length, crc32: digests.crc32 });
        }
        let layout = Layout::new(entries)?;
        let front = front.into_iter().map(|(_, bytes)| bytes).collect();
        Ok(Self { manifest, hash, to, front, digests, layout })
    }

    pub(crate) fn write(
        self,
        items: &[Item<'_>],
        out: impl Write + Send,
        options: Options<'_>,
    ) -> Result<Made> {
        let length = self.layout.len();
        let all = Total { watcher: options.watcher, total: length };
        let watcher = options.watcher.is_some().then_some(&all as &dyn Watcher);
        let archive = Archive::new(&self, items)?;
        let written = age::seal_stream(&self.to, archive, out, Options { watcher, ..options })?;
        if written != length {
            return Err(Code::SourceChanged.into());
        }
        Ok(Made { manifest: self.manifest, hash: self.hash, length })
    }
}

fn manifest(
    sender: &Party,
    draft: &Draft,
    items: &[Item<'_>],
    digests: &[Digests],
    recipients: Vec<Recipient>,
    now: Timestamp,
) -> Result<Manifest> {
    let salt: Secret<32> = entropy::secret(RandomPurpose::ShareSalt)?;
    let mut documents = Vec::with_capacity(items.len());
    for ((number, item), digests) in (1_u32..).zip(items).zip(digests) {
        documents.push(Document {
            path: entry_name::sanitise(number, item.name),
            name: name::line(item.name),
            media_type: name::line(item.media_type),
            size: digests.length,
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

/// The digests of every content; several side by side.
fn digests_of(items: &[Item<'_>], options: Options<'_>) -> Result<Vec<Digests>> {
    let digests = pump::map(options.threads, items, |item| match item.digests {
        Some(known) => Ok(known),
        None => digest_content(item.content, options.threads, options.watcher),
    });
    digests.into_iter().collect()
}

/// The digests of one content. Of a big one, SHA-256 has a thread of its own: it is the slowest of all.
fn digest_content(content: &dyn ReadAt, threads: Threads, watcher: Option<&dyn Watcher>) -> Result<Digests> {
    let size = content.size()?;
    if size <= BIG || threads == Threads::ONE {
        let mut hasher = Hasher::default();
        each_piece(content, size, watcher, |piece| {
            hasher.update(piece);
            Ok(())
        })?;
        return Ok(hasher.finish());
    }
    let write = |to: &mut PipeWriter| {
        let mut crc32 = Crc32::default();
        each_piece(content, size, watcher, |piece| {
            crc32.update(piece);
            Ok(to.write_all(piece)?)
        })?;
        Ok(crc32.value())
    };
    let hashed = pipe(write, |from| {
        let mut hash = HashOnly::default();
        from.each(|piece| hash.update(piece))?;
        Ok(hash.finish())
    });
    match hashed {
        Ok((crc32, sha256)) => Ok(Digests { length: size, sha256, crc32 }),
        Err(Side::Writing(error) | Side::Reading(error)) => Err(error),
    }
}

fn each_piece(
    content: &dyn ReadAt,
    size: u64,
    watcher: Option<&dyn Watcher>,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut buffer = vec![0; PIECE];
    let mut at = 0;
    while at < size {
        let count = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
        let piece = buffer.get_mut(..count).unwrap_or_default();
        content.read_exact_at(at, piece).map_err(changed)?;
        take(piece)?;
        at += count as u64;
        // Nothing of the share is done yet, but the work can be stopped.
        Progress::new(0, None).tell(watcher)?;
    }
    Ok(())
}

fn digest(bytes: &[u8]) -> Digests {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish()
}

/// A content that ends early is one that somebody cut meanwhile.
fn changed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Code::SourceChanged.into(),
        _ => error.into(),
    }
}

/// The archive, as it is read: its parts one after the other.
struct Archive<'a> {
    parts: VecDeque<Part<'a>>,
    piece: Vec<u8>,
    at: usize,
}

enum Part<'a> {
    Bytes(Vec<u8>),
    Content(Content<'a>),
}

struct Content<'a> {
    from: &'a dyn ReadAt,
    at: u64,
    known: Digests,
    crc32: Crc32,
}

impl<'a> Archive<'a> {
    fn new(plan: &Plan, items: &[Item<'a>]) -> Result<Self> {
        let mut parts = VecDeque::new();
        let front = plan.front.iter().map(|bytes| Part::Bytes(bytes.clone()));
        let contents = items.iter().zip(&plan.digests).map(|(item, known)| {
            Part::Content(Content { from: item.content, at: 0, known: *known, crc32: Crc32::default() })
        });
        for (entry, part) in front.chain(contents).enumerate() {
            parts.push_back(Part::Bytes(plan.layout.local_header(entry)?));
            parts.push_back(part);
        }
        parts.push_back(Part::Bytes(plan.layout.tail()));
        Ok(Self { parts, piece: Vec::new(), at: 0 })
    }

    /// Puts the next piece in place; `false` after the last.
    fn next(&mut self) -> Result<bool> {
        self.at = 0;
        match self.parts.front_mut() {
            None => return Ok(false),
            Some(Part::Bytes(bytes)) => self.piece = std::mem::take(bytes),
            Some(Part::Content(content)) => {
                if !content.next(&mut self.piece)? {
                    return Ok(true);
                }
            }
        }
        self.parts.pop_front();
        Ok(true)
    }
}

impl Content<'_> {
    /// The next piece; `true` once it was the last, and what was read is what was read before.
    fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool> {
        let left = self.known.length - self.at;
        let count = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        piece.resize(count, 0);
        self.from.read_exact_at(self.at, piece).map_err(changed)?;
        self.crc32.update(piece);
        self.at += count as u64;
        if self.at < self.known.length {
            return Ok(false);
        }
        // Its SHA-256 is signed already: whoever changed it and kept the checksum is found by who receives it.
        let same = self.crc32.value() == self.known.crc32 && self.from.size()? == self.known.length;
        if same { Ok(true) } else { Err(Code::SourceChanged.into()) }
    }
}

impl Read for Archive<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() && !out.is_empty() {
            if !self.next()? {
                self.piece.clear();
                self.at = 0;
                return Ok(0);
            }
        }
        let count = self.piece.get(self.at..).unwrap_or_default().read(out)?;
        self.at += count;
        Ok(count)
    }
}

/// Tells a watcher of how much there is in all.
struct Total<'w> {
    watcher: Option<&'w dyn Watcher>,
    total: u64,
}

impl Watcher for Total<'_> {
    fn step(&self, at: Progress) -> Result<Flow> {
        let at = Progress::new(at.done, Some(self.total));
        self.watcher.map_or(Ok(Flow::Continue), |watcher| watcher.step(at))
    }
}

const PIECE: usize = 256 << 10;
/// From here on a content is hashed by two threads.
const BIG: u64 = 4 << 20;

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("manifest", &self.manifest).field("length", &self.length).finish()
    }
}
