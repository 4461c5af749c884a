//! **privity** lets legal software prove confidentiality: every document sealed under a key of its
//! own, keys wrapped to people, a signed audit chain that anybody can verify, key rotation when people
//! change, and shares that stock tools open.
//!
//! # Recommended use
//!
//! A vendor with a database of its own uses [`envelope`] and [`keys`]: seal each document, wrap its
//! key to the people who may open it, keep the wraps and the [`envelope::Summary`] in the database,
//! the sealed bytes anywhere. The store is taken to be hostile: whatever it hands back is checked.
//! [`audit`] keeps a chain of what was done, beside it or alone.
//!
//! ```
//! use privity::envelope::{self, Expected, Header};
//! use privity::keys::{Identity, OpeningKey, Passphrase};
//! use privity::{DocumentId, FirmId, PrincipalId, SecretBytes};
//!
//! # fn main() -> privity::Result<()> {
//! // Each person has an identity, kept under a passphrase or a protector of the host.
//! let passphrase = Passphrase::new(SecretBytes::new(b"correct horse battery staple".to_vec()))?;
//! let protected = Identity::generate()?.protect(&passphrase)?;
//! let lawyer = Identity::unlock(&protected, &passphrase)?;
//!
//! // Seal: a new key for this document and version, made by sealing.
//! let header = Header::new(FirmId::generate()?, DocumentId::generate()?, 1)?;
//! let (sealed, key, summary) = envelope::seal(&header, b"Engagement letter")?;
//! let lawyer_id = PrincipalId::generate()?;
//! let wrap = key.wrap(lawyer.public(), &header.wrap_context(lawyer_id, 1))?;
//!
//! // Open: the wrap gives a key that can open and cannot seal.
//! let key = OpeningKey::unwrap(&lawyer, &wrap, &header.wrap_context(lawyer_id, 1))?;
//! let content = envelope::open(&key, &Expected::from(&summary), &sealed)?;
//! assert_eq!(content, b"Engagement letter");
//! # Ok(())
//! # }
//! ```
//!
//! [`vault`] joins them for a firm. [`sharing`] packs documents for people inside or outside, with or without this
//! library.
//!
//! Every error has a stable [code](Error::code), a [kind](Error::kind) and
//! [advice](Error::advice). Every handle is `Send + Sync`; calls block; nothing starts a thread
//! that outlives its call.
//!
//! Never audited. What is defended and what is not is in `SECURITY.md`.

#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "testing"), deny(missing_docs, missing_debug_implementations))]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::dbg_macro,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::undocumented_unsafe_blocks
)]

pub mod audit;
mod clock;
mod codec;
mod crypto;
pub mod envelope;
mod error;
mod id;
mod io;
pub mod keys;
mod progress;
pub mod rotation;
mod secret;
pub mod sharing;
pub mod state;
pub mod store;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;
pub mod vault;
mod wire;

pub use clock::{Clock, SystemClock, Timestamp};
pub use error::{Code, Error, ErrorKind, Result};
pub use id::{
    ChainId, DeviceId, DocumentId, FirmId, Hash, HoldId, MatterId, PrincipalId, ShareId, TeamId, UserId,
};
pub use progress::{Flow, Progress, Watcher};
pub use secret::SecretBytes;

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Here the capabilities meet that know nothing of each other.
impl audit::body::SealedDocument {
    /// What a record says of a document that was sealed. `metadata` is the hash of its sealed
    /// metadata, or SHA-256 of no bytes where the caller keeps none.
    ///
    /// # Errors
    /// `version`, which a header excludes.
    pub fn of(
        summary: &envelope::Summary,
        metadata: Hash,
        designation: audit::body::Designation,
    ) -> Result<Self> {
        let header = &summary.header;
        Ok(Self {
            document: header.document(),
            version: header.version().try_into().map_err(|_| Code::Version)?,
            profile: header.profile(),
            padding: header.padding(),
            seal_id: *summary.seal_id.as_bytes(),
            content_commitment: *summary.content_commitment.as_bytes(),
            metadata,
            designation,
        })
    }
}
