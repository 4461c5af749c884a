//! age v1 (<https://c2sp.org/age>): files that stock tools open, sealed to recipients or a password.
//!
//! # Recommended use
//!
//! Ask each person for a hybrid recipient (`age1pq1…`), which a quantum computer of the future does
//! not open. [`seal`] or [`seal_stream`] for as many as eight of them; [`open`], [`open_stream`], or
//! [`Opener`] for any range of a big file.
//!
//! ```
//! use privity::sharing::age::{self, Identity, Recipients};
//!
//! # fn main() -> privity::Result<()> {
//! let counsel = Identity::generate()?; // theirs: its text is kept by `age-keygen` too
//! let theirs: String = counsel.recipient().to_string(); // age1pq1…
//!
//! let to = Recipients::new(&[theirs.parse()?])?;
//! let file = age::seal(&to, b"Exhibit 7")?;
//! assert_eq!(age::open(&[&counsel], &file)?, b"Exhibit 7");
//! # Ok(())
//! # }
//! ```
//!
//! An age file says nothing about who made it: whoever has a recipient can make a file for it. The
//! header is authentic among those who open it; a password is the sole exception, so it stands alone.
//! Kinds of recipients are never mixed, because a file is as weak as its weakest recipient.
//!
//! Limits and where this is stricter than the specification: `docs/format/age-v1.md`.

pub mod armor;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod doors;
mod header;
mod identity;
mod input;
mod opener;
mod password;
mod placed;
mod recipient;
mod sealer;
mod stanza;
mod text;

pub use crate::crypto::pump::{Options, Threads};
pub use crate::io::{ReadAt, Reader};
pub use header::{Header, MAX_HEADER, MAX_STANZAS};
pub use identity::{Identity, Opens};
pub(crate) use input::open_piped;
pub use input::{StreamOpener, open_stream};
pub use opener::{Opener, open};
pub use password::{MAX_WORK_FACTOR, Password, WORK_FACTOR};
pub(crate) use placed::PlacedSealer;
pub use recipient::{MAX_RECIPIENTS, Recipient, Recipients};
pub use sealer::{Sealer, seal, seal_stream};
pub use stanza::Kind;
