//! Verifying a vault and its exports.

use std::sync::Arc;

use privity::audit::checkpoint;
use privity::vault;
use privity::{DeviceId, DocumentId, Hash, MatterId, PrincipalId, UserId};

use crate::blob::Blob;
use crate::error::Result;
use crate::progress::{Listening, ProgressListener};
use crate::vault::{TrustRoot, Vault};

/// What is verified or exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Scope {
    /// The whole firm.
    Firm,
    /// The ledger, the directory and one matter.
    Matter {
        /// The matter.
        id: MatterId,
    },
}

/// What verifying from the very beginning found. A report exists only where every byte matches what
/// was signed; else there is an error.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Report {
    /// The word of the verdict: `valid` or `valid, unanchored`.
    pub verdict: String,
    /// The whole report for a person to read.
    pub text: String,
    /// Whether nothing at all was odd.
    pub is_clean: bool,
    /// The ledger's head.
    pub head: Head,
    /// Matters in the firm.
    pub matters: u64,
    /// Active devices.
    pub active_devices: u64,
    /// Users with at least one of them.
    pub active_users: u64,
    /// Records in all chains.
    pub records: u64,
    /// Bytes of these records.
    pub bytes: u64,
    /// Versions of documents on record.
    pub documents: u64,
    /// Versions whose row was opened and compared.
    pub documents_checked: u64,
    /// Wraps that were computed anew and compared.
    pub wraps_checked: u64,
    /// Whether others vouch.
    pub anchored: Anchored,
    /// When somebody else vouched that the newest checkpoint is the newest, in seconds since 1970
    /// UTC; nobody did: the store may hide what is newer.
    pub fresh_at: Option<u64>,
    /// Leaves that stay in their chains and change nothing.
    pub reported: Vec<ReportedLeaf>,
    /// Anchors that changed no chain.
    pub void_anchors: Vec<VoidAnchor>,
    /// Rows that are not what they should be.
    pub findings: Vec<Finding>,
    /// The devices that anchored something odd, each once.
    pub named: Vec<DeviceId>,
}

/// Size and root of a log.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Whether others vouch for what this firm's own devices signed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Anchored {
    /// Everything up to this size of the ledger was cosigned by these others.
    UpTo {
        /// The size.
        size: u64,
        /// The users of the firm among them.
        users: Vec<UserId>,
        /// The witnesses among them, by name.
        witnesses: Vec<String>,
    },
    /// Only the word of whoever signed stands.
    Unanchored,
}

/// A leaf that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReportedLeaf {
    /// Its chain.
    pub chain: privity::ChainId,
    /// Its index there.
    pub index: u64,
    /// Its kind's number.
    pub kind: u64,
    /// Whom it names as author.
    pub author: DeviceId,
    /// The device of the anchor that first covers it.
    pub committed_by: DeviceId,
    /// The word for what is wrong with it.
    pub why: String,
}

/// An anchor that only its committer can have made so.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct VoidAnchor {
    /// Its index in the ledger.
    pub ledger_index: u64,
    /// Who anchored it, as far as that is known.
    pub device: Option<DeviceId>,
    /// The words for what is wrong with it.
    pub why: String,
}

/// Something in the store that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Finding {
    /// A document whose row is missing, altered or does not open.
    Document {
        /// The matter.
        matter: MatterId,
        /// The document.
        document: DocumentId,
        /// What is wrong: a code.
        why: String,
    },
    /// A wrap that does not hold the secret it should, or is missing.
    Wrap {
        /// The matter.
        matter: MatterId,
        /// The epoch.
        epoch: u64,
        /// For whom.
        principal: PrincipalId,
        /// What is wrong: a code.
        why: String,
    },
    /// A live wrap for somebody who is no principal any more.
    Left {
        /// The matter.
        matter: MatterId,
        /// For whom.
        principal: PrincipalId,
    },
    /// Something that only a newer version of this package has words for; the report's text has it.
    Other {
        /// As the library shows it.
        shown: String,
    },
}

#[uniffi::export]
impl Vault {
    /// Verifies from the first record on, without anything remembered.
    ///
    /// Fails with `matter-unknown`; `firm-tampered`, `store-incomplete`, `other-firm`,
    /// `ledger-rollback`, `ledger-forked`; `cancelled`, `watcher-failed`; storage.
    #[uniffi::method(default(listener = None))]
    pub fn verify(&self, scope: Scope, listener: Option<Arc<dyn ProgressListener>>) -> Result<Report> {
        let watcher = listener.map(|listener| Arc::new(Listening(listener)) as Arc<dyn privity::Watcher>);
        Ok(self.0.verify(scope.into(), watcher)?.into())
    }

    /// Exports the ledger, the directory and what is in scope: records and no key.
    ///
    /// Fails with `matter-unknown`, `bytes-too-long`.
    pub fn export(&self, scope: Scope) -> Result<Blob> {
        Blob::new(&self.0.export(scope.into())?.to_bytes())
    }
}

/// Verifies an export with the trust root alone, which comes from elsewhere.
///
/// Fails with `export`; `other-firm`, `firm-tampered`, `store-incomplete`, `log-unsigned`.
#[uniffi::export]
pub fn verify_export(bytes: &[u8], trust: TrustRoot) -> Result<Report> {
    let trust = privity::state::Trust { firm: trust.firm, genesis: trust.genesis };
    Ok(vault::verify_export(bytes, trust)?.into())
}

/// The same for bytes of a language that cannot lend them.
#[uniffi::export]
pub fn verify_export_blob(bytes: Blob, trust: TrustRoot) -> Result<Report> {
    verify_export(bytes.as_slice(), trust)
}

impl From<Scope> for vault::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Firm => Self::Firm,
            Scope::Matter { id } => Self::Matter(id),
        }
    }
}

impl From<checkpoint::Head> for Head {
    fn from(head: checkpoint::Head) -> Self {
        Self { size: head.size, root: head.root }
    }
}

impl From<Head> for checkpoint::Head {
    fn from(head: Head) -> Self {
        Self { size: head.size, root: head.root }
    }
}

impl From<vault::Report> for Report {
    fn from(report: vault::Report) -> Self {
        Self {
            verdict: report.verdict().to_owned(),
            text: report.to_string(),
            is_clean: report.is_clean(),
            named: report.named().into_iter().collect(),
            head: report.head.into(),
            matters: report.matters,
            active_devices: report.active.0,
            active_users: report.active.1,
            records: report.records,
            bytes: report.bytes,
            documents: report.documents,
            documents_checked: report.documents_checked,
            wraps_checked: report.wraps_checked,
            anchored: report.anchored.into(),
            fresh_at: match report.freshness {
                vault::Freshness::Proven(at) => Some(at),
                vault::Freshness::Unproven => None,
            },
            reported: report.reported.into_iter().map(Into::into).collect(),
            void_anchors: report.void.into_iter().map(Into::into).collect(),
            findings: report.findings.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<vault::Anchored> for Anchored {
    fn from(anchored: vault::Anchored) -> Self {
        let vault::Anchored::UpTo { size, by } = anchored else { return Self::Unanchored };
        let (mut users, mut witnesses) = (Vec::new(), Vec::new());
        for other in by {
            match other {
                checkpoint::Other::User(user) => users.push(user),
                checkpoint::Other::Witness(name) => witnesses.push(name),
            }
        }
        Self::UpTo { size, users, witnesses }
    }
}

impl From<privity::state::Reported> for ReportedLeaf {
    fn from(leaf: privity::state::Reported) -> Self {
        Self {
            chain: leaf.chain,
            index: leaf.index,
            kind: leaf.kind.number(),
            author: leaf.author,
            committed_by: leaf.committed_by,
            why: leaf.why.name().to_owned(),
        }
    }
}

impl From<privity::state::Void> for VoidAnchor {
    fn from(void: privity::state::Void) -> Self {
        Self { ledger_index: void.ledger_index, device: void.device, why: void.why.name().to_owned() }
    }
}

impl From<vault::Finding> for Finding {
    fn from(finding: vault::Finding) -> Self {
        match finding {
            vault::Finding::Document { matter, document, why } => {
                Self::Document { matter, document, why: why.name().to_owned() }
            }
            vault::Finding::Wrap { matter, epoch, principal, why } => {
                Self::Wrap { matter, epoch, principal, why: why.name().to_owned() }
            }
            vault::Finding::Left { matter, principal } => Self::Left { matter, principal },
            other => Self::Other { shown: format!("{other:?}") },
        }
    }
}
