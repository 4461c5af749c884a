//! *Anchored*: cosigned by others than who signed. A user counts once however many devices they
//! have, a witness once, and the user who signed the checkpoint never.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::{Verified, device_name};
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, UserId};
use crate::wire::note::{KeyKind, NoteKey, check_distinct};

/// A device that cosigns, with its log key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// The key that signs its checkpoints and cosignatures.
    pub log_key: VerifyingKey,
}

/// Everybody whose cosignature a verifier knows, and for whom it counts.
#[derive(Clone, Debug)]
pub struct Cosigners {
    // By name and key id, as lines name them.
    owners: BTreeMap<(String, u32), (NoteKey, Owner)>,
}

/// Somebody else who cosigned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// A user of the firm, by one or more of their devices.
    User(UserId),
    /// A witness, by its name.
    Witness(String),
}

/// The others who cosigned a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Others {
    who: BTreeSet<Other>,
    newest: Option<u64>,
}

#[derive(Clone, Debug)]
enum Owner {
    User(UserId),
    Witness,
}

impl Cosigners {
    /// The devices of a firm's ledger and its witnesses.
    ///
    /// # Errors
    /// `note-key` for a witness's key that does not cosign. `ambiguous-key` if two share name and
    /// key id, or one key stands twice: a cosignature does not say under which name it was made, so
    /// one key under two names would count twice.
    pub fn new(firm: FirmId, devices: &[Device], witnesses: &[NoteKey]) -> Result<Self> {
        let mut known = Vec::new();
        for device in devices {
            let name = device_name(firm, device.device);
            let key = NoteKey::new(&name, KeyKind::CosignatureV1, device.log_key)?;
            known.push((key, Owner::User(device.user)));
        }
        for witness in witnesses {
            if witness.kind() != KeyKind::CosignatureV1 {
                return Err(Code::NoteKey.into());
            }
            known.push((witness.clone(), Owner::Witness));
        }
        check_distinct(known.iter().map(|(key, _)| key))?;
        let mut keys = BTreeSet::new();
        if !known.iter().all(|(key, _)| keys.insert(key.key().to_bytes())) {
            return Err(Code::AmbiguousKey.into());
        }
        let named = |(key, owner): (NoteKey, Owner)| ((key.name().to_owned(), key.key_id()), (key, owner));
        Ok(Self { owners: known.into_iter().map(named).collect() })
    }

    /// Their keys, for [`Log::with_cosigners`](super::Log::with_cosigners).
    #[must_use]
    pub fn keys(&self) -> Vec<NoteKey> {
        self.owners.values().map(|(key, _)| key.clone()).collect()
    }

    /// The others who cosigned. `signer` is the user whose device signed the checkpoint; whoever
    /// owns one of the keys that did is left out too.
    #[must_use]
    pub fn others(&self, checkpoint: &Verified, signer: UserId) -> Others {
        self.others_than(checkpoint, BTreeSet::from([signer]), |_| true)
    }

    /// The same beside one more user, for who asks whether what they are shown is fresh does not vouch
    /// for it to themself; and of the cosignatures whose seconds count.
    pub(crate) fn others_beside(
        &self,
        checkpoint: &Verified,
        signer: UserId,
        asking: UserId,
        counts: impl Fn(u64) -> bool,
    ) -> Others {
        self.others_than(checkpoint, BTreeSet::from([signer, asking]), counts)
    }

    fn others_than(
        &self,
        checkpoint: &Verified,
        mut own: BTreeSet<UserId>,
        counts: impl Fn(u64) -> bool,
    ) -> Others {
        let signed = |key: &NoteKey| checkpoint.signers().iter().any(|signer| signer.key() == key.key());
        own.extend(self.owners.values().filter_map(|(key, owner)| match owner {
            Owner::User(user) if signed(key) => Some(*user),
            _ => None,
        }));
        let (mut who, mut newest) = (BTreeSet::new(), None);
        for cosigned in checkpoint.cosigned().iter().filter(|cosigned| counts(cosigned.seconds)) {
            let name = (cosigned.by.name().to_owned(), cosigned.by.key_id());
            let other = match self.owners.get(&name) {
                Some((key, Owner::User(user))) if *key == cosigned.by && !own.contains(user) => {
                    Other::User(*user)
                }
                Some((key, Owner::Witness)) if *key == cosigned.by && !signed(key) => {
                    Other::Witness(key.name().to_owned())
                }
                _ => continue,
            };
            newest = newest.max(Some(cosigned.seconds));
            who.insert(other);
        }
        Others { who, newest }
    }
}

impl Others {
    /// Who they are, each once.
    #[must_use]
    pub fn who(&self) -> &BTreeSet<Other> {
        &self.who
    }

    /// The time of the newest of their cosignatures, in seconds since 1970 UTC: what *fresh* goes by.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Whether the checkpoint is anchored under a policy that asks for `k` of them.
    ///
    /// # Errors
    /// `unanchored` if there are fewer.
    pub fn at_least(&self, k: NonZeroUsize) -> Result<()> {
        if self.who.len() >= k.get() { Ok(()) } else { Err(Code::Unanchored.into()) }
    }
}
