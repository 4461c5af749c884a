//! Real key bytes in a file, for tests that then search the heap of the other language for them.
//!
//! No byte crosses: the file is written here, one key a line, `name` and hexadecimal.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;

use privity::{SecretBytes, testing};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::keys::{Identity, OpeningKey};
use crate::vault::Vault;

#[cfg(not(debug_assertions))]
compile_error!("the feature `canary` gives keys away: it is for tests alone");

/// Appends every secret that the vault has in memory; says how many.
///
/// Fails with `locked`, `io`.
#[uniffi::export]
pub fn canary_vault(vault: Arc<Vault>, needles: String) -> Result<u64> {
    let seeds = Zeroizing::new(testing::device_seeds(&vault.0)?);
    let names = ["device-record", "device-log", "device-ssh", "device-identity", "device-state"];
    let device =
        names.into_iter().zip(seeds.chunks(32)).map(|(name, seed)| (name, SecretBytes::new(seed.to_vec())));
    append(&needles, &device.chain(testing::held_secrets(&vault.0)?).collect::<Vec<_>>())
}

/// Appends the seed of an identity and the bytes of a document key; says how many.
///
/// Fails with `io`.
#[uniffi::export]
pub fn canary_key(identity: Arc<Identity>, key: Arc<OpeningKey>, needles: String) -> Result<u64> {
    let identity = testing::identity_seed(&identity.0);
    append(&needles, &[("identity", identity), ("document", testing::opening_key_bytes(&key.0))])
}

/// Leaves no copy of its own behind.
fn append(needles: &str, keys: &[(&str, SecretBytes)]) -> Result<u64> {
    let mut lines = Zeroizing::new(String::with_capacity(128 * keys.len()));
    for (name, key) in keys {
        let _infallible = write!(lines, "{name} ");
        for byte in key.expose_secret() {
            let _infallible = write!(lines, "{byte:02x}");
        }
        lines.push('\n');
    }
    let file = OpenOptions::new().create(true).append(true).open(needles);
    file.and_then(|mut file| file.write_all(lines.as_bytes())).map_err(privity::Error::from)?;
    Ok(keys.len() as u64)
}
