//! Work that is stopped, a disk that is full, a folder that is not there: nothing is left, half or whole.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use privity::sharing::age::{Options, Threads};
use privity::sharing::manifest::{Document, Manifest};
use privity::sharing::{Addressee, Draft, Item, Made, Sink, Step, accept, accept_folder, make, share_files};
use privity::{Error, Flow, Progress, Result, Watcher};

use super::forge::{NOW, World, at, everything, terms, verdict_of, verified};

/// Stops at the n-th step, counted from 0.
struct StopAt {
    step: usize,
    seen: AtomicUsize,
}

impl StopAt {
    fn new(step: usize) -> Self {
        Self { step, seen: AtomicUsize::new(0) }
    }
}

impl Watcher for StopAt {
    fn step(&self, _: Progress) -> Result<Flow> {
        let seen = self.seen.fetch_add(1, Ordering::SeqCst);
        Ok(if seen == self.step { Flow::Cancel } else { Flow::Continue })
    }
}

fn options(watcher: Option<&dyn Watcher>) -> Options<'_> {
    Options { threads: Threads::new(2).unwrap(), watcher }
}

/// Files of several steps each.
fn sources(folder: &Path) -> Vec<PathBuf> {
    [("a.bin", 700_000), ("b.bin", 1_300_000)]
        .map(|(name, length)| {
            let path = folder.join(name);
            fs::write(&path, vec![7; length]).unwrap();
            path
        })
        .to_vec()
}

fn draft(world: &World) -> Draft {
    let to = vec![Addressee::from(&verified(&world.expert, "E. Expert"))];
    Draft::new(to, "C. Counsel", "", terms()).classic()
}

fn share(world: &World, sources: &[PathBuf], to: &Path, options: Options<'_>) -> Result<Made> {
    share_files(&world.counsel, &draft(world), sources, to, at(NOW), options)
}

#[test]
fn stopping_at_any_step_leaves_nothing() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let sources = sources(folder.path());
    let (file, into) = (folder.path().join("share.age"), folder.path().join("in"));
    let mut stopped = 0;
    loop {
        let before = everything(folder.path());
        let watcher = StopAt::new(stopped);
        match share(&world, &sources, &file, options(Some(&watcher))) {
            Ok(_) => break,
            Err(error) => assert_eq!(error.code(), "cancelled"),
        }
        assert_eq!(everything(folder.path()), before, "step {stopped}");
        stopped += 1;
    }
    let made = stopped;
    let mut stopped = 0;
    loop {
        let before = everything(folder.path());
        let watcher = StopAt::new(stopped);
        match accept_folder(&file, &world.request(), &into, options(Some(&watcher))) {
            Ok(_) => break,
            Err(refusal) => assert_eq!(verdict_of(&refusal), (Step::Decrypt, "cancelled")),
        }
        assert_eq!(everything(folder.path()), before, "step {stopped}");
        stopped += 1;
    }
    println!("making was stopped at {made} steps, accepting at {stopped}");
    assert!(made >= 14 && stopped >= 7);
}

#[test]
fn a_target_that_is_there_or_cannot_be_stays_as_it_is() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let sources = sources(folder.path());
    let file = folder.path().join("share.age");
    share(&world, &sources, &file, options(None)).unwrap();
    let accepted = |into: &Path| {
        accept_folder(&file, &world.request(), into, options(None)).map(drop).map_err(|one| verdict_of(&one))
    };
    for (name, empty) in [("full", false), ("empty", true)] {
        let there = folder.path().join(name);
        fs::create_dir(&there).unwrap();
        if !empty {
            fs::write(there.join("mine"), b"mine").unwrap();
        }
        let before = everything(folder.path());
        assert_eq!(accepted(&there), Err((Step::Decrypt, "exists")));
        assert_eq!(share(&world, &sources, &there, options(None)).unwrap_err().code(), "exists");
        assert_eq!(everything(folder.path()), before);
    }
    assert_eq!(share(&world, &sources, &file, options(None)).unwrap_err().code(), "exists");
    let before = everything(folder.path());
    let nowhere = folder.path().join("no/such/folder");
    let code = accepted(&nowhere).unwrap_err();
    assert_eq!(code.0, Step::Decrypt, "nothing passed");
    assert_eq!(code.1, share(&world, &sources, &nowhere, options(None)).unwrap_err().code());
    // Below a file there is no folder.
    assert!(accepted(&file.join("in")).is_err());
    assert!(share(&world, &sources, &file.join("x"), options(None)).is_err());
    // A link that leads nowhere is there too.
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &link).unwrap();
        assert_eq!(accepted(&link), Err((Step::Decrypt, "exists")));
        assert_eq!(share(&world, &sources, &link, options(None)).unwrap_err().code(), "exists");
        fs::remove_file(link).unwrap();
    }
    assert_eq!(everything(folder.path()), before);
    // What is shared must be files.
    for (source, code) in [(folder.path().to_path_buf(), "not-a-file"), (folder.path().join("x"), "io")] {
        let refused = share(&world, &[sources[0].clone(), source], &folder.path().join("new"), options(None));
        let found = refused.unwrap_err().code();
        assert!(found == code || found == "source-unreadable", "{found}");
    }
    assert_eq!(everything(folder.path()), before);
}

/// What takes the contents fails at its n-th call: its error comes back, at step 9.
#[test]
fn a_sink_that_fails_ends_it_with_its_error() {
    struct Failing(usize);
    impl Failing {
        fn call(&mut self) -> Result<()> {
            self.0 = self.0.checked_sub(1).ok_or_else(full)?;
            Ok(())
        }
    }
    impl Sink for Failing {
        fn part(&mut self, _: &str, _: &[u8]) -> Result<()> {
            self.call()
        }
        fn begin(&mut self, _: &Manifest, _: &Document) -> Result<()> {
            self.call()
        }
        fn write(&mut self, _: &[u8]) -> Result<()> {
            self.call()
        }
        fn end(&mut self) -> Result<()> {
            self.call()
        }
    }
    let world = World::new();
    let file = world.share().seal();
    let mut calls = 0;
    while let Err(refusal) = accept(file.as_slice(), &world.request(), &mut Failing(calls), options(None)) {
        assert_eq!(verdict_of(&refusal), (Step::Contents, "storage-full"));
        calls += 1;
    }
    assert_eq!(calls, 4 + 3 * 2 + 2, "parts, begins and ends, contents that are not empty");
}

fn full() -> Error {
    io::Error::from(io::ErrorKind::StorageFull).into()
}

/// What takes the share fails after so many bytes.
#[test]
fn a_share_that_cannot_be_written_is_not_made() {
    struct Short(usize);
    impl Write for Short {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let count = bytes.len().min(self.0);
            self.0 -= count;
            Ok(count)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let world = World::new();
    let content = vec![1_u8; 600_000];
    let item = Item { name: "a", media_type: "text/plain", content: &content, digests: None, version: None };
    let made = |room: usize| {
        make(&world.counsel, &draft(&world), &[item], at(NOW), Short(room), options(None))
            .map_err(|one| one.code())
    };
    made(usize::MAX).unwrap();
    for room in [0, 1, 100, 1_000, 100_000, 600_000] {
        assert_eq!(made(room).unwrap_err(), "storage-full", "{room}");
    }
}

const FOLDER: &str = "PRIVITY_STOPPED_FOLDER";

/// No file may grow past so many blocks of 512 bytes, in a process of its own, for which the limit holds.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_leaves_nothing() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let sources = sources(folder.path());
    share(&world, &sources, &folder.path().join("share.age"), options(None)).unwrap();
    // A signal would end the process; without it, writing fails.
    let script = r#"trap '' XFSZ; ulimit -f 1500; exec "$PROGRAM" stopped::told_where_no_file_may_grow --exact --ignored --nocapture"#;
    let output = Command::new("sh")
        .args(["-c", script])
        .env("PROGRAM", std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .output()
        .expect("a shell");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "run by a_file_that_may_not_grow"]
fn told_where_no_file_may_grow() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("run by another test"));
    let world = World::new();
    let before = everything(&folder);
    let sources = [folder.join("a.bin"), folder.join("b.bin")];
    // Room for the first document, not for the second nor for the share.
    let refused = share(&world, &sources, &folder.join("again.age"), options(None)).unwrap_err();
    assert!(["storage-full", "io"].contains(&refused.code()), "{refused:?}");
    assert_eq!(everything(&folder), before);
    let refused =
        accept_folder(&folder.join("share.age"), &world.request(), &folder.join("in"), options(None));
    let (step, code) = verdict_of(&refused.unwrap_err());
    assert!(step == Step::Contents && ["storage-full", "io"].contains(&code), "{step:?} {code}");
    assert_eq!(everything(&folder), before);
}
