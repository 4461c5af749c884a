//! What verifying a whole vault finds, for a person to read.

use std::fmt;

use crate::audit::checkpoint::{Head, Other};
use crate::error::Code;
use crate::id::{DeviceId, DocumentId, MatterId};
use crate::state::{Reported, Void};

/// What is verified or exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The whole firm: every chain, and every row this user has keys for.
    Firm,
    /// The ledger, the directory and one matter.
    Matter(MatterId),
}

/// Whether others vouch for what this firm's own devices signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchored {
    /// Everything up to this size of the ledger was cosigned by these others: it cannot be rewritten
    /// without them.
    UpTo {
        /// The size.
        size: u64,
        /// Who.
        by: Vec<Other>,
    },
    /// Only the word of whoever signed stands.
    Unanchored,
}

/// Whether somebody else vouched in time that the newest checkpoint is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// At this time, in seconds since 1970 UTC.
    Proven(u64),
    /// Nobody did: the store may hide what is newer.
    Unproven,
}

/// Something in the store that is not what it should be. It changes no verdict on the chains; what it
/// names cannot be opened, or not by whom it should.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A document whose row is missing, altered or does not open.
    Document {
        /// The matter.
        matter: MatterId,
        /// The document.
        document: DocumentId,
        /// What is wrong.
        why: Code,
    },
    /// A wrap that does not hold the secret it should, or is missing.
    Wrap {
        /// The matter.
        matter: MatterId,
        /// The epoch.
        epoch: u64,
        /// For whom.
        principal: crate::id::PrincipalId,
        /// What is wrong.
        why: Code,
    },
    /// A live wrap for somebody who is no principal any more.
    Left {
        /// The matter.
        matter: MatterId,
        /// For whom.
        principal: crate::id::PrincipalId,
    },
}

/// The result of verifying forward from the very beginning, without anything remembered.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was verified.
    pub scope: Scope,
    /// The ledger's head.
    pub head: Head,
    /// Matters in the firm.
    pub matters: u64,
    /// Active devices, users with at least one of them.
    pub active: (u64, u64),
    /// Records in all chains, the ledger's among them.
    pub records: u64,
    /// Bytes of these records.
    pub bytes: u64,
    /// Versions of documents on record.
    pub documents: u64,
    /// Versions whose row was opened and compared; the others are beyond this user's keys.
    pub documents_checked: u64,
    /// Wraps that were computed anew and compared.
    pub wraps_checked: u64,
    /// Whether others vouch.
    pub anchored: Anchored,
    /// Whether the newest state is shown to be the newest.
    pub freshness: Freshness,
    /// Leaves that stay in their chains and change nothing, each with its device.
    pub reported: Vec<Reported>,
    /// Anchors that changed no chain, each with its device.
    pub void: Vec<Void>,
    /// Rows that are not what they should be.
    pub findings: Vec<Finding>,
}

/// Who verifies an export has no rows and no cosigners of the firm's store.
impl Report {
    /// Whether nothing at all was odd.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.reported.is_empty() && self.void.is_empty() && self.findings.is_empty()
    }

    /// The word of the verdict: a report exists only where every byte matches what was signed.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.anchored {
            Anchored::UpTo { .. } => "valid",
            Anchored::Unanchored => "valid, unanchored",
        }
    }

    /// The devices that anchored something odd, each once.
    #[must_use]
    pub fn named(&self) -> std::collections::BTreeSet<DeviceId> {
        let reported = self.reported.iter().map(|one| one.committed_by);
        reported.chain(self.void.iter().filter_map(|one| one.device)).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "verdict     {}", self.verdict())?;
        writeln!(f, "ledger      {} leaves, root {}", self.head.size, self.head.root)?;
        writeln!(f, "people      {} users on {} active devices", self.active.1, self.active.0)?;
        writeln!(f, "chains      {} matters, {} records, {} bytes", self.matters, self.records, self.bytes)?;
        writeln!(
            f,
            "documents   {} on record, {} compared row by row",
            self.documents, self.documents_checked
        )?;
        writeln!(f, "wraps       {} computed again and equal", self.wraps_checked)?;
        match &self.anchored {
            Anchored::UpTo { size, by } => {
                writeln!(f, "anchored    up to leaf {size}, cosigned by {} others", by.len())?;
            }
            Anchored::Unanchored => writeln!(
                f,
                "unanchored  nobody else cosigned: whoever holds the keys could still rewrite the past"
            )?,
        }
        match self.freshness {
            Freshness::Proven(at) => writeln!(f, "fresh       vouched for at {at} s after 1970")?,
            Freshness::Unproven => writeln!(f, "freshness   unproven: the store may hide what is newer")?,
        }
        for one in &self.reported {
            writeln!(f, "reported    {one:?}")?;
        }
        for one in &self.void {
            writeln!(f, "void        {one:?}")?;
        }
        for one in &self.findings {
            writeln!(f, "finding     {one:?}")?;
        }
        Ok(())
    }
}
