//! The acts in a matter, and in the directory as the firm's own matter.

use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::Fault;
use crate::audit::approval;
use crate::audit::body::{
    Body, DocumentVersion, Epoch, MatterRole, Person, Principals, Sealed, ShredGeneration,
};
use crate::audit::kind::{ChainType, Kind};
use crate::audit::record::Record;
use crate::crypto::hpke::PublicKey;
use crate::id::UserId;
use crate::state::authority::{Rule, Standing};
use crate::state::findings::Findings;
use crate::state::fold::{Author, Context, Leaf, directory_role, list, rule_and_body, standing};
use crate::state::matter::{GenerationInfo, Matter};
use crate::state::named::Named;
use crate::state::people::People;

/// The leaves of one chain in one commit that have details, to be looked at when it is over.
#[derive(Debug, Default)]
pub(super) struct Detailed(Vec<usize>);

impl Detailed {
    pub(super) fn note(&mut self, at: usize, record: &Record<'_>) {
        if record.payload().details.is_some() {
            self.0.push(at);
        }
    }

    /// Details that nobody will have a key for: the record counts, they do not.
    pub(super) fn settle(
        self,
        matter: &Matter,
        from: u64,
        leaves: &[Leaf<'_>],
        context: &Context<'_>,
        findings: &mut Findings,
    ) {
        if self.0.is_empty() || matter.takes_details() {
            return;
        }
        for at in self.0 {
            if let Some(record) = leaves.get(at).and_then(|leaf| leaf.record.as_ref()) {
                let index = from.saturating_add(at as u64);
                findings.report(context.reported(matter.chain, index, record, Fault::Details));
            }
        }
        findings.reported.sort_by_key(|reported| reported.index);
    }
}

impl Matter {
    /// Folds a matter's leaves of one commit, by the state after the directory's.
    pub(super) fn fold(
        &mut self,
        from: u64,
        leaves: &[Leaf<'_>],
        people: &People,
        context: &Context<'_>,
    ) -> Findings {
        let mut findings = Findings::default();
        let mut detailed = Detailed::default();
        for (at, leaf) in leaves.iter().enumerate() {
            let Some(record) = &leaf.record else { continue };
            let index = from.saturating_add(at as u64);
            match self.take(index, leaf, record, people, context) {
                Ok(()) => {
                    detailed.note(at, record);
                    list(&mut findings, self.chain, index, record.payload().kind);
                }
                Err(why) => findings.report(context.reported(self.chain, index, record, why)),
            }
        }
        detailed.settle(self, from, leaves, context, &mut findings);
        findings
    }

    /// Whether leaf 0 begins this chain: the right genesis by a lead of the matter.
    pub(super) fn begins_with(&self, leaf: &Leaf<'_>, people: &People, context: &Context<'_>) -> bool {
        let Some(record) = &leaf.record else { return false };
        let Ok(Body::Genesis(genesis)) = leaf.body() else { return false };
        let right = super::is_genesis_of(genesis, context.trust.genesis);
        let mut newest = std::collections::BTreeMap::new();
        match context.admit(leaf, record, self.chain, people, &mut newest, None) {
            Ok(Author::Device(_, user)) => right && self.role(user) == Some(MatterRole::Lead),
            _ => false,
        }
    }

    fn take(
        &mut self,
        index: u64,
        leaf: &Leaf<'_>,
        record: &Record<'_>,
        people: &People,
        context: &Context<'_>,
    ) -> Result<(), Fault> {
        let author = context.admit(leaf, record, self.chain, people, &mut self.newest, None)?;
        let kind = record.payload().kind;
        if kind == Kind::GENESIS {
            // Leaf 0 was looked at before the commit counted at all.
            if index != 0 {
                return Err(Fault::Genesis);
            }
            self.named = Named::of(record);
            return Ok(());
        }
        if !kind.stands_in(ChainType::Matter) {
            return Err(Fault::Kind);
        }
        let standing = match author {
            Author::Root => Standing { root: true, ..Standing::default() },
            Author::Device(_, user) => self.standing(people, user),
        };
        let (rule, body) = rule_and_body(leaf, record, &standing)?;
        self.act(&Act { leaf, record, rule, body, author, standing }, people, false)
    }

    fn standing(&self, people: &People, user: UserId) -> Standing {
        standing(people, user, self.role(user), self.screened.contains(&user))
    }

    /// An act of a kind that a matter may have, once its author may be its author.
    pub(super) fn act(&mut self, act: &Act<'_>, people: &People, in_directory: bool) -> Result<(), Fault> {
        if !act.rule.allows(&act.standing) {
            return Err(Fault::Role);
        }
        if act.rule.approved {
            self.use_approval(act, people, in_directory)?;
        }
        match act.body {
            Body::Grant(grant) => {
                people.user(grant.user).ok_or(Fault::User)?;
                self.roles.insert(grant.user, grant.role);
            }
            Body::Remove(Person { user }) => {
                people.user(*user).ok_or(Fault::User)?;
                self.roles.remove(user);
                self.closed = true;
            }
            Body::Screen(Person { user }) => {
                people.user(*user).ok_or(Fault::User)?;
                self.screened.insert(*user);
                self.closed = true;
            }
            Body::Epoch(epoch) => self.epoch_begins(epoch, act.leaf, people, in_directory)?,
            Body::Rewrap(rewrap) => {
                if rewrap.epoch.get() > self.epoch_number() {
                    return Err(Fault::Epoch);
                }
                if rewrap.generation.get() > self.generation_number() {
                    return Err(Fault::Generation);
                }
            }
            Body::ShredGeneration(body) => self.generation_begins(body)?,
            Body::Sealed(sealed) | Body::ReEncrypted(sealed) => self.sealed(sealed)?,
            Body::Described(body) => {
                let place = DocumentVersion { document: body.document, version: body.version };
                Arc::make_mut(&mut self.documents)
                    .change(place, |document| document.metadata = body.metadata);
            }
            Body::Redesignated(body) => {
                let place = DocumentVersion { document: body.document, version: body.version };
                Arc::make_mut(&mut self.documents)
                    .change(place, |document| document.designation = body.designation);
            }
            Body::Hold(hold) => {
                let documents = hold.documents.as_ref().map(|list| list.items().to_vec());
                self.holds.insert(hold.hold, documents);
            }
            Body::HoldReleased(body) => {
                self.holds.remove(&body.hold);
            }
            Body::Approval(body) => {
                if let Author::Device(device, _) = act.author {
                    self.approvals.entry(body.target).or_default().push(device);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// An approval by another user who has the right to the act too; used up by it.
    fn use_approval(&mut self, act: &Act<'_>, people: &People, in_directory: bool) -> Result<(), Fault> {
        let Author::Device(_, user) = act.author else { return Err(Fault::Approval) };
        let payload = act.record.payload();
        let target = approval::target(&self.chain, payload.kind, payload.body);
        let approves = |device| {
            let Some(device) = people.device(device).filter(|device| device.is_active()) else {
                return false;
            };
            let standing = if in_directory {
                standing(people, device.user, directory_role(people, device.user), false)
            } else {
                self.standing(people, device.user)
            };
            device.user != user && act.rule.allows(&standing)
        };
        let found = self.approvals.get(&target);
        let at = found.and_then(|list| list.iter().position(|device| approves(*device)));
        let at = at.ok_or(Fault::Approval)?;
        if let Some(list) = self.approvals.get_mut(&target) {
            list.remove(at);
            if list.is_empty() {
                self.approvals.remove(&target);
            }
        }
        Ok(())
    }

    fn epoch_begins(
        &mut self,
        body: &Epoch,
        leaf: &Leaf<'_>,
        people: &People,
        in_directory: bool,
    ) -> Result<(), Fault> {
        let follows = body.epoch.get() == self.epoch_number().saturating_add(1);
        if !follows || body.previous != self.epoch().map(|epoch| epoch.record) {
            return Err(Fault::Epoch);
        }
        if body.generation.get() != self.generation_number() {
            return Err(Fault::Generation);
        }
        intake(body.intake.as_deref())?;
        let roles = if in_directory { None } else { Some(&self.roles) };
        let principals = people.principals(roles, &self.screened);
        if Principals::of(&principals) != body.principals {
            return Err(Fault::Principals);
        }
        self.begin_epoch(body, leaf.hash, principals);
        Ok(())
    }

    fn generation_begins(&mut self, body: &ShredGeneration) -> Result<(), Fault> {
        if body.generation.get() != self.generation_number().saturating_add(1) {
            return Err(Fault::Generation);
        }
        intake(body.intake.as_deref())?;
        let ShredGeneration { generation, profile, confirm, .. } = *body;
        self.generations.push(GenerationInfo { generation, profile, confirm });
        Ok(())
    }

    fn sealed(&mut self, body: &Sealed) -> Result<(), Fault> {
        let number = |number: Option<NonZeroU64>| number.ok_or(Fault::Body);
        let (epoch, generation) = (number(body.epoch)?, number(body.generation)?);
        if epoch.get() != self.epoch_number() {
            return Err(Fault::Epoch);
        }
        if generation.get() != self.generation_number() {
            return Err(Fault::Generation);
        }
        if self.closed {
            return Err(Fault::Closed);
        }
        Arc::make_mut(&mut self.documents).seal(body, epoch, generation);
        Ok(())
    }
}

/// One record that is about to count.
pub(super) struct Act<'a> {
    pub(super) leaf: &'a Leaf<'a>,
    pub(super) record: &'a Record<'a>,
    pub(super) rule: Rule,
    pub(super) body: &'a Body,
    pub(super) author: Author,
    pub(super) standing: Standing,
}

fn intake(key: Option<&[u8; 1_216]>) -> Result<(), Fault> {
    key.map_or(Ok(()), |key| PublicKey::from_bytes(key.as_slice()).map(drop).map_err(|_| Fault::Key))
}
