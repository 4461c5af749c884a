//! The needles are the keys that are in memory, and each looks like one.

#![cfg(feature = "canary")]

mod common;

use std::collections::BTreeSet;

use common::{Desk, code, file};
use privity_ffi::{Header, Identity, canary_key, canary_vault, envelope_seal};

#[test]
fn every_needle_is_a_key_of_its_own() {
    let desk = Desk::new();
    let vault = desk.firm();
    let matter = vault.open_matter("M".to_owned(), None).unwrap();
    matter.seal_bytes(file("a"), b"content").unwrap();
    assert_eq!(matter.name().unwrap().as_deref(), Some("M"));
    let needles = desk.path("needles");
    let mut written = canary_vault(vault.clone(), needles.clone()).unwrap();
    let header = Header {
        firm: vault.firm().unwrap(),
        document: privity::DocumentId::generate().unwrap(),
        version: 1,
        profile: None,
        padding: None,
    };
    let key = envelope_seal(header, b"content").unwrap().key.opening_key().unwrap();
    written += canary_key(Identity::generate().unwrap(), key, needles.clone()).unwrap();

    let text = std::fs::read_to_string(&needles).unwrap();
    let lines: Vec<_> = text.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(lines.len() as u64, written);
    assert_eq!(lines.iter().map(|(_, key)| key).collect::<BTreeSet<_>>().len(), lines.len());
    for (name, key) in &lines {
        assert!(key.len() == 64 && key.bytes().collect::<BTreeSet<_>>().len() > 5, "{name}");
    }
    for name in ["device-record", "device-state", "user", "epoch", "shred", "detail", "identity", "document"]
    {
        assert!(lines.iter().any(|(known, _)| *known == name), "{name}");
    }
    vault.lock().unwrap();
    assert_eq!(code(canary_vault(vault, needles)), "locked");
}
