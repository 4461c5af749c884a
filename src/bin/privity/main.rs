//! `privity`: share documents with people you verified, and open what they share with you. A party of its own,
//! without a firm's vault: opposing counsel, an expert, a court's expert with one file in hand.
//!
//! The story, the files and the limits are in `docs/cli.md`.

#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::dbg_macro
)]

mod ask;
mod bar;
mod card;
mod contacts;
mod date;
mod home;
mod inspect;
mod keygen;
mod open;
mod receipt;
mod sent;
mod share;
mod show;
mod stop;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::home::Context;
use crate::stop::Stop;

/// Share documents with people whose keys you verified, and open what they share with you.
#[derive(Parser)]
#[command(name = "privity", version, after_help = AFTER)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb takes.
#[derive(Args)]
#[command(next_help_heading = "Everywhere")]
struct Common {
    /// Folder of your keys and contacts [default: PRIVITY_HOME, else your configuration folder]
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Read your passphrase from this file instead of asking [default: PRIVITY_PASSPHRASE_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print the result as JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Verb {
    Keygen(keygen::Options),
    #[command(subcommand)]
    Card(card::Verb),
    Share(share::Options),
    Open(open::Options),
    Receipt(receipt::Options),
    Sent(sent::Options),
    Inspect(inspect::Options),
}

fn main() -> ExitCode {
    let Cli { common, verb } = Cli::parse();
    match run(common, verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{stop}");
            stop.exit()
        }
    }
}

fn run(common: Common, verb: Verb) -> Result<(), Stop> {
    let json = common.json;
    let context = || Context::new(common.home, common.passphrase_file, json);
    match verb {
        Verb::Keygen(options) => keygen::run(&context()?, &options),
        Verb::Card(verb) => card::run(&context()?, verb),
        Verb::Share(options) => share::run(&context()?, &options),
        Verb::Open(options) => open::run(&context()?, &options),
        Verb::Receipt(options) => receipt::run(&context()?, &options),
        Verb::Sent(_) => sent::run(&context()?),
        // Whoever looks at one file needs no home.
        Verb::Inspect(options) => inspect::run(&options, json),
    }
}

const AFTER: &str = "\
First steps:
  privity keygen --name \"Erin Expert\" --organisation \"Expert & Co\"
  privity card show --text              send this text to the other person
  privity card add their-card.txt       the card they sent you
  privity card verify \"Carl Counsel\"    compare twelve words on the telephone
  privity open share.age                open what they shared

Exit codes:
  0  done, and whatever had to be verified was
  1  the machine failed: a file, the disk, randomness
  2  wrong use of the command
  3  refused by a check; nothing was written
  4  the file is not one of ours, or is malformed

Never audited. docs/cli.md has the whole story, the files and the limits.";
