//! A range reads the chunks it touches and no others, whatever the size of the file.

use std::io;
use std::sync::Mutex;

use privity::sharing::age::{self, Opener, ReadAt};

use super::{options, to, x25519};

/// Notes every read.
struct Watched<'f>(&'f [u8], Mutex<Vec<(u64, usize)>>);

impl ReadAt for Watched<'_> {
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }

    fn read_exact_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        self.1.lock().unwrap().push((at, out.len()));
        self.0.read_exact_at(at, out)
    }
}

#[test]
fn a_range_touches_at_most_three_chunks_and_opening_the_header_and_the_last() {
    const SEALED: u64 = 65_552;
    let identity = x25519(4);
    let content = vec![7; 32 << 20];
    let mut file = Vec::new();
    age::seal_stream(&to(&identity), content.as_slice(), &mut file, options(2)).unwrap();
    let watched = Watched(&file, Mutex::default());
    let opener = Opener::new(&[&identity], &watched).unwrap();
    let base = file.len() as u64 - 512 * SEALED;
    let reads = std::mem::take(&mut *watched.1.lock().unwrap());
    let (last, first) = reads.split_last().unwrap();
    assert_eq!(*last, (base + 511 * SEALED, 65_552));
    assert!(first.iter().all(|(at, length)| at + *length as u64 <= 8192), "{first:?}");
    for at in [0, 1, 65_535, 65_536, 1 << 20, (1 << 24) + 12_345, (32 << 20) - 65_536] {
        let mut page = vec![0; 65_536];
        opener.read_exact_at(at, &mut page).unwrap();
        assert!(page.iter().all(|&byte| byte == 7));
        let reads = std::mem::take(&mut *watched.1.lock().unwrap());
        assert!(reads.len() <= 2 && reads.iter().all(|(_, length)| *length == 65_552), "{at}: {reads:?}");
        assert!(reads.iter().all(|(from, _)| (from - base).is_multiple_of(SEALED)));
    }
    // Nothing is handed out of a chunk that was altered since the file was opened, and all of the
    // rest is.
    let mut damaged = file.clone();
    damaged[usize::try_from(base + 5 * SEALED + 100).unwrap()] ^= 1;
    let opener = Opener::new(&[&identity], damaged).unwrap();
    let mut page = vec![9; 65_536];
    assert_eq!(opener.read_exact_at(5 * 65_536 - 10, &mut page).unwrap_err().code(), "content-refused");
    assert_eq!(page, [0; 65_536]);
    opener.read_exact_at(6 * 65_536, &mut page).unwrap();
    assert_eq!(page, [7; 65_536]);
}
