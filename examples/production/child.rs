//! The other processes: the paralegal on her own device, and a stranger with an export.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use privity::keys::Passphrase;
use privity::state::Trust;
use privity::store::Storage;
use privity::vault::{AccessReason, Approval, NewUser, Options, Vault, verify_export};
use privity::{DocumentId, FirmId, Hash, MatterId, SecretBytes};

use crate::Outcome;

/// The first argument of the paralegal's process.
pub const PARALEGAL: &str = "--paralegal";
/// The first argument of the stranger's.
pub const STRANGER: &str = "--stranger";

/// The paralegal's process as the firm sees it: requests on a line, answers on a line.
pub struct Paralegal {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Paralegal {
    /// Starts her, with the firm's folder and a folder of her own.
    pub fn start(shared: &Path, device: &Path) -> Outcome<Self> {
        let mut process = Command::new(env::current_exe()?)
            .arg(PARALEGAL)
            .arg(shared)
            .arg(device)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = process.stdin.take().ok_or("no pipe to the paralegal")?;
        let from = BufReader::new(process.stdout.take().ok_or("no pipe from the paralegal")?);
        Ok(Self { process, to, from })
    }

    /// Asks her something; her answer.
    pub fn ask(&mut self, line: &str) -> Outcome<String> {
        writeln!(self.to, "{line}")?;
        self.to.flush()?;
        self.answer()
    }

    /// Her next line.
    pub fn answer(&mut self) -> Outcome<String> {
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            return Err("the paralegal's process ended".into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Paralegal {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// Her side: request, words, accept; then whatever document she is asked to open.
pub fn paralegal(mut arguments: impl Iterator<Item = OsString>) -> Outcome<bool> {
    let mut path = || arguments.next().map(PathBuf::from).ok_or("a folder is missing");
    let storage = Storage::folder(&path()?, &path()?)?;
    let passphrase = || -> privity::Result<_> {
        let passphrase = b"the paralegal's own seven words nobody else knows".to_vec();
        Ok(Arc::new(Passphrase::new(SecretBytes::new(passphrase))?))
    };
    let request = Vault::request(storage.clone(), NewUser::new("C. Paralegal"), passphrase()?)?;
    let mut lines = std::io::stdin().lines();
    println!("{} {}", hex(&request.to_bytes()), request.words().join(" "));
    let approval = lines.next().ok_or("no approval")??;
    let approval = Approval::from_bytes(&unhex(&approval)?)?;
    let vault = Vault::accept(storage, &approval, passphrase()?, Options::default())?;
    println!("accepted");
    for line in lines {
        let line = line?;
        let (matter, document) = line.split_once(' ').ok_or("a matter and a document")?;
        let (matter, document) = (matter.parse::<MatterId>()?, document.parse::<DocumentId>()?);
        let opened =
            vault.matter(matter).and_then(|matter| matter.open_bytes(document, AccessReason::none()));
        match opened {
            Ok(content) => println!("opened {}", content.len()),
            Err(error) => println!("refused {}", error.code()),
        }
    }
    Ok(true)
}

/// Has a stranger verify an export file; the verdict and how many documents are on record.
pub fn ask_stranger(export: &Path, trust: Trust) -> Outcome<String> {
    let output = Command::new(env::current_exe()?)
        .arg(STRANGER)
        .arg(export)
        .arg(trust.firm.to_string())
        .arg(trust.genesis.to_string())
        .output()?;
    let said = String::from_utf8(output.stdout)?.trim().to_owned();
    if output.status.success() { Ok(said) } else { Err(format!("the stranger refuses: {said}").into()) }
}

/// The stranger's side: a file, a firm's id and a hash, nothing else.
pub fn stranger(mut arguments: impl Iterator<Item = OsString>) -> Outcome<bool> {
    let export = fs::read(arguments.next().ok_or("an export")?)?;
    let firm = arguments.next().ok_or("a firm")?.into_string().map_err(|_| "a firm's id")?;
    let genesis = arguments.next().ok_or("a hash")?.into_string().map_err(|_| "a hash")?;
    let trust = Trust { firm: firm.parse::<FirmId>()?, genesis: genesis.parse::<Hash>()? };
    match verify_export(&export, trust) {
        Ok(report) => {
            println!("{} {} {}", report.documents, report.is_clean(), report.verdict());
            Ok(true)
        }
        Err(error) => {
            println!("{error}");
            Ok(false)
        }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Outcome<Vec<u8>> {
    let digits: Vec<u32> =
        text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>().ok_or("no hexadecimal")?;
    let byte = |pair: &[u32]| u8::try_from(pair.iter().fold(0, |value, digit| value << 4 | digit));
    Ok(digits.chunks(2).map(byte).collect::<Result<_, _>>()?)
}
