//! CCTV's cases for age v1: all of them, counted by what is expected.

mod common;

#[path = "../examples/age_vectors/case.rs"]
mod case;

use std::collections::BTreeMap;

use privity::sharing::age::Header;
use privity::testing;

#[test]
fn every_case_ends_as_expected() {
    let Some(folder) = common::shared() else { return };
    let mut counts = BTreeMap::<String, usize>::new();
    let mut wrong = Vec::new();
    for (name, bytes) in case::read_all(&folder.join("vectors/cctv-age")).unwrap() {
        match case::run(&bytes) {
            Ok(outcome) => *counts.entry(outcome.to_string()).or_default() += 1,
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(counts.len() >= 5, "cases of every outcome");
    assert!(counts.values().sum::<usize>() >= 70);
}

/// A header is written back byte for byte: it has one encoding.
#[test]
fn every_header_that_is_read_is_written_the_same() {
    let Some(folder) = common::shared() else { return };
    let (mut same, mut refused) = (0, 0);
    for (name, bytes) in case::read_all(&folder.join("vectors/cctv-age")).unwrap() {
        let at = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let file = &bytes[at + 2..];
        match Header::read(file) {
            Ok(header) => {
                assert_eq!(testing::age::write_again(&header), header.as_bytes(), "{name}");
                assert!(file.starts_with(header.as_bytes()), "{name}");
                same += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("{same} the same, {refused} refused");
    assert!(same > 25 && refused > 25);
}
