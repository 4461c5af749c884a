//! What a person with stock tools runs on a share: `unzip`, Python's `zipfile`, `ssh-keygen -Y` and
//! `sha256sum -c` take what is written here, it takes what `ssh-keygen` signs, and both sides refuse
//! the tampered twins.
//!
//! The programs are looked for in the path. Without them a test says so and passes, unless
//! `PRIVITY_SHARED` is set: then they are required.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use privity::testing::label::Namespace;
use privity::testing::sign::{SigningKey, VerifyingKey};
use privity::testing::sums::{self, Sums};
use privity::testing::zip::{Entry, Layout, Reader};
use privity::testing::{Hasher, base64, sha256, signing_key, ssh_key, sshsig};

const FILES: [(&str, &[u8]); 4] = [
    ("README.txt", b"read me\n"),
    ("privity/manifest.json", b"{}\n"),
    ("documents/0001-Brief § 1.pdf", b"%PDF-1.7 a small exhibit"),
    ("documents/0002-empty", b""),
];

#[test]
fn unzip_and_zipfile_read_what_is_packed_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("share.zip");
    let archive = pack();
    let refuses = |archive: &[u8]| {
        let mut reader = Reader::new(archive);
        loop {
            match reader.next_entry() {
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) => return true,
            }
        }
    };
    assert!(!refuses(&archive));
    let mut twin = archive.clone();
    let at = twin.windows(5).position(|part| part == b"%PDF-").unwrap();
    twin[at] ^= 1;
    assert!(refuses(&twin) && refuses(&archive[..archive.len() - 1]));
    if found("unzip", "-v") {
        fs::write(&path, &archive).unwrap();
        let unzip =
            |arguments: &[&str]| run(Command::new("unzip").args(arguments).env("LC_ALL", "C.UTF-8"), b"");
        let path = path.to_str().unwrap();
        let tested = unzip(&["-t", path]);
        // Not even a warning.
        assert!(tested.status.success() && tested.stderr.is_empty(), "{tested:?}");
        assert!(text(&tested).contains("No errors detected"));
        let into = folder.path().join("unpacked");
        assert!(unzip(&["-q", path, "-d", into.to_str().unwrap()]).status.success());
        for (name, content) in FILES {
            assert_eq!(fs::read(into.join(name)).unwrap(), content, "{name}");
        }
        fs::write(path, &twin).unwrap();
        assert!(!unzip(&["-t", path]).status.success());
        println!("unzip: 1 accepted, 1 twin refused");
    }
    if found("python3", "--version") {
        fs::write(&path, &archive).unwrap();
        let listed = python(
            "import sys, zipfile\n\
             z = zipfile.ZipFile(sys.argv[1])\n\
             assert z.testzip() is None\n\
             for i in z.infolist():\n    print(i.filename, i.file_size, z.read(i).hex(), i.date_time[0], i.compress_type, oct(i.external_attr >> 16))",
            &path,
        );
        let wanted = FILES
            .map(|(name, content)| format!("{name} {} {} 1980 0 0o100644\n", content.len(), hex(content)));
        assert_eq!(listed.as_deref(), Some(wanted.concat().as_str()));
        fs::write(&path, &twin).unwrap();
        let test = "import sys, zipfile\nassert zipfile.ZipFile(sys.argv[1]).testzip() is None";
        assert_eq!(python(test, &path), None);
        // A ZIP of another layout is none of ours, good as it may be.
        let write = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z: z.writestr('a', 'b')";
        assert!(python(write, &path).is_some() && python(test, &path).is_some());
        assert!(refuses(&fs::read(&path).unwrap()));
        println!("zipfile: 1 accepted, 1 twin refused; 1 of its own refused here");
    }
}

/// A hole of more than 4 GiB, and an entry behind it that only ZIP64 finds.
#[test]
fn unzip_and_zipfile_find_an_entry_behind_4_gib() {
    const SIZE: u64 = (1 << 32) + 5;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    let last = b"behind it";
    let layout = Layout::new(vec![
        Entry { name: "hole".into(), size: SIZE, crc32: 0 },
        Entry { name: "last".into(), size: last.len() as u64, crc32: crc32(last) },
    ])
    .unwrap();
    let mut file = File::create(&path).unwrap();
    file.write_all(&layout.local_header(0).unwrap()).unwrap();
    file.seek(SeekFrom::Current(i64::try_from(SIZE).unwrap())).unwrap();
    file.write_all(&[layout.local_header(1).unwrap(), last.to_vec(), layout.tail()].concat()).unwrap();
    assert_eq!(file.metadata().unwrap().len(), layout.len());
    drop(file);
    if found("unzip", "-v") {
        let output = run(Command::new("unzip").arg("-p").arg(&path).arg("last"), b"");
        assert!(output.status.success() && output.stdout == last && output.stderr.is_empty(), "{output:?}");
    }
    if found("python3", "--version") {
        let read = "import sys, zipfile\n\
                    z = zipfile.ZipFile(sys.argv[1])\n\
                    print([(i.filename, i.file_size) for i in z.infolist()], z.read('last').decode())";
        let wanted = format!("[('hole', {SIZE}), ('last', 9)] behind it\n");
        assert_eq!(python(read, &path).as_deref(), Some(wanted.as_str()));
    }
}

#[test]
fn ssh_keygen_verifies_what_is_signed_here_and_the_reverse() {
    if !found("ssh-keygen", "-?") {
        return;
    }
    let ssh = Ssh::new();
    let mut counts = [0; 3];
    for namespace in Namespace::ALL {
        for message in [b"".as_slice(), b"65ce01fc  README.txt\n", &[0xA5; 100_000]] {
            let ours = sshsig::sign(&ssh.key, *namespace, message);
            assert!(ssh.verify(ours.as_bytes(), namespace.name(), message));
            // Ed25519 has one signature of a message, and the armor one text.
            assert_eq!(ssh.sign("key", &[], namespace.name(), message), ours);
            assert_eq!(sshsig::verify(ours.as_bytes(), *namespace, message).unwrap(), ssh.public());
            counts[0] += 1;
            let crlf = ours.replace('\n', "\r\n");
            let both = |signature: &[u8], message: &[u8]| {
                let there = ssh.verify(signature, namespace.name(), message);
                assert!(!there && sshsig::verify(signature, *namespace, message).is_err());
            };
            both(ours.as_bytes(), &[message, b"x"].concat());
            both(crlf.as_bytes(), message);
            counts[1] += 2;
            for at in (30..ours.len() - 30).step_by(41) {
                let mut twin = ours.clone().into_bytes();
                twin[at] ^= 1;
                both(&twin, message);
                both(&ours.as_bytes()[..at], message);
                counts[1] += 2;
            }
            let other = sshsig::sign(&signing_key([9; 32]), *namespace, message);
            assert!(!ssh.verify(other.as_bytes(), namespace.name(), message));
            assert_ne!(sshsig::verify(other.as_bytes(), *namespace, message).unwrap(), ssh.public());
            // Genuine signatures of another kind are not of our form.
            for (key, options, named) in [
                ("key", &["-O", "hashalg=sha256"] as &[&str], namespace.name()),
                ("key", &[], "file"),
                ("ecdsa", &[], namespace.name()),
            ] {
                let theirs = ssh.sign(key, options, named, message);
                let refused = sshsig::verify(theirs.as_bytes(), *namespace, message).unwrap_err();
                assert_eq!(refused.code(), "sshsig", "{key} {options:?} {named}");
                counts[2] += 1;
            }
        }
    }
    let [same, twins, others] = counts;
    assert_eq!((same, others), (6, 18));
    println!(
        "ssh-keygen: {same} signatures are the same text; {twins} twins refused by both; {others} of another form refused here"
    );
}

#[test]
fn ssh_keygen_reads_keys_written_here_and_the_reverse() {
    if !found("ssh-keygen", "-?") {
        return;
    }
    let ssh = Ssh::new();
    let theirs = fs::read_to_string(ssh.path("key.pub")).unwrap();
    assert_eq!(ssh_key::parse_line(&theirs).unwrap(), ssh.public());
    assert_eq!(ssh_key::to_line(&ssh.public(), "a comment"), theirs.trim_end());
    let printed = |file: &str| {
        let output = run(Command::new("ssh-keygen").arg("-lf").arg(ssh.path(file)), b"");
        assert!(output.status.success(), "{output:?}");
        text(&output).split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(ssh_key::fingerprint(&ssh.public()), printed("key.pub"));
    let other = signing_key([9; 32]).verifying_key();
    fs::write(ssh.path("other.pub"), ssh_key::to_line(&other, "")).unwrap();
    assert_eq!(ssh_key::fingerprint(&other), printed("other.pub"));
    let ecdsa = fs::read_to_string(ssh.path("ecdsa.pub")).unwrap();
    assert_eq!(ssh_key::parse_line(&ecdsa).unwrap_err().code(), "ssh-key");
}

#[test]
fn sha256sum_checks_a_list_written_here() {
    if !found("sha256sum", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let list = sums::write(FILES.map(|(name, content)| (name, sha256(content)))).unwrap();
    let made = run(Command::new("sha256sum").args(FILES.map(|(name, _)| name)).current_dir(&folder), b"");
    assert_eq!(text(&made), list);
    assert_eq!(Sums::parse(&made.stdout).unwrap().entries().len(), FILES.len());
    let check = || {
        let mut command = Command::new("sha256sum");
        run(command.args(["--check", "--strict", "-"]).current_dir(&folder), list.as_bytes())
    };
    assert!(check().status.success());
    fs::write(folder.path().join("README.txt"), b"read mf\n").unwrap();
    assert!(!check().status.success());
    fs::write(folder.path().join("README.txt"), FILES[0].1).unwrap();
    assert!(check().status.success());
    fs::remove_file(folder.path().join(FILES[2].0)).unwrap();
    assert!(!check().status.success());
    println!("sha256sum: 1 list accepted and the same text, 2 altered folders refused");
}

/// Keys that `ssh-keygen` made, and the secret one as it is known here.
struct Ssh {
    folder: tempfile::TempDir,
    key: SigningKey,
}

impl Ssh {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (kind, name) in [("ed25519", "key"), ("ecdsa", "ecdsa")] {
            let path = folder.path().join(name);
            let mut command = Command::new("ssh-keygen");
            command.args(["-q", "-N", "", "-C", "a comment", "-t", kind, "-f"]).arg(path);
            assert!(run(&mut command, b"").status.success());
        }
        let line = fs::read_to_string(folder.path().join("key.pub")).unwrap();
        let public = ssh_key::parse_line(&line).unwrap();
        let secret = fs::read_to_string(folder.path().join("key")).unwrap();
        let body: String = secret.lines().filter(|line| !line.starts_with('-')).collect();
        let body = base64::decode(&body).unwrap();
        // The seed stands before the last copy of the public key.
        let at = body.windows(32).rposition(|part| part == public.to_bytes()).unwrap();
        let key = signing_key(body[at - 32..at].try_into().unwrap());
        assert_eq!(key.verifying_key(), public);
        let allowed = format!("counsel@example.org {}\n", ssh_key::to_line(&public, ""));
        fs::write(folder.path().join("allowed"), allowed).unwrap();
        Self { folder, key }
    }

    fn public(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn sign(&self, key: &str, options: &[&str], namespace: &str, message: &[u8]) -> String {
        let mut command = Command::new("ssh-keygen");
        command.args(["-Y", "sign", "-n", namespace]).args(options).arg("-f").arg(self.path(key));
        let output = run(&mut command, message);
        assert!(output.status.success(), "{output:?}");
        text(&output)
    }

    fn verify(&self, signature: &[u8], namespace: &str, message: &[u8]) -> bool {
        fs::write(self.path("sig"), signature).unwrap();
        let mut command = Command::new("ssh-keygen");
        command.args(["-Y", "verify", "-I", "counsel@example.org", "-n", namespace]);
        command.arg("-f").arg(self.path("allowed")).arg("-s").arg(self.path("sig"));
        run(&mut command, message).status.success()
    }
}

fn pack() -> Vec<u8> {
    let entry = |(name, content): (&str, &[u8])| Entry {
        name: name.to_owned(),
        size: content.len() as u64,
        crc32: crc32(content),
    };
    let layout = Layout::new(FILES.map(entry).to_vec()).unwrap();
    let contents = FILES.iter().enumerate();
    let mut archive: Vec<u8> = contents
        .flat_map(|(at, (_, content))| [&layout.local_header(at).unwrap(), *content].concat())
        .collect();
    archive.extend(layout.tail());
    archive
}

fn crc32(content: &[u8]) -> u32 {
    let mut hasher = Hasher::default();
    hasher.update(content);
    hasher.finish().crc32
}

/// Whether a program is there. With the shared folder it has to be.
fn found(program: &str, about: &str) -> bool {
    let run = Command::new(program).arg(about).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = run.is_ok();
    assert!(there || std::env::var_os("PRIVITY_SHARED").is_none(), "{program} is required and not installed");
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may end without reading; its verdict tells.
    let _broken_pipe = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// What a script prints; `None` if it fails.
fn python(script: &str, path: &Path) -> Option<String> {
    let output = run(Command::new("python3").args(["-X", "utf8", "-c", script]).arg(path), b"");
    output.status.success().then(|| text(&output))
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
