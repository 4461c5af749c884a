//! Random histories of a firm, played on a vault and on a plain model of who may do and read what: after
//! every act the answer, or the code of the refusal, is the model's; in the end everybody sees what the
//! model says, and verifies clean.
//!
//! `PRIVITY_HISTORIES` says how many, `PRIVITY_SEED` which; a history that differs is shrunk to a shortest
//! one and printed with the seed that gives it again.

#[path = "vault_model/act.rs"]
mod act;
#[path = "../examples/standalone/chance.rs"]
#[allow(dead_code, reason = "the example's, of which histories need a part")]
mod chance;
#[path = "vault_model/model.rs"]
mod model;
#[path = "vault/people.rs"]
mod people;
#[path = "vault_model/play.rs"]
mod play;
#[path = "vault_model/shrink.rs"]
mod shrink;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use act::Act;
use chance::Chance;
use model::Flaw;
use play::{Answers, play};
use shrink::shrink;

/// Histories where nobody says how many.
const FEW: u64 = 200;
/// Enough for every refusal.
const MANY: u64 = 2_000;

fn told(variable: &str) -> Option<u64> {
    let told = std::env::var(variable).ok()?;
    Some(told.parse().unwrap_or_else(|_| panic!("{variable} is no number: {told}")))
}

fn history(seed: u64, number: u64) -> Vec<Act> {
    act::history(&mut Chance::new(seed, number))
}

/// What is said of a history that differs.
fn say(seed: u64, number: u64, flaw: Option<Flaw>, found: play::Difference) -> String {
    let whole = history(seed, number);
    let (acts, found) = shrink(&whole, flaw, found);
    let listed: Vec<_> = acts.iter().map(Act::to_string).collect();
    format!(
        "history {number} of seed {seed}: {} acts, shrunk to {}:\n{}\nat {found}\n\
         again: PRIVITY_SEED={seed} PRIVITY_HISTORIES={} cargo test --test vault_model",
        whole.len(),
        acts.len(),
        listed.join("\n"),
        number + 1,
    )
}

#[test]
fn the_vault_answers_as_the_model() {
    let count = told("PRIVITY_HISTORIES").unwrap_or(FEW);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = told("PRIVITY_SEED").unwrap_or(now);
    eprintln!("{count} histories of seed {seed}");
    let (next, began) = (AtomicU64::new(0), Instant::now());
    let (answers, differs) = (Mutex::new(Answers::new()), Mutex::new(None));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || differs.lock().unwrap().is_some() {
                return;
            }
            match play(&history(seed, number), None) {
                Ok(played) => {
                    let mut answers = answers.lock().unwrap();
                    played.into_iter().for_each(|(key, times)| *answers.entry(key).or_default() += times);
                }
                Err(found) => _ = differs.lock().unwrap().get_or_insert((number, found)),
            }
            if number % 1_000 == 999 {
                eprintln!("{} histories, {:?}", number + 1, began.elapsed());
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| _ = scope.spawn(work));
    });
    if let Some((number, found)) = differs.into_inner().unwrap() {
        panic!("{}", say(seed, number, None, found));
    }
    let answers = answers.into_inner().unwrap();
    let sum = |answer: &dyn Fn(&str) -> bool| -> u64 {
        answers.iter().filter(|((_, one), _)| answer(one)).map(|(_, times)| times).sum()
    };
    let refused = sum(&|answer| answer != "ok" && answer != "impossible");
    eprintln!("{} acts done, {refused} refused, {:?}", sum(&|answer| answer == "ok"), began.elapsed());
    answers.iter().for_each(|((verb, answer), times)| eprintln!("{times:>9}  {verb}: {answer}"));
    if count >= FEW {
        everything_happened(&answers, count >= MANY);
    }
}

/// Every verb went through, every refusal that the model knows was given; in a few histories not the rare
/// ones.
fn everything_happened(answers: &Answers, rare: bool) {
    let verbs: BTreeSet<_> =
        answers.keys().filter(|(_, answer)| answer == "ok").map(|(verb, _)| verb.as_str()).collect();
    let expected = [
        "Accept",
        "Admit",
        "Describe",
        "Enrol",
        "List",
        "Lock",
        "Name",
        "Open",
        "OpenMatter",
        "Remove",
        "RemovePerson",
        "Request",
        "Rotate",
        "Screen",
        "Seal",
        "Unlock",
        "Verify",
    ];
    assert_eq!(verbs, BTreeSet::from(expected));
    let codes: BTreeSet<_> = answers.keys().map(|(_, answer)| answer.as_str()).collect();
    let mut expected = BTreeSet::from([
        "already-admitted",
        "already-there",
        "document-exists",
        "document-unknown",
        "impossible",
        "key-used",
        "locked",
        "matter-unknown",
        "no-access",
        "ok",
        "role-missing",
        "screened",
        "user-unknown",
    ]);
    if rare {
        expected.extend(["row-missing", "user-key-missing"]);
    }
    assert!(codes.is_superset(&expected), "{codes:?}");
}

/// Shows that the test can fail, and how short what it finds becomes.
#[test]
fn a_wrong_model_is_found_and_its_history_shrunk() {
    for (flaw, shortest) in [(Flaw::RemovedRead, 8), (Flaw::NothingOlder, 6)] {
        let found = (0..50).find_map(|number| {
            let acts = history(7, number);
            play(&acts, Some(flaw)).err().map(|found| (acts, found))
        });
        let (acts, found) = found.expect("a difference");
        let (shrunk, found) = shrink(&acts, Some(flaw), found);
        eprintln!("{flaw:?}: {} acts, shrunk to {shrunk:#?}, {found}", acts.len());
        assert!(shrunk.len() <= shortest, "{shrunk:?}");
        assert!(play(&shrunk, None).is_ok(), "without the flaw they agree");
    }
}

#[test]
fn a_seed_gives_the_same_history_again() {
    assert_eq!(history(1, 2), history(1, 2));
    assert_ne!(history(1, 2), history(1, 3));
    assert_ne!(history(1, 2), history(2, 2));
}
