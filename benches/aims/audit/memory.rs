//! Peak memory of a verifier: how much more a long chain takes than a short one.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use privity::audit::Verifier;

use super::{begin, event};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check};
use crate::aims::env::Env;
use crate::aims::envelope::memory::ask;

/// What the child is asked for.
pub const MODE: &str = "verifier";
/// Records of the short chain and of the long one.
const SHORT: u64 = 5_000;
const LONG: u64 = 200_000;

pub fn aims() -> Vec<Aim> {
    vec![Aim::new("audit/memory/verifier", Goal::AtMost(4.0), growth)]
}

fn growth(env: &Env) -> Result<Measured, Unmeasured> {
    let folder = env.scratch_for(0)?;
    let (short, long) = (ask(folder.path(), MODE, SHORT)?, ask(folder.path(), MODE, LONG)?);
    Ok(Measured {
        ours: long,
        peer: short,
        unit: "MiB",
        against: "5,000 records",
        figure: long - short,
        of: "growth",
    })
}

/// The process that is measured: signs a chain into a file, then verifies it from there.
pub fn verify(records: u64, folder: &Path) -> Result<(), Unmeasured> {
    let path = folder.join("records");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut write = |record: &[u8]| {
        file.write_all(&u16::try_from(record.len())?.to_be_bytes())?;
        file.write_all(record)?;
        Ok::<_, Unmeasured>(())
    };
    let (mut appender, roots, genesis) = begin()?;
    write(&genesis)?;
    for number in 0..records {
        write(&appender.append(event(number)?)?.record)?;
    }
    file.flush()?;
    let mut verifier = Verifier::new(roots, &[appender.checkpoint()?])?;
    let (mut file, mut length, mut record) = (BufReader::new(File::open(&path)?), [0; 2], Vec::new());
    for _ in 0..=records {
        file.read_exact(&mut length)?;
        record.resize(u16::from_be_bytes(length).into(), 0);
        file.read_exact(&mut record)?;
        verifier.push(&record)?;
    }
    let verified = verifier.finish().map_err(|failure| Unmeasured::Broken(failure.to_string()))?;
    check(verified.findings().head.size == records + 1, "not all records were verified")
}
