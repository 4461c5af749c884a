//! A secret before it was compared with the record that began it.

use std::fmt;

/// A secret that came by a wrap or out of a store, which anybody could have made.
///
/// It can do nothing but be confirmed against what a verified record says of it. So nothing is ever
/// sealed under a secret that a stranger chose.
///
/// ```
/// # use std::num::NonZeroU64;
/// # use privity::keys::ShredKey;
/// # use privity::{FirmId, MatterId, envelope::Profile};
/// # fn main() -> privity::Result<()> {
/// # let (profile, firm, matter) = (Profile::default(), FirmId::generate()?, MatterId::generate()?);
/// let shred = ShredKey::generate()?;
/// let recorded = shred.confirmation(profile, firm, matter, NonZeroU64::MIN);
///
/// let stored = shred.to_secret_bytes();
/// let unconfirmed = ShredKey::from_secret_bytes(&stored)?;
/// let shred = unconfirmed.confirm(profile, firm, matter, NonZeroU64::MIN, &recorded)?;
/// shred.to_secret_bytes();
/// # Ok(())
/// # }
/// ```
///
/// Before that it does not compile:
///
/// ```compile_fail
/// # use privity::keys::ShredKey;
/// # fn main() -> privity::Result<()> {
/// let stored = ShredKey::generate()?.to_secret_bytes();
/// let unconfirmed = ShredKey::from_secret_bytes(&stored)?;
/// unconfirmed.to_secret_bytes();
/// # Ok(())
/// # }
/// ```
#[must_use = "confirm it against its record"]
pub struct Unconfirmed<T>(pub(super) T);

impl<T> fmt::Debug for Unconfirmed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unconfirmed")
    }
}
