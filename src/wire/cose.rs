//! COSE_Sign1 (RFC 9052) in the one form used here: an untagged array of four, Ed25519 as the fully
//! specified algorithm −19 (RFC 9864), a key id, an attached payload, nothing unprotected.
//!
//! `external_aad` names the class of the object and is fixed by the call site, so that a signature
//! made for one purpose verifies for no other. What is verified are the bytes received, never an
//! encoding made again.

use std::fmt;

use crate::codec::cbor::{Reader, Writer};
use crate::crypto::hash::sha256;
use crate::crypto::label::ObjectClass;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::error::{Code, Result};

/// The most bytes a signed object may have; its payload too.
pub const MAX_OBJECT: usize = 65_535;

/// A signed object whose form was checked and whose signature was not.
#[derive(Clone, Copy, Debug)]
pub struct Sign1<'b> {
    bytes: &'b [u8],
    protected: &'b [u8],
    kid: Kid,
    payload: &'b [u8],
    signature: [u8; 64],
}

/// Names a signing key: the first 16 bytes of SHA-256 of its public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid(pub [u8; 16]);

/// Signs `payload` as an object of `class`.
///
/// # Errors
/// `too-large` above [`MAX_OBJECT`] bytes in all.
pub fn sign(key: &SigningKey, class: ObjectClass, payload: &[u8]) -> Result<Vec<u8>> {
    let protected = protected(Kid::of(&key.verifying_key()));
    let mut framing = Writer::new();
    framing.array(4).bytes(&protected).map(0).bytes(payload);
    let mut object = framing.finish();
    if object.len().saturating_add(SIGNATURE_LEN) > MAX_OBJECT {
        return Err(Code::TooLarge.into());
    }
    let mut signature = Writer::new();
    signature.bytes(&key.sign(&signed_bytes(&protected, class, payload)));
    object.extend_from_slice(&signature.finish());
    Ok(object)
}

impl<'b> Sign1<'b> {
    /// Checks the form of an object; there is one encoding.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`, in this order for each part from the outside in.
    pub fn parse(bytes: &'b [u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_OBJECT)?;
        if reader.array()? != 4 {
            return Err(Code::Field.into());
        }
        let protected = reader.bytes()?;
        let kid = parse_protected(protected)?;
        let unprotected = reader.map()?;
        reader.end(unprotected)?;
        let payload = reader.bytes()?;
        let signature = reader.fixed()?;
        Ok(Self { bytes, protected, kid, payload, signature })
    }

    /// Verifies the signature, strictly, as one over an object of `class`.
    ///
    /// # Errors
    /// `key-unknown` if the object names another key, `signature-refused`.
    pub fn verify(&self, key: &VerifyingKey, class: ObjectClass) -> Result<()> {
        if Kid::of(key) != self.kid {
            return Err(Code::KeyUnknown.into());
        }
        key.verify(&self.signed_bytes(class), &self.signature)
    }

    /// The bytes that are signed: the Sig_structure of RFC 9052 §4.4.
    #[must_use]
    pub fn signed_bytes(&self, class: ObjectClass) -> Vec<u8> {
        signed_bytes(self.protected, class, self.payload)
    }

    /// The complete object, as received.
    #[must_use]
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Which key it says it is signed with.
    #[must_use]
    pub fn kid(&self) -> Kid {
        self.kid
    }

    /// What is signed.
    #[must_use]
    pub fn payload(&self) -> &'b [u8] {
        self.payload
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
}

impl Kid {
    /// The id of a key.
    #[must_use]
    pub fn of(key: &VerifyingKey) -> Self {
        Self::of_bytes(&key.to_bytes())
    }

    /// The id of a key that was not enrolled, from its 32 bytes.
    #[must_use]
    pub fn of_bytes(public_key: &[u8; 32]) -> Self {
        let mut kid = [0; 16];
        kid.iter_mut().zip(sha256(public_key).0).for_each(|(to, from)| *to = from);
        Self(kid)
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `["Signature1", protected, external_aad, payload]`.
fn signed_bytes(protected: &[u8], class: ObjectClass, payload: &[u8]) -> Vec<u8> {
    // A byte string carries its length, so the label stands here without its zero byte.
    let label = class.label();
    let external_aad = label.strip_suffix(b"\0").unwrap_or(label);
    let mut writer = Writer::new();
    writer.array(4).text("Signature1").bytes(protected).bytes(external_aad).bytes(payload);
    writer.finish()
}

fn protected(kid: Kid) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(2).unsigned(ALGORITHM_FIELD).signed(ED25519).unsigned(KID_FIELD).bytes(&kid.0);
    writer.finish()
}

fn parse_protected(protected: &[u8]) -> Result<Kid> {
    let mut reader = Reader::new(protected, MAX_PROTECTED)?;
    let mut fields = reader.map()?;
    reader.field(&mut fields, ALGORITHM_FIELD)?;
    if reader.signed()? != ED25519 {
        return Err(Code::Field.into());
    }
    reader.field(&mut fields, KID_FIELD)?;
    let kid = Kid(reader.fixed()?);
    reader.end(fields)?;
    Ok(kid)
}

/// The most bytes of a protected header.
const MAX_PROTECTED: usize = 64;
/// A signature with its CBOR head.
const SIGNATURE_LEN: usize = 66;
/// `alg` of RFC 9052 §3.1.
const ALGORITHM_FIELD: u64 = 1;
/// `kid` of RFC 9052 §3.1.
const KID_FIELD: u64 = 4;
/// Ed25519, fully specified (RFC 9864 §2.2).
const ED25519: i64 = -19;
