//! The kinds of records: one table of number, name, the chains a kind may stand in, and its body.
//!
//! Numbers from 1,024 on are the host's own. A kind without a body here, known or not, is hashed,
//! signed and proved like any other; what it means is *unverifiable* and changes no verdict.

use std::fmt;

use crate::audit::body::{self, Body, BodyForm};
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::ChainId;
use crate::wire::cose::MAX_OBJECT;

/// What a record is about: a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(u64);

/// What is known of a kind's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// It is defined here and its body is checked.
    Defined,
    /// Its number is the format's, its body is not defined in this version.
    Unverifiable,
    /// It is the host's own.
    Host,
}

/// Which sort of chain a record stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChainType {
    /// The firm's ledger: anchors only.
    Ledger,
    /// The chain of the firm's own matter: people, devices, policy, which matters exist.
    Directory,
    /// A matter's chain.
    Matter,
    /// A chain of its own, without a vault.
    Standalone,
}

impl Kind {
    /// The first number that is the host's own.
    pub const FIRST_OF_HOST: u64 = 1_024;

    /// The kind with this number, known or not.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// A kind of the host's own.
    ///
    /// # Errors
    /// `host-kind` below 1,024.
    pub fn host(number: u64) -> Result<Self> {
        if number >= Self::FIRST_OF_HOST { Ok(Self(number)) } else { Err(Code::HostKind.into()) }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Whether a record of this kind may stand in such a chain. A kind that is not in the table may
    /// stand wherever anything but anchors may.
    #[must_use]
    pub fn stands_in(self, chain: ChainType) -> bool {
        match self.chains() {
            Some(chains) => chains.contains(&chain),
            None => chain != ChainType::Ledger,
        }
    }
}

/// Name and number, or the number alone.
impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "kind {}", self.0),
        }
    }
}

macro_rules! kinds {
    ($($number:literal $constant:ident $name:literal [$($chain:ident)+] $($variant:ident($body:ty))?;)+) => {
        impl Kind {
            /// Every kind of the table, in ascending order.
            pub const ALL: &'static [Kind] = &[$(Kind($number),)+];

            $(#[doc = concat!("`", $name, "`, ", stringify!($number))]
            pub const $constant: Kind = Kind($number);)+

            /// Its name; `None` for one that is not in the table.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self.0 { $($number => Some($name),)+ _ => None }
            }

            fn chains(self) -> Option<&'static [ChainType]> {
                match self.0 { $($number => Some(&[$(ChainType::$chain,)+]),)+ _ => None }
            }

            /// What is known of its meaning.
            #[must_use]
            pub fn meaning(self) -> Meaning {
                match self.0 {
                    $($($number => { let _: fn($body) -> Body = Body::$variant; Meaning::Defined })?)+
                    Self::FIRST_OF_HOST.. => Meaning::Host,
                    _ => Meaning::Unverifiable,
                }
            }
        }

        bodies! { $($($variant($body) $constant $name,)?)+ }
    };
}

macro_rules! bodies {
    ($($variant:ident($body:ty) $constant:ident $name:literal,)+) => {
        impl Body {
            /// Reads the body of a record of `kind` in this chain of such a type.
            ///
            /// # Errors
            /// `too-large`, `cbor`, `field`.
            pub fn decode(kind: Kind, chain_type: ChainType, chain: ChainId, bytes: &[u8]) -> Result<Self> {
                Reader::new(bytes, MAX_OBJECT)?;
                Self::decode_checked(kind, chain_type, chain, bytes)
            }

            /// The same for a body that lay in a payload whose encoding was checked as a whole.
            pub(super) fn decode_checked(
                kind: Kind,
                chain_type: ChainType,
                chain: ChainId,
                bytes: &[u8],
            ) -> Result<Self> {
                let mut reader = Reader::of_checked(bytes);
                match kind {
                    $(Kind::$constant => Ok(Body::$variant(<$body as BodyForm>::decode(&mut reader, chain_type, chain)?)),)+
                    _ if kind.meaning() == Meaning::Host => Ok(Body::Host(kind, bytes.to_vec())),
                    _ => Ok(Body::Unverifiable(kind, bytes.to_vec())),
                }
            }

            /// The kind of record it is the body of.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self {
                    $(Body::$variant(_) => Kind::$constant,)+
                    Body::Host(kind, _) | Body::Unverifiable(kind, _) => *kind,
                }
            }

            /// Its CBOR.
            #[must_use]
            pub fn encode(&self) -> Vec<u8> {
                let mut writer = Writer::new();
                match self {
                    $(Body::$variant(body) => BodyForm::encode(body, &mut writer),)+
                    Body::Host(_, bytes) | Body::Unverifiable(_, bytes) => { writer.item(bytes); }
                }
                writer.finish()
            }
        }
    };
}

kinds! {
    1 GENESIS "genesis" [Ledger Directory Matter Standalone] Genesis(body::Genesis);
    2 ANCHOR "anchor" [Ledger] Anchor(body::AnchorBody);
    3 POLICY "policy" [Directory] Policy(body::Policy);
    4 USER "user" [Directory] User(body::User);
    5 TEAM "team" [Directory] Team(body::Team);
    6 DEVICE_CERTIFIED "device-certified" [Directory Standalone] DeviceCertified(body::DeviceCertified);
    7 DEVICE_ACCEPTED "device-accepted" [Directory] DeviceAccepted(body::Device);
    8 DEVICE_SUSPENDED "device-suspended" [Directory] DeviceSuspended(body::Device);
    9 DEVICE_REVOKED "device-revoked" [Directory] DeviceRevoked(body::DeviceRevoked);
    10 USER_KEY "user-key" [Directory] UserKey(body::UserKey);
    11 ROOT_ROTATED "root-rotated" [Directory] RootRotated(body::RootRotated);
    12 MATTER_OPENED "matter-opened" [Directory] MatterOpened(body::MatterOpened);
    13 GRANT "grant" [Matter] Grant(body::Grant);
    14 REMOVE "remove" [Matter] Remove(body::Person);
    15 SCREEN "screen" [Matter] Screen(body::Person);
    16 EPOCH "epoch" [Directory Matter] Epoch(body::Epoch);
    17 REWRAP "rewrap" [Directory Matter] Rewrap(body::Rewrap);
    18 SHRED_GENERATION "shred-generation" [Directory Matter] ShredGeneration(body::ShredGeneration);
    20 SEALED "sealed" [Directory Matter Standalone] Sealed(body::Sealed);
    21 OPENED "opened" [Directory Matter Standalone] Opened(body::Opened);
    22 DESCRIBED "described" [Directory Matter Standalone] Described(body::Described);
    23 REDESIGNATED "redesignated" [Directory Matter Standalone] Redesignated(body::Redesignated);
    24 RE_ENCRYPTED "re-encrypted" [Directory Matter Standalone] ReEncrypted(body::Sealed);
    25 REFUSED "refused" [Directory Matter Standalone];
    26 DEPOSITED "deposited" [Directory Matter Standalone];
    30 SHARED "shared" [Directory Matter Standalone] Shared(body::Shared);
    31 ACCEPTED "accepted" [Directory Matter Standalone] Accepted(body::Accepted);
    32 RECEIPT "receipt" [Directory Matter Standalone] Receipt(body::Receipt);
    33 CLAWBACK "clawback" [Directory Matter Standalone];
    34 CARD "card" [Directory Matter Standalone];
    40 HOLD "hold" [Directory Matter Standalone] Hold(body::Hold);
    41 HOLD_RELEASED "hold-released" [Directory Matter Standalone] HoldReleased(body::HoldReleased);
    42 DISPOSAL_PROPOSED "disposal-proposed" [Directory Matter Standalone] DisposalProposed(body::Versions);
    43 DISPOSED "disposed" [Directory Matter Standalone] Disposed(body::Versions);
    44 DESTROYED "destroyed" [Directory Matter Standalone] Destroyed(body::Versions);
    50 APPROVAL "approval" [Directory Matter Standalone] Approval(body::Approval);
    51 ACKNOWLEDGEMENT "acknowledgement" [Directory Matter Standalone];
    52 REVIEW_ATTESTED "review-attested" [Directory Matter Standalone];
    53 INCIDENT "incident" [Directory Matter Standalone];
    60 RECOVERY_SPLIT "recovery-split" [Directory] RecoverySplit(body::RecoveryKey);
    61 RECOVERY_OPENED "recovery-opened" [Directory];
    62 RECOVERY_ROTATED "recovery-rotated" [Directory] RecoveryRotated(body::RecoveryKey);
    63 RESTORED "restored" [Directory Matter];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number_and_a_name_of_its_own() {
        assert!(Kind::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        let mut names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name().unwrap()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn the_ledger_holds_its_genesis_and_anchors_alone() {
        let in_ledger: Vec<_> = Kind::ALL.iter().filter(|kind| kind.stands_in(ChainType::Ledger)).collect();
        assert_eq!(in_ledger, [&Kind::GENESIS, &Kind::ANCHOR]);
        for number in [27, 1_023, 1_024, u64::MAX] {
            assert!(!Kind::from_number(number).stands_in(ChainType::Ledger));
            assert!(Kind::from_number(number).stands_in(ChainType::Standalone));
        }
    }

    #[test]
    fn a_host_cannot_take_a_number_of_the_format() {
        assert_eq!(Kind::host(1_024).unwrap().meaning(), Meaning::Host);
        assert_eq!(Kind::host(1_023).unwrap_err().code(), "host-kind");
        assert_eq!(Kind::from_number(27).meaning(), Meaning::Unverifiable);
        assert_eq!(Kind::REFUSED.meaning(), Meaning::Unverifiable);
        assert_eq!(Kind::SEALED.meaning(), Meaning::Defined);
    }
}
