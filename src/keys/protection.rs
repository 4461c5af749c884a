//! What a file of protected keys says without the secret that opens it.

use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::keys::protected::{self, Kind};
use crate::keys::{ProtectorId, chain, device, identity, party, root};

/// Which keys a file holds and what protects them; unverified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Whose keys: `identity`, `chain keys`, `device keys`, `root keys` or `party keys`.
    pub keys: &'static str,
    /// The profile they are sealed in.
    pub profile: Profile,
    /// What unlocks them.
    pub protector: ProtectorId,
}

impl Protection {
    /// Reads what lies in the clear of protected keys of any kind.
    ///
    /// # Errors
    /// `protected-identity` for other bytes; `too-large`, `cbor`, `field`, `profile`.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let known = KINDS.iter().find(|(kind, _)| bytes.starts_with(kind.magic));
        let (kind, keys) = known.ok_or(Code::ProtectedIdentity)?;
        let parts = protected::parse(*kind, bytes)?;
        Ok(Self { keys, profile: parts.profile, protector: parts.id })
    }
}

const KINDS: [(Kind, &str); 5] = [
    (identity::KIND, "identity"),
    (chain::KIND, "chain keys"),
    (device::KIND, "device keys"),
    (root::KIND, "root keys"),
    (party::KIND, "party keys"),
];
