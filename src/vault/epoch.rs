//! A new epoch of a matter: a new secret, wrapped to everybody who is to have it, the one before
//! sealed under it, a fresh detail key. Costs one wrap a person, whatever the number of documents.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::body::{self, Body, MatterRole, Principals, Reason, ShredGeneration};
use crate::audit::detail::DetailKey;
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::id::{MatterId, UserId};
use crate::keys::{EpochPlace, EpochSecret, ShredKey};
use crate::state::{KeyHolder, Matter};
use crate::store::RowKey;
use crate::vault::commit::Under;
use crate::vault::ring::{Asked, Ring, info, join_wrap};
use crate::vault::rows;

/// What an epoch is begun with.
pub(super) struct Begin<'m> {
    pub(super) matter: MatterId,
    pub(super) profile: Profile,
    /// Who has a role, after the records that come before the epoch's; none in the directory, where
    /// every active user reads.
    pub(super) roles: Option<&'m BTreeMap<UserId, MatterRole>>,
    pub(super) screened: &'m BTreeSet<UserId>,
    pub(super) generation: NonZeroU64,
    pub(super) reason: Reason,
}

/// An epoch to be committed.
pub(super) struct Begun {
    pub(super) body: Body,
    pub(super) rows: Vec<(RowKey, Option<Vec<u8>>)>,
    /// What details of the same commit are sealed under.
    pub(super) under: Under,
    /// How many wraps were made.
    pub(super) wraps: u64,
}

/// The first shred key of a matter, stored before its record is: an orphan is swept later.
pub(super) fn first_shred_key(
    asked: Asked<'_>,
    matter: MatterId,
    profile: Profile,
) -> Result<(Body, Arc<ShredKey>)> {
    let key = ShredKey::generate()?;
    let generation = NonZeroU64::MIN;
    asked.erasable.put(&rows::shred_key(matter, generation)?, &key.to_secret_bytes())?;
    let confirm = key.confirmation(profile, asked.state.trust().firm, matter, generation);
    let body = Body::ShredGeneration(ShredGeneration { generation, profile, confirm, intake: None });
    Ok((body, Arc::new(key)))
}

/// Begins the next epoch. The shred key is given for a matter that is just being opened.
pub(super) fn begin(
    asked: Asked<'_>,
    ring: &mut Ring,
    begin: &Begin<'_>,
    known: Option<&Matter>,
    shred: Option<Arc<ShredKey>>,
) -> Result<Begun> {
    let before = known.and_then(Matter::epoch);
    let epoch = match before {
        Some(before) => before.epoch.checked_add(1).ok_or(Code::EpochStale)?,
        None => NonZeroU64::MIN,
    };
    let firm = asked.state.trust().firm;
    let place = EpochPlace { profile: begin.profile, firm, matter: begin.matter, epoch };
    let previous = before.map(|before| before.record);
    let secret = EpochSecret::generate()?;
    #[cfg(feature = "testing")]
    let secret = reuse::instead(asked, ring, begin.matter, before, secret)?;
    let auditors = secret.auditor_secret(&place);
    let mut rows = Vec::new();

    let holders = asked.state.principals(begin.roles, begin.screened);
    for holder in &holders {
        rows.push(wrap_epoch(&secret, &place, holder)?);
    }
    let readers = begin.roles.map(|roles| asked.state.auditors(roles, begin.screened)).unwrap_or_default();
    for holder in &readers {
        let (to, generation) = (holder.principal.id, holder.principal.generation);
        let wrap = auditors.wrap(&holder.public_key, &place, to, generation)?;
        rows.push((rows::auditor_wrap(begin.matter, epoch, to)?, Some(join_wrap(generation, &wrap))));
    }
    if let (Some(before), Some(known)) = (before, known) {
        let older = ring.epoch(asked, begin.matter, before.epoch)?;
        rows.push((rows::epoch_link(begin.matter, epoch)?, Some(secret.link(&place, &older)?)));
        let older = older.auditor_secret(&asked.place(begin.matter, info(known, before.epoch)?));
        rows.push((rows::auditor_link(begin.matter, epoch)?, Some(auditors.link(&place, &older)?)));
    }
    let shred = match shred {
        Some(shred) => shred,
        None => ring.shred(asked, begin.matter, begin.generation)?,
    };
    let key = DetailKey::generate()?;
    let kek = auditors.detail_kek(&shred, &place, begin.generation);
    let sealed = kek.seal_key(&key.to_secret_bytes())?;
    let value = [&begin.generation.get().to_be_bytes()[..], &sealed].concat();
    rows.push((rows::detail_key(begin.matter, epoch)?, Some(value)));

    let principals: Vec<_> = holders.iter().map(|holder| holder.principal).collect();
    let body = Body::Epoch(body::Epoch {
        epoch,
        profile: begin.profile,
        previous,
        principals: Principals::of(&principals),
        confirm: secret.confirmation(&place, previous),
        confirm_auditors: auditors.confirmation(&place, previous),
        generation: begin.generation,
        intake: None,
        reason: begin.reason,
    });
    let wraps = (holders.len() as u64).saturating_add(readers.len() as u64);
    Ok(Begun { body, rows, under: Under { profile: begin.profile, epoch, key: Arc::new(key) }, wraps })
}

/// The row of an epoch's secret for one of its principals.
pub(super) fn wrap_epoch(
    secret: &EpochSecret,
    place: &EpochPlace,
    holder: &KeyHolder,
) -> Result<(RowKey, Option<Vec<u8>>)> {
    let (to, generation) = (holder.principal.id, holder.principal.generation);
    let wrap = if holder.recovery {
        secret.wrap_to_recovery(&holder.public_key, place, to, generation)?
    } else {
        secret.wrap(&holder.public_key, place, to, generation)?
    };
    Ok((rows::epoch_wrap(place.matter, place.epoch, to)?, Some(join_wrap(generation, &wrap))))
}

/// The door of the test that shows that it can fail: an epoch that uses the secret before it again.
#[cfg(feature = "testing")]
pub(crate) mod reuse {
    use std::cell::Cell;

    use super::{Asked, EpochSecret, MatterId, Result, Ring};
    use crate::state::EpochInfo;

    thread_local! {
        static ON: Cell<bool> = const { Cell::new(false) };
    }

    /// Runs `work` with every new epoch of this thread under the old secret.
    pub fn with<T>(work: impl FnOnce() -> T) -> T {
        ON.set(true);
        let done = work();
        ON.set(false);
        done
    }

    pub(super) fn instead(
        asked: Asked<'_>,
        ring: &mut Ring,
        matter: MatterId,
        before: Option<&EpochInfo>,
        fresh: EpochSecret,
    ) -> Result<EpochSecret> {
        match before.filter(|_| ON.get()) {
            Some(before) => Ok(ring.epoch(asked, matter, before.epoch)?.duplicate()),
            None => Ok(fresh),
        }
    }
}
