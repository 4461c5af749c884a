//! The vault: a firm's people, matters and documents over four stores that are taken to be hostile.
//! It joins sealed documents, keys and the signed chains, and is the only place that does.
//!
//! # Recommended use
//!
//! [`Vault::create`] makes a firm on its first device, [`Vault::unlock`] opens it again. Further
//! people join by [`request`](Vault::request) on their device, [`enrol`](Vault::enrol) on an
//! administrator's, [`accept`](Vault::accept) on theirs; both compare twelve words. Documents live
//! in a [`Matter`]: its lead admits people, and removes them with the next epoch in the same commit.
//!
//! ```
//! use std::sync::Arc;
//! use privity::SecretBytes;
//! use privity::keys::Passphrase;
//! use privity::store::Storage;
//! use privity::vault::{AccessReason, NewDocument, NewFirm, NewMatter, Options, Vault};
//!
//! # fn main() -> privity::Result<()> {
//! let storage = Storage::memory(); // or Storage::folder(shared, device)
//! let device = Arc::new(Passphrase::new(SecretBytes::new(b"correct horse battery staple".to_vec()))?);
//! let root = Arc::new(Passphrase::new(SecretBytes::new(b"kept in the safe, not here".to_vec()))?);
//! let (vault, root_files) =
//!     Vault::create(storage, NewFirm::new("Example LLP", "A. Partner"), device, root, Options::default())?;
//! # let _ = root_files; // two files for two safes
//!
//! let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
//! let letter = matter.seal_bytes(NewDocument::new("letter.txt")?, b"Dear Sirs, ...")?;
//! assert_eq!(matter.open_bytes(letter.id, AccessReason::none())?, b"Dear Sirs, ...");
//! # Ok(())
//! # }
//! ```
//!
//! Every call first reads the newest checkpoint and verifies forward from what this device verified
//! before. An act is one commit: records, the anchor over every chain that grew, and a checkpoint,
//! in one transaction. Names and reasons lie in sealed details, never in a record.

mod commit;
mod cosign;
mod create;
mod documents;
mod enrol;
mod enrolment;
mod epoch;
mod export;
mod import;
mod local;
mod matter;
mod names;
mod open;
mod people;
mod received;
mod report;
mod ring;
mod rows;
mod seal;
mod session;
mod share;
mod shares;
mod source;
mod standing;
mod unfinished;
mod verify;
mod wraps;
mod writer;

pub use create::{NewFirm, RootFiles};
pub use documents::{Change, DocumentInfo};
pub use enrolment::{Approval, EnrolmentRequest, NewUser};
pub use export::{Export, verify_export};
pub use import::Imported;
pub use matter::{Matter, Member, NewMatter};
pub use open::{AccessReason, DocumentReader};
pub use people::Person;
pub use received::{Provenance, Received};
pub use report::{Anchored, Finding, Freshness, Report, Scope};
pub use seal::{NewDocument, SealedAll};
pub use shares::{ShareInfo, SharedWith};
pub use writer::DocumentWriter;

use std::fmt;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::crypto::profile::{Padding, Profile};
use crate::crypto::pump::Threads;
use crate::error::Result;
use crate::id::{DeviceId, FirmId, Hash, UserId};
use crate::keys::Protector;
use crate::state::Trust;
use crate::store::Storage;
use crate::vault::local::Local;
use crate::vault::session::Inner;

/// A firm, unlocked on this device. Cheap to clone; every clone is the same vault.
#[derive(Clone)]
pub struct Vault(pub(in crate::vault) Arc<Inner>);

/// How a vault goes about its work. [`Default`] suits most.
#[derive(Clone)]
pub struct Options {
    /// Where the time comes from: the system's clock.
    pub clock: Arc<dyn Clock>,
    /// The algorithms of what is written: 0x0001.
    pub profile: Profile,
    /// Whether lengths of documents are hidden: they are.
    pub padding: Padding,
    /// How many threads a long call may use.
    pub threads: Threads,
    /// How many others must have cosigned for *anchored*: 1.
    pub cosigners: std::num::NonZeroUsize,
    /// The age in seconds from which a newest checkpoint that another user signed or cosigned is no
    /// longer *fresh*: 24 hours. A time as far ahead of the clock counts as little.
    pub fresh_for: u64,
    /// What happens to an act where the newest checkpoint is not fresh.
    pub stale: Stale,
}

/// What happens to an act where nobody else vouches in time for the newest checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Stale {
    /// It goes on; [`Report::freshness`] says so. For a firm of one person, the only way.
    #[default]
    Report,
    /// It is refused with `frozen`.
    Refuse,
}

impl Vault {
    /// Unlocks this device's keys and verifies the store forward from what the device verified last.
    /// Cosigns the newest checkpoint if somebody else signed it.
    ///
    /// # Errors
    /// `device-state-missing`, `device-state-damaged`; `unlock-refused` for a wrong passphrase, the
    /// protector's own; `not-a-vault`, also for a firm that an unfinished [`create`](Self::create) left;
    /// `other-firm`, `ledger-rollback`, `ledger-forked`,
    /// `firm-tampered`, `store-incomplete`; `not-active`; `store-version`, `store-damaged`, `io`.
    #[allow(clippy::needless_pass_by_value)] // An owned protector, as bindings hand it over.
    pub fn unlock(storage: Storage, protector: Arc<dyn Protector>, options: Options) -> Result<Self> {
        let (local, keys) = Local::load(&*storage.device, &*protector)?;
        let vault = Self(Arc::new(Inner::new(storage, options, local, keys)?));
        vault.0.begin()?;
        vault.0.check_made()?;
        Ok(vault)
    }

    /// Wipes every key from memory. Later calls fail with `locked`.
    pub fn lock(&self) {
        self.0.lock();
    }

    /// The firm.
    #[must_use]
    pub fn firm(&self) -> FirmId {
        self.0.trust.firm
    }

    /// The record hash of the ledger's first leaf: what a verifier pins, beside the firm's id.
    #[must_use]
    pub fn genesis(&self) -> Hash {
        self.0.trust.genesis
    }

    /// What a verifier of this firm's exports has to know beforehand.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.0.trust
    }

    /// The user whose device this is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.0.owner.user
    }

    /// This device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.0.owner.device
    }
}

#[cfg(feature = "testing")]
#[doc(hidden)]
pub(crate) use epoch::reuse;

#[cfg(feature = "testing")]
impl Vault {
    /// The seeds of this device: what its thief has once it is unlocked.
    pub(crate) fn device_seeds(&self) -> Result<[u8; 160]> {
        Ok(*self.0.session()?.get()?.keys.seeds().expose_secret())
    }

    /// Every secret of the hierarchy that is in memory, by what it is.
    pub(crate) fn held_secrets(&self) -> Result<Vec<(&'static str, crate::secret::SecretBytes)>> {
        self.0.ask(|_, ring| Ok(ring.held()))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            profile: Profile::default(),
            padding: Padding::default(),
            threads: Threads::default(),
            cosigners: std::num::NonZeroUsize::MIN,
            fresh_for: 24 * 60 * 60,
            stale: Stale::default(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Options");
        shown.field("profile", &self.profile).field("padding", &self.padding).finish_non_exhaustive()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &mut f.debug_struct("Vault");
        shown.field("firm", &self.firm()).field("device", &self.device()).finish_non_exhaustive()
    }
}
