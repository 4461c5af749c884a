//! Big contents, which are read once: hashed and sealed side by side, what stands before them sealed last.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use privity::sharing::age::{Options, Threads};
use privity::sharing::{
    Accepted, Addressee, Contact, Digests, Draft, Item, Keys, Made, Party, Request, Terms, accept_folder,
    make, share_files,
};
use privity::{Flow, Hash, Progress, Result, Watcher};
use sha2::{Digest as _, Sha256};

use super::{now, verified};

/// From here on a content is read once.
const BIG: u64 = 64 << 20;
const CHUNK: u64 = 64 << 10;

struct World {
    folder: tempfile::TempDir,
    from: Party,
    to: Party,
}

impl World {
    fn new() -> Self {
        let party = || Party::generate().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), from: party(), to: party() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of which no two pieces are alike.
    fn file(&self, name: &str, length: u64) -> PathBuf {
        let path = self.path(name);
        let mut content: Vec<u8> = (0..length.div_ceil(8)).flat_map(|at| mixed(at).to_le_bytes()).collect();
        content.truncate(usize::try_from(length).unwrap());
        fs::write(&path, content).unwrap();
        path
    }

    fn share(&self, files: &[PathBuf], options: Options<'_>) -> Result<Made> {
        let to = vec![Addressee::from(&verified(&self.to, "E. Expert"))];
        let draft = Draft::new(to, "C. Counsel", "", Terms::new("Expert report")).classic();
        share_files(&self.from, &draft, files, &self.path("share.age"), now(), options)
    }

    fn accept(&self) -> Accepted {
        let contacts = [Contact::Verified(verified(&self.from, "C. Counsel"))];
        let request = Request { keys: Keys::Party(&self.to), contacts: &contacts, now: now() };
        accept_folder(&self.path("share.age"), &request, &self.path("in"), Options::default()).unwrap()
    }

    /// What was shared is what comes out.
    fn compare(&self, files: &[PathBuf], made: &Made) {
        let accepted = self.accept();
        assert_eq!(accepted.manifest, made.manifest);
        for (source, document) in files.iter().zip(&accepted.manifest.documents) {
            let into = self.path("in").join(&document.path);
            assert!(fs::read(source).unwrap() == fs::read(into).unwrap(), "{}", document.name);
        }
    }

    fn clear(&self) {
        fs::remove_file(self.path("share.age")).unwrap();
        fs::remove_dir_all(self.path("in")).unwrap();
    }

    /// The names of what lies in the folder.
    fn names(&self) -> Vec<PathBuf> {
        let mut names: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    }

    /// Bytes behind the last content: each entry's central header, and the end.
    fn tail(&self) -> u64 {
        fn names(folder: &Path, below: &str, all: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let name = format!("{below}{}", entry.file_name().to_str().unwrap());
                match entry.file_type().unwrap().is_dir() {
                    true => names(&entry.path(), &format!("{name}/"), all),
                    false => all.push(name),
                }
            }
        }
        let mut all = Vec::new();
        names(&self.path("in"), "", &mut all);
        22 + all.iter().map(|name| 46 + name.len() as u64).sum::<u64>()
    }
}

fn mixed(at: u64) -> u64 {
    let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// A big content that begins and ends at, just before and just behind the edge of a chunk.
#[test]
fn a_big_content_lies_anywhere() {
    let world = World::new();
    let (mut small, mut big) = (200_000, BIG + CHUNK);
    let share = |small: u64, big: u64| {
        let files = [world.file("small", small), world.file("big", big)];
        let made = world.share(&files, Options::default()).unwrap();
        world.compare(&files, &made);
        let end = made.length - world.tail();
        world.clear();
        (end - big, end)
    };
    let (start, end) = share(small, big);
    let (before, behind) = (CHUNK - start % CHUNK, CHUNK - end % CHUNK);
    for from in [0, 1, CHUNK - 1] {
        for to in [0, 1, CHUNK - 1] {
            // As many digits as before: nothing else moves.
            small = 200_000 + (before + from) % CHUNK;
            let moved = small - 200_000;
            big = BIG + CHUNK + (behind + to + CHUNK - moved) % CHUNK;
            let (start, end) = share(small, big);
            assert_eq!((start % CHUNK, end % CHUNK), (from, to));
        }
    }
}

/// Big ones and small ones in turn; how far it is grows to the whole, once.
#[test]
fn big_and_small_contents_take_turns() {
    struct Seen(Mutex<Vec<Progress>>);
    impl Watcher for Seen {
        fn step(&self, at: Progress) -> Result<Flow> {
            self.0.lock().unwrap().push(at);
            Ok(Flow::Continue)
        }
    }
    let world = World::new();
    let lengths = [BIG, 5, BIG - 1, 0, BIG + 1, BIG + 3 * CHUNK + 7, 100_000];
    let files: Vec<_> =
        lengths.iter().enumerate().map(|(at, length)| world.file(&format!("f{at}"), *length)).collect();
    for threads in [1, 2, 3] {
        let seen = Seen(Mutex::new(Vec::new()));
        let options = Options { threads: Threads::new(threads).unwrap(), watcher: Some(&seen) };
        let made = world.share(&files, options).unwrap();
        world.compare(&files, &made);
        let seen = seen.0.into_inner().unwrap();
        assert!(seen.is_sorted_by_key(|at| at.done));
        let last = seen.last().unwrap();
        assert_eq!((last.done, last.total), (made.length, Some(made.length)));
        world.clear();
    }
}

/// Does something to a file once some of it was sealed.
struct Once<F>(AtomicBool, F);

impl<F: Fn() -> Flow + Send + Sync> Watcher for Once<F> {
    fn step(&self, at: Progress) -> Result<Flow> {
        let now = at.done > 0 && !self.0.swap(true, Ordering::SeqCst);
        Ok(if now { (self.1)() } else { Flow::Continue })
    }
}

fn meanwhile(world: &World, files: &[PathBuf], act: impl Fn() -> Flow + Send + Sync) -> Result<Made> {
    let watcher = Once(AtomicBool::new(false), act);
    let options = Options { threads: Threads::new(2).unwrap(), watcher: Some(&watcher) };
    let result = world.share(files, options);
    assert!(watcher.0.into_inner(), "it came to nothing");
    result
}

#[test]
fn a_content_that_grows_or_shrinks_meanwhile_is_not_shared() {
    let world = World::new();
    let open = |path: &Path| OpenOptions::new().write(true).open(path).unwrap();
    let length = BIG + 12_345;
    for change in [length + 1, length - 1, length / 2] {
        let files = [world.file("a", 10), world.file("big", length)];
        let before = world.names();
        let act = || {
            open(&files[1]).set_len(change).unwrap();
            Flow::Continue
        };
        assert_eq!(meanwhile(&world, &files, act).unwrap_err().code(), "source-changed", "{change}");
        assert_eq!(world.names(), before);
    }
    let files = [world.file("big", length)];
    let before = world.names();
    assert_eq!(meanwhile(&world, &files, || Flow::Cancel).unwrap_err().code(), "cancelled");
    assert_eq!(world.names(), before);
}

/// Bytes that change behind and ahead of the reading: the system tells by the file's time. Where somebody puts that
/// back, what was signed is what is sealed all the same.
#[test]
fn a_content_that_changes_meanwhile_is_never_another_than_was_signed() {
    let world = World::new();
    let files = [world.file("big", BIG + 12_345)];
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let open = || File::options().write(true).open(&files[0]).unwrap();
    open().set_modified(long_ago).unwrap();
    let change = || {
        let mut file = open();
        file.write_all(b"behind").unwrap();
        file.seek(SeekFrom::End(-5)).unwrap();
        file.write_all(b"ahead").unwrap();
        file
    };
    let act = || {
        change();
        Flow::Continue
    };
    let before = world.names();
    assert_eq!(meanwhile(&world, &files, act).unwrap_err().code(), "source-changed");
    assert_eq!(world.names(), before);

    let files = [world.file("big", BIG + 12_345)];
    open().set_modified(long_ago).unwrap();
    let mut expected = fs::read(&files[0]).unwrap();
    let act = || {
        change().set_modified(long_ago).unwrap();
        Flow::Continue
    };
    meanwhile(&world, &files, act).unwrap();
    let tail = expected.len() - 5;
    expected[tail..].copy_from_slice(b"ahead");
    let accepted = world.accept();
    let into = world.path("in").join(&accepted.manifest.documents[0].path);
    assert!(fs::read(into).unwrap() == expected);
}

/// Digests that a host gives with a content and that are not its own: no share that a receiver would refuse.
#[test]
fn digests_that_are_of_another_content_make_no_share() {
    let world = World::new();
    let content = b"one content".to_vec();
    let right = digests_of(&content);
    let share = |digests| {
        let to = vec![Addressee::from(&verified(&world.to, "E. Expert"))];
        let draft = Draft::new(to, "C. Counsel", "", Terms::new("Expert report")).classic();
        let item = Item {
            name: "a",
            media_type: "text/plain",
            content: &content,
            digests: Some(digests),
            version: None,
        };
        make(&world.from, &draft, &[item], now(), Vec::new(), Options::default()).map_err(|one| one.code())
    };
    share(right).unwrap();
    let other = digests_of(b"two content");
    let wrong = [
        Digests { sha256: other.sha256, ..right },
        Digests { crc32: other.crc32, ..right },
        Digests { length: 10, ..right },
    ];
    for wrong in wrong {
        assert_eq!(share(wrong).unwrap_err(), "content-mismatch");
    }
    assert_eq!(share(Digests { length: 12, ..right }).unwrap_err(), "source-changed");
    assert_eq!(share(Digests { length: 1 << 53, ..right }).unwrap_err(), "document-too-large");
}

fn digests_of(content: &[u8]) -> Digests {
    let mut crc32 = crc32fast::Hasher::new();
    crc32.update(content);
    Digests {
        length: content.len() as u64,
        sha256: Hash(Sha256::digest(content).into()),
        crc32: crc32.finalize(),
    }
}
