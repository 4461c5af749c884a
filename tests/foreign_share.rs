//! README.txt of a share, followed to the letter by a person without this library: its commands are taken out of the
//! share and run in a folder with `share.age`, `key.txt` and `sender.pub`. They take ours and refuse the tampered
//! twins; the receipt that they sign is taken here.
//!
//! `unzip`, `ssh-keygen`, `sha256sum` and `python3` are looked for in the path and required once `PRIVITY_SHARED` is
//! set. So is `age`, or what `PRIVITY_AGE` names, for X25519; `PRIVITY_AGE_HYBRID` names a program of at least 1.3 for
//! hybrid shares.

#[path = "sharing_framings/archive.rs"]
mod archive;
#[path = "sharing_framings/build.rs"]
mod build;
#[path = "sharing_accept/forge.rs"]
mod forge;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use forge::{Parts, World, make_share, ssh_of, terms};
use privity::sharing::age::{self, Identity, Opens, Recipient, Recipients};
use privity::sharing::{
    Addressee, Draft, Made, Party, Receipt, ReceiptAction, SignedReceipt, UnverifiedContact, VerifiedContact,
};

const DOCUMENTS: [(&str, &[u8]); 4] = [
    ("Exhibit 1.pdf", b"%PDF-1.7 one"),
    ("Übersicht § 2 – $(touch x) `id`; 'a'.txt", b"not run"),
    ("-rf", b""),
    ("b.bin", &[7; 70_000]),
];

#[test]
fn with_an_age_of_any_version() {
    let program = std::env::var_os("PRIVITY_AGE").unwrap_or_else(|| "age".into());
    if !there(&program, "--version", std::env::var_os("PRIVITY_AGE").is_some()) {
        return;
    }
    follow(&program, false);
}

#[test]
fn with_an_age_that_knows_hybrid_recipients() {
    let Some(program) = std::env::var_os("PRIVITY_AGE_HYBRID") else {
        println!("skipped: PRIVITY_AGE_HYBRID is not set");
        return;
    };
    follow(&program, true);
}

/// Somebody with stock tools, in a folder of their own.
struct Person {
    folder: tempfile::TempDir,
    age: PathBuf,
    identity: Identity,
    contact: VerifiedContact,
}

impl Person {
    fn new(age: &OsString, hybrid: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let age = PathBuf::from(age);
        let mut keygen = Command::new(age.with_file_name("age-keygen"));
        if hybrid {
            keygen.arg("-pq");
        }
        assert!(output(keygen.args(["-o", "key.txt"]).current_dir(&folder)).status.success());
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "e@example.org", "-f", "my_key"]);
        assert!(output(keygen.current_dir(&folder)).status.success());
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let key = read("key.txt");
        let identity: Identity = key.lines().find(|line| !line.starts_with('#')).unwrap().parse().unwrap();
        let keys = [identity.recipient().clone()];
        let line = read("my_key.pub");
        let contact = UnverifiedContact::from_keys("E. Expert; rm -rf $HOME", "", &line, &keys).unwrap();
        let contact = contact.confirm_keys(&line, &keys).unwrap();
        Self { folder, age, identity, contact }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// What is in the folder, without what the person began with.
    fn begin(&self, share: &[u8], sender: &Party) {
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                fs::remove_dir_all(path).unwrap();
            } else if !["key.txt", "my_key", "my_key.pub"].contains(&name.as_str()) {
                fs::remove_file(path).unwrap();
            }
        }
        fs::write(self.path("share.age"), share).unwrap();
        fs::write(self.path("sender.pub"), sender.ssh_key() + "\n").unwrap();
    }

    /// A command as it is copied. `age` is the one that is tried.
    fn run(&self, command: &str, locale: &str) -> Output {
        let beside = self.age.parent().unwrap_or(Path::new("")).to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths: Vec<PathBuf> = std::iter::once(beside)
            .filter(|beside| !beside.as_os_str().is_empty())
            .chain(std::env::split_paths(&path))
            .collect();
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).env("PATH", std::env::join_paths(paths).unwrap());
        output(shell.env("LC_ALL", locale).current_dir(&self.folder))
    }

    /// The commands of README.txt, as they stand in the share itself.
    fn commands(&self) -> Vec<String> {
        let keys: [&dyn Opens; 1] = [&self.identity];
        let archive = age::open(&keys, &fs::read(self.path("share.age")).unwrap()).unwrap();
        let (name, readme) = archive::unpack(archive.as_slice()).unwrap().swap_remove(0);
        assert_eq!(name, "README.txt");
        let readme = String::from_utf8(readme).unwrap();
        // Four spaces: what is indented further goes on with a sentence.
        let commands = readme.lines().filter_map(|line| line.strip_prefix("    "));
        commands.filter(|line| !line.starts_with(' ')).map(str::to_owned).collect()
    }

    /// Runs the commands that check, in order; the first that complains.
    fn check(&self, commands: &[String], locale: &str) -> Result<(), String> {
        for command in &commands[..CHECKS] {
            let output = self.run(command, locale);
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            if !output.status.success() {
                return Err(program(command));
            }
            assert_eq!(complaint, "", "{command}");
        }
        Ok(())
    }
}

/// age, unzip, printf, ssh-keygen, sha256sum, find, cut, diff.
const CHECKS: usize = 8;

fn program(command: &str) -> String {
    let words = command.split_whitespace().map(|word| word.trim_start_matches('('));
    let mut words = words.filter(|word| !["cd", "share", "&&"].contains(word) && !word.contains('='));
    words.next().unwrap().to_owned()
}

fn share(person: &Person, hybrid: bool) -> (Vec<u8>, Made) {
    let to = vec![Addressee::from(&person.contact)];
    let draft = Draft::new(to, "C. \"Counsel\"; exit 1", "Counsel & $(id)", terms());
    let draft = if hybrid { draft } else { draft.classic() };
    make_share(&World::new().counsel, &draft, &DOCUMENTS)
}

fn follow(age: &OsString, hybrid: bool) {
    let tools = [("unzip", "-v"), ("ssh-keygen", "-?"), ("sha256sum", "--version"), ("python3", "--version")];
    let required = std::env::var_os("PRIVITY_SHARED").is_some();
    if !tools.iter().all(|(tool, about)| there(&(*tool).into(), about, required)) {
        return;
    }
    let person = Person::new(age, hybrid);
    let counsel = World::new().counsel;
    let (file, made) = share(&person, hybrid);
    for locale in ["C.UTF-8", "C"] {
        person.begin(&file, &counsel);
        let commands = person.commands();
        assert_eq!(person.check(&commands, locale), Ok(()), "{locale}");
        for ((_, content), document) in DOCUMENTS.iter().zip(&made.manifest.documents) {
            assert_eq!(fs::read(person.path("share").join(&document.path)).unwrap(), *content);
        }
        acknowledge(&person, &commands[CHECKS..], &made);
    }
    python_reads(&person, &made);
    let counts = refuse_twins(&person, &counsel, &file);
    println!("{}: 2 shares accepted, {counts} twins refused", age.to_string_lossy());
}

/// The receipt that the commands sign is one, and its twins are none.
fn acknowledge(person: &Person, commands: &[String], made: &Made) {
    assert_eq!(commands.len(), 2, "one recipient: what is said, and the signature");
    for command in commands {
        let output = person.run(command, "C");
        assert!(output.status.success(), "{command}: {output:?}");
    }
    let signed = SignedReceipt {
        json: fs::read(person.path("receipt.json")).unwrap(),
        signature: person.read("receipt.json.sig"),
    };
    let receipt = Receipt::verify(&signed, &made.manifest, &person.contact).unwrap();
    assert_eq!((receipt.action, receipt.share), (ReceiptAction::Received, made.manifest.share));
    assert_eq!(receipt.manifest, made.hash);
    for at in 0..signed.json.len() {
        let mut twin = signed.clone();
        twin.json[at] ^= 1;
        let refused = Receipt::verify(&twin, &made.manifest, &person.contact).unwrap_err();
        assert_eq!(refused.code(), "signature-refused", "{at}");
    }
    // Signed for another purpose.
    let other = person.run("ssh-keygen -Y sign -n file -f my_key < receipt.json", "C");
    let twin = SignedReceipt { signature: String::from_utf8(other.stdout).unwrap(), ..signed };
    let refused = Receipt::verify(&twin, &made.manifest, &person.contact).unwrap_err();
    assert_eq!(refused.code(), "sshsig");
}

fn python_reads(person: &Person, made: &Made) {
    let read = "import sys, zipfile\n\
                z = zipfile.ZipFile('share.zip')\n\
                assert z.testzip() is None\n\
                for i in z.infolist(): print(i.filename, i.file_size)";
    let mut command = Command::new("python3");
    let output = output(command.args(["-X", "utf8", "-c", read]).current_dir(&person.folder));
    assert!(output.status.success(), "{output:?}");
    let listed = String::from_utf8(output.stdout).unwrap();
    let documents: Vec<String> =
        made.manifest.documents.iter().map(|one| format!("{} {}", one.path, one.size)).collect();
    assert_eq!(listed.lines().skip(4).collect::<Vec<_>>(), documents);
}

/// What an attacker seals again to the person: the command that complains.
fn refuse_twins(person: &Person, counsel: &Party, file: &[u8]) -> usize {
    let keys: [&dyn Opens; 1] = [&person.identity];
    let archive = age::open(&keys, file).unwrap();
    let to: Vec<Recipient> = vec![person.identity.recipient().clone()];
    type Twin<'t> = (&'t str, &'t str, fn(&mut Parts));
    #[rustfmt::skip]
    let twins: [Twin<'_>; 12] = [
        ("a document twice, the second altered", "unzip", |it| { let (name, _) = it.files.last().unwrap().clone(); it.files.push((name, b"x".to_vec())); }),
        ("a byte of a document", "sha256sum", |it| it.document(2, |content| content[0] ^= 1)),
        ("a byte of README", "sha256sum", |it| it.content("README.txt")[3] ^= 1),
        ("the terms", "sha256sum", |it| it.manifest_alone(|members| drop(members.insert("onward".into(), "yes".into())))),
        ("a document missing", "sha256sum", |it| drop(it.files.pop())),
        ("a line of SHA256SUMS", "ssh-keygen", |it| it.content("SHA256SUMS")[0] ^= 1),
        ("a line less in SHA256SUMS", "ssh-keygen", |it| { let at = it.content("SHA256SUMS").iter().position(|byte| *byte == b'\n').unwrap(); it.content("SHA256SUMS").truncate(at + 1); }),
        ("another key", "ssh-keygen", |it| { it.key = ssh_of(4); it.sign(); }),
        ("a signature of a receipt", "ssh-keygen", |it| {
            let sums = it.content("SHA256SUMS").clone();
            let key = privity::testing::signing_key(it.key);
            let signature = privity::testing::sshsig::sign(&key, privity::testing::label::Namespace::Receipt, &sums);
            *it.content("SHA256SUMS.sig") = signature.into_bytes();
        }),
        ("an extra file", "diff", |it| it.files.push(("documents/0005-x".into(), b"x".to_vec()))),
        ("an extra hidden file", "diff", |it| it.files.push((".profile".into(), b"x".to_vec()))),
        ("an extra link", "diff", |it| {
            it.files.push(("documents/0005-x".into(), b"/etc/passwd".to_vec()));
            it.zip = Some(|zip| zip.files.last_mut().unwrap().external = 0o120_777 << 16);
        }),
    ];
    for (what, complains, change) in &twins {
        let mut parts = Parts::of_archive(&archive, to.clone(), ssh_of(1));
        change(&mut parts);
        let twin = age::seal(&Recipients::new(&parts.to).unwrap(), &parts.archive()).unwrap();
        person.begin(file, counsel);
        let commands = person.commands();
        person.begin(&twin, counsel);
        assert_eq!(person.check(&commands, "C.UTF-8"), Err((*complains).to_owned()), "{what}");
    }
    // A bit of the file itself, and the right file under another person's key.
    person.begin(file, counsel);
    let honest = person.commands();
    let (last, before) = file.split_last().unwrap();
    person.begin(&[before, &[last ^ 1]].concat(), counsel);
    assert_eq!(person.check(&honest, "C"), Err("age".to_owned()));
    person.begin(file, &World::new().outsider);
    assert_eq!(person.check(&honest, "C"), Err("ssh-keygen".to_owned()));
    twins.len() + 2
}

fn there(program: &OsString, about: &str, required: bool) -> bool {
    let run = Command::new(program).arg(about).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = run.is_ok();
    assert!(there || !required, "{} is required and not installed", program.to_string_lossy());
    if !there {
        println!("skipped: {} is not installed", program.to_string_lossy());
    }
    there
}

fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("the program runs")
}
