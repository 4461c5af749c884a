//! Peak memory does not grow with the chain. The peak belongs to a whole process, so the test runs
//! itself again alone.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

use privity::SystemClock;
use privity::audit::{Appender, Draft, Origin, TrustRoots, Verifier};
use privity::testing::chain_keys;

use super::alone::{measured_alone, peak};

const CHILD: &str = "PRIVITY_TEST_CHAIN_MEMORY_CHILD";
const SHORT: u64 = 10_000;
const LONG: u64 = 200_000;
const MAY_GROW_KIB: u64 = 16 * 1024;

#[test]
fn memory_does_not_grow_with_the_chain() {
    measured_alone("memory::memory_does_not_grow_with_the_chain", CHILD, 2, measure);
}

fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let (short, long) = (folder.path().join("short"), folder.path().join("long"));
    verify(&short, SHORT);
    let before = peak();
    verify(&long, LONG);
    let growth = peak() - before;
    println!("signing and verifying: {growth} KiB more for {LONG} records than for {SHORT}");
    assert!(growth <= MAY_GROW_KIB);
    // The measure sees it when the records are kept.
    let kept = fs::read(&long).unwrap();
    let growth = peak() - before;
    println!("keeping them: {growth} KiB more, {} bytes", kept.len());
    assert!(growth > MAY_GROW_KIB);
}

/// Signs a chain into a file and verifies it from there, one record after the other.
fn verify(path: &Path, count: u64) {
    let origin = Origin::new("log.example/memory").unwrap();
    let mut to = BufWriter::new(File::create(path).unwrap());
    let mut store = |record: &[u8]| {
        to.write_all(&u16::try_from(record.len()).unwrap().to_be_bytes()).unwrap();
        to.write_all(record).unwrap();
    };
    let keys = chain_keys(std::array::from_fn(|at| u8::from(at < 32))).unwrap();
    let (mut appender, genesis) = Appender::new(origin.clone(), keys, Arc::new(SystemClock)).unwrap();
    store(&genesis.record);
    for _ in 1..count {
        store(&appender.append(Draft::host(2_000, vec![0xA1, 1, 7]).unwrap()).unwrap().record);
    }
    to.into_inner().unwrap();

    let roots = TrustRoots::new(origin, genesis.hash);
    let mut verifier = Verifier::new(roots, &[appender.checkpoint().unwrap()]).unwrap();
    let mut from = BufReader::new(File::open(path).unwrap());
    let (mut length, mut record) = ([0; 2], [0; 1 << 10]);
    for _ in 0..count {
        from.read_exact(&mut length).unwrap();
        let record = &mut record[..u16::from_be_bytes(length).into()];
        from.read_exact(record).unwrap();
        verifier.push(record).unwrap();
    }
    let findings = verifier.finish().unwrap().findings().clone();
    assert_eq!((findings.head.size, findings.reported.len()), (count, 0));
}
