//! `chain.json` and `devices.json`: checkpoints, cosignatures, *anchored*, anchor bodies, proofs of
//! records and their signers, made by an independent implementation of the format.

mod common;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use privity::testing::anchor::{AnchorBody, ChainHead, CountedRoot, DeviceRow, devices_root, heads_root};
use privity::testing::checkpoint::{self, Cosigned, Cosigners, Device, Head, Log, Other};
use privity::testing::cose::Kid;
use privity::testing::kind::ChainType;
use privity::testing::note::{self, KeyKind, NoteKey};
use privity::testing::proof::{
    AnchorLeaf, Before, Consistency, DevicePath, Signer, SignerProof, Standing, TlogProof,
};
use privity::testing::sign::VerifyingKey;
use privity::testing::{cbor, signing_key};
use privity::{ChainId, Code, DeviceId, FirmId, Hash, Result, UserId};
use serde_json::{Value, json};

#[test]
fn every_case_of_chain_json_gives_its_verdict() {
    run("chain.json", 88);
}

#[test]
fn every_case_of_devices_json_gives_its_verdict() {
    run("devices.json", 33);
}

fn run(name: &str, expected: usize) {
    let Some(shared) = common::shared() else { return };
    let text = std::fs::read_to_string(shared.join("vectors/privity").join(name)).expect("the vectors");
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["format_version"], 1);
    let pool = file.get("pool").cloned().unwrap_or(json!([]));
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let (title, op) = (str_of(&case["name"]), str_of(&case["op"]));
        let input = In { case: &case["in"], pool: &pool };
        let result = perform(op, &input);
        let count = counts.entry(op.to_owned()).or_default();
        if case["valid"].as_bool().unwrap() {
            let out = result.unwrap_or_else(|error| panic!("{title}: {error}"));
            for (key, want) in flat(&case["out"]) {
                assert_eq!(out.get(&key).unwrap_or(&Value::Null), &want, "{title}: {key}");
            }
            count.0 += 1;
        } else {
            let code = result.err().unwrap_or_else(|| panic!("{title}: accepted")).code();
            let why = str_of(&case["why"]);
            assert_eq!(code, expected_code(name, op, why, title).name(), "{title}: {why}");
            *codes.entry(code).or_default() += 1;
            count.1 += 1;
        }
    }
    let total: u32 = counts.values().map(|(accepted, refused)| accepted + refused).sum();
    println!("{name}: {total} cases, 0 left out");
    for (op, (accepted, refused)) in &counts {
        println!("  {op}: {accepted} accepted, {refused} refused");
    }
    println!("  codes: {codes:?}");
    assert_eq!(usize::try_from(total).unwrap(), expected, "cases were added or went missing");
}

/// The one code that the reason of a case must give.
fn expected_code(file: &str, op: &str, why: &str, title: &str) -> Code {
    match (op, why) {
        ("checkpoint.verify", "signature") => Code::SignatureRefused,
        ("checkpoint.verify", "no extension lines" | "tree size" | "every chain has a genesis" | "root") => {
            Code::Checkpoint
        }
        ("checkpoint.verify", "one encoding") => Code::Checkpoint,
        ("checkpoint.verify", "origin") => Code::OriginMismatch,
        ("checkpoint.verify", "note" | "control character" | "signature line") => Code::Note,
        ("checkpoint.verify", "no log signature") => Code::LogUnsigned,
        ("checkpoint.verify", "cap") => Code::TooLarge,
        ("checkpoint.verify", "duplicate") => Code::DuplicateSignature,
        ("checkpoint.verify", why) if why.starts_with("one line per (name, key id)") => {
            Code::DuplicateSignature
        }
        ("checkpoint.verify", why) if why.starts_with("ambiguous") => Code::AmbiguousKey,
        ("checkpoint.anchored", "the verdict is `unanchored`") => Code::Unanchored,
        ("anchor.body", _) => Code::Field,
        ("proof.record", "path" | "heads leaf" | "heads path" | "must equal the anchor's" | "threat 67") => {
            Code::HeadMismatch
        }
        ("proof.record", "threat 67: its heads path does not verify") => Code::HeadMismatch,
        ("proof.record", "the anchor must be the last leaf: else a stale head") => Code::NotNewest,
        ("proof.record", "extra's chain") => Code::ChainMismatch,
        ("proof.record", "inclusion") => Code::Proof,
        ("proof.record", "32" | "unknown key") => Code::Field,
        ("proof.record", "a matter's record needs it") => Code::ProofExtra,
        ("proof.record", "cap") => Code::TooLarge,
        ("proof.ledger", "inclusion") => Code::Proof,
        ("proof.ledger", "proof") if title.contains("leading zero") || title.contains("v2") => {
            Code::ProofText
        }
        ("proof.ledger", "proof") => Code::Proof,
        ("proof.consistency", "refused") => Code::ProofText,
        ("proof.consistency", "fork: threat 19" | "proof") => Code::Proof,
        ("proof.signer", "the chain had it under the anchor before") => Code::CoveredBefore,
        ("proof.signer", "heads path" | "path") => Code::HeadMismatch,
        ("proof.signer", "inclusion" | "same checkpoint") => Code::Proof,
        (
            "proof.signer",
            "not ACTIVE: threat 71" | "another row" | "row" | "the anchor that first covers it",
        ) => Code::DeviceNotActive,
        ("proof.signer", "author" | "kind 6") => Code::CertificateMismatch,
        ("proof.device", "refused") => Code::Field,
        ("proof.device", "longer form") => Code::Cbor,
        ("proof.device", "the record is not an anchor") => Code::ChainMismatch,
        ("proof.device", _) => Code::DeviceNotActive,
        _ => panic!("{file}: no code for {op}: {why}"),
    }
}

fn perform(op: &str, input: &In<'_>) -> Result<BTreeMap<String, Value>> {
    let out = match op {
        "checkpoint.sign" => sign(input)?,
        "checkpoint.cosign" => cosign(input)?,
        "checkpoint.verify" => {
            let verified = input.log()?.verify(input.text("note").as_bytes())?;
            let head = verified.head();
            json!({"size": head.size, "root": head.root.to_string(), "cosigned": cosigned(verified.cosigned())})
        }
        "checkpoint.anchored" => anchored(input)?,
        "anchor.heads_root" => {
            let head = |row: &Value| ChainHead {
                chain: ChainId::from_bytes(bytes(&row[0])),
                size: row[1].as_u64().unwrap(),
                root: Hash(bytes(&row[2])),
            };
            let heads: Vec<_> = input.list("heads").iter().map(head).collect();
            let root = heads_root(&heads).unwrap();
            json!([root.count, root.root.to_string()])
        }
        "anchor.devices_root" => {
            let rows: Vec<_> = input.list("rows").iter().map(row).collect();
            let root = devices_root(&rows)?;
            json!([root.count, root.root.to_string()])
        }
        "anchor.body" => {
            let body = input.anchor_body();
            assert_eq!(AnchorBody::parse(&body, input.ledger())?.encode(), body);
            Value::Null
        }
        "proof.record" => record(input)?,
        "proof.ledger" => {
            let text = input.text("proof");
            let proof = TlogProof::parse(text.as_bytes())?;
            let verified = proof.verify(&input.log()?, &input.hex("record"))?;
            assert_eq!(proof.to_text()?, text);
            json!({"index": proof.index, "size": verified.head().size})
        }
        "proof.consistency" => {
            let text = input.text("text");
            let proof = Consistency::parse(text.as_bytes())?;
            let pin = Head { size: proof.old, root: Hash(bytes(&input.value("old_root"))) };
            let verified = proof.verify(&input.log()?, &pin)?;
            assert_eq!(proof.to_text()?, text);
            json!({"old": proof.old, "new": verified.head().size})
        }
        "proof.device" => {
            let path = input.hex("device_path");
            let anchor = input.hex("anchor");
            let anchor = AnchorLeaf::verify(&anchor, input.ledger(), &input.keys())?;
            let parsed = DevicePath::parse(&path)?;
            parsed.verify(&row(&input.value("row")), &anchor)?;
            assert_eq!(parsed.encode(), path);
            Value::Null
        }
        "proof.signer" => signer(input)?,
        op => panic!("unknown op {op}"),
    };
    Ok(flat(&out))
}

fn sign(input: &In<'_>) -> Result<Value> {
    let key = signing_key(bytes(&input.value("log_seed")));
    let head = Head { size: input.value("size").as_u64().unwrap(), root: Hash(bytes(&input.value("root"))) };
    let (note, origin) = match input.optional("origin") {
        Some(origin) => {
            (checkpoint::sign_standalone(str_of(&origin), &key, &head)?, str_of(&origin).to_owned())
        }
        None => (checkpoint::sign_firm(input.firm(), &key, &head)?, checkpoint::firm_origin(input.firm())),
    };
    let public = NoteKey::new(&origin, KeyKind::Ed25519, key.verifying_key())?;
    assert_eq!(NoteKey::from_vkey(&public.vkey())?, public);
    let text = note::Note::parse(note.as_bytes())?.text().to_owned();
    Ok(json!({
        "origin": origin, "key_id": format!("{:08x}", public.key_id()), "vkey": public.vkey(),
        "text": text, "note": note,
    }))
}

fn cosign(input: &In<'_>) -> Result<Value> {
    let (key, name, note) =
        (signing_key(bytes(&input.value("seed"))), input.text("name"), input.text("note"));
    let seconds = input.value("seconds").as_u64().unwrap();
    let public = NoteKey::new(&name, KeyKind::CosignatureV1, key.verifying_key())?;
    assert_eq!(NoteKey::from_vkey(&public.vkey())?, public);
    let text = note::Note::parse(note.as_bytes())?.text();
    let own = note::assemble(text, [note::cosign(&name, &key, text, seconds)?.as_str()])?;
    let merged = checkpoint::merge(note.as_bytes(), own.as_bytes(), std::slice::from_ref(&public))?;
    // The older never replaces the newer.
    let back = checkpoint::merge(merged.as_bytes(), note.as_bytes(), std::slice::from_ref(&public))?;
    assert_eq!(back, merged);
    let message = format!("cosignature/v1\ntime {seconds}\n{text}");
    Ok(json!({
        "key_id": format!("{:08x}", public.key_id()), "vkey": public.vkey(), "note": merged, "message": message,
    }))
}

fn anchored(input: &In<'_>) -> Result<Value> {
    let device = |row: &Value| Device {
        device: DeviceId::from_bytes(bytes(&row[0])),
        user: UserId::from_bytes(bytes(&row[1])),
        log_key: VerifyingKey::enrol(&bytes(&row[2])).unwrap(),
    };
    let devices: Vec<_> = input.list("devices").iter().map(device).collect();
    let witnesses: Vec<_> = input.list("witnesses").iter().map(cosigner).collect();
    let cosigners = Cosigners::new(input.firm(), &devices, &witnesses)?;
    let log = input.log()?.with_cosigners(cosigners.keys())?;
    let verified = log.verify(input.text("note").as_bytes())?;
    let others = cosigners.others(&verified, UserId::from_bytes(bytes(&input.value("signer_user"))));
    let k = usize::try_from(input.value("k").as_u64().unwrap()).unwrap();
    others.at_least(NonZeroUsize::new(k).unwrap())?;
    let who: Vec<_> = others
        .who()
        .iter()
        .map(|other| match other {
            Other::User(user) => hex(user.as_bytes()),
            Other::Witness(name) => name.clone(),
        })
        .collect();
    Ok(json!({"count": who.len(), "who": who, "newest_seconds": others.newest()}))
}

fn record(input: &In<'_>) -> Result<Value> {
    let text = input.text("proof");
    let proof = TlogProof::parse(text.as_bytes())?;
    let (anchor, record, keys) = (input.hex("anchor"), input.hex("record"), input.keys());
    let anchor = AnchorLeaf::verify(&anchor, input.ledger(), &keys)?;
    let chain = ChainId::from_bytes(bytes(&input.value("chain")));
    // First, so that a proof for another chain is refused for what it says, not for what its record says.
    let recorded = proof.verify_record(&input.log()?, chain, &record, &anchor)?;
    let signer = Signer::verify(&record, chain, ChainType::Matter, &keys)?;
    assert_eq!(proof.to_text()?, text);
    Ok(json!({
        "ledger_size": recorded.checkpoint.head().size, "chain_size": recorded.head.size,
        "index": recorded.index, "kind": signer.record().payload().kind.number(), "cosigned": cosigned(recorded.checkpoint.cosigned()),
    }))
}

fn signer(input: &In<'_>) -> Result<Value> {
    let (proof_text, certificate_text) = (input.text("proof"), input.text("certificate_proof"));
    let proof = TlogProof::parse(proof_text.as_bytes())?;
    let certificate_proof = TlogProof::parse(certificate_text.as_bytes())?;
    let (anchor, record, certificate) = (input.hex("anchor"), input.hex("record"), input.hex("certificate"));
    let keys = input.keys();
    let anchor = AnchorLeaf::verify(&anchor, input.ledger(), &keys)?;
    let device_path =
        input.optional("device_path").map(|path| DevicePath::parse(&unhex(&path))).transpose()?;
    let before = input.optional("before").map(|before| {
        let hashes = |list: &Value| list.as_array().unwrap().iter().map(|hash| Hash(bytes(hash))).collect();
        let before = Before {
            anchor: unhex(&input.resolve(&before["anchor"])),
            hashes: hashes(&before["hashes"]),
            size: before["size"].as_u64().unwrap(),
            root: Hash(bytes(&before["root"])),
            heads_index: before["heads_index"].as_u64().unwrap(),
            heads_hashes: hashes(&before["heads_hashes"]),
        };
        assert_eq!(Before::parse(&before.encode()).unwrap(), before);
        before
    });
    let question = SignerProof {
        proof: &proof,
        anchor: &anchor,
        certificate: &certificate,
        certificate_proof: &certificate_proof,
        device_path: device_path.as_ref(),
        before: before.as_ref(),
    };
    let chain = ChainId::from_bytes(bytes(&input.value("chain")));
    let directory = ChainId::from_bytes(bytes(&input.value("directory")));
    let chain_type = if chain == directory { ChainType::Directory } else { ChainType::Matter };
    let signer = Signer::verify(&record, chain, chain_type, &keys)?;
    Ok(match question.verify(&input.log()?, directory, &keys, &signer)? {
        Standing::Recorded { anchor_index, row } => {
            let row = [
                row.device.as_bytes(),
                row.user.as_bytes(),
                &row.record_kid.0,
                &row.log_kid.0,
                &row.ssh_kid.0,
            ];
            json!({"verdict": "recorded", "anchor_index": anchor_index, "row": row.map(|id| hex(id))})
        }
        Standing::CertifiedOnly { .. } => json!({"verdict": "certified, revocation not checked"}),
    })
}

/// The `in` of a case; `#n` stands for an item of the pool.
struct In<'c> {
    case: &'c Value,
    pool: &'c Value,
}

impl In<'_> {
    fn optional(&self, key: &str) -> Option<Value> {
        self.case.get(key).map(|value| self.resolve(value))
    }

    fn resolve(&self, value: &Value) -> Value {
        match value.as_str().and_then(|text| text.strip_prefix('#')) {
            Some(index) => self.pool[index.parse::<usize>().unwrap()].clone(),
            None => value.clone(),
        }
    }

    fn value(&self, key: &str) -> Value {
        self.optional(key).unwrap_or_else(|| panic!("no {key}"))
    }

    fn list(&self, key: &str) -> Vec<Value> {
        self.value(key).as_array().unwrap().clone()
    }

    fn hex(&self, key: &str) -> Vec<u8> {
        unhex(&self.value(key))
    }

    fn text(&self, key: &str) -> String {
        if let Some(parts) = self.optional(&format!("{key}_parts")) {
            let part = |part: &Value| match part {
                Value::String(text) => text.clone(),
                part => str_of(&part[0]).repeat(usize::try_from(part[1].as_u64().unwrap()).unwrap()),
            };
            return parts.as_array().unwrap().iter().map(part).collect();
        }
        str_of(&self.value(key)).to_owned()
    }

    fn firm(&self) -> FirmId {
        FirmId::from_bytes(bytes(&self.value("firm")))
    }

    fn ledger(&self) -> ChainId {
        ChainId::from_bytes(*self.firm().as_bytes())
    }

    fn log(&self) -> Result<Log> {
        let keys: Vec<_> =
            self.list("log_keys").iter().map(|key| VerifyingKey::enrol(&bytes(key)).unwrap()).collect();
        let log = match self.optional("origin") {
            Some(origin) => Log::standalone(str_of(&origin), &keys)?,
            None => Log::firm(self.firm(), &keys)?,
        };
        let cosigners = self.optional("cosigners").unwrap_or(json!([]));
        log.with_cosigners(cosigners.as_array().unwrap().iter().map(cosigner).collect())
    }

    fn keys(&self) -> Vec<VerifyingKey> {
        self.list("keys").iter().map(|key| VerifyingKey::enrol(&bytes(key)).unwrap()).collect()
    }

    /// The body as it stands, or of so many chains.
    fn anchor_body(&self) -> Vec<u8> {
        let Some(chains) = self.optional("chains") else { return self.hex("body") };
        let (entry, rest) = (self.value("entry"), self.value("rest"));
        let mut writer = cbor::Writer::new();
        let chains = chains.as_u64().unwrap();
        writer.map(3).unsigned(1).array(usize::try_from(chains).unwrap());
        for chain in 1..=u128::from(chains) {
            writer.array(3).bytes(&chain.to_be_bytes());
            writer.unsigned(entry[0].as_u64().unwrap()).bytes(&unhex(&entry[1]));
        }
        for key in ["2", "3"] {
            writer.unsigned(key.parse().unwrap()).array(2);
            writer.unsigned(rest[key][0].as_u64().unwrap()).bytes(&unhex(&rest[key][1]));
        }
        writer.finish()
    }
}

fn cosigner(pair: &Value) -> NoteKey {
    let key = VerifyingKey::enrol(&bytes(&pair[1])).unwrap();
    NoteKey::new(str_of(&pair[0]), KeyKind::CosignatureV1, key).unwrap()
}

fn row(row: &Value) -> DeviceRow {
    DeviceRow {
        device: DeviceId::from_bytes(bytes(&row[0])),
        user: UserId::from_bytes(bytes(&row[1])),
        record_kid: Kid(bytes(&row[2])),
        log_kid: Kid(bytes(&row[3])),
        ssh_kid: Kid(bytes(&row[4])),
    }
}

fn cosigned(cosigned: &[Cosigned]) -> Value {
    cosigned.iter().map(|cosigned| json!([cosigned.by.name(), cosigned.seconds])).collect()
}

fn flat(value: &Value) -> BTreeMap<String, Value> {
    match value {
        Value::Object(map) => map.clone().into_iter().collect(),
        Value::Null => BTreeMap::new(),
        other => BTreeMap::from([(String::new(), other.clone())]),
    }
}

fn str_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = str_of(value);
    assert!(text.len().is_multiple_of(2));
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    unhex(value).try_into().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_anchor_body_holds_what_it_was_made_of() {
    let ledger = ChainId::from_bytes([9; 16]);
    let root = Hash([1; 32]);
    let head = |n: u8| ChainHead { chain: ChainId::from_bytes([n; 16]), size: 1, root };
    let counted = CountedRoot { count: 2, root };
    let made = AnchorBody::new(ledger, vec![head(1), head(2)], counted, counted).unwrap();
    assert_eq!(AnchorBody::parse(&made.encode(), ledger).unwrap(), made);
    assert_eq!(made.grew(ChainId::from_bytes([2; 16])), Some(&head(2)));
    assert_eq!(made.grew(ChainId::from_bytes([3; 16])), None);
    for wrong in [
        vec![],
        vec![head(2), head(1)],
        vec![head(1), head(1)],
        vec![head(9)],
        vec![head(1), head(2), head(3)],
    ] {
        assert_eq!(AnchorBody::new(ledger, wrong, counted, counted).unwrap_err().code(), "field");
    }
}
