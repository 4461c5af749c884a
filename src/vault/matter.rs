//! A matter: who may do what in it, admitting and removing people.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::audit::body::{
    Body, ChainGenesis, Epoch, FirmRole, Genesis, Grant, MatterOpened, MatterRole, Person, Reason,
};
use crate::audit::detail::Details;
use crate::audit::record::Draft;
use crate::error::{Code, Result};
use crate::id::{MatterId, UserId};
use crate::rotation::{MatterRotation, NotRotated, RotationReport};
use crate::state::KeyHolder;
use crate::vault::Vault;
use crate::vault::commit::{Plan, chain_of};
use crate::vault::documents::may_know;
use crate::vault::epoch::{self, Begin, first_shred_key, wrap_epoch};
use crate::vault::names::{self, NAME, REASON};
use crate::vault::ring::{Asked, Ring, join_wrap};
use crate::vault::rows;
use crate::vault::session::Inner;
use crate::vault::wraps::{delete_wraps, directory_wraps, secrets};

/// A matter of an unlocked vault. Cheap to clone.
#[derive(Clone)]
pub struct Matter {
    pub(super) inner: Arc<Inner>,
    pub(super) id: MatterId,
}

/// A matter to be opened.
#[derive(Clone)]
pub struct NewMatter {
    id: Option<MatterId>,
    name: String,
}

/// Somebody with a role in a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// The role.
    pub role: MatterRole,
}

impl NewMatter {
    /// A matter of this name, which its members alone can read.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { id: None, name: name.into() }
    }

    /// The same with an id that the host drew.
    #[must_use]
    pub fn with_id(self, id: MatterId) -> Self {
        Self { id: Some(id), ..self }
    }
}

impl Vault {
    /// Opens a matter: its chain, its first shred key, its first epoch, in one commit. This user is
    /// its lead.
    ///
    /// # Errors
    /// `role-missing` if this user may not open matters; `already-there` for an id that is taken;
    /// what verifying forward and committing can fail with.
    #[allow(clippy::needless_pass_by_value)]
    pub fn open_matter(&self, new: NewMatter) -> Result<Matter> {
        let id = new.id.map_or_else(MatterId::generate, Ok)?;
        let profile = self.0.options.profile;
        self.0.commit(|asked, ring| {
            if asked.state.matter(id).is_some() || asked.state.head(chain_of(id)).is_some() {
                return Err(Code::AlreadyThere.into());
            }
            let may = |user: &crate::state::User| user.roles.contains(&FirmRole::Administrator);
            if !asked.state.user(asked.owner.user).is_some_and(may) {
                return Err(Code::RoleMissing.into());
            }
            let directory = asked.state.directory().ok_or(Code::NotAVault)?;
            let (shred_body, shred) = first_shred_key(asked, id, profile)?;
            let roles = BTreeMap::from([(asked.owner.user, MatterRole::Lead)]);
            let screened = Default::default();
            let begin = Begin {
                matter: id,
                profile,
                roles: Some(&roles),
                screened: &screened,
                generation: std::num::NonZeroU64::MIN,
                reason: Reason::First,
            };
            let begun = epoch::begin(asked, ring, &begin, None, Some(shred))?;
            let genesis = ChainGenesis { ledger_genesis: asked.state.trust().genesis };
            let mut draft = Draft::new(&Body::Genesis(Genesis::Chain(genesis)));
            draft.details = Some(Details::new([(NAME, new.name.as_bytes())])?);
            let mut plan = Plan::default();
            plan.record(directory, &Body::MatterOpened(MatterOpened { matter: id }));
            plan.draft(chain_of(id), draft, Some(begun.under));
            plan.record(chain_of(id), &shred_body).record(chain_of(id), &begun.body);
            plan.rows = begun.rows;
            Ok((plan, ()))
        })?;
        Ok(Matter { inner: self.0.clone(), id })
    }

    /// A matter by its id.
    ///
    /// # Errors
    /// `matter-unknown`; what verifying forward can fail with.
    pub fn matter(&self, id: MatterId) -> Result<Matter> {
        self.0
            .look(|session, _| Ok(session.state()?.matter(id).map(|_| ()).ok_or(Code::MatterUnknown)?))?;
        Ok(Matter { inner: self.0.clone(), id })
    }

    /// Every matter there is, in the order in which they were opened, whether or not this user has a
    /// role in it.
    ///
    /// # Errors
    /// What verifying forward can fail with.
    pub fn matters(&self) -> Result<Vec<Matter>> {
        let ids: Vec<_> =
            self.0.look(|session, _| Ok(session.state()?.matters().map(|matter| matter.id()).collect()))?;
        Ok(ids.into_iter().map(|id| Matter { inner: self.0.clone(), id }).collect())
    }
}

impl Matter {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> MatterId {
        self.id
    }

    /// Its name; `None` if it has none.
    ///
    /// # Errors
    /// `no-access` or `screened` unless this user's role has a key of an epoch; what verifying forward can
    /// fail with.
    pub fn name(&self) -> Result<Option<String>> {
        self.inner.ask(|asked, ring| {
            // Not what an unlocked vault still has from before its user left.
            may_know(asked, self.id)?;
            names::of_matter(asked, ring, asked.matter(self.id)?)
        })
    }

    /// Who has a role in it, by id.
    ///
    /// # Errors
    /// What verifying forward can fail with.
    pub fn members(&self) -> Result<Vec<Member>> {
        self.inner.ask(|asked, _| {
            let roles = asked.matter(self.id)?.roles().iter();
            Ok(roles.map(|(&user, &role)| Member { user, role }).collect())
        })
    }

    /// The number of its newest epoch, from 1.
    ///
    /// # Errors
    /// What verifying forward can fail with.
    pub fn epoch(&self) -> Result<u64> {
        self.inner.ask(|asked, _| Ok(asked.matter(self.id)?.epoch().map_or(0, |epoch| epoch.epoch.get())))
    }

    /// Gives a user a role, or another one. Whoever reads content gets the newest epoch's secret,
    /// and through it the older ones; an auditor the auditors' secret; a depositor nothing. A role with
    /// less to read than the one before begins the next epoch in the same commit.
    ///
    /// # Errors
    /// `role-missing` unless this user is lead, `no-access` if they hold no key here; `user-unknown`,
    /// `user-key-missing`; `screened`; `already-admitted`; `matter-closed`; what verifying forward and
    /// committing can fail with.
    pub fn admit(&self, user: UserId, role: MatterRole) -> Result<()> {
        self.inner.commit(|asked, ring| {
            let known = asked.matter(self.id)?;
            if known.screened().contains(&user) {
                return Err(Code::Screened.into());
            }
            let before = known.roles().get(&user).copied();
            if before == Some(role) {
                return Err(Code::AlreadyAdmitted.into());
            }
            let user_known = asked.state.user(user).ok_or(Code::UserUnknown)?;
            if user_known.key.is_none() {
                return Err(Code::UserKeyMissing.into());
            }
            if known.closed() {
                return Err(Code::MatterClosed.into());
            }
            let mut plan = Plan::default();
            plan.record(chain_of(self.id), &Body::Grant(Grant { user, role }));
            let roles = BTreeMap::from([(user, role)]);
            let of_user = |holder: &KeyHolder| holder.principal.id == rows::principal(user);
            let newest = known.epoch().ok_or(Code::NoAccess)?;
            let place = asked.place(self.id, newest);
            for holder in
                asked.state.principals(Some(&roles), known.screened()).iter().filter(|one| of_user(one))
            {
                let secret = ring.epoch(asked, self.id, newest.epoch)?;
                plan.rows.push(wrap_epoch(&secret, &place, holder)?);
            }
            for holder in asked.state.auditors(&roles, known.screened()).iter().filter(|one| of_user(one)) {
                let secret = ring.auditor(asked, self.id, newest.epoch)?;
                let (to, generation) = (holder.principal.id, holder.principal.generation);
                let wrap = secret.wrap(&holder.public_key, &place, to, generation)?;
                plan.put(rows::auditor_wrap(self.id, newest.epoch, to)?, join_wrap(generation, &wrap));
            }
            if before.is_some_and(|before| secrets(before) > secrets(role)) {
                // Who is to have a secret no more loses it as somebody removed does: with the next epoch.
                let mut left = known.roles().clone();
                left.insert(user, role);
                plan.rows.clear();
                self.next_epoch(asked, ring, &mut plan, (&left, known.screened()), Reason::ByHand)?;
                for prefix in rows::wraps(self.id) {
                    delete_wraps(asked, &mut plan, &prefix, user)?;
                }
            } else if before == Some(MatterRole::Auditor) {
                // Who reads content derives the auditors' secret; a wrap of it would be one too many.
                let [_, of_auditors] = rows::wraps(self.id);
                delete_wraps(asked, &mut plan, &of_auditors, user)?;
            }
            plan.rows.extend(directory_wraps(asked, ring)?);
            Ok((plan, ()))
        })
    }

    /// Removes a user, and begins the next epoch in the same commit: what is sealed from there on
    /// they cannot open, and the reason is sealed where they cannot read it. Costs one wrap for each
    /// who stays, nothing for a document.
    ///
    /// What it cannot undo is in the report: they keep every document key they held.
    ///
    /// # Errors
    /// `role-missing` unless this user may; `user-unknown` if they have no role here; `no-access` if
    /// this user holds no key of the matter and cannot begin its next epoch; what verifying forward
    /// and committing can fail with.
    pub fn remove(&self, user: UserId, reason: &str) -> Result<RotationReport> {
        self.leave(user, reason, Leaving::Remove)
    }

    /// Puts up an ethical wall: a signed deny that overrides every grant by any path, now and later,
    /// and the next epoch in the same commit.
    ///
    /// # Errors
    /// As [`remove`](Self::remove), `user-unknown` for who is not of the firm; `screened` if the wall
    /// stands already.
    pub fn screen(&self, user: UserId, reason: &str) -> Result<RotationReport> {
        self.leave(user, reason, Leaving::Screen)
    }

    /// Begins the next epoch with the people there are.
    ///
    /// # Errors
    /// `role-missing`, `no-access`; what verifying forward and committing can fail with.
    pub fn rotate(&self) -> Result<RotationReport> {
        let rotation = self.inner.commit(|asked, ring| {
            let mut plan = Plan::default();
            let known = asked.matter(self.id)?;
            let roles = known.roles().clone();
            let screened = known.screened().clone();
            let rotation = self.next_epoch(asked, ring, &mut plan, (&roles, &screened), Reason::ByHand)?;
            Ok((plan, rotation.0))
        })?;
        Ok(RotationReport { rotated: vec![rotation], not_rotated: Vec::new() })
    }

    fn leave(&self, user: UserId, reason: &str, leaving: Leaving) -> Result<RotationReport> {
        let rotation = self.inner.commit(|asked, ring| {
            let known = asked.matter(self.id)?;
            let mut roles = known.roles().clone();
            let mut screened = known.screened().clone();
            let had = roles.remove(&user).is_some();
            let body = match leaving {
                Leaving::Remove if !had => return Err(Code::UserUnknown.into()),
                Leaving::Remove => Body::Remove(Person { user }),
                Leaving::Screen if !screened.insert(user) => return Err(Code::Screened.into()),
                Leaving::Screen if asked.state.user(user).is_none() => return Err(Code::UserUnknown.into()),
                Leaving::Screen => Body::Screen(Person { user }),
            };
            let mut draft = Draft::new(&body);
            if !reason.is_empty() {
                draft.details = Some(Details::new([(REASON, reason.as_bytes())])?);
            }
            let mut plan = Plan::default();
            let why = if leaving == Leaving::Remove { Reason::Removal } else { Reason::Screen };
            let mut epoch = Plan::default();
            let (mut rotation, under) = self.next_epoch(asked, ring, &mut epoch, (&roles, &screened), why)?;
            let under = draft.details.is_some().then_some(under);
            plan.draft(chain_of(self.id), draft, under);
            plan.records.extend(epoch.records);
            plan.rows.extend(epoch.rows);
            for prefix in rows::wraps(self.id) {
                rotation.deleted += delete_wraps(asked, &mut plan, &prefix, user)?;
            }
            Ok((plan, rotation))
        })?;
        Ok(RotationReport { rotated: vec![rotation], not_rotated: Vec::new() })
    }

    /// Plans the next epoch for these people.
    fn next_epoch(
        &self,
        asked: Asked<'_>,
        ring: &mut Ring,
        plan: &mut Plan,
        (roles, screened): (&BTreeMap<UserId, MatterRole>, &std::collections::BTreeSet<UserId>),
        reason: Reason,
    ) -> Result<(MatterRotation, crate::vault::commit::Under)> {
        let known = asked.matter(self.id)?;
        let generation = known.generation().ok_or(Code::ShredKeyMissing)?.generation;
        let profile = self.inner.options.profile;
        let begin = Begin { matter: self.id, profile, roles: Some(roles), screened, generation, reason };
        let begun = epoch::begin(asked, ring, &begin, Some(known), None)?;
        plan.record(chain_of(self.id), &begun.body);
        let bytes = begun.rows.iter().map(|(_, value)| value.as_ref().map_or(0, Vec::len) as u64).sum();
        let documents = known.documents_count();
        plan.rows.extend(begun.rows);
        let epoch = match &begun.body {
            Body::Epoch(Epoch { epoch, .. }) => epoch.get(),
            _ => return Err(Code::RecordRefused.into()),
        };
        let rotation = MatterRotation {
            matter: self.id,
            epoch,
            wraps: begun.wraps,
            bytes,
            deleted: 0,
            could_copy: documents,
        };
        Ok((rotation, begun.under))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Remove,
    Screen,
}

impl Vault {
    /// Removes a user from every matter they have a role in, the matters enumerated from the
    /// directory and never from rows. Resumable: what is done stays done, call it again for the rest.
    ///
    /// # Errors
    /// What verifying forward can fail with; a matter that cannot be rotated by this user is in the
    /// report with its code.
    pub fn remove_person(&self, user: UserId, reason: &str) -> Result<RotationReport> {
        let matters: Vec<MatterId> = self.0.ask(|asked, _| {
            asked.state.user(user).ok_or(Code::UserUnknown)?;
            let theirs = asked.state.matters().filter(|matter| matter.roles().contains_key(&user));
            Ok(theirs.map(|matter| matter.id()).collect())
        })?;
        let mut report = RotationReport::default();
        for id in matters {
            match (Matter { inner: self.0.clone(), id }).remove(user, reason) {
                Ok(one) => report.rotated.extend(one.rotated),
                Err(error) => report.not_rotated.push(NotRotated { matter: id, why: error.code_value() }),
            }
        }
        Ok(report)
    }
}

impl fmt::Debug for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matter({})", self.id)
    }
}

impl fmt::Debug for NewMatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMatter").field("id", &self.id).finish_non_exhaustive()
    }
}
