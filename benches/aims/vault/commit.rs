//! What a commit costs with few matters and with many, in memory.

use privity::store::Storage;
use privity::vault::{Change, DocumentInfo, Matter, NewDocument, NewMatter};

use super::firm::found;
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, pairs, timed};
use crate::aims::env::Env;

const ROUNDS: usize = 40;

pub fn aims() -> Vec<Aim> {
    vec![
        Aim::new("vault/commit/1000-matters", Goal::AtMost(1.2), |env| growth(env, 1_000)),
        Aim::new("vault/commit/10000-matters", Goal::AtMost(1.2), |env| growth(env, 10_000)),
    ]
}

fn growth(env: &Env, many: usize) -> Result<Measured, Unmeasured> {
    // `--quick` is smaller than the aims' names say; the line tells what was measured.
    let many = if env.runs < 5 { many / 10 } else { many };
    eprintln!("  firms made: 10 and {many} matters");
    let (few, many) = (firm(10)?, firm(many)?);
    let rename = |(matter, document): &(Matter, DocumentInfo), round: usize| {
        let change = Change { name: Some(format!("letter {round}.txt")), media_type: None };
        Ok(timed(|| Ok(matter.describe(document.id, &change)?))?.0)
    };
    let pairs = pairs(env.runs, ROUNDS, |round| rename(&few, round), |round| rename(&many, round))?;
    Ok(Measured::time(ROUNDS, "10 matters", &pairs))
}

fn firm(matters: usize) -> Result<(Matter, DocumentInfo), Unmeasured> {
    let vault = found(Storage::memory())?;
    let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
    for _ in 1..matters {
        vault.open_matter(NewMatter::new("Another"))?;
    }
    let document = matter.seal_bytes(NewDocument::new("letter.txt")?, b"Dear Sirs, ...")?;
    Ok((matter, document))
}
