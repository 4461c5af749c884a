//! What a vendor with a database of its own does: seals every file of a folder under its own key,
//! wraps each key to two people, opens everything as the second, reads the sources again and
//! compares, then forges what the store holds and sees every forgery refused.
//!
//! `cargo run --release --example standalone [-- FOLDER] [--seed N] [--names] [--keep DIR]`
//!
//! Ends with 0 only if everything was exactly as expected.

mod chance;
mod forged;
mod people;
mod report;
mod run;
mod story;
mod tamper;
mod walk;
mod work;

use std::process::ExitCode;

use privity::envelope::Profile;

use crate::story::Wish;

fn main() -> ExitCode {
    let (wish, names) = match options() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    match story::tell(&wish) {
        Ok(report) => {
            report.print(names);
            if report.fine() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("stopped: {error}\n{}", error.advice());
            ExitCode::FAILURE
        }
    }
}

/// The wish, and whether names are shown. `None`: help was asked for.
fn options() -> Result<Option<(Wish, bool)>, lexopt::Error> {
    use lexopt::prelude::*;
    let (mut wish, mut names) = (Wish { folder: None, seed: 1, profile: None, keep: None }, false);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("names") => names = true,
            Long("seed") => wish.seed = arguments.value()?.parse()?,
            Long("keep") => wish.keep = Some(arguments.value()?.into()),
            Long("profile") => {
                let number = arguments.value()?.parse()?;
                wish.profile = Some(Profile::from_number(number).map_err(|error| error.to_string())?);
            }
            Value(folder) if wish.folder.is_none() => wish.folder = Some(folder.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some((wish, names)))
}

const HELP: &str = "\
Seals a folder as a vendor with its own database would, opens it as somebody else,
compares every document with its source and shows that forgeries are refused.

  standalone [FOLDER] [--seed N] [--names] [--keep DIR] [--profile 1|2]

  FOLDER       what to seal; read, never written (default: sample documents and a
               generated exhibit of 24 MiB)
  --seed N     chooses ranges and forgeries (default 1)
  --names      shows the names of what was taken and left
  --keep DIR   keeps the sealed files in DIR
  --profile N  1: ChaCha20-Poly1305, 2: AES-256-GCM
               (default: 1, and every eighth document 2)

Links, pipes, sockets, devices and what cannot be read are left, each with its ordinal
and the reason. The exit code is 0 only if everything was exactly as expected.
";
