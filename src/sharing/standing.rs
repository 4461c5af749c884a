//! What shows an outsider, who knows the hash of a firm's first record, that a device of the firm was
//! active. Format: `docs/format/card-v1.md`, "Standing".

mod authority;
mod parts;

pub(crate) use parts::{Listed, MAX_RECORDS, MAX_STANDING, Parts};

use std::fmt;

use crate::audit::anchor::{ChainHead, DeviceRow};
use crate::audit::body::{Body, Genesis};
use crate::audit::checkpoint::{Cosigners, Head, Log, Verified};
use crate::audit::kind::ChainType;
use crate::audit::proof::{AnchorLeaf, DevicePath, verify_head};
use crate::audit::record::Record;
use crate::audit::tree::{inclusion_root, leaf_hash, verify_inclusion};
use crate::clock::Timestamp;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Error, Result};
use crate::id::{ChainId, FirmId, Hash};
use crate::sharing::standing::authority::{Authority, Certified};

/// A device that administrators of a firm certified and that was active, as the device that committed
/// had it, at a checkpoint of the firm's ledger.
///
/// It does not show that the checkpoint is the newest: compare its size with the greatest that was
/// seen of this firm. Nor that nobody who once was an administrator, and kept the keys, made a history
/// of their own: for that others [cosign](Self::others).
#[derive(Clone)]
pub struct Standing {
    firm: FirmId,
    genesis: Hash,
    checkpoint: Verified,
    at: Timestamp,
    committer: DeviceRow,
    row: DeviceRow,
    ssh: VerifyingKey,
    others: usize,
}

impl Standing {
    /// Verifies the bytes of a standing from the hash of the firm's first record, which the caller
    /// knows from elsewhere.
    ///
    /// # Errors
    /// `too-large`; `standing` if the bytes are none; `device-not-active` if the path leads to no
    /// device that the records certify; `standing-refused` for everything else.
    pub fn verify(bytes: &[u8], genesis: &Hash) -> Result<Self> {
        let parts = Parts::parse(bytes)?;
        verify(&parts, genesis).map_err(|error| match error.code_value() {
            Code::DeviceNotActive => error,
            _ => Error::with_source(Code::StandingRefused, error),
        })
    }

    /// The hash of the first record that a standing brings along: of which firm it says to be. Whoever
    /// [verifies](Self::verify) with it has shown that the standing is whole, not whose it is.
    ///
    /// # Errors
    /// `too-large`, `standing`.
    pub fn claimed_genesis(bytes: &[u8]) -> Result<Hash> {
        Ok(leaf_hash(Parts::parse(bytes)?.genesis))
    }

    /// The firm.
    #[must_use]
    pub fn firm(&self) -> FirmId {
        self.firm
    }

    /// The hash of the firm's first record, from which it was verified.
    #[must_use]
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// The origin of the firm's ledger.
    #[must_use]
    pub fn origin(&self) -> String {
        crate::audit::checkpoint::firm_origin(self.firm)
    }

    /// Size and root of the ledger at the checkpoint.
    #[must_use]
    pub fn head(&self) -> &Head {
        self.checkpoint.head()
    }

    /// When the checkpoint's anchor was signed, by the clock of who committed.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The device: whose it is, the ids of its keys.
    #[must_use]
    pub fn row(&self) -> &DeviceRow {
        &self.row
    }

    /// The key that signs its cards and shares.
    #[must_use]
    pub fn ssh_key(&self) -> VerifyingKey {
        self.ssh
    }

    /// The device that committed the checkpoint.
    #[must_use]
    pub fn committer(&self) -> &DeviceRow {
        &self.committer
    }

    /// How many users of the firm, beside the device's own and the committer's, cosigned the
    /// checkpoint.
    #[must_use]
    pub fn others(&self) -> usize {
        self.others
    }
}

/// In the order of the format.
fn verify(parts: &Parts<'_>, genesis: &Hash) -> Result<Standing> {
    let (firm, root) = verify_genesis(parts.genesis, genesis)?;
    let ledger = ChainId::from_bytes(*firm.as_bytes());
    // Nobody's signature: what the paths below lead to is signed at the end.
    let claimed = Log::firm(firm, &[])?.claimed(parts.checkpoint.as_bytes())?;
    let last = claimed.size.checked_sub(1).ok_or(Code::Checkpoint)?;
    verify_inclusion(last, claimed.size, &leaf_hash(parts.anchor), &parts.anchor_path, &claimed.root)?;
    let anchor_record = Record::parse(parts.anchor, ChainType::Ledger)?;
    let anchor_author = anchor_record.payload().author;

    let authority = verify_records(parts, firm, root)?;
    let committer = authority.device(anchor_author).ok_or(Code::KeyUnknown)?;
    let anchor = AnchorLeaf::verify(parts.anchor, ledger, &[committer.record])?;
    verify_directory(parts, &anchor)?;

    let cosigners = Cosigners::new(firm, &authority.cosigners(), &[])?;
    let log = Log::firm(firm, &[committer.log])?.with_cosigners(cosigners.keys())?;
    let checkpoint = log.verify(parts.checkpoint.as_bytes())?;
    let device = active(&authority, &parts.device_path, &anchor)?;
    let others = cosigners.others_beside(&checkpoint, committer.row.user, device.row.user, |_| true);
    Ok(Standing {
        firm,
        genesis: *genesis,
        at: anchor_record.payload().at,
        committer: committer.row,
        row: device.row,
        ssh: device.ssh,
        others: others.who().len(),
        checkpoint,
    })
}

/// The firm and its root's key, from the ledger's first record.
fn verify_genesis(bytes: &[u8], known: &Hash) -> Result<(FirmId, VerifyingKey)> {
    if leaf_hash(bytes) != *known {
        return Err(Code::Genesis.into());
    }
    let record = Record::parse(bytes, ChainType::Ledger)?;
    let Body::Genesis(Genesis::Ledger(body)) = record.body()? else { return Err(Code::Genesis.into()) };
    let (chain, author) = (record.payload().chain, record.payload().author);
    if chain.as_bytes() != body.firm.as_bytes() || author.as_bytes() != body.firm.as_bytes() {
        return Err(Code::Genesis.into());
    }
    let root = VerifyingKey::enrol(&body.root)?;
    record.verify(&root)?;
    Ok((body.firm, root))
}

/// The devices that the records certify, each record signed by who may.
fn verify_records(parts: &Parts<'_>, firm: FirmId, root: VerifyingKey) -> Result<Authority> {
    let mut authority = Authority::new(firm, root)?;
    for listed in &parts.records {
        let record = Record::parse(listed.record, ChainType::Directory)?;
        record.check_chain(&parts.directory)?;
        authority.take(&record)?;
    }
    Ok(authority)
}

/// Each record is a leaf of the directory, whose head the anchor holds: the chain that was opened
/// first.
fn verify_directory(parts: &Parts<'_>, anchor: &AnchorLeaf<'_>) -> Result<()> {
    let head = ChainHead { chain: parts.directory, size: parts.size, root: parts.root };
    if parts.heads_count != anchor.body().heads().count {
        return Err(Code::HeadMismatch.into());
    }
    verify_head(&head, 0, &parts.heads_path, anchor.body())?;
    for listed in &parts.records {
        let root = inclusion_root(listed.index, head.size, &leaf_hash(listed.record), &listed.path)?;
        if root != head.root {
            return Err(Code::Proof.into());
        }
    }
    Ok(())
}

/// The device that the path leads to: one row alone does.
fn active<'a>(authority: &'a Authority, path: &DevicePath, anchor: &AnchorLeaf<'_>) -> Result<&'a Certified> {
    let mut devices = authority.devices();
    Ok(devices.find(|device| path.verify(&device.row, anchor).is_ok()).ok_or(Code::DeviceNotActive)?)
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standing")
            .field("firm", &self.firm)
            .field("size", &self.head().size)
            .field("device", &self.row.device)
            .field("others", &self.others)
            .finish_non_exhaustive()
    }
}
