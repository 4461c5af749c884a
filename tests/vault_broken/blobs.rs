//! Sealed files that are missing, cut off or altered.

use std::fs;
use std::path::PathBuf;

use privity::vault::{AccessReason, Scope};

use crate::{Place, open, refused, seal, unlock};

/// The file of the larger document.
fn large(place: &Place) -> PathBuf {
    let blobs = place.file("shared/blobs");
    let shards = fs::read_dir(blobs).unwrap().map(|shard| shard.unwrap().path());
    let files = shards.flat_map(|shard| fs::read_dir(shard).unwrap().map(|file| file.unwrap().path()));
    files.max_by_key(|file| file.metadata().unwrap().len()).unwrap()
}

#[test]
fn a_blob_that_is_missing_cut_off_or_flipped_is_named_and_costs_nothing_else() {
    let place = Place::set_up();
    let blob = large(&place);
    let whole = fs::read(&blob).unwrap();
    let [(small, text), (document, content)] = &place.documents;
    let (vault, matter) = unlock(place.path()).unwrap();
    let records = |when: &str| {
        let report = vault.verify(Scope::Firm, None).unwrap();
        assert!(report.is_clean(), "{when}: {report}");
        report.records
    };
    let target = place.file("target");

    fs::remove_file(&blob).unwrap();
    let before = records("missing");
    refused(open(&matter, document), "blob-missing", place.path());
    assert_eq!(records("missing"), before, "nothing was recorded");

    for length in [0, 7, 100, 65_536, whole.len() / 2, whole.len() - 1] {
        fs::write(&blob, &whole[..length]).unwrap();
        let code = open(&matter, document).unwrap_err().code();
        assert!(
            ["not-a-sealed-document", "sealed-length", "truncated", "content-refused"].contains(&code),
            "{length}: {code}"
        );
        assert!(matter.open_file(document.id, AccessReason::none(), &target, None).is_err());
        assert!(!target.exists(), "{length}");
    }
    let mut seen = std::collections::BTreeMap::<_, usize>::new();
    for at in (0..whole.len()).step_by(9_973).chain([0, 8, 20, 60, 90, 120, whole.len() - 1]) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&blob, &flipped).unwrap();
        let error = open(&matter, document).unwrap_err();
        *seen.entry(error.code()).or_default() += 1;
        assert!(!error.advice().is_empty());
        assert!(matter.open_file(document.id, AccessReason::none(), &target, None).is_err());
        assert!(!target.exists(), "byte {at}");
        assert_eq!(&open(&matter, small).unwrap(), text, "others open");
    }
    println!("flipped blobs: {seen:?}");
    assert!(seen.contains_key("content-refused") && seen.contains_key("header-mismatch"), "{seen:?}");
    fs::write(&blob, [&whole[..], b"x"].concat()).unwrap();
    assert!(open(&matter, document).is_err());
    fs::write(&blob, &whole).unwrap();
    assert_eq!(&open(&matter, document).unwrap(), content);
    drop((vault, matter));
    place.works();
}

#[test]
fn a_folder_of_blobs_that_vanishes_loses_only_what_was_in_it() {
    let place = Place::set_up();
    let (vault, matter) = unlock(place.path()).unwrap();
    let (blobs, aside) = (place.file("shared/blobs"), place.file("aside"));
    fs::rename(&blobs, &aside).unwrap();
    let before = vault.verify(Scope::Firm, None).unwrap();
    refused(seal(&matter, b"x"), "io", place.path());
    refused(open(&matter, &place.documents[0].0), "blob-missing", place.path());
    let after = vault.verify(Scope::Firm, None).unwrap();
    assert_eq!((after.records, after.documents), (before.records, before.documents), "nothing was written");
    drop((vault, matter));
    // Opened anew there is an empty one; what is sealed into it stays when the rest comes back.
    let (vault, matter) = unlock(place.path()).unwrap();
    refused(open(&matter, &place.documents[1].0), "blob-missing", place.path());
    let between = seal(&matter, b"between").unwrap();
    fs::remove_dir(blobs.join("tmp")).unwrap();
    crate::copy_missing(&aside, &blobs);
    assert_eq!(open(&matter, &between).unwrap(), b"between");
    drop((vault, matter));
    place.works();
}
