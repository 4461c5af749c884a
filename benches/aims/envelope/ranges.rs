//! Random access: ranges of a big document against the raw decryption of the chunks they touch.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use privity::envelope::{Expected, Opener, Options, Profile, ReadAt, seal_file};

use super::{header, named};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check, pairs, timed};
use crate::aims::bare::{Bare, CHUNK, TAG};
use crate::aims::env::{Env, Random};

/// Bytes of a range.
const RANGE: usize = 64 * 1024;
/// How many ranges a run reads.
const RANGES: usize = 2000;

pub fn aims(profile: Profile) -> Vec<Aim> {
    let aim =
        |name, goal, case: Case| Aim::new(named(name, profile), goal, move |env| ranges(env, profile, case));
    vec![
        aim("range-64KiB-of-file", Goal::AtMost(1.2), Case::File),
        aim("range-64KiB-of-file-both", Goal::Information, Case::FileBoth),
        aim("range-64KiB-of-memory", Goal::AtMost(1.2), Case::Memory),
        Aim::new(named("opener-reads", profile), Goal::AtMost(3.0), move |env| opener_reads(env, profile)),
    ]
}

/// Where the sealed document lies; the peer has its chunks in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// In a file in the page cache.
    File,
    /// The same, and the peer reads as many bytes of that file first.
    FileBoth,
    /// In memory.
    Memory,
}

fn ranges(env: &Env, profile: Profile, case: Case) -> Result<Measured, Unmeasured> {
    let (input, scratch) = (env.input()?, env.scratch()?);
    let path = scratch.path().join("sealed");
    let (key, summary) = seal_file(&header(profile), &input.path, &path, Options::default())?;
    let sealed = File::open(&path)?;
    let source: Box<dyn ReadAt> = match case {
        Case::Memory => Box::new(std::fs::read(&path)?),
        Case::File | Case::FileBoth => Box::new(sealed.try_clone()?),
    };
    let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &*source)?;
    let mut random = Random(11);
    let places: Vec<u64> = (0..RANGES).map(|_| random.next() % (env.size - RANGE as u64)).collect();
    let bare = Bare::new(profile);
    let chunks = |count: usize| bare.seal(&vec![1; count * CHUNK], CHUNK);
    // Each range has chunks at a place of its own, as cold as the document; those that were just
    // read are warm.
    let cold: Vec<Vec<u8>> = places.iter().map(|&at| chunks(touched(at))).collect::<Result<_, _>>()?;
    let warm = [chunks(4)?, chunks(5)?];
    let (mut read, mut raw, mut range) = (vec![0; 5 * (CHUNK + TAG)], vec![0; 5 * CHUNK], vec![0; RANGE]);
    let pairs = pairs(
        env.runs,
        RANGES,
        |round| {
            let count = touched(places[round]);
            let (read, raw) = (&mut read[..count * (CHUNK + TAG)], &mut raw[..count * CHUNK]);
            let (time, ()) = match case {
                Case::FileBoth => timed(|| {
                    sealed.read_exact_at(places[round], read)?;
                    bare.open(&warm[count - 4], raw)
                })?,
                Case::File | Case::Memory => timed(|| bare.open(&cold[round], raw))?,
            };
            Ok(time)
        },
        |round| Ok(timed(|| Ok(opener.read_exact_at(places[round], &mut range)?))?.0),
    )?;
    let plain = File::open(&input.path)?;
    let mut expected = vec![0; RANGE];
    for &at in &places {
        opener.read_exact_at(at, &mut range)?;
        plain.read_exact_at(at, &mut expected)?;
        check(range == expected, "a range is another")?;
    }
    let against = if case == Case::FileBoth { "read, decrypted" } else { "raw decryption" };
    Ok(Measured::time(RANGES, against, &pairs))
}

/// How many chunks the range at `at` touches: 4 or 5.
fn touched(at: u64) -> usize {
    let within = usize::try_from(at % CHUNK as u64).expect("below a chunk");
    (within + RANGE).div_ceil(CHUNK)
}

/// How much opening a document reads, in sealed chunks.
fn opener_reads(env: &Env, profile: Profile) -> Result<Measured, Unmeasured> {
    let (input, scratch) = (env.input()?, env.scratch()?);
    let sealed = scratch.path().join("sealed");
    let (key, summary) = seal_file(&header(profile), &input.path, &sealed, Options::default())?;
    let counting = Counting { file: File::open(&sealed)?, bytes: AtomicU64::new(0) };
    let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &counting)?;
    check(opener.len() == env.size, "the length is another")?;
    let (read, chunk) = (counting.bytes.load(Ordering::Relaxed) as f64, (CHUNK + TAG) as f64);
    Ok(Measured {
        ours: read,
        peer: chunk,
        unit: "B",
        against: "sealed chunk",
        figure: read / chunk,
        of: "chunks",
    })
}

/// A file that counts what is read of it.
struct Counting {
    file: File,
    bytes: AtomicU64,
}

impl ReadAt for Counting {
    fn size(&self) -> io::Result<u64> {
        self.file.size()
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.bytes.fetch_add(buf.len() as u64, Ordering::Relaxed);
        self.file.read_exact_at(at, buf)
    }
}
