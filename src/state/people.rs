//! People, their devices and keys, the root, the recovery key: what the directory says of the firm.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::anchor::{CountedRoot, DeviceRow, devices_root};
use crate::audit::body::{FirmRole, MatterRole, Policy, Principal};
use crate::audit::checkpoint::firm_origin;
use crate::audit::keyring::KeyRing;
use crate::crypto::hash::sha256;
use crate::crypto::hpke::PublicKey;
use crate::crypto::profile::Profile;
use crate::crypto::sign::VerifyingKey;
use crate::id::{DeviceId, FirmId, Hash, PrincipalId, TeamId, UserId};
use crate::state::named::Named;
use crate::wire::cose::Kid;

/// A device and its keys.
#[derive(Clone, Debug)]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// Signs records.
    pub record_key: VerifyingKey,
    /// Signs checkpoints and cosignatures.
    pub log_key: VerifyingKey,
    /// Signs shares and cards.
    pub ssh_key: VerifyingKey,
    /// What the user's key is wrapped to.
    pub wrapping_key: PublicKey,
    /// A person's, or a service.
    pub class: DeviceClass,
    /// Whether it may sign.
    pub status: Status,
    pub(super) log_id: u32,
    pub(super) certified_by: DeviceId,
    pub(super) certified_at: u64,
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceClass {
    /// A person's.
    Personal,
    /// A service, which acts for users and says so.
    Service,
}

/// Where a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Certified, and has not accepted yet.
    Pending,
    /// May sign.
    Active,
    /// May not sign until an administrator lifts it.
    Suspended,
    /// Never signs again.
    Revoked,
}

/// A person of the firm.
#[derive(Clone, Debug)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// Their roles in the whole firm.
    pub roles: BTreeSet<FirmRole>,
    /// Their newest key.
    pub key: Option<UserKey>,
    /// The SHA-256 of every public key they had, by generation, the newest too.
    pub keys: BTreeMap<NonZeroU64, Hash>,
    /// Where their name lies, if it was given.
    pub named: Option<Named>,
    // When the newest key was recorded and when a device was last revoked, in the order of records.
    pub(super) key_at: u64,
    pub(super) revoked_at: u64,
}

/// The key a user's secrets are wrapped to.
#[derive(Clone, Debug)]
pub struct UserKey {
    /// Its generation, from 1.
    pub generation: NonZeroU64,
    /// Its public half.
    pub public_key: PublicKey,
    /// The algorithms of what is wrapped to it.
    pub profile: Profile,
    /// SHA-256 of the public half.
    pub hash: Hash,
}

/// The recovery key.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// Its id.
    pub id: PrincipalId,
    /// Its generation, from 1.
    pub generation: NonZeroU64,
    /// Its public half.
    pub public_key: PublicKey,
    /// SHA-256 of the public half.
    pub hash: Hash,
}

/// The firm's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its key.
    pub key: VerifyingKey,
    /// SHA-256 of the next one's.
    pub next: Hash,
}

/// Somebody a secret is wrapped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// As the epoch's record lists them.
    pub principal: Principal,
    /// To this key.
    pub public_key: PublicKey,
    /// Whether it is the recovery key, whose wraps have a purpose of their own.
    pub recovery: bool,
}

/// Everything of this kind. Cheap to copy: what is large is shared until it changes.
#[derive(Clone, Debug)]
pub(super) struct People {
    pub(super) devices: BTreeMap<DeviceId, Arc<Device>>,
    pub(super) users: BTreeMap<UserId, Arc<User>>,
    pub(super) teams: BTreeMap<TeamId, Vec<UserId>>,
    pub(super) keys: Arc<KeyRing>,
    pub(super) root: Option<Root>,
    pub(super) recovery: Option<Arc<Recovery>>,
    pub(super) policy: Option<Policy>,
    // Half of a root rotation: the directory's index of the old root's record, and its body.
    pub(super) rotating: Option<(u64, [u8; 32], Hash)>,
    // Counts records of the directory, for what came before what.
    pub(super) tick: u64,
}

impl User {
    /// The newest key, if it was recorded after the last revocation of one of the user's devices: a
    /// key from before may be known to whoever has that device.
    #[must_use]
    pub fn eligible_key(&self) -> Option<&UserKey> {
        self.key.as_ref().filter(|_| self.key_at > self.revoked_at)
    }

    fn holder(&self) -> Option<KeyHolder> {
        let key = self.eligible_key()?;
        let id = PrincipalId::from_bytes(*self.id.as_bytes());
        let principal = Principal { id, generation: key.generation, public_key: key.hash };
        Some(KeyHolder { principal, public_key: key.public_key.clone(), recovery: false })
    }

    fn principal(&self) -> Option<Principal> {
        let key = self.eligible_key()?;
        let id = PrincipalId::from_bytes(*self.id.as_bytes());
        Some(Principal { id, generation: key.generation, public_key: key.hash })
    }
}

impl Device {
    /// Its row under the devices root.
    pub(crate) fn row(&self) -> DeviceRow {
        DeviceRow {
            device: self.id,
            user: self.user,
            record_kid: Kid::of(&self.record_key),
            log_kid: Kid::of(&self.log_key),
            ssh_kid: Kid::of(&self.ssh_key),
        }
    }

    /// Whether it may sign.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

impl Recovery {
    pub(super) fn principal(&self) -> Principal {
        Principal { id: self.id, generation: self.generation, public_key: self.hash }
    }
}

impl People {
    pub(super) fn new(firm: FirmId) -> Self {
        Self {
            devices: BTreeMap::new(),
            users: BTreeMap::new(),
            teams: BTreeMap::new(),
            keys: Arc::new(KeyRing::new(firm_origin(firm))),
            root: None,
            recovery: None,
            policy: None,
            rotating: None,
            tick: 0,
        }
    }

    pub(super) fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.get(&id).map(Arc::as_ref)
    }

    pub(super) fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id).map(Arc::as_ref)
    }

    pub(super) fn is_active(&self, device: DeviceId) -> bool {
        self.device(device).is_some_and(Device::is_active)
    }

    /// A user is active with an active device.
    pub(super) fn active_users(&self) -> BTreeSet<UserId> {
        self.devices.values().filter(|device| device.is_active()).map(|device| device.user).collect()
    }

    pub(super) fn has_role(&self, user: UserId, role: FirmRole) -> bool {
        self.user(user).is_some_and(|user| user.roles.contains(&role))
    }

    /// The root over the rows of all active devices.
    pub(super) fn devices_root(&self) -> Option<CountedRoot> {
        let active = self.devices.values().filter(|device| device.is_active());
        devices_root(&active.map(|device| device.row()).collect::<Vec<_>>()).ok()
    }

    /// Who gets the secret of an epoch, ascending.
    pub(super) fn principals(
        &self,
        roles: Option<&BTreeMap<UserId, MatterRole>>,
        screened: &BTreeSet<UserId>,
    ) -> Vec<Principal> {
        let users = self.readers(roles, screened).into_iter();
        let users = users.filter_map(|id| self.user(id)?.principal());
        let mut all: Vec<_> =
            users.chain(self.recovery.as_ref().map(|recovery| recovery.principal())).collect();
        all.sort_unstable();
        all
    }

    pub(super) fn holders(
        &self,
        roles: Option<&BTreeMap<UserId, MatterRole>>,
        screened: &BTreeSet<UserId>,
    ) -> Vec<KeyHolder> {
        let users = self.readers(roles, screened).into_iter();
        let recovery = self.recovery.as_ref().map(|recovery| KeyHolder {
            principal: recovery.principal(),
            public_key: recovery.public_key.clone(),
            recovery: true,
        });
        let mut all: Vec<_> = users.filter_map(|id| self.user(id)?.holder()).chain(recovery).collect();
        all.sort_by_key(|holder| holder.principal);
        all
    }

    pub(super) fn auditors(
        &self,
        roles: &BTreeMap<UserId, MatterRole>,
        screened: &BTreeSet<UserId>,
    ) -> Vec<KeyHolder> {
        let auditors = roles.iter().filter(|(_, role)| **role == MatterRole::Auditor);
        let auditors = auditors.filter(|(id, _)| !screened.contains(id));
        auditors.filter_map(|(id, _)| self.user(*id)?.holder()).collect()
    }

    fn readers(
        &self,
        roles: Option<&BTreeMap<UserId, MatterRole>>,
        screened: &BTreeSet<UserId>,
    ) -> Vec<UserId> {
        let reads =
            |role: &MatterRole| matches!(role, MatterRole::Lead | MatterRole::Member | MatterRole::Reader);
        let users: Vec<UserId> = match roles {
            Some(roles) => roles.iter().filter(|(_, role)| reads(role)).map(|(id, _)| *id).collect(),
            None => self.active_users().into_iter().collect(),
        };
        users.into_iter().filter(|id| !screened.contains(id)).collect()
    }

    pub(super) fn change_device(&mut self, id: DeviceId, change: impl FnOnce(&mut Device)) {
        if let Some(device) = self.devices.get_mut(&id) {
            change(Arc::make_mut(device));
        }
    }

    pub(super) fn change_user(&mut self, id: UserId, change: impl FnOnce(&mut User)) {
        let user = self.users.entry(id).or_insert_with(|| {
            Arc::new(User {
                id,
                roles: BTreeSet::new(),
                key: None,
                keys: BTreeMap::new(),
                named: None,
                key_at: 0,
                revoked_at: 0,
            })
        });
        change(Arc::make_mut(user));
    }
}

/// SHA-256 of a public key: what an epoch's list holds.
pub(super) fn key_hash(key: &PublicKey) -> Hash {
    sha256(key.as_bytes())
}
