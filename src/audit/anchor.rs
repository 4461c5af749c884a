//! What an anchor says: the chains that grew, and the roots over all heads and all active devices
//! (docs/format, "Chains and the ledger").
//!
//! A body that parses is well-formed, no more: whether its roots are right, the fold says.

use crate::audit::tree::{leaf_hash, root_of};
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash, Id, UserId};
use crate::wire::cose::Kid;

/// The most chains that one commit lets grow.
pub const MAX_GROWN: usize = 1_000;

/// The state of a chain: how many leaves, under which root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The chain.
    pub chain: ChainId,
    /// How many leaves; at least 1.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A root and how many leaves are under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedRoot {
    /// How many leaves.
    pub count: u64,
    /// The root over them.
    pub root: Hash,
}

/// The row of an active device under the devices root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// Kid of the key that signs its records.
    pub record_kid: Kid,
    /// Kid of the key that signs its checkpoints and cosignatures.
    pub log_kid: Kid,
    /// Kid of the key that signs its cards and shares.
    pub ssh_kid: Kid,
}

/// The body of an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorBody {
    grown: Vec<ChainHead>,
    heads: CountedRoot,
    devices: CountedRoot,
}

impl ChainHead {
    /// Its leaf under the heads root.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let mut writer = Writer::new();
        self.write(&mut writer);
        leaf_hash(&writer.finish())
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(3).bytes(self.chain.as_bytes()).unsigned(self.size).bytes(&self.root.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if reader.array()? != 3 {
            return Err(Code::Field.into());
        }
        let chain = ChainId::of(reader.fixed()?);
        let (size, root) = (reader.unsigned()?, Hash(reader.fixed()?));
        if size == 0 { Err(Code::Field.into()) } else { Ok(Self { chain, size, root }) }
    }
}

impl DeviceRow {
    /// Its leaf under the devices root.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let mut writer = Writer::new();
        writer.array(5).bytes(self.device.as_bytes()).bytes(self.user.as_bytes());
        writer.bytes(&self.record_kid.0).bytes(&self.log_kid.0).bytes(&self.ssh_kid.0);
        leaf_hash(&writer.finish())
    }
}

/// The root over the heads of all chains, in the order in which the chains were opened; `None`
/// over none.
#[must_use]
pub fn heads_root(heads: &[ChainHead]) -> Option<CountedRoot> {
    counted(heads.len(), root_of(heads.iter().map(ChainHead::leaf)))
}

/// The root over the rows of all active devices, ascending by device.
///
/// # Errors
/// `field` if there is no row or they do not ascend.
pub fn devices_root(rows: &[DeviceRow]) -> Result<CountedRoot> {
    if !rows.is_sorted_by(|a, b| a.device < b.device) {
        return Err(Code::Field.into());
    }
    Ok(counted(rows.len(), root_of(rows.iter().map(DeviceRow::leaf))).ok_or(Code::Field)?)
}

fn counted(count: usize, root: Option<Hash>) -> Option<CountedRoot> {
    Some(CountedRoot { count: u64::try_from(count).ok()?, root: root? })
}

impl AnchorBody {
    /// A body for the ledger of this id.
    ///
    /// # Errors
    /// `field` unless `grown` holds 1 to 1,000 chains, ascending by id, without the ledger; every
    /// size is at least 1; the heads are at least as many; there is an active device.
    pub fn new(
        ledger: ChainId,
        grown: Vec<ChainHead>,
        heads: CountedRoot,
        devices: CountedRoot,
    ) -> Result<Self> {
        let counted = u64::try_from(grown.len()).is_ok_and(|grown| grown <= heads.count);
        let well_formed = !grown.is_empty()
            && grown.len() <= MAX_GROWN
            && grown.is_sorted_by(|a, b| a.chain < b.chain)
            && grown.iter().all(|head| head.size > 0 && head.chain != ledger)
            && counted
            && devices.count > 0;
        if well_formed { Ok(Self { grown, heads, devices }) } else { Err(Code::Field.into()) }
    }

    /// Parses the body of a record of the ledger of this id.
    ///
    /// # Errors
    /// `too-large`, `cbor`, and `field` as [`AnchorBody::new`].
    pub fn parse(bytes: &[u8], ledger: ChainId) -> Result<Self> {
        let mut reader = Reader::new(bytes, MAX_BODY)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let count = usize::try_from(reader.array()?).map_err(|_| Code::Field)?;
        if count > MAX_GROWN {
            return Err(Code::Field.into());
        }
        let grown = (0..count).map(|_| ChainHead::read(&mut reader)).collect::<Result<_>>()?;
        reader.field(&mut fields, 2)?;
        let heads = CountedRoot::read(&mut reader)?;
        reader.field(&mut fields, 3)?;
        let devices = CountedRoot::read(&mut reader)?;
        reader.end(fields)?;
        Self::new(ledger, grown, heads, devices)
    }

    /// Its one encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(3).unsigned(1).array(self.grown.len());
        self.grown.iter().for_each(|head| head.write(&mut writer));
        for (key, counted) in [(2, &self.heads), (3, &self.devices)] {
            writer.unsigned(key).array(2).unsigned(counted.count).bytes(&counted.root.0);
        }
        writer.finish()
    }

    /// The chains that grew, ascending by id.
    #[must_use]
    pub fn grown(&self) -> &[ChainHead] {
        &self.grown
    }

    /// The head of a chain, if it grew.
    #[must_use]
    pub fn grew(&self, chain: ChainId) -> Option<&ChainHead> {
        let at = self.grown.binary_search_by_key(&chain, |head| head.chain).ok()?;
        self.grown.get(at)
    }

    /// The root over all heads after this commit.
    #[must_use]
    pub fn heads(&self) -> &CountedRoot {
        &self.heads
    }

    /// The root over all devices active after this commit.
    #[must_use]
    pub fn devices(&self) -> &CountedRoot {
        &self.devices
    }
}

impl CountedRoot {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if reader.array()? != 2 {
            return Err(Code::Field.into());
        }
        Ok(Self { count: reader.unsigned()?, root: Hash(reader.fixed()?) })
    }
}

/// That of the record's payload.
const MAX_BODY: usize = 65_535;
