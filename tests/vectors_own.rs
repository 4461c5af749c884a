//! Our own vectors of released formats, through public calls alone, as any binding could run them.
//!
//! The files in `tests/vectors/` are frozen: other bytes are another version of the format.
//! `PRIVITY_WRITE_VECTORS=1 cargo test --test vectors_own` writes a file that is missing.

#[path = "sharing_framings/archive.rs"]
mod archive;
#[path = "sharing_framings/build.rs"]
mod build;
#[path = "sharing_accept/forge.rs"]
mod forge;
#[path = "vectors_own/share.rs"]
mod share;

use std::fs;
use std::path::Path;

use privity::envelope::{ContentCommitment, Expected, Header, Padding, Profile, SealId, open};
use privity::keys::{Identity, OpeningKey, Passphrase, Wrap};
use privity::{DocumentId, FirmId, PrincipalId, Result, SecretBytes, testing};
use serde_json::{Value, json};

#[test]
fn every_case_of_the_envelope_vectors_gives_its_verdict() {
    let vectors = read_or_make("envelope-v1.json", generate);
    let passphrase = SecretBytes::new(text(&vectors["passphrase"]).as_bytes().to_vec());
    let identity =
        Identity::unlock(&bytes(&vectors["identity"]), &Passphrase::new(passphrase).unwrap()).unwrap();
    assert_eq!(identity.public().as_bytes().as_slice(), bytes(&vectors["public_key"]));
    let cases = vectors["cases"].as_array().unwrap();
    let mut refused = 0;
    for case in cases {
        let name = text(&case["name"]);
        match (case["valid"].as_bool().unwrap(), run(&identity, case)) {
            (true, Ok(content)) => assert_eq!(content, pattern(&case["content_pattern"]), "{name}"),
            (false, Err(error)) => {
                assert_eq!(error.code(), text(&case["code"]), "{name}");
                refused += 1;
            }
            (_, other) => panic!("{name}: {:?}", other.map(|content| content.len())),
        }
    }
    println!("envelope-v1.json: {} cases, {refused} of them refused", cases.len());
    assert!(refused > 0 && refused < cases.len());
}

/// What a caller with a database does: unwrap, then open what the record expects.
fn run(identity: &Identity, case: &Value) -> Result<Vec<u8>> {
    let header = header(case)?;
    let principal: PrincipalId = text(&case["principal"]).parse()?;
    let generation = case["key_generation"].as_u64().unwrap();
    let wrap = Wrap::from_bytes(&bytes(&case["wrap"]))?;
    let key = OpeningKey::unwrap(identity, &wrap, &header.wrap_context(principal, generation))?;
    let expected = Expected::header(header)
        .with_seal_id(SealId::from_bytes(bytes(&case["seal_id"]).try_into().unwrap()))
        .with_content(ContentCommitment::from_bytes(bytes(&case["content_commitment"]).try_into().unwrap()));
    open(&key, &expected, &bytes(&case["sealed"]))
}

fn header(case: &Value) -> Result<Header> {
    let firm: FirmId = text(&case["firm"]).parse()?;
    let document: DocumentId = text(&case["document"]).parse()?;
    let version = u32::try_from(case["version"].as_u64().unwrap()).unwrap();
    let padding = if case["padding"] == 1 { Padding::Padme } else { Padding::None };
    let profile = Profile::from_number(case["profile"].as_u64().unwrap())?;
    Ok(Header::new(firm, document, version)?.with_profile(profile).with_padding(padding))
}

fn generate() -> Value {
    let passphrase = "six words that nobody else knows";
    let identity = testing::identity([7; 32]).unwrap();
    let protector = Passphrase::new(SecretBytes::new(passphrase.as_bytes().to_vec())).unwrap();
    let mut cases = Vec::new();
    for profile in Profile::ALL {
        for padding in [Padding::Padme, Padding::None] {
            for length in [0, 11, 16_384] {
                cases.push(case(&identity, profile, padding, length));
            }
        }
    }
    let twins: Vec<Value> =
        cases.iter().filter(|case| case["content_pattern"] == 11).flat_map(refused).collect();
    cases.extend(twins);
    json!({
        "about": "Sealed documents, their wrapped keys and a protected identity; see docs/format. Byte i of the content is i mod 251.",
        "format_version": 1,
        "passphrase": passphrase,
        "identity": hex(&identity.protect(&protector).unwrap()),
        "public_key": hex(identity.public().as_bytes()),
        "cases": cases,
    })
}

fn case(identity: &Identity, profile: Profile, padding: Padding, length: usize) -> Value {
    let mark = u8::try_from(length % 251).unwrap() ^ u8::try_from(profile.number()).unwrap();
    let header = Header::new(FirmId::from_bytes([1; 16]), DocumentId::from_bytes([mark; 16]), 3).unwrap();
    let header = header.with_profile(profile).with_padding(padding);
    let principal = PrincipalId::from_bytes([2; 16]);
    let content = pattern(&json!(length));
    let (sealed, key, summary) =
        testing::seal_document(&header, [mark ^ 0x55; 32], [mark ^ 0xAA; 24], &content).unwrap();
    let wrap = key.wrap(identity.public(), &header.wrap_context(principal, 1)).unwrap();
    let padding = u8::from(padding == Padding::Padme);
    json!({
        "name": format!("profile {}, padding {padding}, {length} bytes", profile.number()),
        "valid": true,
        "profile": profile.number(), "padding": padding, "version": 3,
        "firm": header.firm().to_string(), "document": header.document().to_string(),
        "principal": principal.to_string(), "key_generation": 1,
        "wrap": hex(wrap.as_bytes()), "sealed": hex(&sealed),
        "seal_id": hex(summary.seal_id.as_bytes()),
        "content_commitment": hex(summary.content_commitment.as_bytes()),
        "content_pattern": length,
    })
}

/// Twins of a case with one thing wrong each.
fn refused(case: &Value) -> Vec<Value> {
    let flip = |field: &str, at: usize| {
        let mut bytes = bytes(&case[field]);
        let at = if at == usize::MAX { bytes.len() - 1 } else { at };
        bytes[at] ^= 1;
        json!(hex(&bytes))
    };
    let cut = |field: &str| {
        let bytes = bytes(&case[field]);
        json!(hex(&bytes[..bytes.len() - 1]))
    };
    [
        ("last bit of the sealed bytes", "sealed", flip("sealed", usize::MAX), "content-refused"),
        ("sealed bytes cut", "sealed", cut("sealed"), "content-refused"),
        ("magic", "sealed", flip("sealed", 0), "not-a-sealed-document"),
        ("seal id on record", "seal_id", flip("seal_id", 0), "seal-mismatch"),
        ("content on record", "content_commitment", flip("content_commitment", 0), "content-mismatch"),
        ("wrap", "wrap", flip("wrap", usize::MAX), "unwrap-refused"),
        ("wrap cut", "wrap", cut("wrap"), "wrap-length"),
        ("key generation", "key_generation", json!(2), "unwrap-refused"),
    ]
    .into_iter()
    .map(|(what, field, value, code)| {
        let mut twin = case.clone();
        twin["name"] = json!(format!("{}: {what}", text(&case["name"])));
        twin["valid"] = json!(false);
        twin["code"] = json!(code);
        twin[field] = value;
        twin
    })
    .collect()
}

fn read_or_make(name: &str, generate: fn() -> Value) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    if std::env::var_os("PRIVITY_WRITE_VECTORS").is_some() && !path.exists() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, serde_json::to_string_pretty(&generate()).unwrap() + "\n").unwrap();
    }
    serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()
}

fn pattern(length: &Value) -> Vec<u8> {
    (0..length.as_u64().unwrap()).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = text(value);
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
