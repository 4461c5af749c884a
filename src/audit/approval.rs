//! What an approval approves: one act, by its chain, its kind and its body.

use crate::audit::kind::Kind;
use crate::codec::cbor::Writer;
use crate::crypto::hash::sha256;
use crate::crypto::label::HashPurpose;
use crate::id::{ChainId, Hash};

/// `H(label || cbor{1 chain, 2 kind, 3 body})`: what the `approval` record of another user names.
/// `body` is the CBOR of the act's body.
#[must_use]
pub fn target(chain: &ChainId, kind: Kind, body: &[u8]) -> Hash {
    let mut act = Writer::new();
    act.map(3).unsigned(1).bytes(chain.as_bytes()).unsigned(2).unsigned(kind.number());
    act.unsigned(3).item(body);
    sha256(&[HashPurpose::Approval.label(), &act.finish()].concat())
}
