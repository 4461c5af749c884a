//! Certification of signing keys: only canonical keys without torsion, and no key or key id twice.
//!
//! A record names its key by 16 bytes and a note by 4. Four bytes collide after 2^16 tries, and a
//! note with two keys of one id cannot be read: the second is refused here, for good.

use std::collections::BTreeSet;

use crate::audit::body::DeviceCertified;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::wire::cose::Kid;
use crate::wire::note::{KeyKind, key_id};

/// Every key that was ever certified in a firm or a standalone chain, by its ids.
#[derive(Clone, Debug)]
pub struct KeyRing {
    log_name: String,
    kids: BTreeSet<Kid>,
    log_ids: BTreeSet<u32>,
}

/// Keys to certify together: a device's, a root's, or those a standalone chain begins with.
#[derive(Clone, Copy, Debug)]
pub struct NewKeys<'k> {
    /// Signs records.
    pub record: &'k [u8; 32],
    /// Signs checkpoints.
    pub log: Option<&'k [u8; 32]>,
    /// Signs shares and cards.
    pub ssh: Option<&'k [u8; 32]>,
}

/// Keys that were certified together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certified {
    /// Signs records.
    pub record: VerifyingKey,
    /// Signs checkpoints.
    pub log: Option<VerifyingKey>,
    /// Signs shares and cards.
    pub ssh: Option<VerifyingKey>,
}

impl KeyRing {
    /// Without keys. `log_name` is what log keys are called in notes: the origin.
    #[must_use]
    pub fn new(log_name: impl Into<String>) -> Self {
        Self { log_name: log_name.into(), kids: BTreeSet::new(), log_ids: BTreeSet::new() }
    }

    /// What was kept of one: the ids of keys and of log keys.
    pub(crate) fn parts(&self) -> (&BTreeSet<Kid>, &BTreeSet<u32>) {
        (&self.kids, &self.log_ids)
    }

    /// One from its [`parts`](Self::parts).
    pub(crate) fn from_parts(
        log_name: impl Into<String>,
        kids: BTreeSet<Kid>,
        log_ids: BTreeSet<u32>,
    ) -> Self {
        Self { log_name: log_name.into(), kids, log_ids }
    }

    /// Takes keys into use, all of them or none.
    ///
    /// # Errors
    /// `public-key` if one is not canonical, of small order or has torsion; `key-used` if one, or
    /// the id of one, was certified before or stands among them twice.
    pub fn certify(&mut self, keys: &NewKeys<'_>) -> Result<Certified> {
        let certified = Certified {
            record: VerifyingKey::enrol(keys.record)?,
            log: keys.log.map(VerifyingKey::enrol).transpose()?,
            ssh: keys.ssh.map(VerifyingKey::enrol).transpose()?,
        };
        let mut kids = BTreeSet::new();
        let all = [Some(&certified.record), certified.log.as_ref(), certified.ssh.as_ref()];
        let mut all = all.into_iter().flatten().map(Kid::of);
        let new = all.all(|kid| !self.kids.contains(&kid) && kids.insert(kid));
        let log_id = certified.log.as_ref().map(|log| key_id(&self.log_name, KeyKind::Ed25519, log));
        if !new || log_id.is_some_and(|id| self.log_ids.contains(&id)) {
            return Err(Code::KeyUsed.into());
        }
        self.kids.append(&mut kids);
        self.log_ids.extend(log_id);
        Ok(certified)
    }

    /// Takes the three keys of a device into use.
    ///
    /// # Errors
    /// As [`certify`](Self::certify).
    pub fn certify_device(&mut self, body: &DeviceCertified) -> Result<Certified> {
        self.certify(&NewKeys {
            record: &body.record_key,
            log: Some(&body.log_key),
            ssh: Some(&body.ssh_key),
        })
    }

    /// How many keys were ever certified.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kids.len()
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kids.is_empty()
    }
}
