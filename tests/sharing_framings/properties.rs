//! What holds for arbitrary files, names, lists and values.

use std::collections::BTreeMap;

use privity::testing::json::{self, Value};
use privity::testing::label::Namespace;
use privity::testing::sums::{self, Sums};
use privity::testing::{entry_name, sha256, signing_key, sshsig};
use proptest::prelude::*;

use super::{Drip, Files, pack, unpack};

/// Names that may stand together: each with its place in front, as sanitising writes it.
fn any_files() -> impl Strategy<Value = Files> {
    let content = prop::collection::vec(any::<u8>(), 0..200);
    prop::collection::vec((any::<String>(), content), 1..8).prop_map(|files| {
        let name = |(at, (given, content)): (usize, (String, Vec<u8>))| {
            (entry_name::sanitise(u32::try_from(at).unwrap(), &given), content)
        };
        files.into_iter().enumerate().map(name).collect()
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let limit = (1_i64 << 53) - 1;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-limit..=limit).prop_map(Value::Integer),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(Value::Map),
        ]
    })
}

/// As `serde_json` sees it.
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(members) => members.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
    }
}

proptest! {
    #[test]
    fn an_archive_holds_what_was_put_in(files in any_files()) {
        let archive = pack(&files);
        prop_assert_eq!(unpack(archive.as_slice()).unwrap(), files.clone());
        prop_assert_eq!(unpack(Drip(&archive)).unwrap(), files);
    }

    #[test]
    fn a_sanitised_name_is_safe_and_short(index in any::<u32>(), given in any::<String>()) {
        let name = entry_name::sanitise(index, &given);
        entry_name::check(&name).unwrap();
        let (_, kept) = name.split_once('-').unwrap();
        prop_assert!(kept.len() <= 120 && !kept.is_empty());
        // Once safe it stays.
        prop_assert_eq!(entry_name::sanitise(index, kept), name);
    }

    #[test]
    fn a_safe_name_has_one_way_to_be_written(name in "[a-zA-Z0-9./ §-]{1,40}") {
        if entry_name::check(&name).is_ok() {
            let path = std::path::Path::new(&name);
            let plain = |part| matches!(part, std::path::Component::Normal(_));
            prop_assert!(path.is_relative() && path.components().all(plain));
            prop_assert_eq!(path.components().count(), name.split('/').count());
        }
    }

    #[test]
    fn a_list_comes_back(files in any_files()) {
        let listed: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), sha256(content))).collect();
        let text = sums::write(listed.iter().copied()).unwrap();
        let read = Sums::parse(text.as_bytes()).unwrap();
        prop_assert!(read.entries().iter().map(|(name, hash)| (name.as_str(), *hash)).eq(listed));
        read.check_listing(files.iter().map(|(name, _)| name.as_str())).unwrap();
    }

    #[test]
    fn a_value_has_one_text(value in any_value()) {
        let text = json::write(&value).unwrap();
        prop_assert_eq!(json::parse(&text, text.len()).unwrap(), value.clone());
        prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), plain(&value));
        // Any other text of it is refused.
        let pretty = serde_json::to_vec_pretty(&plain(&value)).unwrap();
        prop_assert_eq!(json::parse(&pretty, 1 << 20).unwrap_err().code(), "json");
    }

    #[test]
    fn a_signature_verifies_what_was_signed(seed in any::<[u8; 32]>(), message: Vec<u8>, other: Vec<u8>) {
        let key = signing_key(seed);
        let text = sshsig::sign(&key, Namespace::Receipt, &message);
        let verify = |message: &[u8]| sshsig::verify(text.as_bytes(), Namespace::Receipt, message);
        prop_assert_eq!(verify(&message).unwrap(), key.verifying_key());
        prop_assert!(message == other || verify(&other).is_err());
    }
}

#[test]
fn members_of_one_name_are_refused_at_any_depth() {
    let value = Value::Map(BTreeMap::from([("a".to_owned(), Value::map([("b", Value::Integer(1))]))]));
    let text = String::from_utf8(json::write(&value).unwrap()).unwrap();
    assert!(json::parse(text.as_bytes(), 100).is_ok());
    let twice = text.replace("\"b\":1", "\"b\":1,\"b\":1");
    assert_eq!(json::parse(twice.as_bytes(), 100).unwrap_err().code(), "json");
}
