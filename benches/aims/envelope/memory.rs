//! Peak memory of every stream mode: how much more a huge document takes than one of 1 MiB.
//!
//! Each figure is the `VmHWM` of a process of its own, which is this program asked for one mode.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use privity::envelope::{
    ContentCommitment, Expected, Opener, Options, Profile, Sealer, Summary, open_file, seal_file, seal_stream,
};
use privity::keys::{DocumentKey, OpeningKey};
use privity::testing::{expose_key, opening_key};

use super::header;
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check};
use crate::aims::audit::memory as audit;
use crate::aims::env::{Env, MIB};

/// Every mode that takes a document as a stream, sealing first.
const MODES: [&str; 6] = ["seal_stream", "Sealer", "seal_file", "copy_to", "open_file", "Reader"];

pub fn aims() -> Vec<Aim> {
    let aim = |mode: &'static str| {
        Aim::new(format!("envelope/memory/{mode}"), Goal::AtMost(16.0), move |env| growth(env, mode))
    };
    MODES.into_iter().map(aim).collect()
}

/// One run each: a peak varies by pages, not by factors.
fn growth(env: &Env, mode: &str) -> Result<Measured, Unmeasured> {
    // The sealed document and what is opened from it; the plain one is a hole.
    let scratch = env.scratch_for(2 * env.huge + 2 * env.huge / 8)?;
    let (small, huge) = (peak(scratch.path(), mode, MIB)?, peak(scratch.path(), mode, env.huge)?);
    Ok(Measured {
        ours: huge,
        peer: small,
        unit: "MiB",
        against: "at 1 MiB",
        figure: huge - small,
        of: "growth",
    })
}

/// Peak memory in MiB of a process that works on `size` bytes.
fn peak(folder: &Path, mode: &str, size: u64) -> Result<f64, Unmeasured> {
    let folder = folder.join(size.to_string());
    fs::create_dir(&folder)?;
    File::create(folder.join("plain"))?.set_len(size)?;
    if matches!(mode, "copy_to" | "open_file" | "Reader") {
        ask(&folder, "seal_file", size)?;
    }
    let peak = ask(&folder, mode, size)?;
    fs::remove_dir_all(&folder)?;
    Ok(peak)
}

pub fn ask(folder: &Path, mode: &str, size: u64) -> Result<f64, Unmeasured> {
    let program = std::env::current_exe()?;
    let done = Command::new(program).args(["--memory-of", mode, &size.to_string()]).arg(folder).output()?;
    let (said, complaint) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    check(done.status.success(), &format!("{mode} of {size} bytes: {} {complaint}", done.status))?;
    match said.trim() {
        "" => Err(Unmeasured::Skipped("this system does not tell the peak of a process".to_owned())),
        kilobytes => Ok(kilobytes.parse::<f64>()? / 1024.0),
    }
}

/// The process that is measured: does one thing and prints its peak in kB.
pub fn child(arguments: &[String]) -> ExitCode {
    let done = match arguments {
        [mode, size, folder] => stream(mode, size, Path::new(folder)),
        _ => Err(Unmeasured::Broken("want a mode, a size, a folder".to_owned())),
    };
    match done {
        Ok(()) => {
            println!("{}", own_peak().unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn stream(mode: &str, size: &str, folder: &Path) -> Result<(), Unmeasured> {
    let (size, options) = (size.parse::<u64>()?, Options::default());
    let (plain, opened) = (folder.join("plain"), folder.join("opened"));
    let (header, record) = (header(Profile::ChaCha), Record::of(folder));
    let length = match mode {
        "seal_stream" => seal_stream(&header, Counter(size), io::sink(), options)?.1.digests.length,
        "Sealer" => {
            let mut sealer = Sealer::new(&header, io::sink(), options)?;
            io::copy(&mut Counter(size), &mut sealer)?;
            sealer.finish()?.2.digests.length
        }
        "seal_file" => {
            let (key, summary) = seal_file(&header, &plain, &record.sealed, options)?;
            record.keep(&key, &summary)?;
            summary.digests.length
        }
        "copy_to" => record.opener()?.copy_to(io::sink(), options)?,
        "open_file" => {
            let (key, expected) = record.read()?;
            open_file(&key, &expected, &record.sealed, &opened, options)?
        }
        "Reader" => {
            // Reads below a chunk and far above it go different ways.
            let (opener, mut buffer, mut length) = (record.opener()?, vec![0; 1 << 20], 0);
            let mut reader = opener.reader();
            for take in [5_000, 1 << 20].into_iter().cycle() {
                match reader.read(&mut buffer[..take])? {
                    0 => break,
                    count => length += count as u64,
                }
            }
            length
        }
        audit::MODE => return audit::verify(size, folder),
        other => return Err(Unmeasured::Broken(format!("no mode {other}"))),
    };
    check(length == size, "the length is another")
}

/// A sealed document and beside it what opens it.
struct Record {
    sealed: PathBuf,
    key: PathBuf,
}

impl Record {
    fn of(folder: &Path) -> Self {
        Self { sealed: folder.join("sealed"), key: folder.join("key") }
    }

    fn keep(&self, key: &DocumentKey, summary: &Summary) -> io::Result<()> {
        let kept = [*expose_key(key.opening_key()), *summary.content_commitment.as_bytes()];
        fs::write(&self.key, kept.as_flattened())
    }

    fn read(&self) -> Result<(OpeningKey, Expected), Unmeasured> {
        let kept = fs::read(&self.key)?;
        let (key, content) = kept.split_at(32);
        let content = ContentCommitment::from_bytes(content.try_into()?);
        Ok((opening_key(key.try_into()?), Expected::header(header(Profile::ChaCha)).with_content(content)))
    }

    fn opener(&self) -> Result<Opener<File>, Unmeasured> {
        let (key, expected) = self.read()?;
        Ok(Opener::new(&key, &expected, File::open(&self.sealed)?)?)
    }
}

/// So many bytes, without a file.
struct Counter(u64);

impl Read for Counter {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = out.len().min(usize::try_from(self.0).unwrap_or(usize::MAX));
        out[..count].fill(self.0.to_le_bytes()[2]);
        self.0 -= count as u64;
        Ok(count)
    }
}

/// `VmHWM` in kB, as the system writes it.
fn own_peak() -> Option<String> {
    let about = fs::read_to_string("/proc/self/status").ok()?;
    let line = about.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next().map(str::to_owned)
}
