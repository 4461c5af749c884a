//! The framings of a share: ZIP, SHA256SUMS, SSHSIG and JSON. What must hold for all of them, and what
//! must be refused. Every refusal first shows that the honest bytes are taken, and prints how many
//! cases it ran.

#[path = "sharing_framings/build.rs"]
mod build;
#[path = "sharing_framings/flips.rs"]
mod flips;
#[path = "sharing_framings/hostile.rs"]
mod hostile;
#[path = "sharing_framings/large.rs"]
mod large;
#[path = "sharing_framings/properties.rs"]
mod properties;

use std::io::Read;

use privity::Result;
use privity::testing::zip::{Entry, Layout, Reader};
use privity::testing::{Hasher, sha256};

/// Name and content of a file.
type Files = Vec<(String, Vec<u8>)>;

fn files(list: &[(&str, &[u8])]) -> Files {
    list.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

fn small() -> Files {
    files(&[
        ("README.txt", b"read me\n"),
        ("empty", b""),
        ("documents/0001-Brief § 1.pdf", b"%PDF-1.7 a small exhibit"),
    ])
}

fn crc32(content: &[u8]) -> u32 {
    let mut hasher = Hasher::default();
    hasher.update(content);
    hasher.finish().crc32
}

fn pack(files: &Files) -> Vec<u8> {
    let entry = |(name, content): &(String, Vec<u8>)| Entry {
        name: name.clone(),
        size: content.len() as u64,
        crc32: crc32(content),
    };
    let layout = Layout::new(files.iter().map(entry).collect()).unwrap();
    let mut archive = Vec::new();
    for (at, (_, content)) in files.iter().enumerate() {
        archive.extend(layout.local_header(at).unwrap());
        archive.extend(content);
    }
    archive.extend(layout.tail());
    assert_eq!(archive.len() as u64, layout.len());
    archive
}

/// Reads an archive to its end.
fn unpack(from: impl Read) -> Result<Files> {
    let mut reader = Reader::new(from);
    let mut files = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let mut content = Vec::new();
        reader.read_to_end(&mut content)?;
        assert_eq!((content.len() as u64, crc32(&content)), (entry.size, entry.crc32));
        files.push((entry.name, content));
    }
    assert!(reader.next_entry()?.is_none(), "the end stays");
    Ok(files)
}

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
