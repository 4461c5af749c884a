//! Peak memory does not grow with the document. The peak belongs to a whole process, so the test
//! runs itself again alone.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};

use privity::envelope::{self, Expected, Opener, Options, Sealer};

use super::alone::{measured_alone, peak};
use super::headers;

const CHILD: &str = "PRIVITY_TEST_MEMORY_CHILD";
const SMALL: u64 = 1 << 20;
const BIG: u64 = 300 << 20;
const MAY_GROW_KIB: u64 = 16 * 1024;

#[test]
fn memory_does_not_grow_with_the_document() {
    measured_alone("memory::memory_does_not_grow_with_the_document", CHILD, 4, measure);
}

fn measure() {
    let header = headers()[1];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sealed");
    let stream = |length| {
        let to = File::create(&path).unwrap();
        let (key, summary) =
            envelope::seal_stream(&header, Counting::of(length), to, Options::default()).unwrap();
        assert_eq!(summary.digests.length, length);
        (key, summary)
    };
    let sealer = |length| {
        let mut sealer = Sealer::new(&header, io::sink(), Options::default()).unwrap();
        assert_eq!(io::copy(&mut Counting::of(length), &mut sealer).unwrap(), length);
        sealer.finish().unwrap();
    };
    let (key, summary) = stream(SMALL);
    let open = |key: &privity::keys::DocumentKey, summary| {
        let opener =
            Opener::new(key.opening_key(), &Expected::from(summary), File::open(&path).unwrap()).unwrap();
        opener.copy_to(io::sink(), Options::default()).unwrap()
    };
    let read = |key: &privity::keys::DocumentKey, summary| {
        let opener =
            Opener::new(key.opening_key(), &Expected::from(summary), File::open(&path).unwrap()).unwrap();
        let mut sink = BufWriter::new(io::sink());
        let count = io::copy(&mut opener.reader(), &mut sink).unwrap();
        sink.flush().unwrap();
        count
    };
    sealer(SMALL);
    assert_eq!(open(&key, &summary), SMALL);
    assert_eq!(read(&key, &summary), SMALL);

    let before = peak();
    let report = |what: &str| {
        let growth = peak() - before;
        println!("{what}: {growth} KiB more for {BIG} bytes than for {SMALL}");
        assert!(growth <= MAY_GROW_KIB, "{what}");
    };
    let (key, summary) = stream(BIG);
    report("seal_stream");
    sealer(BIG);
    report("Sealer");
    assert_eq!(open(&key, &summary), BIG);
    report("copy_to");
    assert_eq!(read(&key, &summary), BIG);
    report("Reader");
}

/// As many bytes as asked for, from nowhere.
struct Counting {
    left: u64,
}

impl Counting {
    fn of(left: u64) -> Self {
        Self { left }
    }
}

impl Read for Counting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.left.min(out.len() as u64) as usize;
        out[..count].fill(self.left as u8);
        self.left -= count as u64;
        Ok(count)
    }
}
