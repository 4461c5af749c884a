//! From a passphrase to a key: Argon2id (RFC 9106) between a floor and a ceiling, checked before
//! anything is derived; scrypt (RFC 7914) where age v1 asks for it.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::{Code, Result};
use crate::secret::Secret;

/// How much work a passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassphraseCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Default for PassphraseCost {
    /// 64 MiB, 3 passes, 4 lanes: the second recommendation of RFC 9106 §4, and the floor.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 }
    }
}

impl PassphraseCost {
    /// A cost of `memory_kib` KiB (65,536 to 1,048,576), `passes` (3 to 16) and `lanes` (1 to 16).
    ///
    /// # Errors
    /// `passphrase-cost` outside these ranges, above all when a file was altered to weaken the
    /// derivation or to exhaust the memory of the device.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self> {
        let allowed = (64 * 1024..=1024 * 1024).contains(&memory_kib)
            && (3..=16).contains(&passes)
            && (1..=16).contains(&lanes);
        if allowed { Ok(Self { memory_kib, passes, lanes }) } else { Err(Code::PassphraseCost.into()) }
    }

    /// KiB of memory.
    #[must_use]
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes; computed one after the other here.
    #[must_use]
    pub fn lanes(self) -> u32 {
        self.lanes
    }
}

/// Argon2id, version 0x13, 32 bytes out.
pub fn derive(passphrase: &[u8], salt: &[u8; 16], cost: PassphraseCost) -> Result<Secret<32>> {
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(|_| Code::PassphraseCost)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Secret::try_fill(|out| {
        argon2.hash_password_into(passphrase, salt, out).map_err(|_| Code::PassphraseCost.into())
    })
}

/// scrypt with r = 8, p = 1 and N = 2^`log_n`, which takes 2^`log_n` KiB of memory.
///
/// # Errors
/// `age-work-factor` if the memory cannot be had.
pub fn scrypt(passphrase: &[u8], salt: &[u8], log_n: u8) -> Result<Secret<32>> {
    let params = scrypt::Params::new(log_n, 8, 1).map_err(|_| Code::AgeWorkFactor)?;
    // Asked for and given back: the crate would end the process where there is none.
    let needed = 1024_usize.checked_shl(u32::from(log_n)).ok_or(Code::AgeWorkFactor)?;
    Vec::<u8>::new().try_reserve_exact(needed).map_err(|_| Code::AgeWorkFactor)?;
    Secret::try_fill(|out| {
        scrypt::scrypt(passphrase, salt, &params, out).map_err(|_| Code::AgeWorkFactor.into())
    })
}
