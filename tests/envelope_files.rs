//! From file to file: what succeeds is whole, what fails leaves nothing behind. Every test of a
//! failure lists the folder afterwards.

#[path = "common/alone.rs"]
mod alone;
#[path = "envelope_files/memory.rs"]
mod memory;
#[path = "envelope_files/places.rs"]
mod places;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use privity::envelope::{self, Expected, Header, Options, Padding, Profile, Summary, Threads};
use privity::keys::{DocumentKey, Identity};
use privity::testing::label::SealKind;
use privity::testing::{self, SealContext, instead, seal};
use privity::{Code, DocumentId, FirmId, Flow, Progress, Result, Watcher};

/// Three segments and a little: a watcher is asked several times.
const LENGTH: usize = 3 * 256 * 1024 + 1_000;

#[test]
fn a_file_comes_back_and_only_its_owner_reads_it() {
    for header in headers() {
        for length in [0, 1, LENGTH] {
            let folder = Folder::new(length);
            let (key, summary) = folder.seal(&header, Options::default()).unwrap();
            assert_eq!(summary.sealed_len, fs::metadata(folder.path("sealed")).unwrap().len());
            let opened = folder.open(&key, &Expected::from(&summary), Options::default()).unwrap();
            assert_eq!(opened, length as u64);
            assert_eq!(fs::read(folder.path("opened")).unwrap(), folder.content);
            folder.expect(&["opened", "sealed", "source"]);
            only_the_owner(&folder.path("opened"));
        }
    }
}

#[cfg(unix)]
fn only_the_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn only_the_owner(_path: &Path) {}

#[test]
fn a_source_that_changes_its_length_is_noticed() {
    // At the last step everything was read: only a look at the file itself can tell.
    let last = LENGTH / (256 * 1024) + 1;
    let mut cases = 0;
    for header in headers() {
        for step in 1..=last {
            for to in [LENGTH as u64 + 1, LENGTH as u64 - 1, 0, 2 * LENGTH as u64] {
                let folder = Folder::new(LENGTH);
                let source = folder.path("source");
                let change = AtStep::new(step, || {
                    OpenOptions::new().write(true).open(&source).unwrap().set_len(to).unwrap();
                    Ok(Flow::Continue)
                });
                assert_eq!(
                    code(folder.seal(&header, watched(Threads::ONE, &change))),
                    "source-changed",
                    "{step} {to}"
                );
                folder.expect(&["source"]);
                cases += 1;
            }
        }
    }
    println!("changed sources: {cases} refused");
}

#[test]
fn a_watcher_stops_the_work_at_every_step() {
    let mut cases = 0;
    for header in headers() {
        for threads in [1, 2, 3] {
            let threads = Threads::new(threads).unwrap();
            let honest = Folder::new(LENGTH);
            let count = AtStep::new(usize::MAX, || Ok(Flow::Continue));
            let (key, summary) = honest.seal(&header, watched(threads, &count)).unwrap();
            let sealing = count.asked.swap(0, Ordering::Relaxed);
            honest.open(&key, &Expected::from(&summary), watched(threads, &count)).unwrap();
            let opening = count.asked.load(Ordering::Relaxed);
            assert!(sealing >= 4 && opening >= 4);
            for step in 1..=sealing {
                for (answer, right) in answers() {
                    let folder = Folder::new(LENGTH);
                    let watcher = AtStep::new(step, answer);
                    assert_eq!(code(folder.seal(&header, watched(threads, &watcher))), right);
                    folder.expect(&["source"]);
                    cases += 1;
                }
            }
            for step in 1..=opening {
                for (answer, right) in answers() {
                    fs::remove_file(honest.path("opened")).unwrap_or_default();
                    let watcher = AtStep::new(step, answer);
                    let opened = honest.open(&key, &Expected::from(&summary), watched(threads, &watcher));
                    assert_eq!(code(opened), right);
                    honest.expect(&["sealed", "source"]);
                    cases += 1;
                }
            }
        }
    }
    println!("watchers: {cases} stops");
}

type Answer = fn() -> Result<Flow>;

fn answers() -> [(Answer, &'static str); 2] {
    [(|| Ok(Flow::Cancel), "cancelled"), (|| Err(Code::ProtectorFailed.into()), "protector-failed")]
}

#[test]
fn a_watcher_that_panics_leaves_nothing() {
    let header = headers()[0];
    for threads in [1, 3] {
        let folder = Folder::new(LENGTH);
        let watcher = AtStep::new(2, || -> Result<Flow> { panic!("of the host") });
        let options = Options { threads: Threads::new(threads).unwrap(), watcher: Some(&watcher) };
        let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| folder.seal(&header, options).map(drop)));
        assert!(panicked.is_err());
        folder.expect(&["source"]);
    }
}

#[test]
fn what_was_tampered_with_is_not_written() {
    let mut cases = 0;
    for header in headers() {
        let folder = Folder::new(LENGTH);
        let (key, summary) = folder.seal(&header, Options::default()).unwrap();
        let expected = Expected::from(&summary);
        let sealed = fs::read(folder.path("sealed")).unwrap();
        let flips = [0, 9, 20, 100, 130, 16_600, sealed.len() / 2, sealed.len() - 17_000, sealed.len() - 1];
        let mut damaged: Vec<_> = flips.iter().map(|place| flip(&sealed, *place)).collect();
        damaged.push(Vec::new());
        damaged.extend([11, 60, 200, 16_600, sealed.len() - 1].map(|length| sealed[..length].to_vec()));
        damaged.push([sealed.as_slice(), &[0]].concat());
        for bytes in damaged {
            fs::write(folder.path("sealed"), &bytes).unwrap();
            for threads in [1, 3] {
                let options = Options { threads: Threads::new(threads).unwrap(), watcher: None };
                assert_ne!(code(folder.open(&key, &expected, options)), "io");
                folder.expect(&["sealed", "source"]);
                cases += 1;
            }
        }
        fs::write(folder.path("sealed"), &sealed).unwrap();
        assert!(folder.open(&key, &expected, Options::default()).is_ok());
    }
    println!("tampered files: {cases} refused");
}

/// Whoever holds the key can seal other content under the same salt: ranges do not see it.
#[test]
fn replaced_content_is_not_written() {
    for header in headers() {
        let folder = Folder::new(LENGTH);
        let (key, summary) = folder.seal(&header, Options::default()).unwrap();
        let raw = *testing::expose_key(key.opening_key());
        let salt = summary.seal_id.as_bytes()[..24].try_into().unwrap();
        let (other, _, other_summary) =
            testing::seal_document(&header, raw, salt, &flip(&folder.content, LENGTH / 2)).unwrap();
        assert_eq!(other_summary.seal_id, summary.seal_id);
        fs::write(folder.path("sealed"), &other).unwrap();
        let opened = folder.open(&key, &Expected::from(&summary), Options::default());
        assert_eq!(code(opened), "content-mismatch");
        folder.expect(&["sealed", "source"]);
        // Known by header and seal id alone it is a good document.
        let expected = Expected::header(header).with_seal_id(summary.seal_id);
        assert!(folder.open(&key, &expected, Options::default()).is_ok());
    }
}

#[test]
fn padding_that_is_not_zero_is_not_written() {
    let header = headers()[1];
    assert_eq!(header.padding(), Padding::Padme);
    let folder = Folder::new(LENGTH);
    let key = [0x5C; 32];
    let (_, document_key, _) = testing::seal_document(&header, key, [0x5A; 24], b"").unwrap();
    let total = testing::padded_total(Padding::Padme, LENGTH as u64).unwrap() as usize;
    assert!(total > LENGTH + 8);
    let mut plaintext = folder.content.clone();
    plaintext.resize(total - 8, 0);
    plaintext.extend((LENGTH as u64).to_be_bytes());
    let mut dirty = plaintext.clone();
    dirty[LENGTH] = 1;
    let frame = testing::frame(&header);
    let context = SealContext::new(SealKind::Document, header.profile(), &frame);
    let write = |plaintext: &[u8]| {
        let sealed = seal::seal_with_salt(&testing::secret(key), &context, plaintext, &[0x5A; 24]).unwrap();
        fs::write(folder.path("sealed"), [frame.as_slice(), &sealed].concat()).unwrap();
        folder.open(&document_key, &Expected::header(header), Options::default())
    };
    assert_eq!(code(write(&dirty)), "padding");
    folder.expect(&["sealed", "source"]);
    assert_eq!(write(&plaintext).unwrap(), LENGTH as u64);
}

#[test]
fn without_randomness_nothing_is_written() {
    thread_local! {
        static LEFT: AtomicUsize = const { AtomicUsize::new(0) };
    }
    let source: instead::Source = |out| {
        let left =
            LEFT.with(|left| left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)));
        out.fill(left.map_err(|_| Code::Entropy)? as u8);
        Ok(())
    };
    let with_draws = |draws: usize, work: &dyn Fn() -> Result<()>| {
        LEFT.with(|left| left.store(draws, Ordering::Relaxed));
        instead::with(source, work)
    };
    let header = headers()[0];
    let folder = Folder::new(LENGTH);
    let works: [(&str, &dyn Fn() -> Result<()>); 6] = [
        ("seal_file", &|| folder.seal(&header, Options::default()).map(drop)),
        ("seal", &|| envelope::seal(&header, b"text").map(drop)),
        ("seal_stream", &|| {
            let mut out = Vec::new();
            let result = envelope::seal_stream(&header, b"text".as_slice(), &mut out, Options::default());
            assert_eq!(result.is_ok(), !out.is_empty(), "written without randomness");
            result.map(drop)
        }),
        ("sealer", &|| envelope::Sealer::new(&header, Vec::new(), Options::default()).map(drop)),
        ("identity", &|| Identity::generate().map(drop)),
        ("id", &|| DocumentId::generate().map(drop)),
    ];
    for (name, work) in works {
        let needed = (0..9).find(|draws| with_draws(*draws, work).is_ok()).expect("enough in the end");
        fs::remove_file(folder.path("sealed")).unwrap_or_default();
        assert!(needed > 0, "{name}");
        for draws in 0..needed {
            assert_eq!(code(with_draws(draws, work)), "entropy", "{name}");
            folder.expect(&["source"]);
        }
        println!("{name}: {needed} draws, each may fail");
    }
}

fn headers() -> [Header; 4] {
    let header = Header::new(FirmId::from_bytes([0xF1; 16]), DocumentId::from_bytes([0xD0; 16]), 1).unwrap();
    let with = |profile, padding| header.with_profile(profile).with_padding(padding);
    [
        with(Profile::ChaCha, Padding::None),
        with(Profile::ChaCha, Padding::Padme),
        with(Profile::Aes, Padding::None),
        with(Profile::Aes, Padding::Padme),
    ]
}

/// A folder of its own with a file `source`.
struct Folder {
    folder: tempfile::TempDir,
    content: Vec<u8>,
}

impl Folder {
    fn new(length: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        fs::write(folder.path().join("source"), &content).unwrap();
        Self { folder, content }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn seal(&self, header: &Header, options: Options<'_>) -> Result<(DocumentKey, Summary)> {
        envelope::seal_file(header, &self.path("source"), &self.path("sealed"), options)
    }

    fn open(&self, key: &DocumentKey, expected: &Expected, options: Options<'_>) -> Result<u64> {
        let (from, to) = (self.path("sealed"), self.path("opened"));
        envelope::open_file(key.opening_key(), expected, &from, &to, options)
    }

    /// Exactly these names are in the folder.
    fn expect(&self, names: &[&str]) {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut found: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        found.sort();
        assert_eq!(found, names);
    }
}

/// Gives its answer at one step, counted from 1, and goes on at the others.
struct AtStep<F> {
    step: usize,
    answer: F,
    asked: AtomicUsize,
}

impl<F: Fn() -> Result<Flow> + Send + Sync> AtStep<F> {
    fn new(step: usize, answer: F) -> Self {
        Self { step, answer, asked: AtomicUsize::new(0) }
    }
}

impl<F: Fn() -> Result<Flow> + Send + Sync> Watcher for AtStep<F> {
    fn step(&self, _at: Progress) -> Result<Flow> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if asked == self.step { (self.answer)() } else { Ok(Flow::Continue) }
    }
}

fn watched(threads: Threads, watcher: &dyn Watcher) -> Options<'_> {
    Options { threads, watcher: Some(watcher) }
}

fn code<T>(result: Result<T>) -> &'static str {
    result.err().expect("refused").code()
}

fn flip(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[place] ^= 1;
    flipped
}

/// Writes a file that must not change.
fn put(path: &Path, bytes: &[u8]) {
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}
