//! [43, 68] Who held a document's key, together with the store, puts other content in its place.

use std::io::Write;
use std::num::NonZeroU64;

use privity::PrincipalId;
use privity::envelope::{Header, KeyRow, Metadata, Padding};
use privity::keys::{EpochPlace, EpochSecret, OpeningKey, ShredKey, UserKey, Wrap};
use privity::state::Document;
use privity::store::{BlobId, RowKey};
use privity::testing::{device_keys, device_seeds, expose_key, instead, seal_document};
use privity::vault::{AccessReason, Finding, Scope};

use crate::people::{refused, seen_by};
use crate::store::{Copy, put, row_of};
use crate::{Scene, open, state_of};

/// What a member keeps of a document: its key, with the header it is sealed under.
fn kept(scene: &Scene) -> (OpeningKey, Header, Document) {
    let (storage, vault, firm) = (&scene.firm.shared, &scene.member, scene.firm.partner.firm());
    let state = state_of(storage, vault);
    let keys = device_keys(device_seeds(vault).unwrap()).unwrap();
    let (user, matter) = (vault.user(), scene.matter.id());
    let recorded = state.user(user).unwrap().key.clone().unwrap();
    let snapshot = storage.rows.read().unwrap();
    let get = |tag: u8, parts: &[&[u8]]| {
        let key = [&[tag][..], &parts.concat()].concat();
        snapshot.get(&RowKey::new(key).unwrap()).unwrap().unwrap()
    };
    let one = NonZeroU64::MIN;
    let number = one.get().to_be_bytes();
    let wrap = Wrap::from_bytes(&get(0x10, &[vault.device().as_bytes(), &number])).unwrap();
    let user_key =
        UserKey::unwrap_by_device(keys.identity(), &wrap, firm, vault.device(), user, one, recorded.profile);
    let user_key = user_key.unwrap().confirm(&recorded.hash).unwrap();
    let known = state.matter(matter).unwrap();
    let epoch = known.epochs().iter().find(|epoch| epoch.epoch == one).unwrap();
    let place = EpochPlace { profile: epoch.profile, firm, matter, epoch: one };
    let wrap = get(0x20, &[matter.as_bytes(), &number, user.as_bytes()]);
    let wrap = Wrap::from_bytes(&wrap[8..]).unwrap();
    let to = PrincipalId::from_bytes(*user.as_bytes());
    let secret = EpochSecret::unwrap(user_key.identity(), &wrap, &place, to, one).unwrap();
    let secret = secret.confirm(&place, epoch.previous, &epoch.confirm).unwrap();
    let shred = RowKey::new([&matter.as_bytes()[..], &number].concat()).unwrap();
    let shred = ShredKey::from_secret_bytes(&storage.erasable.get(&shred).unwrap().unwrap()).unwrap();
    let generation = &known.generations()[0];
    let shred = shred.confirm(generation.profile, firm, matter, one, &generation.confirm).unwrap();
    let row = KeyRow::decode(&row_of(storage, &scene.matter, scene.letter.id).1).unwrap();
    let key = secret.document_kek(&shred, &place, one).unwrap(&row.wrap, &row.place(firm)).unwrap();
    let document = *known.document(scene.letter.id).unwrap();
    let header = Header::new(firm, scene.letter.id, 1).unwrap().with_profile(document.profile);
    (key, header.with_padding(document.padding), document)
}

/// Puts other bytes in the place of a blob; what was there.
fn swap(scene: &Scene, document: &Document, with: &[u8]) -> Vec<u8> {
    let blobs = &scene.firm.shared.blobs;
    let salt: String = document.seal_id[..24].iter().map(|byte| format!("{byte:02x}")).collect();
    let id = BlobId::new(&salt).unwrap();
    let blob = blobs.open(&id).unwrap();
    let mut before = vec![0; usize::try_from(blob.size().unwrap()).unwrap()];
    blob.read_exact_at(0, &mut before).unwrap();
    blobs.remove(&id).unwrap();
    let mut blob = blobs.create(&id).unwrap();
    blob.write_all(with).unwrap();
    blob.finish().unwrap();
    before
}

#[test]
fn content_swapped_under_the_right_key_is_refused_by_every_whole_read() {
    let scene = Scene::set_up();
    let (key, header, document) = kept(&scene);
    let salt = document.seal_id[..24].try_into().unwrap();
    let seal = |content: &[u8]| seal_document(&header, *expose_key(&key), salt, content).unwrap().0;
    // She can make the very bytes that are there, so she has all she needs.
    let honest = swap(&scene, &document, &seal(b"Dear Sirs"));
    assert_eq!(honest, seal(b"Dear Sirs"));
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs");
    // She is removed, and works with the store from then on.
    let _report = scene.matter.remove(scene.member.user(), "left").unwrap();

    swap(&scene, &document, &seal(b"Dear Jane"));
    refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "content-mismatch");
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("letter");
    refused(scene.matter.open_file(scene.letter.id, AccessReason::none(), &to, None), "content-mismatch");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file is left");
    let reader = scene.matter.reader(scene.letter.id, AccessReason::none()).unwrap();
    refused(reader.copy(Vec::new(), None), "content-mismatch");
    refused(reader.read(), "content-mismatch");
    assert_eq!(reader.read_at(5, 4).unwrap(), b"Jane", "ranges do not notice it: stated, not defended");

    // Another length or another form is found out before the act is recorded.
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let long = vec![b'x'; 40_000];
    let none = header.with_padding(Padding::None);
    let unpadded = seal_document(&none, *expose_key(&key), salt, b"Dear Sirs").unwrap().0;
    let other_key = seal_document(&header, [7; 32], salt, b"Dear Sirs").unwrap().0;
    let other_salt = seal_document(&header, *expose_key(&key), [7; 24], b"Dear Sirs").unwrap().0;
    for (what, bytes, code) in [
        ("shorter", seal(b"Dear"), "content-mismatch"),
        ("longer", seal(&long), "content-mismatch"),
        ("another padding", unpadded, "header-mismatch"),
        ("another key", other_key, "seal-mismatch"),
        ("another salt", other_salt, "seal-mismatch"),
    ] {
        swap(&scene, &document, &bytes);
        let opened = scene.matter.open_bytes(scene.letter.id, AccessReason::none());
        assert_eq!(opened.unwrap_err().code(), code, "{what}");
    }
    assert!(before.is_still(&scene.firm.shared), "nothing was recorded");
    swap(&scene, &document, &honest);
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn a_document_key_of_the_insiders_choosing_is_no_row_of_the_record() {
    // She re-wraps a key of her own under the epoch's: the row opens, the seal it names does not.
    let scene = Scene::set_up();
    let (_, header, document) = kept(&scene);
    let (place, own) = row_of(&scene.firm.shared, &scene.matter, scene.letter.id);
    let other = crate::seal(&scene.matter, "other", b"Other text");
    let (_, others) = row_of(&scene.firm.shared, &scene.matter, other.id);
    let mut row = KeyRow::decode(&own).unwrap();
    row.wrap = KeyRow::decode(&others).unwrap().wrap;
    put(&scene.firm.shared, &place, Some(&row.encode()));
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "content-refused");
    assert!(before.is_still(&scene.firm.shared), "nothing was recorded");
    let mut row = KeyRow::decode(&own).unwrap();
    row.meta = KeyRow::decode(&others).unwrap().meta;
    put(&scene.firm.shared, &place, Some(&row.encode()));
    refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "row-mismatch");
    assert!(!scene.firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    put(&scene.firm.shared, &place, Some(&own));
    let swapped = seal_document(&header, [7; 32], document.seal_id[..24].try_into().unwrap(), b"Dear Jane");
    let honest = swap(&scene, &document, &swapped.unwrap().0);
    refused(
        seen_by(&scene.member, &scene.matter).open_bytes(scene.letter.id, AccessReason::none()),
        "seal-mismatch",
    );
    swap(&scene, &document, &honest);
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs");
}

#[test]
fn metadata_rewritten_by_a_holder_of_the_document_key_is_refused() {
    // [68] Under the right key and for the right document, with what the honest one had of chance.
    let scene = Scene::set_up();
    let (key, header, document) = kept(&scene);
    let storage = &scene.firm.shared;
    let (place, own) = row_of(storage, &scene.matter, scene.letter.id);
    let honest = KeyRow::decode(&own).unwrap();
    let known = Metadata::open(&key, &header, &honest.meta).unwrap();
    assert_eq!((known.name.as_str(), Metadata::hash(&honest.meta)), ("letter", document.metadata));
    let _report = scene.matter.remove(scene.member.user(), "left").unwrap();
    let before = Copy::of(storage, &scene.chains());
    let renamed = Metadata { name: "letter of resignation".into(), ..known.clone() };
    let undated = Metadata { sealed_at: privity::Timestamp::from_micros(0).unwrap(), ..known };
    for other in [renamed, undated] {
        let stuck = |out: &mut [u8]| {
            out.fill(7);
            Ok(())
        };
        let meta = instead::with(stuck, || other.seal(&key, &header)).unwrap();
        assert!(Metadata::open(&key, &header, &meta).is_ok_and(|read| read == other), "it opens");
        put(storage, &place, Some(&KeyRow { meta, ..honest.clone() }.encode()));
        refused(scene.matter.document(scene.letter.id), "row-mismatch");
        refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "row-mismatch");
        let found = scene.firm.partner.verify(Scope::Firm, None).unwrap().findings;
        assert!(matches!(found[..], [Finding::Document { .. }]), "{found:?}");
    }
    put(storage, &place, Some(&own));
    assert!(before.is_still(storage), "nothing was written");
    assert_eq!(scene.matter.document(scene.letter.id).unwrap().name, "letter", "nothing was lost");
}
