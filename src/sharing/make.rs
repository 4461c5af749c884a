//! Making a share: the archive is read together from its parts while it is sealed, so that no plaintext is
//! kept anywhere.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Cursor, Read, Write};
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
/// addressee; `document-too-large`; `source-changed` if a content is another when it is read again; `io`, `entropy`,
/// `cancelled`.
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
        let readme = readme::text(&manifest, &hash).into_bytes();
        let mut front = vec![Front::new(README, readme), Front::new(MANIFEST, bytes)];
        front.extend(sender.standing().map(|standing| Front::new(CHAIN, standing.to_vec())));
        let documents = manifest.documents.iter().map(|document| document.path.as_str()).zip(&digests);
        let listed = front.iter().map(|part| (part.name, &part.digests)).chain(documents.clone());
        let sums = sums::write(listed.map(|(name, digests)| (name, digests.sha256)))?.into_bytes();
        let signature = sshsig::sign(sender.ssh(), Namespace::Disclosure, &sums).into_bytes();
        front.splice(1..1, [Front::new(SUMS, sums), Front::new(SIGNATURE, signature)]);
        let entries = front.iter().map(|part| (part.name, &part.digests)).chain(documents);
        let entries = entries.map(|(name, digests)| Entry {
            name: name.to_owned(),
            size: digests.length,
            crc32: digests.crc32,
        });
        let layout = Layout::new(entries.collect())?;
        let front = front.into_iter().map(|part| part.bytes).collect();
        Ok(Self { manifest, hash, to, front, digests, layout })
    }

    pub(crate) fn write(
        self,
        items: &[Item<'_>],
        out: impl Write + Send,
        options: Options<'_>,
    ) -> Result<Made> {
        let Self { manifest, hash, to, front, digests, layout } = self;
        let length = layout.len();
        let all = Total { watcher: options.watcher, total: length };
        let watcher = options.watcher.is_some().then_some(&all as &dyn Watcher);
        let archive = Archive::new(front, items, &digests, &layout)?;
        let written = age::seal_stream(&to, archive, out, Options { watcher, ..options })?;
        if written != length {
            return Err(Code::SourceChanged.into());
        }
        Ok(Made { manifest, hash, length })
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
    let (crc32, sha256) = hashed.map_err(Side::into_error)?;
    Ok(Digests { length: size, sha256, crc32 })
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

/// A content that ends early is one that somebody cut meanwhile.
fn changed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Code::SourceChanged.into(),
        _ => error.into(),
    }
}

/// The archive, as it is read: its parts one after the other, each read straight to where it is wanted.
struct Archive<'a>(VecDeque<Part<'a>>);

enum Part<'a> {
    Bytes(Cursor<Vec<u8>>),
    Content(Content<'a>),
}

struct Content<'a> {
    from: &'a dyn ReadAt,
    at: u64,
    known: Digests,
    crc32: Crc32,
}

impl<'a> Archive<'a> {
    fn new(front: Vec<Vec<u8>>, items: &[Item<'a>], digests: &[Digests], layout: &Layout) -> Result<Self> {
        let bytes = |bytes| Part::Bytes(Cursor::new(bytes));
        let contents = items.iter().zip(digests).map(|(item, known)| {
            Part::Content(Content { from: item.content, at: 0, known: *known, crc32: Crc32::default() })
        });
        let mut parts = VecDeque::new();
        for (entry, part) in front.into_iter().map(bytes).chain(contents).enumerate() {
            parts.extend([bytes(layout.local_header(entry)?), part]);
        }
        parts.push_back(bytes(layout.tail()));
        Ok(Self(parts))
    }
}

impl Read for Content<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.known.length - self.at).unwrap_or(usize::MAX);
        let most = left.min(out.len());
        let out = out.get_mut(..most).unwrap_or_default();
        if !out.is_empty() {
            self.from.read_exact_at(self.at, out).map_err(changed)?;
            self.crc32.update(out);
            self.at += out.len() as u64;
        }
        Ok(out.len())
    }
}

impl Content<'_> {
    /// Whether what was read to its end is what was read before. Its SHA-256 is signed already: whoever changed it and
    /// kept the checksum is found by who receives it.
    fn is_same(&self) -> io::Result<bool> {
        if self.known.length == 0 {
            // Nothing was read: what opens and verifies as it is read is opened here.
            self.from.read_exact_at(0, &mut [])?;
        }
        Ok(self.crc32.value() == self.known.crc32 && self.from.size()? == self.known.length)
    }
}

impl Read for Archive<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = self.0.front_mut().filter(|_| !out.is_empty()) {
            let count = match part {
                Part::Bytes(bytes) => bytes.read(out)?,
                Part::Content(content) => content.read(out)?,
            };
            if count > 0 {
                return Ok(count);
            }
            if let Part::Content(content) = part
                && !content.is_same()?
            {
                return Err(Error::from(Code::SourceChanged).into());
            }
            self.0.pop_front();
        }
        Ok(0)
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
