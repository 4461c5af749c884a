//! What an outsider can say of who signed a record, without the directory: that a device certified
//! under the same checkpoint signed it, and that it was active when the record was anchored.
//!
//! More cannot be shown so: whether the record is *effective*, the fold of the whole directory and
//! chain says.

use super::tlog::{AnchorLeaf, Recorded, TlogProof, verify_head};
use super::{read_hashes, verify_signed, write_hashes};
use crate::audit::anchor::{ChainHead, DeviceRow};
use crate::audit::body::Body;
use crate::audit::checkpoint::Log;
use crate::audit::kind::{ChainType, Kind};
use crate::audit::record::Record;
use crate::audit::tree::{leaf_hash, verify_inclusion};
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{ChainId, Hash};
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

/// A verified record: chain, author and key are those of its signed bytes.
#[derive(Clone, Debug)]
pub struct Signer<'b> {
    record: Record<'b>,
}

/// All that an outsider is given about a record's signer. The certificate and the anchor before are
/// bytes from anywhere; [`SignerProof::verify`] verifies them.
#[derive(Clone, Copy, Debug)]
pub struct SignerProof<'p> {
    /// The record's proof under the anchor.
    pub proof: &'p TlogProof<'p>,
    /// The anchor.
    pub anchor: &'p AnchorLeaf<'p>,
    /// The device's certificate: the complete bytes of the directory's record of it.
    pub certificate: &'p [u8],
    /// The certificate's proof under the same anchor.
    pub certificate_proof: &'p TlogProof<'p>,
    /// The device's path under the anchor's devices root.
    pub device_path: Option<&'p DevicePath>,
    /// The anchor before.
    pub before: Option<&'p Before>,
}

/// What can be said of a record's signer: the device of `row`, as its verified certificate has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A device that was active when the record was anchored recorded it.
    Recorded {
        /// The ledger index of the anchor that first covers it.
        anchor_index: u64,
        /// The device, whose it is, its keys.
        row: DeviceRow,
    },
    /// A certified device signed it; whether it was revoked by then was not checked.
    CertifiedOnly {
        /// The device, whose it is, its keys.
        row: DeviceRow,
    },
}

impl<'b> Signer<'b> {
    /// Verifies the complete bytes of a record of this chain, signed by that of `keys` which it
    /// names. Whose key it is, [`SignerProof::verify`] says.
    ///
    /// # Errors
    /// `too-large`, `cbor`, `field`, `chain-mismatch`, `key-unknown`, `signature-refused`.
    pub fn verify(
        bytes: &'b [u8],
        chain: ChainId,
        chain_type: ChainType,
        keys: &[VerifyingKey],
    ) -> Result<Self> {
        Ok(Self { record: verify_signed(bytes, chain, chain_type, keys)? })
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Record<'b> {
        &self.record
    }
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
    pub fn verify(&self, row: &DeviceRow, anchor: &AnchorLeaf<'_>) -> Result<()> {
        let devices = anchor.body().devices();
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

    /// Verifies that `earlier`, the anchor in these bytes, is the leaf before the record's anchor and
    /// that the chain did not have the record yet.
    fn verify(&self, earlier: &AnchorLeaf<'_>, record: &Recorded) -> Result<()> {
        let ledger = record.checkpoint.head();
        let at = record.anchor_index.checked_sub(1).ok_or(Code::Proof)?;
        verify_inclusion(at, ledger.size, &leaf_hash(earlier.bytes()), &self.hashes, &ledger.root)?;
        let head = ChainHead { chain: record.head.chain, size: self.size, root: self.root };
        verify_head(&head, self.heads_index, &self.heads_hashes, earlier.body())?;
        if self.size > record.index { Err(Code::CoveredBefore.into()) } else { Ok(()) }
    }
}

impl SignerProof<'_> {
    /// What can be said of who signed. `keys` are those that the caller trusts to sign certificates
    /// and anchors.
    ///
    /// # Errors
    /// Those of [`TlogProof::verify_record`] for the record and for the certificate;
    /// `certificate-mismatch` if that is no certificate of the directory, of another device or key or
    /// under another checkpoint, `key-unknown`, `signature-refused`, or what its form breaks;
    /// `device-not-active`; those of [`AnchorLeaf::verify`], `proof`, `head-mismatch` and
    /// `covered-before` for the anchor before. What is given is verified, also where it does not
    /// suffice.
    pub fn verify(
        &self,
        log: &Log,
        directory: ChainId,
        keys: &[VerifyingKey],
        signer: &Signer<'_>,
    ) -> Result<Standing> {
        let signed = signer.record.payload();
        let record = self.proof.verify_record(log, signed.chain, signer.record.bytes(), self.anchor)?;
        let certificate =
            self.certificate_proof.verify_record(log, directory, self.certificate, self.anchor)?;
        let row = certified_row(self.certificate, directory, keys)?;
        let same_checkpoint = certificate.checkpoint.head() == record.checkpoint.head();
        if !same_checkpoint || row.device != signed.author || row.record_kid != signer.record.kid() {
            return Err(Code::CertificateMismatch.into());
        }
        if let Some(path) = self.device_path {
            path.verify(&row, self.anchor)?;
        }
        if let Some(before) = self.before {
            let earlier = AnchorLeaf::verify(&before.anchor, self.anchor.ledger(), keys)?;
            before.verify(&earlier, &record)?;
        }
        match (self.device_path, self.before) {
            (Some(_), Some(_)) => Ok(Standing::Recorded { anchor_index: record.anchor_index, row }),
            _ => Ok(Standing::CertifiedOnly { row }),
        }
    }
}

/// The row that a certificate of the directory gives, verified.
fn certified_row(bytes: &[u8], directory: ChainId, keys: &[VerifyingKey]) -> Result<DeviceRow> {
    let record = verify_signed(bytes, directory, ChainType::Directory, keys).map_err(|error| {
        // A record of another chain certifies nobody here.
        if error.code() == Code::ChainMismatch.name() { Code::CertificateMismatch.into() } else { error }
    })?;
    if record.payload().kind != Kind::DEVICE_CERTIFIED {
        return Err(Code::CertificateMismatch.into());
    }
    let Body::DeviceCertified(body) = record.body()? else {
        return Err(Code::CertificateMismatch.into());
    };
    Ok(DeviceRow {
        device: body.device,
        user: body.user,
        record_kid: Kid::of_bytes(&body.record_key),
        log_kid: Kid::of_bytes(&body.log_key),
        ssh_kid: Kid::of_bytes(&body.ssh_key),
    })
}

/// A path of 64 hashes and its framing.
const MAX_DEVICE_PATH: usize = 4_096;

/// A record, two such paths and their framing.
const MAX_BEFORE: usize = 65_535 + 2 * MAX_DEVICE_PATH;
