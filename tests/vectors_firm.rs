//! `firm.json`, `reported.json`, `roles.json`: a firm's whole history, what must happen when it is
//! altered, what the fold may not accept, who may sign what; made by an independent implementation.

mod common;
#[path = "vectors_firm/describe.rs"]
mod describe;
#[path = "vectors_firm/details.rs"]
mod details;
#[path = "vectors_firm/source.rs"]
mod source;
#[path = "common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};

use privity::state::{Follow, State, Trust};
use privity::{Code, Error};
use serde_json::{Value, json};

use source::{Store, size_of};

#[test]
fn every_case_of_firm_json() {
    run("firm.json", 65);
}

#[test]
fn every_case_of_reported_json() {
    run("reported.json", 47);
}

#[test]
fn every_case_of_roles_json() {
    run("roles.json", 106);
}

fn run(name: &str, expected: usize) {
    let Some(file) = vectors::json(&format!("privity/{name}")) else { return };
    let firm = vectors::json("privity/firm.json").unwrap();
    let history = vectors::items(&firm, "cases").iter().find(|case| case["name"] == "history").unwrap();
    assert_eq!(file["format_version"], 1);
    let pool = file.get("pool").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut counts, mut wrong) = (BTreeMap::<String, u32>::new(), Vec::new());
    for case in vectors::items(&file, "cases") {
        let (title, op) = (vectors::text(case, "name"), vectors::text(case, "op"));
        *counts.entry(op.to_owned()).or_default() += 1;
        let result = match op {
            "firm.verify" | "firm.fold" => {
                let store = Store::of(&case["in"], &history["in"], &pool);
                let pinned = case["in"].get("pin").map(|pin| (pin, &history["in"]));
                verify(&store, pinned, &Follow::All).map(|state| {
                    let kept = State::load(*state.trust(), &state.save()).unwrap();
                    assert_eq!(kept.save(), state.save(), "{title}");
                    if title.starts_with("void, then a good commit") {
                        follow_nothing(&store, &state);
                    }
                    describe::describe(&state, &store)
                })
            }
            "firm.wrap" => details::wrap(&case["in"]),
            "record.details" => details::details(&case["in"]),
            "record.open_detail" => details::open(&case["in"]),
            other => panic!("{title}: unknown operation {other}"),
        };
        let verdict = match (case["valid"].as_bool().unwrap(), result) {
            (true, Ok(out)) => compare(op, &out, &case["out"], &history["out"]),
            (true, Err(error)) => Err(error.to_string()),
            (false, Ok(_)) => Err("accepted".to_owned()),
            (false, Err(error)) => refused(vectors::text(case, "why"), &error),
        };
        if let Err(why) = verdict {
            wrong.push(format!("{title}: {why}"));
        }
    }
    let total: u32 = counts.values().sum();
    println!("{name}: {total} cases, {counts:?}");
    assert!(wrong.is_empty(), "{} of {total} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(total as usize, expected);
}

/// What a reader does: from the newest checkpoint on back to one that somebody active signed.
fn verify(store: &Store, pinned: Option<(&Value, &Value)>, follow: &Follow) -> Result<State, Error> {
    let trust = Trust { firm: store.firm(), genesis: store.genesis() };
    let mut before = State::new(trust, follow.clone());
    if let Some((pin, history)) = pinned {
        // The state of the pin is what this device verified before: the honest history.
        let honest = Store::of(history, history, &[]);
        let size = pin[0].as_u64().unwrap();
        let note = honest.checkpoints.iter().find(|note| size_of(note) == size).unwrap();
        before.advance(&honest, note.as_bytes())?;
        assert_eq!(before.ledger_head().unwrap().root.to_string(), pin[1].as_str().unwrap());
    }
    let mut last = Error::from(Code::CheckpointMissing);
    for note in store.checkpoints.iter().rev() {
        let mut state = before.clone();
        match state.advance(store, note.as_bytes()) {
            Ok(()) => return Ok(state),
            Err(error) if error.code_value() == Code::LogUnsigned => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Whoever follows the directory alone comes to the same heads, whatever made an anchor void.
fn follow_nothing(store: &Store, whole: &State) {
    let some = verify(store, None, &Follow::Only(BTreeSet::new())).unwrap();
    assert!(some.heads().eq(whole.heads()));
    assert_eq!(some.findings().void, whole.findings().void);
}

fn refused(why: &str, error: &Error) -> Result<(), String> {
    let codes: &[&str] = match why {
        "rollback: threat 16" => &["ledger-rollback"],
        "fork: threat 19" => &["ledger-forked"],
        "pinned" => &["other-firm"],
        "missing" => &["store-incomplete"],
        // Fewer bytes than the anchor counts, as after a restore.
        "a restore (63), with the committer named; not void: its bytes do not match" => &["store-incomplete"],
        "tampered"
        | "tampered, not unverifiable: compared with the tree first"
        | "root"
        | "the ledger's root under a checkpoint: tampered"
        | "void only while every byte matches"
        | "an insider with the store erases a commit: the older anchor's bytes do not match, so it is not void"
        | "it is not void" => &["firm-tampered"],
        "the removed person holds it: threat 72" | "aad" => &["content-refused"],
        other => return Err(format!("unknown reason {other:?} ({error})")),
    };
    if codes.contains(&error.code()) { Ok(()) } else { Err(format!("{why}: {error}")) }
}

/// Field by field. A fold leaves out what is as in the history.
fn compare(op: &str, out: &Value, want: &Value, history: &Value) -> Result<(), String> {
    for (field, want) in want.as_object().expect("an outcome") {
        let got = if op == "firm.fold" && ["devices", "users", "matters"].contains(&field.as_str()) {
            differing(&out[field], &history[field])
        } else {
            out[field].clone()
        };
        if sorted(&got) != sorted(want) {
            return Err(format!("{field}: {got} and not {want}"));
        }
    }
    if op == "firm.fold" {
        for field in ["directory", "root"] {
            if want.get(field).is_none() && out[field] != history[field] {
                return Err(format!("{field} changed: {}", out[field]));
            }
        }
        if want.get("void").is_none() && out["void"] != json!([]) {
            return Err(format!("void: {}", out["void"]));
        }
    }
    Ok(())
}

fn differing(all: &Value, history: &Value) -> Value {
    let all = all.as_object().unwrap().iter();
    let differing = all.filter(|(key, value)| history.get(key) != Some(value));
    Value::Object(differing.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// Lists of findings have no order that the format gives.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.iter().all(Value::is_object) => {
            let mut items = items.clone();
            items.sort_by_key(|item| (item["chain"].to_string(), item["index"].as_u64(), item.to_string()));
            Value::Array(items)
        }
        other => other.clone(),
    }
}
