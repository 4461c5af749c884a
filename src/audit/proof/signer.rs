//! What an outsider can say of who signed a record, without the directory: that a device certified
//! under the same checkpoint signed it, and that it was active when the record was anchored.
//!
//! More cannot be shown so: whether the record is *effective*, the fold of the whole directory and
//! chain says.

use super::tlog::{AnchorLeaf, TlogProof, check_body, verify_head};
use super::{read_hashes, write_hashes};
use crate::audit::anchor::{AnchorBody, ChainHead, DeviceRow};
use crate::audit::body::Body;
use crate::audit::checkpoint::{Log, Verified};
use crate::audit::kind::ChainType;
use crate::audit::record::Record;
use crate::audit::tree::{leaf_hash, verify_inclusion};
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash};
use crate::wire::cose::Kid;

/// A device's path under the devices root of an anchor: `{1 index, 2 [hashes]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevicePath {
    /// The device's index among the active ones.
    pub index: u64,
    /// Its path.
    pub hashes: Vec<Hash>,
}

/// The anchor before the one that first covers a record, in which the chain did not have it yet:
/// `{1 anchor, 2 [hashes], 3 size, 4 root, 5 heads index, 6 [hashes]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// That anchor's complete record.
    pub anchor: Vec<u8>,
    /// Its path under the same checkpoint.
    pub hashes: Vec<Hash>,
    /// The chain's size in it.
    pub size: u64,
    /// The chain's root in it.
    pub root: Hash,
    /// The chain's index among its heads.
    pub heads_index: u64,
    /// The head's path among them.
    pub heads_hashes: Vec<Hash>,
}

/// A record and what it says of its signer. The caller has verified form and signature.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'b> {
    /// The record's complete bytes.
    pub record: &'b [u8],
    /// Its chain.
    pub chain: ChainId,
    /// Its author.
    pub author: DeviceId,
    /// The kid of the key that signed it.
    pub kid: Kid,
}

/// All that an outsider is given about a record's signer.
#[derive(Clone, Copy, Debug)]
pub struct SignerProof<'p> {
    /// The record's proof under the anchor.
    pub proof: &'p TlogProof<'p>,
    /// The anchor.
    pub anchor: AnchorLeaf<'p>,
    /// The device's certificate: the directory's record of it, verified as [`Signer`] is.
    pub certificate: &'p [u8],
    /// The row that the certificate's body gives; compared with it.
    pub row: DeviceRow,
    /// The certificate's proof under the same anchor.
    pub certificate_proof: &'p TlogProof<'p>,
    /// The device's path under the anchor's devices root.
    pub device_path: Option<&'p DevicePath>,
    /// The anchor before, with its body from its record, verified as the anchor.
    pub before: Option<(&'p Before, &'p AnchorBody)>,
}

/// What can be said of a record's signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A device that was active when the record was anchored recorded it.
    Recorded {
        /// The ledger index of the anchor that first covers it.
        anchor_index: u64,
    },
    /// A certified device signed it; whether it was revoked by then was not checked.
    CertifiedOnly,
}

impl DevicePath {
    /// Parses.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_DEVICE_PATH)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let index = reader.unsigned()?;
        reader.field(&mut fields, 2)?;
        let hashes = read_hashes(&mut reader)?;
        reader.end(fields)?;
        Ok(Self { index, hashes })
    }

    /// Its one encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(2).unsigned(1).unsigned(self.index).unsigned(2);
        write_hashes(&mut writer, &self.hashes);
        writer.finish()
    }

    /// Verifies that the device of this row was active after the anchor's commit.
    ///
    /// # Errors
    /// `device-not-active`.
    pub fn verify(&self, row: &DeviceRow, anchor: &AnchorBody) -> Result<()> {
        let devices = anchor.devices();
        verify_inclusion(self.index, devices.count, &row.leaf(), &self.hashes, &devices.root)
            .map_err(|_| Code::DeviceNotActive.into())
    }
}

impl Before {
    /// Parses.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_BEFORE)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let anchor = reader.bytes()?.to_vec();
        reader.field(&mut fields, 2)?;
        let hashes = read_hashes(&mut reader)?;
        reader.field(&mut fields, 3)?;
        let size = reader.unsigned()?;
        reader.field(&mut fields, 4)?;
        let root = Hash(reader.fixed()?);
        reader.field(&mut fields, 5)?;
        let heads_index = reader.unsigned()?;
        reader.field(&mut fields, 6)?;
        let heads_hashes = read_hashes(&mut reader)?;
        reader.end(fields)?;
        if size == 0 {
            return Err(Code::Field.into());
        }
        Ok(Self { anchor, hashes, size, root, heads_index, heads_hashes })
    }

    /// Its one encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(6).unsigned(1).bytes(&self.anchor).unsigned(2);
        write_hashes(&mut writer, &self.hashes);
        writer.unsigned(3).unsigned(self.size).unsigned(4).bytes(&self.root.0);
        writer.unsigned(5).unsigned(self.heads_index).unsigned(6);
        write_hashes(&mut writer, &self.heads_hashes);
        writer.finish()
    }

    /// Verifies that this is the leaf before `anchor_index` and that the chain had no leaf `index` yet.
    fn verify(
        &self,
        body: &AnchorBody,
        checkpoint: &Verified,
        anchor_index: u64,
        chain: ChainId,
        index: u64,
    ) -> Result<()> {
        let head = checkpoint.head();
        let at = anchor_index.checked_sub(1).ok_or(Code::Proof)?;
        verify_inclusion(at, head.size, &leaf_hash(&self.anchor), &self.hashes, &head.root)?;
        let earlier = ChainHead { chain, size: self.size, root: self.root };
        verify_head(&earlier, self.heads_index, &self.heads_hashes, body)?;
        if self.size > index { Err(Code::CoveredBefore.into()) } else { Ok(()) }
    }
}

impl SignerProof<'_> {
    /// What can be said of who signed.
    ///
    /// # Errors
    /// Those of [`TlogProof::verify_record`] for the record and for the certificate, and
    /// `certificate-mismatch` if that is of another device or key, gives another row or lies under
    /// another checkpoint;
    /// `device-not-active`; `proof`, `head-mismatch` and `covered-before` for the anchor before. What
    /// is given is verified, also where it does not suffice.
    pub fn verify(&self, log: &Log, directory: ChainId, signer: &Signer<'_>) -> Result<Standing> {
        let record = self.proof.verify_record(log, signer.chain, signer.record, &self.anchor)?;
        let certificate =
            self.certificate_proof.verify_record(log, directory, self.certificate, &self.anchor)?;
        let same_checkpoint = certificate.checkpoint.head() == record.checkpoint.head();
        if !same_checkpoint || self.row.device != signer.author || self.row.record_kid != signer.kid {
            return Err(Code::CertificateMismatch.into());
        }
        check_row(self.certificate, &self.row)?;
        if let Some(path) = self.device_path {
            path.verify(&self.row, self.anchor.body)?;
        }
        if let Some((before, body)) = self.before {
            check_body(&before.anchor, body)?;
            before.verify(body, &record.checkpoint, record.anchor_index, signer.chain, record.index)?;
        }
        match (self.device_path, self.before) {
            (Some(_), Some(_)) => Ok(Standing::Recorded { anchor_index: record.anchor_index }),
            _ => Ok(Standing::CertifiedOnly),
        }
    }
}

/// Refuses a row that is not the one the certificate's record gives.
fn check_row(certificate: &[u8], row: &DeviceRow) -> Result<()> {
    let Body::DeviceCertified(body) = Record::parse(certificate, ChainType::Directory)?.body()? else {
        return Err(Code::CertificateMismatch.into());
    };
    let own = DeviceRow {
        device: body.device,
        user: body.user,
        record_kid: Kid::of_bytes(&body.record_key),
        log_kid: Kid::of_bytes(&body.log_key),
        ssh_kid: Kid::of_bytes(&body.ssh_key),
    };
    if own == *row { Ok(()) } else { Err(Code::CertificateMismatch.into()) }
}

/// A path of 64 hashes and its framing.
const MAX_DEVICE_PATH: usize = 4_096;

/// A record, two such paths and their framing.
const MAX_BEFORE: usize = 65_535 + 2 * MAX_DEVICE_PATH;
