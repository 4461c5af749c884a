//! Doors for our own tests, benches and fuzz targets: raw keys, fixed randomness, the primitives
//! below the public API. Behind the feature `testing`, off by default; adds functions, changes none.

use std::io::{Read, Write};
use std::num::NonZeroU64;

pub use crate::codec::cbor;
pub use crate::crypto::entropy::{Draw, instead, rand32};
pub use crate::crypto::hash::{Hasher, sha256};
pub use crate::crypto::seal::{self, SealContext};
pub use crate::crypto::{hpke, kdf, label, sign};
use crate::envelope::{ContentCommitment, Header, Options, Padding, Summary};
use crate::error::Result;
use crate::keys::{DocumentKey, Identity, OpeningKey};
pub use crate::secret::{Secret, SecretBytes};

/// A secret of known bytes.
#[must_use]
pub fn secret<const N: usize>(bytes: [u8; N]) -> Secret<N> {
    Secret::copy_of(&bytes)
}

/// The bytes of a secret.
#[must_use]
pub fn expose<const N: usize>(secret: &Secret<N>) -> &[u8; N] {
    secret.expose_secret()
}

/// An identity from its seed.
///
/// # Errors
/// `public-key`.
pub fn identity(seed: [u8; 32]) -> Result<Identity> {
    Identity::from_seed(secret(seed))
}

/// An opening key from its bytes.
#[must_use]
pub fn opening_key(bytes: [u8; 32]) -> OpeningKey {
    OpeningKey::from_secret(secret(bytes))
}

/// The bytes of an opening key.
#[must_use]
pub fn expose_key(key: &OpeningKey) -> &[u8; 32] {
    key.secret().expose_secret()
}

/// Seals with a given key and salt, in memory.
///
/// # Errors
/// `document-too-large`.
pub fn seal_document(
    header: &Header,
    key: [u8; 32],
    salt: [u8; 24],
    content: &[u8],
) -> Result<(Vec<u8>, DocumentKey, Summary)> {
    crate::envelope::seal_with(header, DocumentKey::from_secret(secret(key)), salt, content)
}

/// Seals a stream without hashing it: what the hash costs.
///
/// # Errors
/// As [`crate::envelope::seal_stream`].
pub fn seal_unhashed(
    header: &Header,
    from: impl Read + Send,
    to: impl Write + Send,
    options: Options<'_>,
) -> Result<DocumentKey> {
    crate::envelope::seal_stream_unhashed(header, from, to, options)
}

/// Magic, length and CBOR of a header.
#[must_use]
pub fn frame(header: &Header) -> Vec<u8> {
    header.frame()
}

/// The padded total of a content length.
///
/// # Errors
/// `document-too-large`.
pub fn padded_total(padding: Padding, length: u64) -> Result<u64> {
    padding.total(length)
}

/// The key that opens a content commitment.
#[must_use]
pub fn commitment_key(key: &OpeningKey, profile: crate::envelope::Profile) -> Secret<32> {
    ContentCommitment::key(key, profile)
}

pub use crate::audit::tree;
pub use crate::audit::{anchor, checkpoint, proof};
pub use crate::audit::{approval, body, detail, keyring, kind, order, record};
pub use crate::codec::{base64, bech32, json, time};
pub use crate::wire::{cose, entry_name, note, ssh_key, sshsig, sums, zip};

/// A signing key from its seed.
#[must_use]
pub fn signing_key(seed: [u8; 32]) -> crate::keys::SigningKey {
    crate::keys::SigningKey::from_seed(&secret(seed))
}

/// Chain keys from the record key's seed, then the log key's.
///
/// # Errors
/// None.
pub fn chain_keys(seeds: [u8; 64]) -> Result<crate::keys::ChainKeys> {
    crate::keys::ChainKeys::from_seeds(secret(seeds))
}

/// An epoch's secret from its bytes, as if confirmed.
#[must_use]
pub fn epoch_secret(bytes: [u8; 32]) -> crate::keys::EpochSecret {
    crate::keys::EpochSecret::from_secret(secret(bytes))
}

/// The auditors' secret from its bytes, as if confirmed.
#[must_use]
pub fn auditor_secret(bytes: [u8; 32]) -> crate::keys::AuditorSecret {
    crate::keys::AuditorSecret::adopt(secret(bytes))
}

/// A shred key from its bytes, as if confirmed.
#[must_use]
pub fn shred_key(bytes: [u8; 32]) -> crate::keys::ShredKey {
    crate::keys::ShredKey::from_secret(secret(bytes))
}

/// The key over document keys from its bytes.
#[must_use]
pub fn document_kek(
    bytes: [u8; 32],
    place: crate::keys::EpochPlace,
    generation: NonZeroU64,
) -> crate::keys::DocumentKek {
    crate::keys::DocumentKek::adopt(secret(bytes), place, generation)
}

/// A user's key from its seed, as if confirmed.
///
/// # Errors
/// `public-key`.
pub fn user_key(seed: [u8; 32], generation: NonZeroU64) -> Result<crate::keys::UserKey> {
    crate::keys::UserKey::from_seed(secret(seed), generation)
}

/// Root keys from one byte (0 or 1: a recovery key) and two seeds.
///
/// # Errors
/// `protected-identity`.
pub fn root_keys(secret_bytes: [u8; 65]) -> Result<crate::keys::RootKeys> {
    crate::keys::RootKeys::from_secret(secret(secret_bytes))
}

/// Device keys from the seeds of the record, log, ssh and X-Wing key, then the device secret.
///
/// # Errors
/// None in practice: every seed is one.
pub fn device_keys(seeds: [u8; 160]) -> Result<crate::keys::DeviceKeys> {
    crate::keys::DeviceKeys::from_seeds(secret(seeds))
}

/// The seeds of a vault's device: record, log, ssh and X-Wing key, then the device secret.
///
/// # Errors
/// `locked`.
pub fn device_seeds(vault: &crate::vault::Vault) -> Result<[u8; 160]> {
    vault.device_seeds()
}

/// Every secret of its hierarchy that an unlocked vault has in memory, by what it is.
///
/// # Errors
/// `locked`; what verifying forward can fail with.
pub fn held_secrets(vault: &crate::vault::Vault) -> Result<Vec<(&'static str, SecretBytes)>> {
    vault.held_secrets()
}

/// The seed of an identity.
#[must_use]
pub fn identity_seed(identity: &crate::keys::Identity) -> SecretBytes {
    SecretBytes::new(identity.private_key().seed().expose_secret().to_vec())
}

/// The bytes of a key that opens a document.
#[must_use]
pub fn opening_key_bytes(key: &OpeningKey) -> SecretBytes {
    SecretBytes::new(key.secret().expose_secret().to_vec())
}

/// Runs `work` in a build that is wrong on purpose: a new epoch uses the secret before it again.
pub fn with_reused_epoch_secrets<T>(work: impl FnOnce() -> T) -> T {
    crate::vault::reuse::with(work)
}

pub use crate::sharing::age::doors as age;
pub use crate::sharing::doors as party;
