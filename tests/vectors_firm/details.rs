//! The wraps and the reason of the history.

use std::num::NonZeroU64;

use privity::audit::detail::{DetailKey, DetailPlace, DetailRoot, Details};
use privity::envelope::Profile;
use privity::testing::hpke;
use privity::testing::kdf::Context;
use privity::testing::label::HpkePurpose;
use privity::testing::{cbor, identity, secret, sha256};
use privity::{ChainId, DeviceId, Error, FirmId, Hash, MatterId, PrincipalId, SecretBytes};
use serde_json::{Map, Value, json};

use crate::vectors::{array, bytes, hex, items, number, text};

pub fn wrap(input: &Value) -> Result<Value, Error> {
    let purpose = HpkePurpose::ALL.iter().copied().find(|p| p.name() == text(input, "purpose")).unwrap();
    let profile = Profile::from_number(number(input, "profile")).unwrap();
    let fields = &input["context"];
    assert_eq!(fields.as_object().unwrap().len(), 5);
    let context = Context::empty()
        .firm(FirmId::from_bytes(array(fields, "1")))
        .matter(MatterId::from_bytes(array(fields, "4")))
        .epoch(number(fields, "5"))
        .principal(PrincipalId::from_bytes(array(fields, "9")))
        .key_generation(number(fields, "10"));
    let to = identity(array(input, "seed"))?.public().clone();
    let wrap = hpke::wrap(&to, purpose, profile, &context, &secret(array(input, "secret")))?;
    Ok(json!({
        "public_key_sha256": sha256(to.as_bytes()).to_string(),
        "wrap_sha256": sha256(wrap.as_bytes()).to_string(),
    }))
}

pub fn details(input: &Value) -> Result<Value, Error> {
    let fields = items(input, "fields").iter().map(|field| {
        let part = |at: usize| crate::vectors::unhex(field[at].as_str().unwrap());
        (field[0].as_str().unwrap().to_owned(), part(1), part(2).try_into().unwrap())
    });
    let fields: Vec<(String, Vec<u8>, [u8; 32])> = fields.collect();
    let commitments: Vec<_> = fields
        .iter()
        .map(|(name, value, salt)| privity::audit::detail::commitment(name, value, salt).0)
        .collect();
    let details = Details::with_salts(fields)?;
    let root = details.root()?;
    let blob = details.seal_hedged(&key(input)?, &place(input), &secret(array(input, "rand32")))?;
    Ok(json!({
        "order": details.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "commitments": commitments.iter().map(|hash| hex(hash)).collect::<Vec<_>>(),
        "leaf_hashes": commitments.iter().map(|hash| privity::audit::tree::leaf_hash(hash).to_string()).collect::<Vec<_>>(),
        "field_11": [json!(root.count.get()), json!(root.root.to_string())],
        "aad": aad(input),
        "blob": hex(&blob),
    }))
}

pub fn open(input: &Value) -> Result<Value, Error> {
    let of = items(input, "field_11");
    let root = DetailRoot {
        count: NonZeroU64::new(of[0].as_u64().unwrap()).unwrap(),
        root: Hash(crate::vectors::fixed(&crate::vectors::unhex(of[1].as_str().unwrap()))),
    };
    let opened = Details::open(&key(input)?, &place(input), &bytes(input, "blob"), &root)?;
    let mut out = Map::new();
    for (name, value) in opened.iter() {
        out.insert(name.to_owned(), json!([hex(value), hex(&opened.disclose(name)?.salt)]));
    }
    Ok(out.into())
}

fn key(input: &Value) -> Result<DetailKey, Error> {
    DetailKey::from_secret_bytes(&SecretBytes::new(bytes(input, "detail_key")))
}

fn place(input: &Value) -> DetailPlace {
    assert!(input.get("profile").is_none_or(|profile| profile == 1));
    DetailPlace::in_epoch(
        Profile::ChaCha,
        FirmId::from_bytes(array(input, "firm")),
        NonZeroU64::new(number(input, "epoch")).unwrap(),
        ChainId::from_bytes(array(input, "chain")),
        DeviceId::from_bytes(array(input, "author")),
        number(input, "sequence"),
    )
}

/// cbor{1 firm, 5 epoch, 13 chain, 14 author, 15 sequence}, as the blob binds it.
fn aad(input: &Value) -> Value {
    let mut writer = cbor::Writer::new();
    writer.map(5).unsigned(1).bytes(&bytes(input, "firm")).unsigned(5).unsigned(number(input, "epoch"));
    writer.unsigned(13).bytes(&bytes(input, "chain")).unsigned(14).bytes(&bytes(input, "author"));
    writer.unsigned(15).unsigned(number(input, "sequence"));
    json!(hex(&writer.finish()))
}
