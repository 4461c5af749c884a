//! The example `standalone` holds on odd folders, and says so when something is not as it must be.

#![allow(dead_code, reason = "the example's modules, of which its main program uses the rest")]

#[path = "../examples/standalone/audit.rs"]
mod audit;
#[path = "../examples/standalone/chain.rs"]
mod chain;
#[path = "../examples/standalone/chance.rs"]
mod chance;
#[path = "../examples/standalone/evidence.rs"]
mod evidence;
#[path = "../examples/standalone/export.rs"]
mod export;
#[path = "../examples/standalone/forged.rs"]
mod forged;
#[path = "../examples/standalone/people.rs"]
mod people;
#[path = "../examples/standalone/report.rs"]
mod report;
#[path = "../examples/standalone/rewritten.rs"]
mod rewritten;
#[path = "../examples/standalone/run.rs"]
mod run;
#[path = "../examples/standalone/samples.rs"]
mod samples;
#[path = "../examples/standalone/story.rs"]
mod story;
#[path = "../examples/standalone/tamper.rs"]
mod tamper;
#[path = "../examples/standalone/walk.rs"]
mod walk;
#[path = "../examples/standalone/work.rs"]
mod work;

#[path = "example_standalone/outsiders.rs"]
mod outsiders;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use privity::FirmId;
use privity::keys::Identity;
use tempfile::TempDir;

use chain::Chain;
use people::{People, SECOND_PASSPHRASE};
use run::{Content, Plan, Row};
use story::Wish;
use walk::{Left, Stamp};
use work::Account;

#[test]
fn the_sample_documents_and_the_exhibit_come_through_and_every_kind_of_forgery_is_refused() {
    let keep = tempfile::tempdir().unwrap();
    let report = story::tell(&Wish { keep: Some(keep.path().to_path_buf()), ..wish(None) }).unwrap();
    report.print(true);
    assert!(report.fine());
    assert_eq!((report.rows.len(), report.names.len(), report.ranges), (5, 5, 25));
    let kinds: BTreeSet<_> = report.refusals.iter().map(|(what, _)| what).collect();
    assert_eq!(kinds.len(), 29, "{kinds:?}");
    // Every document is forged in every way but the two that need several chunks, which only the
    // exhibit has and which are tried by a range and whole; four are small enough for files.
    assert_eq!(report.refusals.len(), 5 * 25 + 2 * 2 + 4 + 1);

    let sealed = fs::read_dir(keep.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let sealed: Vec<_> = sealed.collect();
    assert_eq!(sealed.len(), 5);
    assert!(sealed.iter().all(|bytes| bytes.starts_with(b"PRVYDOC1")));
}

/// On Linux, where a name need not be UTF-8.
#[cfg(target_os = "linux")]
#[test]
fn every_entry_of_an_odd_folder_is_taken_or_left_for_its_reason() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let latin1 = folder.path().join(OsStr::from_bytes(b"caf\xe9.txt"));
    fs::create_dir_all(at("sub/deep")).unwrap();
    let taken = [
        (at("-dash"), vec![1; 16_384]),
        (at("empty"), vec![]),
        (at("line\nbreak"), vec![2; 100]),
        (at("sub/deep/big"), vec![3; 5 << 20]),
        (at(&"x".repeat(255)), vec![4]),
        (latin1, vec![5; 40_000]),
    ];
    for (path, content) in &taken {
        fs::write(path, content).unwrap();
    }
    fs::File::create(at("sparse")).unwrap().set_len(64 << 20).unwrap();
    symlink(at("-dash"), at("link")).unwrap();
    symlink("nowhere", at("link to nothing")).unwrap();
    symlink(folder.path(), at("sub/deep/loop")).unwrap();
    pipe(&at("pipe"));
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();

    let report = story::tell(&wish(Some(folder.path()))).unwrap();
    report.print(true);
    assert!(report.fine());
    let name = |ordinal: usize| {
        report.names[ordinal - 1].strip_prefix(folder.path().canonicalize().unwrap()).unwrap()
    };
    let mut left: Vec<_> =
        report.account.left.iter().map(|(at, why)| (name(*at).to_path_buf(), *why)).collect();
    left.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("link", Left::Link),
        ("link to nothing", Left::Link),
        ("pipe", Left::Pipe),
        ("socket", Left::Socket),
        ("sub/deep/loop", Left::Link),
    ];
    assert_eq!(left, expected.map(|(name, why)| (PathBuf::from(name), why)));
    assert_eq!(report.rows.len(), taken.len() + 1);
    assert!(report.names.is_sorted());
}

#[cfg(unix)]
#[test]
fn what_vanishes_or_changes_meanwhile_is_left_and_the_rest_is_taken() {
    let mut scene = Scene::new(6);
    let entries = scene.walk();
    fs::remove_file(scene.source(1)).unwrap();
    fs::remove_file(scene.source(2)).unwrap();
    pipe(&scene.source(2));
    let sealed = run::seal(&scene.plan, &mut scene.account, entries).unwrap();
    let rows = run::wrap(&scene.plan, &mut scene.account, sealed).unwrap();
    let opened = scene.open(rows);
    fs::remove_file(scene.source(3)).unwrap();
    fs::write(scene.source(4), "written since").unwrap();
    let rows = run::compare(&mut scene.account, opened).unwrap();
    assert_eq!(ordinals(&rows), [5, 6]);
    fs::remove_file(scene.source(5)).unwrap();
    let rows = scene.ranges(rows);
    assert_eq!(ordinals(&rows), [6]);
    let left =
        [(1, Left::Vanished), (2, Left::Pipe), (3, Left::Vanished), (4, Left::Changed), (5, Left::Vanished)];
    assert_eq!(scene.account.left, left);
    assert!(scene.account.wrong.is_empty());
}

#[test]
fn a_sealed_file_or_wrap_that_was_altered_between_the_steps_is_found_wrong() {
    let mut scene = Scene::new(6);
    let mut rows = scene.rows();
    let sealed =
        |rows: &[Row], scene: &Scene, ordinal: usize| scene.plan.sealed(&rows[ordinal - 1].summary.header);
    let mut bytes = fs::read(sealed(&rows, &scene, 1)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(sealed(&rows, &scene, 1), bytes).unwrap();
    fs::copy(sealed(&rows, &scene, 3), sealed(&rows, &scene, 2)).unwrap();
    fs::remove_file(sealed(&rows, &scene, 4)).unwrap();
    rows[4].wraps = rows[5].wraps.clone();
    let opened = scene.open(rows);
    assert_eq!(ordinals(&run::compare(&mut scene.account, opened).unwrap()), [3, 6]);
    let wrong: Vec<_> =
        scene.account.wrong.iter().map(|(ordinal, what)| (*ordinal, what.split(": ").nth(1))).collect();
    let codes = ["content-refused", "header-mismatch", "io", "unwrap-refused"];
    assert_eq!(wrong, [1, 2, 4, 5].into_iter().zip(codes.map(Some)).collect::<Vec<_>>());
}

#[test]
fn content_that_is_not_the_source_s_is_found_wrong() {
    let mut scene = Scene::new(3);
    let rows = scene.rows();
    let mut opened = scene.open(rows);
    // As if the source had always been this one.
    fs::write(scene.source(2), [9; 2000]).unwrap();
    opened[1].0.stamp = Stamp::of(&scene.source(2)).unwrap();
    let rows = run::compare(&mut scene.account, opened).unwrap();
    assert_eq!((ordinals(&rows), scene.account.wrong.len()), (vec![1, 3], 1));

    fs::write(scene.source(3), [9; 3000]).unwrap();
    let mut rows = rows;
    rows[1].stamp = Stamp::of(&scene.source(3)).unwrap();
    let rows = scene.ranges(rows);
    assert_eq!((ordinals(&rows), scene.account.wrong.len()), (vec![1], 2));
    assert_eq!(scene.account.left, []);
}

#[test]
fn a_target_that_fails_stops_the_run_and_is_not_taken_for_a_bad_source() {
    let mut scene = Scene::new(2);
    scene.plan.folder = scene.plan.folder.join("not there");
    let entries = scene.walk();
    let stopped = run::seal(&scene.plan, &mut scene.account, entries);
    assert_eq!(stopped.err().map(|error| error.code()), Some("io"));
}

#[test]
fn a_run_over_nothing_is_not_fine() {
    let folder = tempfile::tempdir().unwrap();
    let report = story::tell(&wish(Some(folder.path()))).unwrap();
    assert!(report.names.is_empty() && !report.fine());
    assert_eq!(
        story::tell(&wish(Some(&folder.path().join("none")))).err().map(|error| error.code()),
        Some("io")
    );
}

/// A few documents, file `n` of `n` thousand bytes, and everything the steps need.
struct Scene {
    temporary: TempDir,
    plan: Plan,
    second: Identity,
    account: Account,
    chain: Chain,
}

impl Scene {
    fn new(documents: usize) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let (sources, folder) = (temporary.path().join("sources"), temporary.path().join("sealed"));
        fs::create_dir(&sources).unwrap();
        fs::create_dir(&folder).unwrap();
        let people = People::enrol().unwrap();
        let second = people.second.unlock(SECOND_PASSPHRASE).unwrap();
        let plan = Plan { seed: 1, profile: None, folder, firm: FirmId::generate().unwrap(), people };
        let (account, chain) = (Account::default(), Chain::begin().unwrap());
        let scene = Self { temporary, plan, second, account, chain };
        for n in 1..=documents {
            fs::write(scene.source(n), vec![b'0' + u8::try_from(n).unwrap(); 1000 * n]).unwrap();
        }
        scene
    }

    fn source(&self, n: usize) -> PathBuf {
        self.temporary.path().join("sources").join(n.to_string())
    }

    fn walk(&self) -> Vec<walk::Entry> {
        walk::walk(&[self.temporary.path().join("sources")]).unwrap()
    }

    fn rows(&mut self) -> Vec<Row> {
        let entries = self.walk();
        let sealed = run::seal(&self.plan, &mut self.account, entries).unwrap();
        run::wrap(&self.plan, &mut self.account, sealed).unwrap()
    }

    fn open(&mut self, rows: Vec<Row>) -> Vec<(Row, Content)> {
        let rows = self.chain.opened(&self.plan.people.second, rows).unwrap();
        run::open(&self.plan, &mut self.account, &self.second, rows).unwrap()
    }

    fn ranges(&mut self, rows: Vec<Row>) -> Vec<Row> {
        let rows = self.chain.opened(&self.plan.people.second, rows).unwrap();
        run::ranges(&self.plan, &mut self.account, &self.second, rows).unwrap().0
    }
}

fn wish(folder: Option<&Path>) -> Wish {
    let folder = folder.map(Path::to_path_buf);
    Wish { folder, seed: 7, profile: None, keep: None, export: None, second: outsiders::second_process }
}

fn ordinals(rows: &[Row]) -> Vec<usize> {
    rows.iter().map(|row| row.ordinal).collect()
}

#[cfg(unix)]
fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}
