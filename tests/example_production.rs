//! The example `production` ends with 0 over the sample documents, and not over nothing.

use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path) -> Output {
    // Built beside the tests.
    let program = std::env::current_exe().expect("a test program");
    let built =
        program.parent().and_then(Path::parent).expect("a folder").join("examples").join("production");
    Command::new(built).arg(folder).output().expect("no example: a whole `cargo test` builds it first")
}

#[test]
fn the_main_job_is_as_expected_over_the_sample_documents() {
    let output = run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join("documents"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "4 on 4 devices",
        "equal to their sources read again",
        "after she left: refused no-access",
        "trust root alone: 5 true valid",
        "one bit of the export flipped: refused",
        "everything is as expected",
    ] {
        assert!(said.contains(line), "{line:?} is missing in:\n{said}");
    }
}

#[test]
fn a_folder_without_documents_is_not_as_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(!run(folder.path()).status.success());
    assert!(!run(&folder.path().join("missing")).status.success());
}
