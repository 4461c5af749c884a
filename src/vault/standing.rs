//! This device as a party that sends and receives shares, with what shows outsiders that it is active:
//! its standing under the newest verified checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::anchor::DeviceRow;
use crate::audit::body::Body;
use crate::audit::checkpoint::{self, Cosigners, Device};
use crate::audit::kind::ChainType;
use crate::audit::proof::DevicePath;
use crate::audit::record::Record;
use crate::audit::tree::{MemoryTree, inclusion_proof, leaf_hash};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Id as _, UserId};
use crate::sharing::standing::{Listed, MAX_RECORDS, Parts};
use crate::sharing::{Card, CardDetails, Party};
use crate::state::{Source as _, State, Status};
use crate::store::Snapshot;
use crate::vault::ring::Asked;
use crate::vault::source::Source;
use crate::vault::{Vault, rows};

impl Vault {
    /// This device as a party: whoever has the firm's words accepts what it signs. It reads the whole
    /// ledger and directory once.
    ///
    /// # Errors
    /// `standing-refused` if the newest anchor is void, until the next act; `standing` if more than 64
    /// records led to this device; what verifying forward can fail with.
    pub fn party(&self) -> Result<Party> {
        self.0.ask(|asked, _| {
            let standing = standing(asked)?;
            Party::of_device(self.0.trust.genesis, asked.keys.party(self.0.trust.firm)?, standing)
        })
    }

    /// A contact card of this device, with its standing.
    ///
    /// # Errors
    /// As [`party`](Self::party) and [`Party::card`].
    pub fn card(&self, details: &CardDetails<'_>) -> Result<Card> {
        self.party()?.card(details)
    }
}

/// The standing of this device.
fn standing(asked: Asked<'_>) -> Result<Vec<u8>> {
    let Asked { state, rows: snapshot, .. } = asked;
    let (source, firm) = (Source(snapshot), state.trust().firm);
    let head = state.ledger_head().ok_or(Code::NotAVault)?;
    let ledger = leaves(&source, ChainId::from_bytes(*firm.as_bytes()), head.size)?;
    let directory = state.directory().and_then(|chain| state.head(chain)).ok_or(Code::NotAVault)?;
    let records = leaves(&source, directory.chain, directory.size)?;
    let last = head.size.checked_sub(1).ok_or(Code::NotAVault)?;
    let committer = state.committer().ok_or(Code::NotAVault)?;
    let cosigned = Cosigned::of(state, snapshot, head.size)?;

    let history = History::of(state, directory.chain, &records);
    let mut shown = BTreeSet::new();
    history.show(asked.owner.device, &mut shown)?;
    history.show(committer, &mut shown)?;
    for device in cosigned.devices {
        // Who does not fit any more is not counted.
        let mut with = shown.clone();
        if history.show(device, &mut with).is_ok() && with.len() <= MAX_RECORDS {
            shown = with;
        }
    }
    let directory_tree = tree(&records);
    let listed = shown.into_iter().map(|index| {
        let at = usize::try_from(index).ok().and_then(|at| records.get(at));
        let record = at.ok_or(Code::StoreIncomplete)?;
        Ok(Listed { record, index, path: inclusion_proof(&directory_tree, index, directory.size)? })
    });
    let parts = Parts {
        genesis: ledger.first().ok_or(Code::StoreIncomplete)?,
        checkpoint: &cosigned.note,
        anchor: ledger.last().ok_or(Code::StoreIncomplete)?,
        anchor_path: inclusion_proof(&tree(&ledger), last, head.size)?,
        directory: directory.chain,
        size: directory.size,
        root: directory.root,
        heads_count: state.heads().len() as u64,
        heads_path: state.heads_path(directory.chain)?,
        records: listed.collect::<Result<_>>()?,
        device_path: device_path(state, asked.owner.device)?,
    };
    parts.to_bytes()
}

/// The newest checkpoint with its cosignatures, and who made them.
struct Cosigned {
    note: String,
    devices: Vec<DeviceId>,
}

impl Cosigned {
    fn of(state: &State, snapshot: &dyn Snapshot, size: u64) -> Result<Self> {
        let active = state.devices().filter(|device| device.status == Status::Active);
        let known =
            active.map(|device| Device { device: device.id, user: device.user, log_key: device.log_key });
        let keys = Cosigners::new(state.trust().firm, &known.collect::<Vec<_>>(), &[])?.keys();
        let mut note = snapshot.get(&rows::checkpoint(size)?)?.ok_or(Code::StoreIncomplete)?;
        let mut devices = Vec::new();
        let lines = crate::wire::note::MAX_SIGNATURES - 1;
        for (key, line) in snapshot.scan(&rows::cosignatures(size), None, lines)? {
            // A line that is wrong says nothing; the others still count.
            let Ok(merged) = checkpoint::merge(&note, &line, &keys) else { continue };
            note = merged.into_bytes();
            let device = key.as_bytes().get(9..).and_then(|id| id.try_into().ok());
            devices.extend(device.map(DeviceId::of));
        }
        Ok(Self { note: String::from_utf8(note).map_err(|_| Code::Note)?, devices })
    }
}

/// Which records of the directory made whom what.
struct History {
    /// By device: its certificate's index, its user, who certified it.
    certified: BTreeMap<DeviceId, (u64, UserId, DeviceId)>,
    /// By user: the records that gave them their roles, by whom.
    roles: BTreeMap<UserId, Vec<(u64, DeviceId)>>,
    /// The device that the root certified, whose user that made the first administrator.
    first: Option<(DeviceId, UserId)>,
    root: DeviceId,
}

impl History {
    /// From the records that count: what was reported changed nothing.
    fn of(state: &State, chain: ChainId, records: &[Vec<u8>]) -> Self {
        let reported = state.findings().reported.iter().filter(|one| one.chain == chain);
        let reported: BTreeSet<u64> = reported.map(|one| one.index).collect();
        let root = DeviceId::from_bytes(*state.trust().firm.as_bytes());
        let mut history = Self { certified: BTreeMap::new(), roles: BTreeMap::new(), first: None, root };
        for (index, bytes) in (0_u64..).zip(records).filter(|(index, _)| !reported.contains(index)) {
            let Ok(record) = Record::parse(bytes, ChainType::Directory) else { continue };
            let author = record.payload().author;
            match record.body() {
                Ok(Body::DeviceCertified(body)) => {
                    if author == root {
                        history.first.get_or_insert((body.device, body.user));
                    }
                    history.certified.entry(body.device).or_insert((index, body.user, author));
                }
                Ok(Body::User(body)) => {
                    history.roles.entry(body.user).or_default().push((index, author));
                }
                _ => {}
            }
        }
        history
    }

    /// The records that show that a device was certified: its certificate, those of who certified it,
    /// and what made them an administrator then. Each step leads to an earlier record.
    fn show(&self, device: DeviceId, shown: &mut BTreeSet<u64>) -> Result<()> {
        let mut open = vec![device];
        while let Some(device) = open.pop() {
            let &(index, user, by) = self.certified.get(&device).ok_or(Code::StandingRefused)?;
            if !shown.insert(index) || by == self.root {
                continue;
            }
            open.push(by);
            let certifier = self.certified.get(&by).map(|(_, user, _)| *user);
            if certifier != Some(user) {
                self.show_administrator(by, index, shown, &mut open)?;
            }
        }
        Ok(())
    }

    /// What made the user of a device an administrator before the record at this index.
    fn show_administrator(
        &self,
        device: DeviceId,
        before: u64,
        shown: &mut BTreeSet<u64>,
        open: &mut Vec<DeviceId>,
    ) -> Result<()> {
        let (mut device, mut before) = (device, before);
        loop {
            let &(_, user, _) = self.certified.get(&device).ok_or(Code::StandingRefused)?;
            if let Some(first) = self.first.filter(|(_, administrator)| *administrator == user) {
                open.push(first.0);
                return Ok(());
            }
            let roles = self.roles.get(&user).map_or(&[][..], Vec::as_slice);
            let newest = roles.iter().rev().find(|(index, _)| *index < before);
            let &(index, by) = newest.ok_or(Code::StandingRefused)?;
            if !shown.insert(index) {
                return Ok(());
            }
            open.push(by);
            (device, before) = (by, index);
        }
    }
}

/// The device's path among the active ones.
fn device_path(state: &State, device: DeviceId) -> Result<DevicePath> {
    let active: Vec<DeviceRow> =
        state.devices().filter(|one| one.is_active()).map(crate::state::Device::row).collect();
    let at = active.iter().position(|row| row.device == device).ok_or(Code::NotActive)?;
    let mut tree = MemoryTree::new();
    tree.extend(active.iter().map(DeviceRow::leaf));
    let index = at as u64;
    Ok(DevicePath { index, hashes: inclusion_proof(&tree, index, tree.size())? })
}

fn leaves(source: &Source<'_>, chain: ChainId, size: u64) -> Result<Vec<Vec<u8>>> {
    let leaves = source.leaves(chain, 0, size)?;
    if leaves.len() as u64 == size { Ok(leaves) } else { Err(Code::StoreIncomplete.into()) }
}

fn tree(leaves: &[Vec<u8>]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.extend(leaves.iter().map(|leaf| leaf_hash(leaf)));
    tree
}
