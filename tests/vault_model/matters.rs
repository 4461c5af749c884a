//! What the model answers in matters: people let in and shut out, documents.

use std::collections::{BTreeMap, BTreeSet};

use privity::audit::body::MatterRole;

use super::{Answer, Flaw, Matter, Model, Outcome, Totals, matter_name, owner, rank, reads, refuse};

impl Model {
    pub(super) fn open_matter(&mut self, by: u8, matter: u8) -> Outcome {
        if self.matters.contains_key(&matter) {
            return refuse("already-there");
        }
        if !self.is_administrator(by) {
            return refuse("role-missing");
        }
        let opened = Matter {
            epoch: 1,
            roles: BTreeMap::from([(owner(by), MatterRole::Lead)]),
            screened: BTreeSet::new(),
            documents: BTreeMap::new(),
            removed: BTreeSet::new(),
            before: BTreeMap::new(),
        };
        self.matters.insert(matter, opened);
        self.committed()
    }

    pub(super) fn admit(&mut self, by: u8, matter: u8, who: u8, role: MatterRole) -> Outcome {
        let known = self.matter(matter)?;
        if known.screened.contains(&who) {
            return refuse("screened");
        }
        let before = known.roles.get(&who).copied();
        if before == Some(role) {
            return refuse("already-admitted");
        }
        match self.people.get(&who) {
            None => return refuse("user-unknown"),
            Some(person) if !person.has_key => return refuse("user-key-missing"),
            Some(_) => {}
        }
        // Who loses a secret loses it with the next epoch.
        let reads_less = before.is_some_and(|before| rank(before) > rank(role));
        if reads(role) || reads_less {
            self.has_epoch_key(by, matter)?;
        }
        if role == MatterRole::Auditor {
            self.has_auditor_key(by, matter)?;
        }
        let lacking = self.people.values().any(|person| person.has_key && !person.reads_names);
        let hands_on = self.people.get(&owner(by)).is_some_and(|own| own.reads_names);
        if lacking && hands_on && !self.device(by).keyed {
            return refuse("row-missing");
        }
        let after = if owner(by) == who { role } else { MatterRole::Lead };
        let begins = !reads_less || matches!(after, MatterRole::Lead | MatterRole::Member);
        if self.role(by, matter) != Some(MatterRole::Lead) || !begins {
            return refuse("role-missing");
        }
        if hands_on {
            for person in self.people.values_mut().filter(|person| person.has_key) {
                person.reads_names = true;
            }
        }
        let known = self.matter_mut(matter)?;
        known.before.insert(who, known.documents.keys().copied().collect());
        known.roles.insert(who, role);
        known.epoch += u64::from(reads_less);
        self.committed()
    }

    pub(super) fn remove(&mut self, by: u8, matter: u8, who: u8) -> Outcome {
        let known = self.matter(matter)?;
        if !known.roles.contains_key(&who) {
            return refuse("user-unknown");
        }
        self.may_shut_out(by, matter, who)?;
        let known = self.matter_mut(matter)?;
        known.roles.remove(&who);
        known.removed.insert(who);
        known.epoch += 1;
        self.rotated(matter)
    }

    pub(super) fn screen(&mut self, by: u8, matter: u8, who: u8) -> Outcome {
        let known = self.matter(matter)?;
        if known.screened.contains(&who) {
            return refuse("screened");
        }
        if !self.people.contains_key(&who) {
            return refuse("user-unknown");
        }
        self.may_shut_out(by, matter, who)?;
        let known = self.matter_mut(matter)?;
        known.screened.insert(who);
        known.epoch += 1;
        self.rotated(matter)
    }

    pub(super) fn rotate(&mut self, by: u8, matter: u8) -> Outcome {
        self.matter(matter)?;
        self.has_epoch_key(by, matter)?;
        if !matches!(self.role(by, matter), Some(MatterRole::Lead | MatterRole::Member)) {
            return refuse("role-missing");
        }
        self.matter_mut(matter)?.epoch += 1;
        self.rotated(matter)
    }

    pub(super) fn remove_person(&mut self, by: u8, who: u8) -> Outcome {
        if !self.people.contains_key(&who) {
            return refuse("user-unknown");
        }
        let (mut rotated, mut left) = (BTreeMap::new(), BTreeMap::new());
        let theirs: Vec<u8> =
            self.matters.iter().filter(|(_, one)| one.roles.contains_key(&who)).map(|(&id, _)| id).collect();
        for matter in theirs {
            match self.remove(by, matter, who) {
                Ok(Answer::Rotated(one, _)) => rotated.extend(one),
                Ok(_) => {}
                Err(code) => _ = left.insert(matter, code),
            }
        }
        Ok(Answer::Rotated(rotated, left))
    }

    // --- documents

    pub(super) fn seal(&mut self, by: u8, matter: u8, document: u8) -> Outcome {
        self.works_in(by, matter, false)?;
        if self.matter(matter)?.documents.contains_key(&document) {
            return refuse("document-exists");
        }
        self.has_epoch_key(by, matter)?;
        self.matter_mut(matter)?.documents.insert(document, "new".to_owned());
        self.committed()
    }

    pub(super) fn describe(&mut self, by: u8, matter: u8, document: u8, name: u8) -> Outcome {
        self.works_in(by, matter, true)?;
        self.finds(by, matter, document)?;
        if self.role(by, matter) == Some(MatterRole::Reader) {
            return refuse("role-missing");
        }
        self.matter_mut(matter)?.documents.insert(document, format!("name {name}"));
        self.committed()
    }

    pub(super) fn open(&mut self, by: u8, matter: u8, document: u8) -> Outcome {
        self.works_in(by, matter, true)?;
        self.finds(by, matter, document)?;
        let known = self.matter(matter)?;
        let before = known.before.get(&owner(by)).is_some_and(|before| before.contains(&document));
        if self.flaw == Some(Flaw::NothingOlder) && before {
            return refuse("no-access");
        }
        self.commits += 1;
        Ok(Answer::Content(matter, document))
    }

    pub(super) fn list(&self, by: u8, matter: u8) -> Outcome {
        self.works_in(by, matter, true)?;
        let known = self.matter(matter)?;
        if !known.documents.is_empty() {
            self.has_epoch_key(by, matter)?;
        }
        Ok(Answer::Listed(known.documents.clone()))
    }

    pub(super) fn name(&self, by: u8, matter: u8) -> Outcome {
        if self.matter(matter)?.screened.contains(&owner(by)) {
            return refuse("screened");
        }
        self.has_auditor_key(by, matter)?;
        Ok(Answer::Named(matter_name(matter)))
    }

    pub(super) fn verify(&self, by: u8) -> Outcome {
        let own = owner(by);
        if !self.device(by).keyed {
            // Told that it lacks what its user was given, if they were given anything.
            let names = self.people.get(&own).is_some_and(|person| person.reads_names);
            let keys = self.matters.keys().any(|&matter| self.role(by, matter).is_some_and(|r| rank(r) > 0));
            if names || keys {
                return refuse("row-missing");
            }
        }
        let devices = self.active();
        let documents = |of: &dyn Fn(u8) -> bool| {
            let counted = self.matters.iter().filter(|(id, _)| of(**id));
            counted.map(|(_, matter)| matter.documents.len() as u64).sum()
        };
        Ok(Answer::Verified(Totals {
            commits: self.commits,
            matters: self.matters.len() as u64,
            devices: devices.len() as u64,
            users: devices.into_iter().map(owner).collect::<BTreeSet<_>>().len() as u64,
            documents: documents(&|_| true),
            documents_checked: documents(&|matter| self.role(by, matter).is_some_and(reads)),
        }))
    }
}
