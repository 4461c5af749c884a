//! [5, 10, 11, 32] Sealed files that the store drops, alters, swaps, cuts or makes longer.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use privity::store::{BlobId, Storage};
use privity::vault::{AccessReason, DocumentInfo, Matter, NewDocument, Scope};

use crate::Scene;
use crate::liars::{BlobLie, LyingBlobs, bytes_of};
use crate::people::{Firm, refused};
use crate::store::Copy;

#[test]
fn a_blob_that_is_missing_or_anothers_is_refused_before_anything_is_recorded() {
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("x").unwrap(), b"content").unwrap();
    matter.open_bytes(letter.id, AccessReason::none()).unwrap();
    let before = firm.partner.verify(Scope::Firm, None).unwrap().records;
    let blob: BlobId = firm.shared.blobs.list(None, 1).unwrap().remove(0);
    firm.shared.blobs.remove(&blob).unwrap();
    refused(matter.open_bytes(letter.id, AccessReason::none()), "blob-missing");
    let mut other = firm.shared.blobs.create(&blob).unwrap();
    std::io::Write::write_all(&mut other, b"PRVYDOC1 and junk that is no document").unwrap();
    other.finish().unwrap();
    assert!(matter.open_bytes(letter.id, AccessReason::none()).is_err());
    assert_eq!(firm.partner.verify(Scope::Firm, None).unwrap().records, before);
}

/// A document of seven chunks and some padding.
fn scene() -> (Scene, Arc<LyingBlobs>, DocumentInfo, Vec<u8>) {
    let storage = Storage::memory();
    let lying = LyingBlobs::over(storage.blobs.clone());
    let scene = Scene::of(Firm::create(Storage { blobs: lying.clone(), ..storage }));
    let content: Vec<u8> = (0..7 * CHUNK).map(|at| u8::try_from(at * at % 251).unwrap()).collect();
    let document = crate::seal(&scene.matter, "seven chunks", &content);
    assert_eq!(crate::open(&scene.matter, &document), content);
    (scene, lying, document, content)
}

const CHUNK: usize = 16 << 10;
const TAG: usize = 16;

/// Refused however it is read, with no file and no byte handed out before, and nothing recorded.
fn no_way_to_read(scene: &Scene, document: &DocumentInfo, what: &str) -> &'static str {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("letter");
    let error = scene.matter.open_bytes(document.id, AccessReason::none()).expect_err(what);
    assert!(scene.matter.open_file(document.id, AccessReason::none(), &to, None).is_err(), "{what}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{what}: a file is left");
    if let Ok(reader) = scene.matter.reader(document.id, AccessReason::none()) {
        assert!(reader.copy(std::io::sink(), None).is_err() && reader.read().is_err(), "{what}");
    }
    error.code()
}

#[test]
fn every_chunk_dropped_swapped_repeated_cut_or_added_is_refused_and_leaves_no_file() {
    let (scene, lying, document, content) = scene();
    let blob = largest(&scene);
    let whole = bytes_of(&*lying, &blob);
    let sealed = CHUNK + TAG;
    let first = whole.len() - chunks_of(&whole).iter().map(|chunk| chunk.len()).sum::<usize>();
    let chunks: Vec<Vec<u8>> = chunks_of(&whole).iter().map(|chunk| chunk.to_vec()).collect();
    assert!((2..=8).contains(&chunks.len()) && chunks[0].len() == sealed, "{}", chunks.len());
    let head = whole[..first].to_vec();
    let of = |chunks: &[Vec<u8>]| [head.clone(), chunks.concat()].concat();
    assert_eq!(of(&chunks), whole);

    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for at in 0..chunks.len() {
        let mut without = chunks.clone();
        without.remove(at);
        cases.push((format!("without chunk {at}"), of(&without)));
        let mut twice = chunks.clone();
        twice.insert(at, chunks[at].clone());
        cases.push((format!("chunk {at} twice"), of(&twice)));
        for other in at + 1..chunks.len() {
            let mut swapped = chunks.clone();
            swapped.swap(at, other);
            cases.push((format!("chunks {at} and {other} swapped"), of(&swapped)));
        }
        cases.push((format!("cut after chunk {at}"), of(&chunks[..at])));
        let mut flipped = chunks.clone();
        flipped[at][17] ^= 1;
        cases.push((format!("a bit of chunk {at}"), of(&flipped)));
    }
    for cut in [1, TAG, TAG + 1, sealed - 1] {
        cases.push((format!("{cut} bytes less"), whole[..whole.len() - cut].to_vec()));
        cases.push((format!("{cut} bytes more"), [whole.clone(), vec![0; cut]].concat()));
    }
    for at in 0..first {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        cases.push((format!("byte {at} of what stands before the chunks"), flipped));
    }
    // The same document sealed again has chunks of its own.
    let other = crate::seal(&scene.matter, "seven chunks", &content);
    let others = scene.firm.shared.blobs.list(None, 99).unwrap();
    let mut others = others.iter().map(|id| bytes_of(&*lying, id));
    let others = others.rfind(|bytes| bytes.len() == whole.len() && *bytes != whole).unwrap();
    for at in 0..chunks.len() {
        let mut spliced = chunks.clone();
        spliced[at] = chunks_of(&others)[at].to_vec();
        cases.push((format!("chunk {at} of another document"), of(&spliced)));
    }
    let before = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    let mut codes = BTreeSet::new();
    for (what, bytes) in cases {
        if bytes == whole {
            continue; // The last chunks of two sealings swapped with themselves.
        }
        lying.show(move |_| bytes.clone());
        codes.insert(no_way_to_read(&scene, &document, &what));
    }
    lying.tell(None);
    assert_eq!(
        codes.into_iter().collect::<Vec<_>>(),
        [
            "cbor",
            "content-refused",
            "field",
            "header-mismatch",
            "not-a-sealed-document",
            "profile",
            "seal-mismatch",
            "sealed-length",
            "too-large"
        ]
    );
    assert_eq!(crate::open(&scene.matter, &document), content, "nothing was lost");
    assert_eq!(crate::open(&scene.matter, &other), content);
    let after = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    assert!(after.is_clean() && after.documents == before.documents, "{after}");
}

/// The chunks that follow the header, the salt and the commitment.
fn chunks_of(whole: &[u8]) -> Vec<&[u8]> {
    let header = u32::from_be_bytes(whole[8..12].try_into().unwrap());
    whole[12 + header as usize + SALT_AND_COMMITMENT..].chunks(CHUNK + TAG).collect()
}

const SALT_AND_COMMITMENT: usize = 24 + 32;

fn largest(scene: &Scene) -> BlobId {
    let ids = scene.firm.shared.blobs.list(None, 99).unwrap();
    let blobs = &scene.firm.shared.blobs;
    ids.into_iter().max_by_key(|id| blobs.open(id).unwrap().size().unwrap()).unwrap()
}

#[test]
fn blobs_moved_between_documents_and_matters_are_refused() {
    let scene = Scene::set_up();
    let other = scene.firm.matter("Two");
    let theirs = crate::seal(&other, "x", b"Of another matter");
    let own = crate::seal(&scene.matter, "y", b"Of this one, other");
    assert_eq!(crate::open(&other, &theirs), b"Of another matter");
    let blobs = &scene.firm.shared.blobs;
    let of = |document: &DocumentInfo, matter: &Matter| {
        let state = crate::state_of(&scene.firm.shared, &scene.firm.partner);
        let known = state.matter(matter.id()).unwrap().document(document.id).unwrap();
        let salt: String = known.seal_id[..24].iter().map(|byte| format!("{byte:02x}")).collect();
        BlobId::new(&salt).unwrap()
    };
    let place = of(&scene.letter, &scene.matter);
    let put = |bytes: &[u8]| {
        blobs.remove(&place).unwrap();
        let mut blob = blobs.create(&place).unwrap();
        std::io::Write::write_all(&mut blob, bytes).unwrap();
        blob.finish().unwrap();
    };
    let honest = bytes_of(&**blobs, &place);
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    for id in [of(&own, &scene.matter), of(&theirs, &other)] {
        put(&bytes_of(&**blobs, &id));
        refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "header-mismatch");
    }
    assert!(before.is_still(&scene.firm.shared), "nothing was recorded");
    put(&honest);
    assert_eq!(crate::open(&scene.matter, &scene.letter), b"Dear Sirs");
}

#[test]
fn a_store_of_blobs_that_lies_about_sizes_fails_in_the_middle_or_keeps_half_is_told_apart() {
    let (scene, lying, document, content) = scene();
    let honest = bytes_of(&*lying, &largest(&scene)).len() as u64;
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    for (size, code) in [
        (0, "not-a-sealed-document"),
        (u64::MAX, "sealed-length"),
        (1 << 62, "sealed-length"),
        (honest - 1, "content-refused"),
        (honest + 1, "io"),
        (honest - CHUNK as u64, "content-refused"),
    ] {
        lying.tell(Some(BlobLie::Size(size)));
        let refused = scene.matter.open_bytes(document.id, AccessReason::none());
        assert_eq!(refused.unwrap_err().code(), code, "{size}");
    }
    lying.tell(Some(BlobLie::Fails(40)));
    refused(scene.matter.open_bytes(document.id, AccessReason::none()), "io");
    assert!(before.is_still(&scene.firm.shared), "nothing was recorded");
    // Readable at its ends alone: it is recorded as opened, and nothing comes out.
    lying.tell(Some(BlobLie::Hole(3 * CHUNK as u64)));
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("letter");
    refused(scene.matter.open_file(document.id, AccessReason::none(), &to, None), "io");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a file is left");

    // What it kept half of, or lost, although it said that it was durable.
    for (lie, code) in [(BlobLie::Halves, "sealed-length"), (BlobLie::Loses, "blob-missing")] {
        lying.tell(Some(lie));
        let lost = crate::seal(&scene.matter, "lost", &content);
        lying.tell(None);
        let error = scene.matter.open_bytes(lost.id, AccessReason::none()).unwrap_err().code();
        assert!(error == code || error == "content-refused", "{error}");
    }
    assert_eq!(crate::open(&scene.matter, &document), content, "nothing else was lost");
    let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
    scene.goes_on();
}
