//! One detail opened to an outsider, who needs nothing but the record.

use std::fmt;

use crate::audit::detail::{DetailRoot, MAX_BLOB, commitment};
use crate::audit::tree::{leaf_hash, verify_inclusion};
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::Hash;

/// One field with its salt and its place under the record's root. Shows neither name nor value when
/// printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Vec<u8>,
    /// The salt: public once disclosed.
    pub salt: [u8; 32],
    /// Which of the record's details it is, by name, from 0.
    pub index: u64,
    /// The path from the commitment to the root.
    pub proof: Vec<Hash>,
}

impl Disclosure {
    /// Checks it against a record's field 11. The record must have been verified.
    ///
    /// # Errors
    /// `details-mismatch`.
    pub fn verify(&self, recorded: &DetailRoot) -> Result<()> {
        // A length above 32 bits has no commitment; no record can hold one.
        if u32::try_from(self.value.len().max(self.name.len())).is_err() {
            return Err(Code::DetailsMismatch.into());
        }
        let leaf = leaf_hash(&commitment(&self.name, &self.value, &self.salt).0);
        verify_inclusion(self.index, recorded.count.get(), &leaf, &self.proof, &recorded.root)
            .map_err(|_| Code::DetailsMismatch.into())
    }

    /// `{1 name, 2 value, 3 salt, 4 index, 5 [hashes]}`
    #[must_use]
    pub fn to_cbor(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(5).unsigned(1).text(&self.name).unsigned(2).bytes(&self.value);
        writer.unsigned(3).bytes(&self.salt).unsigned(4).unsigned(self.index);
        writer.unsigned(5).array(self.proof.len());
        for hash in &self.proof {
            writer.bytes(&hash.0);
        }
        writer.finish()
    }

    /// Reads what [`to_cbor`](Self::to_cbor) wrote.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_BLOB)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let name = reader.text()?.to_owned();
        reader.field(&mut fields, 2)?;
        let value = reader.bytes()?.to_vec();
        reader.field(&mut fields, 3)?;
        let salt = reader.fixed()?;
        reader.field(&mut fields, 4)?;
        let index = reader.unsigned()?;
        reader.field(&mut fields, 5)?;
        let count = reader.array()?;
        if count > MAX_PATH {
            return Err(Code::Field.into());
        }
        let proof = (0..count).map(|_| reader.fixed().map(Hash)).collect::<Result<_>>()?;
        reader.end(fields)?;
        Ok(Self { name, value, salt, index, proof })
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosure(field {})", self.index)
    }
}

/// The longest path in any tree.
const MAX_PATH: u64 = 64;
