//! Which devices the shown records certify, by the rules of `docs/format/authority.md` for the kinds
//! *user* and *device-certified*. It sees less than the fold: what others recorded between.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::anchor::DeviceRow;
use crate::audit::body::{Body, DeviceCertified, FirmRole};
use crate::audit::checkpoint::{Device, firm_origin};
use crate::audit::keyring::{Certified as Keys, KeyRing, NewKeys};
use crate::audit::record::Record;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, UserId};
use crate::wire::cose::Kid;

/// Devices and administrators, as far as the records show.
pub(super) struct Authority {
    firm: FirmId,
    root: VerifyingKey,
    ring: KeyRing,
    devices: BTreeMap<DeviceId, Certified>,
    administrators: BTreeSet<UserId>,
}

/// A certified device and its keys, all three of them.
pub(super) struct Certified {
    pub(super) row: DeviceRow,
    pub(super) record: VerifyingKey,
    pub(super) log: VerifyingKey,
    pub(super) ssh: VerifyingKey,
}

impl Authority {
    pub(super) fn new(firm: FirmId, root: VerifyingKey) -> Result<Self> {
        let mut ring = KeyRing::new(firm_origin(firm));
        ring.certify(&NewKeys { record: &root.to_bytes(), log: None, ssh: None })?;
        Ok(Self { firm, root, ring, devices: BTreeMap::new(), administrators: BTreeSet::new() })
    }

    /// Takes the next record: its author may sign it, and it counts.
    pub(super) fn take(&mut self, record: &Record<'_>) -> Result<()> {
        let author = record.payload().author;
        if author.as_bytes() == self.firm.as_bytes() {
            return self.take_of_root(record);
        }
        let signer = self.devices.get(&author).ok_or(Code::KeyUnknown)?;
        record.verify(&signer.record)?;
        let user = signer.row.user;
        let administers = self.administrators.contains(&user);
        match record.body()? {
            Body::DeviceCertified(body) if administers || body.user == user => self.certify(&body),
            Body::User(body) if administers => {
                if body.roles.items().contains(&FirmRole::Administrator) {
                    self.administrators.insert(body.user);
                } else {
                    self.administrators.remove(&body.user);
                }
                Ok(())
            }
            _ => Err(Code::RoleMissing.into()),
        }
    }

    /// The root certifies the first device and no other; its user becomes an administrator.
    fn take_of_root(&mut self, record: &Record<'_>) -> Result<()> {
        record.verify(&self.root)?;
        match record.body()? {
            Body::DeviceCertified(body) if self.devices.is_empty() => {
                self.certify(&body)?;
                self.administrators.insert(body.user);
                Ok(())
            }
            _ => Err(Code::RoleMissing.into()),
        }
    }

    fn certify(&mut self, body: &DeviceCertified) -> Result<()> {
        let taken = self.devices.contains_key(&body.device) || body.device.as_bytes() == self.firm.as_bytes();
        if taken {
            return Err(Code::KeyUsed.into());
        }
        let Keys { record, log, ssh } = self.ring.certify_device(body)?;
        let (log, ssh) = (log.ok_or(Code::Field)?, ssh.ok_or(Code::Field)?);
        let row = DeviceRow {
            device: body.device,
            user: body.user,
            record_kid: Kid::of(&record),
            log_kid: Kid::of(&log),
            ssh_kid: Kid::of(&ssh),
        };
        self.devices.insert(body.device, Certified { row, record, log, ssh });
        Ok(())
    }

    pub(super) fn device(&self, device: DeviceId) -> Option<&Certified> {
        self.devices.get(&device)
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = &Certified> {
        self.devices.values()
    }

    /// All of them, as those who may cosign.
    pub(super) fn cosigners(&self) -> Vec<Device> {
        let device =
            |known: &Certified| Device { device: known.row.device, user: known.row.user, log_key: known.log };
        self.devices().map(device).collect()
    }
}
