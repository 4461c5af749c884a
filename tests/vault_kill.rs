//! `kill -9` at seeded random moments, with the harness of the example `crash`: what was acknowledged is
//! there, what was not is there whole or not at all, and sealing many goes on where it was cut.

#[path = "../examples/crash/act.rs"]
mod act;
#[allow(dead_code)]
#[path = "../examples/standalone/chance.rs"]
mod chance;
#[path = "../examples/crash/child.rs"]
mod child;
#[path = "../examples/crash/firm.rs"]
mod firm;
#[path = "../examples/crash/model.rs"]
mod model;
#[path = "../examples/crash/round.rs"]
mod round;

use std::path::Path;
use std::process::Command;

use child::Work;
use round::{Round, Tally};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const CHILD: &str = "PRIVITY_KILL_TEST";

/// This program runs itself again.
fn start(folder: &Path, work: Work, seed: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["works_until_killed", "--exact", "--ignored", "--nocapture"]);
    command.env(CHILD, format!("{seed} {} {}", work.word(), folder.display()));
    command
}

#[test]
#[ignore = "run by the other tests, which kill it"]
fn works_until_killed() {
    let told = std::env::var(CHILD).expect("run by another test");
    let mut words = told.splitn(3, ' ');
    let mut word = || words.next().unwrap();
    let (seed, work, folder) = (word().parse().unwrap(), Work::parse(word()).unwrap(), word());
    child::work(Path::new(folder), work, seed).unwrap();
}

fn seed() -> u64 {
    let seed = std::env::var("PRIVITY_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos()) ^ now.as_secs()
    });
    println!("PRIVITY_SEED={seed}");
    seed
}

/// Where killed processes write, and how often they are killed there: this is about what a process
/// leaves, not about disks, so that a folder in memory will do, and more can be tried in it.
fn place(in_memory: u64, on_disk: u64) -> (tempfile::TempDir, u64) {
    match tempfile::tempdir_in("/dev/shm") {
        Ok(folder) => (folder, in_memory),
        Err(_) => {
            println!("no folder in memory here: {on_disk} kills in place of {in_memory}");
            (tempfile::tempdir().unwrap(), on_disk)
        }
    }
}

#[test]
fn a_firm_killed_while_people_come_and_go_is_as_acknowledged() {
    let ((folder, kills), mut tally) = (place(170, 30), Tally::default());
    let mut round = Round::begin(folder.path(), &start, seed(), &mut tally).unwrap();
    for number in 1..=kills {
        round.kill(Work::Everything, &mut tally).unwrap_or_else(|error| panic!("kill {number}: {error}"));
    }
    round.verify(&mut tally).unwrap();
    println!("{tally:?}");
    assert!(tally.kills > kills && tally.verified == 1 && tally.records > 40);
    assert!(tally.acknowledged > 20, "too little happened to show anything");
}

#[test]
fn sealing_many_files_killed_in_group_commits_goes_on_and_ends_with_each_once() {
    let ((folder, least), mut tally) = (place(30, 12), Tally::default());
    let mut round = Round::begin(folder.path(), &start, seed(), &mut tally).unwrap();
    let (mut kills, mut cut) = (0, 0);
    // Until it was cut between groups at least once, and often enough elsewhere.
    while kills < least || (cut == 0 && kills < 200) {
        kills += 1;
        round.kill(Work::Batches, &mut tally).unwrap_or_else(|error| panic!("kill {kills}: {error}"));
        cut = tally.between_groups;
    }
    round.finish_batch().unwrap();
    round.verify(&mut tally).unwrap();
    println!("{tally:?}");
    assert!(cut > 0, "never cut between two groups: {tally:?}");
    assert!(tally.documents > 0 && tally.documents % child::MANY == 0, "{tally:?}");
}
