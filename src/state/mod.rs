//! The state of a firm: the fold of its verified records.
//!
//! A row without its record means nothing; what counts is what follows from the ledger's pinned
//! beginning. [`State::advance`] verifies forward to a checkpoint: the ledger's root, every anchor,
//! the chains that grew, every signature, who may sign what ([`authority`]). What a member of the
//! firm did wrong is [found](Findings) and named, and the firm goes on; bytes that do not match what
//! was anchored are refused.
//!
//! Most never need this module: a vault keeps a state of its own. The format is `docs/format`,
//! "Chains and the ledger", the rules of who may sign `docs/format/authority.md`.

mod acts;
pub mod authority;
mod cache;
mod chains;
mod commit;
mod directory;
mod documents;
mod findings;
mod fold;
mod ledger;
mod matter;
mod named;
mod people;
mod prepare;
mod source;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::anchor::{ChainHead, CountedRoot};
use crate::audit::body::{Genesis, MatterRole, Policy};
use crate::audit::order::Newest;
use crate::audit::record::LedgerHead;
use crate::audit::tree::Frontier;
use crate::id::{ChainId, DeviceId, Hash, MatterId, TeamId, UserId};
use crate::state::chains::Chains;
use crate::state::directory::Directory;
use crate::state::ledger::Ledger;

pub use documents::Document;
pub use findings::{Findings, Flaw, Other, Reported, Void, VoidLeaves};
pub use matter::{EpochInfo, GenerationInfo, Matter};
pub use named::Named;
pub use people::{Device, DeviceClass, KeyHolder, Recovery, Root, Status, User, UserKey};
pub use prepare::Prepared;
pub use source::{Failure, Follow, Source, Trust};

/// The state of a firm at a size of its ledger.
#[derive(Clone, Debug)]
pub struct State {
    trust: Trust,
    follow: Follow,
    ledger: Ledger,
    chains: Chains,
    // The chain of the directory, from the first good anchor on.
    founded: Option<ChainId>,
    directory: Directory,
    devices_root: Option<CountedRoot>,
    matters: BTreeMap<ChainId, Matter>,
    findings: Findings,
    // What void anchors covered at the ends of followed chains, until the chains went on past it.
    void_leaves: Vec<VoidLeaves>,
}

impl State {
    /// Nothing folded yet.
    #[must_use]
    pub fn new(trust: Trust, follow: Follow) -> Self {
        Self {
            trust,
            follow,
            ledger: Ledger::new(),
            chains: Chains::new(),
            founded: None,
            directory: Directory::new(trust.firm),
            devices_root: None,
            matters: BTreeMap::new(),
            findings: Findings::default(),
            void_leaves: Vec::new(),
        }
    }

    /// The device that signed the ledger's newest leaf, and so its checkpoint.
    #[must_use]
    pub fn committer(&self) -> Option<DeviceId> {
        self.ledger.last
    }

    /// What is pinned.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What is followed.
    #[must_use]
    pub fn follow(&self) -> &Follow {
        &self.follow
    }

    /// How many leaves of the ledger are folded.
    #[must_use]
    pub fn ledger_size(&self) -> u64 {
        self.ledger.frontier.size()
    }

    /// Size and root of the ledger; `None` before anything is folded.
    #[must_use]
    pub fn ledger_head(&self) -> Option<LedgerHead> {
        let size = self.ledger_size();
        Some(LedgerHead { size, root: self.ledger_root(size)? })
    }

    /// The ledger's root at a size it had, at least 1: what a pin is compared with.
    #[must_use]
    pub fn ledger_root(&self, size: u64) -> Option<Hash> {
        let at = usize::try_from(size.checked_sub(1)?).ok()?;
        self.ledger.roots.get(at).copied()
    }

    /// The right edge of the ledger's tree.
    #[must_use]
    pub fn ledger_frontier(&self) -> &Frontier {
        &self.ledger.frontier
    }

    /// The chain of the directory.
    #[must_use]
    pub fn directory(&self) -> Option<ChainId> {
        self.founded
    }

    /// The head of a chain, followed or not; not of the ledger.
    #[must_use]
    pub fn head(&self, chain: ChainId) -> Option<ChainHead> {
        self.chains.head(chain)
    }

    /// The heads of all chains in the order in which they were opened: the directory first.
    pub fn heads(&self) -> impl ExactSizeIterator<Item = &ChainHead> {
        self.chains.heads().iter()
    }

    /// The place of a chain among the heads.
    #[must_use]
    pub fn heads_index(&self, chain: ChainId) -> Option<u64> {
        self.chains.place(chain).map(|at| at as u64)
    }

    /// The root over all heads.
    #[must_use]
    pub fn heads_root(&self) -> Option<CountedRoot> {
        self.chains.root_with(&BTreeMap::new())
    }

    /// The path of a chain's head under the heads root.
    ///
    /// # Errors
    /// `tree-range` for a chain that nobody opened.
    pub fn heads_path(&self, chain: ChainId) -> crate::error::Result<Vec<Hash>> {
        self.chains.path(chain)
    }

    /// The root over the rows of all active devices.
    #[must_use]
    pub fn devices_root(&self) -> Option<CountedRoot> {
        self.devices_root
    }

    /// The right edge of a followed chain's tree.
    #[must_use]
    pub fn frontier(&self, chain: ChainId) -> Option<&Frontier> {
        self.chains.frontier(chain)
    }

    /// An author's newest record in a followed chain or the ledger: what fields 3, 5 and 6 of the
    /// next one follow. The root's records are under the firm's id.
    #[must_use]
    pub fn newest(&self, author: DeviceId, chain: ChainId) -> Option<Newest> {
        if chain == self.ledger_id() {
            return self.ledger.newest.get(&author).copied();
        }
        self.matter_of(chain)?.newest.get(&author).copied()
    }

    /// A device, whatever its status.
    #[must_use]
    pub fn device(&self, device: DeviceId) -> Option<&Device> {
        self.directory.people.device(device)
    }

    /// Every device that was ever certified, ascending.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.directory.people.devices.values().map(|device| &**device)
    }

    /// A user.
    #[must_use]
    pub fn user(&self, user: UserId) -> Option<&User> {
        self.directory.people.user(user)
    }

    /// Every user, ascending.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.directory.people.users.values().map(|user| &**user)
    }

    /// Whether a user has an active device.
    #[must_use]
    pub fn is_active(&self, user: UserId) -> bool {
        self.devices().any(|device| device.user == user && device.is_active())
    }

    /// A team's users.
    #[must_use]
    pub fn team(&self, team: TeamId) -> Option<&[UserId]> {
        self.directory.people.teams.get(&team).map(Vec::as_slice)
    }

    /// A followed matter; the directory too, under its own id.
    #[must_use]
    pub fn matter(&self, matter: MatterId) -> Option<&Matter> {
        self.matter_of(ChainId::from_bytes(*matter.as_bytes()))
    }

    /// The followed matters in the order in which they were opened, without the directory.
    pub fn matters(&self) -> impl Iterator<Item = &Matter> {
        self.chains.heads().iter().filter_map(|head| self.matters.get(&head.chain))
    }

    /// The recovery key, from its split on.
    #[must_use]
    pub fn recovery(&self) -> Option<&Recovery> {
        self.directory.people.recovery.as_deref()
    }

    /// The root: its key, and the hash of the next one's.
    #[must_use]
    pub fn root(&self) -> Option<&Root> {
        self.directory.people.root.as_ref()
    }

    /// The newest policy.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.directory.people.policy.as_ref()
    }

    /// What is odd.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What void anchors covered at the ends of the followed chains: to be kept beside them by whoever
    /// writes there (docs/format/chain-v1.md).
    #[must_use]
    pub fn void_leaves(&self) -> &[VoidLeaves] {
        &self.void_leaves
    }

    /// Who gets the secret of a matter's epoch with these roles, ascending: lead, member and reader
    /// with a key recorded after the last revocation of one of their devices, not screened, and the
    /// recovery key. `None` for the directory: all active users.
    #[must_use]
    pub fn principals(
        &self,
        roles: Option<&BTreeMap<UserId, MatterRole>>,
        screened: &BTreeSet<UserId>,
    ) -> Vec<KeyHolder> {
        self.directory.people.holders(roles, screened)
    }

    /// Who gets the auditors' secret of a matter's epoch with these roles, ascending.
    #[must_use]
    pub fn auditors(
        &self,
        roles: &BTreeMap<UserId, MatterRole>,
        screened: &BTreeSet<UserId>,
    ) -> Vec<KeyHolder> {
        self.directory.people.auditors(roles, screened)
    }

    fn ledger_id(&self) -> ChainId {
        ChainId::from_bytes(*self.trust.firm.as_bytes())
    }

    fn matter_of(&self, chain: ChainId) -> Option<&Matter> {
        if self.founded == Some(chain) { Some(&self.directory.matter) } else { self.matters.get(&chain) }
    }

    /// Until the directory is known any chain may be it.
    fn follows(&self, chain: ChainId) -> bool {
        match &self.follow {
            Follow::All => true,
            Follow::Only(chains) => {
                self.founded.is_none_or(|directory| directory == chain) || chains.contains(&chain)
            }
        }
    }
}

fn is_genesis_of(genesis: &Genesis, ledger_genesis: Hash) -> bool {
    matches!(genesis, Genesis::Chain(genesis) if genesis.ledger_genesis == ledger_genesis)
}
