//! Secret bytes: boxed, wiped on drop, never printed, compared in constant time.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// `N` secret bytes in one heap allocation that never moves and is wiped on drop.
///
/// There is no `Clone`, `Display`, `Deref` or `PartialEq`. The only way to the bytes is
/// [`expose_secret`](Self::expose_secret), so that every reader can be found by name.
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Fills a new secret in place; on an error nothing is left of it.
    ///
    /// # Errors
    /// Whatever `fill` returns.
    pub(crate) fn try_fill<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// Fills a new secret in place.
    pub(crate) fn fill(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0);
        secret
    }

    /// Copies bytes that the caller wipes.
    #[cfg_attr(not(feature = "testing"), allow(dead_code))]
    pub(crate) fn copy_of(bytes: &[u8; N]) -> Self {
        Self::fill(|own| own.copy_from_slice(bytes))
    }

    /// A second copy, for the few places where two owners are needed.
    pub(crate) fn duplicate(&self) -> Self {
        Self::copy_of(&self.0)
    }

    /// The raw bytes. Search for this name to find every place that reads a secret.
    pub(crate) fn expose_secret(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({N} bytes)")
    }
}

/// Secret bytes of any length that pass between this library and a host's
/// [`Protector`](crate::keys::Protector), or hold a passphrase. Wiped on drop.
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Adopts a buffer; it is wiped when this value is dropped.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The raw bytes. Search for this name to find every place that reads a secret.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

/// Compares two byte strings in constant time; lengths are public.
pub(crate) fn ct_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_byte_of_a_secret() {
        let secret = Secret::copy_of(&[0xAB; 32]);
        let bytes = SecretBytes::new(b"correct horse".to_vec());
        let shown = format!("{secret:?} {bytes:?}");
        assert_eq!(shown, "Secret(32 bytes) SecretBytes(13 bytes)");
    }

    #[test]
    fn bytes_compare_by_content_and_length() {
        assert!(ct_eq(&[1; 4], &[1; 4]));
        assert!(!ct_eq(&[1; 4], &[2; 4]));
        assert!(!ct_eq(b"a", b"ab"));
    }
}
