//! Verifying forward: the ledger leaf by leaf, each anchor with what it covers.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::Fault;
use crate::audit::anchor::AnchorBody;
use crate::audit::body::{Body, Genesis};
use crate::audit::checkpoint::{Head, Log};
use crate::audit::kind::ChainType;
use crate::audit::order::Newest;
use crate::audit::record::Record;
use crate::audit::tree::{Frontier, leaf_hash};
use crate::error::{Code, Error, Result};
use crate::id::{DeviceId, FirmId, Hash};
use crate::state::State;
use crate::state::commit::{Grown, Weighed};
use crate::state::directory::{Directory, certify_root};
use crate::state::findings::{Flaw, Void, VoidLeaves};
use crate::state::fold::{Context, Leaf, advance_newest};
use crate::state::matter::Matter;
use crate::state::people::{People, Root};
use crate::state::source::{Failure, Follow, Source, Trust};
use crate::state::window::{Covered, READ, Window};
use crate::wire::note::Note;

/// The ledger itself: its tree, every root it had, who signed what in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) frontier: Frontier,
    // From size 1 on: a record may have seen any of them. 32 bytes an anchor.
    pub(super) roots: Vec<Hash>,
    pub(super) newest: BTreeMap<DeviceId, Newest>,
    // The author of the last leaf, if that device's key verifies it: its checkpoint is by the same.
    pub(super) last: Option<DeviceId>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self::default()
    }

    fn push(&mut self, leaf: Hash) {
        self.frontier.push(leaf);
        self.roots.extend(self.frontier.root());
    }
}

impl Directory {
    pub(super) fn new(firm: FirmId) -> Self {
        // The chain is set by the first anchor.
        let chain = crate::id::ChainId::from_bytes(*firm.as_bytes());
        Self { people: People::new(firm), matter: Matter::new(chain, None) }
    }
}

impl State {
    /// With the ledger's leaf 0 folded and no anchor yet: where the very first commit is prepared.
    ///
    /// # Errors
    /// `other-firm` if it is not the pinned one, `genesis` if it cannot begin a ledger.
    pub fn begin(trust: Trust, genesis: &[u8]) -> Result<Self> {
        let mut state = Self::new(trust, Follow::All);
        state.begin_ledger(genesis)?;
        Ok(state)
    }

    /// Verifies forward to this checkpoint: every leaf of the ledger, what the anchors cover, the
    /// fold, then that the checkpoint has this root and is signed by a device active at its size,
    /// the same that signed the last anchor. Signatures are checked side by side.
    ///
    /// After an error the state must be thrown away. Its source is a [`Failure`] where a place is
    /// known.
    ///
    /// # Errors
    /// `firm-tampered` for bytes that are not those that were anchored, `store-incomplete` for
    /// missing ones, `other-firm`, `genesis`, `log-unsigned` for a checkpoint by nobody active,
    /// `ledger-rollback` for a smaller one, `ledger-forked` for another root at the same size; those
    /// of [`Log::verify`] for its form, and those of the source.
    pub fn advance(&mut self, source: &dyn Source, checkpoint: &[u8]) -> Result<()> {
        let target = Log::firm(self.trust.firm, &[])?.claimed(checkpoint)?;
        let before = self.ledger_head();
        let size = self.ledger_size();
        if target.size < size {
            return Err(Code::LedgerRollback.into());
        }
        if before.is_some_and(|head| head.size == target.size && head.root != target.root) {
            return Err(Code::LedgerForked.into());
        }
        let Err(error) = self.forward(source, checkpoint, &target) else { return Ok(()) };
        let doubtful = matches!(error.code_value(), Code::FirmTampered | Code::StoreIncomplete);
        if self.follow == Follow::All || !doubtful {
            return Err(error);
        }
        // An anchor may be void for what stands in a chain that is not followed.
        let mut full = Self::new(self.trust, Follow::All);
        full.forward(source, checkpoint, &target)?;
        if before.is_some_and(|head| full.ledger_root(head.size) != Some(head.root)) {
            return Err(Code::LedgerForked.into());
        }
        *self = full;
        Ok(())
    }

    /// How many leaves lie past the head of a chain, or of the ledger: they belong to no chain.
    ///
    /// # Errors
    /// Those of the source.
    pub fn ignored(&self, source: &dyn Source, chain: crate::id::ChainId) -> Result<u64> {
        let ledger = chain == self.ledger_id();
        let size = if ledger { self.ledger_size() } else { self.chains.size(chain) };
        let mut ignored = 0_u64;
        loop {
            let from = size.saturating_add(ignored);
            let more = source.leaves(chain, from, from.saturating_add(READ))?.len() as u64;
            ignored = ignored.saturating_add(more);
            if more < READ {
                return Ok(ignored);
            }
        }
    }

    fn forward(&mut self, source: &dyn Source, checkpoint: &[u8], target: &Head) -> Result<()> {
        let ledger = self.ledger_id();
        let mut window = Window::new();
        let mut missing = false;
        while self.ledger_size() < target.size && !missing {
            let from = self.ledger_size();
            let to = target.size.min(from.saturating_add(READ));
            let mut leaves = source.leaves(ledger, from, to)?;
            leaves.truncate(usize::try_from(to - from).unwrap_or(usize::MAX));
            missing = leaves.is_empty();
            let mut rest = leaves.as_slice();
            if from == 0
                && let Some((first, after)) = rest.split_first()
            {
                self.begin_ledger(first)?;
                rest = after;
            }
            while !rest.is_empty() {
                let done = window.run(self, source, rest)?;
                rest = rest.get(done..).unwrap_or_default();
            }
        }
        let place = Failure { ledger_index: self.ledger_size(), chain: None, committer: self.ledger.last };
        if missing {
            // Nobody can say who signed the anchor that is missing.
            self.signers(checkpoint)?;
            return Err(place.error(Code::StoreIncomplete));
        }
        let signed = self.check_signer(checkpoint);
        if self.ledger.frontier.root() != Some(target.root) {
            signed?;
            return Err(place.error(Code::FirmTampered));
        }
        signed
    }

    fn begin_ledger(&mut self, leaf: &[u8]) -> Result<()> {
        if leaf_hash(leaf) != self.trust.genesis {
            return Err(Code::OtherFirm.into());
        }
        let record = Record::parse(leaf, ChainType::Ledger).map_err(|_| Code::Genesis)?;
        let payload = record.payload();
        let Ok(Body::Genesis(Genesis::Ledger(body))) = record.body() else {
            return Err(Code::Genesis.into());
        };
        let author = DeviceId::from_bytes(*self.trust.firm.as_bytes());
        let own =
            payload.chain == self.ledger_id() && payload.author == author && body.firm == self.trust.firm;
        if !own || payload.previous.is_some() {
            return Err(Code::Genesis.into());
        }
        let people = &mut self.directory.people;
        let key = certify_root(people, &body.root).map_err(|_| Code::Genesis)?;
        record.verify(&key).map_err(|_| Code::Genesis)?;
        people.root = Some(Root { key, next: body.next_root });
        self.ledger.newest.insert(author, Newest::of(&record, self.trust.genesis));
        self.ledger.push(self.trust.genesis);
        Ok(())
    }

    /// The ledger's next leaf, with what it covers if it is an anchor.
    pub(super) fn take_anchor(
        &mut self,
        source: &dyn Source,
        leaf: &Leaf<'_>,
        covered: Option<Covered<'_>>,
    ) -> Result<()> {
        let index = self.ledger_size();
        let flaw = match (anchor(leaf, self.ledger_id()), covered) {
            (Some((record, body)), Some(mut covered)) => {
                let author = record.payload().author;
                match self.judge(leaf, record, body, &covered, author) {
                    Ok(weighed) => {
                        if let Some(&chain) = covered.beside.first() {
                            let place =
                                Failure { ledger_index: index, chain: Some(chain), committer: Some(author) };
                            return Err(place.error(Code::FirmTampered));
                        }
                        self.take_commit(&mut covered.grown, weighed, author);
                        self.anchor_order(leaf, record);
                        self.ledger.last = Some(author);
                        None
                    }
                    Err(flaw) => {
                        self.leave_void(index, &covered);
                        Some(flaw)
                    }
                }
            }
            _ => Some(Flaw::NotAnAnchor),
        };
        let signed = flaw.and_then(|_| self.void_author(leaf));
        self.ledger.push(leaf.hash);
        if let Some(why) = flaw {
            if self.follow != Follow::All && matches!(why, Flaw::Size | Flaw::HeadsRoot | Flaw::NobodyOpened)
            {
                let place = Failure { ledger_index: index, chain: None, committer: signed };
                return Err(place.error(Code::FirmTampered));
            }
            self.ledger.last = signed;
            let device = match signed {
                Some(device) => Some(device),
                None => source.checkpoint(self.ledger_size())?.and_then(|note| self.signer(&note).ok()),
            };
            self.findings.void(Void { ledger_index: index, device, why });
        }
        Ok(())
    }

    /// Whether an anchor is good.
    fn judge(
        &self,
        leaf: &Leaf<'_>,
        record: &Record<'_>,
        body: &AnchorBody,
        covered: &Covered<'_>,
        author: DeviceId,
    ) -> Result<Weighed, Flaw> {
        if covered.shrunk {
            return Err(Flaw::Size);
        }
        let grown: &[Grown<'_>] = &covered.grown;
        let context = self.context(author);
        let weighed = self.weigh(grown, || self.directory.clone(), &context)?;
        let device = weighed.people(self).device(author).ok_or(Flaw::Author)?;
        if !leaf.is_signed(record, &device.record_key, false) {
            return Err(Flaw::Signature);
        }
        if !device.is_active() {
            return Err(Flaw::Author);
        }
        if weighed.devices != *body.devices() {
            return Err(Flaw::DevicesRoot);
        }
        if weighed.heads != *body.heads() {
            return Err(Flaw::HeadsRoot);
        }
        Ok(weighed)
    }

    /// Notes what lies at the ends of chains only because a void anchor covers it.
    fn leave_void(&mut self, ledger_index: u64, covered: &Covered<'_>) {
        let there = |grown: &&Grown<'_>| {
            let kept = covered.beside.contains(&grown.head.chain);
            grown.leaves.is_some_and(|leaves| !leaves.is_empty()) && !kept
        };
        self.void_leaves.extend(covered.grown.iter().filter(there).map(|grown| VoidLeaves {
            ledger_index,
            chain: grown.head.chain,
            from: grown.from,
            to: grown.head.size,
        }));
    }

    /// Fields 3, 5, 6 and 7 of a good anchor: a fault is reported, its heads count.
    fn anchor_order(&mut self, leaf: &Leaf<'_>, record: &Record<'_>) {
        let (index, author) = (self.ledger_size(), record.payload().author);
        let order = advance_newest(&mut self.ledger.newest, record, leaf.hash);
        let context = self.context(author);
        let seen = context.knows(record.payload().ledger_head.as_ref());
        let fault = order.and(if seen { Ok(()) } else { Err(Fault::LedgerHead) });
        if let Err(why) = fault {
            let reported = context.reported(self.ledger_id(), index, record, why);
            self.findings.report(reported);
        }
    }

    /// The author of a leaf that is void, if that device's key verifies it. It counts for the
    /// author's fields 3, 5 and 6.
    fn void_author(&mut self, leaf: &Leaf<'_>) -> Option<DeviceId> {
        let record = leaf.record.as_ref()?;
        let device = self.directory.people.device(record.payload().author)?;
        if !leaf.is_signed(record, &device.record_key, false) {
            return None;
        }
        let author = device.id;
        if record.payload().chain == self.ledger_id() {
            let _named_as_void = advance_newest(&mut self.ledger.newest, record, leaf.hash);
        }
        Some(author)
    }

    pub(super) fn context(&self, by: DeviceId) -> Context<'_> {
        Context { trust: self.trust, ledger_index: self.ledger_size(), roots: &self.ledger.roots, by }
    }

    fn check_signer(&self, checkpoint: &[u8]) -> Result<()> {
        self.signers(checkpoint).and_then(|signers| match self.ledger.last {
            Some(last) if !signers.contains(&last) => Err(Code::LogUnsigned.into()),
            _ => Ok(()),
        })
    }

    /// The active device that signed the checkpoint of the ledger as it is now.
    fn signer(&self, checkpoint: &[u8]) -> Result<DeviceId> {
        let head = Log::firm(self.trust.firm, &[])?.claimed(checkpoint)?;
        let own = self.ledger_head().is_some_and(|own| own.size == head.size && own.root == head.root);
        if !own {
            return Err(Code::HeadMismatch.into());
        }
        self.signers(checkpoint)?.into_iter().next().ok_or_else(|| Error::from(Code::LogUnsigned))
    }

    /// The active devices that signed a checkpoint; at least one.
    fn signers(&self, checkpoint: &[u8]) -> Result<Vec<DeviceId>> {
        let note = Note::parse(checkpoint)?;
        let lines: BTreeSet<u32> = note.signatures().iter().map(|line| line.key_id()).collect();
        let named = self.devices().filter(|device| device.is_active() && lines.contains(&device.log_id));
        let named: Vec<_> = named.collect();
        let keys: Vec<_> = named.iter().map(|device| device.log_key).collect();
        let verified = Log::firm(self.trust.firm, &keys)?.verify(checkpoint)?;
        let signed = |key| verified.signers().iter().any(|signer| signer.key() == key);
        Ok(named.iter().filter(|device| signed(&device.log_key)).map(|device| device.id).collect())
    }
}

/// The leaf as an anchor of this ledger.
pub(super) fn anchor<'l, 'b>(
    leaf: &'l Leaf<'b>,
    ledger: crate::id::ChainId,
) -> Option<(&'l Record<'b>, &'l AnchorBody)> {
    let record = leaf.record.as_ref().filter(|record| record.payload().chain == ledger)?;
    match leaf.body() {
        Ok(Body::Anchor(body)) => Some((record, body)),
        _ => None,
    }
}
