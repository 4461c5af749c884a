//! The one source of randomness: fresh bytes of the operating system at every call, hedged with a
//! key, the process, two clocks and a counter, so that a repeated or weak answer of the system (a
//! fork, a restored snapshot) does not repeat what comes out.
//!
//! `random(n, purpose) = HMAC-SHA512(hedge key, rand32 || purpose || 0x00 || u32 pid || u64 wall
//! ns || u64 monotonic ns || u64 counter)[..n]`, n ≤ 64.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::crypto::kdf::hmac_sha512;
use crate::crypto::label::RandomPurpose;
use crate::error::{Code, Error, Result};
use crate::id::{Id, for_every_id};
use crate::secret::Secret;

/// What enters one draw beside the key.
pub struct Draw {
    pub rand32: Secret<32>,
    pub pid: u32,
    pub wall_ns: u64,
    pub monotonic_ns: u64,
    pub counter: u64,
}

impl Draw {
    fn fresh() -> Result<Self> {
        static STARTED: OnceLock<Instant> = OnceLock::new();
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let running = STARTED.get_or_init(Instant::now).elapsed();
        Ok(Self {
            rand32: rand32()?,
            pid: std::process::id(),
            wall_ns: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX),
            monotonic_ns: u64::try_from(running.as_nanos()).unwrap_or(u64::MAX),
            counter: COUNTER.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// The mathematics alone: the first `out.len()` ≤ 64 bytes of the HMAC.
    pub fn fill(&self, hedge_key: &Secret<32>, purpose: RandomPurpose, out: &mut [u8]) -> Result<()> {
        let mac = hmac_sha512(
            hedge_key,
            &[
                self.rand32.expose_secret(),
                purpose.label(),
                &self.pid.to_be_bytes(),
                &self.wall_ns.to_be_bytes(),
                &self.monotonic_ns.to_be_bytes(),
                &self.counter.to_be_bytes(),
            ],
        );
        let bytes = mac.expose_secret().get(..out.len()).ok_or(Code::Entropy)?;
        out.copy_from_slice(bytes);
        Ok(())
    }
}

/// Fills `out`, at most 64 bytes, with hedged randomness.
///
/// # Errors
/// `entropy` if the operating system gives none.
pub fn fill(purpose: RandomPurpose, out: &mut [u8]) -> Result<()> {
    Draw::fresh()?.fill(process_key()?, purpose, out)
}

/// A new random secret.
pub fn secret<const N: usize>(purpose: RandomPurpose) -> Result<Secret<N>> {
    Secret::try_fill(|out| fill(purpose, out))
}

/// 32 bytes straight from the operating system, for constructions that hedge them themselves.
pub fn rand32() -> Result<Secret<32>> {
    Secret::try_fill(|out| system(out))
}

/// Without a device the hedge key is drawn once per process.
fn process_key() -> Result<&'static Secret<32>> {
    static KEY: OnceLock<Secret<32>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key);
    }
    let key = rand32()?;
    Ok(KEY.get_or_init(|| key))
}

fn system(out: &mut [u8]) -> Result<()> {
    #[cfg(any(test, feature = "testing"))]
    if let Some(instead) = instead::current() {
        return instead(out);
    }
    getrandom::fill(out).map_err(|error| Error::with_source(Code::Entropy, error))
}

macro_rules! generated {
    ($id:path) => {
        impl $id {
            /// A new random id.
            ///
            /// # Errors
            /// `entropy` if the operating system gives no randomness.
            pub fn generate() -> Result<Self> {
                let mut bytes = [0; 16];
                fill(RandomPurpose::Id, &mut bytes)?;
                Ok(<Self as Id>::of(bytes))
            }
        }
    };
}
for_every_id!(generated);

/// The door of the tests to another source, for one thread.
#[cfg(any(test, feature = "testing"))]
pub mod instead {
    use std::cell::Cell;

    use crate::error::Result;

    /// Stands in for the operating system.
    pub type Source = fn(&mut [u8]) -> Result<()>;

    thread_local! {
        static SOURCE: Cell<Option<Source>> = const { Cell::new(None) };
    }

    pub fn current() -> Option<Source> {
        SOURCE.get()
    }

    /// Runs `work` with `source` in place of the operating system's randomness, on this thread.
    pub fn with<T>(source: Source, work: impl FnOnce() -> T) -> T {
        struct Restore(Option<Source>);
        impl Drop for Restore {
            fn drop(&mut self) {
                SOURCE.set(self.0);
            }
        }
        let _restore = Restore(SOURCE.replace(Some(source)));
        work()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::DocumentId;

    #[test]
    fn a_system_that_repeats_itself_repeats_nothing_of_ours() {
        let stuck: instead::Source = |out| {
            out.fill(7);
            Ok(())
        };
        instead::with(stuck, || {
            let a = DocumentId::generate().unwrap();
            let b = DocumentId::generate().unwrap();
            assert_ne!(a, b);
        });
    }

    #[test]
    fn a_system_without_randomness_is_an_error() {
        instead::with(
            |_| Err(Code::Entropy.into()),
            || {
                assert_eq!(DocumentId::generate().unwrap_err().code(), "entropy");
                assert_eq!(secret::<32>(RandomPurpose::DocumentKey).unwrap_err().code(), "entropy");
            },
        );
    }
}
