//! Envelope encryption: every document sealed under a random key of its own, the key wrapped to
//! people, the content never.
//!
//! # Recommended use
//!
//! Seal with [`seal_file`] or [`seal`], keep the [`Summary`] with your record of the document, wrap
//! the [`DocumentKey`](crate::keys::DocumentKey) to each person who may open it and store the wraps
//! in your database. To open, unwrap an [`OpeningKey`](crate::keys::OpeningKey) with the person's
//! identity and pass the [`Expected`] of your record, so that a store that hands out another
//! document, an older sealing or replaced content is refused.
//!
//! ```
//! use privity::envelope::{self, Expected, Header};
//! use privity::keys::{Identity, OpeningKey};
//! use privity::{DocumentId, FirmId, PrincipalId};
//!
//! # fn main() -> privity::Result<()> {
//! let paralegal = Identity::generate()?;
//! let paralegal_id = PrincipalId::generate()?;
//!
//! let header = Header::new(FirmId::generate()?, DocumentId::generate()?, 1)?;
//! let (sealed, key, summary) = envelope::seal(&header, b"Dear Sirs, ...")?;
//! let wrap = key.wrap(paralegal.public(), &header.wrap_context(paralegal_id, 1))?;
//!
//! // Later, with what the database holds: the sealed bytes, the wrap, the summary.
//! let key = OpeningKey::unwrap(&paralegal, &wrap, &header.wrap_context(paralegal_id, 1))?;
//! let letter = envelope::open(&key, &Expected::from(&summary), &sealed)?;
//! assert_eq!(letter, b"Dear Sirs, ...");
//! # Ok(())
//! # }
//! ```
//!
//! Big documents go through [`seal_stream`], [`Sealer`] and [`Opener`]: memory stays at about
//! 1 MiB a thread whatever the size, and [`Opener`] reads any range without touching the rest.
//!
//! Format and security are in `docs/format/envelope-v1.md`.

mod file;
mod header;
mod metadata;
mod opener;
mod padding;
mod row;
mod sealer;
mod sealing;
mod summary;

pub use crate::crypto::hash::Digests;
pub use crate::crypto::profile::{Padding, Profile};
pub use crate::crypto::pump::{Options, Threads};
pub use crate::io::{ReadAt, Reader};
pub use file::{open_file, seal_file};
pub use header::Header;
pub use metadata::Metadata;
pub use opener::{Opener, open};
pub use row::{KeyRow, RecordedRow};
pub use sealer::{Sealer, seal, seal_stream};
#[cfg(feature = "testing")]
pub(crate) use sealer::{seal_stream_unhashed, seal_with};
pub(crate) use sealing::Sealing;
pub use summary::{ContentCommitment, Expected, SealId, Summary};
