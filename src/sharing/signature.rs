//! What a signature file says of itself.

use crate::error::Result;
use crate::wire::{ssh_key, sshsig};

/// A `.sig` file as `ssh-keygen -Y sign` writes it, unverified: accepting a share and
/// [`Receipt::verify`](crate::sharing::Receipt::verify) verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureClaims {
    /// The key that says it signed, as a line of OpenSSH.
    pub ssh_key: String,
    /// What for: `disclosure.v1@privity` or `receipt.v1@privity`.
    pub namespace: &'static str,
}

impl SignatureClaims {
    /// Reads the text of a `.sig` file.
    ///
    /// # Errors
    /// `sshsig` for anything but Ed25519 with SHA-512 for a purpose of this library; `public-key` if the
    /// key is weak.
    pub fn read(armored: &[u8]) -> Result<Self> {
        let (key, namespace) = sshsig::claims(armored)?;
        Ok(Self { ssh_key: ssh_key::to_line(&key, ""), namespace: namespace.name() })
    }
}
