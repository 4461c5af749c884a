//! The joint to whatever guards a key on a device or in a host.

use std::fmt;

use crate::error::{Code, Result};
use crate::secret::SecretBytes;

/// Guards keys: a passphrase, Secure Enclave, StrongBox, DPAPI, a KMS, PKCS#11. Most callers use
/// [`Passphrase`](crate::keys::Passphrase) and never implement this.
///
/// The only secret that crosses is a random 32-byte *unlocking secret*: out at `wrap`, in at
/// `unwrap`. The key itself stays here, sealed under it. Calls happen on the caller's thread, never
/// under a lock, and may block.
pub trait Protector: Send + Sync {
    /// Which protector this is: written beside what it wrapped, compared before it is asked.
    fn id(&self) -> ProtectorId;

    /// Wraps the unlocking secret, bound to `context`. At most 4,096 bytes.
    ///
    /// # Errors
    /// Whatever the host reports; `protector-failed` is meant for it.
    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>>;

    /// Gives the 32 bytes back, for the same `context` alone.
    ///
    /// # Errors
    /// Whatever the host reports; `unlock-refused` for a wrong passphrase, `protector-failed` else.
    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes>;
}

/// Names a protector: 1 to 64 characters of `[a-z0-9.-]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProtectorId(String);

impl ProtectorId {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 64;

    /// A name for a protector, such as `passphrase` or `com.example.kms`.
    ///
    /// # Errors
    /// `field` unless it has 1 to 64 characters of `[a-z0-9.-]`.
    pub fn new(name: &str) -> Result<Self> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
        if (1..=Self::MAX_LEN).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(Code::Field.into())
        }
    }

    /// The name of [`Passphrase`](crate::keys::Passphrase).
    pub(crate) fn passphrase() -> Self {
        Self("passphrase".to_owned())
    }

    /// The name of [`TwoProtectors`](crate::keys::TwoProtectors).
    pub(crate) fn two_protectors() -> Self {
        Self("two-protectors".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProtectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProtectorId({})", self.0)
    }
}
