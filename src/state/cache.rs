//! Keeping a state: compact bytes of our own, which the caller authenticates. What is many (roots,
//! heads, documents) lies in rows of fixed length, so that reading it back is mostly copying.

mod matters;
mod people;

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::Fault;
use crate::audit::anchor::ChainHead;
use crate::audit::body::Value;
use crate::audit::kind::Kind;
use crate::audit::order::Newest;
use crate::audit::tree::Frontier;
use crate::clock::Timestamp;
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash};
use crate::state::State;
use crate::state::chains::Chains;
use crate::state::directory::Directory;
use crate::state::findings::{Findings, Flaw, Other, Reported, Void, VoidLeaves};
use crate::state::ledger::Ledger;
use crate::state::source::{Follow, Trust};

impl State {
    /// The state as bytes, for [`load`](Self::load): about 170 bytes a version of a document, 90 a
    /// matter, 32 an anchor. They hold no secret; whoever can change them can change what this
    /// device believes, so keep them under a MAC.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(FIELDS).unsigned(VERSION);
        writer.bytes(self.trust.firm.as_bytes()).bytes(&self.trust.genesis.0);
        match &self.follow {
            Follow::All => writer.array(0),
            Follow::Only(chains) => {
                writer.array(1).array(chains.len());
                chains.iter().for_each(|chain| Value::write(chain, &mut writer));
                &mut writer
            }
        };
        write_frontier(&mut writer, &self.ledger.frontier);
        writer.bytes(&self.ledger.roots.iter().flat_map(|root| root.0).collect::<Vec<u8>>());
        write_newest(&mut writer, &self.ledger.newest);
        write_option(&mut writer, self.ledger.last.as_ref());
        self.write_chains(&mut writer);
        write_option(&mut writer, self.founded.as_ref());
        people::write(&mut writer, &self.directory.people);
        matters::write(&mut writer, &self.directory.matter);
        writer.array(self.matters.len());
        self.matters.values().for_each(|matter| matters::write(&mut writer, matter));
        write_findings(&mut writer, &self.findings);
        writer.array(self.void_leaves.len());
        for left in &self.void_leaves {
            writer.array(4).unsigned(left.ledger_index).bytes(left.chain.as_bytes());
            writer.unsigned(left.from).unsigned(left.to);
        }
        writer.finish()
    }

    /// A state from what [`save`](Self::save) gave. The caller has authenticated the bytes.
    ///
    /// # Errors
    /// `cbor`, `field`, `public-key` for bytes that are no state of this version; `other-firm` for
    /// one of another trust. The caller then begins anew.
    pub fn load(trust: Trust, bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, usize::MAX)?;
        if reader.array()? != FIELDS as u64 || reader.unsigned()? != VERSION {
            return Err(Code::Field.into());
        }
        if reader.fixed()? != *trust.firm.as_bytes() || reader.fixed()? != trust.genesis.0 {
            return Err(Code::OtherFirm.into());
        }
        let reader = &mut reader;
        let follow = match reader.array()? {
            0 => Follow::All,
            _ => Follow::Only(read_list(reader, Value::read)?.into_iter().collect()),
        };
        let frontier = read_frontier(reader)?;
        let (roots, rest) = reader.bytes()?.as_chunks::<32>();
        let roots: Vec<Hash> = roots.iter().map(|root| Hash(*root)).collect();
        if roots.len() as u64 != frontier.size()
            || !rest.is_empty()
            || roots.last().copied() != frontier.root()
        {
            return Err(Code::Field.into());
        }
        let newest = read_newest(reader)?;
        let last = read_option(reader)?;
        let ledger = Ledger { frontier, roots, newest, last };
        let chains = read_chains(reader)?;
        let founded = read_option(reader)?;
        let people = people::read(reader, trust.firm)?;
        let directory = Directory { people, matter: matters::read(reader)? };
        let matters = read_list(reader, matters::read)?;
        let matters = matters.into_iter().map(|matter| (matter.chain, matter)).collect();
        let findings = read_findings(reader)?;
        let void_leaves = read_list(reader, |reader| {
            expect(reader, 4)?;
            let (ledger_index, chain) = (reader.unsigned()?, Value::read(reader)?);
            Ok(VoidLeaves { ledger_index, chain, from: reader.unsigned()?, to: reader.unsigned()? })
        })?;
        let devices_root = directory.people.devices_root();
        Ok(Self {
            trust,
            follow,
            ledger,
            chains,
            founded,
            directory,
            devices_root,
            matters,
            findings,
            void_leaves,
        })
    }

    /// Every head with the right edge of its tree, if it is followed.
    fn write_chains(&self, writer: &mut Writer) {
        writer.array(self.chains.heads().len());
        for head in self.chains.heads() {
            let peaks = self.chains.frontier(head.chain).map(|frontier| frontier.parts().1);
            let mut row = Vec::with_capacity(256);
            row.extend_from_slice(head.chain.as_bytes());
            row.extend_from_slice(&head.size.to_be_bytes());
            row.extend_from_slice(&head.root.0);
            peaks.unwrap_or_default().iter().for_each(|peak| row.extend_from_slice(&peak.0));
            writer.bytes(&row);
        }
    }
}

fn read_chains(reader: &mut Reader<'_>) -> Result<Chains> {
    let mut chains = Chains::new();
    for place in 0..reader.array()? {
        let row = reader.bytes()?;
        let (chain, row) = row.split_first_chunk().ok_or(Code::Field)?;
        let (size, row) = row.split_first_chunk().ok_or(Code::Field)?;
        let (root, row) = row.split_first_chunk().ok_or(Code::Field)?;
        let (chain, size, root) = (ChainId::from_bytes(*chain), u64::from_be_bytes(*size), Hash(*root));
        let (peaks, rest) = row.as_chunks::<32>();
        let peaks: Vec<Hash> = peaks.iter().map(|peak| Hash(*peak)).collect();
        let frontier = if peaks.is_empty() { None } else { Some(Frontier::from_parts(size, peaks)?) };
        let whole = frontier.as_ref().is_none_or(|frontier| frontier.root() == Some(root));
        if size == 0 || !whole || !rest.is_empty() || chains.place(chain).is_some() {
            return Err(Code::Field.into());
        }
        let place = usize::try_from(place).map_err(|_| Code::Field)?;
        chains.put(place, ChainHead { chain, size, root }, frontier);
    }
    Ok(chains)
}

fn write_findings(writer: &mut Writer, findings: &Findings) {
    writer.array(5).array(findings.reported.len());
    for reported in &findings.reported {
        let Reported { chain, index, kind, author, committed_by, why } = reported;
        writer.array(6).bytes(chain.as_bytes()).unsigned(*index).unsigned(kind.number());
        writer.bytes(author.as_bytes()).bytes(committed_by.as_bytes()).text(why.name());
    }
    writer.array(findings.void.len());
    for void in &findings.void {
        writer.array(3).unsigned(void.ledger_index);
        write_option(writer, void.device.as_ref());
        writer.text(void.why.name());
    }
    for list in [&findings.unverifiable, &findings.host] {
        writer.array(list.len());
        for other in list {
            writer.array(3).bytes(other.chain.as_bytes()).unsigned(other.index).unsigned(other.kind.number());
        }
    }
    writer.unsigned(findings.not_listed);
}

fn read_findings(reader: &mut Reader<'_>) -> Result<Findings> {
    expect(reader, 5)?;
    let reported = read_list(reader, |reader| {
        expect(reader, 6)?;
        Ok(Reported {
            chain: Value::read(reader)?,
            index: reader.unsigned()?,
            kind: Kind::from_number(reader.unsigned()?),
            author: Value::read(reader)?,
            committed_by: Value::read(reader)?,
            why: named(Fault::ALL, Fault::name, reader.text()?)?,
        })
    })?;
    let void = read_list(reader, |reader| {
        expect(reader, 3)?;
        Ok(Void {
            ledger_index: reader.unsigned()?,
            device: read_option(reader)?,
            why: named(Flaw::ALL, Flaw::name, reader.text()?)?,
        })
    })?;
    let mut others = || {
        read_list(reader, |reader| {
            expect(reader, 3)?;
            let (chain, index) = (Value::read(reader)?, reader.unsigned()?);
            Ok(Other { chain, index, kind: Kind::from_number(reader.unsigned()?) })
        })
    };
    let (unverifiable, host) = (others()?, others()?);
    Ok(Findings { reported, void, unverifiable, host, not_listed: reader.unsigned()? })
}

fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, wanted: &str) -> Result<T> {
    Ok(all.iter().copied().find(|item| name(*item) == wanted).ok_or(Code::Field)?)
}

fn write_frontier(writer: &mut Writer, frontier: &Frontier) {
    let (size, peaks) = frontier.parts();
    writer.array(2).unsigned(size).array(peaks.len());
    peaks.iter().for_each(|peak| Value::write(peak, writer));
}

fn read_frontier(reader: &mut Reader<'_>) -> Result<Frontier> {
    expect(reader, 2)?;
    Frontier::from_parts(reader.unsigned()?, read_list(reader, Value::read)?)
}

fn write_newest(writer: &mut Writer, newest: &BTreeMap<DeviceId, Newest>) {
    writer.array(newest.len());
    for (author, Newest { sequence, at, hash }) in newest {
        writer.array(4).bytes(author.as_bytes()).unsigned(*sequence).unsigned(at.micros()).bytes(&hash.0);
    }
}

fn read_newest(reader: &mut Reader<'_>) -> Result<BTreeMap<DeviceId, Newest>> {
    let list = read_list(reader, |reader| {
        expect(reader, 4)?;
        let (author, sequence) = (Value::read(reader)?, reader.unsigned()?);
        let at = Timestamp::from_micros(reader.unsigned()?).ok_or(Code::Field)?;
        Ok((author, Newest { sequence, at, hash: Value::read(reader)? }))
    })?;
    Ok(list.into_iter().collect())
}

fn write_option<T: Value>(writer: &mut Writer, value: Option<&T>) {
    writer.array(usize::from(value.is_some()));
    if let Some(value) = value {
        value.write(writer);
    }
}

fn read_option<T: Value>(reader: &mut Reader<'_>) -> Result<Option<T>> {
    if reader.array()? == 0 { Ok(None) } else { T::read(reader).map(Some) }
}

fn write_set<'s, T: Value + 's>(writer: &mut Writer, items: impl ExactSizeIterator<Item = &'s T>) {
    writer.array(items.len());
    items.for_each(|item| item.write(writer));
}

fn read_set<T: Value + Ord>(reader: &mut Reader<'_>) -> Result<BTreeSet<T>> {
    Ok(read_list(reader, T::read)?.into_iter().collect())
}

fn read_list<'b, T>(
    reader: &mut Reader<'b>,
    mut read: impl FnMut(&mut Reader<'b>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..reader.array()?).map(|_| read(reader)).collect()
}

fn expect(reader: &mut Reader<'_>, count: u64) -> Result<()> {
    if reader.array()? == count { Ok(()) } else { Err(Code::Field.into()) }
}

const VERSION: u64 = 2;
const FIELDS: usize = 15;
