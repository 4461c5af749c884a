//! Where a name lies: the details of a record that carries one.

use crate::audit::body::Value;
use crate::audit::detail::DetailRoot;
use crate::audit::record::Record;
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{DeviceId, Hash};

/// The place of a record's details in its chain, and what the record commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The record's author.
    pub author: DeviceId,
    /// The author's sequence.
    pub sequence: u64,
    /// How many details, and the root over them.
    pub root: DetailRoot,
}

impl Named {
    /// That of a record, if it has details.
    pub(crate) fn of(record: &Record<'_>) -> Option<Self> {
        let payload = record.payload();
        let root = payload.details?;
        Some(Self { author: payload.author, sequence: payload.sequence, root })
    }
}

impl Value for Named {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if reader.array()? != 4 {
            return Err(Code::Field.into());
        }
        let author = Value::read(reader)?;
        let sequence = reader.unsigned()?;
        let count = Value::read(reader)?;
        let root: Hash = Value::read(reader)?;
        Ok(Self { author, sequence, root: DetailRoot { count, root } })
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(4).bytes(self.author.as_bytes()).unsigned(self.sequence);
        writer.unsigned(self.root.count.get()).bytes(&self.root.root.0);
    }
}
