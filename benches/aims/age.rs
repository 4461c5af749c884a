//! The peer of whole files: the program `age`, with an X25519 recipient.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::aim::{Measured, Unmeasured, pairs, timed};
use super::env::Env;

pub struct Age {
    program: PathBuf,
    origin: &'static str,
    version: String,
    recipient: String,
    key: PathBuf,
}

impl Age {
    /// Finds or builds the program and makes a key in `folder`: Go's `age`, built once into the
    /// target folder, else the one that is installed.
    pub fn find(folder: &Path) -> Result<Self, String> {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("aims").join("bin");
        if !built.join("age").is_file() {
            build(&built).unwrap_or_else(|why| eprintln!("age cannot be built here: {why}"));
        }
        let (bin, origin) = match built.join("age").is_file() {
            true => (built, "built by go install"),
            false => (PathBuf::new(), "the installed one"),
        };
        let (program, keygen) = (bin.join("age"), bin.join("age-keygen"));
        let version = output(Command::new(&program).arg("--version")).map_err(|why| {
            format!("no program `age`: neither Go to build it nor an installed one ({why})")
        })?;
        let key = folder.join("age-key");
        output(Command::new(&keygen).arg("-o").arg(&key))?;
        let recipient = output(Command::new(&keygen).arg("-y").arg(&key))?;
        Ok(Self { program, origin, version, recipient, key })
    }

    /// Encrypts a file into a file and syncs it.
    pub fn encrypt(&self, from: &Path, to: &Path) -> Result<(), Unmeasured> {
        self.run(&["-r", &self.recipient], from, to)
    }

    /// Decrypts a file into a file and syncs it.
    pub fn decrypt(&self, from: &Path, to: &Path) -> Result<(), Unmeasured> {
        self.run(&["-d", "-i", &self.key.to_string_lossy()], from, to)
    }

    fn run(&self, options: &[&str], from: &Path, to: &Path) -> Result<(), Unmeasured> {
        output(Command::new(&self.program).args(options).arg("-o").arg(to).arg(from))
            .map_err(Unmeasured::Broken)?;
        Ok(File::open(to)?.sync_all()?)
    }
}

/// Times the program and us in turn, each writing what it makes anew: a file of the program's, a file or a folder of
/// ours.
pub fn against_age(
    env: &Env,
    theirs: (&Path, impl Fn(&Path) -> Result<(), Unmeasured>),
    ours: (&Path, impl FnMut(&Path) -> Result<(), Unmeasured>),
) -> Result<Measured, Unmeasured> {
    let ((their_path, their_work), (our_path, mut our_work)) = (theirs, ours);
    let pairs = pairs(
        env.runs,
        1,
        |_| {
            remove(their_path)?;
            Ok(timed(|| their_work(their_path))?.0)
        },
        |_| {
            remove(our_path)?;
            Ok(timed(|| our_work(our_path))?.0)
        },
    )?;
    Ok(Measured::speed(env.size, "age", &pairs))
}

/// What an earlier run left.
fn remove(path: &Path) -> io::Result<()> {
    match path.is_dir() {
        true => fs::remove_dir_all(path),
        false if path.exists() => fs::remove_file(path),
        false => Ok(()),
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "age {}, {}, one X25519 recipient", self.version, self.origin)
    }
}

fn build(bin: &Path) -> Result<(), String> {
    let packages = ["filippo.io/age/cmd/age@latest", "filippo.io/age/cmd/age-keygen@latest"];
    output(Command::new("go").arg("install").args(packages).env("GOBIN", bin)).map(drop)
}

/// What a program prints, if it succeeds.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if !done.status.success() {
        return Err(format!("{name}: {} {}", done.status, String::from_utf8_lossy(&done.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}
