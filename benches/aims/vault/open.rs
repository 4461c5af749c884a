//! One document opened by a person: on record and durable before the first byte is handed out.

use privity::store::{DeviceSlot, DeviceState as _, FolderDevice, Storage};
use privity::vault::{AccessReason, NewDocument, NewMatter};
use rusqlite::{Connection, params};

use super::firm::{durable_folder, found};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, pairs, timed};
use crate::aims::env::Env;

const ROUNDS: usize = 40;
/// About what a record, its anchor and a checkpoint take.
const ROW: usize = 1_200;

pub fn aims() -> Vec<Aim> {
    vec![
        Aim::new("vault/open/recorded", Goal::AtMost(3.0), |env| open(env, Part::Whole)),
        // Where the time goes: what is not the store's, and the device's own durable file.
        Aim::new("vault/open/in-memory", Goal::Information, |env| open(env, Part::Memory)),
        Aim::new("vault/open/device-state", Goal::Information, |env| open(env, Part::Device)),
    ]
}

/// What of opening is timed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Memory,
    Device,
}

fn open(env: &Env, part: Part) -> Result<Measured, Unmeasured> {
    let folder = durable_folder()?;
    let bare = Connection::open(folder.path().join("bare.sqlite"))?;
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    bare.execute_batch("CREATE TABLE rows (key INTEGER PRIMARY KEY, value BLOB NOT NULL)")?;
    let commit = |_| {
        let insert = || Ok(bare.execute("INSERT INTO rows (value) VALUES (?1)", params![[7_u8; ROW]])?);
        Ok(timed(insert)?.0)
    };
    if part == Part::Device {
        let device = FolderDevice::open(&folder.path().join("device"))?;
        let mut version = 0;
        let save = |_| {
            let (time, saved) = timed(|| Ok(device.save(DeviceSlot::State, version, &[7; ROW])?))?;
            version = saved;
            Ok(time)
        };
        return Ok(Measured::time(ROUNDS, "SQLite FULL", &pairs(env.runs, ROUNDS, commit, save)?));
    }
    let storage = match part {
        Part::Memory => Storage::memory(),
        _ => Storage::folder(&folder.path().join("firm"), &folder.path().join("device"))?,
    };
    let vault = found(storage)?;
    let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
    let id = matter.seal_bytes(NewDocument::new("letter.txt")?, b"Dear Sirs, ...")?.id;
    let reader = |_| Ok(timed(|| Ok(matter.reader(id, AccessReason::none())?))?.0);
    Ok(Measured::time(ROUNDS, "SQLite FULL", &pairs(env.runs, ROUNDS, commit, reader)?))
}
