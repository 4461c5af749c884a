//! What a verification finds: a verified chain with everything that was odd in it, or a failure.

use std::fmt;

use crate::audit::body::Origin;
use crate::audit::checkpoint::{Cosigned, Head};
use crate::audit::kind::Kind;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Error};
use crate::id::{ChainId, DeviceId, Hash};

/// Why no verdict *valid* can be given. The words are kept apart: *tampered*, *incomplete* and
/// *unverifiable* are different things, and so is a chain that went back or took another way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The leaves are not those whose root was signed.
    Tampered {
        /// The first leaf from the last good checkpoint on that does not fit what precedes it, as
        /// far as records show it: an edited leaf itself, the place of one that is missing or put
        /// in, the leaf *after* one that its own author signed anew. `None` if every record fits.
        /// A place to look, no proof: a leaf that would be [reported](Reported) in a good chain
        /// looks the same.
        first_bad: Option<u64>,
    },
    /// There are fewer leaves than the newest checkpoint counts.
    Incomplete {
        /// How many there are.
        have: u64,
        /// How many there should be.
        want: u64,
        /// The first record that does not follow its author's newest: one before it is missing.
        /// `None` if the end is cut off.
        first_gap: Option<u64>,
    },
    /// The newest checkpoint is smaller than the pinned head: somebody shows an old state.
    Rollback {
        /// The pinned size.
        pinned: u64,
        /// The size of the newest checkpoint.
        newest: u64,
    },
    /// At the pinned size the root is another than the pinned one: two histories were shown.
    Forked {
        /// The pinned size.
        pinned: u64,
    },
    /// Leaf 0 is not the pinned genesis: this is another chain.
    OtherChain,
    /// Nothing shows that it is wrong, and it cannot be shown to be right.
    Unverifiable {
        /// What is missing or not understood.
        why: Code,
    },
}

impl Failure {
    /// The word of the verdict.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self {
            Failure::Tampered { .. } => "tampered",
            Failure::Incomplete { .. } => "incomplete",
            Failure::Rollback { .. } => "rollback",
            Failure::Forked { .. } => "forked",
            Failure::OtherChain => "other chain",
            Failure::Unverifiable { .. } => "unverifiable",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verdict())?;
        match self {
            Failure::Tampered { first_bad: Some(index) } => {
                write!(f, " (first leaf that does not fit: {index})")
            }
            Failure::Incomplete { have, want, first_gap } => {
                write!(f, " ({have} of {want} leaves")?;
                first_gap.map_or(Ok(()), |index| write!(f, ", one missing before leaf {index}"))?;
                f.write_str(")")
            }
            Failure::Rollback { pinned, newest } => write!(f, " (pinned at {pinned}, shown {newest})"),
            Failure::Forked { pinned } => write!(f, " (other leaves below {pinned} than the pinned ones)"),
            Failure::Unverifiable { why } => write!(f, " ({})", why.message()),
            Failure::Tampered { first_bad: None } | Failure::OtherChain => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let code = match failure {
            Failure::Tampered { .. } => Code::ChainTampered,
            Failure::Incomplete { .. } => Code::ChainIncomplete,
            Failure::Rollback { .. } => Code::ChainRollback,
            Failure::Forked { .. } => Code::ChainForked,
            Failure::OtherChain => Code::ChainMismatch,
            Failure::Unverifiable { why } => why,
        };
        Error::with_source(code, failure)
    }
}

/// A leaf that is in the tree and changes nothing, with the reason. Who signs a checkpoint answers
/// for what it covers: a reported leaf is no tampering, but somebody should look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Which leaf.
    pub index: u64,
    /// Its kind; `None` if it is no record.
    pub kind: Option<Kind>,
    /// Whom it names as author; `None` if it is no record.
    pub author: Option<DeviceId>,
    /// What is wrong with it.
    pub why: Fault,
}

/// A leaf whose meaning is not this library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Which leaf.
    pub index: u64,
    /// Its kind.
    pub kind: Kind,
}

/// What is wrong with a leaf that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Its bytes are no record.
    NotARecord,
    /// It belongs to another chain.
    Chain,
    /// Its author has no certified key, or it names another key than the author's.
    Author,
    /// Its signature is not by its author's key.
    Signature,
    /// A second beginning.
    Genesis,
    /// Its kind has no place in this chain.
    Kind,
    /// Its body is not one of its kind.
    Body,
    /// Two records of its author have one sequence.
    Conflicting,
    /// Its sequence is not above the author's newest.
    Sequence,
    /// It does not name the author's newest record as the previous one.
    Previous,
    /// Its time lies before the author's newest record.
    Time,
    /// A key it certifies is not canonical, of small order or torsioned.
    Key,
    /// A key it certifies, or the id of one, was used before.
    KeyUsed,
    /// The device it is about is unknown, of no known class or user, there already, or not in the
    /// state that the act begins with; in a standalone chain, not named by its record key.
    Device,
    /// Its author's role does not allow it.
    Role,
    /// No other user with the right to it approved it before.
    Approval,
    /// The ledger head it saw is none of the ledger's before its commit.
    LedgerHead,
    /// It does not name the matter's epoch, or does not follow the newest.
    Epoch,
    /// It does not name the matter's shred key generation, or does not follow the newest.
    Generation,
    /// The principals of the epoch are not those the roles give.
    Principals,
    /// The matter is closed for sealing.
    Closed,
    /// It has details that no epoch of the matter has a key for.
    Details,
    /// The generation of a key does not follow the one before.
    KeyGeneration,
    /// The user it is about is unknown.
    User,
    /// The matter it opens exists.
    MatterExists,
    /// The matter it opens does not begin in the same commit.
    MatterWithoutGenesis,
    /// The new root is not the key whose hash was committed.
    RootKey,
    /// The policy's version does not follow the one before.
    PolicyVersion,
}

impl Fault {
    /// Every one there is.
    pub const ALL: &'static [Fault] = &[
        Fault::NotARecord,
        Fault::Chain,
        Fault::Author,
        Fault::Signature,
        Fault::Genesis,
        Fault::Kind,
        Fault::Body,
        Fault::Conflicting,
        Fault::Sequence,
        Fault::Previous,
        Fault::Time,
        Fault::Key,
        Fault::KeyUsed,
        Fault::Device,
        Fault::Role,
        Fault::Approval,
        Fault::LedgerHead,
        Fault::Epoch,
        Fault::Generation,
        Fault::Principals,
        Fault::Closed,
        Fault::Details,
        Fault::KeyGeneration,
        Fault::User,
        Fault::MatterExists,
        Fault::MatterWithoutGenesis,
        Fault::RootKey,
        Fault::PolicyVersion,
    ];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Fault::NotARecord => "not a record",
            Fault::Chain => "chain",
            Fault::Author => "author",
            Fault::Signature => "signature",
            Fault::Genesis => "genesis",
            Fault::Kind => "kind of another chain",
            Fault::Body => "body",
            Fault::Conflicting => "conflicting records",
            Fault::Sequence => "sequence",
            Fault::Previous => "previous",
            Fault::Time => "time",
            Fault::Key => "key",
            Fault::KeyUsed => "key used before",
            Fault::Device => "device",
            Fault::Role => "role",
            Fault::Approval => "approval",
            Fault::LedgerHead => "ledger head seen",
            Fault::Epoch => "epoch",
            Fault::Generation => "generation",
            Fault::Principals => "principals",
            Fault::Closed => "closed for sealing",
            Fault::Details => "details",
            Fault::KeyGeneration => "key generation",
            Fault::User => "user",
            Fault::MatterExists => "matter exists",
            Fault::MatterWithoutGenesis => "matter without its genesis in the same commit",
            Fault::RootKey => "root key",
            Fault::PolicyVersion => "policy version",
        }
    }

    /// Whether a leaf with this fault shows, where the root is wrong, that bytes were changed here
    /// or just before.
    pub(crate) fn breaks_the_chain(self) -> bool {
        match self {
            Fault::NotARecord
            | Fault::Chain
            | Fault::Author
            | Fault::Signature
            | Fault::Genesis
            | Fault::Conflicting
            | Fault::Sequence
            | Fault::Previous
            | Fault::Time => true,
            Fault::Kind
            | Fault::Body
            | Fault::Key
            | Fault::KeyUsed
            | Fault::Device
            | Fault::Role
            | Fault::Approval
            | Fault::LedgerHead
            | Fault::Epoch
            | Fault::Generation
            | Fault::Principals
            | Fault::Closed
            | Fault::Details
            | Fault::KeyGeneration
            | Fault::User
            | Fault::MatterExists
            | Fault::MatterWithoutGenesis
            | Fault::RootKey
            | Fault::PolicyVersion => false,
        }
    }
}

/// Whether somebody other than the chain's own keys vouches for its newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchoring {
    /// Enough known cosigners signed it.
    Anchored {
        /// They, and when.
        by: Vec<Cosigned>,
    },
    /// Only the chain's own word stands: whoever holds its keys could have written another history.
    Unanchored,
}

/// What is known of a chain whose leaves are those its newest checkpoint signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The chain.
    pub chain: ChainId,
    /// Its origin.
    pub origin: Origin,
    /// The record hash of its genesis.
    pub genesis: Hash,
    /// Size and root of its newest checkpoint.
    pub head: Head,
    /// Whether others vouch for it.
    pub anchoring: Anchoring,
    /// Its authors, in the order in which they were certified.
    pub authors: Vec<DeviceId>,
    /// The keys that may sign checkpoints, in the same order.
    pub log_keys: Vec<VerifyingKey>,
    /// How many versions of documents its records say were sealed.
    pub documents: u64,
    /// Leaves that change nothing, and why; at most [`Findings::MAX_LISTED`].
    pub reported: Vec<Reported>,
    /// Leaves whose kind this version does not define; at most [`Findings::MAX_LISTED`].
    pub unverifiable: Vec<Other>,
    /// The host's own events; at most [`Findings::MAX_LISTED`].
    pub host: Vec<Other>,
    /// How many more of these three there are than are listed.
    pub not_listed: u64,
    /// Leaves past the newest checkpoint: they belong to no chain.
    pub ignored: u64,
}

impl Findings {
    /// How many entries a list has at the most, so that memory does not grow with the chain.
    pub const MAX_LISTED: usize = 10_000;
}
