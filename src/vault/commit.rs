//! One commit: records of some chains, the anchor over all that grew, a checkpoint, and rows, in one
//! transaction (docs/format/chain-v1.md, lifecycle).
//!
//! The transaction is begun first: heads are locked in order, read forward, and only then is
//! anything signed. So nothing is ever signed over heads that moved. The sequences are used up
//! durably before a signature leaves for the store.

use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::Fault;
use crate::audit::body::Body;
use crate::audit::checkpoint::{self, Head};
use crate::audit::detail::{DetailKey, DetailPlace};
use crate::audit::kind::ChainType;
use crate::audit::record::{Draft, LedgerHead, Payload, sign};
use crate::audit::tree::leaf_hash;
use crate::clock::Timestamp;
use crate::crypto::profile::Profile;
use crate::crypto::pump;
use crate::crypto::sign::SigningKey;
use crate::error::{Code, Error, Result};
use crate::id::{ChainId, DeviceId, Hash, MatterId};
use crate::state::{Prepared, State};
use crate::store::{DeviceSlot, RowKey};
use crate::vault::ring::{Asked, Ring};
use crate::vault::rows;
use crate::vault::session::{Inner, Session};
use crate::vault::source::void_leaves;

/// What an act comes to: records in the order of their chain, and rows.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) records: Vec<Planned>,
    pub(super) rows: Vec<(RowKey, Option<Vec<u8>>)>,
}

/// A record to be signed.
pub(super) struct Planned {
    pub(super) chain: ChainId,
    pub(super) draft: Draft,
    /// Where its details go; they come with the draft.
    pub(super) under: Option<Under>,
}

/// The detail key a record's details are sealed under.
#[derive(Clone)]
pub(super) struct Under {
    pub(super) profile: Profile,
    pub(super) epoch: NonZeroU64,
    pub(super) key: Arc<DetailKey>,
}

impl Plan {
    /// A plan of one record without details.
    pub(super) fn record(&mut self, chain: ChainId, body: &Body) -> &mut Self {
        self.draft(chain, Draft::new(body), None)
    }

    /// A record with details, if it has some.
    pub(super) fn draft(&mut self, chain: ChainId, draft: Draft, under: Option<Under>) -> &mut Self {
        self.records.push(Planned { chain, draft, under });
        self
    }

    pub(super) fn put(&mut self, key: RowKey, value: Vec<u8>) -> &mut Self {
        self.rows.push((key, Some(value)));
        self
    }

    pub(super) fn delete(&mut self, key: RowKey) -> &mut Self {
        self.rows.push((key, None));
        self
    }
}

impl Inner {
    /// Commits what `plan` makes of the state that the locked heads show. An empty plan commits
    /// nothing.
    pub(super) fn commit<T>(
        &self,
        plan: impl FnOnce(Asked<'_>, &mut Ring) -> Result<(Plan, T)>,
    ) -> Result<T> {
        let mut held = self.session()?;
        let session = held.get()?;
        self.commit_in(session, plan)
    }

    fn commit_in<T>(
        &self,
        session: &mut Session,
        plan: impl FnOnce(Asked<'_>, &mut Ring) -> Result<(Plan, T)>,
    ) -> Result<T> {
        let ledger = ChainId::from_bytes(*self.trust.firm.as_bytes());
        let mut transaction = self.storage.rows.write(&[ledger])?;
        session.sync(self, &*transaction)?;
        let owner = self.owner;
        let erasable = &*self.storage.erasable;
        let (state, ring, keys) = session.parts()?;
        self.check_fresh(state, &*transaction)?;
        let before = state.ledger_head().ok_or(Code::NotAVault)?;
        let asked = Asked { state, rows: &*transaction, erasable, owner, keys };
        let (plan, answer) = plan(asked, ring)?;
        if plan.records.is_empty() && plan.rows.is_empty() {
            drop(transaction);
            session.local.save(&*self.storage.device, &session.keys)?;
            return Ok(answer);
        }
        if plan.records.is_empty() {
            for (key, value) in &plan.rows {
                write(&mut *transaction, key, value.as_deref())?;
            }
            transaction.commit()?;
            session.local.save(&*self.storage.device, &session.keys)?;
            return Ok(answer);
        }
        let signed = self.sign(session, plan, before)?;
        for (chain, from, records) in &signed.grown {
            for (key, leaf) in void_leaves(session.state()?, &*transaction, *chain)? {
                transaction.put(&key, &leaf)?;
            }
            transaction.append(*chain, *from, records)?;
        }
        transaction.append(ledger, before.size, std::slice::from_ref(&signed.anchor))?;
        transaction.put(&rows::checkpoint(before.size.saturating_add(1))?, signed.note.as_bytes())?;
        for (key, value) in &signed.rows {
            write(&mut *transaction, key, value.as_deref())?;
        }
        if let Some((key, note)) = self.cosignature(session, &*transaction, before)? {
            transaction.put(&key, note.as_bytes())?;
        }
        // The pin of what was verified before becomes durable beside this commit, not after it.
        let pending = session.local.pending(&session.keys)?;
        // Verified as everybody will, before it is durable: nothing is committed that this device
        // would not accept itself.
        let pin = session.local.pin;
        session.advance_own(&*transaction, signed.note.as_bytes())?;
        let device = &*self.storage.device;
        let (saved, committed) = match pending {
            Some((version, bytes)) => {
                let save = || Some(device.save(DeviceSlot::State, version, &bytes));
                pump::beside(save, || transaction.commit())
            }
            None => (None, transaction.commit()),
        };
        committed.inspect_err(|_| session.step_back(pin))?;
        // If it was not saved, it is at the next call: this act is committed all the same.
        if let Some(Ok(version)) = saved {
            session.is_saved(version);
        }
        Ok(answer)
    }

    /// Signs records, anchor and checkpoint, after their sequences were used up durably.
    fn sign(&self, session: &mut Session, plan: Plan, before: LedgerHead) -> Result<Signed> {
        let ledger = ChainId::from_bytes(*self.trust.firm.as_bytes());
        let device = self.owner.device;
        let mut planned = plan.records;
        // The directory first, then the other chains by id; within a chain as planned.
        let directory = session.state()?.directory();
        planned.sort_by_key(|record| (Some(record.chain) != directory, record.chain));
        let newest = newest_sequence(session.state()?, device, planned.iter().map(|one| one.chain), ledger);
        let count = planned.len() as u64;
        let device_state = &*self.storage.device;
        let first = session.local.use_up(newest, count.saturating_add(1), device_state, &session.keys)?;

        let (state, _, keys) = session.parts()?;
        let mut signer = Signer { state, key: keys.record(), device, before, now: self.now(), newest: None };
        let mut grown: Vec<(ChainId, u64, Vec<Vec<u8>>)> = Vec::new();
        let mut rows = plan.rows;
        for (planned, sequence) in planned.into_iter().zip(first..) {
            let Planned { chain, draft, under } = planned;
            let chain_type = if Some(chain) == directory { ChainType::Directory } else { ChainType::Matter };
            if let (Some(details), Some(under)) = (&draft.details, &under) {
                let place = DetailPlace::in_epoch(
                    under.profile,
                    self.trust.firm,
                    under.epoch,
                    chain,
                    device,
                    sequence,
                );
                rows.push((rows::detail(chain, device, sequence)?, Some(details.seal(&under.key, &place)?)));
            }
            let record = signer.record(chain, chain_type, &draft, sequence)?;
            match grown.last_mut().filter(|(last, ..)| *last == chain) {
                Some((_, _, records)) => records.push(record),
                None => grown.push((chain, state.head(chain).map_or(0, |head| head.size), vec![record])),
            }
        }
        let leaves: Vec<_> = grown.iter().map(|(chain, _, records)| (*chain, records.clone())).collect();
        let Prepared { body, reported } = state.prepare(&leaves, device)?;
        // That details have no place follows from whatever else is wrong.
        let telling = reported.iter().find(|one| one.why != Fault::Details).or(reported.first());
        if let Some(reported) = telling {
            return Err(refusal(reported.why));
        }
        let sequence = first.checked_add(count).ok_or(Code::RecordOrder)?;
        let draft = Draft::new(&Body::Anchor(body));
        let anchor = signer.record(ledger, ChainType::Ledger, &draft, sequence)?;
        let mut frontier = state.ledger_frontier().clone();
        frontier.push(leaf_hash(&anchor));
        let head = Head { size: frontier.size(), root: frontier.root().ok_or(Code::Checkpoint)? };
        let note = checkpoint::sign_firm(self.trust.firm, keys.log(), &head)?;
        Ok(Signed { grown, anchor, note, rows })
    }
}

struct Signed {
    grown: Vec<(ChainId, u64, Vec<Vec<u8>>)>,
    anchor: Vec<u8>,
    note: String,
    rows: Vec<(RowKey, Option<Vec<u8>>)>,
}

/// Signs the records of one commit, one after the other.
struct Signer<'s> {
    state: &'s State,
    key: &'s SigningKey,
    device: DeviceId,
    before: LedgerHead,
    now: Timestamp,
    newest: Option<(ChainId, Hash, Timestamp)>,
}

impl Signer<'_> {
    fn record(
        &mut self,
        chain: ChainId,
        chain_type: ChainType,
        draft: &Draft,
        sequence: u64,
    ) -> Result<Vec<u8>> {
        let newest = match self.newest {
            Some((same, hash, at)) if same == chain => Some((hash, at)),
            _ => self.state.newest(self.device, chain).map(|newest| (newest.hash, newest.at)),
        };
        let payload = Payload {
            chain,
            kind: draft.kind,
            // Never before the author's previous record, whatever the clock says.
            at: newest.map_or(self.now, |(_, at)| at.max(self.now)),
            author: self.device,
            sequence,
            previous: newest.map(|(hash, _)| hash),
            ledger_head: Some(self.before),
            acting_for: draft.acting_for,
            subjects: draft.sorted_subjects(),
            body: &draft.body,
            details: draft.details.as_ref().map(|details| details.root()).transpose()?,
        };
        let record = sign(self.key, chain_type, &payload)?;
        self.newest = Some((chain, leaf_hash(&record), payload.at));
        Ok(record)
    }
}

fn newest_sequence(
    state: &State,
    device: DeviceId,
    chains: impl Iterator<Item = ChainId>,
    ledger: ChainId,
) -> Option<u64> {
    chains
        .chain(std::iter::once(ledger))
        .filter_map(|chain| state.newest(device, chain))
        .map(|newest| newest.sequence)
        .max()
}

fn write(transaction: &mut dyn crate::store::Transaction, key: &RowKey, value: Option<&[u8]>) -> Result<()> {
    match value {
        Some(value) => transaction.put(key, value),
        None => transaction.delete(key),
    }
}

/// What the fold would report of an own record, as an error: it is never written.
fn refusal(why: Fault) -> Error {
    Error::from(match why {
        Fault::Role => Code::RoleMissing,
        Fault::Approval => Code::ApprovalMissing,
        Fault::Author => Code::NotActive,
        Fault::Closed => Code::MatterClosed,
        Fault::Epoch => Code::EpochStale,
        Fault::Generation => Code::GenerationStale,
        Fault::KeyUsed => Code::KeyUsed,
        _ => Code::RecordRefused,
    })
}

/// The chain of a matter.
pub(super) fn chain_of(matter: MatterId) -> ChainId {
    ChainId::from_bytes(*matter.as_bytes())
}
