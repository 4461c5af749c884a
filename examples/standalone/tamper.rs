//! Forgeries: each must be refused, and for the reason it is one.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use privity::Code;
use privity::envelope::{self, Expected, Opener, Options};
use privity::keys::{Identity, OpeningKey, Wrap, WrapContext};

use crate::chain::OnRecord;
use crate::chance::Chance;
use crate::forged::{CHUNK, CHUNKS, DOCUMENT, FIRM, Forged, PADDING, PREFIX, PROFILE, SEALED_CHUNK, VERSION};
use crate::people::{FIRST_PASSPHRASE, GENERATION, Person};
use crate::run::{Plan, Row, Sink, refused, wrong};
use crate::work::{Account, Document, Trouble};

/// What was tried, and the code it was refused with.
pub type Refusal = (&'static str, &'static str);

/// Forges every document at seeded places. Another document lends what a hostile store would mix
/// in; where there is none, those forgeries are left out.
pub fn tamper(
    plan: &Plan,
    account: &mut Account,
    second: &Identity,
    rows: &OnRecord,
) -> privity::Result<Vec<Refusal>> {
    let rows = rows.rows();
    let next = |at: usize| rows.get((at + 1) % rows.len()).filter(|_| rows.len() > 1);
    let pairs = rows.iter().enumerate().map(|(at, row)| Pair { row, other: next(at) }).collect();
    let through = account.each("tamper", pairs, |pair: &Pair<'_>, options| {
        let file = File::open(plan.sealed(&pair.row.summary.header)).map_err(io_stop)?;
        let key = pair.row.key(plan, second).map_err(|error| refused("unwrapping", &error))?;
        let chance = Chance::new(!plan.seed, pair.row.ordinal as u64);
        let mut forger =
            Forger { plan, second, row: pair.row, file: &file, key, options, chance, refusals: Vec::new() };
        forger.positive_control()?;
        forger.header()?;
        forger.content()?;
        forger.record()?;
        forger.wraps()?;
        if let Some(other) = pair.other {
            forger.mixed(other)?;
        }
        Ok(forger.refusals)
    })?;
    Ok(through.into_iter().flat_map(|(_, refusals)| refusals).collect())
}

/// A file that is refused leaves no file, not even a part of one: with real files, for some of the
/// small documents. The true file is opened first, and gone again at once.
pub fn nothing_half_written(
    plan: &Plan,
    account: &mut Account,
    second: &Identity,
    rows: &OnRecord,
    scratch: &Path,
) -> privity::Result<Vec<Refusal>> {
    let small = rows.rows().iter().filter(|row| row.length() < 1 << 20).take(SAMPLE);
    let pairs = small.map(|row| Pair { row, other: None }).collect();
    let through = account.each("files", pairs, |Pair { row, .. }, options| {
        let here = scratch.join(row.ordinal.to_string());
        let (sealed, forged, to) =
            (plan.sealed(&row.summary.header), here.join("forged"), here.join("opened"));
        let key = row.key(plan, second)?;
        fs::create_dir(&here).map_err(io_stop)?;
        envelope::open_file(&key, &row.expected(), &sealed, &to, options)?;
        fs::remove_file(&to).map_err(io_stop)?;

        let mut bytes = fs::read(&sealed).map_err(io_stop)?;
        let mut chance = Chance::new(!plan.seed, row.ordinal as u64);
        let at = usize::try_from(CHUNKS + chance.below(row.summary.sealed_len - CHUNKS)).unwrap_or(0);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= chance.bit();
        }
        fs::write(&forged, &bytes).map_err(io_stop)?;
        let opened = envelope::open_file(&key, &row.expected(), &forged, &to, options);
        let refusal = judge("a forged file, opened into a file", Code::ContentRefused, opened)?;
        fs::remove_file(&forged).map_err(io_stop)?;
        // The folder goes only if nothing was left in it.
        fs::remove_dir(&here).map_err(|_| wrong("a refused file left something behind"))?;
        Ok(refusal)
    })?;
    Ok(through.into_iter().map(|(_, refusal)| refusal).collect())
}

/// A wrong passphrase opens no identity.
pub fn wrong_passphrase(person: &Person) -> Result<Refusal, Trouble> {
    judge("the passphrase of another", Code::UnlockRefused, person.unlock(FIRST_PASSPHRASE))
}

struct Forger<'r> {
    plan: &'r Plan,
    second: &'r Identity,
    row: &'r Row,
    file: &'r File,
    key: OpeningKey,
    options: Options<'r>,
    chance: Chance,
    refusals: Vec<Refusal>,
}

impl<'r> Forger<'r> {
    /// The store tells the truth: taken. And the places below are where things stand.
    fn positive_control(&self) -> Result<(), Trouble> {
        let opener =
            self.open(self.honest()?, self.row.expected()).map_err(|error| refused("untouched", &error))?;
        if opener.len() != self.row.summary.digests.length {
            return Err(wrong("untouched: another length"));
        }
        let mut prefix = [0; 56];
        let read = envelope::ReadAt::read_exact_at(self.file, PREFIX, &mut prefix);
        match read.is_ok() && &prefix == self.row.summary.seal_id.as_bytes() {
            true => Ok(()),
            false => Err(wrong("untouched: salt and commitment stand elsewhere")),
        }
    }

    fn header(&mut self) -> Result<(), Trouble> {
        let (magic, bit) = (self.chance.below(8), self.chance.bit());
        self.flip("a bit of the magic", Code::NotASealedDocument, magic, bit)?;
        self.flip("an endless header", Code::TooLarge, 8, bit)?;
        self.flip("profile nobody knows", Code::Profile, PROFILE, 0x10)?;
        self.flip("the other profile", Code::HeaderMismatch, PROFILE, 3)?;
        let firm = FIRM + self.chance.below(16);
        self.flip("another firm", Code::HeaderMismatch, firm, bit)?;
        let document = DOCUMENT + self.chance.below(16);
        self.flip("another document", Code::HeaderMismatch, document, bit)?;
        self.flip("another version", Code::HeaderMismatch, VERSION, 2)?;
        self.flip("other padding", Code::HeaderMismatch, PADDING, 1)
    }

    fn content(&mut self) -> Result<(), Trouble> {
        let size = self.row.summary.sealed_len;
        let whole = (size - CHUNKS) / SEALED_CHUNK;
        let (bit, last) = (self.chance.bit(), CHUNKS + whole * SEALED_CHUNK);
        let in_last = last + self.chance.below(size - last);
        self.flip("a bit of the last chunk", Code::ContentRefused, in_last, bit)?;
        if whole > 0 {
            let at = self.chance.below(whole * SEALED_CHUNK);
            self.damaged(
                "a bit of another chunk",
                |honest| honest.flip(CHUNKS + at, bit),
                at / SEALED_CHUNK,
            )?;
        }
        if whole > 1 {
            let one = self.chance.below(whole);
            let other = (one + 1 + self.chance.below(whole - 1)) % whole;
            let place = |chunk: u64| CHUNKS + chunk * SEALED_CHUNK;
            self.damaged(
                "two chunks exchanged",
                |honest| honest.swap(place(one), place(other)),
                one.min(other),
            )?;
        }
        let cut = self.chance.below(size);
        let forged = self.honest()?.resize(cut);
        self.expect("cut", code_of_size(cut), self.open(forged, self.row.expected()))?;
        let more = size + 1 + self.chance.below(20_000);
        let forged = self.honest()?.resize(more);
        self.expect("extended", code_of_size(more), self.open(forged, self.row.expected()))
    }

    /// What the database knows decides before the key does; without it the key still refuses.
    fn record(&mut self) -> Result<(), Trouble> {
        let (at, bit) = (PREFIX + self.chance.below(56), self.chance.bit());
        self.flip("a bit of salt or commitment", Code::SealMismatch, at, bit)?;
        let forged = self.honest()?.flip(at, bit);
        let unrecorded = Expected::header(self.row.summary.header);
        self.expect(
            "a bit of salt or commitment, not on record",
            Code::ContentRefused,
            self.open(forged, unrecorded),
        )?;
        let length = self.row.summary.digests.length;
        let beyond = self
            .open(self.honest()?, self.row.expected())
            .and_then(|opener| opener.read_exact_at(length, &mut [0]));
        self.expect("a range beyond the end", Code::OutOfRange, beyond)
    }

    fn wraps(&mut self) -> Result<(), Trouble> {
        let (people, [first, own]) = (&self.plan.people, &self.row.wraps);
        let context = self.row.context(&people.second);
        let unwrap = |bytes: &[u8], context: WrapContext| {
            OpeningKey::unwrap(self.second, &Wrap::from_bytes(bytes)?, &context)
        };
        let theirs = unwrap(first, self.row.context(&people.first));
        let renamed = unwrap(first, context);
        let later = unwrap(own, self.row.summary.header.wrap_context(people.second.id, GENERATION + 1));
        let mut bent = own.clone();
        let at = usize::try_from(self.chance.below(own.len() as u64)).unwrap_or(0);
        if let Some(byte) = bent.get_mut(at) {
            *byte ^= self.chance.bit();
        }
        let bent = unwrap(&bent, context);
        let short = unwrap(own.get(1..).unwrap_or_default(), context);
        self.expect("the wrap of another person", Code::UnwrapRefused, theirs)?;
        self.expect("the wrap of another person, under one's own name", Code::UnwrapRefused, renamed)?;
        self.expect("a wrap for another key generation", Code::UnwrapRefused, later)?;
        self.expect("a bit of a wrap", Code::UnwrapRefused, bent)?;
        self.expect("a wrap that was cut", Code::WrapLength, short)
    }

    /// Everything of another document, put in the place of this one's.
    fn mixed(&mut self, other: &Row) -> Result<(), Trouble> {
        let people = &self.plan.people;
        let theirs = File::open(self.plan.sealed(&other.summary.header)).map_err(io_stop)?;
        let swapped = Opener::new(&self.key, &self.row.expected(), theirs);
        self.expect("the bytes of another document", Code::HeaderMismatch, swapped)?;

        let (other_key, context) = (other.key(self.plan, self.second)?, self.row.context(&people.second));
        let [_, wrap] = &other.wraps;
        let wrap = OpeningKey::unwrap(self.second, &Wrap::from_bytes(wrap)?, &context);
        self.expect("the wrap of another document", Code::UnwrapRefused, wrap)?;
        let opened = Opener::new(&other_key, &self.row.expected(), self.file);
        self.expect("the key of another document", Code::ContentRefused, opened)?;

        let seal_id = self.row.expected().with_seal_id(other.summary.seal_id);
        self.expect("another sealing on record", Code::SealMismatch, self.open(self.honest()?, seal_id))?;
        // Content by a holder of the key that is not the content on record: found by a whole read.
        let content = self.row.expected().with_content(other.summary.content_commitment);
        let opener =
            self.open(self.honest()?, content).map_err(|error| refused("other content on record", &error))?;
        let copied = opener.copy_to(Sink::default(), self.options);
        self.expect("other content on record", Code::ContentMismatch, copied)?;

        // A colleague's wrap that holds another key is found without the colleague's key.
        let (to, context) = (&people.first.public, self.row.context(&people.first));
        let [honest, _] = &self.row.wraps;
        self.key
            .verify_wrap(to, &context, &Wrap::from_bytes(honest)?)
            .map_err(|error| refused("the first person's wrap", &error))?;
        let junk = other_key.wrap(to, &context)?;
        self.expect(
            "junk in a colleague's wrap",
            Code::WrapMismatch,
            self.key.verify_wrap(to, &context, &junk),
        )
    }

    fn honest(&self) -> Result<Forged<'r>, Trouble> {
        Forged::new(self.file).map_err(io_stop)
    }

    fn open(&self, forged: Forged<'r>, expected: Expected) -> privity::Result<Opener<Forged<'r>>> {
        Opener::new(&self.key, &expected, forged)
    }

    /// One bit or a few at a place that opening reads.
    fn flip(&mut self, what: &'static str, code: Code, at: u64, mask: u8) -> Result<(), Trouble> {
        let forged = self.honest()?.flip(at, mask);
        self.expect(what, code, self.open(forged, self.row.expected()))
    }

    /// Damage to a whole chunk: opening does not read it, a range over it and a whole read do.
    fn damaged(
        &mut self,
        what: &'static str,
        forge: impl Fn(Forged<'r>) -> Forged<'r>,
        chunk: u64,
    ) -> Result<(), Trouble> {
        let opener = self
            .open(forge(self.honest()?), self.row.expected())
            .map_err(|error| refused("opening reads no more than it must", &error))?;
        let mut byte = [0];
        // A chunk of padding alone is in no range.
        let range = (chunk * CHUNK < opener.len()).then(|| opener.read_exact_at(chunk * CHUNK, &mut byte));
        let whole = opener.copy_to(Sink::default(), self.options);
        if let Some(range) = range {
            self.expect(what, Code::ContentRefused, range)?;
        }
        self.expect(what, Code::ContentRefused, whole)
    }

    fn expect<T>(
        &mut self,
        what: &'static str,
        code: Code,
        result: privity::Result<T>,
    ) -> Result<(), Trouble> {
        self.refusals.push(judge(what, code, result)?);
        Ok(())
    }
}

/// Exactly this refusal, or something is wrong.
pub fn judge<T>(what: &'static str, code: Code, result: privity::Result<T>) -> Result<Refusal, Trouble> {
    match result {
        Err(error) if error.code_value() == code => Ok((what, code.name())),
        Err(error) => Err(Trouble::Wrong(format!("forged {what}: {} was due, not {error}", code.name()))),
        Ok(_) => Err(Trouble::Wrong(format!("forged {what}: taken, {} was due", code.name()))),
    }
}

/// How a document of this size is refused: most sizes no document can have.
fn code_of_size(size: u64) -> Code {
    let possible = size.checked_sub(CHUNKS).is_some_and(|chunks| chunks % SEALED_CHUNK >= 16);
    match size {
        0..8 => Code::NotASealedDocument,
        _ if possible => Code::ContentRefused,
        _ => Code::SealedLength,
    }
}

fn io_stop(error: io::Error) -> Trouble {
    Trouble::Stop(error.into())
}

/// On how many documents forged files are written out.
const SAMPLE: usize = 32;

struct Pair<'r> {
    row: &'r Row,
    other: Option<&'r Row>,
}

impl Document for Pair<'_> {
    fn ordinal(&self) -> usize {
        self.row.ordinal
    }

    fn length(&self) -> u64 {
        self.row.length()
    }
}
