//! Codes of the envelope and of keys.

use std::sync::Arc;

use privity::{DocumentId, FirmId, Hash, PrincipalId};
use privity_ffi::{
    Blob, Expected, Guard, Header, Identity, Opener, OpeningKey, ProgressListener, PublicKey, Sealer,
    content_disclosure, envelope_open, envelope_open_file, envelope_seal, envelope_seal_file, expected_of,
    metadata_hash, metadata_open, metadata_seal, verify_content, wrap_context,
};

use super::Seen;
use super::common::{Desk, secret};

pub fn steps(seen: &mut Seen) {
    let desk = Desk::new();
    let header = Header {
        firm: FirmId::generate().unwrap(),
        document: DocumentId::generate().unwrap(),
        version: 1,
        profile: None,
        padding: None,
    };
    let person = Identity::generate().unwrap();
    let other = Identity::generate().unwrap();
    let principal = PrincipalId::generate().unwrap();
    let context = wrap_context(header.clone(), principal, 1).unwrap();

    // It works …
    let sealed = envelope_seal(header.clone(), b"Dear Sirs").unwrap();
    let wrap = sealed.key.wrap(person.public().unwrap(), context.clone()).unwrap();
    let key = OpeningKey::unwrap(person.clone(), wrap.clone(), context.clone()).unwrap();
    let expected = expected_of(sealed.summary.clone()).unwrap();
    let bytes = sealed.sealed.as_slice();
    let open = |expected: &Expected, bytes: &[u8]| envelope_open(key.clone(), expected.clone(), bytes);
    assert_eq!(open(&expected, bytes).unwrap().as_slice(), b"Dear Sirs");
    let sealer = Sealer::new(header.clone()).unwrap();
    let mut stored = Vec::new();
    for _ in 0..30 {
        stored.extend_from_slice(sealer.write(&[7; 100_000]).unwrap().as_slice());
    }
    let end = sealer.finish().unwrap();
    stored.extend_from_slice(end.sealed.as_slice());
    assert_eq!(end.summary.sealed_len, stored.len() as u64);
    let whole = expected_of(end.summary.clone()).unwrap();
    let own = end.key.opening_key().unwrap();
    let opener = Opener::bytes(own.clone(), whole.clone(), Blob::new(&stored).unwrap()).unwrap();
    assert_eq!(opener.read_at(2_999_990, 65_536).unwrap().as_slice(), [7; 10]);
    assert_eq!(opener.read().unwrap().as_slice(), vec![7; 3_000_000]);
    let about = privity_ffi::Metadata {
        name: "letter.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        digests: sealed.summary.digests.clone(),
        sealed_by: privity::DeviceId::generate().unwrap(),
        sealed_at: 1,
    };
    let beside = metadata_seal(key.clone(), header.clone(), about.clone()).unwrap();
    assert!(metadata_open(key.clone(), header.clone(), beside.clone()).unwrap() == about);
    assert_ne!(metadata_hash(beside).unwrap(), Hash([0; 32]));

    // … and fails.
    seen.fails("out-of-range", opener.read_at(3_000_001, 1));
    opener.release().unwrap();
    seen.fails("handle-ended", opener.len());
    seen.fails("version", envelope_seal(Header { version: 0, ..header.clone() }, b""));
    seen.fails("public-key", PublicKey::from_bytes(Blob::new(&[0; 1216]).unwrap()));
    seen.fails(
        "wrap-length",
        OpeningKey::unwrap(person.clone(), Blob::new(b"short").unwrap(), context.clone()),
    );
    seen.fails("unwrap-refused", OpeningKey::unwrap(other.clone(), wrap.clone(), context.clone()));
    seen.fails("wrap-mismatch", key.verify_wrap(other.public().unwrap(), context, wrap));
    seen.fails("not-a-sealed-document", open(&expected, b"%PDF-1.7 of no sealed document at all, but long"));
    let cut = bytes.len() - 1;
    seen.fails("sealed-length", open(&expected, &bytes[..bytes.len() / 4]));
    let another = Expected { header: Header { version: 2, ..header.clone() }, ..expected.clone() };
    seen.fails("header-mismatch", open(&another, bytes));
    let again = envelope_seal(header.clone(), b"Dear Sirs").unwrap();
    seen.fails("seal-mismatch", open(&expected, again.sealed.as_slice()));
    let mut flipped = bytes.to_vec();
    flipped[cut] ^= 1;
    seen.fails("content-refused", open(&expected, &flipped));
    // Magic, four bytes of length, then the header: a map whose first value is the profile.
    let altered = |at: usize, to: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = to;
        bytes
    };
    seen.fails("profile", open(&expected, &altered(14, 9)));
    seen.fails("cbor", open(&expected, &altered(12, 0xFF)));
    let disclosed = content_disclosure(key.clone(), header.clone()).unwrap();
    let commitment = sealed.summary.content_commitment.clone();
    verify_content(commitment.clone(), disclosed.clone(), sealed.summary.digests.sha256).unwrap();
    seen.fails("content-mismatch", verify_content(commitment, disclosed, Hash([0; 32])));
    let long = privity_ffi::Metadata { name: "n".repeat(20_000), ..about };
    seen.fails("too-large", metadata_seal(key.clone(), header.clone(), long));
    seen.fails(
        "field",
        metadata_seal(key.clone(), header.clone(), {
            privity_ffi::Metadata { sealed_at: u64::MAX, ..metadata(&sealed.summary) }
        }),
    );

    let guard = Guard::passphrase(secret("of the person")).unwrap();
    let protected = person.protect(guard.clone()).unwrap();
    seen.fails("unlock-refused", Identity::unlock(protected.clone(), desk.guard("someone else")));
    seen.fails("protected-identity", Identity::unlock(Blob::new(b"no file of ours").unwrap(), guard.clone()));
    seen.fails("passphrase-empty", Guard::passphrase(secret("")));
    seen.fails("passphrase-cost", Guard::passphrase_with_cost(secret("x"), 8, 1, 1));
    let host = || Guard::protector("com.example.broken".to_owned(), Arc::new(Broken)).unwrap();
    seen.fails("protector-mismatch", Identity::unlock(protected, host()));
    seen.fails("protector-failed", person.protect(host()));

    let (source, target) = (desk.path("plain"), desk.path("sealed"));
    std::fs::write(&source, vec![5; 1_000_000]).unwrap();
    let seal = |from: &str, to: &str, threads, listener: Option<Arc<dyn ProgressListener>>| {
        envelope_seal_file(header.clone(), from.to_owned(), to.to_owned(), listener, threads)
    };
    let file = seal(&source, &target, None, None).unwrap();
    let opened = desk.path("opened");
    let key = file.key.opening_key().unwrap();
    let expected = expected_of(file.summary).unwrap();
    let length = envelope_open_file(key, expected, target.clone(), opened, None, None).unwrap();
    assert_eq!(length, 1_000_000);
    seen.fails("exists", seal(&source, &target, None, None));
    seen.fails("threads", seal(&source, &target, Some(65), None));
    seen.fails("not-a-file", seal(&desk.path(""), &desk.path("x"), None, None));
    seen.fails("io", seal(&desk.path("missing"), &desk.path("x"), None, None));
}

fn metadata(summary: &privity_ffi::Summary) -> privity_ffi::Metadata {
    privity_ffi::Metadata {
        name: String::new(),
        media_type: String::new(),
        digests: summary.digests.clone(),
        sealed_by: privity::DeviceId::generate().unwrap(),
        sealed_at: 0,
    }
}

/// A key store that fails.
struct Broken;

impl privity_ffi::Protector for Broken {
    fn wrap(&self, _: privity_ffi::SecretBlob, _: Blob) -> Result<Blob, privity_ffi::HostError> {
        Err(privity_ffi::HostError::Failed)
    }

    fn unwrap(&self, _: Blob, _: Blob) -> Result<privity_ffi::SecretBlob, privity_ffi::HostError> {
        Err(privity_ffi::HostError::Failed)
    }
}
