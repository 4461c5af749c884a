//! The key of a document: 32 random bytes, never derived.

use std::fmt;

use crate::crypto::hpke::{self, PublicKey, Wrap};
use crate::crypto::kdf::Context;
use crate::crypto::label::{HpkePurpose, RandomPurpose};
use crate::crypto::{entropy, profile::Profile};
use crate::error::{Code, Result};
use crate::id::{DocumentId, FirmId, PrincipalId};
use crate::keys::Identity;
use crate::secret::Secret;

/// The key under which one document was sealed. Sealing makes it; nothing else does, so no key
/// seals twice.
pub struct DocumentKey(OpeningKey);

/// A key that opens a document, from [`DocumentKey::opening_key`] or out of a wrap.
///
/// It cannot seal: HPKE Base proves no author, so a key that came out of a wrap may be known to
/// whoever made it.
pub struct OpeningKey(Secret<32>);

/// Where a wrapped document key belongs. It is authenticated: a wrap opens under the same context
/// alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrapContext {
    profile: Profile,
    firm: FirmId,
    document: DocumentId,
    version: u32,
    principal: PrincipalId,
    key_generation: u64,
}

impl DocumentKey {
    pub(crate) fn generate() -> Result<Self> {
        Ok(Self(OpeningKey(entropy::secret(RandomPurpose::DocumentKey)?)))
    }

    /// The same key for opening.
    #[must_use]
    pub fn opening_key(&self) -> &OpeningKey {
        &self.0
    }

    /// Gives up the right to seal. (Sealing is over once this key exists.)
    #[must_use]
    pub fn into_opening_key(self) -> OpeningKey {
        self.0
    }

    /// Wraps the key to a person; see [`OpeningKey::wrap`].
    ///
    /// # Errors
    /// As [`OpeningKey::wrap`].
    pub fn wrap(&self, to: &PublicKey, context: &WrapContext) -> Result<Wrap> {
        self.0.wrap(to, context)
    }

    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub(crate) fn from_secret(secret: Secret<32>) -> Self {
        Self(OpeningKey(secret))
    }
}

impl OpeningKey {
    /// Wraps the key to a person: 1,168 bytes, HPKE Base with X-Wing. Wrapping the same key to the
    /// same person in the same context gives the same bytes (see `docs/format/envelope-v1.md`).
    ///
    /// # Errors
    /// `public-key` if the key could not be used, which parsing it excludes.
    pub fn wrap(&self, to: &PublicKey, context: &WrapContext) -> Result<Wrap> {
        hpke::wrap(to, HpkePurpose::Document, context.profile, &context.fields(), &self.0)
    }

    /// Opens a wrap with the identity it was made for.
    ///
    /// # Errors
    /// `unwrap-refused` if the wrap, the identity or the context is another one.
    pub fn unwrap(identity: &Identity, wrap: &Wrap, context: &WrapContext) -> Result<Self> {
        let (profile, fields) = (context.profile, context.fields());
        hpke::unwrap(identity.private_key(), HpkePurpose::Document, profile, &fields, wrap).map(Self)
    }

    /// Recomputes the wrap of this key to a person and compares: finds a wrap that holds junk
    /// without the person's private key.
    ///
    /// # Errors
    /// `wrap-mismatch`.
    pub fn verify_wrap(&self, to: &PublicKey, context: &WrapContext, stored: &Wrap) -> Result<()> {
        hpke::audit(to, HpkePurpose::Document, context.profile, &context.fields(), &self.0, stored)
    }

    /// A second handle to the same key, for callers whose handles have no lifetimes.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }

    pub(crate) fn secret(&self) -> &Secret<32> {
        &self.0
    }

    pub(crate) fn from_secret(secret: Secret<32>) -> Self {
        Self(secret)
    }
}

impl WrapContext {
    /// The context of a wrap: the profile of the wrap, the document and its version (from 1), the
    /// principal it is made for and the generation of the principal's key, from 1. A vendor without
    /// generations uses 1 and a new principal id for a new key.
    ///
    /// # Errors
    /// `version` for version 0.
    pub fn new(
        profile: Profile,
        firm: FirmId,
        document: DocumentId,
        version: u32,
        principal: PrincipalId,
        key_generation: u64,
    ) -> Result<Self> {
        if version == 0 {
            return Err(Code::Version.into());
        }
        Ok(Self::of_document(profile, firm, document, version, principal, key_generation))
    }

    /// The same for a version that was checked already.
    pub(crate) fn of_document(
        profile: Profile,
        firm: FirmId,
        document: DocumentId,
        version: u32,
        principal: PrincipalId,
        key_generation: u64,
    ) -> Self {
        Self { profile, firm, document, version, principal, key_generation }
    }

    fn fields(&self) -> Context {
        Context::empty()
            .firm(self.firm)
            .document(self.document)
            .version(u64::from(self.version))
            .principal(self.principal)
            .key_generation(self.key_generation)
    }
}

impl fmt::Debug for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentKey")
    }
}

impl fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpeningKey")
    }
}
