//! Sealed files.

use std::io::Write;

use privity::store::{BlobId, Blobs, FolderBlobs};

use crate::{Place, blob, code, contract};

contract! {
    a_finished_blob_is_read_at_any_place
    a_blob_is_not_there_before_it_is_finished
    a_dropped_write_leaves_nothing
    a_blob_is_never_replaced
    a_missing_blob_is_said_to_be_missing
    a_removed_blob_is_gone_and_can_be_removed_again
    a_list_is_ordered_and_pages
    a_group_is_synced
}

fn write(blobs: &dyn Blobs, id: &str, bytes: &[u8]) -> &'static str {
    let id = BlobId::new(id).unwrap();
    code(blobs.create(&id).and_then(|mut writer| {
        writer.write_all(bytes)?;
        writer.finish()
    }))
}

fn ids(blobs: &dyn Blobs) -> Vec<String> {
    blobs.list(None, 99).unwrap().iter().map(|id| id.as_str().to_owned()).collect()
}

fn a_finished_blob_is_read_at_any_place(place: &Place) {
    let blobs = &*place.storage.blobs;
    let bytes: Vec<u8> = (0u8..=255).cycle().take(100_000).collect();
    assert_eq!(write(blobs, "a", &bytes), "ok");
    let opened = place.again().blobs.open(&blob("a")).unwrap();
    assert_eq!(opened.size().unwrap(), 100_000);
    let mut part = [0; 1_000];
    opened.read_exact_at(54_321, &mut part).unwrap();
    assert_eq!(part, bytes[54_321..55_321]);
    assert!(opened.read_exact_at(99_001, &mut part).is_err());
    // An empty blob is a blob.
    assert_eq!(write(blobs, "empty", b""), "ok");
    assert_eq!(blobs.open(&blob("empty")).unwrap().size().unwrap(), 0);
}

fn a_blob_is_not_there_before_it_is_finished(place: &Place) {
    let blobs = &*place.storage.blobs;
    let mut writer = blobs.create(&blob("a")).unwrap();
    writer.write_all(b"half").unwrap();
    assert_eq!(code(blobs.open(&blob("a"))), "blob-missing");
    assert_eq!(ids(blobs).len(), 0);
    writer.finish().unwrap();
    assert_eq!(ids(blobs), ["a"]);
}

fn a_dropped_write_leaves_nothing(place: &Place) {
    let blobs = &*place.storage.blobs;
    let mut writer = blobs.create(&blob("a")).unwrap();
    writer.write_all(b"half").unwrap();
    drop(writer);
    assert_eq!((code(blobs.open(&blob("a"))), ids(blobs).len()), ("blob-missing", 0));
    if let Some(folder) = &place.folder {
        let left = std::fs::read_dir(folder.path().join("shared/blobs/tmp")).unwrap();
        assert_eq!(left.count(), 0);
    }
    assert_eq!(write(blobs, "a", b"whole"), "ok");
}

fn a_blob_is_never_replaced(place: &Place) {
    let blobs = &*place.storage.blobs;
    // Two begin, one comes first.
    let mut slow = blobs.create(&blob("a")).unwrap();
    slow.write_all(b"slow").unwrap();
    assert_eq!(write(blobs, "a", b"quick"), "ok");
    assert_eq!(code(slow.finish()), "exists");
    assert_eq!(code(blobs.create(&blob("a"))), "exists");
    let mut bytes = [0; 5];
    blobs.open(&blob("a")).unwrap().read_exact_at(0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"quick");
}

fn a_missing_blob_is_said_to_be_missing(place: &Place) {
    let blobs = &*place.storage.blobs;
    write(blobs, "a", b"");
    assert_eq!(code(blobs.open(&blob("b"))), "blob-missing");
    assert_eq!(code(blobs.sync(&[blob("a"), blob("b")])), "blob-missing");
}

fn a_removed_blob_is_gone_and_can_be_removed_again(place: &Place) {
    let blobs = &*place.storage.blobs;
    write(blobs, "a", b"");
    write(blobs, "ba", b"");
    for _ in 0..2 {
        assert_eq!(code(blobs.remove(&blob("a"))), "ok");
        assert_eq!(ids(blobs), ["ba"]);
    }
    assert_eq!(code(blobs.remove(&blob("never-there"))), "ok");
    assert_eq!(write(blobs, "a", b"again"), "ok");
}

fn a_list_is_ordered_and_pages(place: &Place) {
    let blobs = &*place.storage.blobs;
    let mut names = ["z", "a9", "a", "b_", "-", "a-b", "tmp", "0", "aa", "b"];
    for name in names {
        assert_eq!(write(blobs, name, b""), "ok");
    }
    names.sort_unstable();
    assert_eq!(ids(blobs), names);
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = blobs.list(after.as_ref(), 3).unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after = Some(last.clone());
        paged.extend(page.iter().map(|id| id.as_str().to_owned()));
    }
    assert_eq!(paged, names);
    assert_eq!(blobs.list(None, 0).unwrap(), []);
    assert_eq!(blobs.list(Some(&blob("zz")), 9).unwrap(), []);
}

fn a_group_is_synced(place: &Place) {
    let names: Vec<_> = (0..64).map(|n| blob(&format!("doc_{n:02}"))).collect();
    for name in &names {
        assert_eq!(write(&*place.storage.blobs, name.as_str(), &[7; 5_000]), "ok");
    }
    place.storage.blobs.sync(&names).unwrap();
    place.storage.blobs.sync(&[]).unwrap();
    assert_eq!(place.again().blobs.list(None, 99).unwrap(), names);
}

#[test]
fn what_was_left_unfinished_for_a_day_is_removed_at_opening() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FolderBlobs::open(folder.path()).unwrap();
    let temporary = folder.path().join("tmp");
    let hours = |hours: u64| std::time::SystemTime::now() - std::time::Duration::from_secs(hours * 3_600);
    for (name, age) in [("old", 25), ("young", 23)] {
        let file = std::fs::File::create(temporary.join(name)).unwrap();
        file.set_modified(hours(age)).unwrap();
    }
    drop(blobs);
    FolderBlobs::open(folder.path()).unwrap();
    let left: Vec<_> =
        std::fs::read_dir(temporary).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["young"]);
}
