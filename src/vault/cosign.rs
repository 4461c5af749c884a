//! Colleagues are each other's witnesses: a device that verified forward cosigns the newest
//! checkpoint, at unlock and at commit, unless its own user signed it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::audit::checkpoint::{self, Cosigners, Device, Log, Other, Verified};
use crate::audit::record::LedgerHead;
use crate::audit::tree::{Frontier, leaf_hash};
use crate::error::{Code, Result};
use crate::id::{ChainId, FirmId, Hash, UserId};
use crate::state::{State, Status};
use crate::store::{RowKey, Snapshot};
use crate::vault::Stale;
use crate::vault::commit::Plan;
use crate::vault::rows;
use crate::vault::session::{Inner, Session};

/// Who vouches for a checkpoint beside the user who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vouched {
    /// The size of the checkpoint.
    pub(super) size: u64,
    /// The others.
    pub(super) by: Vec<Other>,
    /// The time of the newest of their cosignatures, seconds since 1970.
    pub(super) newest: Option<u64>,
}

/// That others than who asks vouch for a checkpoint: its signer, and who cosigned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The size of the checkpoint.
    pub(super) size: u64,
    /// The newest time at which one of them saw it, seconds since 1970.
    pub(super) at: u64,
}

impl Inner {
    /// Cosigns the newest checkpoint in a transaction of its own, if it is somebody else's.
    pub(super) fn cosign(&self) -> Result<()> {
        let due = self.look(|session, snapshot| {
            let head = session.state()?.ledger_head().ok_or(Code::NotAVault)?;
            Ok(self.cosignature(session, snapshot, head)?.is_some())
        })?;
        if !due {
            return Ok(());
        }
        // Whoever vouches needs nobody to vouch for them: else two who ask for it would wait for ever.
        self.commit_unasked(|asked, _| {
            let mut plan = Plan::default();
            let head = asked.state.ledger_head().ok_or(Code::NotAVault)?;
            if let Some((key, note)) = self.cosignature_of(asked.state, asked.keys, asked.rows, head)? {
                plan.put(key, note.into_bytes());
            }
            Ok((plan, ()))
        })
    }

    /// This device's cosignature of the checkpoint at `head`, where it owes one.
    pub(super) fn cosignature(
        &self,
        session: &mut Session,
        snapshot: &dyn Snapshot,
        head: LedgerHead,
    ) -> Result<Option<(RowKey, String)>> {
        let (state, _, keys) = session.parts()?;
        self.cosignature_of(state, keys, snapshot, head)
    }

    fn cosignature_of(
        &self,
        state: &State,
        keys: &crate::keys::DeviceKeys,
        snapshot: &dyn Snapshot,
        head: LedgerHead,
    ) -> Result<Option<(RowKey, String)>> {
        // A checkpoint is by the device that committed; one of one's own user needs no witness of them.
        let committer = state.committer().and_then(|device| state.device(device));
        let Some(committer) = committer.filter(|device| device.user != self.owner.user) else {
            return Ok(None);
        };
        let row = rows::cosignature(head.size, self.owner.device)?;
        if snapshot.get(&row)?.is_some() {
            return Ok(None);
        }
        let Some(note) = snapshot.get(&rows::checkpoint(head.size)?)? else { return Ok(None) };
        let checkpoint = match Log::firm(self.trust.firm, &[committer.log_key])?.verify(&note) {
            Ok(checkpoint) if checkpoint.head().root == head.root => checkpoint,
            // Not the checkpoint that was verified: the store changed its row since.
            _ => return Ok(None),
        };
        let name = checkpoint::device_name(self.trust.firm, self.owner.device);
        let seconds = self.seconds(state);
        Ok(Some((row, checkpoint.cosign(&name, keys.log(), seconds)?)))
    }

    /// Seconds since 1970, never before this device's newest record: turning its clock back makes nothing
    /// fresh that was not when it signed last.
    pub(super) fn seconds(&self, state: &State) -> u64 {
        let ledger = ChainId::from_bytes(*self.trust.firm.as_bytes());
        let signed = state.newest(self.owner.device, ledger).map_or(0, |newest| newest.at.micros());
        self.now().micros().max(signed) / 1_000_000
    }

    /// Refuses an act, where the policy asks for it, that nobody else vouches in time for what this
    /// device sees.
    pub(super) fn check_fresh(&self, state: &State, snapshot: &dyn Snapshot) -> Result<()> {
        if self.options.stale == Stale::Report {
            return Ok(());
        }
        if self.seen(state, snapshot)?.is_some() { Ok(()) } else { Err(Code::Frozen.into()) }
    }

    /// The newest checkpoint that enough others than this user vouched for in time. Neither this user's
    /// own cosignature counts, nor a time that lies as far ahead as a stale one lies behind.
    pub(super) fn seen(&self, state: &State, snapshot: &dyn Snapshot) -> Result<Option<Seen>> {
        let own = self.owner.user;
        let ledger = ChainId::from_bytes(*self.trust.firm.as_bytes());
        let signed_at = |user: UserId| {
            let devices = state.devices().filter(|device| device.user == user);
            let newest = devices.filter_map(|device| state.newest(device.id, ledger));
            newest.map(|newest| newest.at.micros() / 1_000_000).max()
        };
        let now = self.seconds(state);
        let in_time = |at: u64| at.abs_diff(now) < self.options.fresh_for;
        walk(self.trust.firm, state, snapshot, |size, signer, checkpoint, cosigners| {
            let others = cosigners.others_beside(checkpoint, signer, own, in_time);
            let signed =
                Some(signer).filter(|signer| *signer != own).and_then(signed_at).filter(|at| in_time(*at));
            let count = others.who().len().saturating_add(usize::from(signed.is_some()));
            let at = others.newest().max(signed)?;
            (count >= self.options.cosigners.get()).then_some(Seen { size, at })
        })
    }
}

/// The newest checkpoint that enough others cosigned, and who they are; of the newest
/// checkpoints back to [`LOOK_BACK`].
pub(super) fn vouched(
    firm: FirmId,
    quorum: NonZeroUsize,
    state: &State,
    snapshot: &dyn Snapshot,
) -> Result<Option<Vouched>> {
    walk(firm, state, snapshot, |size, signer, checkpoint, cosigners| {
        let others = cosigners.others(checkpoint, signer);
        others.at_least(quorum).ok()?;
        Some(Vouched { size, by: others.who().iter().cloned().collect(), newest: others.newest() })
    })
}

/// Asks about the newest checkpoints of this history, from the newest back, with the user who signed
/// each, until there is an answer.
fn walk<T>(
    firm: FirmId,
    state: &State,
    snapshot: &dyn Snapshot,
    mut ask: impl FnMut(u64, UserId, &Verified, &Cosigners) -> Option<T>,
) -> Result<Option<T>> {
    let head = state.ledger_head().ok_or(Code::NotAVault)?;
    let known: Vec<_> = state
        .devices()
        .filter(|device| device.status == Status::Active)
        .map(|device| Device { device: device.id, user: device.user, log_key: device.log_key })
        .collect();
    let cosigners = Cosigners::new(firm, &known, &[])?;
    let users: BTreeMap<_, UserId> =
        state.devices().map(|device| (device.log_key.to_bytes(), device.user)).collect();
    let keys: Vec<_> = state.devices().map(|device| device.log_key).collect();
    let log = Log::firm(firm, &keys)?.with_cosigners(cosigners.keys())?;
    let roots = roots(firm, snapshot, head)?;
    for size in (head.size.saturating_sub(LOOK_BACK).max(1)..=head.size).rev() {
        let lines = snapshot.scan(&rows::cosignatures(size), None, checkpoint_lines())?;
        let Some(mut note) = snapshot.get(&rows::checkpoint(size)?)? else { continue };
        for (_, line) in &lines {
            // A line that is wrong says nothing; the others still count.
            if let Ok(merged) = checkpoint::merge(&note, line, &cosigners.keys()) {
                note = merged.into_bytes();
            }
        }
        let Ok(verified) = log.verify(&note) else { continue };
        // Of this history, and not of another that was cosigned.
        if roots.get(&size) != Some(&verified.head().root) {
            continue;
        }
        let signer = verified.signers().first().and_then(|key| users.get(&key.key().to_bytes()));
        let Some(signer) = signer else { continue };
        if let Some(answer) = ask(size, *signer, &verified, &cosigners) {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

/// The roots of the ledger at its newest sizes, by hashing it once.
fn roots(firm: FirmId, snapshot: &dyn Snapshot, head: LedgerHead) -> Result<BTreeMap<u64, Hash>> {
    let ledger = ChainId::from_bytes(*firm.as_bytes());
    let mut frontier = Frontier::new();
    let mut roots = BTreeMap::new();
    while frontier.size() < head.size {
        let leaves = snapshot.records(ledger, frontier.size(), head.size - frontier.size())?;
        if leaves.is_empty() {
            return Err(Code::StoreIncomplete.into());
        }
        for leaf in leaves {
            frontier.push(leaf_hash(&leaf));
            if frontier.size().saturating_add(LOOK_BACK) >= head.size {
                roots.extend(frontier.root().map(|root| (frontier.size(), root)));
            }
        }
    }
    if frontier.root() == Some(head.root) { Ok(roots) } else { Err(Code::LedgerForked.into()) }
}

/// How many checkpoints are looked at for cosignatures, from the newest back.
const LOOK_BACK: u64 = 1_024;

/// A note has at most 64 lines, one of which is its signer's.
fn checkpoint_lines() -> usize {
    crate::wire::note::MAX_SIGNATURES - 1
}
