//! The people of a firm, and how they join.

use std::sync::Arc;

use privity::audit::body;
use privity::vault;
use privity::{DeviceId, UserId};

use crate::blob::Blob;
use crate::error::Result;
use crate::mirror::mirror;
use crate::protector::Guard;
use crate::vault::{Storage, Vault};
use crate::vault_options::Options;

/// A person of the firm.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// Their id: what records name.
    pub id: UserId,
    /// Their name, if this user has the key to it.
    pub name: Option<String>,
    /// Their roles in the firm.
    pub roles: Vec<FirmRole>,
    /// How many active devices they have; none: they cannot act.
    pub active_devices: u64,
}

/// A person to be enrolled, as the new device states them.
#[derive(Clone, uniffi::Record)]
pub struct NewUser {
    /// Their name.
    pub name: String,
    /// Who they are in the firm already, for a further device of theirs.
    #[uniffi(default = None)]
    pub user: Option<UserId>,
}

mirror! {
    /// A role in the whole firm.
    FirmRole = body::FirmRole {
        /// People, devices, policy, teams.
        Administrator,
        /// Retention and disposition.
        RecordsOfficer,
        /// Holds a recovery share.
        Trustee,
    }
}

/// The public keys of a new device, on the way to an administrator.
#[derive(uniffi::Object)]
pub struct EnrolmentRequest(vault::EnrolmentRequest);

/// What a new device is to trust, on the way back to it. It holds no secret.
#[derive(uniffi::Object)]
pub struct Approval(vault::Approval);

#[uniffi::export]
impl EnrolmentRequest {
    /// Reads what was handed over; keys that may not be used are refused.
    ///
    /// Fails with `enrolment`, `public-key`.
    #[uniffi::constructor]
    pub fn from_bytes(bytes: Blob) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(vault::EnrolmentRequest::from_bytes(bytes.as_slice())?)))
    }

    /// The bytes to hand over.
    pub fn to_bytes(&self) -> Result<Blob> {
        Blob::new(&self.0.to_bytes())
    }

    /// The twelve words that both people compare by voice.
    pub fn words(&self) -> Result<Vec<String>> {
        Ok(self.0.words().map(str::to_owned).to_vec())
    }

    /// The user it is for.
    pub fn user(&self) -> Result<UserId> {
        Ok(self.0.user())
    }

    /// The new device.
    pub fn device(&self) -> Result<DeviceId> {
        Ok(self.0.device())
    }

    /// The person's name, as they state it.
    pub fn name(&self) -> Result<String> {
        Ok(self.0.name().to_owned())
    }
}

#[uniffi::export]
impl Approval {
    /// Reads what was handed over.
    ///
    /// Fails with `enrolment`.
    #[uniffi::constructor]
    pub fn from_bytes(bytes: Blob) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(vault::Approval::from_bytes(bytes.as_slice())?)))
    }

    /// The bytes to hand over.
    pub fn to_bytes(&self) -> Result<Blob> {
        Blob::new(&self.0.to_bytes())
    }

    /// The twelve words to compare unless the bytes came by hand.
    pub fn words(&self) -> Result<Vec<String>> {
        Ok(self.0.words().map(str::to_owned).to_vec())
    }
}

#[uniffi::export]
impl Vault {
    /// Everybody in the firm, by id.
    pub fn users(&self) -> Result<Vec<Person>> {
        let person = |person: vault::Person| -> Result<Person> {
            let roles = person.roles.into_iter().map(FirmRole::try_from);
            Ok(Person {
                id: person.id,
                name: person.name,
                roles: roles.collect::<privity::Result<_>>()?,
                active_devices: person.active_devices as u64,
            })
        };
        self.0.users()?.into_iter().map(person).collect()
    }

    /// Certifies the device of a request: `words` is what was heard. A new person gets these roles.
    ///
    /// Fails with `words`, `role-missing`, `key-used`.
    pub fn enrol(
        &self,
        request: Arc<EnrolmentRequest>,
        words: Vec<String>,
        roles: Vec<FirmRole>,
    ) -> Result<Arc<Approval>> {
        let roles: Vec<_> = roles.into_iter().map(Into::into).collect();
        Ok(Arc::new(Approval(self.0.enrol(&request.0, &words, &roles)?)))
    }

    /// Takes the approval on the new device, verifies the whole store from it, and puts the device on
    /// record.
    ///
    /// Fails with `device-state-missing`, `enrolment-mismatch`, `other-firm`; as `unlock`.
    #[uniffi::constructor(default(options = None))]
    pub fn accept(
        storage: Arc<Storage>,
        approval: Arc<Approval>,
        guard: Arc<Guard>,
        options: Option<Options>,
    ) -> Result<Arc<Self>> {
        let options = Options::of(options)?;
        let vault = vault::Vault::accept(storage.inner(), &approval.0, guard.inner(), options)?;
        Ok(Arc::new(Self(vault)))
    }
}

/// Makes the keys of a new device, protected, in its own folder. Hand the request to an
/// administrator, and its words by voice. (`Vault.request` in the packages.)
///
/// Fails with `already-there`, `entropy`, `io`; those of the guard.
#[uniffi::export]
pub fn request_enrolment(
    storage: Arc<Storage>,
    new: NewUser,
    guard: Arc<Guard>,
) -> Result<Arc<EnrolmentRequest>> {
    let new = match new.user {
        Some(user) => vault::NewUser::further_device(user, new.name),
        None => vault::NewUser::new(new.name),
    };
    Ok(Arc::new(EnrolmentRequest(vault::Vault::request(storage.inner(), new, guard.inner())?)))
}
