//! The state of a device: two files that take turns, so that a torn write costs only the one that
//! was being written, and a save costs one fsync.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{create, open_or_create, sync};
use crate::error::{Code, Result};
use crate::store::{DeviceSlot, DeviceState};

/// The state of a device in a folder of its own. Several processes may use it.
#[derive(Debug)]
pub struct FolderDevice {
    folder: PathBuf,
    /// Locked for as long as the slots are read or written, against other processes; the mutex,
    /// against other threads.
    lock: Mutex<File>,
}

/// What one file holds.
enum Copy {
    Absent,
    Invalid,
    Valid(u64, Vec<u8>),
}

impl FolderDevice {
    /// Opens the folder, and makes it if there is none.
    ///
    /// # Errors
    /// `io`.
    pub fn open(folder: &Path) -> Result<Self> {
        create(folder)?;
        let lock = Mutex::new(open_or_create(&folder.join("lock"))?);
        Ok(Self { folder: folder.to_owned(), lock })
    }

    fn locked(&self) -> Result<Locked<'_>> {
        let lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        lock.lock()?;
        Ok(Locked { device: self, lock })
    }
}

impl DeviceState for FolderDevice {
    fn load(&self, slot: DeviceSlot) -> Result<(u64, Option<Vec<u8>>)> {
        let (version, bytes, _) = self.locked()?.newest(slot)?;
        Ok((version, bytes))
    }

    fn save(&self, slot: DeviceSlot, expected: u64, bytes: &[u8]) -> Result<u64> {
        let locked = self.locked()?;
        let (version, _, target) = locked.newest(slot)?;
        if version != expected {
            return Err(Code::DeviceStateConflict.into());
        }
        let version = expected.checked_add(1).ok_or(Code::TooLarge)?;
        let bytes = encode(version, bytes)?;
        match slot {
            DeviceSlot::State => locked.write_state(target, &bytes)?,
            DeviceSlot::Cache => locked.replace(target, &bytes)?,
        }
        Ok(version)
    }
}

/// The folder while nobody else reads or writes it.
struct Locked<'a> {
    device: &'a FolderDevice,
    lock: MutexGuard<'a, File>,
}

impl Locked<'_> {
    /// The newest version, its bytes, and the file that the next one goes to.
    fn newest(&self, slot: DeviceSlot) -> Result<(u64, Option<Vec<u8>>, &'static str)> {
        let [first, second] = match slot {
            DeviceSlot::State => STATE,
            DeviceSlot::Cache => {
                return Ok(match read(&self.path(CACHE))? {
                    Copy::Valid(version, bytes) => (version, Some(bytes), CACHE),
                    // Not synced, so a crash may tear it: as good as none.
                    Copy::Absent | Copy::Invalid => (0, None, CACHE),
                });
            }
        };
        match (read(&self.path(first))?, read(&self.path(second))?) {
            (Copy::Valid(a, bytes), Copy::Valid(b, _)) if a > b => Ok((a, Some(bytes), second)),
            (_, Copy::Valid(version, bytes)) => Ok((version, Some(bytes), first)),
            (Copy::Valid(version, bytes), _) => Ok((version, Some(bytes), second)),
            (Copy::Absent, Copy::Absent) => Ok((0, None, first)),
            // A file comes to be whole and is then overwritten only beside a valid one.
            _ => Err(Code::DeviceStateDamaged.into()),
        }
    }

    /// In place, in whole blocks, so that neither the folder nor, as a rule, the file's size changes.
    fn write_state(&self, name: &str, bytes: &[u8]) -> Result<()> {
        if !self.path(name).try_exists()? {
            // Whole on the disk before it has its name: a first state that is torn cannot be told from
            // a damaged one.
            self.write_part(bytes)?.sync_all()?;
            fs::rename(self.path(PART), self.path(name))?;
            return sync(&self.device.folder);
        }
        let mut file = open_or_create(&self.path(name))?;
        file.write_all(bytes)?;
        Ok(file.sync_data()?)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.write_part(bytes)?;
        Ok(fs::rename(self.path(PART), self.path(name))?)
    }

    /// One name will do: nobody else writes.
    fn write_part(&self, bytes: &[u8]) -> Result<File> {
        let mut file = open_or_create(&self.path(PART))?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        Ok(file)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.device.folder.join(name)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Closing the file would release it too; a lock that stays is seen by the next caller.
        let _released_at_close = self.lock.unlock();
    }
}

/// `magic(8) || version(8) || length(4) || bytes || FNV-1a(8)`, then zeros to a whole block.
fn encode(version: u64, bytes: &[u8]) -> Result<Vec<u8>> {
    let length = u32::try_from(bytes.len()).map_err(|_| Code::TooLarge)?;
    let mut file = Vec::with_capacity(bytes.len().saturating_add(BLOCK));
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&version.to_be_bytes());
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(bytes);
    file.extend_from_slice(&fnv1a(&file).to_be_bytes());
    file.resize(file.len().next_multiple_of(BLOCK), 0);
    Ok(file)
}

/// What follows the checksum may be left from a longer version.
fn decode(file: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (head, rest) = file.split_first_chunk::<HEAD>()?;
    let (magic, numbers) = head.split_first_chunk::<8>()?;
    let (version, length) = numbers.split_first_chunk::<8>()?;
    let length = u32::from_be_bytes(*length.first_chunk()?);
    let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let sum = u64::from_be_bytes(*rest.first_chunk()?);
    let summed = file.get(..HEAD.checked_add(bytes.len())?)?;
    let whole = magic == MAGIC && sum == fnv1a(summed);
    whole.then(|| (u64::from_be_bytes(*version), bytes.to_vec()))
}

fn read(path: &Path) -> Result<Copy> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Copy::Absent),
        file => file?.read_to_end(&mut bytes)?,
    };
    Ok(decode(&bytes).map_or(Copy::Invalid, |(version, bytes)| Copy::Valid(version, bytes)))
}

/// FNV-1a, 64 bits: finds a torn write. Against an enemy the state is sealed by whoever saves it.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

const MAGIC: &[u8; 8] = b"PRVYDST1";
const HEAD: usize = 20;

/// Files grow by this much, so that their size rarely changes.
const BLOCK: usize = 4_096;

const STATE: [&str; 2] = ["state-0", "state-1"];
const CACHE: &str = "cache";
/// What is being written and has no name of its own yet.
const PART: &str = "part";
