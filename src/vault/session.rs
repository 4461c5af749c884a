//! An unlocked device: its keys, what it verified, and how it verifies forward.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::audit::checkpoint::{Head, Log};
use crate::audit::record::LedgerHead;
use crate::audit::tree::{leaf_hash, root_of};
use crate::clock::Timestamp;
use crate::error::{Code, Error, Result};
use crate::id::ChainId;
use crate::keys::DeviceKeys;
use crate::state::{Follow, Source as _, State, Trust};
use crate::store::{DeviceSlot, Snapshot, Storage};
use crate::vault::Options;
use crate::vault::local::{Local, Owner};
use crate::vault::ring::{Asked, Ring};
use crate::vault::rows;
use crate::vault::source::Source;

/// What every handle of a vault shares.
pub(super) struct Inner {
    pub(super) storage: Storage,
    pub(super) options: Options,
    pub(super) trust: Trust,
    pub(super) owner: Owner,
    session: Mutex<Option<Session>>,
}

/// What is there while the vault is unlocked. Held under a lock; nothing foreign but the stores is
/// called with it.
pub(super) struct Session {
    pub(super) keys: DeviceKeys,
    pub(super) local: Local,
    pub(super) ring: Ring,
    state: Option<State>,
    cached_at: u64,
    // Whether others' commits were verified that the durable pin does not know.
    ahead: bool,
}

/// The session, locked for one call.
pub(super) struct Held<'i>(MutexGuard<'i, Option<Session>>);

impl Inner {
    pub(super) fn new(storage: Storage, options: Options, local: Local, keys: DeviceKeys) -> Result<Self> {
        let trust = local.trust.ok_or(Code::DeviceStateMissing)?;
        let owner = local.owner;
        let session = Session { keys, local, ring: Ring::default(), state: None, cached_at: 0, ahead: false };
        Ok(Self { storage, options, trust, owner, session: Mutex::new(Some(session)) })
    }

    /// Verifies forward for the first time, and vouches for what others committed.
    pub(super) fn begin(&self) -> Result<()> {
        {
            let mut held = self.session()?;
            let session = held.get()?;
            let snapshot = self.storage.rows.read()?;
            session.sync(self, &*snapshot)?;
            drop(snapshot);
            session.local.save(&*self.storage.device, &session.keys)?;
            let own = session.state()?.device(self.owner.device);
            if !own.is_some_and(|device| device.is_active()) {
                return Err(Code::NotActive.into());
            }
            session.keep(self);
        }
        self.cosign()
    }

    /// The session, if the vault is not locked.
    pub(super) fn session(&self) -> Result<Held<'_>> {
        let held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() { Ok(Held(held)) } else { Err(Code::Locked.into()) }
    }

    /// Verifies forward, then looks at what is there.
    pub(super) fn look<T>(&self, look: impl FnOnce(&mut Session, &dyn Snapshot) -> Result<T>) -> Result<T> {
        let mut held = self.session()?;
        let session = held.get()?;
        let snapshot = self.storage.rows.read()?;
        session.sync(self, &*snapshot)?;
        let result = look(session, &*snapshot);
        drop(snapshot);
        // What others committed and this device verified is never un-verified: the pin is durable
        // before anything is answered. An own commit's pin is saved beside the next one.
        if session.ahead {
            session.local.save(&*self.storage.device, &session.keys)?;
            session.ahead = false;
        }
        result
    }

    pub(super) fn lock(&self) {
        let mut held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = held.as_mut() {
            // Best effort: a pin that is one commit behind is noticed by nobody but an attacker.
            let _behind = session.local.save(&*self.storage.device, &session.keys);
            session.keep(self);
        }
        *held = None;
    }

    /// Wipes the keys and saves nothing.
    pub(super) fn abandon(&self) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The time by the host's clock, which may be wrong.
    pub(super) fn now(&self) -> Timestamp {
        self.options.clock.now()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.lock();
    }
}

impl Held<'_> {
    pub(super) fn get(&mut self) -> Result<&mut Session> {
        Ok(self.0.as_mut().ok_or(Code::Locked)?)
    }
}

impl Session {
    /// What was verified.
    pub(super) fn state(&self) -> Result<&State> {
        Ok(self.state.as_ref().ok_or(Code::Locked)?)
    }

    /// State and ring side by side.
    pub(super) fn parts(&mut self) -> Result<(&State, &mut Ring, &DeviceKeys)> {
        Ok((self.state.as_ref().ok_or(Code::Locked)?, &mut self.ring, &self.keys))
    }

    /// Verifies forward to the store's newest checkpoint. Refuses one below the pin, and another
    /// history than the pinned one.
    pub(super) fn sync(&mut self, inner: &Inner, snapshot: &dyn Snapshot) -> Result<()> {
        let (key, note) = snapshot.last(&[rows::CHECKPOINT])?.ok_or(Code::NotAVault)?;
        let size = rows::size_of(&key)?;
        let claimed = Log::firm(inner.trust.firm, &[])?.claimed(&note).map_err(of_other_firm)?;
        // It is found by the size in its key; an old one must not pass under a newer one's.
        if claimed.size != size {
            return Err(Code::Checkpoint.into());
        }
        if self.local.pin.is_some_and(|pin| size < pin.size) {
            return Err(Code::LedgerRollback.into());
        }
        let mut state = match self.state.take() {
            Some(state) => state,
            None => self.remembered(inner),
        };
        let source = Source(snapshot);
        if state.ledger_size() == size {
            if state.ledger_head().map(|head| head.root) != Some(claimed.root) {
                self.state = Some(state);
                return Err(Code::LedgerForked.into());
            }
        } else {
            self.check_pin(&state, &source, ChainId::from_bytes(*inner.trust.firm.as_bytes()))?;
            let known = state.ledger_head();
            state.advance(&source, &note).map_err(|error| forked_or(error, inner, &source, known))?;
            self.ahead = true;
        }
        let head = state.ledger_head().ok_or(Code::NotAVault)?;
        self.local.set_pin(Head { size: head.size, root: head.root });
        self.state = Some(state);
        Ok(())
    }

    /// Where the pin lies ahead of the state: the ledger must have that very root there.
    fn check_pin(&self, state: &State, source: &Source<'_>, ledger: ChainId) -> Result<()> {
        let Some(pin) = self.local.pin.filter(|pin| state.ledger_size() < pin.size) else { return Ok(()) };
        let mut frontier = state.ledger_frontier().clone();
        while frontier.size() < pin.size {
            let to = pin.size.min(frontier.size().saturating_add(AT_ONCE));
            let leaves = source.leaves(ledger, frontier.size(), to)?;
            if leaves.is_empty() {
                return Err(Code::StoreIncomplete.into());
            }
            leaves.iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
        }
        if frontier.root() == Some(pin.root) { Ok(()) } else { Err(Code::LedgerForked.into()) }
    }

    /// What this device kept of an earlier verification, or nothing. A tag under a key of the device
    /// says that it is its own.
    fn remembered(&mut self, inner: &Inner) -> State {
        let kept = || -> Option<State> {
            let (_, bytes) = inner.storage.device.load(DeviceSlot::Cache).ok()?;
            let bytes = bytes?;
            let (tag, saved) = bytes.split_first_chunk::<32>()?;
            self.keys.check_cache(saved, tag).then_some(())?;
            State::load(inner.trust, saved).ok()
        };
        let kept = kept();
        self.cached_at = kept.as_ref().map_or(0, State::ledger_size);
        kept.unwrap_or_else(|| State::new(inner.trust, Follow::All))
    }

    /// Keeps what was verified for the next unlock, if there is much that is new. Best effort: what
    /// is lost is verified again.
    pub(super) fn keep(&mut self, inner: &Inner) {
        let Some(state) = self.state.as_ref().filter(|state| state.ledger_size() != self.cached_at) else {
            return;
        };
        let saved = state.save();
        let tag = self.keys.cache_tag(&saved);
        let bytes = [&tag[..], &saved].concat();
        let save = || -> Result<()> {
            let (version, _) = inner.storage.device.load(DeviceSlot::Cache)?;
            inner.storage.device.save(DeviceSlot::Cache, version, &bytes).map(drop)
        };
        if save().is_ok() {
            self.cached_at = state.ledger_size();
        }
    }

    /// What was pending is durable.
    pub(super) fn is_saved(&mut self, version: u64) {
        self.local.saved_before(version);
        self.ahead = false;
    }

    /// Back to before a commit that did not become durable: it is verified again at the next call.
    pub(super) fn step_back(&mut self, pin: Option<Head>) {
        self.state = None;
        self.local.pin = pin;
    }

    /// Goes on to a checkpoint that this device is about to commit itself. An own leaf that would be
    /// reported is not committed.
    pub(super) fn advance_own(&mut self, snapshot: &dyn Snapshot, note: &[u8]) -> Result<()> {
        let mut state = self.state.take().ok_or(Code::Locked)?;
        let refused = state.findings().refused();
        state.advance(&Source(snapshot), note)?;
        if state.findings().refused() != refused {
            return Err(Code::RecordRefused.into());
        }
        let head = state.ledger_head().ok_or(Error::from(Code::NotAVault))?;
        self.local.set_pin(Head { size: head.size, root: head.root });
        self.state = Some(state);
        Ok(())
    }
}

/// Leaves that do not lead on from what was verified are another history if the ledger below them is
/// another one: told apart only where something is wrong already, for it reads the whole ledger.
fn forked_or(error: Error, inner: &Inner, source: &Source<'_>, known: Option<LedgerHead>) -> Error {
    let Some(known) = known.filter(|_| error.code_value() == Code::FirmTampered) else { return error };
    let ledger = ChainId::from_bytes(*inner.trust.firm.as_bytes());
    let leaves = source.leaves(ledger, 0, known.size).unwrap_or_default();
    let root = root_of(leaves.iter().map(|leaf| leaf_hash(leaf)));
    let same = leaves.len() as u64 == known.size && root == Some(known.root);
    if same { error } else { Code::LedgerForked.into() }
}

/// A checkpoint of another origin is another firm's.
fn of_other_firm(error: Error) -> Error {
    if error.code_value() == Code::OriginMismatch { Code::OtherFirm.into() } else { error }
}

/// Leaves of the ledger that are read at once.
const AT_ONCE: u64 = 4_096;

impl Inner {
    /// Verifies forward, then asks state and secrets.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(Asked<'_>, &mut Ring) -> Result<T>) -> Result<T> {
        let (erasable, owner) = (&*self.storage.erasable, self.owner);
        self.look(|session, rows| {
            let (state, ring, keys) = session.parts()?;
            ask(Asked { state, rows, erasable, owner, keys }, ring)
        })
    }
}
