//! One firm whose processes are killed again and again, and what is compared after each kill.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use privity::UserId;
use privity::audit::body::MAX_DOCUMENTS;
use privity::vault::{AccessReason, NewUser, Options, Scope, Vault};

use crate::Outcome;
use crate::act::{Act, content};
use crate::chance::Chance;
use crate::child::{self, MANY, MARK, Work};
use crate::firm;
use crate::model::Model;

/// Starts a process that does this work in this folder.
pub type Start = dyn Fn(&Path, Work, u64) -> Command;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub kills: u64,
    /// Kills while a firm was made, and how often it was not there yet.
    pub creating: u64,
    pub not_made: u64,
    pub acknowledged: u64,
    /// Acts that were begun and not acknowledged, by what became of them.
    pub whole: u64,
    pub never: u64,
    /// Batches that were cut between two groups.
    pub between_groups: u64,
    pub verified: u64,
    pub documents: u64,
    pub records: u64,
}

/// A firm under test.
pub struct Round<'s> {
    folder: PathBuf,
    start: &'s Start,
    chance: Chance,
    expected: Model,
    own: UserId,
    /// On another device, unlocked throughout: it would see a fork, or a step back.
    colleague: Vault,
    /// Leaves of the ledger that there must be; more, if an unacknowledged opening is among them.
    leaves: u64,
    openings: u64,
    /// The latest moment at which a batch is cut. It follows the machine, so that cuts fall everywhere.
    batch_micros: u64,
}

impl<'s> Round<'s> {
    /// Makes a firm in an empty folder, with kills on the way.
    pub fn begin(folder: &Path, start: &'s Start, seed: u64, tally: &mut Tally) -> Outcome<Self> {
        let mut chance = Chance::new(seed, 0);
        for _ in 0..CREATE_KILLS {
            let child = start(folder, Work::Create, 0).stdout(Stdio::piped()).spawn()?;
            // Early moments more often: how long it takes depends on the disk.
            let latest = CREATE_MICROS >> chance.below(4);
            let micros = chance.below(latest);
            let (_, lines) = killed(child, 0, micros)?;
            (tally.kills, tally.creating) = (tally.kills + 1, tally.creating + 1);
            if lines.iter().any(|line| line == "done") {
                firm::unlock(folder, 0)?;
                break;
            }
        }
        let vault = match firm::create(folder) {
            Ok((vault, _files)) => {
                tally.not_made += 1;
                vault
            }
            // Made, acknowledged or not.
            Err(error) if error.code() == "already-there" => firm::unlock(folder, 0)?,
            Err(error) => return Err(error.into()),
        };
        let storage = firm::storage(folder, 1)?;
        let request = Vault::request(storage.clone(), NewUser::new("B. Colleague"), firm::protector())?;
        let approval = vault.enrol(&request, &request.words(), &[])?;
        let colleague = Vault::accept(storage, &approval, firm::protector(), Options::default())?;
        firm::write_sources(folder, MANY)?;
        let report = vault.verify(Scope::Firm, None)?;
        Ok(Self {
            folder: folder.to_owned(),
            start,
            chance,
            expected: Model::read(&vault)?,
            own: vault.user(),
            colleague,
            leaves: report.head.size,
            openings: 0,
            batch_micros: BATCH_MICROS,
        })
    }

    /// Starts a process, kills it at a moment drawn by chance, and looks.
    pub fn kill(&mut self, work: Work, tally: &mut Tally) -> Outcome<()> {
        let child = (self.start)(&self.folder, work, self.chance.draw()).stdout(Stdio::piped()).spawn()?;
        let (lines, micros) = match (self.chance.below(8), work) {
            // While it starts, unlocks and verifies forward; else so many lines later.
            (0, _) => (0, self.chance.below(STARTING_MICROS)),
            (_, Work::Batches) => (2, self.chance.below(self.batch_micros)),
            _ => (1 + self.chance.below(20), self.chance.below(ACT_MICROS)),
        };
        let (alive, said) = killed(child, lines, micros)?;
        if !alive {
            return Err(format!("a process ended before it was killed, after {:?}", said.last()).into());
        }
        tally.kills += 1;
        let before = self.expected.documents_count();
        self.compare(&said, tally)?;
        if work == Work::Batches {
            let grown = self.expected.documents_count().saturating_sub(before);
            self.batch_micros = match grown {
                0 => self.batch_micros + self.batch_micros / 4,
                1..=MANY => self.batch_micros,
                _ => self.batch_micros / 2,
            };
        }
        Ok(())
    }

    /// Goes on with the batch that was cut, to its end.
    pub fn finish_batch(&mut self) -> Outcome<()> {
        let vault = firm::unlock(&self.folder, 0)?;
        let act = child::next_batch(&vault)?;
        let steps = self.expected.after(act, self.own)?;
        child::perform(&self.folder, &vault, act)?;
        self.leaves += steps.len() as u64 - u64::from(is_batch(act));
        self.expected = steps.into_iter().last().ok_or("no step")?;
        let found = Model::read(&vault)?;
        if found == self.expected { Ok(()) } else { Err(self.expected.differs(&found).into()) }
    }

    /// Everything acknowledged is there, and what was begun last is there whole or not at all.
    fn compare(&mut self, lines: &[String], tally: &mut Tally) -> Outcome<()> {
        let mut last = None;
        for line in lines {
            match line.split_once(' ') {
                Some(("begin", act)) => last = Some(Act::parse(act)?),
                _ if line == "done" => {
                    let act = last.take().ok_or("done, and nothing was begun")?;
                    let steps = self.expected.after(act, self.own)?;
                    self.leaves += steps.len() as u64 - u64::from(is_batch(act));
                    self.expected = steps.into_iter().last().ok_or("no step")?;
                    tally.acknowledged += 1;
                }
                _ => {}
            }
        }
        // As after a restart, on the same device.
        let vault = firm::unlock(&self.folder, 0)?;
        let found = Model::read(&vault)?;
        let steps = match last {
            Some(act) => self.expected.after(act, self.own)?,
            None => Vec::new(),
        };
        let batch = last.is_some_and(is_batch);
        if found == self.expected && !(batch && steps.len() == 1) {
            tally.never += u64::from(last.is_some() && !matches!(last, Some(Act::Open(..))));
            self.openings += u64::from(matches!(last, Some(Act::Open(..))));
        } else if let Some(at) = steps.iter().position(|step| *step == found) {
            tally.whole += u64::from(at + 1 == steps.len());
            tally.between_groups += u64::from(at + 1 < steps.len());
            // The steps of a batch begin with what was there before.
            self.leaves += at as u64 + u64::from(!batch);
            self.expected = found;
        } else {
            let nearest = steps.last().unwrap_or(&self.expected);
            return Err(format!("after {last:?}: {}", nearest.differs(&found)).into());
        }
        if self.colleague.users()?.len() != self.expected.people() {
            return Err("the colleague sees other people".into());
        }
        Ok(())
    }

    /// Verifies everything from the beginning, as both of them, and opens every document.
    pub fn verify(&mut self, tally: &mut Tally) -> Outcome<()> {
        let vault = firm::unlock(&self.folder, 0)?;
        for verifier in [&vault, &self.colleague] {
            let report = verifier.verify(Scope::Firm, None)?;
            let leaves = self.leaves..=self.leaves + self.openings;
            if !report.is_clean() || !leaves.contains(&report.head.size) {
                return Err(format!("leaves {leaves:?} expected, found {report}").into());
            }
            if report.documents != self.expected.documents_count() {
                return Err(format!("{} documents on record", report.documents).into());
            }
            (tally.documents, tally.records) = (report.documents, report.records);
            (self.leaves, self.openings) = (report.head.size, 0);
        }
        let rows = firm::storage(&self.folder, 0)?.rows.read()?.count(&[DOCUMENT_ROWS])?;
        if rows != self.expected.documents_count() {
            return Err(format!("{rows} rows of {} documents", self.expected.documents_count()).into());
        }
        for (id, documents) in self.expected.documents() {
            let matter = vault.matter(id)?;
            for group in documents.chunks(MAX_DOCUMENTS) {
                self.leaves += 1;
                for reader in matter.readers(group, AccessReason::none())? {
                    if reader.read()? != content(reader.info().id) {
                        return Err("a document holds something else".into());
                    }
                }
            }
        }
        tally.verified += 1;
        Ok(())
    }
}

fn is_batch(act: Act) -> bool {
    matches!(act, Act::SealAll(..))
}

/// Waits for so many lines and so long, then kills. Says whether it was alive until then, and all lines
/// it wrote.
fn killed(mut child: Child, lines: u64, micros: u64) -> Outcome<(bool, Vec<String>)> {
    let mut from = BufReader::new(child.stdout.take().ok_or("no pipe")?);
    let (mut said, mut line) = (Vec::new(), String::new());
    while (said.len() as u64) < lines && from.read_line(&mut line)? > 0 {
        said.extend(line.split_once(MARK).map(|(_, line)| line.trim_end().to_owned()));
        line.clear();
    }
    thread::sleep(Duration::from_micros(micros));
    let alive = child.try_wait()?.is_none();
    // `kill -9`; nothing of it runs any more when `wait` returns.
    child.kill()?;
    child.wait()?;
    let mut rest = String::new();
    from.read_to_string(&mut rest)?;
    // The last line may be cut.
    let whole = rest.rsplit_once('\n').map_or("", |(whole, _)| whole);
    said.extend(whole.lines().filter_map(|line| line.split_once(MARK)).map(|(_, line)| line.to_owned()));
    Ok((alive, said))
}

const CREATE_KILLS: u64 = 3;
const CREATE_MICROS: u64 = 60_000;
const STARTING_MICROS: u64 = 30_000;
const ACT_MICROS: u64 = 12_000;
const BATCH_MICROS: u64 = 500_000;
/// The tag of key rows (docs/format/vault-v1.md).
const DOCUMENT_ROWS: u8 = 0x30;
