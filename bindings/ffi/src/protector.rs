//! What guards keys: a passphrase, or a key store of the host.

use std::sync::Arc;

use privity::keys::{Passphrase, PassphraseCost, ProtectorId};
use privity::{Code, SecretBytes};

use crate::blob::{Blob, SecretBlob};
use crate::error::{HostError, Result};

/// A key store of the host: Secure Enclave, StrongBox, DPAPI, a KMS. Most callers use a passphrase
/// and never implement this.
///
/// The only secret that crosses is a random 32-byte unlocking secret: out at `wrap`, in at `unwrap`.
/// Calls come on the caller's thread, never under a lock, and may block.
#[uniffi::export(foreign)]
pub trait Protector: Send + Sync {
    /// Wraps the unlocking secret, bound to `context`. At most 4,096 bytes.
    fn wrap(&self, secret: SecretBlob, context: Blob) -> Result<Blob, HostError>;

    /// Gives the 32 bytes back, for the same `context` alone.
    fn unwrap(&self, wrapped: Blob, context: Blob) -> Result<SecretBlob, HostError>;
}

/// What keys are kept under: made once, handed to the calls that make or unlock keys.
#[derive(uniffi::Object)]
pub struct Guard(Arc<dyn privity::keys::Protector>);

#[uniffi::export]
impl Guard {
    /// A passphrase, as the bytes that were typed (in NFC): Argon2id, 64 MiB and three passes.
    ///
    /// Fails with `passphrase-empty`.
    #[uniffi::constructor]
    pub fn passphrase(passphrase: SecretBlob) -> Result<Arc<Self>> {
        Ok(Self::of(Passphrase::new(passphrase.into_secret())?))
    }

    /// The same at a higher cost for what is protected from now on.
    ///
    /// Fails with `passphrase-empty`, `passphrase-cost`.
    #[uniffi::constructor]
    pub fn passphrase_with_cost(
        passphrase: SecretBlob,
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    ) -> Result<Arc<Self>> {
        let cost = PassphraseCost::new(memory_kib, passes, lanes)?;
        Ok(Self::of(Passphrase::with_cost(passphrase.into_secret(), cost)?))
    }

    /// A key store of the host. Its name is written beside what it wrapped and compared before it is
    /// asked: 1 to 64 characters of `[a-z0-9.-]`, such as `com.example.kms`.
    ///
    /// Fails with `field` for another name.
    #[uniffi::constructor]
    pub fn protector(id: String, protector: Arc<dyn Protector>) -> Result<Arc<Self>> {
        Ok(Self::of(Host { id: ProtectorId::new(&id)?, protector }))
    }
}

impl Guard {
    fn of(protector: impl privity::keys::Protector + 'static) -> Arc<Self> {
        Arc::new(Self(Arc::new(protector)))
    }

    pub(crate) fn inner(&self) -> Arc<dyn privity::keys::Protector> {
        self.0.clone()
    }
}

/// A protector of the host as the library knows it.
struct Host {
    id: ProtectorId,
    protector: Arc<dyn Protector>,
}

impl privity::keys::Protector for Host {
    fn id(&self) -> ProtectorId {
        self.id.clone()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> privity::Result<Vec<u8>> {
        let context = small(&context)?;
        let wrapped = self.protector.wrap(SecretBlob::new(secret), context).map_err(failed)?;
        Ok(wrapped.as_slice().to_vec())
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> privity::Result<SecretBytes> {
        let (wrapped, context) = (small(&wrapped)?, small(&context)?);
        Ok(self.protector.unwrap(wrapped, context).map_err(failed)?.into_secret())
    }
}

fn small(bytes: &[u8]) -> privity::Result<Blob> {
    Ok(Blob::new(bytes).map_err(|_| Code::ProtectorFailed)?)
}

fn failed(error: HostError) -> privity::Error {
    match error {
        HostError::Refused => Code::UnlockRefused.into(),
        HostError::Failed => Code::ProtectorFailed.into(),
    }
}
