//! Stock `pycose` accepts our records, makes the same bytes from the same seed, and refuses a
//! tampered twin (`tests/foreign/pycose_check.py`).
//!
//! `PRIVITY_PYTHON` names a Python that has `pycose` 1.1.0. Set, it is required.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use privity::testing::kind::{ChainType, Kind};
use privity::testing::record::{self, LedgerHead, Payload, Record};
use privity::testing::signing_key;
use privity::{ChainId, DeviceId, Hash, Timestamp, UserId};
use serde_json::{Value, json};

#[test]
fn pycose_accepts_our_records_and_makes_the_same() {
    let Some(mut python) = Python::start() else { return };
    let mut count = 0;
    for (seed, chain_type, signed) in records() {
        let record = Record::parse(&signed, chain_type).unwrap();
        let payload = hex(record.object().payload());
        let kid = record.kid().to_string();
        assert_eq!(python.verify(seed, &signed, AAD), json!({"ok": {"kid": kid, "payload": payload}}));
        let ask = json!({"op": "sign", "seed": hex(&[seed; 32]), "kid": kid, "payload": payload, "external_aad": AAD});
        let theirs = python.ask(&ask);
        assert_eq!(theirs, json!({"ok": hex(&signed)}), "the same seed and payload");
        count += 1;
    }
    println!("pycose {}: accepted {count} records, made {count} alike", python.version);
    assert_eq!(count, 8);
}

#[test]
fn pycose_refuses_what_we_refuse() {
    let Some(mut python) = Python::start() else { return };
    let refused = json!({"refused": "signature"});
    let mut count = 0;
    for (seed, chain_type, signed) in records() {
        let record = Record::parse(&signed, chain_type).unwrap();
        assert!(python.verify(seed, &signed, AAD)["ok"].is_object(), "as it is, it is accepted");
        // In the chain of the payload, in the key id, twice in the signature.
        let payload_at = signed.len() - 66 - record.object().payload().len();
        for at in [payload_at + 18, 22, signed.len() - 1, signed.len() - 40] {
            let mut twin = signed.clone();
            twin[at] ^= 1;
            assert_eq!(python.verify(seed, &twin, AAD), refused, "byte {at}");
            let ours = Record::parse(&twin, chain_type)
                .and_then(|record| record.verify(&signing_key([seed; 32]).verifying_key()));
            assert!(ours.is_err(), "byte {at}");
            count += 1;
        }
        for (key, aad) in [(seed + 1, AAD), (seed, "privity/1/sig/card"), (seed, "")] {
            assert_eq!(python.verify(key, &signed, aad), refused);
            count += 1;
        }
    }
    println!("pycose {}: refused {count} tampered or misused twins", python.version);
    assert_eq!(count, 56);
}

/// Records of several shapes and sizes: the seed of the key, the type of chain, the bytes.
fn records() -> Vec<(u8, ChainType, Vec<u8>)> {
    let mut records = Vec::new();
    for (seed, length) in [(1, 256_u16), (2, 1_000), (3, 20_000), (4, 65_000)] {
        for chain_type in [ChainType::Standalone, ChainType::Matter] {
            let mut body = vec![0x81, 0x59];
            body.extend_from_slice(&length.to_be_bytes());
            body.resize(4 + usize::from(length), 0xAB);
            let in_firm = chain_type == ChainType::Matter;
            let payload = Payload {
                chain: ChainId::from_bytes([7; 16]),
                kind: Kind::from_number(1_024 + u64::from(seed)),
                at: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
                author: DeviceId::from_bytes([8; 16]),
                sequence: 1,
                previous: in_firm.then_some(Hash([9; 32])),
                ledger_head: in_firm.then_some(LedgerHead { size: 5, root: Hash([4; 32]) }),
                acting_for: in_firm.then_some(UserId::from_bytes([3; 16])),
                subjects: if in_firm { vec![[1; 16], [2; 16]] } else { Vec::new() },
                body: &body,
                details: None,
            };
            let signed = record::sign(&signing_key([seed; 32]), chain_type, &payload).unwrap();
            records.push((seed, chain_type, signed));
        }
    }
    records
}

/// The script, answering one line for one.
struct Python {
    child: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    version: String,
}

impl Python {
    fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("PRIVITY_PYTHON") else {
            println!("skipped: PRIVITY_PYTHON is not set");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/pycose_check.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("PRIVITY_PYTHON runs");
        let (ask, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut python = Self { child, ask, answers, version: String::new() };
        python.version = python.answer()["ok"].as_str().unwrap().to_owned();
        assert_eq!(python.version, "1.1.0", "pycose");
        Some(python)
    }

    fn verify(&mut self, seed: u8, record: &[u8], external_aad: &str) -> Value {
        let public_key = hex(&signing_key([seed; 32]).verifying_key().to_bytes());
        let record = hex(record);
        self.ask(&json!({
            "op": "verify", "record": record, "public_key": public_key, "external_aad": external_aad
        }))
    }

    fn ask(&mut self, ask: &Value) -> Value {
        writeln!(self.ask.as_mut().unwrap(), "{ask}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("the script answers; see its traceback")
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.ask.take());
        let _ = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What every record is signed with beside its bytes.
const AAD: &str = "privity/1/sig/record";
