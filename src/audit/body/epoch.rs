//! Bodies about a matter's secrets: epochs, shred keys, re-wrapping.

use std::num::NonZeroU64;

use crate::audit::body::field::{map, numbered};
use crate::audit::body::{BodyForm, Value, body};
use crate::audit::kind::ChainType;
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::hash::sha256;
use crate::crypto::hpke::PUBLIC_KEY_LEN;
use crate::crypto::profile::Profile;
use crate::error::{Code, Result};
use crate::id::{ChainId, Hash, PrincipalId};

map! {
    /// `epoch`: a new secret of the matter.
    Epoch {
        /// Its number.
        1 epoch: NonZeroU64,
        /// The algorithms of everything under it.
        2 profile: Profile,
        /// The hash of the record that began the epoch before; absent in the first.
        3 previous: Option<Hash>,
        /// Who gets the secret.
        4 principals: Principals,
        /// Confirms the matter epoch secret.
        5 confirm: [u8; 32],
        /// Confirms the secret of the auditors.
        6 confirm_auditors: [u8; 32],
        /// The generation of the shred key.
        7 generation: NonZeroU64,
        /// The intake public key, X-Wing.
        8 intake: Option<Box<[u8; PUBLIC_KEY_LEN]>>,
        /// Why.
        9 reason: Reason,
    }
}

numbered! {
    /// Why an epoch began.
    Reason {
        /// It is the first.
        First = 0,
        /// A person was removed.
        Removal = 1,
        /// A person was screened.
        Screen = 2,
        /// A device was revoked.
        Revocation = 3,
        /// The period was over.
        Cryptoperiod = 4,
        /// Somebody asked for it.
        ByHand = 5,
        /// After a recovery.
        Recovery = 6,
        /// After a restore.
        Restore = 7,
    }
}

body! {
    /// `rewrap`: one summary of a run.
    Rewrap {
        /// How many document keys were wrapped again.
        1 count: u64,
        /// Under which epoch.
        2 epoch: NonZeroU64,
        /// Under which generation of the shred key.
        3 generation: NonZeroU64,
    }
}

body! {
    /// `shred-generation`: a new shred key.
    ShredGeneration {
        /// Its generation.
        1 generation: NonZeroU64,
        /// The algorithms of its confirmation.
        2 profile: Profile,
        /// Confirms the shred key.
        3 confirm: [u8; 32],
        /// The intake public key, X-Wing.
        4 intake: Option<Box<[u8; PUBLIC_KEY_LEN]>>,
    }
}

/// One who gets an epoch's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal {
    /// A user, or the recovery key.
    pub id: PrincipalId,
    /// The generation of their key.
    pub generation: NonZeroU64,
    /// SHA-256 of their public key.
    pub public_key: Hash,
}

/// How many get an epoch's secret, and the hash of the list: `[count, hash]`. The list itself
/// follows from the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principals {
    /// How many.
    pub count: u64,
    /// `H(cbor([[principal, key generation, H(public key)]… ascending]))`.
    pub hash: Hash,
}

impl Principals {
    /// Of this list, in whatever order it comes.
    #[must_use]
    pub fn of(list: &[Principal]) -> Self {
        let mut list = list.to_vec();
        list.sort_unstable();
        let mut writer = Writer::new();
        writer.array(list.len());
        for Principal { id, generation, public_key } in &list {
            writer.array(3).bytes(id.as_bytes()).unsigned(generation.get()).bytes(&public_key.0);
        }
        Self { count: u64::try_from(list.len()).unwrap_or(u64::MAX), hash: sha256(&writer.finish()) }
    }
}

impl Value for Principals {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if reader.array()? != 2 {
            return Err(Code::Field.into());
        }
        Ok(Self { count: reader.unsigned()?, hash: Hash(reader.fixed()?) })
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(2).unsigned(self.count).bytes(&self.hash.0);
    }
}

impl BodyForm for Epoch {
    fn decode(reader: &mut Reader<'_>, _: ChainType, _: ChainId) -> Result<Self> {
        let epoch = <Self as Value>::read(reader)?;
        let first = epoch.epoch == NonZeroU64::MIN;
        if epoch.previous.is_none() == first && (epoch.reason == Reason::First) == first {
            Ok(epoch)
        } else {
            Err(Code::Field.into())
        }
    }

    fn encode(&self, writer: &mut Writer) {
        Value::write(self, writer);
    }
}
