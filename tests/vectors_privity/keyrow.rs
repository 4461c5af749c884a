//! `keyrow.json` as far as it needs no store: the hierarchy's derivations, confirms, sealed keys,
//! links from newer to older secrets. Rows are left to the capability that has them.

use std::collections::BTreeMap;

use privity::testing::kdf::{self, Context};
use privity::testing::label::{KdfPurpose, SealKind};
use privity::testing::{SealContext, Secret, expose, identity, seal, sha256};
use privity::{FirmId, Hash, MatterId, UserId};
use serde_json::{Value, json};

use crate::case::{Case, Outcome, Refused, Vectors, named};
use crate::vectors::{self, hex};

#[test]
fn every_case_of_keyrow_json_that_concerns_keys_alone() {
    let Some(mut vectors) = Vectors::read("keyrow.json") else { return };
    let mut left = BTreeMap::<String, usize>::new();
    vectors.cases.retain(|case| {
        let rows = ROWS.contains(&case.op.as_str());
        if rows {
            *left.entry(case.op.clone()).or_default() += 1;
        }
        !rows
    });
    println!("keyrow.json: {} cases left to the key rows: {left:?}", left.values().sum::<usize>());
    vectors.run(
        |case| match case.op.as_str() {
            "derive" => derive(case),
            "confirm" => confirm(case),
            "seal32" => seal32(case),
            "open32" => open32(case),
            "link.seal" => link_seal(case),
            "link.open" => link_open(case),
            other => panic!("unknown operation {other}"),
        },
        reason,
    );
}

/// Operations on rows of a store.
const ROWS: [&str; 5] =
    ["keyrow.seal", "keyrow.decode", "keyrow.unwrap_dk", "keyrow.open_meta", "keyrow.fold"];

fn reason(case: &Case, why: &str) -> &'static str {
    match (case.op.as_str(), why) {
        ("confirm", "threat 62" | "bound to the epoch before") => "secret-mismatch",
        ("open32", "erased with SK" | "other purpose") => "content-refused",
        ("link.open", "older from newer, never the reverse" | "aad" | "other kind") => "content-refused",
        ("link.open", "opens, but is not confirmed: threat 62" | "hash of the public key on record") => {
            "secret-mismatch"
        }
        (op, why) => panic!("{op}: unknown reason {why:?}"),
    }
}

fn derive(case: &Case) -> Outcome {
    let out = crate::seal::derive(case)?;
    if let Some(hash) = case.note.strip_prefix("H(intake public key) = ") {
        assert_eq!(sha256(identity(vectors::array(&out, "out"))?.public().as_bytes()).to_string(), hash);
    }
    Ok(out)
}

fn confirm(case: &Case) -> Outcome {
    kdf::confirm(&case.secret("secret"), case.profile(), &case.context("context"), &case.array("recorded"))?;
    Ok(Value::Null)
}

fn seal32(case: &Case) -> Outcome {
    let aad = case.context("aad").to_cbor();
    let context = SealContext::new(kind(case)?, case.profile(), &aad);
    let plaintext: [u8; 32] = case.array("secret");
    let sealed = seal::seal_hedged(&case.secret("key"), &context, &plaintext, &case.secret("rand32"))?;
    assert_eq!(sealed.len(), 104, "{}", case.name);
    Ok(json!({ "aad": hex(&aad), "sealed": hex(&sealed) }))
}

fn open32(case: &Case) -> Outcome {
    let context = SealContext::new(kind(case)?, case.profile(), &case.context("aad").to_cbor());
    let opened: Secret<32> = seal::open_secret(&case.secret("key"), &context, &case.bytes("sealed"))?;
    Ok(json!(hex(expose(&opened))))
}

fn link_seal(case: &Case) -> Outcome {
    let (key, aad) = link(case)?;
    let context = SealContext::new(kind(case)?, case.profile(), &aad);
    let older: [u8; 32] = case.array("old");
    let sealed = seal::seal_hedged(&key, &context, &older, &case.secret("rand32"))?;
    Ok(json!({ "key": hex(expose(&key)), "aad": hex(&aad), "sealed": hex(&sealed) }))
}

fn link_open(case: &Case) -> Outcome {
    let (key, aad) = link(case)?;
    let context = SealContext::new(kind(case)?, case.profile(), &aad);
    let older = seal::open_secret(&key, &context, &case.bytes("sealed"))?;
    if kind(case)? == SealKind::PreviousUserKey {
        // What is on record of a user key is the hash of its public key.
        let own = sha256(identity(*expose(&older))?.public().as_bytes());
        if own != Hash(case.array("want")) {
            return Err(Refused("secret-mismatch"));
        }
    } else {
        let of = &case.input["context"];
        let profile = privity::envelope::Profile::from_number(vectors::number(of, "old_profile"))?;
        let began = of.get("old_previous").map(|_| Hash(vectors::array(of, "old_previous")));
        let context =
            began.iter().fold(epoch(of, vectors::number(of, "epoch") - 1), |c, hash| c.previous(*hash));
        kdf::confirm(&older, profile, &context, &case.array("want"))?;
    }
    Ok(json!(hex(expose(&older))))
}

/// The key under which the older secret lies, and what it is bound to.
fn link(case: &Case) -> Result<(Secret<32>, Vec<u8>), Refused> {
    let of = &case.input["context"];
    let (purpose, aad) = match kind(case)? {
        SealKind::PreviousEpoch | SealKind::PreviousDetail => {
            (KdfPurpose::Previous, epoch(of, vectors::number(of, "epoch")))
        }
        SealKind::PreviousUserKey => {
            let firm = Context::empty().firm(FirmId::from_bytes(vectors::array(of, "firm")));
            let generation = firm.key_generation(vectors::number(of, "key_generation"));
            (KdfPurpose::UserPrevious, generation.user(UserId::from_bytes(vectors::array(of, "user"))))
        }
        other => panic!("{}: no link: {other:?}", case.name),
    };
    let key = kdf::derive(&case.secret("new"), purpose, case.profile(), &Context::empty());
    Ok((key, aad.to_cbor()))
}

fn epoch(of: &Value, epoch: u64) -> Context {
    let firm = Context::empty().firm(FirmId::from_bytes(vectors::array(of, "firm")));
    firm.matter(MatterId::from_bytes(vectors::array(of, "matter"))).epoch(epoch)
}

fn kind(case: &Case) -> Result<SealKind, Refused> {
    named(SealKind::ALL, SealKind::name, case.text("kind"))
}
