//! [1, 5, 50, 61, 62, 68] Rows and keys that the store alters, moves, or puts back.

use privity::audit::body::MatterRole;
use privity::vault::{AccessReason, Change, Finding, NewDocument, Options, Scope, Vault};

use crate::people::{Firm, admit, protector, refused, seen_by};
use crate::store::{put, row_of, rows};

#[test]
fn an_old_row_or_old_metadata_put_back_is_refused() {
    // [50, 68]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("old name").unwrap(), b"content").unwrap();
    let (key, old) = row_of(&firm.shared, &matter, letter.id);
    let renamed = Change { name: Some("new name".into()), ..Change::default() };
    matter.describe(letter.id, &renamed).unwrap();
    assert_eq!(matter.document(letter.id).unwrap().name, "new name");
    let (_, new) = row_of(&firm.shared, &matter, letter.id);
    put(&firm.shared, &key, Some(&old));
    refused(matter.document(letter.id), "row-mismatch");
    refused(matter.open_bytes(letter.id, AccessReason::none()), "row-mismatch");
    let found = firm.partner.verify(Scope::Firm, None).unwrap().findings;
    assert!(matches!(found[..], [Finding::Document { document, .. }] if document == letter.id), "{found:?}");
    put(&firm.shared, &key, Some(&new));
    assert_eq!(matter.open_bytes(letter.id, AccessReason::none()).unwrap(), b"content", "nothing was lost");
}

#[test]
fn rows_moved_between_documents_and_every_flipped_bit_of_a_wrap_are_refused() {
    // [1, 5]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let [a, b] =
        [b"aaa", b"bbb"].map(|content| matter.seal_bytes(NewDocument::new("x").unwrap(), content).unwrap());
    let (key_a, row_a) = row_of(&firm.shared, &matter, a.id);
    let (_, row_b) = row_of(&firm.shared, &matter, b.id);
    put(&firm.shared, &key_a, Some(&row_b));
    refused(matter.open_bytes(a.id, AccessReason::none()), "row-mismatch");
    for at in (0..row_a.len()).step_by(7) {
        let mut flipped = row_a.clone();
        flipped[at] ^= 1;
        put(&firm.shared, &key_a, Some(&flipped));
        assert!(matter.open_bytes(a.id, AccessReason::none()).is_err(), "byte {at}");
    }
    put(&firm.shared, &key_a, None);
    refused(matter.open_bytes(a.id, AccessReason::none()), "row-missing");
    put(&firm.shared, &key_a, Some(&row_a));
    assert_eq!(matter.open_bytes(a.id, AccessReason::none()).unwrap(), b"aaa");
}

#[test]
fn a_wrap_that_holds_junk_is_named_and_one_for_somebody_else_opens_nothing() {
    // [1, 61, 62]
    let firm = Firm::in_memory();
    let lawyer = firm.join("L.", 1);
    let matter = firm.matter("One");
    admit(&matter, &lawyer, MatterRole::Member);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    let of_matter = rows(&firm.shared, 0x20)
        .into_iter()
        .filter(|(key, _)| key.as_bytes()[1..17] == matter.id().as_bytes()[..]);
    for (key, value) in of_matter {
        let mut junk = value.clone();
        junk[600] ^= 1;
        put(&firm.shared, &key, Some(&junk));
        let found = firm.partner.verify(Scope::Firm, None).unwrap().findings;
        assert!(
            matches!(found[..], [Finding::Wrap { why, .. }] if why.name() == "wrap-mismatch"),
            "{found:?}"
        );
        if key.as_bytes()[25..] == lawyer.user().as_bytes()[..] {
            refused(seen_by(&lawyer, &matter).name(), "unwrap-refused");
        }
        put(&firm.shared, &key, Some(&value));
    }
    assert_eq!(seen_by(&lawyer, &matter).name().unwrap().as_deref(), Some("One"));
}

#[test]
fn a_shred_key_of_the_stores_choosing_seals_nothing() {
    // [62, 66]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let keys = firm.shared.erasable.list(matter.id().as_bytes()).unwrap();
    let value = firm.shared.erasable.get(&keys[0]).unwrap().unwrap();
    let device = firm.shared.device.clone();
    firm.partner.lock();
    let unlock =
        || Vault::unlock(firm.shared.with_device(device.clone()), protector(0), Options::default()).unwrap();
    firm.shared.erasable.put(&keys[0], &privity::SecretBytes::new(vec![7; 32])).unwrap();
    let seal = |vault: &Vault| seen_by(vault, &matter).seal_bytes(NewDocument::new("x").unwrap(), b"x");
    refused(seal(&unlock()), "secret-mismatch");
    firm.shared.erasable.destroy(&keys[0]).unwrap();
    refused(seal(&unlock()), "shred-key-missing");
    assert!(firm.shared.blobs.list(None, 1).unwrap().is_empty(), "nothing is left behind");
    firm.shared.erasable.put(&keys[0], &value).unwrap();
    seal(&unlock()).unwrap();
}
