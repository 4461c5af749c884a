//! A secret before it was compared with the record that began it.

use std::fmt;

/// A secret that came by a wrap or out of a store, which anybody could have made.
///
/// It can do nothing but be confirmed against what a verified record says of it. So nothing is ever
/// sealed under a secret that a stranger chose.
///
/// ```compile_fail
/// # fn main() -> privity::Result<()> {
/// # use privity::keys::ShredKey;
/// let stored = ShredKey::generate()?.to_secret_bytes();
/// let unconfirmed = ShredKey::from_secret_bytes(&stored)?;
/// let _ = unconfirmed.to_secret_bytes(); // not before it was confirmed
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
