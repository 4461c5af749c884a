//! Runs the cases of CCTV's age testkit (<https://c2sp.org/CCTV/age>) in a folder: one line each, a
//! count as the last line.
//!
//! `cargo run --release --example age_vectors -- FOLDER`
//!
//! Ends with 0 only if there are cases and all of them passed.

mod case;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next().map(PathBuf::from), arguments.next()) else {
        eprintln!("usage: age_vectors FOLDER");
        return ExitCode::from(2);
    };
    let cases = match case::read_all(&folder) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::from(2);
        }
    };
    let (mut passed, mut failed) = (0, 0);
    for (name, bytes) in cases {
        match case::run(&bytes) {
            Ok(expected) => {
                println!("passed  {name}: {expected}");
                passed += 1;
            }
            Err(why) => {
                println!("FAILED  {name}: {why}");
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if passed > 0 && failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
