//! Details: free text and personal data beside a record. The record holds one root over salted
//! commitments; names, values and salts lie in a sealed blob elsewhere. Erase the blob or its key
//! and nothing in the record can be matched against a guess, while every proof still holds.
//!
//! One field can be [disclosed](disclosure::Disclosure) without the others.

pub mod disclosure;

use std::fmt;
use std::num::NonZeroU64;

use crate::audit::detail::disclosure::Disclosure;
use crate::audit::tree::{MemoryTree, inclusion_proof, leaf_hash, root_of};
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::entropy;
use crate::crypto::hash::sha256;
use crate::crypto::kdf::Context;
use crate::crypto::label::{HashPurpose, RandomPurpose, SealKind};
use crate::crypto::profile::Profile;
use crate::crypto::seal::{self, SealContext};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, FirmId, Hash};
use crate::secret::{Secret, SecretBytes};

/// The most bytes of a sealed detail blob: 16 MiB.
pub const MAX_BLOB: usize = 16 << 20;

/// The fields of one record, each with a salt of its own. Shows none of them when printed.
pub struct Details(Vec<Field>);

struct Field {
    name: String,
    value: Vec<u8>,
    salt: Secret<32>,
}

/// What a record says of its details, its field 11: how many, and the root over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DetailRoot {
    /// How many fields.
    pub count: NonZeroU64,
    /// RFC 6962 root with the commitments as leaf data.
    pub root: Hash,
}

/// The key that detail blobs are sealed under: 32 secret bytes, the caller's in a standalone chain.
/// Destroying it erases what is under it.
pub struct DetailKey(Secret<32>);

/// The one record a blob belongs to. A blob put beside another record does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailPlace {
    profile: Profile,
    vault: Option<(FirmId, NonZeroU64)>,
    chain: ChainId,
    author: DeviceId,
    sequence: u64,
}

impl Details {
    /// Salts these fields, `(name, value)` in any order.
    ///
    /// # Errors
    /// `field` if there is none or a name stands twice, `entropy`.
    pub fn new<N: Into<String>, V: Into<Vec<u8>>>(fields: impl IntoIterator<Item = (N, V)>) -> Result<Self> {
        let salted = |(name, value): (N, V)| -> Result<Field> {
            Ok(Field {
                name: name.into(),
                value: value.into(),
                salt: entropy::secret(RandomPurpose::DetailSalt)?,
            })
        };
        let mut fields = fields.into_iter().map(salted).collect::<Result<Vec<_>>>()?;
        fields.sort_by(|one, next| one.name.cmp(&next.name));
        Self::checked(fields)
    }

    /// The same with given salts, in order of names already.
    #[cfg(any(test, feature = "testing"))]
    pub fn with_salts(fields: Vec<(String, Vec<u8>, [u8; 32])>) -> Result<Self> {
        let field = |(name, value, salt)| Field { name, value, salt: Secret::copy_of(&salt) };
        Self::checked(fields.into_iter().map(field).collect())
    }

    /// Opens a blob and compares it with the record.
    ///
    /// # Errors
    /// `too-large`, `sealed-length`, `content-refused`, `cbor`, `field`, and `details-mismatch` if
    /// a holder of the key sealed other details than the record commits to.
    pub fn open(key: &DetailKey, place: &DetailPlace, blob: &[u8], recorded: &DetailRoot) -> Result<Self> {
        if blob.len() > MAX_BLOB {
            return Err(Code::TooLarge.into());
        }
        // Wiped on drop; what is kept of it is in the fields.
        let plain = SecretBytes::new(seal::open(&key.0, &place.seal_context(), blob)?);
        let details = Self::read(plain.expose_secret())?;
        if details.root()? == *recorded { Ok(details) } else { Err(Code::DetailsMismatch.into()) }
    }

    /// Seals them for the record at `place`.
    ///
    /// # Errors
    /// `too-large` above [`MAX_BLOB`], `entropy`.
    pub fn seal(&self, key: &DetailKey, place: &DetailPlace) -> Result<Vec<u8>> {
        self.seal_hedged(key, place, &entropy::rand32()?)
    }

    /// The same with what the operating system gave.
    pub fn seal_hedged(&self, key: &DetailKey, place: &DetailPlace, rand32: &Secret<32>) -> Result<Vec<u8>> {
        let plain = SecretBytes::new(self.write());
        if plain.len() > MAX_BLOB {
            return Err(Code::TooLarge.into());
        }
        let blob = seal::seal_hedged(&key.0, &place.seal_context(), plain.expose_secret(), rand32)?;
        if blob.len() > MAX_BLOB { Err(Code::TooLarge.into()) } else { Ok(blob) }
    }

    /// What the record will say of them.
    ///
    /// # Errors
    /// None in practice: there is at least one field.
    pub fn root(&self) -> Result<DetailRoot> {
        let root = root_of(self.leaves()).ok_or(Code::Field)?;
        let count = u64::try_from(self.0.len()).ok().and_then(NonZeroU64::new).ok_or(Code::Field)?;
        Ok(DetailRoot { count, root })
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|field| field.name == name).map(|field| field.value.as_slice())
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|field| (field.name.as_str(), field.value.as_slice()))
    }

    /// Opens one field to whoever has the record; says nothing of the others.
    ///
    /// # Errors
    /// `field` if there is no field of this name.
    pub fn disclose(&self, name: &str) -> Result<Disclosure> {
        let index = self.0.iter().position(|field| field.name == name).ok_or(Code::Field)?;
        let field = self.0.get(index).ok_or(Code::Field)?;
        let mut tree = MemoryTree::new();
        tree.extend(self.leaves());
        let index = u64::try_from(index).map_err(|_| Code::Field)?;
        Ok(Disclosure {
            name: field.name.clone(),
            value: field.value.clone(),
            salt: *field.salt.expose_secret(),
            index,
            proof: inclusion_proof(&tree, index, tree.size())?,
        })
    }

    fn leaves(&self) -> impl Iterator<Item = Hash> {
        self.0
            .iter()
            .map(|field| leaf_hash(&commitment(&field.name, &field.value, field.salt.expose_secret()).0))
    }

    /// `[[name, value, salt]…]`
    fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(self.0.len());
        for field in &self.0 {
            writer.array(3).text(&field.name).bytes(&field.value).bytes(field.salt.expose_secret());
        }
        writer.finish()
    }

    fn read(plain: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(plain, MAX_BLOB)?;
        let count = reader.array()?;
        let mut field = || -> Result<Field> {
            if reader.array()? != 3 {
                return Err(Code::Field.into());
            }
            Ok(Field {
                name: reader.text()?.to_owned(),
                value: reader.bytes()?.to_vec(),
                salt: Secret::copy_of(&reader.fixed()?),
            })
        };
        Self::checked((0..count).map(|_| field()).collect::<Result<_>>()?)
    }

    fn checked(fields: Vec<Field>) -> Result<Self> {
        let ascending = fields.iter().zip(fields.iter().skip(1)).all(|(one, next)| one.name < next.name);
        let fits = fields.iter().all(|field| u32::try_from(field.value.len().max(field.name.len())).is_ok());
        if ascending && fits && !fields.is_empty() { Ok(Self(fields)) } else { Err(Code::Field.into()) }
    }
}

impl DetailKey {
    /// A new random key.
    ///
    /// # Errors
    /// `entropy`.
    pub fn generate() -> Result<Self> {
        Ok(Self(entropy::secret(RandomPurpose::DetailKey)?))
    }

    /// A key that the caller kept.
    ///
    /// # Errors
    /// `field` if it has not 32 bytes.
    pub fn from_secret_bytes(bytes: &SecretBytes) -> Result<Self> {
        let bytes: &[u8; 32] = bytes.expose_secret().try_into().map_err(|_| Code::Field)?;
        Ok(Self(Secret::copy_of(bytes)))
    }

    /// Its bytes, for the caller to keep where keys are kept and can be destroyed.
    #[must_use]
    pub fn to_secret_bytes(&self) -> SecretBytes {
        SecretBytes::new(self.0.expose_secret().to_vec())
    }
}

impl DetailPlace {
    /// A record of a standalone chain, its blob in `profile`.
    #[must_use]
    pub fn standalone(profile: Profile, chain: ChainId, author: DeviceId, sequence: u64) -> Self {
        Self { profile, vault: None, chain, author, sequence }
    }

    /// A record of a firm, its blob under a detail key of `epoch` and in that epoch's profile.
    #[must_use]
    pub fn in_epoch(
        profile: Profile,
        firm: FirmId,
        epoch: NonZeroU64,
        chain: ChainId,
        author: DeviceId,
        sequence: u64,
    ) -> Self {
        Self { profile, vault: Some((firm, epoch)), chain, author, sequence }
    }

    fn seal_context(&self) -> SealContext {
        let context = match self.vault {
            Some((firm, epoch)) => Context::empty().firm(firm).epoch(epoch.get()),
            None => Context::empty(),
        };
        let aad = context.chain(self.chain).device(self.author).sequence(self.sequence).to_cbor();
        SealContext::new(SealKind::Detail, self.profile, &aad)
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Details({} fields)", self.0.len())
    }
}

impl fmt::Debug for DetailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DetailKey")
    }
}

/// `H(label || salt || u32 len || name || u32 len || value)`. Lengths were checked to fit.
pub fn commitment(name: &str, value: &[u8], salt: &[u8; 32]) -> Hash {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = Vec::with_capacity(128 + name.len() + value.len());
    bytes.extend_from_slice(HashPurpose::Detail.label());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(&length(name.as_bytes()));
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&length(value));
    bytes.extend_from_slice(value);
    sha256(&bytes)
}
