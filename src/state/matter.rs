//! A matter as its records leave it.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::body::{Epoch, MatterRole, Principal, Reason};
use crate::audit::order::Newest;
use crate::crypto::profile::Profile;
use crate::id::{ChainId, DeviceId, DocumentId, Hash, HoldId, MatterId, UserId};
use crate::state::documents::{Document, Documents};
use crate::state::named::Named;

/// A matter: who may do what, its epochs and generations, its documents. The directory too.
#[derive(Clone, Debug)]
pub struct Matter {
    pub(super) chain: ChainId,
    pub(super) newest: BTreeMap<DeviceId, Newest>,
    pub(super) roles: BTreeMap<UserId, MatterRole>,
    pub(super) screened: BTreeSet<UserId>,
    pub(super) epochs: Vec<EpochInfo>,
    pub(super) generations: Vec<GenerationInfo>,
    pub(super) closed: bool,
    pub(super) named: Option<Named>,
    pub(super) holds: BTreeMap<HoldId, Option<Vec<DocumentId>>>,
    // Approvals that are not used up: the act's target, by whom.
    pub(super) approvals: BTreeMap<Hash, Vec<DeviceId>>,
    pub(super) documents: Arc<Documents>,
}

/// One epoch, as its record began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochInfo {
    /// Its number, from 1.
    pub epoch: NonZeroU64,
    /// The algorithms of everything under it.
    pub profile: Profile,
    /// The hash of the record that began it.
    pub record: Hash,
    /// The hash of the record that began the one before.
    pub previous: Option<Hash>,
    /// Confirms the matter's secret.
    pub confirm: [u8; 32],
    /// Confirms the auditors' secret.
    pub confirm_auditors: [u8; 32],
    /// The generation of the shred key then.
    pub generation: NonZeroU64,
    /// Who got the secret, ascending.
    pub principals: Arc<[Principal]>,
    /// Why it began.
    pub reason: Reason,
}

/// One generation of the shred key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerationInfo {
    /// Its number, from 1.
    pub generation: NonZeroU64,
    /// The algorithms of its confirm.
    pub profile: Profile,
    /// Confirms the shred key.
    pub confirm: [u8; 32],
}

impl Matter {
    pub(super) fn new(chain: ChainId, lead: Option<UserId>) -> Self {
        Self {
            chain,
            newest: BTreeMap::new(),
            roles: lead.into_iter().map(|user| (user, MatterRole::Lead)).collect(),
            screened: BTreeSet::new(),
            epochs: Vec::new(),
            generations: Vec::new(),
            closed: false,
            named: None,
            holds: BTreeMap::new(),
            approvals: BTreeMap::new(),
            documents: Arc::default(),
        }
    }

    /// The same without its documents, which no rule looks at: for trying out a commit.
    pub(super) fn without_documents(&self) -> Self {
        let Self { chain, closed, named, .. } = *self;
        Self {
            chain,
            closed,
            named,
            newest: self.newest.clone(),
            roles: self.roles.clone(),
            screened: self.screened.clone(),
            epochs: self.epochs.clone(),
            generations: self.generations.clone(),
            holds: self.holds.clone(),
            approvals: self.approvals.clone(),
            documents: Arc::default(),
        }
    }

    /// Where its name lies: the details of its first record, if it has some.
    #[must_use]
    pub fn named(&self) -> Option<&Named> {
        self.named.as_ref()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> MatterId {
        MatterId::from_bytes(*self.chain.as_bytes())
    }

    /// Its chain: the same id.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        self.chain
    }

    /// Who has which role. Empty in the directory, where administrators are lead and other active
    /// users reader.
    #[must_use]
    pub fn roles(&self) -> &BTreeMap<UserId, MatterRole> {
        &self.roles
    }

    /// A user's role, unless they are screened.
    #[must_use]
    pub fn role(&self, user: UserId) -> Option<MatterRole> {
        if self.screened.contains(&user) { None } else { self.roles.get(&user).copied() }
    }

    /// Who is screened: no role gives them a right here.
    #[must_use]
    pub fn screened(&self) -> &BTreeSet<UserId> {
        &self.screened
    }

    /// Every epoch, the first one first.
    #[must_use]
    pub fn epochs(&self) -> &[EpochInfo] {
        &self.epochs
    }

    /// The newest epoch.
    #[must_use]
    pub fn epoch(&self) -> Option<&EpochInfo> {
        self.epochs.last()
    }

    /// Every generation of the shred key, the first one first.
    #[must_use]
    pub fn generations(&self) -> &[GenerationInfo] {
        &self.generations
    }

    /// The newest generation of the shred key.
    #[must_use]
    pub fn generation(&self) -> Option<&GenerationInfo> {
        self.generations.last()
    }

    /// Whether it is closed for sealing: somebody was removed or screened, or a device of somebody
    /// with a role here was revoked, and no epoch began since.
    #[must_use]
    pub fn closed(&self) -> bool {
        self.closed
    }

    /// The holds that are not released: on documents, or on the whole matter.
    #[must_use]
    pub fn holds(&self) -> &BTreeMap<HoldId, Option<Vec<DocumentId>>> {
        &self.holds
    }

    /// How many versions its records say were sealed.
    #[must_use]
    pub fn documents_count(&self) -> u64 {
        self.documents.sealed()
    }

    /// The newest version of a document.
    #[must_use]
    pub fn document(&self, document: DocumentId) -> Option<&Document> {
        self.documents.newest(document)
    }

    /// One version of a document.
    #[must_use]
    pub fn document_version(&self, document: DocumentId, version: u32) -> Option<&Document> {
        self.documents.version(document, version)
    }

    /// The newest versions of at most `limit` documents, ascending by id, after this one.
    #[must_use]
    pub fn documents(&self, after: Option<DocumentId>, limit: usize) -> Vec<&Document> {
        self.documents.page(after, limit)
    }

    /// Every version of every document, ascending.
    pub fn document_versions(&self) -> impl Iterator<Item = &Document> {
        self.documents.all()
    }

    pub(super) fn epoch_number(&self) -> u64 {
        self.epoch().map_or(0, |epoch| epoch.epoch.get())
    }

    pub(super) fn generation_number(&self) -> u64 {
        self.generation().map_or(0, |generation| generation.generation.get())
    }

    /// Details need a key of an epoch that is still open.
    pub(super) fn takes_details(&self) -> bool {
        !self.closed && !self.epochs.is_empty()
    }

    /// A device of this user was revoked.
    pub(super) fn close_for(&mut self, user: UserId) {
        if self.roles.get(&user).is_some_and(|role| *role != MatterRole::Depositor) {
            self.closed = true;
        }
    }

    pub(super) fn begin_epoch(&mut self, body: &Epoch, record: Hash, principals: Vec<Principal>) {
        self.closed = false;
        self.epochs.push(EpochInfo {
            epoch: body.epoch,
            profile: body.profile,
            record,
            previous: body.previous,
            confirm: body.confirm,
            confirm_auditors: body.confirm_auditors,
            generation: body.generation,
            principals: principals.into(),
            reason: body.reason,
        });
    }
}
