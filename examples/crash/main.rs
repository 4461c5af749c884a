//! Loses nothing when killed: processes that work on a firm's folder are killed with SIGKILL at seeded
//! random moments, and after each the folder is opened again and compared with what was acknowledged.
//!
//! `cargo run --release --example crash -- --kills 10000 [--seed S]`
//!
//! Ends with 0 only if nothing was lost, nothing was there by half, and everything verified.

mod act;
#[allow(dead_code, reason = "the other example uses the rest")]
#[path = "../standalone/chance.rs"]
mod chance;
mod child;
mod firm;
mod model;
mod round;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressStyle};
use lexopt::ValueExt as _;

use crate::child::Work;
use crate::round::{Round, Start, Tally};

/// Whatever goes wrong here is told and ends the run.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let mut arguments = lexopt::Parser::from_env();
    let (mut kills, mut seed) = (200, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("kills") => kills = arguments.value()?.string()?.parse()?,
            lexopt::Arg::Long("seed") => seed = Some(arguments.value()?.string()?.parse()?),
            // The process that is killed.
            lexopt::Arg::Long("child") => {
                let (folder, work) = (arguments.value()?, arguments.value()?.string()?);
                let seed = arguments.value()?.string()?.parse()?;
                return child::work(folder.as_ref(), Work::parse(&work)?, seed);
            }
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let seed = match seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    };
    torture(kills, seed)
}

/// A firm after the other, each killed so often that its verification stays short.
fn torture(kills: u64, seed: u64) -> Outcome<()> {
    let program = std::env::current_exe()?;
    let start = move |folder: &Path, work: Work, seed: u64| {
        let mut command = Command::new(&program);
        command.arg("--child").arg(folder).arg(work.word()).arg(seed.to_string());
        command
    };
    println!("seed        {seed}");
    let (began, mut tally, mut firms, mut totals) = (Instant::now(), Tally::default(), 0, (0, 0));
    let bar = ProgressBar::new(kills);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} kills, {per_sec}, {eta} left {msg}")?);
    while tally.kills < kills {
        let of_firm = seed.wrapping_add(firms);
        one_firm(&start, of_firm, kills, &mut tally, &bar).map_err(|error| {
            format!("firm {firms}, seed {of_firm}, {} kills so far: {error}", tally.kills)
        })?;
        firms += 1;
        totals = (totals.0 + tally.documents, totals.1 + tally.records);
    }
    bar.finish_and_clear();
    println!("kills       {} in {:.1?}, of {firms} firms", tally.kills, began.elapsed());
    println!("  in create {}; {} times the firm had to be made again", tally.creating, tally.not_made);
    println!("acts        {} acknowledged, every one there", tally.acknowledged);
    println!(
        "  cut off   {} whole, {} never, {} batches between two groups",
        tally.whole, tally.never, tally.between_groups
    );
    println!(
        "verified    {} times from the first record, as two devices: {} documents, {} records",
        tally.verified, totals.0, totals.1
    );
    println!("nothing is lost");
    Ok(())
}

/// Kills of one firm, up to so many of all.
fn one_firm(start: &Start, seed: u64, kills: u64, tally: &mut Tally, bar: &ProgressBar) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut round = Round::begin(folder.path(), start, seed, tally)?;
    for number in 1..=A_FIRM {
        let work = if number % 4 == 0 { Work::Batches } else { Work::Everything };
        round.kill(work, tally)?;
        bar.set_position(tally.kills);
        let last = tally.kills >= kills;
        if number % VERIFIED == 0 || last {
            round.verify(tally)?;
        }
        if last {
            break;
        }
    }
    round.finish_batch()?;
    round.verify(tally)
}

/// Kills of one firm.
const A_FIRM: u64 = 100;
/// Kills between two verifications.
const VERIFIED: u64 = 25;

const HELP: &str = "\
Kills processes that work on a vault (SIGKILL), and compares what is there with what they were told.

  crash [--kills N] [--seed S]

  --kills N  how often (default: 200)
  --seed S   of the moments and acts, to have a run again (default: the time)

The exit code is 0 only if nothing was lost.
";
