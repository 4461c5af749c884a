//! What a device keeps for itself: its keys under a protector, and sealed under them the beginning of
//! the firm's ledger, the newest head it verified, and the sequences it has used up.
//!
//! Before a record is submitted its sequence is used up *durably*: whatever becomes of the
//! submission, no second byte string is ever signed under it. One counter serves all chains, for
//! sequences may have gaps: what is saved at every commit stays small (docs/adr/0012).

use crate::audit::checkpoint::Head;
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, Hash, UserId};
use crate::keys::{DeviceKeys, Protector};
use crate::state::Trust;
use crate::store::{DeviceSlot, DeviceState};

/// Who this device is, readable without its keys; authenticated by what is sealed under them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) device: DeviceId,
    pub(super) user: UserId,
}

/// What only this device knows, unlocked.
#[derive(Debug)]
pub(super) struct Local {
    version: u64,
    protected: Vec<u8>,
    pub(super) owner: Owner,
    /// The firm it belongs to; none between request and acceptance.
    pub(super) trust: Option<Trust>,
    /// The newest head of the ledger it verified.
    pub(super) pin: Option<Head>,
    // The lowest sequence never used in any chain and the end of what is reserved for *this* process;
    // what lies between is passed over after a restart. `stored` is the end of what any process of
    // this device reserved, as far as is known: what is saved, and where the next reservation begins.
    next: u64,
    reserved: u64,
    stored: u64,
    changed: bool,
}

impl Local {
    /// Of a new device.
    pub(super) fn new(
        keys: &DeviceKeys,
        owner: Owner,
        trust: Option<Trust>,
        protector: &dyn Protector,
    ) -> Result<Self> {
        Ok(Self {
            version: 0,
            protected: keys.protect(protector)?,
            owner,
            trust,
            pin: None,
            next: 0,
            reserved: 0,
            stored: 0,
            changed: true,
        })
    }

    /// In place of what a device saved under this version, if it has not been saved again since.
    pub(super) fn replacing(self, version: u64) -> Self {
        Self { version, ..self }
    }

    /// Whether there is a device in this folder.
    pub(super) fn is_there(device: &dyn DeviceState) -> Result<bool> {
        Ok(device.load(DeviceSlot::State)?.1.is_some())
    }

    /// Reads and unlocks what was saved.
    pub(super) fn load(device: &dyn DeviceState, protector: &dyn Protector) -> Result<(Self, DeviceKeys)> {
        let (version, bytes) = device.load(DeviceSlot::State)?;
        let bytes = bytes.ok_or(Code::DeviceStateMissing)?;
        let file = File::parse(&bytes)?;
        let keys = DeviceKeys::unlock(file.protected, protector)?;
        let local = Self::open(version, &file, &keys)?;
        Ok((local, keys))
    }

    /// Reads again what another process may have saved since.
    pub(super) fn reload(&mut self, device: &dyn DeviceState, keys: &DeviceKeys) -> Result<()> {
        let (version, bytes) = device.load(DeviceSlot::State)?;
        let bytes = bytes.ok_or(Code::DeviceStateMissing)?;
        let file = File::parse(&bytes)?;
        if file.owner != self.owner {
            return Err(Code::DeviceStateConflict.into());
        }
        let newer = Self::open(version, &file, keys)?;
        // What another process reserved stays its own; what either verified stays verified.
        self.stored = self.stored.max(newer.stored);
        if newer.pin.is_some_and(|pin| self.pin.is_none_or(|own| own.size < pin.size)) {
            self.pin = newer.pin;
        }
        self.version = version;
        Ok(())
    }

    /// The first save of a new device: its keys, and its first sequences, from 0 on, used up. Durable.
    pub(super) fn begin(&mut self, count: u64, device: &dyn DeviceState, keys: &DeviceKeys) -> Result<()> {
        let end = count.checked_add(AHEAD).ok_or(Code::RecordOrder)?;
        self.stored = end;
        self.version = device.save(DeviceSlot::State, self.version, &self.write(keys)?)?;
        (self.next, self.reserved, self.changed) = (count, end, false);
        Ok(())
    }

    /// What it was saved under.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Saves what changed, durably.
    pub(super) fn save(&mut self, device: &dyn DeviceState, keys: &DeviceKeys) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        for _ in 0..MAX_CONFLICTS {
            let bytes = self.write(keys)?;
            match device.save(DeviceSlot::State, self.version, &bytes) {
                Ok(version) => {
                    self.version = version;
                    self.changed = false;
                    return Ok(());
                }
                Err(error) if error.code_value() == Code::DeviceStateConflict => {
                    // Another process of this very device: take over what it used up, then save both.
                    self.reload(device, keys)?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(Code::DeviceStateConflict.into())
    }

    /// Uses up the next sequences, `count` of them above `newest`, and returns the first. They lie
    /// below what was durably reserved; where they would not, more is reserved first, durably.
    pub(super) fn use_up(
        &mut self,
        newest: Option<u64>,
        count: u64,
        device: &dyn DeviceState,
        keys: &DeviceKeys,
    ) -> Result<u64> {
        let after = newest.map_or(Some(0), |newest| newest.checked_add(1)).ok_or(Code::RecordOrder)?;
        loop {
            let first = self.next.max(after);
            let end = first.checked_add(count).ok_or(Code::RecordOrder)?;
            if end <= self.reserved {
                self.next = end;
                return Ok(first);
            }
            self.reserve(after, count, device, keys)?;
        }
    }

    /// Reserves sequences from `after` on that no process of this device ever reserved, durably. Does
    /// nothing but take over what another one saved, if one did meanwhile.
    fn reserve(&mut self, after: u64, count: u64, device: &dyn DeviceState, keys: &DeviceKeys) -> Result<()> {
        let (before, from) = (self.stored, self.stored.max(after));
        let end = from.checked_add(count).and_then(|end| end.checked_add(AHEAD)).ok_or(Code::RecordOrder)?;
        self.stored = end;
        let saved = self.write(keys).and_then(|bytes| device.save(DeviceSlot::State, self.version, &bytes));
        match saved {
            Ok(version) => {
                (self.version, self.changed) = (version, false);
                (self.next, self.reserved) = (from, end);
                Ok(())
            }
            Err(error) => {
                self.stored = before;
                if error.code_value() != Code::DeviceStateConflict {
                    return Err(error);
                }
                self.reload(device, keys)
            }
        }
    }

    /// What is to be saved beside something else that is slow; nothing if nothing changed.
    pub(super) fn pending(&self, keys: &DeviceKeys) -> Result<Option<(u64, Vec<u8>)>> {
        if self.changed { Ok(Some((self.version, self.write(keys)?))) } else { Ok(None) }
    }

    /// Notes that what was [pending](Self::pending) became durable under this version. There may be
    /// something newer.
    pub(super) fn saved_before(&mut self, version: u64) {
        self.version = version;
    }

    pub(super) fn set_pin(&mut self, pin: Head) {
        if self.pin != Some(pin) {
            self.pin = Some(pin);
            self.changed = true;
        }
    }

    pub(super) fn set_trust(&mut self, trust: Trust) {
        self.trust = Some(trust);
        self.changed = true;
    }

    fn write(&self, keys: &DeviceKeys) -> Result<Vec<u8>> {
        let mut inner = Writer::new();
        let parts = [true, self.trust.is_some(), self.pin.is_some()].into_iter().filter(|there| *there);
        inner.map(parts.count());
        if let Some(trust) = &self.trust {
            inner.unsigned(1).array(2).bytes(trust.firm.as_bytes()).bytes(&trust.genesis.0);
        }
        if let Some(pin) = &self.pin {
            inner.unsigned(2).array(2).unsigned(pin.size).bytes(&pin.root.0);
        }
        inner.unsigned(3).unsigned(self.stored);
        let sealed = keys.seal_state(&inner.finish(), &associated(self.owner))?;
        let mut file = Writer::new();
        file.map(4).unsigned(1).bytes(self.owner.device.as_bytes());
        file.unsigned(2).bytes(self.owner.user.as_bytes());
        file.unsigned(3).bytes(&self.protected).unsigned(4).bytes(&sealed);
        Ok(file.finish())
    }

    fn open(version: u64, file: &File<'_>, keys: &DeviceKeys) -> Result<Self> {
        let inner = keys.open_state(file.sealed, &associated(file.owner));
        let inner = inner.map_err(|_| Code::DeviceStateDamaged)?;
        let mut reader = Reader::new(&inner, MAX_FILE)?;
        let mut fields = reader.map()?;
        let trust = match reader.optional(&mut fields, 1)? {
            true => {
                pair(&mut reader)?;
                let firm = FirmId::from_bytes(reader.fixed()?);
                Some(Trust { firm, genesis: Hash(reader.fixed()?) })
            }
            false => None,
        };
        let pin = match reader.optional(&mut fields, 2)? {
            true => {
                pair(&mut reader)?;
                Some(Head { size: reader.unsigned()?, root: Hash(reader.fixed()?) })
            }
            false => None,
        };
        reader.field(&mut fields, 3)?;
        let stored = reader.unsigned()?;
        reader.end(fields)?;
        let protected = file.protected.to_vec();
        Ok(Self {
            version,
            protected,
            owner: file.owner,
            trust,
            pin,
            next: stored,
            reserved: stored,
            stored,
            changed: false,
        })
    }
}

/// The saved bytes: `{1 device, 2 user, 3 protected keys, 4 sealed}`.
struct File<'b> {
    owner: Owner,
    protected: &'b [u8],
    sealed: &'b [u8],
}

impl<'b> File<'b> {
    fn parse(bytes: &'b [u8]) -> Result<Self> {
        let read = || -> Result<Self> {
            let mut reader = Reader::new(bytes, MAX_FILE)?;
            let mut fields = reader.map()?;
            reader.field(&mut fields, 1)?;
            let device = DeviceId::from_bytes(reader.fixed()?);
            reader.field(&mut fields, 2)?;
            let user = UserId::from_bytes(reader.fixed()?);
            reader.field(&mut fields, 3)?;
            let protected = reader.bytes()?;
            reader.field(&mut fields, 4)?;
            let sealed = reader.bytes()?;
            reader.end(fields)?;
            Ok(Self { owner: Owner { device, user }, protected, sealed })
        };
        read().map_err(|_| Code::DeviceStateDamaged.into())
    }
}

fn pair(reader: &mut Reader<'_>) -> Result<()> {
    if reader.array()? == 2 { Ok(()) } else { Err(Code::DeviceStateDamaged.into()) }
}

fn associated(owner: Owner) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(2).unsigned(1).bytes(owner.device.as_bytes()).unsigned(2).bytes(owner.user.as_bytes());
    writer.finish()
}

const MAX_FILE: usize = 64 << 10;
/// How many sequences are reserved at once: one durable write for so many records.
const AHEAD: u64 = 1_024;
const MAX_CONFLICTS: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::keys::Passphrase;
    use crate::secret::SecretBytes;
    use crate::store::MemoryDevice;

    #[test]
    fn processes_of_one_device_never_use_a_sequence_twice() {
        let passphrase = Passphrase::new(SecretBytes::new(b"one device".to_vec())).unwrap();
        let keys = DeviceKeys::generate().unwrap();
        let owner = Owner { device: DeviceId::generate().unwrap(), user: UserId::generate().unwrap() };
        let device = MemoryDevice::new();
        let mut first = Local::new(&keys, owner, None, &passphrase).unwrap();
        first.save(&device, &keys).unwrap();
        let open = || {
            let (version, bytes) = device.load(DeviceSlot::State).unwrap();
            Local::open(version, &File::parse(&bytes.unwrap()).unwrap(), &keys).unwrap()
        };
        let mut processes = [first, open(), open()];
        let (mut used, mut newest, mut chance) = (BTreeSet::new(), None, 7_u64);
        for step in 0..4_000_u64 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from((chance >> 33) % 3).unwrap();
            match (chance >> 40) % 5 {
                // A pin is saved, in conflict with whoever saved since.
                0 => {
                    processes[at].set_pin(Head { size: step + 1, root: Hash([1; 32]) });
                    processes[at].save(&device, &keys).unwrap();
                }
                // A process ends, and another begins.
                1 if step % 11 == 0 => processes[at] = open(),
                // Records of all processes stand in one chain, or the process is alone in it.
                kind => {
                    let after = if kind == 2 { None } else { newest };
                    let first = processes[at].use_up(after, 3, &device, &keys).unwrap();
                    assert!(after.is_none_or(|after| after < first));
                    (first..first + 3).for_each(|one| assert!(used.insert(one), "{one} twice, step {step}"));
                    newest = newest.max(Some(first + 2));
                }
            }
        }
        assert!(used.len() > 5_000, "{}", used.len());
    }
}
