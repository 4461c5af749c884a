//! People as bytes.

use std::sync::Arc;

use crate::audit::body::{Policy, Value};
use crate::audit::checkpoint::firm_origin;
use crate::audit::keyring::KeyRing;
use crate::codec::cbor::{Reader, Writer};
use crate::crypto::hpke::PublicKey;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{FirmId, Hash};
use crate::state::cache::{expect, read_list, read_option, read_set, write_option, write_set};
use crate::state::people::{Device, DeviceClass, People, Recovery, Root, Status, User, UserKey, key_hash};
use crate::wire::cose::Kid;
use crate::wire::note::{KeyKind, key_id};

pub(super) fn write(writer: &mut Writer, people: &People) {
    writer.array(9).array(people.devices.len());
    people.devices.values().for_each(|device| write_device(writer, device));
    writer.array(people.users.len());
    people.users.values().for_each(|user| write_user(writer, user));
    writer.array(people.teams.len());
    for (team, users) in &people.teams {
        writer.array(2).bytes(team.as_bytes());
        write_set(writer, users.iter());
    }
    let (kids, log_ids) = people.keys.parts();
    writer.array(2).bytes(&kids.iter().flat_map(|kid| kid.0).collect::<Vec<u8>>());
    writer.bytes(&log_ids.iter().flat_map(|id| id.to_be_bytes()).collect::<Vec<u8>>());
    writer.array(usize::from(people.root.is_some()) * 2);
    if let Some(root) = &people.root {
        writer.bytes(&root.key.to_bytes()).bytes(&root.next.0);
    }
    writer.array(usize::from(people.recovery.is_some()) * 3);
    if let Some(recovery) = &people.recovery {
        writer.bytes(recovery.id.as_bytes()).unsigned(recovery.generation.get());
        writer.bytes(recovery.public_key.as_bytes());
    }
    writer.array(usize::from(people.policy.is_some()));
    if let Some(policy) = &people.policy {
        Value::write(policy, writer);
    }
    writer.array(usize::from(people.rotating.is_some()) * 3);
    if let Some((index, key, next)) = &people.rotating {
        writer.unsigned(*index).bytes(key).bytes(&next.0);
    }
    writer.unsigned(people.tick);
}

pub(super) fn read(reader: &mut Reader<'_>, firm: FirmId) -> Result<People> {
    expect(reader, 9)?;
    let mut people = People::new(firm);
    let origin = firm_origin(firm);
    let devices = read_list(reader, |reader| read_device(reader, &origin))?;
    people.devices = devices.into_iter().map(|device| (device.id, Arc::new(device))).collect();
    let users = read_list(reader, read_user)?;
    people.users = users.into_iter().map(|user| (user.id, Arc::new(user))).collect();
    let teams = read_list(reader, |reader| {
        expect(reader, 2)?;
        Ok((Value::read(reader)?, read_list(reader, Value::read)?))
    })?;
    people.teams = teams.into_iter().collect();
    expect(reader, 2)?;
    let (kids, log_ids) = (reader.bytes()?.as_chunks().0, reader.bytes()?.as_chunks().0);
    let kids = kids.iter().map(|kid| Kid(*kid)).collect();
    let log_ids = log_ids.iter().map(|id| u32::from_be_bytes(*id)).collect();
    people.keys = Arc::new(KeyRing::from_parts(origin, kids, log_ids));
    if reader.array()? != 0 {
        people.root = Some(Root { key: VerifyingKey::enrol(&reader.fixed()?)?, next: Hash(reader.fixed()?) });
    }
    if reader.array()? != 0 {
        let (id, generation) = (Value::read(reader)?, Value::read(reader)?);
        let public_key = PublicKey::from_bytes(reader.bytes()?)?;
        let hash = key_hash(&public_key);
        people.recovery = Some(Arc::new(Recovery { id, generation, public_key, hash }));
    }
    if reader.array()? != 0 {
        people.policy = Some(<Policy as Value>::read(reader)?);
    }
    if reader.array()? != 0 {
        people.rotating = Some((reader.unsigned()?, reader.fixed()?, Hash(reader.fixed()?)));
    }
    people.tick = reader.unsigned()?;
    Ok(people)
}

fn write_device(writer: &mut Writer, device: &Device) {
    writer.array(10).bytes(device.id.as_bytes()).bytes(device.user.as_bytes());
    for key in [&device.record_key, &device.log_key, &device.ssh_key] {
        writer.bytes(&key.to_bytes());
    }
    writer.bytes(device.wrapping_key.as_bytes()).boolean(device.class == DeviceClass::Service);
    writer.unsigned(match device.status {
        Status::Pending => 0,
        Status::Active => 1,
        Status::Suspended => 2,
        Status::Revoked => 3,
    });
    writer.bytes(device.certified_by.as_bytes()).unsigned(device.certified_at);
}

fn read_device(reader: &mut Reader<'_>, origin: &str) -> Result<Device> {
    expect(reader, 10)?;
    let (id, user) = (Value::read(reader)?, Value::read(reader)?);
    let mut key = || VerifyingKey::enrol(&reader.fixed()?);
    let (record_key, log_key, ssh_key) = (key()?, key()?, key()?);
    Ok(Device {
        id,
        user,
        record_key,
        log_key,
        ssh_key,
        wrapping_key: PublicKey::from_bytes(reader.bytes()?)?,
        class: if reader.boolean()? { DeviceClass::Service } else { DeviceClass::Personal },
        status: match reader.unsigned()? {
            0 => Status::Pending,
            1 => Status::Active,
            2 => Status::Suspended,
            3 => Status::Revoked,
            _ => return Err(Code::Field.into()),
        },
        log_id: key_id(origin, KeyKind::Ed25519, &log_key),
        certified_by: Value::read(reader)?,
        certified_at: reader.unsigned()?,
    })
}

fn write_user(writer: &mut Writer, user: &User) {
    writer.array(7).bytes(user.id.as_bytes());
    write_set(writer, user.roles.iter());
    writer.array(usize::from(user.key.is_some()) * 3);
    if let Some(key) = &user.key {
        writer.unsigned(key.generation.get()).bytes(key.public_key.as_bytes());
        Value::write(&key.profile, writer);
    }
    writer.array(user.keys.len());
    for (generation, hash) in &user.keys {
        writer.array(2).unsigned(generation.get()).bytes(&hash.0);
    }
    writer.unsigned(user.key_at).unsigned(user.revoked_at);
    write_option(writer, user.named.as_ref());
}

fn read_user(reader: &mut Reader<'_>) -> Result<User> {
    expect(reader, 7)?;
    let (id, roles) = (Value::read(reader)?, read_set(reader)?);
    let key = if reader.array()? == 0 {
        None
    } else {
        let generation = Value::read(reader)?;
        let public_key = PublicKey::from_bytes(reader.bytes()?)?;
        let hash = key_hash(&public_key);
        Some(UserKey { generation, public_key, profile: Value::read(reader)?, hash })
    };
    let keys = read_list(reader, |reader| {
        expect(reader, 2)?;
        Ok((Value::read(reader)?, Value::read(reader)?))
    })?;
    let (key_at, revoked_at) = (reader.unsigned()?, reader.unsigned()?);
    let named = read_option(reader)?;
    Ok(User { id, roles, key, keys: keys.into_iter().collect(), named, key_at, revoked_at })
}
