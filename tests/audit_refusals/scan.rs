//! A chain of sealed documents with details, read by somebody who looks for people and content.

use std::sync::Arc;

use privity::audit::body::{
    Body, Described, Designation, DocumentVersion, List, Opened, Padding, Sealed, SealedDocument, Versions,
};
use privity::audit::detail::{DetailKey, DetailPlace, Details};
use privity::audit::tree::leaf_hash;
use privity::audit::{Appended, Appender, Draft, Origin, TrustRoots, Verifier};
use privity::envelope::{self, Header, Profile};
use privity::keys::ChainKeys;
use privity::testing::cbor::Writer;
use privity::testing::kdf::Context;
use privity::testing::label::SealKind;
use privity::testing::{self, SealContext, base64, seal, sha256};
use privity::{DocumentId, FirmId, SystemClock};

const PEOPLE: [&str; 4] = ["Ada Lovelace", "ada@lovelace.example", "Charles Babbage", "engine-contract.pdf"];
const REASON: &str = "asked for by the opposing party";
const CONTENTS: [&str; 2] =
    ["I, Ada Lovelace, agree to the terms.", "Invoice of Charles Babbage, due on the first."];

#[test]
fn no_record_says_who_or_what_and_no_hash_of_it() {
    let written = written();
    let public = written.public();
    for (what, needle) in &written.forbidden {
        for (index, bytes) in public.iter().enumerate() {
            assert!(!holds(bytes, needle), "{what} stands in {index}");
        }
    }
    // In what only a detail key opens, it is all there.
    let hashes = CONTENTS.map(|content| sha256(content.as_bytes()).0);
    let belong = PEOPLE.iter().chain(&[REASON]).map(|text| text.as_bytes());
    for needle in belong.chain(hashes.iter().map(<[u8; 32]>::as_slice)) {
        assert!(written.forbidden.iter().any(|(_, looked_for)| looked_for == needle));
        assert!(written.plaintexts.iter().any(|plain| holds(plain, needle)), "{needle:02x?}");
    }
    let bytes: usize = public.iter().map(Vec::len).sum();
    let looked_for = written.forbidden.len();
    println!(
        "{looked_for} byte strings looked for in {} records, blobs and a note, {bytes} bytes",
        public.len()
    );
    assert!(looked_for > 100 && public.len() > 20);
}

#[test]
fn the_scan_finds_what_a_careless_host_puts_into_a_body() {
    let mut written = written();
    for (what, needle) in &written.forbidden {
        let mut body = Writer::new();
        body.map(1).unsigned(1).bytes(needle);
        let careless = written.appender.append(Draft::host(2_000, body.finish()).unwrap()).unwrap();
        assert!(holds(&careless.record, needle), "{what}");
    }
}

/// A chain, and what must not be found in it.
struct Written {
    appender: Appender,
    roots: TrustRoots,
    records: Vec<Vec<u8>>,
    /// The sealed details.
    blobs: Vec<Vec<u8>>,
    /// What is in them.
    plaintexts: Vec<Vec<u8>>,
    forbidden: Vec<(String, Vec<u8>)>,
}

/// Every act of a vendor on two documents, each with details, through the appender.
fn written() -> Written {
    let origin = Origin::new("log.example/scan").unwrap();
    let keys = ChainKeys::generate().unwrap();
    let (appender, genesis) = Appender::new(origin.clone(), keys, Arc::new(SystemClock)).unwrap();
    let mut written = Written {
        appender,
        roots: TrustRoots::new(origin, genesis.hash),
        records: vec![genesis.record],
        blobs: Vec::new(),
        plaintexts: Vec::new(),
        forbidden: Vec::new(),
    };
    for content in CONTENTS {
        let (version, document, key) = sealed(content);
        for body in acts(version, document) {
            written.act(Draft::new(&body), content);
        }
        let mut host = Draft::host(2_000, vec![0xA1, 1, 7]).unwrap();
        host.subjects = vec![*DocumentId::generate().unwrap().as_bytes()];
        written.act(host, content);
        written.forbid("a document's key", &key);
        written.forbid("a part of the content", &content.as_bytes()[4..20]);
    }
    for text in PEOPLE.iter().chain(&[REASON]).chain(&CONTENTS) {
        written.forbid("a name, a reason, a content", text.as_bytes());
        for (how, hash) in hashes(text) {
            written.forbid(&format!("{how} of {text:?}"), &hash);
        }
    }
    written
}

impl Written {
    /// Appends it with details, and seals these beside the chain.
    fn act(&mut self, draft: Draft, content: &str) {
        let draft = Draft { details: Some(details(content)), ..draft };
        let Appended { sequence, record, details, .. } = self.appender.append(draft).unwrap();
        let (details, key) = (details.unwrap(), DetailKey::generate().unwrap());
        let (chain, author) = (self.appender.chain(), self.appender.author());
        let place = DetailPlace::standalone(Profile::ChaCha, chain, author, sequence);
        let blob = details.seal(&key, &place).unwrap();
        let aad = Context::empty().chain(chain).device(author).sequence(sequence).to_cbor();
        let context = SealContext::new(SealKind::Detail, Profile::ChaCha, &aad);
        let key = key.to_secret_bytes();
        let secret = testing::secret(key.expose_secret().try_into().unwrap());
        self.plaintexts.push(seal::open(&secret, &context, &blob).unwrap());
        self.forbid("a detail key", key.expose_secret());
        for (name, _) in details.iter() {
            self.forbid(&format!("the salt of {name}"), &details.disclose(name).unwrap().salt);
            self.forbid("the name of a detail", name.as_bytes());
        }
        self.records.push(record);
        self.blobs.push(blob);
    }

    fn forbid(&mut self, what: &str, needle: &[u8]) {
        self.forbidden.push((what.to_owned(), needle.to_vec()));
    }

    /// All that whoever keeps the chain can read. It is a valid chain.
    fn public(&self) -> Vec<Vec<u8>> {
        let checkpoint = self.appender.checkpoint().unwrap();
        let mut verifier = Verifier::new(self.roots.clone(), &[&checkpoint]).unwrap();
        self.records.iter().for_each(|record| verifier.push(record).unwrap());
        let findings = verifier.finish().unwrap().findings().clone();
        assert_eq!((findings.documents, findings.reported.len()), (CONTENTS.len() as u64, 0));
        [self.records.as_slice(), &self.blobs, &[checkpoint.into_bytes()]].concat()
    }
}

fn details(content: &str) -> Details {
    let hash = sha256(content.as_bytes()).0;
    let fields: [(&str, &[u8]); 6] = [
        ("client-name", PEOPLE[0].as_bytes()),
        ("client-mail", PEOPLE[1].as_bytes()),
        ("opposing-party", PEOPLE[2].as_bytes()),
        ("file-name", PEOPLE[3].as_bytes()),
        ("reason-given", REASON.as_bytes()),
        ("content-hash", &hash),
    ];
    Details::new(fields).unwrap()
}

/// A document as this library seals it, what its record says of it, and its key.
fn sealed(content: &str) -> (DocumentVersion, SealedDocument, [u8; 32]) {
    let header = Header::new(FirmId::generate().unwrap(), DocumentId::generate().unwrap(), 1).unwrap();
    let (bytes, key, summary) = envelope::seal(&header, content.as_bytes()).unwrap();
    assert_eq!(
        summary.digests.sha256,
        sha256(content.as_bytes()),
        "the summary knows it, the record does not"
    );
    let version = DocumentVersion { document: header.document(), version: 1.try_into().unwrap() };
    let document = SealedDocument {
        document: version.document,
        version: version.version,
        profile: Profile::ChaCha,
        padding: Padding::None,
        seal_id: *summary.seal_id.as_bytes(),
        content_commitment: *summary.content_commitment.as_bytes(),
        metadata: sha256(&bytes),
        designation: Designation::CONFIDENTIAL,
    };
    (version, document, *testing::expose_key(key.opening_key()))
}

fn acts(at: DocumentVersion, sealed: SealedDocument) -> [Body; 4] {
    let DocumentVersion { document, version } = at;
    let metadata = sealed.metadata;
    [
        Body::Sealed(Sealed { epoch: None, generation: None, documents: List::new(vec![sealed]).unwrap() }),
        Body::Opened(Opened { documents: List::new(vec![document]).unwrap() }),
        Body::Described(Described { document, version, metadata }),
        Body::Disposed(Versions { versions: List::new(vec![at]).unwrap() }),
    ]
}

/// The hash of a text in every way in which it could slip in.
fn hashes(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let (hash, leaf) = (sha256(text.as_bytes()).0, leaf_hash(text.as_bytes()).0);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        ("SHA-256", hash.to_vec()),
        ("half of the SHA-256", hash[..16].to_vec()),
        ("the leaf hash", leaf.to_vec()),
        ("SHA-256 in capitals", hex.to_uppercase().into_bytes()),
        ("SHA-256 in hexadecimal", hex.into_bytes()),
        ("SHA-256 in base64", base64::encode(&hash).into_bytes()),
    ]
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
