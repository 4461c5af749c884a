//! The bodies of records, by subject. Each is a CBOR map whose fields and types stand once, in the
//! definition of its struct; reading and writing follow from it. `docs/format/record-v1.md` is
//! normative.
//!
//! A body says what its author claims. Whether the author may claim it is for whoever folds the
//! chain; some numbers that a fold has its own answer to ([`DeviceCertified::class`]) stay numbers.

mod chain;
mod document;
mod duty;
mod epoch;
mod field;
mod person;
mod policy;
mod share;

pub use chain::{
    Approval, ChainGenesis, Genesis, LedgerGenesis, MatterOpened, Origin, RootRotated, StandaloneGenesis,
};
pub use document::{
    Described, Designation, DocumentVersion, MAX_DOCUMENTS, Opened, Padding, Redesignated, Sealed,
    SealedDocument,
};
pub use duty::{Hold, HoldReleased, RecoveryKey, Versions};
pub use epoch::{Epoch, Principal, Principals, Reason, Rewrap, ShredGeneration};
pub use field::List;
pub use person::{
    Device, DeviceCertified, DeviceRevoked, FirmRole, Grant, MatterRole, Person, Team, User, UserKey,
};
pub use policy::Policy;
pub use share::{Accepted, Receipt, ReceiptAction, RecipientCount, Shared};

pub use crate::audit::anchor::AnchorBody;

pub(crate) use field::Value;
use field::{Slot, map};

use crate::audit::kind::{ChainType, Kind};
use crate::codec::cbor::{Reader, Writer};
use crate::error::Result;
use crate::id::ChainId;

/// What a record says, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)] // Each variant is the kind of its name, in the table of `kind`.
pub enum Body {
    Genesis(Genesis),
    Anchor(AnchorBody),
    Policy(Policy),
    User(User),
    Team(Team),
    DeviceCertified(DeviceCertified),
    DeviceAccepted(Device),
    DeviceSuspended(Device),
    DeviceRevoked(DeviceRevoked),
    UserKey(UserKey),
    RootRotated(RootRotated),
    MatterOpened(MatterOpened),
    Grant(Grant),
    Remove(Person),
    Screen(Person),
    Epoch(Epoch),
    Rewrap(Rewrap),
    ShredGeneration(ShredGeneration),
    Sealed(Sealed),
    Opened(Opened),
    Described(Described),
    Redesignated(Redesignated),
    ReEncrypted(Sealed),
    Shared(Shared),
    Accepted(Accepted),
    Receipt(Receipt),
    Hold(Hold),
    HoldReleased(HoldReleased),
    DisposalProposed(Versions),
    Disposed(Versions),
    Destroyed(Versions),
    Approval(Approval),
    RecoverySplit(RecoveryKey),
    RecoveryRotated(RecoveryKey),
    /// CBOR of the host's own.
    Host(Kind, Vec<u8>),
    /// CBOR of a kind whose body this version does not define.
    Unverifiable(Kind, Vec<u8>),
}

/// How a body is read in a chain of some type, and written.
pub(crate) trait BodyForm: Sized {
    fn decode(reader: &mut Reader<'_>, chain_type: ChainType, chain: ChainId) -> Result<Self>;
    fn encode(&self, writer: &mut Writer);
}

impl BodyForm for AnchorBody {
    fn decode(reader: &mut Reader<'_>, _: ChainType, chain: ChainId) -> Result<Self> {
        // Anchors stand in the ledger alone, so the record's chain is the ledger.
        Self::parse(reader.item()?, chain)
    }

    fn encode(&self, writer: &mut Writer) {
        writer.item(&AnchorBody::encode(self));
    }
}

/// A body that is a map and the same in every chain.
macro_rules! body {
    ($(#[$about:meta])* $name:ident { $($fields:tt)+ }) => {
        $crate::audit::body::map! { $(#[$about])* $name { $($fields)+ } }

        impl $crate::audit::body::BodyForm for $name {
            fn decode(
                reader: &mut $crate::codec::cbor::Reader<'_>,
                _: $crate::audit::kind::ChainType,
                _: $crate::id::ChainId,
            ) -> $crate::error::Result<Self> {
                $crate::audit::body::Value::read(reader)
            }

            fn encode(&self, writer: &mut $crate::codec::cbor::Writer) {
                $crate::audit::body::Value::write(self, writer);
            }
        }
    };
}
use body;
