//! Removing a person from a matter: from the call until the next epoch is active and durable.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use privity::audit::body::MatterRole;
use privity::vault::{Matter, NewMatter, Vault};
use tempfile::TempDir;

use super::firm::{durable_folder, durable_rows, fill, found, join, small_source};
use crate::aims::aim::{Aim, Goal, Measured, Pair, Unmeasured, check, pairs, timed};
use crate::aims::env::Env;

const PEOPLE: usize = 15;
const FEW: usize = 10;
const MANY: usize = 100_000;
const MILLION: usize = 1_000_000;
/// Set it to measure a matter of a million documents too: about ten minutes more.
const LONG: &str = "PRIVITY_BENCH_LONG";

pub fn aims() -> Vec<Aim> {
    let kept = Rc::new(OnceCell::new());
    let [first, second, third] = [Rc::clone(&kept), Rc::clone(&kept), kept];
    let kept = Rc::new(OnceCell::new());
    let [long, longer] = [Rc::clone(&kept), kept];
    vec![
        Aim::new("vault/remove/15-people-10-documents", Goal::AtMost(20.0), move |env| {
            let measured = measured(env, &first, MANY)?;
            Ok(milliseconds(Measured {
                ours: measured.peer,
                peer: measured.ours,
                against: "100000 docs",
                ..measured
            }))
        }),
        Aim::new("vault/remove/15-people-100000-documents", Goal::AtMost(20.0), move |env| {
            Ok(milliseconds(measured(env, &second, MANY)?))
        }),
        Aim::new("vault/remove/growth-10-to-100000", Goal::AtMost(1.2), move |env| {
            measured(env, &third, MANY)
        }),
        Aim::new("vault/remove/15-people-1000000-documents", Goal::AtMost(20.0), move |env| {
            asked_for()?;
            Ok(milliseconds(measured(env, &long, MILLION)?))
        }),
        Aim::new("vault/remove/growth-10-to-1000000", Goal::AtMost(1.2), move |env| {
            asked_for()?;
            measured(env, &longer, MILLION)
        }),
    ]
}

fn milliseconds(measured: Measured) -> Measured {
    Measured { figure: measured.ours / 1e3, of: "ms", ..measured }
}

fn asked_for() -> Result<(), Unmeasured> {
    let long = std::env::var_os(LONG).is_some();
    if long { Ok(()) } else { Err(Unmeasured::Skipped(format!("about ten minutes: set {LONG}=1"))) }
}

fn measured(env: &Env, kept: &OnceCell<Vec<Pair>>, many: usize) -> Result<Measured, Unmeasured> {
    if kept.get().is_none() {
        let _first = kept.set(measure(env, many)?);
    }
    Ok(Measured::time(1, "10 docs", kept.get().map(Vec::as_slice).unwrap_or_default()))
}

fn measure(env: &Env, many: usize) -> Result<Vec<Pair>, Unmeasured> {
    // `--quick` is smaller than the aims' names say; the line tells what was measured.
    let documents = if env.runs < 5 { many / 100 } else { many };
    eprintln!("  firms made: {PEOPLE} people, {FEW} and {documents} documents");
    let [few, many] = [Staffed::new(FEW)?, Staffed::new(documents)?];
    pairs(env.runs, 1, |_| few.remove(), |_| many.remove())
}

/// A matter with 15 people and some documents.
struct Staffed {
    matter: Matter,
    others: Vec<Vault>,
    _folder: TempDir,
}

impl Staffed {
    fn new(documents: usize) -> Result<Self, Unmeasured> {
        let folder = durable_folder()?;
        let storage = durable_rows(folder.path())?;
        let partner = found(storage.clone())?;
        let others = (1..PEOPLE).map(|_| join(&storage, &partner)).collect::<privity::Result<Vec<_>>>()?;
        let matter = partner.open_matter(NewMatter::new("Doe v. Roe"))?;
        for other in &others {
            matter.admit(other.user(), MatterRole::Member)?;
        }
        check(matter.members()?.len() == PEOPLE, "15 people")?;
        fill(&matter, &small_source(folder.path())?, documents)?;
        Ok(Self { matter, others, _folder: folder })
    }

    fn remove(&self) -> Result<Duration, Unmeasured> {
        let user = self.others[0].user();
        let before = self.matter.epoch()?;
        let (time, report) = timed(|| Ok(self.matter.remove(user, "left the firm")?))?;
        check(self.matter.epoch()? == before + 1 && report.not_rotated.is_empty(), "the next epoch")?;
        self.matter.admit(user, MatterRole::Member)?;
        Ok(time)
    }
}
