//! More than 4 GiB, which nobody stores: a source of zeros between headers.

use std::io::{self, Cursor, Read};

use privity::testing::zip::{Entry, Layout, Reader};

/// 2^32 + 5 bytes of zero, and their CRC-32 by Python's zlib.
const SIZE: u64 = (1 << 32) + 5;
const CRC32: u32 = 0xB1C2_A1A3;

#[test]
fn an_archive_of_more_than_4_gib_is_read_to_its_end() {
    let last = b"behind it";
    let entries = vec![
        Entry { name: "documents/0001-disk image".into(), size: SIZE, crc32: CRC32 },
        Entry { name: "documents/0002-last".into(), size: 9, crc32: super::crc32(last) },
    ];
    let layout = Layout::new(entries.clone()).unwrap();
    let archive = |crc32: u32, cut: u64| {
        let mut first = entries.clone();
        first[0].crc32 = crc32;
        let layout = Layout::new(first).unwrap();
        let head = Cursor::new(layout.local_header(0).unwrap());
        let tail = [layout.local_header(1).unwrap(), last.to_vec(), layout.tail()].concat();
        head.chain(io::repeat(0).take(SIZE - cut)).chain(Cursor::new(tail))
    };
    let mut reader = Reader::new(archive(CRC32, 0));
    assert_eq!(reader.next_entry().unwrap().unwrap(), entries[0]);
    let (mut piece, mut count) = (vec![1; 1 << 20], 0);
    loop {
        match reader.read(&mut piece).unwrap() {
            0 => break,
            read => count += read as u64,
        }
    }
    assert_eq!(count, SIZE);
    // What is left of it is passed over; its offset needs ZIP64, and the directory's too.
    assert_eq!(reader.next_entry().unwrap().unwrap(), entries[1]);
    assert_eq!(reader.next_entry().unwrap(), None);
    assert_eq!(layout.tail().len(), 2 * 46 + 25 + 19 + 20 + 12 + 56 + 20 + 22);
    println!("{} bytes read", layout.len());
}
