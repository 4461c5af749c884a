//! A whole vault of version 1, as bytes in the repository: every later version opens it.
//!
//! `tests/fixtures/vault/v1` holds the folder of a small firm, three device folders, what passed at an
//! enrolment, an export and the trust root. It is frozen; it was made once, by this version:
//! `cargo test --test vault_fixture -- --ignored` in a checkout where the folder is missing.

#[path = "vault/people.rs"]
mod people;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use people::refused;
use privity::audit::body::MatterRole;
use privity::keys::{Passphrase, Protector};
use privity::state::Trust;
use privity::store::Storage;
use privity::vault::{
    AccessReason, Approval, Change, EnrolmentRequest, Matter, NewDocument, NewFirm, NewMatter, NewUser,
    Options, Scope, Vault, verify_export,
};
use privity::{FirmId, Hash, SecretBytes};
use tempfile::TempDir;

const PARTNER: &str = "device-partner";
const LAWYER: &str = "device-lawyer";
const PARALEGAL: &str = "device-paralegal";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/vault/v1")
}

fn passphrase() -> Arc<dyn Protector> {
    let words = SecretBytes::new(b"six words that nobody else knows".to_vec());
    Arc::new(Passphrase::new(words).unwrap())
}

fn storage(folder: &Path, device: &str) -> Storage {
    Storage::folder(&folder.join("firm"), &folder.join(device)).unwrap()
}

/// A document of 300,000 bytes: several segments.
fn long() -> Vec<u8> {
    (0..300_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

#[test]
#[ignore = "made once, by the version itself"]
fn make_the_fixture() {
    let folder = fixture();
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    fs::create_dir(&folder).expect("the fixture is frozen: it is not made again");
    let new = NewFirm::new("Example LLP", "A. Partner");
    let (partner, root) =
        Vault::create(storage(&folder, PARTNER), new, passphrase(), passphrase(), Options::default())
            .unwrap();
    let [lawyer, paralegal] = [(LAWYER, "B. Lawyer"), (PARALEGAL, "C. Paralegal")].map(|(device, name)| {
        let storage = storage(&folder, device);
        let request = Vault::request(storage.clone(), NewUser::new(name), passphrase()).unwrap();
        let approval = partner.enrol(&request, &request.words(), &[]).unwrap();
        if device == LAWYER {
            fs::write(folder.join("request.bin"), request.to_bytes()).unwrap();
            fs::write(folder.join("request.words"), request.words().join(" ") + "\n").unwrap();
            fs::write(folder.join("approval.bin"), approval.to_bytes()).unwrap();
        }
        Vault::accept(storage, &approval, passphrase(), Options::default()).unwrap()
    });
    let matter = partner.open_matter(NewMatter::new("Doe v. Roe")).unwrap();
    matter.admit(lawyer.user(), MatterRole::Member).unwrap();
    matter.admit(paralegal.user(), MatterRole::Member).unwrap();
    let letter = matter.seal_bytes(NewDocument::new("letter.txt").unwrap(), b"Dear Sirs").unwrap();
    matter.seal_bytes(NewDocument::new("long.bin").unwrap(), &long()).unwrap();
    let change = Change { name: Some("letter to court.txt".into()), ..Change::default() };
    lawyer.matter(matter.id()).unwrap().describe(letter.id, &change).unwrap();
    let hers = paralegal.matter(matter.id()).unwrap();
    hers.open_bytes(letter.id, AccessReason::because("cite check")).unwrap();
    assert!(matter.remove(paralegal.user(), "left the firm").unwrap().is_complete());
    matter.seal_bytes(NewDocument::new("after.txt").unwrap(), b"privileged").unwrap();
    assert!(lawyer.verify(Scope::Firm, None).unwrap().is_clean());
    fs::write(folder.join("export.bin"), lawyer.export(Scope::Firm).unwrap().to_bytes()).unwrap();
    fs::write(folder.join("root.bin"), &root.root).unwrap();
    fs::write(folder.join("next-root.bin"), &root.next).unwrap();
    let trust = partner.trust();
    fs::write(folder.join("trust.txt"), format!("{}\n{}\n", trust.firm, trust.genesis)).unwrap();
}

/// A copy to work in: the fixture itself is never opened.
fn copy() -> TempDir {
    fn copy_into(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let to = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy_into(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy_into(&fixture(), folder.path());
    folder
}

fn unlock(folder: &Path, device: &str) -> privity::Result<Vault> {
    Vault::unlock(storage(folder, device), passphrase(), Options::default())
}

fn matter(vault: &Vault) -> Matter {
    vault.matters().unwrap().remove(0)
}

fn trust(folder: &Path) -> Trust {
    let text = fs::read_to_string(folder.join("trust.txt")).unwrap();
    let mut lines = text.lines();
    let firm: FirmId = lines.next().unwrap().parse().unwrap();
    let genesis: Hash = lines.next().unwrap().parse().unwrap();
    Trust { firm, genesis }
}

#[test]
fn a_vault_of_version_1_opens_goes_on_and_verifies() {
    let folder = copy();
    let lawyer = unlock(folder.path(), LAWYER).unwrap();
    assert_eq!(lawyer.trust(), trust(folder.path()));
    let matter = matter(&lawyer);
    assert_eq!(matter.name().unwrap().as_deref(), Some("Doe v. Roe"));
    let mut listed = matter.documents(None, 10).unwrap();
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = listed.iter().map(|document| document.name.as_str()).collect();
    assert_eq!(names, ["after.txt", "letter to court.txt", "long.bin"]);
    let contents = [b"privileged".to_vec(), b"Dear Sirs".to_vec(), long()];
    for (document, content) in listed.iter().zip(contents) {
        assert_eq!(matter.open_bytes(document.id, AccessReason::none()).unwrap(), content);
    }
    let new = matter.seal_bytes(NewDocument::new("today.txt").unwrap(), b"of this version").unwrap();

    let partner = unlock(folder.path(), PARTNER).unwrap();
    let his = partner.matter(matter.id()).unwrap();
    assert_eq!(his.open_bytes(new.id, AccessReason::none()).unwrap(), b"of this version");
    let report = partner.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean() && report.documents_checked == 4, "{report}");
    let names: Vec<_> = partner.users().unwrap().into_iter().filter_map(|person| person.name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn who_had_left_in_version_1_is_still_shut_out() {
    let folder = copy();
    let paralegal = unlock(folder.path(), PARALEGAL).unwrap();
    let left = paralegal.matters().unwrap();
    assert!(left.iter().all(|matter| matter.documents(None, 1).is_err()), "{left:?}");
    let lawyer = unlock(folder.path(), LAWYER).unwrap();
    let id = matter(&lawyer).id();
    let gone = paralegal.matter(id).and_then(|matter| matter.documents(None, 1));
    refused(gone, "no-access");
}

#[test]
fn an_export_of_version_1_verifies_with_its_trust_root_alone() {
    let folder = fixture();
    let export = fs::read(folder.join("export.bin")).unwrap();
    let report = verify_export(&export, trust(&folder)).unwrap();
    assert!(report.is_clean() && report.documents == 3, "{report}");
    let mut other = trust(&folder);
    other.genesis = Hash([7; 32]);
    refused(verify_export(&export, other), "other-firm");
}

#[test]
fn an_enrolment_of_version_1_reads_back_to_its_words() {
    let folder = fixture();
    let bytes = fs::read(folder.join("request.bin")).unwrap();
    let request = EnrolmentRequest::from_bytes(&bytes).unwrap();
    assert_eq!(request.to_bytes(), bytes);
    assert_eq!(request.words().join(" "), fs::read_to_string(folder.join("request.words")).unwrap().trim());
    assert_eq!(request.name(), "B. Lawyer");
    let bytes = fs::read(folder.join("approval.bin")).unwrap();
    assert_eq!(Approval::from_bytes(&bytes).unwrap().to_bytes(), bytes);
}
