//! Shares of more than memory holds. The peak belongs to a whole process, so a test runs itself again alone.
//! `PRIVITY_LARGE=1` takes 3 GiB instead of 256 MiB, and a document of more than 4 GiB.

use std::fs::{self, File};
use std::io;
use std::time::Instant;

use privity::sharing::age::{Options, ReadAt};
use privity::sharing::{Accepted, Addressee, Discard, Draft, Item, accept, accept_folder, make, share_files};

use super::alone::{measured_alone, peak};
use super::forge::{NOW, World, at, terms, verified};

const CHILD: &str = "PRIVITY_TEST_SHARE_MEMORY_CHILD";
const LARGE: &str = "PRIVITY_LARGE";
const SMALL: u64 = 1 << 20;
const MAY_GROW_KIB: u64 = 16 * 1024;

fn large() -> bool {
    std::env::var_os(LARGE).is_some()
}

fn draft(world: &World) -> Draft {
    let to = vec![Addressee::from(&verified(&world.expert, "E. Expert"))];
    Draft::new(to, "C. Counsel", "", terms())
}

#[test]
fn memory_does_not_grow_with_the_share() {
    measured_alone("large::memory_does_not_grow_with_the_share", CHILD, 3, measure);
}

fn measure() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let big = if large() { 3 << 30 } else { 256 << 20 };
    let (small, huge) = (folder.path().join("small.bin"), folder.path().join("big.bin"));
    // Holes: what is shared takes no room.
    File::create(&small).unwrap().set_len(SMALL).unwrap();
    File::create(&huge).unwrap().set_len(big).unwrap();
    let share = |name: &str, source: &std::path::PathBuf| {
        let to = folder.path().join(name);
        let sources = std::slice::from_ref(source);
        share_files(&world.counsel, &draft(&world), sources, &to, at(NOW), Options::default()).unwrap();
        to
    };
    let discard = |file: &std::path::Path| -> Accepted {
        accept(File::open(file).unwrap(), &world.request(), &mut Discard, Options::default()).unwrap()
    };
    let unpack = |file: &std::path::Path| {
        let into = folder.path().join("in");
        let accepted = accept_folder(file, &world.request(), &into, Options::default()).unwrap();
        let document = &accepted.manifest.documents[0];
        assert_eq!(fs::metadata(into.join(&document.path)).unwrap().len(), document.size);
        fs::remove_dir_all(into).unwrap();
    };
    let first = share("small.age", &small);
    discard(&first);
    unpack(&first);

    let before = peak();
    let report = |what: &str| {
        let growth = peak() - before;
        println!("{what}: {growth} KiB more for {big} bytes than for {SMALL}");
        assert!(growth <= MAY_GROW_KIB, "{what}");
    };
    let second = share("big.age", &huge);
    report("share_files");
    assert_eq!(discard(&second).manifest.documents[0].size, big);
    report("accept");
    unpack(&second);
    report("accept_folder");
}

/// As many zeros as asked for, from nowhere.
struct Zeros(u64);

impl ReadAt for Zeros {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0)
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        assert!(at + buf.len() as u64 <= self.0);
        buf.fill(0);
        Ok(())
    }
}

/// A document of more than 4 GiB, and one behind it: ZIP64 in both headers and at the end.
#[test]
fn a_document_of_more_than_4_gib_is_shared_and_accepted() {
    if !large() {
        println!("skipped: {LARGE} is not set");
        return;
    }
    let began = Instant::now();
    let world = World::new();
    let huge = Zeros((1 << 32) + 5);
    let last: &[u8] = b"behind it";
    let contents: [(&str, &dyn ReadAt); 2] = [("disk.img", &huge), ("last", &last)];
    let items = contents.map(|(name, content)| Item {
        name,
        media_type: "application/octet-stream",
        content,
        digests: None,
        version: None,
    });
    let (from, to) = io::pipe().unwrap();
    let (made, accepted) = std::thread::scope(|scope| {
        let making = scope
            .spawn(|| make(&world.counsel, &draft(&world), &items, at(NOW), to, Options::default()).unwrap());
        let accepted = accept(from, &world.request(), &mut Discard, Options::default()).unwrap();
        (making.join().unwrap(), accepted)
    });
    assert_eq!(made.manifest, accepted.manifest);
    assert_eq!(accepted.manifest.documents[0].size, (1 << 32) + 5);
    assert!(made.length > (1 << 32) + 5 + 14);
    println!("{} bytes shared and accepted in {:?}", made.length, began.elapsed());
}
