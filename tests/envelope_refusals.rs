//! What must be refused is refused, with its code. Every test first shows that the honest case is
//! taken, and prints how many cases it ran.

#[path = "envelope_refusals/chunks.rs"]
mod chunks;
#[path = "envelope_refusals/flips.rs"]
mod flips;
#[path = "envelope_refusals/galois.rs"]
mod galois;
#[path = "envelope_refusals/garbage.rs"]
mod garbage;
#[path = "envelope_refusals/hostile.rs"]
mod hostile;
#[path = "envelope_refusals/labels.rs"]
mod labels;
#[path = "envelope_refusals/prime.rs"]
mod prime;
#[path = "envelope_refusals/secrets.rs"]
mod secrets;
#[path = "envelope_refusals/shares.rs"]
mod shares;
#[path = "envelope_refusals/two_keys.rs"]
mod two_keys;

use std::collections::BTreeMap;

use privity::envelope::{Expected, Header, Padding, Profile, Summary};
use privity::keys::OpeningKey;
use privity::testing;
use privity::{DocumentId, FirmId, Result};

/// Codes of refusals and how often each came.
type Tally = BTreeMap<&'static str, usize>;

/// Every header there is to try: both profiles, both paddings.
fn headers() -> impl Iterator<Item = Header> {
    let header = Header::new(FirmId::from_bytes([0xF1; 16]), DocumentId::from_bytes([0xD0; 16]), 1).unwrap();
    let paddings = [Padding::None, Padding::Padme];
    let with = move |profile| paddings.map(|padding| header.with_profile(profile).with_padding(padding));
    Profile::ALL.into_iter().flat_map(with)
}

/// A document sealed under a known key and salt, and what opens it.
struct Sealed {
    bytes: Vec<u8>,
    key: OpeningKey,
    summary: Summary,
    content: Vec<u8>,
}

impl Sealed {
    fn new(header: &Header, key: [u8; 32], salt: [u8; 24], length: usize) -> Self {
        // A byte of the key in the content, so that two of them share no chunk.
        let content: Vec<u8> =
            (0..length).map(|at| (at % 251) as u8 ^ (at / 16_384) as u8 ^ key[0]).collect();
        let (bytes, key, summary) = testing::seal_document(header, key, salt, &content).unwrap();
        Self { bytes, key: key.into_opening_key(), summary, content }
    }

    fn expected(&self) -> Expected {
        Expected::from(&self.summary)
    }

    /// What is known without a record of the sealing.
    fn only_header(&self) -> Expected {
        Expected::header(self.summary.header)
    }

    /// Where salt and commitment begin.
    fn seal_at(&self) -> usize {
        testing::frame(&self.summary.header).len()
    }
}

/// The code of what must be refused.
fn refused<T>(result: Result<T>, case: impl std::fmt::Debug) -> &'static str {
    match result {
        Ok(_) => panic!("accepted: {case:?}"),
        Err(error) => error.code(),
    }
}

/// Runs cases on two threads and adds up their tallies.
fn on_two_threads(count: usize, case: impl Fn(usize) -> &'static str + Sync) -> Tally {
    let half = |from: usize| {
        let mut tally = Tally::new();
        (from..count).step_by(2).for_each(|index| *tally.entry(case(index)).or_default() += 1);
        tally
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut tally = half(0);
        for (code, count) in other.join().unwrap() {
            *tally.entry(code).or_default() += count;
        }
        tally
    })
}

fn tally<const N: usize>(counts: [(&'static str, usize); N]) -> Tally {
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}
