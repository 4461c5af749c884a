//! What the firm must look like, and what it does look like.

use std::collections::{BTreeMap, BTreeSet};

use privity::audit::body::MAX_DOCUMENTS;
use privity::vault::Vault;
use privity::{DocumentId, MatterId, UserId};

use crate::Outcome;
use crate::act::{Act, of_batch};

/// The firm as its administrator sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    matters: BTreeMap<MatterId, Matter>,
    /// People, with the number of their active devices.
    people: BTreeMap<UserId, usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Matter {
    epoch: u64,
    members: BTreeSet<UserId>,
    /// Documents, with their names.
    documents: BTreeMap<DocumentId, String>,
}

impl Model {
    /// Reads everything. That each document is there once, its number says, which counts versions.
    pub fn read(vault: &Vault) -> Outcome<Self> {
        let mut model = Self::default();
        for person in vault.users()? {
            model.people.insert(person.id, person.active_devices);
        }
        for matter in vault.matters()? {
            let members = matter.members()?.into_iter().map(|member| member.user).collect();
            let mut read = Matter { epoch: matter.epoch()?, members, documents: BTreeMap::new() };
            while let Some(page) =
                Some(matter.documents(read.documents.last_key_value().map(|(id, _)| *id), PAGE)?)
                    .filter(|page| !page.is_empty())
            {
                read.documents.extend(page.into_iter().map(|info| (info.id, info.name)));
            }
            if matter.documents_count()? != read.documents.len() as u64 {
                return Err("a document is there twice".into());
            }
            model.matters.insert(matter.id(), read);
        }
        Ok(model)
    }

    /// What an act leads to, step by step, and in the end; a batch begins with what is there before.
    pub fn after(&self, act: Act, own: UserId) -> Outcome<Vec<Self>> {
        let mut after = self.clone();
        match act {
            Act::Matter(id) => {
                let matter = Matter { epoch: 1, members: [own].into(), documents: BTreeMap::new() };
                after.matters.insert(id, matter);
            }
            Act::Admit(matter, user) => _ = after.known(matter)?.members.insert(user),
            Act::Remove(matter, user) => {
                let known = after.known(matter)?;
                known.members.remove(&user);
                known.epoch += 1;
            }
            Act::Rotate(matter) => after.known(matter)?.epoch += 1,
            Act::Seal(matter, id) => _ = after.known(matter)?.documents.insert(id, "0".to_owned()),
            Act::Rename(matter, id, to) => {
                after.known(matter)?.documents.insert(id, to.to_string());
            }
            Act::Open(..) => {}
            Act::Enrol(user, _) => _ = after.people.insert(user, 0),
            Act::Accept(user, _) => _ = after.people.insert(user, 1),
            Act::SealAll(matter, batch, count) => return self.after_batch(matter, batch, count),
        }
        Ok(vec![after])
    }

    fn known(&mut self, id: MatterId) -> Outcome<&mut Matter> {
        Ok(self.matters.get_mut(&id).ok_or("an act in a matter that is not there")?)
    }

    /// A batch becomes longer by whole groups.
    fn after_batch(&self, id: MatterId, batch: u64, count: u64) -> Outcome<Vec<Self>> {
        let before = self.matters.get(&id).ok_or("an act in a matter that is not there")?;
        let left: Vec<_> = (0..count)
            .map(|number| of_batch(batch, number))
            .filter(|document| !before.documents.contains_key(document))
            .collect();
        let mut steps = vec![self.clone()];
        for group in left.chunks(MAX_DOCUMENTS) {
            let mut next = steps.last().cloned().unwrap_or_default();
            next.known(id)?.documents.extend(group.iter().map(|document| (*document, "0".to_owned())));
            steps.push(next);
        }
        Ok(steps)
    }

    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// Every document.
    pub fn documents(&self) -> impl Iterator<Item = (MatterId, Vec<DocumentId>)> {
        self.matters.iter().map(|(id, matter)| (*id, matter.documents.keys().copied().collect()))
    }

    pub fn documents_count(&self) -> u64 {
        self.matters.values().map(|matter| matter.documents.len() as u64).sum()
    }

    /// What differs, in short.
    pub fn differs(&self, other: &Self) -> String {
        let of = |model: &Self| {
            let matters: Vec<_> = model
                .matters
                .values()
                .map(|matter| (matter.epoch, matter.members.len(), matter.documents.len()))
                .collect();
            format!("{} people, matters (epoch, members, documents) {matters:?}", model.people.len())
        };
        format!("expected {}, found {}", of(self), of(other))
    }
}

const PAGE: usize = 1_000;
