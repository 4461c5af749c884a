//! The aims of the audit chain.

mod append;
pub mod memory;
mod tree;
mod verify;

use std::sync::Arc;

use privity::SystemClock;
use privity::audit::{Appender, Draft, Origin, TrustRoots, Verifier};
use privity::envelope::Threads;
use privity::testing::chain_keys;

use super::aim::{Aim, Unmeasured, check};

pub fn aims() -> Vec<Aim> {
    verify::aims().into_iter().chain(append::aims()).chain(tree::aims()).chain(memory::aims()).collect()
}

/// A chain as it would be exported.
struct Chain {
    roots: TrustRoots,
    records: Vec<Vec<u8>>,
    checkpoint: String,
}

impl Chain {
    /// A genesis and a record for each draft.
    fn of(drafts: impl IntoIterator<Item = Draft>) -> Result<Self, Unmeasured> {
        let (mut appender, roots, genesis) = begin()?;
        let mut records = vec![genesis];
        for draft in drafts {
            records.push(appender.append(draft)?.record);
        }
        Ok(Self { roots, records, checkpoint: appender.checkpoint()? })
    }

    fn verify(&self, threads: usize) -> Result<u64, Unmeasured> {
        let mut verifier =
            Verifier::new(self.roots.clone(), &[&self.checkpoint])?.with_threads(Threads::new(threads)?);
        for record in &self.records {
            verifier.push(record)?;
        }
        let verified = verifier.finish().map_err(|failure| Unmeasured::Broken(failure.to_string()))?;
        check(verified.findings().reported.is_empty(), "a record of ours is reported")?;
        Ok(verified.findings().documents)
    }
}

fn begin() -> Result<(Appender, TrustRoots, Vec<u8>), Unmeasured> {
    let origin = Origin::new("log.example/aims")?;
    let mut seeds = [1; 64];
    seeds[32..].fill(2);
    let (appender, genesis) = Appender::new(origin.clone(), chain_keys(seeds)?, Arc::new(SystemClock))?;
    Ok((appender, TrustRoots::new(origin, genesis.hash), genesis.record))
}

/// A small event of a host.
fn event(number: u64) -> Result<Draft, Unmeasured> {
    let mut body = vec![0xA1, 0x01, 0x1B];
    body.extend_from_slice(&(number | 1 << 63).to_be_bytes());
    Ok(Draft::host(2000, body)?)
}
