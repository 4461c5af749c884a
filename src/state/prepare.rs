//! Trying out a commit before it is signed.

use std::fmt;

use crate::audit::anchor::{AnchorBody, ChainHead, MAX_GROWN};
use crate::audit::kind::ChainType;
use crate::error::{Code, Error, Result};
use crate::id::{ChainId, DeviceId};
use crate::state::State;
use crate::state::commit::Grown;
use crate::state::directory::Directory;
use crate::state::findings::{Flaw, Reported};
use crate::state::fold::Leaf;
use crate::state::matter::Matter;

/// What a commit would come to.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The body of its anchor.
    pub body: AnchorBody,
    /// What the fold would report of its leaves; an honest writer commits nothing that is reported.
    pub reported: Vec<Reported>,
}

impl State {
    /// What a commit of these new leaves would come to, without changing the state. The cost grows
    /// with the commit and the people, not with the documents there are. That a device's signatures
    /// of the leaves are right is taken for granted: [`State::advance`] verifies them.
    ///
    /// # Errors
    /// `record-refused` if the anchor would be void, with the [`Flaw`] as its source;
    /// `device-not-active` for a committer who may not commit after it; `field` for chains or leaves
    /// that no anchor may list; `chain-mismatch` for a chain that is not followed.
    pub fn prepare(&self, grown: &[(ChainId, Vec<Vec<u8>>)], committer: DeviceId) -> Result<Prepared> {
        if grown.is_empty() || grown.len() > MAX_GROWN {
            return Err(Code::Field.into());
        }
        let mut sorted: Vec<&(ChainId, Vec<Vec<u8>>)> = grown.iter().collect();
        sorted.sort_by_key(|(chain, _)| *chain);
        let leaves: Vec<Vec<Leaf<'_>>> =
            sorted.iter().map(|(chain, leaves)| self.check_new(*chain, leaves)).collect();
        let new = sorted.iter().zip(&leaves).map(|((chain, _), leaves)| self.grow(*chain, leaves));
        let new = new.collect::<Result<Vec<_>>>()?;
        let context = self.context(committer);
        let start = || Directory {
            people: self.directory.people.clone(),
            matter: self.directory.matter.without_documents(),
        };
        let weighed = self.weigh(&new, start, &context).map_err(refused)?;
        let people = weighed.people(self);
        if !people.is_active(committer) {
            return Err(Code::DeviceNotActive.into());
        }
        let mut reported = weighed.effects.findings.reported.clone();
        for grown in new.iter().filter(|grown| grown.head.chain != weighed.founded) {
            let chain = grown.head.chain;
            let opened = weighed.effects.opened.iter().find(|(opened, _)| *opened == chain);
            let mut matter = match self.matters.get(&chain) {
                Some(matter) => matter.without_documents(),
                None => Matter::new(chain, opened.map(|(_, lead)| *lead)),
            };
            weighed.effects.revoked.iter().for_each(|user| matter.close_for(*user));
            let leaves = grown.leaves.unwrap_or_default();
            reported.extend(matter.fold(grown.from, leaves, people, &context).reported);
        }
        let heads = new.iter().map(|grown| grown.head).collect();
        let body = AnchorBody::new(self.ledger_id(), heads, weighed.heads, weighed.devices)?;
        Ok(Prepared { body, reported })
    }

    fn check_new<'b>(&self, chain: ChainId, leaves: &'b [Vec<u8>]) -> Vec<Leaf<'b>> {
        let directory =
            self.founded.map_or_else(|| self.begins_directory(leaves), |directory| directory == chain);
        let kind = if directory { ChainType::Directory } else { ChainType::Matter };
        leaves.iter().map(|bytes| Leaf::unverified(bytes, kind)).collect()
    }

    fn begins_directory(&self, leaves: &[Vec<u8>]) -> bool {
        let first = leaves.first().map(|leaf| Leaf::unverified(leaf, ChainType::Directory));
        let record = first.as_ref().and_then(|leaf| leaf.record.as_ref());
        record.is_some_and(|record| record.payload().author.as_bytes() == self.trust.firm.as_bytes())
    }

    fn grow<'a>(&self, chain: ChainId, leaves: &'a [Leaf<'a>]) -> Result<Grown<'a>> {
        if leaves.is_empty() {
            return Err(Code::Field.into());
        }
        let from = self.chains.size(chain);
        let mut frontier = match self.chains.frontier(chain) {
            Some(frontier) => frontier.clone(),
            None if from == 0 => crate::audit::tree::Frontier::new(),
            None => return Err(Code::ChainMismatch.into()),
        };
        leaves.iter().for_each(|leaf| frontier.push(leaf.hash));
        let root = frontier.root().ok_or(Code::Field)?;
        let head = ChainHead { chain, size: frontier.size(), root };
        Ok(Grown { head, from, leaves: Some(leaves), frontier: None })
    }
}

fn refused(flaw: Flaw) -> Error {
    Error::with_source(Code::RecordRefused, flaw)
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Flaw {}
