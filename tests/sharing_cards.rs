//! Parties, contact cards and contacts: every refusal with its code, and what nobody but the party and
//! who compared its words can bring about.

#[path = "sharing_cards/cards.rs"]
mod cards;
mod common;
#[path = "sharing_cards/contacts.rs"]
mod contacts;
#[path = "sharing_cards/kept.rs"]
mod kept;
#[path = "sharing_cards/parties.rs"]
mod parties;
#[path = "sharing_cards/vectors.rs"]
mod vectors;

use std::fmt::Debug;

use privity::sharing::{Card, CardDetails, Party};
use privity::testing;
use privity::{Result, Timestamp};

/// A party of known keys: the same at every run.
fn party(of: u8) -> Party {
    let mut seeds = [of; 144];
    for (at, seed) in seeds[16..].chunks_mut(32).enumerate() {
        seed[0] = u8::try_from(at).unwrap();
    }
    testing::party::party(seeds).unwrap()
}

/// The same party with other keys.
fn rekeyed(of: u8) -> Party {
    let mut seeds = [of; 144];
    seeds[16..].fill(of ^ 0x80);
    testing::party::party(seeds).unwrap()
}

fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn details(previous: Option<&Card>) -> CardDetails<'_> {
    CardDetails {
        name: "A. Counsel",
        organisation: "Example LLP",
        not_before: at(1_000),
        expires: at(2_000),
        with_classic: false,
        previous,
    }
}

/// The next card of a party.
fn card(party: &Party, previous: Option<&Card>) -> Card {
    party.card(&details(previous)).unwrap()
}

#[track_caller]
fn refused<T: Debug>(result: Result<T>, code: &str) {
    match result {
        Err(error) => assert_eq!(error.code(), code, "{error}"),
        Ok(value) => panic!("not refused with {code}: {value:?}"),
    }
}
