//! The secrets an unlocked vault has at hand, each confirmed against a verified record before it is
//! used: the user's key, epoch secrets, shred keys.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::body::MatterRole;
use crate::audit::detail::DetailKey;
use crate::error::{Code, Result};
use crate::id::MatterId;
use crate::keys::{
    AuditorSecret, DetailKek, DeviceKeys, DocumentKek, EpochPlace, EpochSecret, ShredKey, UserKey, Wrap,
};
use crate::state::{EpochInfo, Matter, State, Status};
use crate::store::{Erasable, Snapshot};
use crate::vault::local::Owner;
use crate::vault::rows;

/// Secrets by what they belong to; wiped when the vault is locked.
#[derive(Default)]
pub(super) struct Ring {
    user: Option<Arc<UserKey>>,
    epochs: BTreeMap<(MatterId, NonZeroU64), Arc<EpochSecret>>,
    auditors: BTreeMap<(MatterId, NonZeroU64), Arc<AuditorSecret>>,
    shreds: BTreeMap<(MatterId, NonZeroU64), Arc<ShredKey>>,
    details: BTreeMap<(MatterId, NonZeroU64), Arc<DetailKey>>,
}

/// What a ring is asked with: the verified state, and the stores.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    pub(super) rows: &'a dyn Snapshot,
    pub(super) erasable: &'a dyn Erasable,
    pub(super) owner: Owner,
    pub(super) keys: &'a DeviceKeys,
}

impl Asked<'_> {
    /// Where an epoch of a matter stands.
    pub(super) fn place(&self, matter: MatterId, epoch: &EpochInfo) -> EpochPlace {
        place(self.state, matter, epoch)
    }

    pub(super) fn matter(&self, matter: MatterId) -> Result<&Matter> {
        Ok(self.state.matter(matter).ok_or(Code::MatterUnknown)?)
    }
}

/// Where an epoch of a matter stands.
pub(super) fn place(state: &State, matter: MatterId, epoch: &EpochInfo) -> EpochPlace {
    EpochPlace { profile: epoch.profile, firm: state.trust().firm, matter, epoch: epoch.epoch }
}

#[cfg(feature = "testing")]
impl Ring {
    /// Every secret at hand, for a search that must not find it elsewhere.
    pub(super) fn held(&self) -> Vec<(&'static str, crate::secret::SecretBytes)> {
        let copy = |secret: &crate::secret::Secret<32>| {
            crate::secret::SecretBytes::new(secret.expose_secret().to_vec())
        };
        let user = self.user.iter().map(|key| ("user", copy(key.identity().private_key().seed())));
        let epochs = self.epochs.values().map(|one| ("epoch", copy(one.secret())));
        let auditors = self.auditors.values().map(|one| ("auditors", copy(one.secret())));
        let shreds = self.shreds.values().map(|one| ("shred", one.to_secret_bytes()));
        let details = self.details.values().map(|one| ("detail", one.to_secret_bytes()));
        user.chain(epochs).chain(auditors).chain(shreds).chain(details).collect()
    }
}

impl Ring {
    /// The key of this device's user, in its newest generation.
    pub(super) fn user_key(&mut self, asked: Asked<'_>) -> Result<Arc<UserKey>> {
        let Owner { device, user } = asked.owner;
        let recorded =
            asked.state.user(user).and_then(|user| user.key.as_ref()).ok_or(Code::UserKeyMissing)?;
        if let Some(key) = self.user.as_ref().filter(|key| key.generation() == recorded.generation) {
            return Ok(key.clone());
        }
        if asked.state.device(device).is_none_or(|device| device.status != Status::Active) {
            return Err(Code::NotActive.into());
        }
        let wrap = asked.rows.get(&rows::user_key(device, recorded.generation)?)?.ok_or(Code::RowMissing)?;
        let wrap = Wrap::from_bytes(&wrap)?;
        let firm = asked.state.trust().firm;
        let identity = asked.keys.identity();
        let key = UserKey::unwrap_by_device(
            identity,
            &wrap,
            firm,
            device,
            user,
            recorded.generation,
            recorded.profile,
        )?;
        let key = Arc::new(key.confirm(&recorded.hash)?);
        self.user = Some(key.clone());
        Ok(key)
    }

    /// Takes over a user key that this device made itself.
    pub(super) fn keep_user_key(&mut self, key: UserKey) {
        self.user = Some(Arc::new(key));
    }

    /// The secret of an epoch: by this user's own wrap, or down the links from a newer one.
    pub(super) fn epoch(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
    ) -> Result<Arc<EpochSecret>> {
        if let Some(secret) = self.epochs.get(&(matter, epoch)) {
            return Ok(secret.clone());
        }
        let known = asked.matter(matter)?;
        let may = rows::principal(asked.owner.user);
        let newest = known.epoch().ok_or(Code::NoAccess)?;
        let reads = |role: &MatterRole| !matches!(role, MatterRole::Auditor | MatterRole::Depositor);
        let given = known.roles().get(&asked.owner.user).is_some_and(reads)
            || newest.principals.iter().any(|principal| principal.id == may);
        let given = given && !known.screened().contains(&asked.owner.user);
        let newest = newest.epoch;
        // The newest epoch from `epoch` on that this user has a wrap of, or whose secret is at hand.
        let mut found = None;
        for at in (epoch.get()..=newest.get()).rev().filter_map(NonZeroU64::new) {
            if let Some(secret) = self.epochs.get(&(matter, at)) {
                found = Some((at, secret.clone()));
                break;
            }
            if let Some(wrap) = asked.rows.get(&rows::epoch_wrap(matter, at, may)?)? {
                found = Some((at, self.unwrap(asked, matter, at, &wrap)?));
                break;
            }
        }
        // Who is on record as given the secret and finds no wrap is not shut out: a row is gone.
        let missing = if given { Code::RowMissing } else { Code::NoAccess };
        let (mut at, mut secret) = found.ok_or(missing)?;
        while at > epoch {
            let link = asked.rows.get(&rows::epoch_link(matter, at)?)?.ok_or(Code::RowMissing)?;
            let above = info(known, at)?;
            let below = NonZeroU64::new(at.get() - 1).ok_or(Code::NoAccess)?;
            let older = secret.older(&asked.place(matter, above), &link)?;
            secret = self.confirmed(asked, matter, below, older)?;
            at = below;
        }
        Ok(secret)
    }

    fn unwrap(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
        value: &[u8],
    ) -> Result<Arc<EpochSecret>> {
        let known = info(asked.matter(matter)?, epoch)?;
        let user = self.user_key(asked)?;
        let (generation, wrap) = split_wrap(value)?;
        if generation != user.generation() {
            return Err(Code::NoAccess.into());
        }
        let place = asked.place(matter, known);
        let to = rows::principal(asked.owner.user);
        let secret = EpochSecret::unwrap(user.identity(), &wrap, &place, to, generation)?;
        self.confirmed(asked, matter, epoch, secret)
    }

    fn confirmed(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
        secret: crate::keys::Unconfirmed<EpochSecret>,
    ) -> Result<Arc<EpochSecret>> {
        let known = info(asked.matter(matter)?, epoch)?;
        let secret = secret.confirm(&asked.place(matter, known), known.previous, &known.confirm)?;
        let secret = Arc::new(secret);
        self.epochs.insert((matter, epoch), secret.clone());
        Ok(secret)
    }

    /// The auditors' secret of an epoch: derived by who has the epoch's, else by a wrap and links.
    pub(super) fn auditor(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
    ) -> Result<Arc<AuditorSecret>> {
        if let Some(secret) = self.auditors.get(&(matter, epoch)) {
            return Ok(secret.clone());
        }
        let known = asked.matter(matter)?;
        let secret = match self.epoch(asked, matter, epoch) {
            Ok(secret) => Arc::new(secret.auditor_secret(&asked.place(matter, info(known, epoch)?))),
            Err(error) if error.code_value() == Code::NoAccess => {
                self.auditor_by_wrap(asked, matter, epoch)?
            }
            Err(error) => return Err(error),
        };
        self.auditors.insert((matter, epoch), secret.clone());
        Ok(secret)
    }

    fn auditor_by_wrap(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
    ) -> Result<Arc<AuditorSecret>> {
        let known = asked.matter(matter)?;
        let to = rows::principal(asked.owner.user);
        let newest = known.epoch().ok_or(Code::NoAccess)?.epoch;
        for at in (epoch.get()..=newest.get()).rev().filter_map(NonZeroU64::new) {
            let Some(value) = asked.rows.get(&rows::auditor_wrap(matter, at, to)?)? else { continue };
            let (generation, wrap) = split_wrap(&value)?;
            let user = self.user_key(asked)?;
            let mut here = info(known, at)?;
            let secret =
                AuditorSecret::unwrap(user.identity(), &wrap, &asked.place(matter, here), to, generation)?;
            let mut secret =
                secret.confirm(&asked.place(matter, here), here.previous, &here.confirm_auditors)?;
            while here.epoch > epoch {
                let link =
                    asked.rows.get(&rows::auditor_link(matter, here.epoch)?)?.ok_or(Code::RowMissing)?;
                let below = NonZeroU64::new(here.epoch.get() - 1).ok_or(Code::NoAccess)?;
                let older = secret.older(&asked.place(matter, here), &link)?;
                here = info(known, below)?;
                secret = older.confirm(&asked.place(matter, here), here.previous, &here.confirm_auditors)?;
            }
            return Ok(Arc::new(secret));
        }
        Err(Code::NoAccess.into())
    }

    /// A shred key of a matter.
    pub(super) fn shred(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        generation: NonZeroU64,
    ) -> Result<Arc<ShredKey>> {
        if let Some(key) = self.shreds.get(&(matter, generation)) {
            return Ok(key.clone());
        }
        let known = asked.matter(matter)?;
        let recorded = known
            .generations()
            .iter()
            .find(|one| one.generation == generation)
            .ok_or(Code::ShredKeyMissing)?;
        let bytes =
            asked.erasable.get(&rows::shred_key(matter, generation)?)?.ok_or(Code::ShredKeyMissing)?;
        let key = ShredKey::from_secret_bytes(&bytes)?;
        let firm = asked.state.trust().firm;
        let key = Arc::new(key.confirm(recorded.profile, firm, matter, generation, &recorded.confirm)?);
        self.shreds.insert((matter, generation), key.clone());
        Ok(key)
    }

    /// The key that wraps document keys under an epoch and a shred key.
    pub(super) fn document_kek(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
        generation: NonZeroU64,
    ) -> Result<DocumentKek> {
        let known = info(asked.matter(matter)?, epoch)?;
        let shred = self.shred(asked, matter, generation)?;
        let secret = self.epoch(asked, matter, epoch)?;
        Ok(secret.document_kek(&shred, &asked.place(matter, known), generation))
    }

    /// The key that wraps an epoch's detail key, under the generation it was wrapped with.
    pub(super) fn detail_kek(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
        generation: NonZeroU64,
    ) -> Result<DetailKek> {
        let known = info(asked.matter(matter)?, epoch)?;
        let shred = self.shred(asked, matter, generation)?;
        let secret = self.auditor(asked, matter, epoch)?;
        Ok(secret.detail_kek(&shred, &asked.place(matter, known), generation))
    }

    /// The detail key of an epoch.
    pub(super) fn detail_key(
        &mut self,
        asked: Asked<'_>,
        matter: MatterId,
        epoch: NonZeroU64,
    ) -> Result<Arc<DetailKey>> {
        if let Some(key) = self.details.get(&(matter, epoch)) {
            return Ok(key.clone());
        }
        let value = asked.rows.get(&rows::detail_key(matter, epoch)?)?.ok_or(Code::RowMissing)?;
        let (generation, sealed) = split_generation(&value)?;
        let kek = self.detail_kek(asked, matter, epoch, generation)?;
        let key = Arc::new(DetailKey::from_secret_bytes(&kek.open_key(sealed)?)?);
        self.details.insert((matter, epoch), key.clone());
        Ok(key)
    }
}

/// What is on record of an epoch.
pub(super) fn info(matter: &Matter, epoch: NonZeroU64) -> Result<&EpochInfo> {
    Ok(matter.epochs().iter().find(|info| info.epoch == epoch).ok_or(Code::EpochStale)?)
}

/// The value of a row that holds a wrap: the generation of the key it is made for, then the wrap.
pub(super) fn join_wrap(generation: NonZeroU64, wrap: &Wrap) -> Vec<u8> {
    [&generation.get().to_be_bytes()[..], wrap.as_bytes()].concat()
}

/// Parts of such a value.
pub(super) fn split_wrap(value: &[u8]) -> Result<(NonZeroU64, Wrap)> {
    let (generation, wrap) = split_generation(value)?;
    Ok((generation, Wrap::from_bytes(wrap)?))
}

/// A generation and what is under it.
pub(super) fn split_generation(value: &[u8]) -> Result<(NonZeroU64, &[u8])> {
    let (generation, rest) = value.split_first_chunk::<8>().ok_or(Code::StoreDamaged)?;
    Ok((NonZeroU64::new(u64::from_be_bytes(*generation)).ok_or(Code::StoreDamaged)?, rest))
}
