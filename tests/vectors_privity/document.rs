//! `document.json`: sealed documents, padding, content commitments.

use privity::envelope::{
    self, ContentCommitment, Expected, Header, Opener, Options, Padding, Profile, SealId, Threads,
};
use privity::testing::{commitment_key, expose, frame, opening_key, padded_total, seal_document, sha256};
use privity::{DocumentId, FirmId, Hash};
use serde_json::{Value, json};

use crate::case::{Case, Outcome, Refused, Vectors, delta, pattern};
use crate::vectors::{self, fixed, hex};

#[test]
fn every_case_of_document_json() {
    let Some(vectors) = Vectors::read("document.json") else { return };
    vectors.run(
        |case| match case.op.as_str() {
            "document.seal" => seal(case),
            "document.open" => open(case),
            "document.read_at" => read_at(case),
            "document.parse" => parse(case),
            "document.open_commitment" => open_commitment(case),
            "padme" => Ok(json!(padded_total(Padding::Padme, case.number("len"))?)),
            other => panic!("unknown operation {other}"),
        },
        reason,
    );
}

fn reason(case: &Case, why: &str) -> &'static str {
    match (case.op.as_str(), why) {
        ("document.open", "same salt and commitment, other content: only the content commitment sees it") => {
            "content-mismatch"
        }
        ("document.open", "recorded salt || commitment") => "seal-mismatch",
        (
            "document.open",
            "header" | "downgrade: the record's profile counts" | "the record's padding counts",
        ) => "header-mismatch",
        ("document.open", "commitment" | "commitment: the header is the seal's aad") => "content-refused",
        ("document.open", "magic") => "not-a-sealed-document",
        ("document.open", "unknown profile") => "profile",
        ("document.open" | "document.parse", "length") => "sealed-length",
        (
            "document.open",
            "padding"
            | "total is recomputed"
            | "checked against the total before adding: no overflow"
            | "trailer is not a length",
        ) => "padding",
        ("document.read_at", "padding is not content") => "out-of-range",
        ("document.parse", "profile in a longer form" | "trailing bytes") => "cbor",
        ("document.parse", "unknown key" | "key missing" | "version >= 1" | "u32" | "unknown padding") => {
            "field"
        }
        ("document.parse", "cap") => "too-large",
        ("document.open_commitment", "hash" | "exactly 32: HMAC pads shorter keys") => "content-mismatch",
        (op, why) => panic!("{op}: unknown reason {why:?}"),
    }
}

fn seal(case: &Case) -> Outcome {
    let (header, content) = (header(&case.input["header"]), pattern(&case.input));
    let (blob, key, summary) = seal_document(&header, case.array("dk"), case.array("salt"), &content)?;
    assert_eq!(summary.sealed_len, blob.len() as u64, "{}", case.name);
    assert_eq!(summary.digests.length, content.len() as u64, "{}", case.name);
    assert_eq!(
        envelope::open(key.opening_key(), &Expected::from(&summary), &blob)?,
        content,
        "{}",
        case.name
    );
    let disclosed = ContentCommitment::disclosure(key.opening_key(), &header);
    assert_eq!(&disclosed, expose(&commitment_key(key.opening_key(), header.profile())));
    Ok(json!({
        "frame": hex(&frame(&header)),
        "padded_len": padded_total(header.padding(), content.len() as u64)?,
        "recorded": hex(summary.seal_id.as_bytes()),
        "sha256": summary.digests.sha256.to_string(),
        "crc32": summary.digests.crc32,
        "content_commitment_key": hex(&disclosed),
        "content_commitment": hex(summary.content_commitment.as_bytes()),
        "blob": hex(&blob),
    }))
}

fn open(case: &Case) -> Outcome {
    let (key, expected, blob) = (opening_key(case.array("dk")), expected(case), blob(case)?);
    let opened = envelope::open(&key, &expected, &blob);
    // A stream over two threads decides alike.
    let mut streamed = Vec::new();
    let threads = Threads::new(2)?;
    let result = Opener::new(&key, &expected, &blob)
        .and_then(|opener| opener.copy_to(&mut streamed, Options { threads, watcher: None }));
    match (&opened, result) {
        (Ok(opened), Ok(_)) => assert_eq!(*opened, streamed, "{}", case.name),
        (Err(opened), Err(streamed)) => assert_eq!(opened.code(), streamed.code(), "{}", case.name),
        (opened, streamed) => panic!("{}: {opened:?} but {streamed:?}", case.name),
    }
    let opened = opened?;
    Ok(json!({ "len": opened.len(), "sha256": sha256(&opened).to_string() }))
}

fn read_at(case: &Case) -> Outcome {
    let blob = blob(case)?;
    let opener = Opener::new(&opening_key(case.array("dk")), &expected(case), &blob)?;
    let mut out = vec![0; usize::try_from(case.number("n")).expect("a length")];
    opener.read_exact_at(case.number("at"), &mut out)?;
    Ok(json!(hex(&out)))
}

/// Whether it is a sealed document at all; key and expectation come after that question.
fn parse(case: &Case) -> Outcome {
    let honest = Header::new(FirmId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]), 1)?;
    let (blob, key, summary) = seal_document(&honest, [3; 32], [4; 24], b"control")?;
    let expected = Expected::from(&summary);
    let parse = |blob: &[u8]| Opener::new(key.opening_key(), &expected, blob).map(drop);
    parse(&blob)?;
    parse(&case.bytes("blob"))?;
    Ok(Value::Null)
}

fn open_commitment(case: &Case) -> Outcome {
    let commitment = ContentCommitment::from_bytes(case.array("commitment"));
    commitment.verify(&case.bytes("key"), &Hash(case.array("sha256")))?;
    Ok(Value::Null)
}

/// What the record and the caller say; either may be absent or empty.
fn expected(case: &Case) -> Expected {
    let known = |field: &str| match case.input[field].as_str() {
        None | Some("") => None,
        Some(_) => Some(case.bytes(field)),
    };
    let expected = Expected::header(header(&case.input["expected"]));
    let expected = match known("recorded") {
        Some(recorded) => expected.with_seal_id(SealId::from_bytes(fixed(&recorded))),
        None => expected,
    };
    match known("commitment") {
        Some(commitment) => expected.with_content(ContentCommitment::from_bytes(fixed(&commitment))),
        None => expected,
    }
}

/// As given, or the base sealed again and then changed.
fn blob(case: &Case) -> Result<Vec<u8>, Refused> {
    if case.has("blob") {
        return Ok(case.bytes("blob"));
    }
    let base = &case.input["base"];
    let (key, salt) = (vectors::array(base, "dk"), vectors::array(base, "salt"));
    let (blob, _, _) = seal_document(&header(&base["header"]), key, salt, &pattern(base))?;
    assert_eq!(sha256(&blob).to_string(), vectors::text(base, "blob_sha256"), "{}", case.name);
    Ok(delta(&blob, &case.input, "blob_delta"))
}

fn header(of: &Value) -> Header {
    let firm = FirmId::from_bytes(vectors::array(of, "2"));
    let document = DocumentId::from_bytes(vectors::array(of, "3"));
    let version = u32::try_from(vectors::number(of, "4")).expect("a version");
    let padding = match vectors::number(of, "5") {
        0 => Padding::None,
        1 => Padding::Padme,
        other => panic!("unknown padding {other}"),
    };
    let profile = Profile::from_number(vectors::number(of, "1")).expect("a known profile");
    Header::new(firm, document, version).expect("a header").with_profile(profile).with_padding(padding)
}
