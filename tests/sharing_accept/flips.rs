//! Every bit and every length of a small share.

use std::collections::{BTreeMap, BTreeSet};

use privity::sharing::age::{Options, Threads};
use privity::sharing::{Discard, Request, Step, accept};
use privity::testing;

use super::forge::{Verdict, World, judge, verdict_of};

/// How many cases at which step, under which code.
type Tally = BTreeMap<Verdict, usize>;

fn refused(tally: &mut Tally, file: &[u8], request: &Request<'_>, what: &dyn Fn() -> String) {
    let options = Options { threads: Threads::new(1).unwrap(), watcher: None };
    match accept(file, request, &mut Discard, options) {
        Ok(_) => panic!("{} is accepted", what()),
        Err(refusal) => *tally.entry(verdict_of(&refusal)).or_default() += 1,
    }
}

/// Each change of a byte string: every bit, every length.
fn changes(bytes: &[u8], mut each: impl FnMut(&[u8], &dyn Fn() -> String)) {
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        each(&changed, &|| format!("bit {} of byte {}", bit % 8, bit / 8));
    }
    for length in 0..bytes.len() {
        each(&bytes[..length], &|| format!("cut at {length}"));
    }
}

#[test]
fn every_flipped_bit_and_every_length_of_a_share_is_refused() {
    let world = World::new();
    let file = world.share().seal();
    let request = world.request();
    judge(&file, &request).unwrap();
    let mut tally = Tally::new();
    changes(&file, |changed, what| refused(&mut tally, changed, &request, what));
    assert!(tally.keys().all(|(step, _)| *step == Step::Decrypt), "{tally:?}");
    println!("{} changes of the share refused: {tally:?}", tally.values().sum::<usize>());
    assert_eq!(tally.values().sum::<usize>(), file.len() * 9);
}

/// Whoever can seal to the receiver changes the archive.
#[test]
fn every_flipped_bit_and_every_length_of_the_archive_sealed_again_is_refused() {
    let world = World::new();
    let archive = world.share().archive();
    let request = world.request();
    let (key, header) = ([3; 16], testing::age::header(&world.share().to, [3; 16]).unwrap());
    let seal =
        |archive: &[u8]| [header.as_slice(), &testing::age::payload(key, [7; 16], archive).unwrap()].concat();
    judge(&seal(&archive), &request).unwrap();
    let mut tally = Tally::new();
    changes(&archive, |changed, what| refused(&mut tally, &seal(changed), &request, what));
    println!("{} changes of the archive refused: {tally:?}", tally.values().sum::<usize>());
    assert_eq!(tally.values().sum::<usize>(), archive.len() * 9);
    // And a byte behind it.
    refused(&mut tally, &seal(&[archive.as_slice(), &[0]].concat()), &request, &|| "a byte more".into());
}

/// The same of each content, in an archive that fits it: only the signature stands against it.
#[test]
fn every_flipped_bit_and_every_length_of_a_content_is_refused() {
    let world = World::new();
    let mut parts = world.share();
    let request = world.request();
    let (key, header) = ([3; 16], testing::age::header(&parts.to, [3; 16]).unwrap());
    let mut tally = Tally::new();
    for at in 0..parts.files.len() {
        let (name, honest) = parts.files[at].clone();
        changes(&honest, |changed, what| {
            parts.files[at].1 = changed.to_vec();
            let payload = testing::age::payload(key, [7; 16], &parts.archive()).unwrap();
            let what = || format!("{name}: {}", what());
            refused(&mut tally, &[header.as_slice(), &payload].concat(), &request, &what);
        });
        parts.files[at].1 = honest;
    }
    println!("{} changes of contents refused: {tally:?}", tally.values().sum::<usize>());
    for step in [Step::Sums, Step::Signature, Step::Manifest, Step::Contents] {
        assert!(tally.keys().any(|(found, _)| *found == step), "{step:?}");
    }
    assert_eq!(tally.keys().map(|(step, _)| *step).collect::<BTreeSet<_>>().len(), 4, "{tally:?}");
}
