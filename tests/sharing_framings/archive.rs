//! Archives as an honest program packs and unpacks them.
#![allow(dead_code)] // Each test program uses its part.

use std::io::Read;

use privity::Result;
use privity::testing::Hasher;
use privity::testing::zip::{Entry, Layout, Reader};

/// Name and content of a file.
pub type Files = Vec<(String, Vec<u8>)>;

pub fn files(list: &[(&str, &[u8])]) -> Files {
    list.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

pub fn small() -> Files {
    files(&[
        ("README.txt", b"read me\n"),
        ("empty", b""),
        ("documents/0001-Brief § 1.pdf", b"%PDF-1.7 a small exhibit"),
    ])
}

pub fn crc32(content: &[u8]) -> u32 {
    let mut hasher = Hasher::default();
    hasher.update(content);
    hasher.finish().crc32
}

pub fn pack(files: &Files) -> Vec<u8> {
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
pub fn unpack(from: impl Read) -> Result<Files> {
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
