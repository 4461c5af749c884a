//! What is odd in a firm's history: leaves that change nothing, anchors that are void, kinds whose
//! meaning is not this library's.

use crate::audit::kind::Kind;
use crate::audit::{self, Fault};
use crate::id::{ChainId, DeviceId};

/// Everything odd, in the order of the ledger; each list holds at most [`Findings::MAX_LISTED`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Leaves that stay in their chain and change nothing (or, for `details`, whose details count
    /// for nothing).
    pub reported: Vec<Reported>,
    /// Anchors that changed no chain.
    pub void: Vec<Void>,
    /// Leaves whose kind this version does not define.
    pub unverifiable: Vec<Other>,
    /// The host's own events.
    pub host: Vec<Other>,
    /// How many more of these four there are than are listed.
    pub not_listed: u64,
}

/// A leaf that the fold may not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Its chain.
    pub chain: ChainId,
    /// Its index there.
    pub index: u64,
    /// Its kind.
    pub kind: Kind,
    /// Whom it names as author.
    pub author: DeviceId,
    /// The device of the anchor that first covers it.
    pub committed_by: DeviceId,
    /// What is wrong with it.
    pub why: Fault,
}

/// An anchor that only its committer can have made so: it changed no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Void {
    /// Its index in the ledger.
    pub ledger_index: u64,
    /// Its author if that device's key verifies it, else the device that signed its checkpoint.
    pub device: Option<DeviceId>,
    /// What is wrong with it.
    pub why: Flaw,
}

/// Leaves past the head of a chain that a void anchor covered: the evidence that it is void. Whoever
/// writes in their place keeps them beside the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidLeaves {
    /// The anchor's index in the ledger.
    pub ledger_index: u64,
    /// The chain.
    pub chain: ChainId,
    /// The index of the first of them.
    pub from: u64,
    /// The index after the last.
    pub to: u64,
}

/// A leaf whose meaning is not this library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its chain.
    pub chain: ChainId,
    /// Its index there.
    pub index: u64,
    /// Its kind.
    pub kind: Kind,
}

/// What is wrong with an anchor that is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flaw {
    /// The leaf is no anchor of this ledger.
    NotAnAnchor,
    /// It is not signed by its author.
    Signature,
    /// Its author is unknown, or not active after its own commit.
    Author,
    /// A chain shrinks or stays as it was.
    Size,
    /// It covers a leaf that is no record.
    NotARecord,
    /// A chain does not begin with its genesis.
    Genesis,
    /// It covers a chain that nobody opened.
    NobodyOpened,
    /// The root over all heads is another.
    HeadsRoot,
    /// The root over all active devices is another.
    DevicesRoot,
}

impl Flaw {
    /// Every one there is.
    pub const ALL: &'static [Flaw] = &[
        Flaw::NotAnAnchor,
        Flaw::Signature,
        Flaw::Author,
        Flaw::Size,
        Flaw::NotARecord,
        Flaw::Genesis,
        Flaw::NobodyOpened,
        Flaw::HeadsRoot,
        Flaw::DevicesRoot,
    ];

    /// The words for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Flaw::NotAnAnchor => "not an anchor",
            Flaw::Signature => "signature",
            Flaw::Author => "author",
            Flaw::Size => "size",
            Flaw::NotARecord => "a leaf that is no record",
            Flaw::Genesis => "leaf 0",
            Flaw::NobodyOpened => "a chain nobody opened",
            Flaw::HeadsRoot => "heads root",
            Flaw::DevicesRoot => "devices root",
        }
    }
}

impl Findings {
    /// How many entries a list has at the most, so that memory does not grow with the history.
    pub const MAX_LISTED: usize = audit::Findings::MAX_LISTED;

    /// How many leaves and anchors were not accepted, or are not listed.
    #[must_use]
    pub fn refused(&self) -> u64 {
        let listed = self.reported.len().saturating_add(self.void.len()) as u64;
        listed.saturating_add(self.not_listed)
    }

    pub(super) fn report(&mut self, reported: Reported) {
        keep(&mut self.reported, &mut self.not_listed, reported);
    }

    pub(super) fn void(&mut self, void: Void) {
        keep(&mut self.void, &mut self.not_listed, void);
    }

    pub(super) fn unverifiable(&mut self, other: Other) {
        keep(&mut self.unverifiable, &mut self.not_listed, other);
    }

    pub(super) fn host(&mut self, other: Other) {
        keep(&mut self.host, &mut self.not_listed, other);
    }

    /// Takes over what one commit showed.
    pub(super) fn append(&mut self, other: Findings) {
        other.reported.into_iter().for_each(|reported| self.report(reported));
        other.void.into_iter().for_each(|void| self.void(void));
        other.unverifiable.into_iter().for_each(|leaf| self.unverifiable(leaf));
        other.host.into_iter().for_each(|leaf| self.host(leaf));
        self.not_listed = self.not_listed.saturating_add(other.not_listed);
    }
}

fn keep<T>(list: &mut Vec<T>, not_listed: &mut u64, item: T) {
    if list.len() < Findings::MAX_LISTED {
        list.push(item);
    } else {
        *not_listed = not_listed.saturating_add(1);
    }
}
