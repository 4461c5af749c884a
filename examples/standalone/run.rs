//! What a vendor with a database of its own does: seal, wrap, open, compare, read ranges.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use privity::envelope::{self, Expected, Header, Opener, Profile, ReadAt, Summary};
use privity::keys::{DocumentKey, Identity, OpeningKey, Wrap, WrapContext};
use privity::{Code, DocumentId, FirmId, Hash};
use sha2::{Digest as _, Sha256};

use crate::chain::OnRecord;
use crate::chance::Chance;
use crate::people::{GENERATION, People, Person};
use crate::walk::{Entry, Left, Stamp};
use crate::work::{Account, Document, Trouble};

/// What the whole run shares.
pub struct Plan {
    pub seed: u64,
    /// `None`: the default profile, and every eighth document under AES.
    pub profile: Option<Profile>,
    /// Where the sealed files are, each named by its document's id.
    pub folder: PathBuf,
    /// The vendor's own name space.
    pub firm: FirmId,
    pub people: People,
}

/// A row of the vendor's database. Nothing in it opens anything without a person's identity.
pub struct Row {
    pub ordinal: usize,
    pub source: PathBuf,
    pub stamp: Stamp,
    pub summary: Summary,
    /// For the first person and for the second.
    pub wraps: [Vec<u8>; 2],
}

/// A document that was sealed, its key not yet wrapped.
pub struct Sealed {
    entry: Entry,
    stamp: Stamp,
    key: DocumentKey,
    pub summary: Summary,
}

/// Length and SHA-256 of what came by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Content {
    length: u64,
    sha256: Hash,
}

/// Seals every file under a key of its own. The files are durable when this returns.
pub fn seal(plan: &Plan, account: &mut Account, entries: Vec<Entry>) -> privity::Result<Vec<Sealed>> {
    let through = account.each("seal", entries, |entry, options| {
        entry.found?;
        // What is there now: the walk may be long ago.
        let stamp = Stamp::of(&entry.path)?;
        let aes = (entry.ordinal % 8 == 0).then_some(Profile::Aes);
        let header = Header::new(plan.firm, DocumentId::generate()?, 1)?
            .with_profile(plan.profile.or(aes).unwrap_or_default());
        let sealed = envelope::seal_file(&header, &entry.path, &plan.sealed(&header), options);
        let (key, summary) = sealed.map_err(|error| match error.code_value() {
            Code::NotAFile => Trouble::Left(Left::NotAFile),
            Code::SourceChanged => Trouble::Left(Left::Changed),
            // The source or the target failed; a disk that is full must not pass for a bad source.
            Code::Io => read(&entry.path).map_or_else(Trouble::Left, |_| Trouble::Stop(error)),
            _ => Trouble::Stop(error),
        })?;
        let on_disk = plan.sealed(&header).metadata().map_err(|error| Trouble::Stop(error.into()))?.len();
        match on_disk == summary.sealed_len {
            true => Ok((stamp, key, summary)),
            false => Err(Trouble::Wrong(format!("sealed: {on_disk} bytes, not {}", summary.sealed_len))),
        }
    })?;
    let sealed = through.into_iter();
    Ok(sealed.map(|(entry, (stamp, key, summary))| Sealed { entry, stamp, key, summary }).collect())
}

/// Wraps each key to both people and forgets it.
pub fn wrap(plan: &Plan, account: &mut Account, sealed: Vec<Sealed>) -> privity::Result<Vec<Row>> {
    let through = account.each("wrap", sealed, |sealed, _| {
        let to = |person: &Person| -> Result<Vec<u8>, Trouble> {
            let context = sealed.summary.header.wrap_context(person.id, GENERATION);
            Ok(sealed.key.wrap(&person.public, &context)?.as_bytes().to_vec())
        };
        Ok([to(&plan.people.first)?, to(&plan.people.second)?])
    })?;
    let row = |(sealed, wraps): (Sealed, _)| {
        let Sealed { entry: Entry { ordinal, path, .. }, stamp, summary, .. } = sealed;
        Row { ordinal, source: path, stamp, summary, wraps }
    };
    Ok(through.into_iter().map(row).collect())
}

/// Opens each document as the second person, all of it, with everything the row expects.
pub fn open(
    plan: &Plan,
    account: &mut Account,
    second: &Identity,
    rows: OnRecord,
) -> privity::Result<Vec<(Row, Content)>> {
    account.each("open", rows.into_rows(), |row, options| {
        let mut sink = Sink::default();
        let length = row.opener(plan, second).and_then(|opener| opener.copy_to(&mut sink, options));
        let content = sink.finish();
        let digests = &row.summary.digests;
        match length {
            Ok(length) if length != content.length => Err(wrong("opened: another length than was said")),
            Ok(_) if content != (Content { length: digests.length, sha256: digests.sha256 }) => {
                Err(wrong("opened: not what was sealed"))
            }
            Ok(_) => Ok(content),
            Err(error) => Err(refused("opening", &error)),
        }
    })
}

/// Reads the sources again and compares them with what was opened.
pub fn compare(account: &mut Account, opened: Vec<(Row, Content)>) -> privity::Result<Vec<Row>> {
    let through = account.each("compare", opened, |(row, content), _| match read(&row.source)? {
        source if source == *content => Ok(()),
        _ => Err(row.differs("compared: another content than the source's")),
    })?;
    Ok(through.into_iter().map(|((row, _), ())| row).collect())
}

/// Reads ranges at seeded places and the end, and compares them with the source. Says how many.
pub fn ranges(
    plan: &Plan,
    account: &mut Account,
    second: &Identity,
    rows: OnRecord,
) -> privity::Result<(Vec<Row>, u64)> {
    let through = account.each("ranges", rows.into_rows(), |row, _| {
        let opener = row.opener(plan, second).map_err(|error| refused("opening for ranges", &error))?;
        Stamp::of(&row.source)?;
        let source = File::open(&row.source).map_err(|error| Left::unreadable(&error))?;
        let length = row.summary.digests.length;
        let mut chance = Chance::new(plan.seed, row.ordinal as u64);
        let places = (0..RANGES).map(|_| chance.below(length)).chain([length.saturating_sub(100)]);
        let mut count = 0;
        for at in places.collect::<Vec<_>>() {
            let longest = (length - at).min(LONGEST_RANGE);
            let size = if count == RANGES { longest } else { longest.min(1 + chance.below(LONGEST_RANGE)) };
            let size = usize::try_from(size).unwrap_or(0);
            let (mut ours, mut theirs) = (vec![0; size], vec![1; size]);
            opener.read_exact_at(at, &mut ours).map_err(|error| refused("reading a range", &error))?;
            let read = ReadAt::read_exact_at(&source, at, &mut theirs);
            if read.is_err() || ours != theirs {
                return Err(row.differs("a range: other bytes than the source's"));
            }
            count += 1;
        }
        Ok(count)
    })?;
    let count = through.iter().map(|(_, count)| count).sum();
    Ok((through.into_iter().map(|(row, _)| row).collect(), count))
}

impl Sealed {
    /// What people call it: no part of any record.
    pub fn name(&self) -> &[u8] {
        self.entry.path.file_name().unwrap_or_default().as_encoded_bytes()
    }
}

impl Plan {
    /// Where the store keeps a document.
    pub fn sealed(&self, header: &Header) -> PathBuf {
        self.folder.join(header.document().to_string())
    }
}

impl Row {
    pub fn context(&self, person: &Person) -> WrapContext {
        self.summary.header.wrap_context(person.id, GENERATION)
    }

    pub fn expected(&self) -> Expected {
        Expected::from(&self.summary)
    }

    /// The document's key, as the second person gets it.
    pub fn key(&self, plan: &Plan, second: &Identity) -> privity::Result<OpeningKey> {
        let [_, wrap] = &self.wraps;
        OpeningKey::unwrap(second, &Wrap::from_bytes(wrap)?, &self.context(&plan.people.second))
    }

    fn opener(&self, plan: &Plan, second: &Identity) -> privity::Result<Opener<File>> {
        let file = File::open(plan.sealed(&self.summary.header))?;
        Opener::new(&self.key(plan, second)?, &self.expected(), file)
    }

    /// A source that somebody wrote to since is left; else something is wrong.
    fn differs(&self, what: &str) -> Trouble {
        match Stamp::of(&self.source) {
            Ok(stamp) if stamp == self.stamp => wrong(what),
            Ok(_) => Trouble::Left(Left::Changed),
            Err(left) => Trouble::Left(left),
        }
    }
}

/// Length and hash of a source, by a hash that is not the library's.
fn read(path: &Path) -> Result<Content, Left> {
    // A pipe that took the file's place would block.
    Stamp::of(path)?;
    let mut sink = Sink::default();
    let copied = File::open(path)
        .and_then(|source| io::copy(&mut BufReader::with_capacity(256 << 10, source), &mut sink));
    copied.map_err(|error| Left::unreadable(&error))?;
    Ok(sink.finish())
}

/// Takes content, keeps its length and hash and nothing else.
#[derive(Default)]
pub struct Sink {
    length: u64,
    sha256: Sha256,
}

impl Sink {
    pub fn finish(self) -> Content {
        Content { length: self.length, sha256: Hash(self.sha256.finalize().into()) }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sha256.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn wrong(what: &str) -> Trouble {
    Trouble::Wrong(what.to_owned())
}

pub fn refused(what: &str, error: &privity::Error) -> Trouble {
    Trouble::Wrong(format!("{what}: {error}. {}", error.advice()))
}

/// Ranges at seeded places of each document, beside the one at its end.
const RANGES: u64 = 4;
const LONGEST_RANGE: u64 = 64 << 10;

impl Document for Entry {
    fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn length(&self) -> u64 {
        self.found.map_or(0, |stamp| stamp.length)
    }
}

impl Document for Sealed {
    fn ordinal(&self) -> usize {
        self.entry.ordinal
    }

    fn length(&self) -> u64 {
        self.summary.digests.length
    }
}

impl Document for Row {
    fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn length(&self) -> u64 {
        self.summary.digests.length
    }
}

impl Document for (Row, Content) {
    fn ordinal(&self) -> usize {
        self.0.ordinal
    }

    fn length(&self) -> u64 {
        self.0.length()
    }
}
