//! A firm whose making broke off. Nobody has the files of its root, nobody else can be in it: it makes
//! room for another.
//!
//! Making a firm is two commits, and three durable steps of the device: its keys before the first, its
//! pin after each. Until the last of them is there, no call of `create` has returned.

use crate::audit::checkpoint::Log;
use crate::error::{Code, Result};
use crate::id::{ChainId, MatterId};
use crate::keys::Protector;
use crate::state::{Follow, State, Trust};
use crate::store::{DeviceSlot, Snapshot, Storage};
use crate::vault::local::Local;
use crate::vault::rows;
use crate::vault::session::Inner;
use crate::vault::source::Source;

/// Removes what an unfinished `create` left in the store. Says under which version the device's state
/// may be replaced; 0 if there is none.
pub(super) fn clear(storage: &Storage, protector: &dyn Protector) -> Result<u64> {
    let newest = newest(&*storage.rows.read()?)?;
    if !Local::is_there(&*storage.device)? {
        // The first commit says whether the store is empty.
        return Ok(0);
    }
    if newest.as_ref().is_some_and(|(size, _)| *size > MADE) {
        return Err(Code::AlreadyThere.into());
    }
    let (local, _) = match Local::load(&*storage.device, protector) {
        // Somebody else's, as far as this caller can show.
        Err(error) if newest.is_some() && error.code_value() == Code::UnlockRefused => {
            return Err(Code::AlreadyThere.into());
        }
        loaded => loaded?,
    };
    // A device that joins a firm has no trust before its pin, and one that is in a firm a higher pin:
    // whatever the store says then, its keys are not thrown away.
    let unfinished = local.pin.is_none_or(|pin| pin.size < MADE);
    let trust = local.trust.filter(|_| unfinished).ok_or(Code::AlreadyThere)?;
    if let Some((_, note)) = newest {
        clear_store(storage, trust, &note, local.version())?;
    }
    Ok(local.version())
}

/// In a commit of its own: as long as anything of the firm is in the store, its device is there too.
fn clear_store(storage: &Storage, trust: Trust, note: &[u8], version: u64) -> Result<()> {
    Log::firm(trust.firm, &[])?.claimed(note).map_err(|_| Code::AlreadyThere)?;
    let ledger = ChainId::from_bytes(*trust.firm.as_bytes());
    let mut transaction = storage.rows.write(&[ledger])?;
    if newest(&*transaction)?.is_none_or(|(_, same)| same != note) {
        return Err(Code::AlreadyThere.into());
    }
    // Nor is the call still running, in another process, that makes this firm.
    if storage.device.load(DeviceSlot::State)?.0 != version {
        return Err(Code::DeviceStateConflict.into());
    }
    let mut state = State::new(trust, Follow::All);
    state.advance(&Source(&*transaction), note)?;
    for chain in state.directory().into_iter().chain([ledger]) {
        transaction.append(chain, 0, &[])?;
    }
    // There is no other firm in this store, so that every row is this one's.
    loop {
        let page = transaction.scan(&[], None, PAGE)?;
        if page.is_empty() {
            break;
        }
        page.iter().try_for_each(|(key, _)| transaction.delete(key))?;
    }
    transaction.commit()?;
    let directory = state.directory().map(|chain| MatterId::from_bytes(*chain.as_bytes()));
    let shred_key = directory.map(|matter| rows::shred_key(matter, std::num::NonZeroU64::MIN)).transpose()?;
    shred_key.map_or(Ok(()), |key| storage.erasable.destroy(&key))
}

fn newest(snapshot: &dyn Snapshot) -> Result<Option<(u64, Vec<u8>)>> {
    let last = snapshot.last(&[rows::CHECKPOINT])?;
    last.map(|(key, note)| Ok((rows::size_of(&key)?, note))).transpose()
}

impl Inner {
    /// Refuses a firm that has no second commit.
    pub(super) fn check_made(&self) -> Result<()> {
        self.look(|session, _| {
            let made = session.state()?.ledger_size() >= MADE;
            if made { Ok(()) } else { Err(Code::NotAVault.into()) }
        })
    }

    /// Makes durable on this device that its firm is made: from here on nothing of it is replaced.
    pub(super) fn is_made(&self) -> Result<()> {
        let mut held = self.session()?;
        let session = held.get()?;
        // While nobody can be clearing it.
        let alone = self.storage.rows.write(&[])?;
        session.sync(self, &*alone)?;
        session.local.save(&*self.storage.device, &session.keys)
    }
}

/// The ledger of a firm that was made: genesis, first commit, second commit.
const MADE: u64 = 3;
const PAGE: usize = 1_000;
