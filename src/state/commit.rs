//! One commit: what its leaves come to, before anything is changed.

use std::collections::BTreeMap;

use crate::audit::anchor::{ChainHead, CountedRoot};
use crate::audit::record::Record;
use crate::audit::tree::Frontier;
use crate::id::{ChainId, DeviceId};
use crate::state::State;
use crate::state::directory::{Directory, Effects, Opening};
use crate::state::findings::Flaw;
use crate::state::fold::{Context, Leaf};
use crate::state::matter::Matter;
use crate::state::people::People;

/// A chain that grows in a commit. Of one that is not followed only the head is known.
pub(super) struct Grown<'a> {
    pub(super) head: ChainHead,
    /// Its size before.
    pub(super) from: u64,
    pub(super) leaves: Option<&'a [Leaf<'a>]>,
    pub(super) frontier: Option<Frontier>,
}

/// What a commit would come to.
pub(super) struct Weighed {
    /// The chain of the directory.
    pub(super) founded: ChainId,
    /// The directory afterwards, if it grows.
    pub(super) directory: Option<Directory>,
    pub(super) effects: Effects,
    /// The heads that change, by place.
    pub(super) places: BTreeMap<usize, ChainHead>,
    pub(super) heads: CountedRoot,
    pub(super) devices: CountedRoot,
}

impl Weighed {
    /// The people after the commit's directory records.
    pub(super) fn people<'w>(&'w self, state: &'w State) -> &'w People {
        self.directory.as_ref().map_or(&state.directory.people, |directory| &directory.people)
    }
}

impl State {
    /// What these chains, ascending by id, come to. `start` is the directory before, to fold on.
    pub(super) fn weigh(
        &self,
        grown: &[Grown<'_>],
        start: impl FnOnce() -> Directory,
        context: &Context<'_>,
    ) -> Result<Weighed, Flaw> {
        let mut leaves = grown.iter().filter_map(|grown| grown.leaves).flatten();
        if leaves.any(|leaf| leaf.record.is_none()) {
            return Err(Flaw::NotARecord);
        }
        let founded = self.founded.or_else(|| founding(grown, context)).ok_or(Flaw::Genesis)?;
        let of = |chain: ChainId| grown.iter().find(|grown| grown.head.chain == chain);
        let (mut directory, mut effects) = (None, Effects::default());
        if let Some(own) = of(founded) {
            let leaves = own.leaves.unwrap_or_default();
            let mut next = start();
            next.matter.chain = founded;
            if own.from == 0 && !leaves.first().is_some_and(|leaf| next.begins_with(leaf, context)) {
                return Err(Flaw::Genesis);
            }
            let opening = |chain: ChainId| match (self.chains.place(chain), of(chain)) {
                (Some(_), _) => Opening::Exists,
                (None, Some(_)) => Opening::Begins,
                (None, None) => Opening::Missing,
            };
            effects = next.fold(own.from, leaves, context, &opening);
            directory = Some(next);
        }
        let people = directory.as_ref().map_or(&self.directory.people, |directory| &directory.people);
        let places = self.places(grown, founded, &effects)?;
        for new in grown.iter().filter(|grown| grown.from == 0 && grown.head.chain != founded) {
            let opened = effects.opened.iter().find(|(chain, _)| *chain == new.head.chain);
            let (chain, lead) = *opened.ok_or(Flaw::NobodyOpened)?;
            if let Some(leaves) = new.leaves {
                let matter = Matter::new(chain, Some(lead));
                if !leaves.first().is_some_and(|leaf| matter.begins_with(leaf, people, context)) {
                    return Err(Flaw::Genesis);
                }
            }
        }
        let devices = match &directory {
            Some(directory) => directory.people.devices_root(),
            None => self.devices_root,
        };
        let devices = devices.ok_or(Flaw::DevicesRoot)?;
        let heads = self.chains.root_with(&places).ok_or(Flaw::HeadsRoot)?;
        Ok(Weighed { founded, directory, effects, places, heads, devices })
    }

    /// Takes over a commit that is good.
    pub(super) fn take_commit(&mut self, grown: &mut [Grown<'_>], weighed: Weighed, by: DeviceId) {
        let ledger_index = self.ledger_size();
        let context = Context { trust: self.trust, ledger_index, roots: &self.ledger.roots, by };
        self.founded = Some(weighed.founded);
        if let Some(directory) = weighed.directory {
            self.directory = directory;
        }
        self.devices_root = Some(weighed.devices);
        self.findings.append(weighed.effects.findings);
        for (place, head) in weighed.places {
            self.void_leaves.retain(|left| left.chain != head.chain || left.to > head.size);
            let frontier = grown.iter_mut().find(|grown| grown.head.chain == head.chain);
            self.chains.put(place, head, frontier.and_then(|grown| grown.frontier.take()));
        }
        for user in &weighed.effects.revoked {
            self.matters.values_mut().for_each(|matter| matter.close_for(*user));
        }
        for grown in grown.iter().filter(|grown| grown.head.chain != weighed.founded) {
            let Some(leaves) = grown.leaves else { continue };
            let chain = grown.head.chain;
            let lead = weighed.effects.opened.iter().find(|(opened, _)| *opened == chain);
            let matter = self.matters.entry(chain);
            let matter = matter.or_insert_with(|| Matter::new(chain, lead.map(|(_, user)| *user)));
            let findings = matter.fold(grown.from, leaves, &self.directory.people, &context);
            self.findings.append(findings);
        }
    }

    /// Where every chain stands: known ones where they are, then the directory, then in the order in
    /// which the directory's records open them.
    fn places(
        &self,
        grown: &[Grown<'_>],
        founded: ChainId,
        effects: &Effects,
    ) -> Result<BTreeMap<usize, ChainHead>, Flaw> {
        let known = self.chains.heads().len();
        let next = known.max(1);
        let place = |chain: ChainId| match self.chains.place(chain) {
            Some(place) => Some(place),
            None if chain == founded => Some(0),
            None => {
                let at = effects.opened.iter().position(|(opened, _)| *opened == chain)?;
                Some(next.saturating_add(at))
            }
        };
        let placed = grown.iter().map(|grown| Some((place(grown.head.chain)?, grown.head)));
        placed.collect::<Option<_>>().ok_or(Flaw::NobodyOpened)
    }
}

/// The directory is the chain whose genesis the root signed.
fn founding(grown: &[Grown<'_>], context: &Context<'_>) -> Option<ChainId> {
    let by_root = |record: &Record<'_>| record.payload().author == context.firm_author();
    let first = |grown: &&Grown<'_>| {
        grown.leaves.and_then(<[Leaf<'_>]>::first).and_then(|leaf| leaf.record.as_ref()).is_some_and(by_root)
    };
    grown.iter().find(first).map(|grown| grown.head.chain)
}
