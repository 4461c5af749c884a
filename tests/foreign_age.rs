//! Age files go both ways between this library and other implementations, and both sides refuse the
//! tampered twins, whoever sealed them:
//!
//! - `PRIVITY_AGE`: a program `age` that may be an old one, such as a distribution's: X25519;
//! - `PRIVITY_AGE_HYBRID`: a program `age` of at least 1.3: X25519 and hybrid; `age-keygen` and
//!   `age-plugin-batchpass` beside it;
//! - `PRIVITY_PYRAGE`: a Python that has `pyrage`: X25519 and passwords;
//! - `PRIVITY_AGE_NPM`: a folder whose `node_modules` hold `age-encryption`: all three. The program is
//!   `node`, or what `PRIVITY_NODE` names.
//!
//! Each is required once its variable is set.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use privity::sharing::age::{self, Identity, Kind, Opener, Opens, Options, Password, Recipient, Recipients};
use privity::{SecretBytes, testing};
use serde_json::{Value, json};

/// Around nothing, around a chunk, and a file of several.
const SIZES: [usize; 7] = [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000];
const PASSWORD: &str = "ten words that nobody would think of";

#[test]
fn a_program_age_of_any_version() {
    let Some(program) = set("PRIVITY_AGE") else { return };
    exchange(&mut Program::new(program), &[Kind::X25519]);
}

#[test]
fn a_program_age_that_knows_hybrid_recipients() {
    let Some(program) = set("PRIVITY_AGE_HYBRID") else { return };
    exchange(&mut Program::new(program), &[Kind::X25519, Kind::Hybrid, Kind::Password]);
}

#[test]
fn pyrage() {
    let Some(python) = set("PRIVITY_PYRAGE") else { return };
    let mut command = Command::new(python);
    command.arg(script("age_pyrage.py"));
    exchange(&mut Script::start(command), &[Kind::X25519, Kind::Password]);
}

#[test]
fn age_encryption_of_npm() {
    let Some(folder) = set("PRIVITY_AGE_NPM") else { return };
    let mut command = Command::new(std::env::var_os("PRIVITY_NODE").unwrap_or_else(|| "node".into()));
    command.arg(script("age_encryption.mjs")).arg(folder);
    exchange(&mut Script::start(command), &[Kind::X25519, Kind::Hybrid, Kind::Password]);
}

/// Another implementation.
trait Peer {
    fn about(&mut self) -> String;
    /// Text of an identity and of its recipient.
    fn generate(&mut self, kind: Kind) -> (String, String);
    /// The recipient of an identity that was made here.
    fn recipient(&mut self, identity: &str) -> String;
    fn encrypt(&mut self, to: &To, data: &[u8], armored: bool) -> Vec<u8>;
    /// `None` if it refuses.
    fn decrypt(&mut self, with: &With, file: &[u8], armored: bool) -> Option<Vec<u8>>;
}

enum To {
    Recipients(Vec<String>),
    Password,
}

enum With {
    Identity(String),
    Password,
}

fn exchange(peer: &mut dyn Peer, kinds: &[Kind]) {
    let about = peer.about();
    for &kind in kinds {
        let counts = match kind {
            Kind::Password => exchange_passwords(peer),
            _ => exchange_keys(peer, kind),
        };
        assert!(counts.ours > 0 && counts.theirs > 0 && counts.refused > 0);
        let Counts { ours, theirs, refused } = counts;
        println!(
            "{about}, {kind:?}: opened {ours} of ours; {theirs} of its opened here; {refused} twins refused by both"
        );
    }
}

#[derive(Default)]
struct Counts {
    ours: u32,
    theirs: u32,
    refused: u32,
}

fn exchange_keys(peer: &mut dyn Peer, kind: Kind) -> Counts {
    let mut counts = Counts::default();
    let (identity, recipient) = peer.generate(kind);
    let theirs: Identity = identity.parse().unwrap();
    assert_eq!(theirs.recipient().to_string(), recipient);
    assert_eq!((theirs.recipient().kind(), text(&theirs)), (kind, identity.clone()));
    let ours = if kind == Kind::Hybrid { Identity::generate() } else { Identity::generate_x25519() };
    let ours = ours.unwrap();
    assert_eq!(peer.recipient(&text(&ours)), ours.recipient().to_string());
    let both = [recipient.parse::<Recipient>().unwrap(), ours.recipient().clone()];
    let to = Recipients::new(&both).unwrap();
    let texts = To::Recipients(both.iter().map(Recipient::to_string).collect());
    let with = [With::Identity(identity), With::Identity(text(&ours))];
    for size in SIZES {
        let data = pattern(size);
        let file = age::seal(&to, &data).unwrap();
        let armored = age::armor::encode(&file).unwrap().into_bytes();
        for with in &with {
            assert_eq!(peer.decrypt(with, &file, false).as_ref(), Some(&data), "{size}");
            assert_eq!(peer.decrypt(with, &armored, true).as_ref(), Some(&data), "{size}, armor");
            counts.ours += 2;
        }
        for armored in [false, true] {
            let file = peer.encrypt(&texts, &data, armored);
            for identity in [&theirs, &ours] {
                opens_to(&[identity], &file, &data);
            }
            counts.theirs += 1;
        }
    }
    let files = [age::seal(&to, &pattern(70_000)).unwrap(), peer.encrypt(&texts, &pattern(70_000), false)];
    for file in files {
        counts.refused += refuse(peer, &with[0], &[&theirs], &file);
    }
    counts
}

fn exchange_passwords(peer: &mut dyn Peer) -> Counts {
    let mut counts = Counts::default();
    let key = password(18);
    for size in [0, 70_000] {
        let data = pattern(size);
        let file = age::seal(&Recipients::password(password(10)), &data).unwrap();
        assert_eq!(peer.decrypt(&With::Password, &file, false).as_ref(), Some(&data), "{size}");
        counts.ours += 1;
        let theirs = peer.encrypt(&To::Password, &data, false);
        opens_to(&[&key], &theirs, &data);
        counts.theirs += 1;
        if size > 0 {
            counts.refused += refuse(peer, &With::Password, &[&key], &file);
        }
    }
    // At the work factor that a product writes.
    let written = Password::new(SecretBytes::new(PASSWORD.into())).unwrap();
    let file = age::seal(&Recipients::password(written), b"exhibit").unwrap();
    assert_eq!(peer.decrypt(&With::Password, &file, false).unwrap(), b"exhibit");
    counts.ours += 1;
    counts
}

fn opens_to(keys: &[&dyn Opens], file: &[u8], data: &[u8]) {
    assert!(age::open(keys, file).unwrap() == data);
    if file.starts_with(b"age") {
        let mut copied = Vec::new();
        Opener::new(keys, file).unwrap().copy_to(&mut copied, Options::default()).unwrap();
        assert!(copied == data);
    }
}

/// One flipped bit in every part, cuts and additions: refused on both sides.
fn refuse(peer: &mut dyn Peer, with: &With, keys: &[&dyn Opens], file: &[u8]) -> u32 {
    assert!(age::open(keys, file).is_ok() && peer.decrypt(with, file, false).is_some());
    let payload = file.windows(5).position(|part| part == b"\n--- ").unwrap() + 49;
    let flip = |at: usize| {
        let mut twin = file.to_vec();
        twin[at] ^= 1;
        twin
    };
    let twins = [
        flip(2),
        flip(24),
        flip(payload - 60),
        flip(payload - 20),
        flip(payload + 1),
        flip(payload + 16),
        flip(payload + 16 + 65_536),
        flip(payload + 16 + 65_552),
        flip(file.len() - 1),
        file[..file.len() - 1].to_vec(),
        file[..payload + 16 + 65_552].to_vec(),
        [file, b"x"].concat(),
    ];
    for (at, twin) in twins.iter().enumerate() {
        assert!(age::open(keys, twin).is_err(), "twin {at} opened here");
        assert!(peer.decrypt(with, twin, false).is_none(), "twin {at} opened there");
    }
    u32::try_from(twins.len()).unwrap()
}

/// A program with the options of `age`.
struct Program {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Program {
    fn new(program: OsString) -> Self {
        Self { program: program.into(), folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn keygen(&self, arguments: &[&str]) -> String {
        let keygen = self.program.with_file_name("age-keygen");
        let output = Command::new(keygen).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn run(&self, command: &mut Command, input: &Path) -> Option<Vec<u8>> {
        // Its plugins lie beside it.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let beside = self.program.parent().unwrap().to_path_buf();
        let path = std::env::join_paths(std::iter::once(beside).chain(std::env::split_paths(&path))).unwrap();
        command.env("PATH", path).env("AGE_PASSPHRASE", PASSWORD).stdin(Stdio::null());
        let output = command.arg(input).output().unwrap();
        output.status.success().then_some(output.stdout)
    }
}

impl Peer for Program {
    fn about(&mut self) -> String {
        let output = Command::new(&self.program).arg("--version").output().expect("the program runs");
        format!("age {}", String::from_utf8_lossy(&output.stdout).trim())
    }

    fn generate(&mut self, kind: Kind) -> (String, String) {
        let identity = self.keygen(if kind == Kind::Hybrid { &["-pq"] } else { &[] });
        let identity = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned();
        let recipient = self.recipient(&identity);
        (identity, recipient)
    }

    fn recipient(&mut self, identity: &str) -> String {
        let file = self.file("key", identity.as_bytes());
        self.keygen(&["-y", file.to_str().unwrap()]).trim().to_owned()
    }

    fn encrypt(&mut self, to: &To, data: &[u8], armored: bool) -> Vec<u8> {
        let mut command = Command::new(&self.program);
        command.arg("-e");
        match to {
            To::Recipients(all) => command.args(all.iter().flat_map(|one| ["-r", one])),
            To::Password => command.args(["-j", "batchpass"]),
        };
        if armored {
            command.arg("-a");
        }
        self.run(&mut command, &self.file("data", data)).expect("encrypted")
    }

    fn decrypt(&mut self, with: &With, file: &[u8], _armored: bool) -> Option<Vec<u8>> {
        let mut command = Command::new(&self.program);
        command.arg("-d");
        match with {
            With::Identity(text) => command.arg("-i").arg(self.file("key", text.as_bytes())),
            With::Password => command.args(["-j", "batchpass"]),
        };
        self.run(&mut command, &self.file("file", file))
    }
}

/// A script that answers lines of JSON.
struct Script {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Script {
    fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the interpreter runs");
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    /// A field of the answer; `None` if it refuses. A crash of the script is neither.
    fn ask(&mut self, request: &Value, field: &str) -> Option<String> {
        writeln!(self.to.as_mut().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).expect("the script answers; see its traceback");
        match (&answer[field], &answer["refused"]) {
            (Value::String(value), Value::Null) => Some(value.clone()),
            (Value::Null, Value::String(_)) => None,
            _ => panic!("not an answer: {answer}"),
        }
    }
}

impl Peer for Script {
    fn about(&mut self) -> String {
        self.ask(&json!({ "op": "about" }), "about").unwrap()
    }

    fn generate(&mut self, kind: Kind) -> (String, String) {
        let request = json!({ "op": "generate", "hybrid": kind == Kind::Hybrid });
        let identity = self.ask(&request, "identity").unwrap();
        let recipient = self.recipient(&identity);
        (identity, recipient)
    }

    fn recipient(&mut self, identity: &str) -> String {
        self.ask(&json!({ "op": "recipient", "identity": identity }), "recipient").unwrap()
    }

    fn encrypt(&mut self, to: &To, data: &[u8], armored: bool) -> Vec<u8> {
        let mut request = json!({ "op": "encrypt", "data": hex(data), "armored": armored });
        match to {
            To::Recipients(all) => request["recipients"] = json!(all),
            To::Password => request["password"] = json!(PASSWORD),
        }
        unhex(&self.ask(&request, "file").expect("encrypted"))
    }

    fn decrypt(&mut self, with: &With, file: &[u8], armored: bool) -> Option<Vec<u8>> {
        let mut request = json!({ "op": "decrypt", "file": hex(file), "armored": armored });
        match with {
            With::Identity(text) => request["identity"] = json!(text),
            With::Password => request["password"] = json!(PASSWORD),
        }
        self.ask(&request, "data").map(|data| unhex(&data))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.to.take());
        let _status = self.child.wait();
    }
}

fn set(variable: &str) -> Option<OsString> {
    let value = std::env::var_os(variable);
    if value.is_none() {
        println!("skipped: {variable} is not set");
    }
    value
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(name)
}

fn password(work_factor: u8) -> Password {
    testing::age::password(PASSWORD.as_bytes(), work_factor).unwrap()
}

fn text(identity: &Identity) -> String {
    String::from_utf8(identity.to_text().unwrap().expose_secret().to_vec()).unwrap()
}

fn pattern(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
