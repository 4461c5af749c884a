//! How a person joins: request on their device, enrol on an administrator's, accept on theirs.

use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::body::{self, Body, FirmRole, List, User};
use crate::audit::checkpoint::Head;
use crate::audit::detail::Details;
use crate::audit::record::Draft;
use crate::error::{Code, Result};
use crate::id::{DeviceId, MatterId, UserId};
use crate::keys::{DeviceKeys, Protector, PublicKey, UserKey};
use crate::secret::ct_eq;
use crate::state::Status;
use crate::store::Storage;
use crate::vault::commit::Plan;
use crate::vault::enrolment::{Approval, EnrolmentRequest, NewUser};
use crate::vault::local::{Local, Owner};
use crate::vault::names::{self, NAME};
use crate::vault::rows;
use crate::vault::session::Inner;
use crate::vault::{Options, Vault};

impl Vault {
    /// Makes the keys of a new device, protected, in its own folder. Hand the request to an
    /// administrator, and its [words](EnrolmentRequest::words) by voice. A device that has requested
    /// and was not accepted yet requests again, with the same keys.
    ///
    /// # Errors
    /// `already-there` if the device belongs to a firm or to another user; `unlock-refused` if it has
    /// requested under another protector; `entropy`, `io`; the protector's own.
    #[allow(clippy::needless_pass_by_value)]
    pub fn request(
        storage: Storage,
        new: NewUser,
        protector: Arc<dyn Protector>,
    ) -> Result<EnrolmentRequest> {
        if Local::is_there(&*storage.device)? {
            let (local, keys) = Local::load(&*storage.device, &*protector)?;
            let Owner { device, user } = local.owner;
            if local.trust.is_some() || new.user.is_some_and(|other| other != user) {
                return Err(Code::AlreadyThere.into());
            }
            return Ok(EnrolmentRequest::of(&new, device, user, &keys));
        }
        let keys = DeviceKeys::generate()?;
        let user = new.user.map_or_else(UserId::generate, Ok)?;
        let owner = Owner { device: DeviceId::generate()?, user };
        let mut local = Local::new(&keys, owner, None, &*protector)?;
        local.save(&*storage.device, &keys)?;
        Ok(EnrolmentRequest::of(&new, owner.device, user, &keys))
    }

    /// Certifies the device of a request whose words the person has read out: `words` is what was
    /// heard. A new person gets these roles in the firm (none: they work in matters they are admitted
    /// to). The same request once more, while it is not accepted, gets the same approval and changes
    /// nothing: for an approval that was lost on its way.
    ///
    /// # Errors
    /// `words` if they are not those of the request; `role-missing` unless this user is an
    /// administrator or the device is their own; `key-used` if a key was certified before; what
    /// verifying forward and committing can fail with.
    pub fn enrol(
        &self,
        request: &EnrolmentRequest,
        words: &[impl AsRef<str>],
        roles: &[FirmRole],
    ) -> Result<Approval> {
        let heard: Vec<&str> = words.iter().map(|word| word.as_ref().trim()).collect();
        if !ct_eq(heard.join(" ").to_lowercase().as_bytes(), request.words().join(" ").as_bytes()) {
            return Err(Code::Words.into());
        }
        self.0.commit(|asked, ring| {
            let directory = asked.state.directory().ok_or(Code::NotAVault)?;
            let mut plan = Plan::default();
            if let Some(known) = asked.state.device(request.device) {
                // Nothing is recorded that the fold could refuse, so it is asked here.
                let user = asked.state.user(asked.owner.user);
                let may = user.is_some_and(|user| user.roles.contains(&FirmRole::Administrator))
                    || request.user == asked.owner.user;
                return match (request.is_certified(known), may) {
                    (true, true) => Ok((plan, ())),
                    (true, false) => Err(Code::RoleMissing.into()),
                    (false, _) => Err(Code::KeyUsed.into()),
                };
            }
            if asked.state.user(request.user).is_none() {
                let body = User { user: request.user, roles: List::new(roles.to_vec())? };
                let mut draft = Draft::new(&Body::User(body));
                let matter = MatterId::from_bytes(*directory.as_bytes());
                // A name that this user has no key for is left out: it is a convenience, not a fact.
                let under = names::under(asked, ring, matter).unwrap_or(None);
                if under.is_some() && !request.name.is_empty() {
                    draft.details = Some(Details::new([(NAME, request.name.as_bytes())])?);
                }
                let under = under.filter(|_| draft.details.is_some());
                plan.draft(directory, draft, under);
            }
            plan.record(directory, &Body::DeviceCertified(request.certificate()));
            let known = asked.state.user(request.user).and_then(|user| user.key.as_ref());
            if let Some(known) = known.filter(|_| request.user == asked.owner.user) {
                // A second device of one's own costs one wrap.
                let key = ring.user_key(asked)?;
                let to = PublicKey::from_bytes(&*request.wrapping_key)?;
                let firm = asked.state.trust().firm;
                let wrap = key.wrap_to_device(&to, firm, request.device, request.user, known.profile)?;
                plan.put(rows::user_key(request.device, known.generation)?, wrap.as_bytes().to_vec());
            }
            Ok((plan, ()))
        })?;
        let pin = self.0.look(|session, _| Ok(session.state()?.ledger_head().ok_or(Code::NotAVault)?))?;
        Ok(Approval::new(self.0.trust, request, Head { size: pin.size, root: pin.root }))
    }

    /// Takes the approval on the new device: verifies the whole store from what the approval says to
    /// trust, then puts the device, and a new person's key, on record.
    ///
    /// # Errors
    /// `device-state-missing`; `enrolment-mismatch` if the approval is for another device, or the
    /// store certifies other keys for it; `other-firm`, `ledger-rollback`, `ledger-forked` if the
    /// store is not the one approved; those of [`unlock`](Self::unlock).
    #[allow(clippy::needless_pass_by_value)]
    pub fn accept(
        storage: Storage,
        approval: &Approval,
        protector: Arc<dyn Protector>,
        options: Options,
    ) -> Result<Self> {
        let (mut local, keys) = Local::load(&*storage.device, &*protector)?;
        if local.owner != (Owner { device: approval.device, user: approval.user }) {
            return Err(Code::EnrolmentMismatch.into());
        }
        if local.trust.is_some_and(|trust| trust != approval.trust()) {
            return Err(Code::OtherFirm.into());
        }
        local.set_trust(approval.trust());
        if local.pin.is_none_or(|pin| pin.size < approval.pin.size) {
            local.set_pin(approval.pin);
        }
        let inner = Inner::new(storage, options, local, keys)?;
        let profile = inner.options.profile;
        inner.commit(|asked, ring| {
            let Owner { device, user } = asked.owner;
            let known = asked.state.device(device).ok_or(Code::EnrolmentMismatch)?;
            let own = asked.keys;
            let same = known.user == user
                && known.record_key == own.record().verifying_key()
                && known.log_key == own.log().verifying_key()
                && known.ssh_key == own.ssh().verifying_key()
                && known.wrapping_key == *own.identity().public();
            if !same {
                return Err(Code::EnrolmentMismatch.into());
            }
            let mut plan = Plan::default();
            match known.status {
                Status::Pending => {}
                // Accepted by an earlier call that broke off after its commit.
                Status::Active => return Ok((plan, ())),
                _ => return Err(Code::NotActive.into()),
            }
            let directory = asked.state.directory().ok_or(Code::NotAVault)?;
            plan.record(directory, &Body::DeviceAccepted(body::Device { device }));
            if asked.state.user(user).is_none_or(|user| user.key.is_none()) {
                let key = UserKey::generate(NonZeroU64::MIN)?;
                let firm = asked.state.trust().firm;
                let wrap = key.wrap_to_device(own.identity().public(), firm, device, user, profile)?;
                plan.put(rows::user_key(device, key.generation())?, wrap.as_bytes().to_vec());
                plan.record(directory, &user_key_body(&key, user, profile));
                ring.keep_user_key(key);
            }
            Ok((plan, ()))
        })?;
        let vault = Self(Arc::new(inner));
        vault.0.begin()?;
        Ok(vault)
    }
}

/// The record of a user key.
pub(super) fn user_key_body(key: &UserKey, user: UserId, profile: crate::crypto::profile::Profile) -> Body {
    Body::UserKey(body::UserKey {
        user,
        generation: key.generation(),
        public_key: Box::new(*key.public().as_bytes()),
        profile,
    })
}
