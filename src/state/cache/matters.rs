//! A matter as bytes.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;

use crate::audit::body::{Designation, Principal, Value};
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::profile::{Padding, Profile};
use crate::error::{Code, Result};
use crate::id::{DocumentId, Hash};
use crate::state::cache::{
    expect, read_list, read_newest, read_option, read_set, write_newest, write_option, write_set,
};
use crate::state::documents::{Document, Documents};
use crate::state::matter::{EpochInfo, GenerationInfo, Matter};

pub(super) fn write(writer: &mut Writer, matter: &Matter) {
    writer.array(12);
    Value::write(&matter.chain, writer);
    write_newest(writer, &matter.newest);
    writer.array(matter.roles.len());
    for (user, role) in &matter.roles {
        writer.array(2).bytes(user.as_bytes());
        Value::write(role, writer);
    }
    write_set(writer, matter.screened.iter());
    writer.array(matter.epochs.len());
    matter.epochs.iter().for_each(|epoch| write_epoch(writer, epoch));
    writer.array(matter.generations.len());
    for generation in &matter.generations {
        writer.array(3);
        Value::write(&generation.generation, writer);
        Value::write(&generation.profile, writer);
        writer.bytes(&generation.confirm);
    }
    write_option(writer, matter.named.as_ref());
    writer.boolean(matter.closed).array(matter.holds.len());
    for (hold, documents) in &matter.holds {
        writer.array(2).bytes(hold.as_bytes()).array(usize::from(documents.is_some()));
        if let Some(documents) = documents {
            write_set(writer, documents.iter());
        }
    }
    writer.array(matter.approvals.len());
    for (target, devices) in &matter.approvals {
        writer.array(2).bytes(&target.0);
        write_set(writer, devices.iter());
    }
    writer.unsigned(matter.documents.sealed());
    let mut rows = Vec::with_capacity(matter.documents.len().saturating_mul(ROW));
    matter.documents.all().for_each(|document| write_document(&mut rows, document));
    writer.bytes(&rows);
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Matter> {
    expect(reader, 12)?;
    let mut matter = Matter::new(Value::read(reader)?, None);
    matter.newest = read_newest(reader)?;
    let roles = read_list(reader, |reader| {
        expect(reader, 2)?;
        Ok((Value::read(reader)?, Value::read(reader)?))
    })?;
    matter.roles = roles.into_iter().collect();
    matter.screened = read_set(reader)?;
    matter.epochs = read_list(reader, read_epoch)?;
    matter.generations = read_list(reader, |reader| {
        expect(reader, 3)?;
        let (generation, profile) = (Value::read(reader)?, Value::read(reader)?);
        Ok(GenerationInfo { generation, profile, confirm: reader.fixed()? })
    })?;
    matter.named = read_option(reader)?;
    matter.closed = reader.boolean()?;
    let holds = read_list(reader, |reader| {
        expect(reader, 2)?;
        let hold = Value::read(reader)?;
        let documents = if reader.array()? == 0 { None } else { Some(read_list(reader, Value::read)?) };
        Ok((hold, documents))
    })?;
    matter.holds = holds.into_iter().collect();
    let approvals = read_list(reader, |reader| {
        expect(reader, 2)?;
        Ok((Value::read(reader)?, read_list(reader, Value::read)?))
    })?;
    matter.approvals = approvals.into_iter().collect();
    let sealed = reader.unsigned()?;
    let (rows, rest) = reader.bytes()?.as_chunks::<ROW>();
    if !rest.is_empty() {
        return Err(Code::Field.into());
    }
    let documents = rows.iter().map(|row| read_document(row).ok_or(Code::Field));
    matter.documents = Arc::new(Documents::restore(sealed, documents.collect::<Result<_, _>>()?));
    Ok(matter)
}

fn write_epoch(writer: &mut Writer, epoch: &EpochInfo) {
    writer.array(9);
    Value::write(&epoch.epoch, writer);
    Value::write(&epoch.profile, writer);
    Value::write(&epoch.record, writer);
    write_option(writer, epoch.previous.as_ref());
    writer.bytes(&epoch.confirm).bytes(&epoch.confirm_auditors);
    Value::write(&epoch.generation, writer);
    writer.array(epoch.principals.len());
    for principal in epoch.principals.iter() {
        writer.array(3).bytes(principal.id.as_bytes()).unsigned(principal.generation.get());
        writer.bytes(&principal.public_key.0);
    }
    Value::write(&epoch.reason, writer);
}

fn read_epoch(reader: &mut Reader<'_>) -> Result<EpochInfo> {
    expect(reader, 9)?;
    Ok(EpochInfo {
        epoch: Value::read(reader)?,
        profile: Value::read(reader)?,
        record: Value::read(reader)?,
        previous: read_option(reader)?,
        confirm: reader.fixed()?,
        confirm_auditors: reader.fixed()?,
        generation: Value::read(reader)?,
        principals: read_list(reader, |reader| {
            expect(reader, 3)?;
            let (id, generation) = (Value::read(reader)?, Value::read(reader)?);
            Ok(Principal { id, generation, public_key: Value::read(reader)? })
        })?
        .into(),
        reason: Value::read(reader)?,
    })
}

fn write_document(rows: &mut Vec<u8>, document: &Document) {
    rows.extend_from_slice(document.document.as_bytes());
    rows.extend_from_slice(&document.version.get().to_be_bytes());
    rows.extend_from_slice(&document.profile.number().to_be_bytes());
    for number in [
        document.padding.number(),
        document.designation.number(),
        document.epoch.get(),
        document.generation.get(),
    ] {
        rows.extend_from_slice(&number.to_be_bytes());
    }
    rows.extend_from_slice(&document.seal_id);
    rows.extend_from_slice(&document.content_commitment);
    rows.extend_from_slice(&document.metadata.0);
}

fn read_document(row: &[u8; ROW]) -> Option<Document> {
    let (document, row) = row.split_first_chunk()?;
    let (version, row) = row.split_first_chunk()?;
    let (profile, row) = row.split_first_chunk()?;
    let (padding, row) = row.split_first_chunk()?;
    let (designation, row) = row.split_first_chunk()?;
    let (epoch, row) = row.split_first_chunk()?;
    let (generation, row) = row.split_first_chunk()?;
    let (seal_id, row) = row.split_first_chunk()?;
    let (content_commitment, row) = row.split_first_chunk()?;
    Some(Document {
        document: DocumentId::from_bytes(*document),
        version: NonZeroU32::new(u32::from_be_bytes(*version))?,
        profile: Profile::from_number(u16::from_be_bytes(*profile).into()).ok()?,
        padding: Padding::from_number(u64::from_be_bytes(*padding)).ok()?,
        seal_id: *seal_id,
        content_commitment: *content_commitment,
        metadata: Hash(row.try_into().ok()?),
        designation: Designation::from_number(u64::from_be_bytes(*designation)).ok()?,
        epoch: NonZeroU64::new(u64::from_be_bytes(*epoch))?,
        generation: NonZeroU64::new(u64::from_be_bytes(*generation))?,
    })
}

/// The bytes of a document's row.
const ROW: usize = 16 + 4 + 2 + 4 * 8 + 56 + 32 + 32;
