//! What every leaf of a commit has to pass, whatever its kind: author, signature, order, ledger head.

use std::collections::BTreeMap;

use crate::audit::Fault;
use crate::audit::body::{Body, FirmRole, MatterRole};
use crate::audit::kind::{ChainType, Kind, Meaning};
use crate::audit::order::{self, Newest, OrderFault};
use crate::audit::record::{LedgerHead, Record};
use crate::audit::tree::leaf_hash;
use crate::crypto::sign::VerifyingKey;
use crate::id::{ChainId, DeviceId, Hash, UserId};
use crate::state::authority::{self, Rule, Standing};
use crate::state::findings::{Findings, Other, Reported};
use crate::state::people::{People, Status};
use crate::state::source::Trust;

/// A leaf after the part of the work that needs no order.
#[derive(Debug)]
pub(super) struct Leaf<'b> {
    pub(super) hash: Hash,
    pub(super) record: Option<Record<'b>>,
    body: Result<Body, Fault>,
    signature: Option<bool>,
}

/// The place of a commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'c> {
    pub(super) trust: Trust,
    /// The index of its anchor: the ledger's size before it.
    pub(super) ledger_index: u64,
    /// The ledger's roots, from size 1 on.
    pub(super) roots: &'c [Hash],
    /// The anchor's device.
    pub(super) by: DeviceId,
}

/// Who signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    Root,
    Device(DeviceId, UserId),
}

impl<'b> Leaf<'b> {
    /// Hashes, parses and, where the author's device is known, verifies.
    pub(super) fn new(bytes: &'b [u8], chain_type: ChainType, people: &People) -> Self {
        let record = Record::parse(bytes, chain_type).ok();
        let key = record.as_ref().and_then(|record| people.device(record.payload().author));
        let signature = match (&record, key) {
            (Some(record), Some(device)) => Some(record.verify(&device.record_key).is_ok()),
            _ => None,
        };
        Self::parsed(bytes, chain_type, record, signature)
    }

    /// Hashes and parses; that a device's signature is right is taken for granted.
    pub(super) fn unverified(bytes: &'b [u8], chain_type: ChainType) -> Self {
        Self::parsed(bytes, chain_type, Record::parse(bytes, chain_type).ok(), Some(true))
    }

    fn parsed(
        bytes: &'b [u8],
        chain_type: ChainType,
        record: Option<Record<'b>>,
        signature: Option<bool>,
    ) -> Self {
        let body = match &record {
            Some(record) if record.payload().kind.stands_in(chain_type) => {
                record.body().map_err(|_| Fault::Body)
            }
            _ => Err(Fault::Kind),
        };
        Self { hash: leaf_hash(bytes), record, body, signature }
    }

    /// Whether this key verifies it; a device's verdict does not change once it is known.
    pub(super) fn is_signed(&self, record: &Record<'_>, key: &VerifyingKey, root: bool) -> bool {
        match self.signature {
            Some(right) if !root => right,
            _ => record.verify(key).is_ok(),
        }
    }

    /// Its body, whether or not its author may sign it.
    pub(super) fn body(&self) -> Result<&Body, Fault> {
        self.body.as_ref().map_err(|fault| *fault)
    }
}

impl Context<'_> {
    pub(super) fn firm_author(&self) -> DeviceId {
        DeviceId::from_bytes(*self.trust.firm.as_bytes())
    }

    /// Whether a head is one of the ledger's before this commit.
    pub(super) fn knows(&self, head: Option<&LedgerHead>) -> bool {
        let Some(head) = head else { return false };
        let at = head.size.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        head.size <= self.ledger_index && at.and_then(|at| self.roots.get(at)) == Some(&head.root)
    }

    /// Author, signature, order and ledger head of a record in a chain. `newest` moves on with every
    /// record that its author's key verifies, accepted or not.
    pub(super) fn admit(
        &self,
        leaf: &Leaf<'_>,
        record: &Record<'_>,
        chain: ChainId,
        people: &People,
        newest: &mut BTreeMap<DeviceId, Newest>,
        new_root: Option<&VerifyingKey>,
    ) -> Result<Author, Fault> {
        let payload = record.payload();
        if payload.chain != chain {
            return Err(Fault::Chain);
        }
        let (author, may_sign, signed) = if payload.author == self.firm_author() {
            let key = new_root.or(people.root.as_ref().map(|root| &root.key)).ok_or(Fault::Author)?;
            (Author::Root, true, leaf.is_signed(record, key, true))
        } else {
            let device = people.device(payload.author).ok_or(Fault::Author)?;
            let may_sign = match device.status {
                Status::Active => true,
                Status::Pending => payload.kind == Kind::DEVICE_ACCEPTED,
                Status::Suspended | Status::Revoked => false,
            };
            let signed = leaf.is_signed(record, &device.record_key, false);
            (Author::Device(device.id, device.user), may_sign, signed)
        };
        let order = if signed { advance_newest(newest, record, leaf.hash) } else { Err(Fault::Signature) };
        if !may_sign {
            return Err(Fault::Author);
        }
        order?;
        if !self.knows(payload.ledger_head.as_ref()) {
            return Err(Fault::LedgerHead);
        }
        Ok(author)
    }

    /// A report of this leaf.
    pub(super) fn reported(&self, chain: ChainId, index: u64, record: &Record<'_>, why: Fault) -> Reported {
        let payload = record.payload();
        Reported { chain, index, kind: payload.kind, author: payload.author, committed_by: self.by, why }
    }
}

/// Checks the order and moves the author on: only a higher sequence does.
pub(super) fn advance_newest(
    newest: &mut BTreeMap<DeviceId, Newest>,
    record: &Record<'_>,
    hash: Hash,
) -> Result<(), Fault> {
    let payload = record.payload();
    let known = newest.get(&payload.author);
    let order = order::check(known, record, hash).map_err(|fault| match fault {
        OrderFault::Conflicting => Fault::Conflicting,
        OrderFault::Sequence => Fault::Sequence,
        OrderFault::Previous => Fault::Previous,
        OrderFault::Time => Fault::Time,
    });
    if known.is_none_or(|known| payload.sequence > known.sequence) {
        newest.insert(payload.author, Newest::of(record, hash));
    }
    order
}

/// What a user is in a chain.
pub(super) fn standing(people: &People, user: UserId, role: Option<MatterRole>, screened: bool) -> Standing {
    if screened {
        return Standing::default();
    }
    Standing {
        administrator: people.has_role(user, FirmRole::Administrator),
        records_officer: people.has_role(user, FirmRole::RecordsOfficer),
        role,
        ..Standing::default()
    }
}

/// The role a user has in the directory.
pub(super) fn directory_role(people: &People, user: UserId) -> Option<MatterRole> {
    let lead = people.has_role(user, FirmRole::Administrator);
    Some(if lead { MatterRole::Lead } else { MatterRole::Reader })
}

/// The rule of a record's kind and its body. A role that could not do it whatever the body says is
/// reported before the body is.
pub(super) fn rule_and_body<'l>(
    leaf: &'l Leaf<'_>,
    record: &Record<'_>,
    standing: &Standing,
) -> Result<(Rule, &'l Body), Fault> {
    let rule = authority::rule(record.payload().kind);
    let body = match leaf.body() {
        Err(Fault::Body) => Err(Fault::Body),
        body => Ok(body?),
    };
    let at_best = Standing { own: true, pending: true, lifting: true, ..*standing };
    if rule.allows(&at_best) { Ok((rule, body?)) } else { Err(Fault::Role) }
}

/// Lists a leaf whose meaning is not this library's.
pub(super) fn list(findings: &mut Findings, chain: ChainId, index: u64, kind: Kind) {
    match kind.meaning() {
        Meaning::Defined => {}
        Meaning::Unverifiable => findings.unverifiable(Other { chain, index, kind }),
        Meaning::Host => findings.host(Other { chain, index, kind }),
    }
}
