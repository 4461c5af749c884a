//! The framings of a share: ZIP, SHA256SUMS, SSHSIG and JSON. What must hold for all of them, and what
//! must be refused. Every refusal first shows that the honest bytes are taken, and prints how many
//! cases it ran.

#[path = "sharing_framings/archive.rs"]
mod archive;
#[path = "sharing_framings/build.rs"]
mod build;
#[path = "sharing_framings/cases.rs"]
mod cases;
#[path = "sharing_framings/flips.rs"]
mod flips;
#[path = "sharing_framings/hostile.rs"]
mod hostile;
#[path = "sharing_framings/large.rs"]
mod large;
#[path = "sharing_framings/properties.rs"]
mod properties;

use std::io::Read;

use archive::{Files, crc32, files, pack, small, unpack};
use privity::testing::sha256;
use privity::testing::zip::Reader;

/// Opens in every way there is: all refuse with one code.
fn refused(archive: &[u8]) -> &'static str {
    let code = unpack(archive).expect_err("refused").code();
    assert_eq!(unpack(Drip(archive)).expect_err("refused").code(), code);
    let mut passing_over = Reader::new(archive);
    let error = loop {
        match passing_over.next_entry() {
            Ok(entry) => assert!(entry.is_some(), "accepted when contents are passed over"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), code);
    // An error stays one.
    assert_eq!(passing_over.next_entry().unwrap_err().code(), "zip");
    assert!(passing_over.read(&mut [0; 8]).is_err());
    code
}

/// Gives one byte at a time.
struct Drip<'b>(&'b [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = out.len().min(1);
        self.0.read(&mut out[..count])
    }
}

#[test]
fn an_archive_comes_back() {
    for list in [vec![], files(&[("a", b"")]), small()] {
        let archive = pack(&list);
        assert_eq!(unpack(archive.as_slice()).unwrap(), list);
        assert_eq!(unpack(Drip(&archive)).unwrap(), list);
    }
    // By another implementation of the format's text: Python's zlib and struct.
    let told = "b4724c3a5aaa88f8ae98f92c2a8654aa75bafd2cb7c886fc7cd33ab3a6d43d50";
    assert_eq!(sha256(&pack(&small())).to_string(), told);
}

/// What a source fails with is not taken for a fault of the archive.
#[test]
fn a_failing_source_keeps_its_error() {
    let archive = pack(&small());
    for at in 0..archive.len() {
        let failing = archive[..at].chain(Broken);
        assert_eq!(unpack(failing).unwrap_err().code(), "content-refused", "{at}");
    }
    assert_eq!(unpack(archive.as_slice().chain(Broken)).unwrap_err().code(), "content-refused");
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(privity::Error::from(privity::Code::ContentRefused).into())
    }
}
