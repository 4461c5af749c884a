//! The main job: a firm of four people on four devices seals a production on SQLite, somebody else
//! opens and compares all of it, the paralegal leaves and is shut out, and everybody verifies.
//!
//! `cargo run --release --example production [-- FOLDER]`
//!
//! The paralegal is a process of her own, with her own device folder and passphrase; so is the
//! stranger who verifies the export with the trust root alone. Ends with 0 only if every line is as
//! expected. No name of a document is shown.

mod bare;
#[path = "../standalone/chance.rs"]
#[allow(dead_code, reason = "the other example uses the rest")]
mod chance;
mod child;
mod report;
#[path = "../standalone/samples.rs"]
mod samples;
mod story;
#[allow(dead_code, reason = "of the walk the other example uses the rest")]
#[path = "../standalone/walk.rs"]
mod walk;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let first = arguments.next();
    let result = match first.as_ref().and_then(|first| first.to_str()) {
        Some("--help" | "-h") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some(child::PARALEGAL) => child::paralegal(arguments),
        Some(child::STRANGER) => child::stranger(arguments),
        _ => {
            let folder = first.map(PathBuf::from);
            story::tell(folder).map(|report| {
                report.print();
                report.fine()
            })
        }
    };
    match result {
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
A firm of four people seals a folder, opens and compares all of it as somebody else; one of
them leaves and is shut out; a colleague and a stranger verify.

  production [FOLDER]

  FOLDER  what to seal; read, never written (default: sample documents and a generated
          exhibit of 24 MiB)

Links, pipes, devices and what cannot be read are left and counted. The exit code is 0 only
if every line is as expected.
";
