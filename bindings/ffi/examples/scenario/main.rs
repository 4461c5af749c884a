//! The story of `bindings/scenario` in Rust, on the library itself: what the packages of the other
//! languages are compared with.
//!
//! `scenario write FOLDER` plays it, `scenario read FOLDER` opens what any of the four wrote.

mod codes;
mod common;
mod read;
mod sharing;
mod standalone;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

/// Whatever ends the story before its end.
type Story<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let played = match arguments.as_slice() {
        [verb, folder] if verb == "write" => write::play(&PathBuf::from(folder)),
        [verb, folder] if verb == "read" => read::play(&PathBuf::from(folder)),
        _ => {
            eprintln!("usage: scenario write|read FOLDER");
            return ExitCode::from(2);
        }
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the story ended here: {error}");
            ExitCode::FAILURE
        }
    }
}
