//! The bytes of a standing, unverified.

use crate::audit::proof::{DevicePath, read_hashes, write_hashes};
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Error, Result};
use crate::id::{ChainId, Hash};

/// What a standing is made of.
pub(crate) struct Parts<'b> {
    /// Leaf 0 of the ledger.
    pub(crate) genesis: &'b [u8],
    /// The checkpoint, with its cosignatures.
    pub(crate) checkpoint: &'b str,
    /// The ledger's last leaf under the checkpoint.
    pub(crate) anchor: &'b [u8],
    /// Its path.
    pub(crate) anchor_path: Vec<Hash>,
    /// The directory's chain.
    pub(crate) directory: ChainId,
    /// Its size.
    pub(crate) size: u64,
    /// Its root.
    pub(crate) root: Hash,
    /// How many heads there are.
    pub(crate) heads_count: u64,
    /// The path of the directory's head, which is the first of them.
    pub(crate) heads_path: Vec<Hash>,
    /// Records of the directory, ascending by index.
    pub(crate) records: Vec<Listed<'b>>,
    /// The device's path under the anchor's devices root.
    pub(crate) device_path: DevicePath,
}

/// A record and where it is in its chain.
pub(crate) struct Listed<'b> {
    pub(crate) record: &'b [u8],
    pub(crate) index: u64,
    pub(crate) path: Vec<Hash>,
}

impl<'b> Parts<'b> {
    /// Sizes first, then the form.
    ///
    /// # Errors
    /// `too-large`, `standing`.
    pub(crate) fn parse(bytes: &'b [u8]) -> Result<Self> {
        if bytes.len() > MAX_STANDING {
            return Err(Code::TooLarge.into());
        }
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or(Code::Standing)?;
        Self::read(body).map_err(|_| Error::from(Code::Standing))
    }

    fn read(body: &'b [u8]) -> Result<Self> {
        let mut reader = Reader::new(body, MAX_STANDING)?;
        let mut fields = reader.map()?;
        reader.field(&mut fields, 1)?;
        let genesis = reader.bytes()?;
        reader.field(&mut fields, 2)?;
        let checkpoint = reader.text()?;
        reader.field(&mut fields, 3)?;
        let anchor = reader.bytes()?;
        reader.field(&mut fields, 4)?;
        let anchor_path = read_hashes(&mut reader)?;
        reader.field(&mut fields, 5)?;
        let mut head = reader.map()?;
        reader.field(&mut head, 1)?;
        let directory = ChainId::from_bytes(reader.fixed()?);
        reader.field(&mut head, 2)?;
        let size = reader.unsigned()?;
        reader.field(&mut head, 3)?;
        let root = Hash(reader.fixed()?);
        reader.field(&mut head, 4)?;
        let heads_count = reader.unsigned()?;
        reader.field(&mut head, 5)?;
        let heads_path = read_hashes(&mut reader)?;
        reader.end(head)?;
        reader.field(&mut fields, 6)?;
        let count = usize::try_from(reader.array()?).map_err(|_| Code::Field)?;
        if !(1..=MAX_RECORDS).contains(&count) {
            return Err(Code::Field.into());
        }
        let records = (0..count).map(|_| Listed::read(&mut reader)).collect::<Result<Vec<_>>>()?;
        if !records.is_sorted_by(|one, next| one.index < next.index) {
            return Err(Code::Field.into());
        }
        reader.field(&mut fields, 7)?;
        let device_path = DevicePath::parse(reader.item()?)?;
        reader.end(fields)?;
        Ok(Self {
            genesis,
            checkpoint,
            anchor,
            anchor_path,
            directory,
            size,
            root,
            heads_count,
            heads_path,
            records,
            device_path,
        })
    }

    /// Its bytes.
    ///
    /// # Errors
    /// As [`parse`](Self::parse): what cannot be read is not written.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut writer = Writer::new();
        writer.map(7).unsigned(1).bytes(self.genesis).unsigned(2).text(self.checkpoint);
        writer.unsigned(3).bytes(self.anchor).unsigned(4);
        write_hashes(&mut writer, &self.anchor_path);
        writer.unsigned(5).map(5).unsigned(1).bytes(self.directory.as_bytes());
        writer.unsigned(2).unsigned(self.size).unsigned(3).bytes(&self.root.0);
        writer.unsigned(4).unsigned(self.heads_count).unsigned(5);
        write_hashes(&mut writer, &self.heads_path);
        writer.unsigned(6).array(self.records.len());
        for listed in &self.records {
            writer.array(3).bytes(listed.record).unsigned(listed.index);
            write_hashes(&mut writer, &listed.path);
        }
        writer.unsigned(7).item(&self.device_path.encode());
        let bytes = [MAGIC.as_slice(), &writer.finish()].concat();
        Parts::parse(&bytes)?;
        Ok(bytes)
    }
}

impl<'b> Listed<'b> {
    fn read(reader: &mut Reader<'b>) -> Result<Self> {
        if reader.array()? != 3 {
            return Err(Code::Field.into());
        }
        Ok(Self { record: reader.bytes()?, index: reader.unsigned()?, path: read_hashes(reader)? })
    }
}

const MAGIC: &[u8; 8] = b"PRVYSTN1";

/// The most bytes of a standing.
pub(crate) const MAX_STANDING: usize = 256 * 1_024;

/// The most records in one.
pub(crate) const MAX_RECORDS: usize = 64;
