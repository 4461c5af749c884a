//! Where the aims are measured: machine, folder, sizes, the peer program.

use std::cell::OnceCell;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::age::Age;
use super::aim::Unmeasured;

/// Bytes of one MiB.
pub const MIB: u64 = 1 << 20;

/// What every aim is measured in.
pub struct Env {
    /// Bytes of the big document.
    pub size: u64,
    /// Bytes of the document whose memory is compared with that of 1 MiB.
    pub huge: u64,
    /// How many pairs; the median counts.
    pub runs: usize,
    folder: TempDir,
    input: OnceCell<Input>,
    age: Result<Age, String>,
}

/// A file of bytes that look random, and its hash.
#[derive(Clone)]
pub struct Input {
    pub path: PathBuf,
    pub sha256: [u8; 32],
}

impl Env {
    pub fn new(quick: bool) -> Result<Self, Unmeasured> {
        let (size, huge, runs) = if quick { (64 * MIB, 64 * MIB, 3) } else { (1024 * MIB, 4096 * MIB, 5) };
        let folder = tempfile::Builder::new().prefix("privity-aims-").tempdir_in(base(5 * size))?;
        let age = Age::find(folder.path());
        Ok(Self { size, huge, runs, folder, input: OnceCell::new(), age })
    }

    /// The peer program.
    pub fn age(&self) -> Result<&Age, Unmeasured> {
        self.age.as_ref().map_err(|why| Unmeasured::Skipped(why.clone()))
    }

    /// A document of [`size`](Self::size) bytes, in the page cache.
    pub fn input(&self) -> Result<Input, Unmeasured> {
        if let Some(input) = self.input.get() {
            return Ok(input.clone());
        }
        let path = self.folder.path().join("input");
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        let mut random = Random(7);
        for _ in 0..self.size / 8 {
            file.write_all(&random.next().to_le_bytes())?;
        }
        file.into_inner()?.sync_all()?;
        let sha256 = sha256_of(&path)?;
        Ok(self.input.get_or_init(|| Input { path, sha256 }).clone())
    }

    /// Where peers are built.
    pub fn tools(&self) -> &Path {
        self.folder.path()
    }

    /// An empty folder that is gone when the aim was measured.
    pub fn scratch(&self) -> Result<TempDir, Unmeasured> {
        Ok(tempfile::tempdir_in(self.folder.path())?)
    }

    /// The same with room for `bytes`, on another file system if need be.
    pub fn scratch_for(&self, bytes: u64) -> Result<TempDir, Unmeasured> {
        for folder in [self.folder.path(), &std::env::temp_dir()] {
            if room(folder).is_some_and(|room| room > bytes) {
                return Ok(tempfile::Builder::new().prefix("privity-aims-").tempdir_in(folder)?);
            }
        }
        Err(Unmeasured::Skipped(format!("no folder has room for {} MiB", bytes / MIB)))
    }
}

impl fmt::Display for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        writeln!(
            f,
            "machine:      {}, {cores} cores, load before {}",
            cpu(),
            load.split(' ').next().unwrap_or("?")
        )?;
        writeln!(f, "file system:  {}", file_system(self.folder.path()))?;
        match &self.age {
            Ok(age) => writeln!(f, "peer program: {age}")?,
            Err(why) => writeln!(f, "peer program: none: {why}")?,
        }
        write!(
            f,
            "document:     {} MiB; median of {} pairs, peer and ours in turn",
            self.size / MIB,
            self.runs
        )
    }
}

/// SHA-256 of a file, not by our own pass.
pub fn sha256_of(path: &Path) -> Result<[u8; 32], Unmeasured> {
    let (mut file, mut buffer, mut hash) = (File::open(path)?, vec![0; 1 << 20], Sha256::new());
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// Numbers that look random and are the same every time (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// In memory if there is room: the disk of a shared machine says more of its neighbours.
fn base(bytes: u64) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    match std::env::var_os("PRIVITY_BENCH_DIR") {
        Some(folder) => folder.into(),
        None if room(&memory).is_some_and(|room| room > bytes) => memory,
        None => std::env::temp_dir(),
    }
}

/// Bytes a folder can take; of a file system in memory, half of what the machine has left.
fn room(folder: &Path) -> Option<u64> {
    let kilobytes = |text: &str| text.parse::<u64>().ok().map(|count| count * 1024);
    let table = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let table = String::from_utf8(table.stdout).ok()?;
    let free = kilobytes(table.lines().nth(1)?.split_whitespace().nth(3)?)?;
    if !file_system(folder).starts_with("tmpfs") {
        return Some(free);
    }
    let about = fs::read_to_string("/proc/meminfo").ok()?;
    let line = about.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(free.min(kilobytes(line.split_whitespace().next()?)? / 2))
}

/// The type of the file system a folder lies on, and where it is mounted.
fn file_system(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    // The deepest mount holds it; of two on one place, the later.
    let holding = fields.filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.len());
    holding.map_or_else(|| "unknown".to_owned(), |(place, kind)| format!("{kind} on {place}"))
}

fn cpu() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = about.lines().find_map(|line| line.strip_prefix("model name"));
    name.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |name| name.trim_matches([' ', '\t', ':']).to_owned(),
    )
}
