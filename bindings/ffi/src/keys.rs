//! Keys as handles: what is secret in them never crosses but under a guard.

use std::sync::Arc;

use privity::PrincipalId;
use privity::keys;
use privity::{DocumentId, FirmId};

use crate::blob::Blob;
use crate::envelope::Header;
use crate::error::Result;
use crate::protector::Guard;
use crate::vault_options::Profile;

/// What a person or a service opens wrapped keys with.
#[derive(uniffi::Object)]
pub struct Identity(pub(crate) keys::Identity);

/// The public half of an identity, checked.
#[derive(uniffi::Object)]
pub struct PublicKey(keys::PublicKey);

/// The key under which one document was sealed. Sealing makes it; nothing else does.
#[derive(uniffi::Object)]
pub struct DocumentKey(pub(crate) keys::DocumentKey);

/// A key that opens a document and cannot seal.
#[derive(uniffi::Object)]
pub struct OpeningKey(pub(crate) keys::OpeningKey);

/// Where a wrapped document key belongs: it opens under the same context alone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct WrapContext {
    /// The firm, or the vendor's own name space.
    pub firm: FirmId,
    /// The document.
    pub document: DocumentId,
    /// Its version, from 1.
    pub version: u32,
    /// Whom the wrap is made for.
    pub principal: PrincipalId,
    /// The generation of their key, from 1; always 1 without generations.
    pub key_generation: u64,
    /// The algorithms of the wrap; else the default.
    #[uniffi(default = None)]
    pub profile: Option<Profile>,
}

#[uniffi::export]
impl Identity {
    /// A new random identity.
    ///
    /// Fails with `entropy`.
    #[uniffi::constructor]
    pub fn generate() -> Result<Arc<Self>> {
        Ok(Arc::new(Self(keys::Identity::generate()?)))
    }

    /// Opens what `protect` gave.
    ///
    /// Fails with `protected-identity`, `protector-mismatch`, `unlock-refused`, `passphrase-cost`.
    #[uniffi::constructor]
    pub fn unlock(protected: Blob, guard: Arc<Guard>) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(keys::Identity::unlock(protected.as_slice(), &*guard.inner())?)))
    }

    /// Seals the identity under the guard; below 5 KiB. Keep the bytes.
    ///
    /// Fails with `entropy`, `protector-failed`; those of the guard.
    pub fn protect(&self, guard: Arc<Guard>) -> Result<Blob> {
        Blob::new(&self.0.protect(&*guard.inner())?)
    }

    /// The public key, to give to whoever wraps keys for this identity.
    pub fn public(&self) -> Result<Arc<PublicKey>> {
        Ok(Arc::new(PublicKey(self.0.public().clone())))
    }
}

#[uniffi::export]
impl PublicKey {
    /// Checks a public key.
    ///
    /// Fails with `public-key` if it has not 1,216 bytes or may not be used.
    #[uniffi::constructor]
    pub fn from_bytes(bytes: Blob) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(keys::PublicKey::from_bytes(bytes.as_slice())?)))
    }

    /// Its 1,216 bytes.
    pub fn to_bytes(&self) -> Result<Blob> {
        Blob::new(self.0.as_bytes())
    }
}

#[uniffi::export]
impl DocumentKey {
    /// Wraps the key to a person: 1,168 bytes to store.
    ///
    /// Fails with `version` for version 0.
    pub fn wrap(&self, to: Arc<PublicKey>, context: WrapContext) -> Result<Blob> {
        Blob::new(self.0.wrap(&to.0, &context.inner()?)?.as_bytes())
    }

    /// The same key for opening.
    pub fn opening_key(&self) -> Result<Arc<OpeningKey>> {
        Ok(Arc::new(OpeningKey(self.0.opening_key().duplicate())))
    }
}

#[uniffi::export]
impl OpeningKey {
    /// Opens a wrap with the identity it was made for.
    ///
    /// Fails with `wrap-length`; with `unwrap-refused` if the wrap, the identity or the context is
    /// another one.
    #[uniffi::constructor]
    pub fn unwrap(identity: Arc<Identity>, wrap: Blob, context: WrapContext) -> Result<Arc<Self>> {
        let wrap = keys::Wrap::from_bytes(wrap.as_slice())?;
        Ok(Arc::new(Self(keys::OpeningKey::unwrap(&identity.0, &wrap, &context.inner()?)?)))
    }

    /// Wraps the key to a further person.
    ///
    /// Fails as `DocumentKey.wrap`.
    pub fn wrap(&self, to: Arc<PublicKey>, context: WrapContext) -> Result<Blob> {
        Blob::new(self.0.wrap(&to.0, &context.inner()?)?.as_bytes())
    }

    /// Recomputes the wrap of this key to a person and compares: finds a wrap that holds junk without
    /// the person's private key.
    ///
    /// Fails with `wrap-length`, `wrap-mismatch`.
    pub fn verify_wrap(&self, to: Arc<PublicKey>, context: WrapContext, stored: Blob) -> Result<()> {
        let stored = keys::Wrap::from_bytes(stored.as_slice())?;
        Ok(self.0.verify_wrap(&to.0, &context.inner()?, &stored)?)
    }
}

/// The context of a wrap of a document with this header.
///
/// Fails with `version` for version 0.
#[uniffi::export]
pub fn wrap_context(header: Header, principal: PrincipalId, key_generation: u64) -> Result<WrapContext> {
    let Header { firm, document, version, profile, .. } = header;
    let context = WrapContext { firm, document, version, principal, key_generation, profile };
    context.clone().inner()?;
    Ok(context)
}

impl WrapContext {
    fn inner(self) -> Result<keys::WrapContext> {
        let profile = self.profile.map(Into::into).unwrap_or_default();
        Ok(keys::WrapContext::new(
            profile,
            self.firm,
            self.document,
            self.version,
            self.principal,
            self.key_generation,
        )?)
    }
}
