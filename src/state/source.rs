//! What a verifier trusts, what it follows, and where the bytes come from.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::{Code, Error, Result};
use crate::id::{ChainId, DeviceId, FirmId, Hash};

/// What a verifier pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The firm; also the id of its ledger.
    pub firm: FirmId,
    /// The record hash of the ledger's leaf 0.
    pub genesis: Hash,
}

/// Which chains are folded. The directory always is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Every chain: what a full verification and every device that commits does.
    All,
    /// These matters alone. Of the others only the heads in anchors are followed and their bytes are
    /// never read, so that an anchor that is void for what stands in them alone is not seen as such
    /// until a later one contradicts it; then everything is followed.
    Only(BTreeSet<ChainId>),
}

/// Where the bytes come from. Hostile: whatever it gives is checked.
pub trait Source {
    /// The leaves of a chain from index `from` to before `to`, in order, as many as there are.
    ///
    /// # Errors
    /// Those of the store.
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>>;

    /// The leaves of a chain that the void anchor at this index of the ledger covered, if they are
    /// kept beside it because the chain went on without them: the first `limit` of them.
    ///
    /// # Errors
    /// Those of the store.
    fn beside(&self, ledger_index: u64, chain: ChainId, limit: u64) -> Result<Option<Vec<Vec<u8>>>>;

    /// The checkpoint of this size, if it is kept.
    ///
    /// # Errors
    /// Those of the store.
    fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>>;
}

/// Where a verification ended: the source of its [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The index in the ledger.
    pub ledger_index: u64,
    /// The chain, if it is not the ledger itself.
    pub chain: Option<ChainId>,
    /// Whom the anchor there names as its author.
    pub committer: Option<DeviceId>,
}

impl Failure {
    pub(super) fn error(self, code: Code) -> Error {
        Error::with_source(code, self)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ledger index {}", self.ledger_index)?;
        if let Some(chain) = &self.chain {
            write!(f, ", chain {}", Hex(chain.as_bytes()))?;
        }
        match &self.committer {
            Some(device) => write!(f, ", committed by {}", Hex(device.as_bytes())),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

struct Hex<'b>(&'b [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
