//! Where things lie in the store: the keys of its rows (docs/format/store-v1.md). A key is a tag and
//! the ids it belongs to, so that what belongs together lies together.

use std::fmt::Write as _;
use std::num::{NonZeroU32, NonZeroU64};

use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, DocumentId, MatterId, PrincipalId, UserId};
use crate::store::{BlobId, RowKey};

/// Checkpoints of the ledger, by size.
pub(super) const CHECKPOINT: u8 = 0x01;
/// Cosignatures, by size and device: notes with one line.
pub(super) const COSIGNATURE: u8 = 0x02;
/// Leaves kept beside a void anchor.
pub(super) const BESIDE: u8 = 0x03;
/// A user's seed wrapped to a device.
const USER_KEY: u8 = 0x10;
/// An epoch's secret wrapped to a principal.
const EPOCH_WRAP: u8 = 0x20;
/// An epoch's secret of the auditors wrapped to one of them.
const AUDITOR_WRAP: u8 = 0x21;
/// The secret of the epoch before, sealed under this one's.
const EPOCH_LINK: u8 = 0x22;
/// The same for the auditors' secrets.
const AUDITOR_LINK: u8 = 0x23;
/// The detail key of an epoch.
const DETAIL_KEY: u8 = 0x24;
/// Key rows of documents.
const DOCUMENT: u8 = 0x30;
/// Detail blobs.
const DETAIL: u8 = 0x40;

fn key(tag: u8, parts: &[&[u8]]) -> Result<RowKey> {
    let mut bytes = vec![tag];
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    RowKey::new(bytes)
}

pub(super) fn checkpoint(size: u64) -> Result<RowKey> {
    key(CHECKPOINT, &[&size.to_be_bytes()])
}

/// The size in the key of a checkpoint or a cosignature.
pub(super) fn size_of(key: &RowKey) -> Result<u64> {
    let bytes = key.as_bytes().get(1..9).and_then(<[u8]>::first_chunk);
    Ok(u64::from_be_bytes(*bytes.ok_or(Code::StoreDamaged)?))
}

pub(super) fn cosignature(size: u64, device: DeviceId) -> Result<RowKey> {
    key(COSIGNATURE, &[&size.to_be_bytes(), device.as_bytes()])
}

/// Before the cosignatures of every device under this size.
pub(super) fn cosignatures(size: u64) -> Vec<u8> {
    [&[COSIGNATURE][..], &size.to_be_bytes()].concat()
}

/// Before the leaves kept beside the anchor at this ledger index for this chain.
pub(super) fn beside(index: u64, chain: ChainId) -> Vec<u8> {
    [&[BESIDE][..], &index.to_be_bytes(), chain.as_bytes()].concat()
}

/// One leaf kept beside an anchor, by its index in its chain.
pub(super) fn beside_leaf(index: u64, chain: ChainId, leaf: u64) -> Result<RowKey> {
    RowKey::new([&beside(index, chain)[..], &leaf.to_be_bytes()].concat())
}

pub(super) fn user_key(device: DeviceId, generation: NonZeroU64) -> Result<RowKey> {
    key(USER_KEY, &[device.as_bytes(), &generation.get().to_be_bytes()])
}

pub(super) fn epoch_wrap(matter: MatterId, epoch: NonZeroU64, to: PrincipalId) -> Result<RowKey> {
    key(EPOCH_WRAP, &[matter.as_bytes(), &epoch.get().to_be_bytes(), to.as_bytes()])
}

pub(super) fn auditor_wrap(matter: MatterId, epoch: NonZeroU64, to: PrincipalId) -> Result<RowKey> {
    key(AUDITOR_WRAP, &[matter.as_bytes(), &epoch.get().to_be_bytes(), to.as_bytes()])
}

/// Before all wraps of a matter's epochs; then of the auditors' secrets.
pub(super) fn wraps(matter: MatterId) -> [Vec<u8>; 2] {
    [EPOCH_WRAP, AUDITOR_WRAP].map(|tag| [&[tag][..], matter.as_bytes()].concat())
}

/// Epoch and principal in the key of a wrap.
pub(super) fn of_wrap(key: &RowKey) -> Result<(NonZeroU64, PrincipalId)> {
    let bytes = key.as_bytes();
    let epoch = bytes.get(17..25).and_then(<[u8]>::first_chunk).ok_or(Code::StoreDamaged)?;
    let to = bytes.get(25..).and_then(|rest| rest.try_into().ok()).ok_or(Code::StoreDamaged)?;
    let epoch = NonZeroU64::new(u64::from_be_bytes(*epoch)).ok_or(Code::StoreDamaged)?;
    Ok((epoch, PrincipalId::from_bytes(to)))
}

pub(super) fn epoch_link(matter: MatterId, epoch: NonZeroU64) -> Result<RowKey> {
    key(EPOCH_LINK, &[matter.as_bytes(), &epoch.get().to_be_bytes()])
}

pub(super) fn auditor_link(matter: MatterId, epoch: NonZeroU64) -> Result<RowKey> {
    key(AUDITOR_LINK, &[matter.as_bytes(), &epoch.get().to_be_bytes()])
}

pub(super) fn detail_key(matter: MatterId, epoch: NonZeroU64) -> Result<RowKey> {
    key(DETAIL_KEY, &[matter.as_bytes(), &epoch.get().to_be_bytes()])
}

pub(super) fn document(matter: MatterId, document: DocumentId, version: NonZeroU32) -> Result<RowKey> {
    key(DOCUMENT, &[matter.as_bytes(), document.as_bytes(), &version.get().to_be_bytes()])
}

pub(super) fn detail(chain: ChainId, author: DeviceId, sequence: u64) -> Result<RowKey> {
    key(DETAIL, &[chain.as_bytes(), author.as_bytes(), &sequence.to_be_bytes()])
}

/// A shred key, in the erasable store.
pub(super) fn shred_key(matter: MatterId, generation: NonZeroU64) -> Result<RowKey> {
    RowKey::new([&matter.as_bytes()[..], &generation.get().to_be_bytes()].concat())
}

/// The sealed bytes of a document: named by their salt, so that no two sealings share a name.
pub(super) fn blob(salt: &[u8; 24]) -> Result<BlobId> {
    let name = salt.iter().fold(String::new(), |mut name, byte| {
        let _infallible = write!(name, "{byte:02x}");
        name
    });
    BlobId::new(&name)
}

/// A user as principal of an epoch.
pub(super) fn principal(user: UserId) -> PrincipalId {
    PrincipalId::from_bytes(*user.as_bytes())
}
