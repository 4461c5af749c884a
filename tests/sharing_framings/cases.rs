//! What can be wrong with an archive. Each case deviates from the honest one in what its name says alone.

use super::archive::{files, pack, small};
use super::build::{Builder, File};

/// A deviation, and the code it is refused with.
pub type Case = (&'static str, &'static str, fn(&mut Builder));

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    ("descriptor flag", "zip", |zip| zip.files[0].both(|header| header.flags |= 8)),
    ("descriptor", "zip", |zip| zip.files[0].descriptor = b"PK\x07\x08\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
    ("descriptor with its flag, sizes only there", "zip", |zip| {
        let file = &mut zip.files[0];
        let (crc32, size) = (file.local.crc32.to_le_bytes(), file.local.size.to_le_bytes());
        file.descriptor = [b"PK\x07\x08".as_slice(), &crc32, &size, &size].concat();
        file.both(|header| header.flags |= 8);
        (file.local.crc32, file.local.size, file.local.stored) = (0, 0, 0);
    }),
    ("encrypted", "zip", |zip| zip.files[0].both(|header| header.flags |= 1)),
    ("masked names", "zip", |zip| zip.files[0].both(|header| header.flags |= 0x2000)),
    ("names not UTF-8 by their flag", "zip", |zip| zip.files[0].both(|header| header.flags = 0)),
    ("names not UTF-8 in the directory", "zip", |zip| zip.files[0].central.flags = 0),
    ("deflate", "zip", |zip| zip.files[0].both(|header| header.method = 8)),
    ("deflate in the directory", "zip", |zip| zip.files[0].central.method = 8),
    ("other version", "zip", |zip| zip.files[0].both(|header| header.version = 10)),
    ("version of ZIP64 without it", "zip", |zip| zip.files[0].both(|header| header.version = 45)),
    ("made on DOS", "zip", |zip| zip.files[0].made_by = 0x0014),
    ("time", "zip", |zip| zip.files[0].both(|header| header.time = 1)),
    ("date", "zip", |zip| zip.files[0].both(|header| header.date = 0x5999)),
    ("extra field", "zip", |zip| zip.files[0].both(|header| header.extra = b"UT\x05\0\x01\0\0\0\0".to_vec())),
    ("extra field in the local header", "zip", |zip| zip.files[0].local.extra = vec![0xFE, 0xCA, 0, 0]),
    ("extra field in the directory", "zip", |zip| zip.files[0].central.extra = vec![0xFE, 0xCA, 0, 0]),
    ("a name in an extra field", "zip", |zip| {
        zip.files[0].central.extra = b"up\x09\0\x01\0\0\0\0evil".to_vec();
    }),
    ("ZIP64 where the size fits", "zip", |zip| {
        let size = u64::from(zip.files[0].local.size).to_le_bytes();
        zip.files[0].both(|header| {
            header.version = 45;
            (header.size, header.stored) = (u32::MAX, u32::MAX);
            header.extra = [b"\x01\0\x10\0".as_slice(), &size, &size].concat();
        });
    }),
    ("an empty ZIP64 field", "zip", |zip| zip.files[0].both(|header| header.extra = b"\x01\0\0\0".to_vec())),
    ("the mark of ZIP64 without it", "zip", |zip| zip.files[0].both(|header| {
        (header.size, header.stored) = (u32::MAX, u32::MAX);
    })),
    ("a ZIP64 end where nothing needs it", "zip", |zip| zip.before_end = [
        b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\x03\x2d\0\0\0\0\0\0\0\0\0".as_slice(), &[0; 32], b"PK\x06\x07", &[0; 16],
    ].concat()),
    ("a gap between entries", "zip", |zip| zip.files[1].gap = vec![0]),
    ("a hidden entry between entries", "zip", |zip| zip.files[1].listed = false),
    ("an entry that the directory has not", "zip", |zip| zip.files.last_mut().unwrap().listed = false),
    ("an entry that only the directory has", "zip", |zip| {
        let ghost = b"PK\x01\x02\x14\x03\x14\0\0\x08\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0ghost";
        zip.before_end = ghost.to_vec();
        (zip.end.here, zip.end.entries) = (Some(4), Some(4));
    }),
    ("a gap before the directory", "zip", |zip| zip.before_directory = vec![0]),
    ("a gap before the end", "zip", |zip| zip.before_end = vec![0]),
    ("an overlap: two entries at one place", "zip", |zip| zip.files[1].offset = Some(0)),
    ("an overlap: an entry inside of another", "zip", |zip| {
        let inner = pack(&files(&[("inner", b"hidden")]));
        let inner = inner[..inner.len() - 22 - 46 - 5].to_vec();
        zip.files[0] = File::of(b"README.txt", &inner);
        zip.files[1] = File::of(b"inner", b"hidden");
        zip.files[1].offset = Some(40);
    }),
    ("a comment of the archive", "zip", |zip| zip.end.comment = b"x".to_vec()),
    ("a comment of an entry", "zip", |zip| zip.files[0].comment = b"x".to_vec()),
    ("an archive in the comment", "zip", |zip| zip.end.comment = pack(&small())),
    ("a prefix", "zip", |zip| zip.before = b"#!/bin/sh\n".to_vec()),
    ("the mark of a spanned archive", "zip", |zip| zip.before = b"PK\x07\x08".to_vec()),
    ("a prefix that the offsets ignore", "zip", |zip| {
        zip.before = vec![0];
        let mut at = 0;
        for file in &mut zip.files {
            file.offset = Some(at);
            at += u32::try_from(30 + file.local.name.len() + file.content.len()).unwrap();
        }
        zip.end.offset = Some(at);
    }),
    ("a suffix", "zip", |zip| zip.after = vec![0]),
    ("a second archive behind", "zip", |zip| zip.after = pack(&small())),
    ("a second end behind", "zip", |zip| zip.after = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
    ("another order in the directory", "zip", |zip| {
        let (a, b) = (zip.files[0].central.clone(), zip.files[1].central.clone());
        (zip.files[0].central, zip.files[1].central) = (b, a);
    }),
    ("two entries of one name", "zip", |zip| zip.files[1].both(|header| header.name = b"README.txt".to_vec())),
    ("twins in another case", "zip", |zip| zip.files[1].both(|header| header.name = b"readme.TXT".to_vec())),
    ("a file that is a folder too", "zip", |zip| {
        zip.files[1].both(|header| header.name = b"README.TXT/x".to_vec());
    }),
    ("another name in the directory", "zip", |zip| zip.files[0].central.name = b"README.exe".to_vec()),
    ("another size in the directory", "zip", |zip| zip.files[0].central.size -= 1),
    ("another stored size", "zip", |zip| zip.files[0].both(|header| header.stored -= 1)),
    ("another CRC-32 in the directory", "zip", |zip| zip.files[0].central.crc32 ^= 1),
    ("a wrong CRC-32", "zip", |zip| zip.files[0].both(|header| header.crc32 ^= 1)),
    ("a wrong CRC-32 of nothing", "zip", |zip| zip.files[1].both(|header| header.crc32 = 1)),
    ("a size that is too long", "zip", |zip| zip.files[2].both(|header| {
        (header.size, header.stored) = (header.size + 1, header.stored + 1);
    })),
    ("a size that is too short", "zip", |zip| zip.files[2].both(|header| {
        (header.size, header.stored) = (header.size - 1, header.stored - 1);
    })),
    ("a huge size", "zip", |zip| zip.files[2].both(|header| {
        (header.size, header.stored) = (u32::MAX - 1, u32::MAX - 1);
    })),
    ("a symbolic link", "zip", |zip| zip.files[0].external = 0o120_777 << 16),
    ("a set-uid file", "zip", |zip| zip.files[0].external = 0o104_755 << 16),
    ("a folder by attribute", "zip", |zip| zip.files[0].external = 0x10),
    ("a text by attribute", "zip", |zip| zip.files[0].internal = 1),
    ("another disk", "zip", |zip| zip.files[0].disk = 1),
    ("another disk at the end", "zip", |zip| zip.end.disk = 1),
    ("the directory on another disk", "zip", |zip| zip.end.directory_disk = 1),
    ("a count of this disk", "zip", |zip| zip.end.here = Some(1)),
    ("a count", "zip", |zip| zip.end.entries = Some(2)),
    ("the mark of a ZIP64 count", "zip", |zip| (zip.end.here, zip.end.entries) = (Some(0xFFFF), Some(0xFFFF))),
    ("a size of the directory", "zip", |zip| zip.end.size = Some(1)),
    ("an offset of the directory", "zip", |zip| zip.end.offset = Some(0)),
    ("the mark of a ZIP64 offset", "zip", |zip| zip.end.offset = Some(u32::MAX)),
];

/// Names under which nothing may be unpacked.
#[rustfmt::skip]
pub const NAMES: &[&[u8]] = &[
    b"", b"../x", b"a/../../x", b"..", b".", b"/etc/passwd", b"//server/x", b"C:x", b"c:/x", b"a\\b", b"..\\x", b"a\0b",
    b"a\nb", b"folder/", b"a//b", b"./a", b"con", b"documents/NUL.pdf", b"com1", b"a.", b"a ", b"a*", b"a?", b"a\"b", b"a|b", b"<a>",
    b"a\xff", b"\xc0\xae\xc0\xae/x", b"\xed\xa0\x80",
    "a\u{202e}fdp.exe".as_bytes(), "a\u{2067}b".as_bytes(), "a\u{200b}b".as_bytes(), "\u{feff}a".as_bytes(),
    &[b'x'; 256], &[b'x'; 513], &[b'x'; 65_535],
];
