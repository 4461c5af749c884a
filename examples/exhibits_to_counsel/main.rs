//! Exhibits go to two lawyers outside of the firm: one uses this library, one has stock tools alone.
//!
//! `cargo run --release --example exhibits_to_counsel [-- FOLDER]`
//!
//! A firm seals exhibits in a matter and shares them for a purpose and a time. Each lawyer verifies that
//! nobody changed them and that they are for her; each signs a receipt, which the firm keeps as proof of
//! disclosure. What was passed on, altered, or is expired is refused. Ends with 0 only if every line is as expected.
//! The lawyer with stock tools needs `age`, `unzip`, `ssh-keygen` and `sha256sum`; where one is missing her part is
//! left out, loudly (with `PRIVITY_SHARED` set it is required).

#[path = "../standalone/chance.rs"]
#[allow(dead_code, reason = "the other example uses the rest")]
mod chance;
#[path = "../production/report.rs"]
#[allow(dead_code, reason = "the other example uses the rest")]
mod report;
#[path = "../standalone/samples.rs"]
mod samples;
mod stock;
mod story;
#[allow(dead_code, reason = "of the walk the other example uses the rest")]
#[path = "../standalone/walk.rs"]
mod walk;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let first = env::args_os().nth(1);
    if let Some("--help" | "-h") = first.as_ref().and_then(|first| first.to_str()) {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let told = story::tell(first.map(PathBuf::from)).map(|report| {
        report.print();
        report.fine()
    });
    match told {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whatever goes wrong here is told and ends the run.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
A firm shares exhibits with two lawyers outside: one has this library, one stock tools alone.

  exhibits_to_counsel [FOLDER]

  FOLDER  the exhibits; read, never written (default: sample documents and a generated
          exhibit of 24 MiB)

The exit code is 0 only if every line is as expected.
";
