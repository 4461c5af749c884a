//! Step 9: the documents, under a signature, a list and a manifest that are good.

use privity::sharing::Step;

use super::forge::{DOCUMENTS, Parts, Verdict, listed, map};
use super::{Case, run};

const ALTERED: Verdict = (Step::Contents, "entry-altered");
const OTHERS: Verdict = (Step::Contents, "share-documents");
const NAME: Verdict = (Step::Contents, "entry-name");
const ZIP: Verdict = (Step::Contents, "zip");

fn push(it: &mut Parts, name: &str, content: &[u8]) {
    it.files.push((name.to_owned(), content.to_vec()));
}

/// The place of the first document.
fn first(it: &Parts) -> usize {
    it.files.len() - DOCUMENTS.len()
}

fn size(it: &mut Parts, size: i64) {
    it.manifest(|members| {
        drop(map(&mut listed(members)[0]).insert("size".into(), privity::testing::json::Value::Integer(size)))
    });
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("a byte of a document", ALTERED, |it| it.document(0, |content| content[0] ^= 1)),
    ("the last byte of the last document", ALTERED, |it| it.document(2, |content| *content.last_mut().unwrap() ^= 1)),
    ("the contents of two documents of one size changed about", ALTERED, |it| {
        let swapped: Vec<u8> = DOCUMENTS[0].1.iter().rev().copied().collect();
        it.document(0, |content| *content = swapped);
    }),
    ("a document cut", OTHERS, |it| it.document(0, |content| content.truncate(content.len() - 1))),
    ("a document made longer", OTHERS, |it| it.document(0, |content| content.push(0))),
    ("a document emptied", OTHERS, |it| it.document(0, Vec::clear)),
    ("an empty document filled", OTHERS, |it| it.document(1, |content| content.push(0))),
    ("the hash in a good list is another's", ALTERED, |it| {
        let line = it.text("SHA256SUMS").lines().find(|line| line.ends_with("b.bin")).unwrap().to_owned();
        it.sums(|text| text.replace(&line, &format!("{}{}", "0".repeat(64), &line[64..])));
    }),
    ("a size in a good manifest that is too small", OTHERS, |it| size(it, 11)),
    ("a size in a good manifest that is too great", OTHERS, |it| size(it, 13)),
    ("a size in a good manifest of everything", OTHERS, |it| size(it, (1 << 53) - 1)),
    ("the first document missing", OTHERS, |it| { let at = first(it); it.files.remove(at); }),
    ("the last document missing", OTHERS, |it| drop(it.files.pop())),
    ("every document missing", OTHERS, |it| { let at = first(it); it.files.truncate(at); }),
    ("two documents changed about", OTHERS, |it| { let at = first(it); it.files.swap(at, at + 1); }),
    ("a document renamed", OTHERS, |it| { let at = first(it); it.files[at].0 = "documents/0001-Exhibit 2.pdf".into(); }),
    ("a document renamed to another's case", OTHERS, |it| { let at = first(it); it.files[at].0 = "documents/0001-EXHIBIT 1.pdf".into(); }),
    ("a document in a folder below", OTHERS, |it| { let at = first(it); it.files[at].0 = "documents/a/0001-Exhibit 1.pdf".into(); }),
    ("a document twice", ZIP, |it| { let last = it.files.last().unwrap().clone(); it.files.push(last); }),
    ("a twin in another case behind", ZIP, |it| push(it, "documents/0003-B.BIN", b"x")),
    ("a file below a document", ZIP, |it| push(it, "documents/0003-b.bin/x", b"x")),
    ("the manifest twice", ZIP, |it| push(it, "privity/manifest.json", b"{}\n")),
    ("README once more, in another case", ZIP, |it| push(it, "readme.TXT", b"x")),
    ("a file behind", OTHERS, |it| push(it, "documents/0004-x", b"x")),
    ("an empty file behind", OTHERS, |it| push(it, "documents/0004-x", b"")),
    ("a file beside the documents behind", OTHERS, |it| push(it, "autorun.inf", b"x")),
    ("a standing behind the documents", OTHERS, |it| push(it, "privity/chain.cbor", b"x")),
    ("a file before the documents", OTHERS, |it| { let at = first(it); it.files.insert(at, ("privity/x".into(), vec![])); }),
    ("a file above the folder", NAME, |it| push(it, "../x", b"x")),
    ("a file anywhere", NAME, |it| push(it, "/etc/cron.d/x", b"x")),
    ("a file of another drive", NAME, |it| push(it, "C:/x", b"x")),
    ("a device", NAME, |it| push(it, "documents/CON", b"x")),
    ("a name with a NUL", NAME, |it| push(it, "documents/0004-x\0.pdf", b"x")),
    ("a name that reads backwards", NAME, |it| push(it, "documents/0004-\u{202e}fdp.exe", b"x")),
    ("a name that ends in a full stop", NAME, |it| push(it, "documents/0004-x.", b"x")),
    ("a wrong CRC-32", ZIP, |it| it.zip = Some(|zip| zip.files[4].both(|header| header.crc32 ^= 1))),
    ("a wrong CRC-32 of nothing", ZIP, |it| it.zip = Some(|zip| zip.files[5].both(|header| header.crc32 = 1))),
    ("a symbolic link", ZIP, |it| it.zip = Some(|zip| zip.files[4].external = 0o120_777 << 16)),
    ("a program", ZIP, |it| it.zip = Some(|zip| zip.files[4].external = 0o100_755 << 16)),
    ("a document that the directory has not", ZIP, |it| it.zip = Some(|zip| zip.files[6].listed = false)),
    ("another name in the directory", ZIP, |it| it.zip = Some(|zip| zip.files[4].central.name = b"documents/0001-Exhibit 1.exe".to_vec())),
    ("an archive behind", ZIP, |it| it.zip = Some(|zip| zip.after = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec())),
];

#[test]
fn contents_that_were_not_signed_are_refused() {
    run(CASES);
}
