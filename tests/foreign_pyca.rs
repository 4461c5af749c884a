//! Documents and wraps go both ways between this library and PyCA `cryptography`, through a second
//! implementation written from the format's text (`tests/foreign/pyca.py`).
//!
//! `PRIVITY_PYTHON` names a Python that has `cryptography` >= 50. Set, it is required.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use privity::envelope::{self, ContentCommitment, Expected, Header, Padding, Profile, SealId, Summary};
use privity::keys::{OpeningKey, PublicKey, Wrap, WrapContext};
use privity::{DocumentId, FirmId, PrincipalId, testing};
use serde_json::{Value, json};

/// Around nothing, around a chunk, and a document of several.
const SIZES: [usize; 6] = [0, 1, 16_383, 16_384, 16_385, 100_000];
const PADDINGS: [Padding; 2] = [Padding::None, Padding::Padme];

#[test]
fn pyca_opens_what_we_seal() {
    let Some(mut python) = Python::start() else { return };
    let mut count = 0;
    for (subject, data) in subjects() {
        let (blob, _, summary) = subject.seal(&data);
        let answer = python.ask(subject.request("document.open", json!({ "blob": hex(&blob) })));
        assert_eq!(answer, Ok(facts(&summary)), "{subject:?}");
        count += 1;
    }
    assert_eq!(count, 24);
    println!("PyCA {}: opened {count} documents sealed here", python.version);
}

#[test]
fn we_open_what_pyca_seals() {
    let Some(mut python) = Python::start() else { return };
    let mut count = 0;
    for (subject, data) in subjects() {
        let (_, _, ours) = subject.seal(&data);
        let (blob, commitment) = python.seal(&subject, &data);
        assert_eq!(ours.content_commitment, commitment, "{subject:?}");
        let expected = subject.expected(&blob).with_content(commitment);
        assert_eq!(envelope::open(&subject.key(), &expected, &blob).unwrap(), data, "{subject:?}");
        assert_eq!(blob.len() as u64, ours.sealed_len, "{subject:?}");
        count += 1;
    }
    assert_eq!(count, 24);
    println!("opened {count} documents sealed by PyCA {}", python.version);
}

#[test]
fn both_refuse_a_tampered_document_whoever_sealed_it() {
    let Some(mut python) = Python::start() else { return };
    let mut count = 0;
    for profile in Profile::ALL {
        let subject = Subject::new(profile, Padding::Padme, 40_000);
        let data = pattern(40_000);
        let other = Subject { document: [0xD0; 16], ..subject };
        for (maker, blob) in [("here", subject.seal(&data).0), ("PyCA", python.seal(&subject, &data).0)] {
            assert_eq!(blob.len(), FRAME + 56 + 3 * 16 + 40_959);
            let mut judge = |about: &Subject, blob: &[u8]| {
                let ours = envelope::open(&about.key(), &Expected::header(about.header()), blob);
                let theirs = python.ask(about.request("document.open", json!({ "blob": hex(blob) })));
                (ours.map_err(|error| error.code()), theirs.map(|facts| facts["length"].clone()))
            };
            assert_eq!(judge(&subject, &blob), (Ok(data.clone()), Ok(json!(40_000))), "sealed by {maker}");

            for (place, at) in places(blob.len()) {
                let mut twin = blob.clone();
                twin[at] ^= 0x04;
                let why = if place == "commitment" || place == "salt" {
                    refusal(profile, "commitment")
                } else {
                    "tag"
                };
                assert_eq!(judge(&subject, &twin), refused(why), "{place}, sealed by {maker}, {profile:?}");
                count += 1;
            }
            // The same seal under the header of another document: the header is its context.
            let twin = [testing::frame(&other.header()).as_slice(), &blob[FRAME..]].concat();
            let why = refusal(profile, "commitment");
            assert_eq!(judge(&other, &twin), refused(why), "context, sealed by {maker}, {profile:?}");
            let cut = &blob[..blob.len() - 1];
            assert_eq!(judge(&subject, cut), refused("tag"), "cut, sealed by {maker}, {profile:?}");
            count += 2;
        }
    }
    assert_eq!(count, 2 * 2 * 9);
    println!("PyCA {}: {count} tampered documents refused by both", python.version);
}

#[test]
fn keys_wrapped_on_either_side_open_on_the_other() {
    let Some(mut python) = Python::start() else { return };
    let mut count = 0;
    for profile in Profile::ALL {
        for case in 0..8 {
            let to = Recipient::new(profile, case);
            let identity = testing::identity(to.seed).unwrap();
            let public = python.ask(json!({ "op": "public", "seed": hex(&to.seed) })).unwrap();
            assert_eq!(public["public"], hex(identity.public().as_bytes()), "{to:?}");

            let ours = testing::opening_key(to.secret).wrap(identity.public(), &to.context()).unwrap();
            assert_eq!(python.unwrap(&to, ours.as_bytes()), Ok(hex(&to.secret)), "{to:?}");

            let theirs = Wrap::from_bytes(&python.wrap(&to, identity.public())).unwrap();
            let key = OpeningKey::unwrap(&identity, &theirs, &to.context()).unwrap();
            assert_eq!(testing::expose_key(&key), &to.secret, "{to:?}");
            count += 2;
        }
    }
    assert_eq!(count, 32);
    println!("PyCA {}: {count} wrapped keys opened across", python.version);
}

#[test]
fn both_refuse_a_tampered_wrap_whoever_made_it() {
    let Some(mut python) = Python::start() else { return };
    let mut count = 0;
    for profile in Profile::ALL {
        let to = Recipient::new(profile, 0);
        let public = testing::identity(to.seed).unwrap().public().clone();
        let ours = testing::opening_key(to.secret).wrap(&public, &to.context()).unwrap().as_bytes().to_vec();
        for (maker, wrap) in [("here", ours), ("PyCA", python.wrap(&to, &public))] {
            let mut judge = |to: &Recipient, wrap: &[u8]| {
                let key = OpeningKey::unwrap(
                    &testing::identity(to.seed).unwrap(),
                    &Wrap::from_bytes(wrap).unwrap(),
                    &to.context(),
                );
                let ours = key.map(|key| hex(testing::expose_key(&key))).map_err(|error| error.code());
                (ours, python.unwrap(to, wrap))
            };
            let honest = hex(&to.secret);
            assert_eq!(judge(&to, &wrap), (Ok(honest.clone()), Ok(honest)), "made by {maker}");

            let refused = (Err("unwrap-refused"), Err("tag".to_owned()));
            for at in [0, 600, 1087, 1088, 1119, 1120, 1151, 1152, 1167] {
                let mut twin = wrap.clone();
                twin[at] ^= 0x40;
                assert_eq!(judge(&to, &twin), refused, "byte {at}, made by {maker}, {profile:?}");
                count += 1;
            }
            for other in to.strangers() {
                assert_eq!(judge(&other, &wrap), refused, "{other:?}, made by {maker}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 2 * 2 * (9 + 7));
    println!("PyCA {}: {count} tampered wraps refused by both", python.version);
}

/// A document as both sides are told of it.
#[derive(Clone, Copy, Debug)]
struct Subject {
    profile: Profile,
    padding: Padding,
    firm: [u8; 16],
    document: [u8; 16],
    version: u32,
    key: [u8; 32],
}

impl Subject {
    /// Versions and ids vary, so that every width of their encoding occurs.
    fn new(profile: Profile, padding: Padding, size: usize) -> Self {
        let version = [1, 24, 23, 300, 65_536, u32::MAX][size % 6];
        let seed = bytes(&format!("subject {profile:?} {padding:?} {size}"));
        let (firm, document) = (std::array::from_fn(|i| seed[i]), std::array::from_fn(|i| seed[i + 16]));
        Self { profile, padding, firm, document, version, key: bytes(&format!("key {seed:?}")) }
    }

    fn header(&self) -> Header {
        let (firm, document) = (FirmId::from_bytes(self.firm), DocumentId::from_bytes(self.document));
        let header = Header::new(firm, document, self.version).unwrap();
        header.with_profile(self.profile).with_padding(self.padding)
    }

    fn key(&self) -> OpeningKey {
        testing::opening_key(self.key)
    }

    fn seal(&self, data: &[u8]) -> (Vec<u8>, OpeningKey, Summary) {
        let (blob, key, summary) =
            testing::seal_document(&self.header(), self.key, self.salt(), data).unwrap();
        (blob, key.into_opening_key(), summary)
    }

    fn salt(&self) -> [u8; 24] {
        std::array::from_fn(|i| bytes(&format!("salt {self:?}"))[i])
    }

    /// This header and whatever sealing `blob` is.
    fn expected(&self, blob: &[u8]) -> Expected {
        let frame = testing::frame(&self.header()).len();
        let seal_id = SealId::from_bytes(*blob[frame..].first_chunk().unwrap());
        Expected::header(self.header()).with_seal_id(seal_id)
    }

    fn request(&self, op: &str, more: Value) -> Value {
        let padding = u8::from(self.padding == Padding::Padme);
        let about = json!({
            "op": op, "profile": self.profile.number(), "firm": hex(&self.firm), "document": hex(&self.document),
            "version": self.version, "padding": padding, "key": hex(&self.key),
        });
        merged(about, more)
    }
}

/// Whom a key is wrapped to, and in which context.
#[derive(Clone, Copy, Debug)]
struct Recipient {
    profile: Profile,
    seed: [u8; 32],
    secret: [u8; 32],
    firm: [u8; 16],
    document: [u8; 16],
    principal: [u8; 16],
    version: u32,
    key_generation: u64,
}

impl Recipient {
    fn new(profile: Profile, case: u32) -> Self {
        let id = |name: &str| std::array::from_fn(|i| bytes(&format!("{name} {profile:?} {case}"))[i]);
        Self {
            profile,
            seed: bytes(&format!("seed {profile:?} {case}")),
            secret: bytes(&format!("secret {profile:?} {case}")),
            firm: id("firm"),
            document: id("document"),
            principal: id("principal"),
            version: 1 + 100 * case,
            key_generation: 1 + 10_000_000_000 * u64::from(case),
        }
    }

    /// All that differ from it in one thing.
    fn strangers(self) -> [Self; 7] {
        let other_profile = if self.profile == Profile::Aes { Profile::ChaCha } else { Profile::Aes };
        [
            Self { profile: other_profile, ..self },
            Self { seed: [9; 32], ..self },
            Self { firm: [9; 16], ..self },
            Self { document: [9; 16], ..self },
            Self { principal: [9; 16], ..self },
            Self { version: 2, ..self },
            Self { key_generation: 2, ..self },
        ]
    }

    fn context(&self) -> WrapContext {
        let (firm, document) = (FirmId::from_bytes(self.firm), DocumentId::from_bytes(self.document));
        let principal = PrincipalId::from_bytes(self.principal);
        WrapContext::new(self.profile, firm, document, self.version, principal, self.key_generation).unwrap()
    }

    fn request(&self, op: &str, more: Value) -> Value {
        let about = json!({
            "op": op, "profile": self.profile.number(), "firm": hex(&self.firm), "document": hex(&self.document),
            "principal": hex(&self.principal), "version": self.version, "key_generation": self.key_generation,
        });
        merged(about, more)
    }
}

/// The other implementation, running.
struct Python {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    version: String,
}

impl Python {
    fn start() -> Option<Self> {
        let Some(interpreter) = std::env::var_os("PRIVITY_PYTHON") else {
            println!("skipped: PRIVITY_PYTHON is not set");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/pyca.py");
        let mut child = Command::new(interpreter)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("PRIVITY_PYTHON names a Python");
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut python = Self { child, to, from, version: String::new() };
        let about = python.ask(json!({ "op": "about" })).unwrap();
        python.version = about["cryptography"].as_str().unwrap().to_owned();
        let major: u32 = python.version.split('.').next().unwrap().parse().unwrap();
        assert!(major >= 50, "cryptography {}", python.version);
        Some(python)
    }

    /// What it answers, or why it refuses. A crash of the script is neither.
    fn ask(&mut self, request: Value) -> Result<Value, String> {
        let to = self.to.as_mut().unwrap();
        writeln!(to, "{request}").unwrap();
        to.flush().unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).expect("the script answers; see its traceback");
        match (&answer["ok"], &answer["refused"]) {
            (Value::Null, Value::String(why)) => Err(why.clone()),
            (ok @ Value::Object(_), Value::Null) => Ok(ok.clone()),
            _ => panic!("not an answer: {answer}"),
        }
    }

    fn seal(&mut self, subject: &Subject, data: &[u8]) -> (Vec<u8>, ContentCommitment) {
        let more = json!({ "data": hex(data), "salt": hex(&subject.salt()) });
        let sealed = self.ask(subject.request("document.seal", more)).unwrap();
        let commitment = unhex(&sealed["commitment"]).try_into().unwrap();
        (unhex(&sealed["blob"]), ContentCommitment::from_bytes(commitment))
    }

    fn wrap(&mut self, to: &Recipient, public: &PublicKey) -> Vec<u8> {
        let more = json!({ "public": hex(public.as_bytes()), "secret": hex(&to.secret) });
        unhex(&self.ask(to.request("wrap", more)).unwrap()["wrap"])
    }

    fn unwrap(&mut self, to: &Recipient, wrap: &[u8]) -> Result<String, String> {
        let answer = self.ask(to.request("unwrap", json!({ "seed": hex(&to.seed), "wrap": hex(wrap) })))?;
        Ok(answer["secret"].as_str().unwrap().to_owned())
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.to.take());
        let _status = self.child.wait();
    }
}

/// Magic, length and header of a document whose version takes five bytes.
const FRAME: usize = 59;

/// One byte of every part of a three-chunk document.
fn places(len: usize) -> [(&'static str, usize); 7] {
    let chunks = FRAME + 56;
    [
        ("salt", FRAME + 3),
        ("commitment", FRAME + 30),
        ("first chunk", chunks + 100),
        ("tag of the first chunk", chunks + 16_384 + 5),
        ("second chunk", chunks + 16_400 + 16_383),
        ("last chunk", len - 17),
        ("last tag", len - 1),
    ]
}

fn refused(theirs: &str) -> (Result<Vec<u8>, &'static str>, Result<Value, String>) {
    (Err("content-refused"), Err(theirs.to_owned()))
}

/// PyCA does not tell a wrong commitment from a wrong tag.
fn refusal(profile: Profile, why: &'static str) -> &'static str {
    if profile == Profile::Aes { "tag" } else { why }
}

fn facts(summary: &Summary) -> Value {
    json!({
        "length": summary.digests.length,
        "sha256": summary.digests.sha256.to_string(),
        "crc32": summary.digests.crc32,
        "commitment": hex(summary.content_commitment.as_bytes()),
    })
}

fn subjects() -> impl Iterator<Item = (Subject, Vec<u8>)> {
    Profile::ALL.into_iter().flat_map(|profile| {
        PADDINGS.into_iter().flat_map(move |padding| {
            SIZES.into_iter().map(move |size| (Subject::new(profile, padding, size), pattern(size)))
        })
    })
}

fn pattern(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

/// 32 bytes that a name stands for.
fn bytes(name: &str) -> [u8; 32] {
    testing::sha256(name.as_bytes()).0
}

fn merged(mut about: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("not an object") };
    about.as_object_mut().unwrap().extend(more);
    about
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
