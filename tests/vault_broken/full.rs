//! A disk that is full, and a file that may not grow: in a process of its own, since both hold for
//! all it does.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::{open, refused, seal, storage, unlock};
use privity::vault::{DocumentInfo, NewMatter, Scope};

const FOLDER: &str = "PRIVITY_FULL_FOLDER";
const SECOND: &str = "PRIVITY_FULL_SECOND";

/// Runs a test of this program in a shell that has limited it first.
fn limited(shell: &mut Command, test: &str, folder: &Path) -> (bool, String) {
    let output = shell
        .env("PROGRAM", std::env::current_exe().unwrap())
        .env("TEST", test)
        .env(FOLDER, folder)
        .output()
        .expect("a shell");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn content(n: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 7 + n) % 251).unwrap()).collect()
}

/// Seals until it cannot go on; what is sealed then.
fn fill(
    matter: &privity::vault::Matter,
    length: usize,
    folder: &Path,
    codes: &[&str],
) -> Vec<(DocumentInfo, Vec<u8>)> {
    let mut sealed = Vec::new();
    for n in 0..10_000 {
        let content = content(n, length);
        match seal(matter, &content) {
            Ok(document) => sealed.push((document, content)),
            Err(error) => {
                let code = error.code();
                assert!(codes.contains(&code), "{error:?}");
                refused::<()>(Err(error), code, folder);
                return sealed;
            }
        }
    }
    panic!("never full");
}

/// A disk of 32 MB of its own, in the memory of a namespace that the child alone sees.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_nothing_that_was_sealed_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=32m none "$PRIVITY_FULL_FOLDER" || exit 77
                    exec "$PROGRAM" "$TEST" --exact --ignored --nocapture"#;
    let probe = Command::new("unshare").args(["-rm", "sh", "-c", "mount -t tmpfs none /mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no namespace with a disk of its own here (unshare -rm); nothing was shown");
        return;
    }
    let mut shell = Command::new("unshare");
    let (done, text) =
        limited(shell.args(["-rm", "sh", "-c", script]), "full::told_on_a_small_disk", folder.path());
    assert!(done && text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "run by a_full_disk"]
fn told_on_a_small_disk() {
    let folder = std::env::var_os(FOLDER).expect("run by another test");
    let folder = Path::new(&folder);
    let firm = crate::Firm::create(storage(folder).unwrap());
    let matter = firm.matter("One");
    let mut all = Vec::new();
    // Blobs fill it, or the log of the rows, from several distances.
    for (round, (free, length)) in
        [(900_000, 200_000), (200_000, 300), (70_000, 300), (20_000, 7_000), (0, 300)].into_iter().enumerate()
    {
        let ballast = folder.join("ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        while file.write_all(&[1; 4_096]).is_ok() {}
        let size = file.metadata().unwrap().len();
        assert!(size > 12_000_000, "room for all that follows");
        file.set_len(size - free).unwrap();
        drop(file);
        all.extend(fill(&matter, length, folder, &["storage-full"]));
        // Whatever else is tried is refused too or is done whole.
        let mut other = 0;
        for _ in 0..3 {
            other += usize::from(firm.partner.open_matter(NewMatter::new("Two")).is_ok());
            other += usize::from(matter.rotate().is_ok());
        }
        fs::remove_file(&ballast).unwrap();
        for (document, content) in &all {
            assert_eq!(&open(&matter, document).unwrap(), content, "round {round}");
        }
        let report = firm.partner.verify(Scope::Firm, None).unwrap();
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.documents, all.len() as u64, "round {round}");
        let blobs = storage(folder).unwrap().blobs.list(None, 99_999).unwrap();
        assert_eq!(blobs.len(), all.len(), "round {round}");
        assert_eq!(fs::read_dir(folder.join("shared/blobs/tmp")).unwrap().count(), 0);
        println!("round {round}: {} documents of {length} bytes, {other} other acts", all.len());
    }
    assert!(all.len() > 5);
    drop((firm, matter));
    let (vault, matter) = unlock(folder).unwrap();
    assert!(all.iter().all(|(document, content)| &open(&matter, document).unwrap() == content));
    assert!(vault.verify(Scope::Firm, None).unwrap().is_clean());
}

/// No file may grow past so many blocks of 512 bytes: the log of the rows first, then blobs.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_costs_nothing_that_was_sealed() {
    for (blocks, length) in [(600, 1_000), (1_000, 60_000), (1_000, 2_000_000)] {
        let folder = tempfile::tempdir().unwrap();
        drop(crate::Firm::create(storage(folder.path()).unwrap()).matter("One"));
        // A signal would end the process; without it, writing fails.
        let script = format!(
            r#"trap '' XFSZ; ulimit -f {blocks}; exec "$PROGRAM" "$TEST" --exact --ignored --nocapture"#
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env(SECOND, length.to_string());
        let (done, text) = limited(&mut shell, "full::told_where_no_file_may_grow", folder.path());
        assert!(done && text.contains("1 passed"), "{text}");
        let ids: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("sealed ")).collect();
        let (vault, matter) = unlock(folder.path()).unwrap();
        let known = matter.documents(None, 9_999).unwrap();
        assert_eq!(known.len(), ids.len(), "{blocks} blocks: what was sealed is there, and nothing else");
        for document in &known {
            let opened = open(&matter, document).unwrap();
            assert!(ids.contains(&document.id.to_string().as_str()) && opened.len() == length);
        }
        drop((vault, matter));
        crate::works(folder.path(), &[]);
        println!("{blocks} blocks, {length} bytes: {} documents", ids.len());
    }
}

#[test]
#[ignore = "run by a_file_that_may_not_grow"]
fn told_where_no_file_may_grow() {
    let folder = std::env::var_os(FOLDER).expect("run by another test");
    let length = std::env::var(SECOND).unwrap().parse().unwrap();
    let folder = Path::new(&folder);
    let (vault, matter) = unlock(folder).unwrap();
    // SQLite does not say that its file may not grow, only that a write failed.
    let codes = ["storage-full", "io"];
    for (document, content) in fill(&matter, length, folder, &codes) {
        println!("sealed {}", document.id);
        assert_eq!(content.len(), length);
    }
    // The next ones too; then what was verified is still so.
    let error = seal(&matter, &content(0, length)).unwrap_err();
    assert!(codes.contains(&error.code()), "{error:?}");
    assert!(vault.verify(Scope::Firm, None).unwrap().is_clean());
}
