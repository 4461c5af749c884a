//! How the cost of a state grows: with the commit, not with what there is.

#[path = "state_scale/firm.rs"]
mod firm;

use std::time::{Duration, Instant};

use firm::Firm;
use privity::ChainId;
use privity::state::{Follow, State};

/// The quickest of some: what the machine does besides makes it slower, never quicker.
fn quickest(mut act: impl FnMut()) -> Duration {
    let times = (0..15).map(|_| {
        let start = Instant::now();
        act();
        start.elapsed()
    });
    times.min().unwrap()
}

fn commit_and_prepare(firm: &mut Firm, matter: ChainId) -> (Duration, Duration) {
    let commit = quickest(|| firm.seal(matter, 1, 1));
    let body = firm.sealed(1);
    let grown = firm.sign(vec![(matter, privity::DeviceId::from_bytes([2; 16]), body)]);
    let device = privity::DeviceId::from_bytes([2; 16]);
    let prepare = quickest(|| drop(firm.state.prepare(&grown, device).unwrap()));
    (commit, prepare)
}

#[test]
fn a_commit_costs_the_same_with_few_and_with_many_matters_and_documents() {
    let mut firm = Firm::new();
    let matter = firm.open();
    for _ in 0..9 {
        firm.open();
    }
    let small = commit_and_prepare(&mut firm, matter);
    for _ in 0..1_000 {
        firm.open();
    }
    for _ in 0..10 {
        firm.seal(matter, 40, 250);
    }
    assert_eq!(
        firm.state.matter(privity::MatterId::from_bytes(*matter.as_bytes())).unwrap().documents_count(),
        100_015
    );
    let large = commit_and_prepare(&mut firm, matter);
    println!("commit {:?} then {:?}, prepare {:?} then {:?}", small.0, large.0, small.1, large.1);
    let most = |small: Duration| small * 3 + Duration::from_millis(1);
    assert!(large.0 < most(small.0) && large.1 < most(small.1));

    let start = Instant::now();
    let bytes = firm.state.save();
    let saved = start.elapsed();
    let start = Instant::now();
    let loaded = State::load(firm.trust, &bytes).unwrap();
    println!("{} bytes, saved in {saved:?}, loaded in {:?}", bytes.len(), start.elapsed());
    assert!(start.elapsed() < Duration::from_millis(500));
    assert_eq!(loaded.save(), bytes);

    let mut cold = State::new(firm.trust, Follow::All);
    let start = Instant::now();
    cold.advance(&firm, firm.checkpoint.as_bytes()).unwrap();
    println!("{} records verified in {:?}", firm.records, start.elapsed());
    assert_eq!(cold.save(), bytes);
}
