//! Every kind of object is told from its bytes; what is none is refused, and nothing commands the terminal.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use privity::audit::proof::TlogProof;
use privity::audit::{Appender, Draft, Origin};
use privity::keys::{ChainKeys, DeviceKeys, Identity, Passphrase, Protector, RootKeys};
use privity::sharing::{CardDetails, Party, age};
use privity::store::Storage;
use privity::vault::{NewFirm, Options, Scope, Vault};
use privity::{DocumentId, FirmId, SecretBytes, SystemClock, Timestamp, envelope};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::person::{Ended, acquainted, privity};

/// Each kind of object by what inspecting calls it.
fn objects(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let passphrase = || Passphrase::new(SecretBytes::new(b"some passphrase".to_vec())).unwrap();
    let header =
        envelope::Header::new(FirmId::generate().unwrap(), DocumentId::generate().unwrap(), 3).unwrap();
    let (sealed, _, _) = envelope::seal(&header, b"content").unwrap();
    let mut all = vec![("sealed document", sealed)];

    let protector: &dyn Protector = &passphrase();
    for protected in [
        Identity::generate().unwrap().protect(protector),
        ChainKeys::generate().unwrap().protect(protector),
        DeviceKeys::generate().unwrap().protect(protector),
        RootKeys::generate().unwrap().protect(protector),
        Party::generate().unwrap().protect(protector),
    ] {
        all.push(("protected keys", protected.unwrap()));
    }

    let firm = NewFirm::new("Example LLP", "A. Partner");
    let (device, root) = (Arc::new(passphrase()), Arc::new(passphrase()));
    let (vault, _) = Vault::create(Storage::memory(), firm, device, root, Options::default()).unwrap();
    let party = vault.party().unwrap();
    let details = CardDetails {
        name: "A. Partner",
        organisation: "Example LLP",
        not_before: Timestamp::from_micros(0).unwrap(),
        expires: Timestamp::from_micros(Timestamp::LIMIT - 1).unwrap(),
        with_classic: false,
        previous: None,
    };
    let card = party.card(&details).unwrap();
    all.push(("contact card", card.to_bytes()));
    all.push(("contact card", card.to_text().unwrap().into_bytes()));
    all.push(("standing of a firm's device", party.standing().unwrap().to_vec()));
    all.push(("export of a vault's chains", vault.export(Scope::Firm).unwrap().to_bytes()));
    all.push(("kept contact, sealed for one party", {
        let contact = privity::sharing::UnverifiedContact::from_card(card);
        party.keep(&privity::sharing::Contact::Unverified(contact)).unwrap()
    }));

    let to = age::Recipients::new(&[Identity_::generate().unwrap().recipient().clone()]).unwrap();
    let file = age::seal(&to, &[5; 70_000]).unwrap();
    all.push(("age file, as text (armor)", age::armor::encode(&file).unwrap().into_bytes()));
    all.push(("age file", file));

    let origin = Origin::new("log.example/file").unwrap();
    let (mut chain, genesis) =
        Appender::new(origin, ChainKeys::generate().unwrap(), Arc::new(SystemClock)).unwrap();
    let _second = chain.append(Draft::host(2000, vec![0xA1, 0x01, 0x07]).unwrap()).unwrap();
    let checkpoint = chain.checkpoint().unwrap();
    let proof = TlogProof { extra: None, index: 0, hashes: vec![genesis.hash], checkpoint: &checkpoint };
    all.push(("proof (tlog-proof)", proof.to_text().unwrap().into_bytes()));
    all.push(("record of an audit chain", genesis.record));
    all.push(("checkpoint (signed note)", checkpoint.into_bytes()));

    let (counsel, expert) = acquainted(folder);
    fs::write(folder.join("a.pdf"), b"one").unwrap();
    counsel.ok(&["share", "a.pdf", "--to", "Erin Expert", "--purpose", "x", "-o", "s.age"]);
    expert.ok(&["open", "s.age", "--receipt", "received"]);
    for (what, path) in [
        ("manifest of a share", "privity/manifest.json"),
        ("list of checksums (SHA256SUMS)", "SHA256SUMS"),
        ("ssh signature (SSHSIG)", "SHA256SUMS.sig"),
        ("receipt", "receipt.json"),
        ("ssh signature (SSHSIG)", "receipt.json.sig"),
    ] {
        all.push((what, fs::read(folder.join("s").join(path)).unwrap()));
    }
    all
}

use age::Identity as Identity_;

fn inspect(path: &Path, bytes: &[u8], more: &[&str]) -> Ended {
    fs::write(path, bytes).unwrap();
    privity(&[&["inspect", path.to_str().unwrap()], more].concat())
}

fn json(ended: &Ended) -> Value {
    assert_eq!(ended.code, 0, "{}", ended.err);
    serde_json::from_str(&ended.out).unwrap()
}

/// A later version may say more in a manifest: it is named by its bytes as they are, not as this one would write it.
#[test]
fn a_manifest_is_named_by_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("object");
    let objects = objects(folder.path());
    let (_, ours) = objects.iter().find(|(what, _)| *what == "manifest of a share").unwrap();
    let text = std::str::from_utf8(ours).unwrap().strip_suffix("}\n").unwrap();
    let later = format!("{text},\"zz\":1}}\n").into_bytes();
    for bytes in [ours, &later] {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(json(&inspect(&path, bytes, &["--json"]))["hash"], hash);
    }
}

#[test]
fn every_kind_is_told_and_what_is_cut_or_altered_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("object");
    let objects = objects(folder.path());
    for (what, bytes) in &objects {
        let told = json(&inspect(&path, bytes, &["--json"]));
        assert_eq!(&told["object"], what);
        assert!(inspect(&path, bytes, &[]).out.contains(what));
        // Inside its beginning every object is malformed.
        for cut in [1, 7] {
            let ended = inspect(&path, &bytes[..cut], &[]);
            assert_eq!((ended.code, ended.out.as_str()), (4, ""), "{what} cut at {cut}: {}", ended.err);
        }
        // Behind it, some say all they say in a header.
        for part in 1..8 {
            let cut = bytes.len() * part / 8;
            let ended = inspect(&path, &bytes[..cut], &[]);
            let header = ["sealed document", "age file", "kept contact, sealed for one party"].contains(what);
            let lines = *what == "list of checksums (SHA256SUMS)" && bytes[cut - 1] == b'\n';
            assert!(
                ended.code == 4 || (header || lines) && ended.code == 0,
                "{what} cut at {cut}: {}",
                ended.err
            );
        }
        for at in (0..bytes.len().min(4_000)).step_by(bytes.len().min(4_000).div_ceil(10)) {
            let mut altered = bytes.clone();
            altered[at] ^= 0x55;
            let ended = inspect(&path, &altered, &[]);
            assert!([0, 3, 4].contains(&ended.code), "{what} altered at {at}: {} {}", ended.code, ended.err);
        }
    }
    assert!(objects.len() >= 20, "{}", objects.len());
}

#[test]
fn what_is_none_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("object");
    // A generator of its own, so that a failure comes again.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u8::try_from(state >> 56).unwrap()
    };
    for length in [0, 1, 8, 64, 100, 1_000, 70_000] {
        let bytes: Vec<u8> = (0..length).map(|_| byte()).collect();
        assert_eq!(inspect(&path, &bytes, &[]).code, 4, "{length}");
    }
    let starts: [&[u8]; 14] = [
        b"PRVYDOC1",
        b"PRVYIDN1",
        b"PRVYPTY1",
        b"PRVYCRD1",
        b"PRVYSTN1",
        b"PRVYEXP1",
        b"age-encryption.org/v1\n",
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
        b"privity-card:",
        b"-----BEGIN SSH SIGNATURE-----\n",
        b"c2sp.org/tlog-proof@v1\n",
        b"{",
        b"\x84",
        b"log.example/file\n",
    ];
    for start in starts {
        for length in [0, 40, 5_000] {
            let tail: Vec<u8> = (0..length).map(|_| byte()).collect();
            let ended = inspect(&path, &[start, &tail].concat(), &[]);
            assert_eq!(ended.code, 4, "{}: {}", String::from_utf8_lossy(start), ended.err);
        }
    }
    assert_eq!(privity(&["inspect", folder.path().to_str().unwrap()]).code, 2);
    assert_eq!(privity(&["inspect", folder.path().join("nothing").to_str().unwrap()]).code, 2);
}

#[test]
fn an_export_and_a_standing_are_verified_from_the_first_record_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/vault/v1");
    let trust = fs::read_to_string(fixtures.join("trust.txt")).unwrap();
    let (firm, genesis) = trust.trim().split_once('\n').unwrap();
    let bytes = fs::read(fixtures.join("export.bin")).unwrap();
    let path = folder.path().join("export");
    let told = json(&inspect(&path, &bytes, &["--json"]));
    assert_eq!((&told["verified"], &told["firm"]), (&false.into(), &firm.into()));
    let told = json(&inspect(&path, &bytes, &["--json", "--genesis", genesis.trim()]));
    assert_eq!(told["verified"], true);
    let other = "00".repeat(32);
    assert_eq!(inspect(&path, &bytes, &["--genesis", &other]).code, 3);

    let passphrase = || Arc::new(Passphrase::new(SecretBytes::new(b"some passphrase".to_vec())).unwrap());
    let firm = NewFirm::new("Example LLP", "A. Partner");
    let (vault, _) =
        Vault::create(Storage::memory(), firm, passphrase(), passphrase(), Options::default()).unwrap();
    let standing = vault.party().unwrap().standing().unwrap().to_vec();
    let genesis = vault.genesis().to_string();
    assert_eq!(json(&inspect(&path, &standing, &["--json"]))["verified"], false);
    assert_eq!(json(&inspect(&path, &standing, &["--json", "--genesis", &genesis]))["verified"], true);
    assert_eq!(inspect(&path, &standing, &["--genesis", &other]).code, 3);
}

/// A name that would clear the screen, turn the direction of what follows, or begin a line of its own.
#[test]
fn no_name_commands_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("object");
    let hostile = "x\u{1b}[2Jy\u{9b}31mz\u{202e}fdp.exe\u{2066}\r\u{7}\u{2028}refused";
    let sums = format!("{}  {hostile}\n", "0a".repeat(32));
    let note = format!("{hostile}\n1\n{}=\n", "A".repeat(43));
    let (counsel, expert) = acquainted(folder.path());
    let mut shown = vec![inspect(&path, sums.as_bytes(), &[]), inspect(&path, sums.as_bytes(), &["--json"])];
    assert!(shown.iter().all(|ended| ended.code == 0));
    let told: Value = serde_json::from_str(&shown[1].out).unwrap();
    assert_eq!(told["files"][0]["name"], hostile, "a program gets the name as it is");
    shown.push(inspect(&path, note.as_bytes(), &[]));
    shown.push(counsel.run(&["card", "verify", hostile]));
    shown.push(counsel.run(&["keygen", "--name", hostile]));
    // Where the system has such names, a share carries them.
    let name = "x\u{1b}[2Jy\u{202e}z.pdf";
    #[cfg(unix)]
    {
        fs::write(folder.path().join(name), b"one").unwrap();
        counsel.ok(&["share", name, "--to", "Erin Expert", "--purpose", "x", "-o", "s.age"]);
        let opened = expert.ok(&["open", "s.age", "--receipt", "received"]);
        assert!(opened.out.contains("0001-"), "{}", opened.out);
        shown.push(opened);
        shown.push(expert.ok(&["open", "s.age", "--check", "--json"]));
        shown.push(counsel.run(&["share", "no\u{1b}[2Jsuch", "--to", "Erin Expert", "--purpose", "x"]));
    }
    let commands =
        |c: char| c != '\n' && c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || c == '\u{2066}';
    for ended in shown {
        for text in [&ended.out, &ended.err] {
            assert!(!text.contains(commands), "{text:?}");
        }
    }
}
