//! Bodies about chains themselves: how they begin, the root, approvals.

use crate::audit::body::field::map;
use crate::audit::body::{BodyForm, Value, body};
use crate::audit::kind::ChainType;
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{ChainId, FirmId, Hash, MatterId};
use crate::wire::note::MAX_NAME;

/// Leaf 0 of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Genesis {
    /// Of the ledger, signed by the root.
    Ledger(LedgerGenesis),
    /// Of the directory or a matter.
    Chain(ChainGenesis),
    /// Of a standalone chain.
    Standalone(StandaloneGenesis),
}

map! {
    /// `genesis` of the ledger.
    LedgerGenesis {
        /// The firm; also the ledger's chain id.
        1 firm: FirmId,
        /// The root's public key.
        2 root: [u8; 32],
        /// SHA-256 of the next root's public key.
        3 next_root: Hash,
    }
}

map! {
    /// `genesis` of the directory or of a matter.
    ChainGenesis {
        /// The record hash of the ledger's genesis.
        1 ledger_genesis: Hash,
    }
}

map! {
    /// `genesis` of a standalone chain, signed by its record key.
    StandaloneGenesis {
        /// The name of the log: no white space, no control character, no `+`, and not beginning as
        /// a firm's does.
        1 origin: Origin,
        /// The key that signs records, Ed25519.
        2 record_key: [u8; 32],
        /// The key that signs checkpoints, Ed25519, another.
        3 log_key: [u8; 32],
    }
}

body! {
    /// `root-rotated`: two records of one body, by the old root and then by the new one.
    RootRotated {
        /// The new root's public key.
        1 new_root: [u8; 32],
        /// SHA-256 of the public key of the root after that.
        2 next_root: Hash,
    }
}

body! {
    /// `matter-opened`.
    MatterOpened {
        /// The matter; also its chain.
        1 matter: MatterId,
    }
}

body! {
    /// `approval` of an act of another user, used once.
    Approval {
        /// The [target](crate::audit::approval::target).
        1 target: Hash,
    }
}

/// The origin of a standalone chain: the first line of its checkpoints and the name of its keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// What the origins of firms begin with.
    pub const OF_FIRMS: &'static str = "privity.";

    /// Checks a name.
    ///
    /// # Errors
    /// `field` if it is empty or longer than a key's name may be, has white space, a control character or `+`, or begins with
    /// [`OF_FIRMS`](Self::OF_FIRMS).
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        let length = 1..=MAX_NAME;
        if !length.contains(&name.len()) || name.contains(bad) || name.starts_with(Self::OF_FIRMS) {
            return Err(Code::Field.into());
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Origin {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Self::new(reader.text()?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }
}

impl BodyForm for Genesis {
    fn decode(reader: &mut Reader<'_>, chain_type: ChainType, _: ChainId) -> Result<Self> {
        match chain_type {
            ChainType::Ledger => LedgerGenesis::read(reader).map(Self::Ledger),
            ChainType::Directory | ChainType::Matter => ChainGenesis::read(reader).map(Self::Chain),
            ChainType::Standalone => StandaloneGenesis::read(reader).map(Self::Standalone),
        }
    }

    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Ledger(genesis) => genesis.write(writer),
            Self::Chain(genesis) => genesis.write(writer),
            Self::Standalone(genesis) => genesis.write(writer),
        }
    }
}
