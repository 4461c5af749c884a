//! What passes between two devices when a person joins: a request with the new device's public keys,
//! and an approval with what the new device is to trust. People compare the words of both.

use std::fmt;

use crate::audit::body::DeviceCertified;
use crate::audit::checkpoint::Head;
use crate::codec::cbor::{Reader, Writer};
use crate::codec::words::{self, WORDS};
use crate::crypto::hash::sha256_of;
use crate::crypto::hpke::PUBLIC_KEY_LEN;
use crate::crypto::label::HashPurpose;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, Hash, UserId};
use crate::keys::{DeviceKeys, PublicKey};
use crate::state::{Device, Status, Trust};

/// A person to be enrolled, as the new device states them.
#[derive(Clone)]
pub struct NewUser {
    pub(super) name: String,
    pub(super) user: Option<UserId>,
}

/// The public keys of a new device, on the way to an administrator.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentRequest {
    pub(super) name: String,
    pub(super) device: DeviceId,
    pub(super) user: UserId,
    pub(super) record_key: [u8; 32],
    pub(super) log_key: [u8; 32],
    pub(super) ssh_key: [u8; 32],
    pub(super) wrapping_key: Box<[u8; PUBLIC_KEY_LEN]>,
}

/// What a new device is to trust, on the way back to it. It holds no secret; that it is the
/// administrator's, its words show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    pub(super) firm: FirmId,
    pub(super) genesis: Hash,
    pub(super) device: DeviceId,
    pub(super) user: UserId,
    pub(super) pin: Head,
}

impl NewUser {
    /// A person of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), user: None }
    }

    /// A further device of a person who is in the firm already.
    #[must_use]
    pub fn further_device(user: UserId, name: impl Into<String>) -> Self {
        Self { name: name.into(), user: Some(user) }
    }
}

impl EnrolmentRequest {
    pub(super) fn of(new: &NewUser, device: DeviceId, user: UserId, keys: &DeviceKeys) -> Self {
        Self {
            name: new.name.clone(),
            device,
            user,
            record_key: keys.record().verifying_key().to_bytes(),
            log_key: keys.log().verifying_key().to_bytes(),
            ssh_key: keys.ssh().verifying_key().to_bytes(),
            wrapping_key: Box::new(*keys.identity().public().as_bytes()),
        }
    }

    /// The bytes to hand over.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(7).unsigned(1).text(&self.name);
        writer.unsigned(2).bytes(self.device.as_bytes()).unsigned(3).bytes(self.user.as_bytes());
        writer.unsigned(4).bytes(&self.record_key).unsigned(5).bytes(&self.log_key);
        writer.unsigned(6).bytes(&self.ssh_key).unsigned(7).bytes(&*self.wrapping_key);
        [REQUEST.as_slice(), &writer.finish()].concat()
    }

    /// Reads what was handed over; keys that may not be used are refused.
    ///
    /// # Errors
    /// `enrolment`, `public-key`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let request = Self::parse(bytes).map_err(|_| Code::Enrolment)?;
        for key in [&request.record_key, &request.log_key, &request.ssh_key] {
            VerifyingKey::enrol(key)?;
        }
        PublicKey::from_bytes(&*request.wrapping_key)?;
        Ok(request)
    }

    /// The twelve words of the request: the person reads them to the administrator, who sees the
    /// same if nobody changed a key, a name or an id on the way.
    #[must_use]
    pub fn words(&self) -> [&'static str; WORDS] {
        words::of(&sha256_of([HashPurpose::Enrolment.label(), &self.to_bytes()]))
    }

    /// The user it is for.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The new device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The person's name, as they state it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn certificate(&self) -> DeviceCertified {
        DeviceCertified {
            device: self.device,
            user: self.user,
            record_key: self.record_key,
            log_key: self.log_key,
            ssh_key: self.ssh_key,
            wrapping_key: self.wrapping_key.clone(),
            class: 0,
        }
    }

    /// Whether this very request was certified, and waits to be accepted.
    pub(super) fn is_certified(&self, known: &Device) -> bool {
        known.status == Status::Pending
            && known.user == self.user
            && known.record_key.to_bytes() == self.record_key
            && known.log_key.to_bytes() == self.log_key
            && known.ssh_key.to_bytes() == self.ssh_key
            && known.wrapping_key.as_bytes() == &*self.wrapping_key
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let body = bytes.strip_prefix(REQUEST.as_slice()).ok_or(Code::Enrolment)?;
        let mut reader = Reader::new(body, MAX_REQUEST)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let name = reader.text()?.to_owned();
        reader.field(&mut fields, 2)?;
        let device = DeviceId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 3)?;
        let user = UserId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 4)?;
        let record_key = reader.fixed()?;
        reader.field(&mut fields, 5)?;
        let log_key = reader.fixed()?;
        reader.field(&mut fields, 6)?;
        let ssh_key = reader.fixed()?;
        reader.field(&mut fields, 7)?;
        let wrapping_key = Box::new(reader.fixed()?);
        reader.end(fields)?;
        Ok(Self { name, device, user, record_key, log_key, ssh_key, wrapping_key })
    }
}

impl Approval {
    pub(super) fn new(trust: Trust, request: &EnrolmentRequest, pin: Head) -> Self {
        let (device, user) = (request.device, request.user);
        Self { firm: trust.firm, genesis: trust.genesis, device, user, pin }
    }

    /// The bytes to hand over.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(5).unsigned(1).bytes(self.firm.as_bytes()).unsigned(2).bytes(&self.genesis.0);
        writer.unsigned(3).bytes(self.device.as_bytes()).unsigned(4).bytes(self.user.as_bytes());
        writer.unsigned(5).array(2).unsigned(self.pin.size).bytes(&self.pin.root.0);
        [APPROVAL.as_slice(), &writer.finish()].concat()
    }

    /// Reads what was handed over.
    ///
    /// # Errors
    /// `enrolment`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::parse(bytes).map_err(|_| Code::Enrolment.into())
    }

    /// The twelve words of the approval: what the new device trusts from here on stands and falls
    /// with them. Compare them with the administrator's unless the bytes came by hand.
    #[must_use]
    pub fn words(&self) -> [&'static str; WORDS] {
        words::of(&sha256_of([HashPurpose::Enrolment.label(), &self.to_bytes()]))
    }

    pub(super) fn trust(&self) -> Trust {
        Trust { firm: self.firm, genesis: self.genesis }
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let body = bytes.strip_prefix(APPROVAL.as_slice()).ok_or(Code::Enrolment)?;
        let mut reader = Reader::new(body, MAX_REQUEST)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let firm = FirmId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 2)?;
        let genesis = Hash(reader.fixed()?);
        reader.field(&mut fields, 3)?;
        let device = DeviceId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 4)?;
        let user = UserId::from_bytes(reader.fixed()?);
        reader.field(&mut fields, 5)?;
        if reader.array()? != 2 {
            return Err(Code::Enrolment.into());
        }
        let pin = Head { size: reader.unsigned()?, root: Hash(reader.fixed()?) };
        reader.end(fields)?;
        if pin.size == 0 {
            Err(Code::Enrolment.into())
        } else {
            Ok(Self { firm, genesis, device, user, pin })
        }
    }
}

const REQUEST: &[u8; 8] = b"PRVYENR1";
const APPROVAL: &[u8; 8] = b"PRVYAPR1";
const MAX_REQUEST: usize = 4_096;

/// Without the name.
impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Without the name.
impl fmt::Debug for EnrolmentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("EnrolmentRequest");
        shown.field("device", &self.device).field("user", &self.user).finish_non_exhaustive()
    }
}
