//! The acts in the directory: people, devices, keys, the root, which matters exist.

use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::Fault;
use crate::audit::body::{
    Body, DeviceCertified, DeviceRevoked, FirmRole, RecoveryKey, RootRotated, UserKey as Key,
};
use crate::audit::keyring::NewKeys;
use crate::audit::kind::{ChainType, Kind};
use crate::audit::record::Record;
use crate::crypto::hash::sha256;
use crate::crypto::hpke::PublicKey;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Error};
use crate::id::{ChainId, DeviceId, UserId};
use crate::state::acts::{Act, Detailed};
use crate::state::authority::Standing;
use crate::state::findings::Findings;
use crate::state::fold::{Author, Context, Leaf, directory_role, list, rule_and_body, standing};
use crate::state::matter::Matter;
use crate::state::named::Named;
use crate::state::people::{Device, DeviceClass, People, Recovery, Root, Status, UserKey, key_hash};
use crate::wire::note::{KeyKind, key_id};

/// The directory: people, and the firm's own matter.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) people: People,
    pub(super) matter: Matter,
}

/// What a commit's directory records mean for the other chains.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// Matters in the order in which they were opened, each with its lead.
    pub(super) opened: Vec<(ChainId, UserId)>,
    /// Whose devices were revoked.
    pub(super) revoked: BTreeSet<UserId>,
    pub(super) findings: Findings,
}

/// What is known of a chain that is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Exists,
    Begins,
    Missing,
}

impl Directory {
    /// Folds the directory's leaves of one commit, each by the state that the leaf before it left.
    pub(super) fn fold(
        &mut self,
        from: u64,
        leaves: &[Leaf<'_>],
        context: &Context<'_>,
        opening: &dyn Fn(ChainId) -> Opening,
    ) -> Effects {
        let mut effects = Effects::default();
        let mut detailed = Detailed::default();
        let chain = self.matter.chain;
        for (at, leaf) in leaves.iter().enumerate() {
            let Some(record) = &leaf.record else { continue };
            let index = from.saturating_add(at as u64);
            self.people.tick = self.people.tick.saturating_add(1);
            match self.take(index, leaf, record, context, opening, &mut effects) {
                Ok(()) => {
                    detailed.note(at, record);
                    list(&mut effects.findings, chain, index, record.payload().kind);
                }
                Err(why) => effects.findings.report(context.reported(chain, index, record, why)),
            }
        }
        detailed.settle(&self.matter, from, leaves, context, &mut effects.findings);
        effects
    }

    /// Whether leaf 0 begins the directory: the right genesis by the root.
    pub(super) fn begins_with(&self, leaf: &Leaf<'_>, context: &Context<'_>) -> bool {
        let Some(record) = &leaf.record else { return false };
        let Ok(Body::Genesis(genesis)) = leaf.body() else { return false };
        let mut newest = std::collections::BTreeMap::new();
        let author = context.admit(leaf, record, self.matter.chain, &self.people, &mut newest, None);
        author == Ok(Author::Root) && super::is_genesis_of(genesis, context.trust.genesis)
    }

    fn take(
        &mut self,
        index: u64,
        leaf: &Leaf<'_>,
        record: &Record<'_>,
        context: &Context<'_>,
        opening: &dyn Fn(ChainId) -> Opening,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let half = self.people.rotating.take();
        // The second record of a rotation: directly after the first, of one body, by the new root.
        let second = half.filter(|(first, new, next)| {
            let same = matches!(leaf.body(), Ok(Body::RootRotated(body)) if body.new_root == *new && body.next_root == *next);
            index == first.saturating_add(1) && same && record.payload().author == context.firm_author()
        });
        let new_root =
            second.map(|(_, new, _)| VerifyingKey::enrol(&new)).transpose().map_err(|_| Fault::Key)?;
        let chain = self.matter.chain;
        let newest = &mut self.matter.newest;
        let author = context.admit(leaf, record, chain, &self.people, newest, new_root.as_ref())?;
        let kind = record.payload().kind;
        if kind == Kind::GENESIS {
            return if index == 0 { Ok(()) } else { Err(Fault::Genesis) };
        }
        if !kind.stands_in(ChainType::Directory) {
            return Err(Fault::Kind);
        }
        let standing = self.standing(author);
        let (rule, body) = rule_and_body(leaf, record, &standing)?;
        let standing = self.about(author, standing, body);
        let act = Act { leaf, record, rule, body, author, standing };
        if !rule.allows(&standing) {
            return Err(Fault::Role);
        }
        match body {
            Body::Policy(policy) => {
                let before = self.people.policy.as_ref().map_or(0, |policy| policy.version.get());
                if policy.version.get() != before.saturating_add(1) {
                    return Err(Fault::PolicyVersion);
                }
                self.people.policy = Some(policy.clone());
            }
            Body::User(user) => {
                let roles = user.roles.items().iter().copied().collect();
                let named = Named::of(record);
                self.people.change_user(user.user, |user| {
                    user.roles = roles;
                    // A record without a name takes none away.
                    user.named = named.or(user.named);
                });
            }
            Body::Team(team) => {
                self.people.teams.insert(team.team, team.users.items().to_vec());
            }
            Body::DeviceCertified(device) => self.certify(device, record, context, author)?,
            Body::DeviceAccepted(device) => self.accept(device.device, author)?,
            Body::DeviceSuspended(device) => {
                self.people.device(device.device).filter(|device| device.is_active()).ok_or(Fault::Device)?;
                self.people.change_device(device.device, |device| device.status = Status::Suspended);
            }
            Body::DeviceRevoked(body) => self.revoke(body, effects)?,
            Body::UserKey(key) => self.user_key(key)?,
            Body::RootRotated(body) => self.rotate_root(index, body, new_root)?,
            Body::MatterOpened(body) => {
                let opened = ChainId::from_bytes(*body.matter.as_bytes());
                let again = effects.opened.iter().any(|(chain, _)| *chain == opened);
                let reserved = opened == chain || opened.as_bytes() == context.trust.firm.as_bytes();
                match opening(opened) {
                    _ if again || reserved => return Err(Fault::MatterExists),
                    Opening::Exists => return Err(Fault::MatterExists),
                    Opening::Missing => return Err(Fault::MatterWithoutGenesis),
                    Opening::Begins => {}
                }
                let Author::Device(_, lead) = author else { return Err(Fault::Role) };
                effects.opened.push((opened, lead));
            }
            Body::RecoverySplit(body) | Body::RecoveryRotated(body) => self.recovery(body)?,
            _ => self.matter.act(&act, &self.people, true)?,
        }
        Ok(())
    }

    fn standing(&self, author: Author) -> Standing {
        match author {
            Author::Root => {
                Standing { root: true, first: self.people.devices.is_empty(), ..Standing::default() }
            }
            Author::Device(_, user) => {
                standing(&self.people, user, directory_role(&self.people, user), false)
            }
        }
    }

    /// With what the author is to what the act is about.
    fn about(&self, author: Author, standing: Standing, body: &Body) -> Standing {
        let Author::Device(signer, user) = author else { return standing };
        let (device, owner) = match body {
            Body::DeviceCertified(body) => (None, Some(body.user)),
            Body::UserKey(body) => (None, Some(body.user)),
            Body::DeviceAccepted(body) | Body::DeviceSuspended(body) => (Some(body.device), None),
            Body::DeviceRevoked(body) => (Some(body.device), None),
            _ => (None, None),
        };
        let known = device.and_then(|device| self.people.device(device));
        Standing {
            own: owner.or(known.map(|device| device.user)) == Some(user),
            pending: device == Some(signer),
            lifting: known.is_some_and(|device| device.status == Status::Suspended),
            ..standing
        }
    }

    fn certify(
        &mut self,
        body: &DeviceCertified,
        record: &Record<'_>,
        context: &Context<'_>,
        author: Author,
    ) -> Result<(), Fault> {
        let class = match body.class {
            0 => DeviceClass::Personal,
            1 => DeviceClass::Service,
            _ => return Err(Fault::Device),
        };
        let taken = self.people.devices.contains_key(&body.device) || body.device == context.firm_author();
        let first = author == Author::Root;
        if taken || !(first || self.people.users.contains_key(&body.user)) {
            return Err(Fault::Device);
        }
        let wrapping_key = PublicKey::from_bytes(body.wrapping_key.as_slice()).map_err(|_| Fault::Key)?;
        let keys =
            Arc::make_mut(&mut self.people.keys).certify_device(body).map_err(|error| key_fault(&error))?;
        let (Some(log_key), Some(ssh_key)) = (keys.log, keys.ssh) else { return Err(Fault::Key) };
        if first {
            self.people.change_user(body.user, |user| {
                user.roles.insert(FirmRole::Administrator);
            });
        }
        let origin = crate::audit::checkpoint::firm_origin(context.trust.firm);
        let device = Device {
            id: body.device,
            user: body.user,
            record_key: keys.record,
            log_key,
            ssh_key,
            wrapping_key,
            class,
            status: Status::Pending,
            log_id: key_id(&origin, KeyKind::Ed25519, &log_key),
            certified_by: record.payload().author,
            certified_at: context.ledger_index,
        };
        self.people.devices.insert(body.device, Arc::new(device));
        Ok(())
    }

    fn accept(&mut self, id: DeviceId, author: Author) -> Result<(), Fault> {
        let device = self.people.device(id).ok_or(Fault::Device)?;
        let itself = matches!(author, Author::Device(signer, _) if signer == id);
        let right = if itself { Status::Pending } else { Status::Suspended };
        if device.status != right {
            return Err(Fault::Device);
        }
        self.people.change_device(id, |device| device.status = Status::Active);
        Ok(())
    }

    /// The device falls; with `compromised_from` everything it certified since then, and what that
    /// certified.
    fn revoke(&mut self, body: &DeviceRevoked, effects: &mut Effects) -> Result<(), Fault> {
        let device = self.people.device(body.device).ok_or(Fault::Device)?;
        if device.status == Status::Revoked && body.compromised_from.is_none() {
            return Err(Fault::Device);
        }
        let mut falling = vec![body.device];
        let mut fallen = BTreeSet::new();
        while let Some(id) = falling.pop() {
            if !fallen.insert(id) {
                continue;
            }
            if let Some(from) = body.compromised_from {
                let certified = self.people.devices.values();
                let certified =
                    certified.filter(|other| other.certified_by == id && other.certified_at >= from);
                falling.extend(certified.map(|other| other.id));
            }
        }
        let tick = self.people.tick;
        for id in fallen {
            let Some(user) = self.people.device(id).map(|device| device.user) else { continue };
            self.people.change_device(id, |device| device.status = Status::Revoked);
            self.people.change_user(user, |user| user.revoked_at = tick);
            effects.revoked.insert(user);
            // In the directory every active user reads.
            self.matter.closed = true;
        }
        Ok(())
    }

    fn user_key(&mut self, body: &Key) -> Result<(), Fault> {
        let user = self.people.user(body.user).ok_or(Fault::User)?;
        follows(user.key.as_ref().map(|key| key.generation), body.generation)?;
        let public_key = PublicKey::from_bytes(body.public_key.as_slice()).map_err(|_| Fault::Key)?;
        let hash = key_hash(&public_key);
        let key = UserKey { generation: body.generation, public_key, profile: body.profile, hash };
        let tick = self.people.tick;
        self.people.change_user(body.user, |user| {
            user.keys.insert(key.generation, hash);
            user.key = Some(key);
            user.key_at = tick;
        });
        Ok(())
    }

    fn rotate_root(
        &mut self,
        index: u64,
        body: &RootRotated,
        second: Option<VerifyingKey>,
    ) -> Result<(), Fault> {
        let root = self.people.root.ok_or(Fault::RootKey)?;
        if let Some(key) = second {
            certify_root(&mut self.people, &body.new_root)?;
            self.people.root = Some(Root { key, next: body.next_root });
            return Ok(());
        }
        if sha256(&body.new_root) != root.next {
            return Err(Fault::RootKey);
        }
        // Whether it may be taken into use at all shows now, before anybody signs with it.
        certify_root(&mut self.people.clone(), &body.new_root)?;
        self.people.rotating = Some((index, body.new_root, body.next_root));
        Ok(())
    }

    fn recovery(&mut self, body: &RecoveryKey) -> Result<(), Fault> {
        follows(self.people.recovery.as_ref().map(|recovery| recovery.generation), body.generation)?;
        let public_key = PublicKey::from_bytes(body.public_key.as_slice()).map_err(|_| Fault::Key)?;
        let hash = key_hash(&public_key);
        let recovery = Recovery { id: body.recovery, generation: body.generation, public_key, hash };
        self.people.recovery = Some(Arc::new(recovery));
        Ok(())
    }
}

/// Takes a root's key into use.
pub(super) fn certify_root(people: &mut People, key: &[u8; 32]) -> Result<VerifyingKey, Fault> {
    let keys = Arc::make_mut(&mut people.keys);
    let certified = keys.certify(&NewKeys { record: key, log: None, ssh: None });
    certified.map(|keys| keys.record).map_err(|error| key_fault(&error))
}

fn key_fault(error: &Error) -> Fault {
    match error.code_value() {
        Code::KeyUsed => Fault::KeyUsed,
        _ => Fault::Key,
    }
}

/// Generations of keys count from 1 without gaps.
fn follows(before: Option<NonZeroU64>, new: NonZeroU64) -> Result<(), Fault> {
    let before = before.map_or(0, NonZeroU64::get);
    if new.get() == before.saturating_add(1) { Ok(()) } else { Err(Fault::KeyGeneration) }
}
