//! Sources that are no files, targets that are taken, folders that take nothing.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use privity::envelope::{self, Expected, Options, Threads};
use privity::{Flow, Result, testing};

use super::{AtStep, Folder, LENGTH, code, headers, put};

#[test]
fn only_a_regular_file_is_a_source() {
    let folder = Folder::new(LENGTH);
    fs::create_dir(folder.path("folder")).unwrap();
    let mut sources = vec![(folder.path("folder"), "not-a-file"), (folder.path("missing"), "io")];
    sources.push((folder.path("source").join("below-a-file"), "io"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path("dangling")).unwrap();
        std::os::unix::fs::symlink("folder", folder.path("link-to-folder")).unwrap();
        make_pipe(&folder.path("pipe"));
        sources.push((folder.path("dangling"), "io"));
        sources.push((folder.path("link-to-folder"), "not-a-file"));
        sources.push((folder.path("pipe"), "not-a-file"));
        sources.push(("/dev/zero".into(), "not-a-file"));
        sources.push(("/dev/null".into(), "not-a-file"));
    }
    let before = names(&folder.path("."));
    for (source, right) in &sources {
        let target = folder.path("target");
        let (from, to) = (source.clone(), target.clone());
        let sealed =
            in_time(move || envelope::seal_file(&headers()[0], &from, &to, Options::default()).map(drop));
        assert_eq!(code(sealed), *right, "{source:?}");
        let (from, to) = (source.clone(), target);
        let opened = in_time(move || {
            let expected = Expected::header(headers()[0]);
            envelope::open_file(&testing::opening_key([7; 32]), &expected, &from, &to, Options::default())
                .map(drop)
        });
        assert_eq!(code(opened), *right, "{source:?}");
        assert_eq!(names(&folder.path(".")), before, "{source:?}");
    }
    println!("sources: {} refused, twice each", sources.len());
    folder.seal(&headers()[0], Options::default()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_source_that_may_not_be_read_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(LENGTH);
    let source = folder.path("source");
    fs::set_permissions(&source, PermissionsExt::from_mode(0o000)).unwrap();
    if fs::read(&source).is_ok() {
        println!("skipped: permissions do not bind this user");
        return;
    }
    assert_eq!(code(folder.seal(&headers()[0], Options::default())), "io");
    folder.expect(&["source"]);
    fs::set_permissions(&source, PermissionsExt::from_mode(0o400)).unwrap();
    folder.seal(&headers()[0], Options::default()).unwrap();
}

#[test]
fn a_target_that_exists_is_refused_and_untouched() {
    let header = headers()[0];
    let folder = Folder::new(LENGTH);
    let (key, summary) = folder.seal(&header, Options::default()).unwrap();
    put(&folder.path("opened"), b"somebody's work");
    let before = fs::read(folder.path("sealed")).unwrap();
    assert_eq!(code(folder.seal(&header, Options::default())), "exists");
    assert_eq!(code(folder.open(&key, &Expected::from(&summary), Options::default())), "exists");
    assert_eq!(fs::read(folder.path("sealed")).unwrap(), before);
    assert_eq!(fs::read(folder.path("opened")).unwrap(), b"somebody's work");
    folder.expect(&["opened", "sealed", "source"]);

    fs::remove_file(folder.path("opened")).unwrap();
    fs::create_dir(folder.path("opened")).unwrap();
    assert_eq!(code(folder.open(&key, &Expected::from(&summary), Options::default())), "exists");
    folder.expect(&["opened", "sealed", "source"]);
    assert!(names(&folder.path("opened")).is_empty());

    #[cfg(unix)]
    for link in ["nowhere", "source"] {
        fs::remove_dir(folder.path("opened")).or_else(|_| fs::remove_file(folder.path("opened"))).unwrap();
        std::os::unix::fs::symlink(link, folder.path("opened")).unwrap();
        assert_eq!(code(folder.open(&key, &Expected::from(&summary), Options::default())), "exists");
        assert_eq!(fs::read(folder.path("source")).unwrap(), folder.content);
        folder.expect(&["opened", "sealed", "source"]);
    }
}

/// Somebody takes the name while the work is going on.
#[test]
fn a_target_that_appears_meanwhile_is_untouched() {
    for threads in [1, 3] {
        let header = headers()[0];
        let folder = Folder::new(LENGTH);
        let target = folder.path("sealed");
        let watcher = AtStep::new(2, || -> Result<Flow> {
            put(&target, b"somebody's work");
            Ok(Flow::Continue)
        });
        let options = Options { threads: Threads::new(threads).unwrap(), watcher: Some(&watcher) };
        assert_eq!(code(folder.seal(&header, options)), "exists");
        assert_eq!(fs::read(&target).unwrap(), b"somebody's work");
        folder.expect(&["sealed", "source"]);
    }
}

/// Until the work is done there is nothing under the name.
#[test]
fn a_name_stands_for_a_whole_file_alone() {
    let header = headers()[0];
    let folder = Folder::new(LENGTH);
    let watcher = AtStep::new(usize::MAX, || Ok(Flow::Continue));
    let looking = Looking { folder: &folder, name: "sealed", inner: &watcher };
    folder.seal(&header, Options { threads: Threads::ONE, watcher: Some(&looking) }).unwrap();
    assert!(watcher.asked.load(std::sync::atomic::Ordering::Relaxed) >= 4);
    folder.expect(&["sealed", "source"]);
}

struct Looking<'f> {
    folder: &'f Folder,
    name: &'f str,
    inner: &'f dyn privity::Watcher,
}

impl privity::Watcher for Looking<'_> {
    fn step(&self, at: privity::Progress) -> Result<Flow> {
        assert!(!self.folder.path(self.name).exists());
        self.inner.step(at)
    }
}

#[test]
fn a_folder_that_takes_nothing_is_an_error() {
    let header = headers()[0];
    let folder = Folder::new(LENGTH);
    let (key, summary) = folder.seal(&header, Options::default()).unwrap();
    let mut targets = vec![folder.path("missing").join("target"), folder.path("source").join("target")];
    if cfg!(target_os = "linux") {
        targets.push("/proc/target".into());
    }
    for target in &targets {
        let sealed = envelope::seal_file(&header, &folder.path("source"), target, Options::default());
        assert_eq!(code(sealed), "io", "{target:?}");
        let (expected, from) = (Expected::from(&summary), folder.path("sealed"));
        let opened = envelope::open_file(key.opening_key(), &expected, &from, target, Options::default());
        assert_eq!(code(opened), "io", "{target:?}");
        folder.expect(&["sealed", "source"]);
        assert!(!target.exists());
    }
    println!("folders: {} refused, twice each", targets.len());
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(LENGTH);
    let locked = folder.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, PermissionsExt::from_mode(0o500)).unwrap();
    if fs::write(locked.join("try"), b"").is_ok() {
        println!("skipped: permissions do not bind this user");
        return;
    }
    let target = locked.join("target");
    let sealed = envelope::seal_file(&headers()[0], &folder.path("source"), &target, Options::default());
    assert_eq!(code(sealed), "io");
    assert!(names(&locked).is_empty());
}

/// Runs work that must not wait for somebody at the other end of a pipe.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("it waits for a pipe")
}

#[cfg(unix)]
fn make_pipe(path: &Path) {
    let status = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo of POSIX");
    assert!(status.success());
}

fn names(folder: &Path) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}
