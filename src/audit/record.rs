//! Records: signed statements of one author in one chain.
//!
//! A [`Record`] is parsed and *unverified*: its form is right, and nothing more is known. Verify
//! the signature with the key that is certified for its author, after its leaf was compared with the
//! tree: an edited key id must show as *tampered*, not as *unverifiable*.

use crate::audit::body::{Body, Value as _};
use crate::audit::detail::{DetailRoot, Details};
use crate::audit::kind::{ChainType, Kind};
use crate::audit::tree::leaf_hash;
use crate::clock::Timestamp;
use crate::codec::cbor::{self, Fields, Reader, Writer};
use crate::crypto::label::ObjectClass;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash, UserId};
use crate::wire::cose::{self, Kid, MAX_OBJECT, Sign1};

/// A record whose form was checked and nothing else.
#[derive(Clone, Debug)]
pub struct Record<'b> {
    object: Sign1<'b>,
    chain_type: ChainType,
    payload: Payload<'b>,
}

/// What is signed. Numbers are those of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload<'b> {
    /// 1: the chain.
    pub chain: ChainId,
    /// 2: what it is about.
    pub kind: Kind,
    /// 3: when, by the author's clock; never before the author's previous record in this chain.
    pub at: Timestamp,
    /// 4: the device; the firm's id when the root signs; in a standalone chain the key id of the
    /// record key.
    pub author: DeviceId,
    /// 5: the author's sequence in this chain, strictly ascending, gaps allowed.
    pub sequence: u64,
    /// 6: the hash of the author's newest earlier record in this chain, absent iff there is none.
    pub previous: Option<Hash>,
    /// 7: the ledger as the author saw it; absent in the ledger's genesis and in standalone chains.
    pub ledger_head: Option<LedgerHead>,
    /// 8: for whom a service acts.
    pub acting_for: Option<UserId>,
    /// 9: pseudonymous ids of what it is about, strictly ascending; none: the field is absent.
    pub subjects: Vec<[u8; 16]>,
    /// 10: the body, CBOR.
    pub body: &'b [u8],
    /// 11: the details.
    pub details: Option<DetailRoot>,
}

/// A size of the ledger and its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LedgerHead {
    /// How many leaves, at least 1.
    pub size: u64,
    /// Their root.
    pub root: Hash,
}

/// A record still to be put into a chain: what the caller says. Sequence, previous record and time
/// are for whoever appends it.
#[derive(Debug)]
pub struct Draft {
    /// What it is about.
    pub kind: Kind,
    /// The body, CBOR.
    pub body: Vec<u8>,
    /// Pseudonymous ids of what it is about, in any order.
    pub subjects: Vec<[u8; 16]>,
    /// For whom a service acts.
    pub acting_for: Option<UserId>,
    /// Free text and personal data, of which the record holds only a root.
    pub details: Option<Details>,
}

/// Signs a record for a chain of this type. Nothing that [`Record::parse`] would refuse, no body
/// that its kind does not have and no kind that the chain does not hold is ever signed.
///
/// # Errors
/// `field`, `cbor`, `too-large`, `profile`, `kind-misplaced`.
pub fn sign(key: &SigningKey, chain_type: ChainType, payload: &Payload<'_>) -> Result<Vec<u8>> {
    let bytes = payload.to_cbor();
    let read = Payload::parse(&bytes, chain_type)?;
    if !read.kind.stands_in(chain_type) {
        return Err(Code::KindMisplaced.into());
    }
    Body::decode_checked(read.kind, chain_type, read.chain, read.body)?;
    cose::sign(key, ObjectClass::Record, &bytes)
}

impl<'b> Record<'b> {
    /// Checks the form of a record of a chain of this type: the signed object, then the payload.
    /// Not the body: a record whose body is wrong is a leaf all the same.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`.
    pub fn parse(bytes: &'b [u8], chain_type: ChainType) -> Result<Self> {
        let object = Sign1::parse(bytes)?;
        let payload = Payload::parse(object.payload(), chain_type)?;
        Ok(Self { object, chain_type, payload })
    }

    /// Refuses a record of another chain.
    ///
    /// # Errors
    /// `chain-mismatch`.
    pub fn check_chain(&self, chain: &ChainId) -> Result<()> {
        if self.payload.chain == *chain { Ok(()) } else { Err(Code::ChainMismatch.into()) }
    }

    /// Verifies the signature, strictly, over the bytes received.
    ///
    /// # Errors
    /// `key-unknown` if the record names another key, `signature-refused`.
    pub fn verify(&self, key: &VerifyingKey) -> Result<()> {
        self.object.verify(key, ObjectClass::Record)
    }

    /// What it says.
    ///
    /// # Errors
    /// `kind-misplaced` if its kind has no place in this chain; `field` or `profile` if its kind has
    /// not such a body.
    pub fn body(&self) -> Result<Body> {
        if !self.payload.kind.stands_in(self.chain_type) {
            return Err(Code::KindMisplaced.into());
        }
        Body::decode_checked(self.payload.kind, self.chain_type, self.payload.chain, self.payload.body)
    }

    /// What is signed.
    #[must_use]
    pub fn payload(&self) -> &Payload<'b> {
        &self.payload
    }

    /// The record hash: the leaf hash of the complete bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        leaf_hash(self.object.bytes())
    }

    /// Which key it says it is signed with.
    #[must_use]
    pub fn kid(&self) -> Kid {
        self.object.kid()
    }

    /// The complete bytes, as received.
    #[must_use]
    pub fn bytes(&self) -> &'b [u8] {
        self.object.bytes()
    }

    /// The signed object.
    #[must_use]
    pub fn object(&self) -> &Sign1<'b> {
        &self.object
    }

    /// Whether the two give two byte strings one author, chain and sequence. It is evidence once
    /// both are verified with that author's key; of what, people have to say: a restored backup
    /// does it as well as a fraud.
    #[must_use]
    pub fn conflicts_with(&self, other: &Record<'_>) -> bool {
        let place = |payload: &Payload<'_>| (payload.author, payload.chain, payload.sequence);
        place(&self.payload) == place(&other.payload) && self.bytes() != other.bytes()
    }
}

impl<'b> Payload<'b> {
    /// Its CBOR, in the one encoding if the fields are right.
    #[must_use]
    pub fn to_cbor(&self) -> Vec<u8> {
        let optional = [
            self.previous.is_some(),
            self.ledger_head.is_some(),
            self.acting_for.is_some(),
            !self.subjects.is_empty(),
            self.details.is_some(),
        ];
        let mut writer = Writer::new();
        writer.map(6 + optional.into_iter().filter(|there| *there).count());
        writer.unsigned(1).bytes(self.chain.as_bytes());
        writer.unsigned(2).unsigned(self.kind.number());
        writer.unsigned(3).unsigned(self.at.micros());
        writer.unsigned(4).bytes(self.author.as_bytes());
        writer.unsigned(5).unsigned(self.sequence);
        if let Some(previous) = &self.previous {
            writer.unsigned(6).bytes(&previous.0);
        }
        if let Some(head) = &self.ledger_head {
            writer.unsigned(7).array(2).unsigned(head.size).bytes(&head.root.0);
        }
        if let Some(user) = &self.acting_for {
            writer.unsigned(8).bytes(user.as_bytes());
        }
        if !self.subjects.is_empty() {
            writer.unsigned(9).array(self.subjects.len());
            for subject in &self.subjects {
                writer.bytes(subject);
            }
        }
        writer.unsigned(10).item(self.body);
        if let Some(details) = &self.details {
            writer.unsigned(11).array(2).unsigned(details.count.get()).bytes(&details.root.0);
        }
        writer.finish()
    }

    /// Reads a payload for a chain of this type.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`.
    pub fn parse(bytes: &'b [u8], chain_type: ChainType) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_OBJECT)?;
        let mut fields = reader.map()?;
        let payload = Self {
            chain: required(&mut reader, &mut fields, 1, |r| r.fixed().map(ChainId::from_bytes))?,
            kind: required(&mut reader, &mut fields, 2, |r| r.unsigned().map(Kind::from_number))?,
            at: required(&mut reader, &mut fields, 3, |r| {
                Ok(Timestamp::from_micros(r.unsigned()?).ok_or(Code::Field)?)
            })?,
            author: required(&mut reader, &mut fields, 4, DeviceId::read)?,
            sequence: required(&mut reader, &mut fields, 5, Reader::unsigned)?,
            previous: optional(&mut reader, &mut fields, 6, Hash::read)?,
            ledger_head: optional(&mut reader, &mut fields, 7, |r| {
                let (size, root) = pair(r)?;
                if size == 0 { Err(Code::Field.into()) } else { Ok(LedgerHead { size, root }) }
            })?,
            acting_for: optional(&mut reader, &mut fields, 8, UserId::read)?,
            subjects: optional(&mut reader, &mut fields, 9, subjects)?.unwrap_or_default(),
            body: required(&mut reader, &mut fields, 10, Reader::item)?,
            details: optional(&mut reader, &mut fields, 11, |r| {
                let (count, root) = pair(r)?;
                Ok(DetailRoot { count: count.try_into().map_err(|_| Code::Field)?, root })
            })?,
        };
        reader.end(fields)?;
        if payload.ledger_head.is_some() == payload.needs_ledger_head(chain_type) {
            Ok(payload)
        } else {
            Err(Code::Field.into())
        }
    }

    fn needs_ledger_head(&self, chain_type: ChainType) -> bool {
        match chain_type {
            ChainType::Ledger => self.kind != Kind::GENESIS,
            ChainType::Directory | ChainType::Matter => true,
            ChainType::Standalone => false,
        }
    }
}

impl Draft {
    /// A record with a body that is defined here.
    #[must_use]
    pub fn new(body: &Body) -> Self {
        Self { kind: body.kind(), body: body.encode(), subjects: Vec::new(), acting_for: None, details: None }
    }

    /// An event of the host's own: a number from 1,024 on, and a body in strict CBOR, at most 7
    /// levels deep. Put no personal data into it: that is for [`details`](Self::details).
    ///
    /// # Errors
    /// `host-kind`, `cbor`.
    pub fn host(number: u64, body: Vec<u8>) -> Result<Self> {
        let kind = Kind::host(number)?;
        // One level deeper, as it will lie in the payload.
        let mut payload = Writer::new();
        payload.array(1).item(&body);
        cbor::check(&payload.finish())?;
        Ok(Self { kind, body, subjects: Vec::new(), acting_for: None, details: None })
    }

    /// The subjects in the order a payload has them.
    #[must_use]
    pub fn sorted_subjects(&self) -> Vec<[u8; 16]> {
        let mut subjects = self.subjects.clone();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}

fn required<'b, T>(
    reader: &mut Reader<'b>,
    fields: &mut Fields,
    key: u64,
    read: impl FnOnce(&mut Reader<'b>) -> Result<T>,
) -> Result<T> {
    reader.field(fields, key)?;
    read(reader)
}

fn optional<'b, T>(
    reader: &mut Reader<'b>,
    fields: &mut Fields,
    key: u64,
    read: impl FnOnce(&mut Reader<'b>) -> Result<T>,
) -> Result<Option<T>> {
    if reader.optional(fields, key)? { read(reader).map(Some) } else { Ok(None) }
}

fn pair(reader: &mut Reader<'_>) -> Result<(u64, Hash)> {
    if reader.array()? != 2 {
        return Err(Code::Field.into());
    }
    Ok((reader.unsigned()?, Hash(reader.fixed()?)))
}

/// Ids, strictly ascending. None at all is said by leaving the field out.
fn subjects(reader: &mut Reader<'_>) -> Result<Vec<[u8; 16]>> {
    let count = reader.array()?;
    let subjects: Vec<[u8; 16]> = (0..count).map(|_| reader.fixed()).collect::<Result<_>>()?;
    let ascending = subjects.iter().zip(subjects.iter().skip(1)).all(|(one, next)| one < next);
    if ascending && !subjects.is_empty() { Ok(subjects) } else { Err(Code::Field.into()) }
}
