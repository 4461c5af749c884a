//! Unlocking a grown firm: from what the device kept, and from nothing.

use std::sync::Arc;
use std::time::Instant;

use privity::store::Storage;
use privity::vault::{AccessReason, NewMatter, Options, Vault};

use super::firm::{Forgetful, fill, found, protector, small_source};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check, pairs, timed};
use crate::aims::env::Env;

const MATTERS: usize = 300;
const DOCUMENTS: usize = 100_000;
/// Each is a commit of its own: about a minute to make.
const OPENED: usize = 100_000;

pub fn aims() -> Vec<Aim> {
    vec![Aim::new("vault/unlock/kept", Goal::AtMost(1.0), unlock)]
}

fn unlock(env: &Env) -> Result<Measured, Unmeasured> {
    let scale = if env.runs < 5 { 100 } else { 1 };
    let folder = env.scratch()?;
    let source = small_source(folder.path())?;
    let storage = Storage::memory();
    let vault = found(storage.clone())?;
    let started = Instant::now();
    let mut last = None;
    for number in 0..MATTERS {
        let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
        let count = (DOCUMENTS * (number + 1) / MATTERS) - (DOCUMENTS * number / MATTERS);
        fill(&matter, &source, count / scale)?;
        last = Some(matter);
    }
    let sealed = started.elapsed();
    let matter = last.ok_or_else(|| Unmeasured::Broken("no matter".to_owned()))?;
    let document = matter.documents(None, 1)?.pop().ok_or_else(|| Unmeasured::Broken("empty".to_owned()))?;
    for _ in 0..OPENED / scale {
        drop(matter.reader(document.id, AccessReason::none())?);
    }
    eprintln!(
        "  firm made: {MATTERS} matters, {} documents in {sealed:.1?}, {} opened in {:.1?}",
        DOCUMENTS / scale,
        OPENED / scale,
        started.elapsed() - sealed
    );
    drop(matter);
    vault.lock();
    let once = |storage: Storage| {
        let (time, vault) = timed(|| Ok(Vault::unlock(storage, protector(), Options::default())?))?;
        check(vault.matters()?.len() == MATTERS, "every matter")?;
        Ok(time)
    };
    let forgetful = storage.with_device(Arc::new(Forgetful(Arc::clone(&storage.device))));
    let pairs = pairs(env.runs, 1, |_| once(forgetful.clone()), |_| once(storage.clone()))?;
    let measured = Measured::time(1, "cold", &pairs);
    let seconds = |micros: f64| micros / 1e6;
    let (ours, peer) = (seconds(measured.ours) * 1e3, seconds(measured.peer) * 1e3);
    Ok(Measured { ours, peer, unit: "ms", figure: seconds(measured.ours), of: "s", ..measured })
}
