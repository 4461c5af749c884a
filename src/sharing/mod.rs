//! Sharing with people inside and outside of a firm, with or without this library.
//!
//! # Recommended use
//!
//! Exchange cards, compare their twelve words over another channel, then share; accept what comes back the same
//! way. [`share_files`] and [`accept_folder`] go from files to a file and from a file to a folder; in a vault,
//! [`Matter::share`](crate::vault::Matter::share) and [`Matter::accept`](crate::vault::Matter::accept) keep plaintext
//! off every disk and put what happened on record.
//!
//! ```
//! use privity::sharing::{
//!     self, CardDetails, Contact, Discard, Draft, Item, Keys, Party, Receipt, ReceiptAction, Request, Terms,
//!     UnverifiedContact, age,
//! };
//! use privity::{Clock, SystemClock, Timestamp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = SystemClock.now();
//! # let in_a_year = Timestamp::from_micros(now.micros() + 365 * 86_400_000_000).ok_or("2255")?;
//! let (counsel, expert) = (Party::generate()?, Party::generate()?);
//! let card = |name| CardDetails {
//!     name,
//!     organisation: "",
//!     not_before: now,
//!     expires: in_a_year,
//!     with_classic: false,
//!     previous: None,
//! };
//! // Each gets the other's card, and over the telephone its words.
//! let of_expert = UnverifiedContact::from_card(expert.card(&card("E. Expert"))?);
//! let of_expert = of_expert.confirm(&expert.fingerprint().words())?;
//! let of_counsel = UnverifiedContact::from_card(counsel.card(&card("C. Counsel"))?);
//! let of_counsel = of_counsel.confirm(&counsel.fingerprint().words())?;
//!
//! let terms = Terms { expires: Some(in_a_year), ..Terms::new("Second opinion") };
//! let draft = Draft::new(vec![(&of_expert).into()], "C. Counsel", "", terms);
//! let report = b"The beam was sound.".to_vec();
//! let item =
//!     Item { name: "report.txt", media_type: "text/plain", content: &report, digests: None, version: None };
//! let mut share = Vec::new(); // send these bytes
//! let made = sharing::make(&counsel, &draft, &[item], now, &mut share, age::Options::default())?;
//!
//! let contacts = [Contact::Verified(of_counsel)];
//! let request = Request { keys: Keys::Party(&expert), contacts: &contacts, now };
//! let accepted = sharing::accept(share.as_slice(), &request, &mut Discard, age::Options::default())?;
//! assert_eq!(accepted.manifest.purpose, "Second opinion");
//!
//! let receipt = Receipt::sign(&expert, &accepted, ReceiptAction::Received, now)?; // send it back
//! assert_eq!(Receipt::verify(&receipt, &made.manifest, &of_expert)?.share, made.manifest.share);
//! # Ok(())
//! # }
//! ```
//!
//! # Parts
//!
//! - [`age`]: encrypted files that every implementation of age opens.
//! - [`Party`]: whoever sends and receives, with keys of their own or as a device of a firm; its
//!   [`Card`] says under which keys.
//! - [`Contact`]: a party as somebody else knows it. A card is a claim until its twelve words
//!   ([`Fingerprint`]) were compared over another channel.
//! - [`Standing`]: what shows an outsider that a device of a firm was active.
//! - [`Draft`], [`make`], [`Manifest`]: a share and its signed terms; [`accept`]: nine [steps](Step), each with its own
//!   refusals; [`Receipt`]: what a recipient signs.
//!
//! Formats: `docs/format/share-v1.md`, `docs/format/card-v1.md`, `docs/format/age-v1.md`.

mod accept;
pub mod age;
mod archive;
mod card;
mod contact;
mod content;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod doors;
mod draft;
mod file;
mod fingerprint;
mod front;
mod layout;
pub(crate) mod make;
pub mod manifest;
mod media_type;
pub(crate) mod name;
mod party;
mod readme;
mod receipt;
mod sender;
mod signature;
pub(crate) mod standing;

pub use crate::audit::body::ReceiptAction;
pub use crate::crypto::hash::Digests;
pub use accept::{Accepted, Discard, Keys, Refusal, Request, Sink, Step, accept};
pub use card::Card;
pub use contact::{Addressee, ChangedContact, Contact, RevokedContact, UnverifiedContact, VerifiedContact};
pub use draft::{Draft, Item, Terms};
pub use file::{accept_folder, share_files};
pub use fingerprint::Fingerprint;
pub(crate) use front::signed_parts;
pub(crate) use layout::{MANIFEST, PARTS};
pub use make::{Made, make};
pub use manifest::{Manifest, Onward};
pub use party::{CardDetails, Party, PartyKind};
pub use receipt::{Receipt, SignedReceipt};
pub use signature::SignatureClaims;
pub use standing::Standing;
