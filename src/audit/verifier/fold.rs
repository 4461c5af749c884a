//! What the records of a standalone chain come to: authors, keys, counts, and what is odd.

use std::collections::BTreeMap;

use crate::audit::body::{Body, DeviceCertified, Genesis, Origin};
use crate::audit::keyring::{Certified, KeyRing, NewKeys};
use crate::audit::kind::{ChainType, Kind, Meaning};
use crate::audit::order::{self, Newest, OrderFault};
use crate::audit::record::Record;
use crate::audit::tree::leaf_hash;
use crate::audit::verdict::{Fault, Findings, Other, Reported};
use crate::crypto::hpke::PublicKey;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash};
use crate::wire::cose::Kid;

/// A leaf after the part of the work that needs no order.
pub(super) struct Checked<'b> {
    pub(super) hash: Hash,
    record: Option<Record<'b>>,
    signature: Signature,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Signature {
    Right,
    Wrong,
    /// The key was not known yet; it may be certified earlier in the same batch.
    Unknown,
}

impl<'b> Checked<'b> {
    /// Hashes, parses and, where the author's key is known, verifies.
    pub(super) fn new(leaf: &'b [u8], fold: &Fold) -> Self {
        let record = Record::parse(leaf, ChainType::Standalone).ok();
        let key = record.as_ref().and_then(|record| fold.key_of(record));
        let signature = match (&record, key) {
            (Some(record), Some(key)) => signature(record, key),
            _ => Signature::Unknown,
        };
        Self { hash: leaf_hash(leaf), record, signature }
    }
}

fn signature(record: &Record<'_>, key: &VerifyingKey) -> Signature {
    if record.verify(key).is_ok() { Signature::Right } else { Signature::Wrong }
}

/// The state after some leaves.
#[derive(Debug)]
pub(super) struct Fold {
    chain: Option<ChainId>,
    keys: KeyRing,
    authors: BTreeMap<DeviceId, Author>,
    certified: Vec<DeviceId>,
    log_keys: Vec<(u64, VerifyingKey)>,
    first_break: Option<(u64, u64, Fault)>,
    pub(super) settled: u64,
    pub(super) documents: u64,
    pub(super) reported: Vec<Reported>,
    pub(super) unverifiable: Vec<Other>,
    pub(super) host: Vec<Other>,
    pub(super) not_listed: u64,
}

#[derive(Debug)]
struct Author {
    key: VerifyingKey,
    log: Option<VerifyingKey>,
    newest: Option<Newest>,
}

impl Fold {
    pub(super) fn new(origin: &Origin) -> Self {
        Self {
            chain: None,
            keys: KeyRing::new(origin.as_str()),
            authors: BTreeMap::new(),
            certified: Vec::new(),
            log_keys: Vec::new(),
            first_break: None,
            settled: 0,
            documents: 0,
            reported: Vec::new(),
            unverifiable: Vec::new(),
            host: Vec::new(),
            not_listed: 0,
        }
    }

    /// Leaf 0, whose hash is the pinned one.
    pub(super) fn begin(&mut self, leaf: &Checked<'_>, origin: &Origin) -> Result<()> {
        let record = leaf.record.as_ref().ok_or(Code::Genesis)?;
        let payload = record.payload();
        let body = match record.body()? {
            Body::Genesis(Genesis::Standalone(body)) => body,
            _ => return Err(Code::Genesis.into()),
        };
        let author = author_of(&body.record_key);
        if body.origin != *origin || payload.previous.is_some() || payload.author != author {
            return Err(Code::Genesis.into());
        }
        let new = NewKeys { record: &body.record_key, log: Some(&body.log_key), ssh: None };
        let keys = self.keys.certify(&new)?;
        record.verify(&keys.record)?;
        self.chain = Some(payload.chain);
        self.add(0, author, &keys);
        self.set_newest(record, leaf.hash);
        Ok(())
    }

    /// Any later leaf: it counts, or it is reported and changes nothing.
    pub(super) fn apply(&mut self, index: u64, leaf: &Checked<'_>) {
        let Some(record) = &leaf.record else {
            return self.report(index, None, Fault::NotARecord);
        };
        let fault = match self.admit(record, leaf.signature) {
            Ok(()) => {
                let order = self.check_order(record, leaf.hash);
                // It may be its author's newest whatever else is wrong with it.
                self.set_newest(record, leaf.hash);
                order.and_then(|()| self.meaning(index, record))
            }
            Err(fault) => Err(fault),
        };
        if let Err(fault) = fault {
            self.report(index, Some(record), fault);
        }
    }

    /// Whether it is a record of this chain, signed by a certified author.
    fn admit(&self, record: &Record<'_>, checked: Signature) -> Result<(), Fault> {
        if self.chain != Some(record.payload().chain) {
            return Err(Fault::Chain);
        }
        let key = self.key_of(record).ok_or(Fault::Author)?;
        // An author of a standalone chain is named by the key id itself.
        if record.kid().0 != *record.payload().author.as_bytes() {
            return Err(Fault::Author);
        }
        let signature = if checked == Signature::Unknown { signature(record, key) } else { checked };
        if signature == Signature::Right { Ok(()) } else { Err(Fault::Signature) }
    }

    fn check_order(&self, record: &Record<'_>, hash: Hash) -> Result<(), Fault> {
        let newest = self.newest(record.payload().author);
        order::check(newest, record, hash).map_err(|fault| match fault {
            OrderFault::Conflicting => Fault::Conflicting,
            OrderFault::Sequence => Fault::Sequence,
            OrderFault::Previous => Fault::Previous,
            OrderFault::Time => Fault::Time,
        })
    }

    fn meaning(&mut self, index: u64, record: &Record<'_>) -> Result<(), Fault> {
        let kind = record.payload().kind;
        if kind == Kind::GENESIS {
            return Err(Fault::Genesis);
        }
        if !kind.stands_in(ChainType::Standalone) {
            return Err(Fault::Kind);
        }
        let body = record.body().map_err(|_| Fault::Body)?;
        match body {
            Body::Sealed(sealed) | Body::ReEncrypted(sealed) => {
                self.documents += sealed.documents.items().len() as u64;
            }
            Body::DeviceCertified(device) => self.certify(index, &device)?,
            _ => {}
        }
        let list = match kind.meaning() {
            Meaning::Defined => return Ok(()),
            Meaning::Unverifiable => &mut self.unverifiable,
            Meaning::Host => &mut self.host,
        };
        if list.len() < Findings::MAX_LISTED {
            list.push(Other { index, kind })
        } else {
            self.not_listed += 1
        }
        Ok(())
    }

    /// Further keys: they count at once.
    fn certify(&mut self, index: u64, device: &DeviceCertified) -> Result<(), Fault> {
        if device.device != author_of(&device.record_key) || device.class > SERVICE {
            return Err(Fault::Device);
        }
        PublicKey::from_bytes(device.wrapping_key.as_slice()).map_err(|_| Fault::Key)?;
        let keys = self.keys.certify_device(device).map_err(|error| match error.code_value() {
            Code::KeyUsed => Fault::KeyUsed,
            _ => Fault::Key,
        })?;
        self.add(index, device.device, &keys);
        Ok(())
    }

    fn add(&mut self, index: u64, author: DeviceId, keys: &Certified) {
        self.authors.insert(author, Author { key: keys.record, log: keys.log, newest: None });
        self.certified.push(author);
        self.log_keys.extend(keys.log.map(|log| (index, log)));
    }

    /// Only a higher sequence moves an author on: a record that is put in again, or one that
    /// conflicts, is reported and leaves the author where it was.
    fn set_newest(&mut self, record: &Record<'_>, hash: Hash) {
        if let Some(author) = self.authors.get_mut(&record.payload().author)
            && author.newest.is_none_or(|newest| record.payload().sequence > newest.sequence)
        {
            author.newest = Some(Newest::of(record, hash));
        }
    }

    fn report(&mut self, index: u64, record: Option<&Record<'_>>, why: Fault) {
        // The first one from every checkpoint on; `first_break` asks for that of the newest.
        if why.breaks_the_chain() && self.first_break.is_none_or(|(settled, ..)| settled < self.settled) {
            self.first_break = Some((self.settled, index, why));
        }
        if self.reported.len() >= Findings::MAX_LISTED {
            self.not_listed += 1;
            return;
        }
        let payload = record.map(Record::payload);
        let (kind, author) = (payload.map(|payload| payload.kind), payload.map(|payload| payload.author));
        self.reported.push(Reported { index, kind, author, why });
    }

    /// The first leaf from size `good` on that does not fit, and why.
    pub(super) fn first_break(&self, good: u64) -> Option<(u64, Fault)> {
        self.first_break.filter(|(settled, ..)| *settled >= good).map(|(_, index, why)| (index, why))
    }

    pub(super) fn chain(&self) -> Option<ChainId> {
        self.chain
    }

    pub(super) fn authors(&self) -> Vec<DeviceId> {
        self.certified.clone()
    }

    pub(super) fn newest(&self, author: DeviceId) -> Option<&Newest> {
        self.authors.get(&author)?.newest.as_ref()
    }

    /// Whether these keys were certified together.
    pub(super) fn are_together(&self, record: &VerifyingKey, log: &VerifyingKey) -> bool {
        self.authors.values().any(|author| author.key == *record && author.log == Some(*log))
    }

    /// The log keys certified by leaves below this size.
    pub(super) fn log_keys_below(&self, size: u64) -> Vec<VerifyingKey> {
        self.log_keys.iter().filter(|(index, _)| *index < size).map(|(_, key)| *key).collect()
    }

    fn key_of(&self, record: &Record<'_>) -> Option<&VerifyingKey> {
        self.authors.get(&record.payload().author).map(|author| &author.key)
    }
}

/// The highest class of a device there is.
const SERVICE: u64 = 1;

/// An author of a standalone chain: the first 16 bytes of SHA-256 of the record key.
pub(super) fn author_of(record_key: &[u8; 32]) -> DeviceId {
    DeviceId::from_bytes(Kid::of_bytes(record_key).0)
}
