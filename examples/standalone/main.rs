//! What a vendor with a database of its own does: seals every file of a folder under its own key,
//! wraps each key to two people, opens everything as the second, reads the sources again and
//! compares, then forges what the store holds and sees every forgery refused. Every act is a record
//! of a signed audit chain, which a second process verifies from exported files.
//!
//! `cargo run --release --example standalone [-- FOLDER] [--seed N] [--names] [--keep DIR] [--export DIR]`
//!
//! Ends with 0 only if everything was exactly as expected.

mod audit;
mod chain;
mod chance;
mod evidence;
mod export;
mod forged;
mod people;
mod report;
mod rewritten;
mod run;
mod samples;
mod story;
mod tamper;
mod walk;
mod work;

use std::env;
use std::process::ExitCode;

use privity::envelope::Profile;

use crate::story::Wish;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).peekable();
    if arguments.next_if(|first| first == "verify").is_some() {
        return audit::main(arguments);
    }
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
    let second = evidence::this_program;
    let mut wish = Wish { folder: None, seed: 1, profile: None, keep: None, export: None, second };
    let mut names = false;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Long("names") => names = true,
            Long("seed") => wish.seed = arguments.value()?.parse()?,
            Long("keep") => wish.keep = Some(arguments.value()?.into()),
            Long("export") => wish.export = Some(arguments.value()?.into()),
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
compares every document with its source and shows that forgeries are refused. Every act
is a record of a signed audit chain, which a second process verifies from exported files.

  standalone [FOLDER] [--seed N] [--names] [--keep DIR] [--export DIR] [--profile 1|2]
  standalone verify EXPORT --origin NAME --genesis HASH [--cosigner VKEY] [--pin SIZE:ROOT]

  FOLDER       what to seal; read, never written (default: sample documents and a
               generated exhibit of 24 MiB)
  --seed N     chooses ranges and forgeries (default 1)
  --names      shows the names of what was taken and left
  --keep DIR   keeps the sealed files in DIR
  --export DIR keeps the exported chain in DIR, new or empty; some names beside it are
               erased in the run
  --profile N  1: ChaCha20-Poly1305, 2: AES-256-GCM
               (default: 1, and every eighth document 2)

  verify       is what the second process does: it reads the export and nothing else
  --origin, --genesis  the published root of trust of the chain; see trust.txt
  --cosigner VKEY      somebody whose word is taken beside the chain's own
  --pin SIZE:ROOT      what was seen when the chain was last verified

Links, pipes, sockets, devices and what cannot be read are left, each with its ordinal
and the reason. The exit code is 0 only if everything was exactly as expected.
";
