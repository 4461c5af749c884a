//! Passphrases and answers: from a file or the terminal, never from the command line.

use std::fs::{self, File};
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use privity::SecretBytes;

use crate::stop::Stop;

/// Where secrets come from.
pub struct Secrets {
    file: Option<PathBuf>,
}

impl Secrets {
    pub fn new(file: Option<PathBuf>) -> Self {
        let named = || std::env::var_os("PRIVITY_PASSPHRASE_FILE").filter(|name| !name.is_empty());
        Self { file: file.or_else(|| named().map(PathBuf::from)) }
    }

    /// The passphrase of keys that are there.
    pub fn passphrase(&self) -> Result<SecretBytes, Stop> {
        self.file.as_deref().map_or_else(|| prompt("Passphrase of your keys: "), of_file)
    }

    /// A passphrase for new keys: asked twice, since nobody else knows it.
    pub fn new_passphrase(&self) -> Result<SecretBytes, Stop> {
        if let Some(file) = &self.file {
            return of_file(file);
        }
        let first = prompt("New passphrase for your keys (nobody can recover it): ")?;
        let again = prompt("The same passphrase again: ")?;
        if first.expose_secret() == again.expose_secret() {
            Ok(first)
        } else {
            Err(Stop::usage("the two passphrases differ; nothing was made"))
        }
    }
}

/// The first line of a file that holds a secret.
pub fn of_file(path: &Path) -> Result<SecretBytes, Stop> {
    let file = open(path)?;
    // Room for all of it: a vector that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(MAX_SECRET + 1);
    let read = file.take(MAX_SECRET as u64 + 1).read_to_end(&mut bytes);
    let line = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let line = if bytes.get(..line).is_some_and(|line| line.ends_with(b"\r")) { line - 1 } else { line };
    let whole = bytes.len();
    bytes.truncate(line);
    let secret = SecretBytes::new(bytes);
    read.map_err(|error| Stop::file(path, &error))?;
    if whole > MAX_SECRET {
        return Err(Stop::usage(format!("{}: too long for a passphrase", path.display())));
    }
    if secret.is_empty() {
        return Err(Stop::usage(format!("{}: its first line is empty", path.display())));
    }
    Ok(secret)
}

/// Asks on the terminal, without showing what is typed.
pub fn prompt(what: &str) -> Result<SecretBytes, Stop> {
    let typed = rpassword::prompt_password(what);
    let typed = typed.map_err(|error| {
        Stop::usage(format!(
            "no passphrase: {error}. Without a terminal give --passphrase-file or --password-file"
        ))
    })?;
    let secret = SecretBytes::new(typed.into_bytes());
    if secret.is_empty() { Err(Stop::usage("the passphrase is empty")) } else { Ok(secret) }
}

/// Asks for a line that is no secret.
pub fn answer(question: &str) -> Result<String, Stop> {
    eprint!("{question}");
    let _best_effort = io::stderr().flush();
    let mut line = String::new();
    let read = io::stdin().lock().take(MAX_SECRET as u64).read_line(&mut line);
    read.map_err(|error| Stop::machine(format!("standard input: {error}")))?;
    Ok(line)
}

/// Says something on the terminal and nowhere else: standard output may be kept in a file.
pub fn terminal() -> Result<File, Stop> {
    let name = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };
    File::options().write(true).open(name).map_err(|error| {
        Stop::usage(format!("no terminal to show the password on ({error}); give --password-out FILE"))
    })
}

/// A regular file. Opening a pipe would wait for its writer.
pub fn open(path: &Path) -> Result<File, Stop> {
    let failed = |error| Stop::file(path, &error);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Stop::usage(format!("{}: not a regular file", path.display())));
    }
    File::open(path).map_err(failed)
}

/// A file of at most so many bytes.
pub fn read(path: &Path, most: usize) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(most as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Stop::file(path, &error))?;
    if bytes.len() > most {
        return Err(Stop::foreign(format!("{}: larger than what it should be may be", path.display())));
    }
    Ok(bytes)
}

const MAX_SECRET: usize = 4 << 10;
