//! Chunks dropped, swapped, repeated, spliced in; files cut and extended: files of up to 8 chunks.

use std::ops::Range;

use privity::envelope::{self, Expected, Header, Opener};
use privity::testing;

use super::{Sealed, headers, on_two_threads, refused, tally};

const CHUNK: usize = 16 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;

#[test]
fn no_chunk_can_be_dropped_swapped_or_repeated() {
    let mut cases = 0;
    for header in headers() {
        for chunks in 1..=8 {
            let sealed = document(&header, chunks);
            let places = chunk_places(&sealed);
            assert!((1..=8).contains(&places.len()));
            for i in 0..places.len() {
                let mut dropped = sealed.bytes.clone();
                dropped.drain(places[i].clone());
                cases += expect_whole_refusal(&sealed, &dropped);
                for to in 0..=places.len() {
                    let at = places.get(to).map_or(sealed.bytes.len(), |place| place.start);
                    let mut repeated = sealed.bytes.clone();
                    repeated.splice(at..at, sealed.bytes[places[i].clone()].to_vec());
                    cases += expect_whole_refusal(&sealed, &repeated);
                }
                for j in i + 1..places.len() {
                    cases += expect_whole_refusal(&sealed, &swapped(&sealed.bytes, &places[i], &places[j]));
                }
            }
        }
    }
    println!("dropped, repeated, swapped: {cases} files refused");
}

#[test]
fn a_range_that_touches_a_foreign_chunk_is_refused_and_others_are_right() {
    let mut ranges = 0;
    for header in headers() {
        let sealed = document(&header, 5);
        let places = chunk_places(&sealed);
        let honest = Opener::new(&sealed.key, &sealed.expected(), &sealed.bytes).unwrap();
        let whole = places.len() - 1;
        for (i, j) in [(0, 1), (0, whole - 1), (1, 2)] {
            let damaged = swapped(&sealed.bytes, &places[i], &places[j]);
            let opener = Opener::new(&sealed.key, &sealed.expected(), &damaged).unwrap();
            for chunk in 0..=whole {
                let at = chunk * CHUNK;
                let mut right = vec![0; (sealed.content.len() - at).min(9)];
                honest.read_exact_at(at as u64, &mut right).unwrap();
                assert_eq!(right, sealed.content[at..at + right.len()]);
                let mut out = vec![0xEE; right.len()];
                let read = opener.read_exact_at(at as u64, &mut out);
                if chunk == i || chunk == j {
                    assert_eq!(refused(read, chunk), "content-refused");
                    assert!(out.iter().all(|byte| *byte == 0), "something left after an error");
                } else {
                    read.unwrap();
                    assert_eq!(out, right);
                }
                ranges += 1;
            }
        }
    }
    println!("ranges beside and in swapped chunks: {ranges}");
}

#[test]
fn no_chunk_of_another_sealing_fits() {
    let mut cases = 0;
    for header in headers() {
        let sealed = document(&header, 4);
        let places = chunk_places(&sealed);
        let other_salt = Sealed::new(&header, KEY, [0x77; 24], sealed.content.len());
        let other_key = Sealed::new(&header, [0x66; 32], SALT, sealed.content.len());
        let other_version = {
            let header = Header::new(header.firm(), header.document(), 2).unwrap();
            let header = header.with_profile(sealed.summary.header.profile());
            let header = header.with_padding(sealed.summary.header.padding());
            Sealed::new(&header, KEY, SALT, sealed.content.len())
        };
        for other in [&other_salt, &other_key, &other_version] {
            assert_eq!(envelope::open(&other.key, &other.expected(), &other.bytes).unwrap(), other.content);
            assert_eq!(other.bytes.len(), sealed.bytes.len());
            for place in &places {
                let mut spliced = sealed.bytes.clone();
                spliced[place.clone()].copy_from_slice(&other.bytes[place.clone()]);
                cases += expect_whole_refusal(&sealed, &spliced);
            }
            // The seal of the other behind our header, and only its salt and commitment.
            let at = sealed.seal_at();
            let whole = [&sealed.bytes[..at], &other.bytes[at..]].concat();
            let prefix = [&sealed.bytes[..at], &other.bytes[at..at + 56], &sealed.bytes[at + 56..]].concat();
            for spliced in [whole, prefix] {
                let same = spliced == other.bytes && testing::expose_key(&other.key) == &KEY;
                let code = refused(envelope::open(&sealed.key, &sealed.expected(), &spliced), "seal");
                assert_eq!(code, "seal-mismatch");
                let opened = envelope::open(&sealed.key, &sealed.only_header(), &spliced);
                match same {
                    // Our own key over our own header: what the seal id on record is for.
                    true => assert_eq!(opened.unwrap(), other.content),
                    false => assert_eq!(refused(opened, "seal"), "content-refused"),
                }
                cases += 1;
            }
        }
        let code = refused(envelope::open(&sealed.key, &sealed.expected(), &other_version.bytes), "version");
        assert_eq!(code, "header-mismatch");
    }
    println!("spliced: {cases} files refused");
}

#[test]
fn no_file_can_be_cut_anywhere() {
    let mut cuts = 0;
    for header in headers() {
        let sealed = document(&header, 8);
        assert!(Opener::new(&sealed.key, &sealed.expected(), &sealed.bytes).is_ok());
        let frame = sealed.seal_at();
        let all = on_two_threads(sealed.bytes.len(), |length| {
            let cut = &sealed.bytes[..length];
            let code = refused(Opener::new(&sealed.key, &sealed.expected(), cut), length);
            let right = match length {
                0..8 => "not-a-sealed-document",
                _ if length < frame => "sealed-length",
                _ if length < frame + 72 || (length - frame - 56) % SEALED_CHUNK < 16 => "sealed-length",
                _ => "content-refused",
            };
            assert_eq!(code, right, "{length}");
            code
        });
        cuts += all.values().sum::<usize>();
    }
    println!("cut: {cuts} lengths refused");
}

#[test]
fn no_file_can_be_extended() {
    let mut extensions = 0;
    for header in headers() {
        let sealed = document(&header, 3);
        let places = chunk_places(&sealed);
        let all = on_two_threads(SEALED_CHUNK + 32, |more| {
            let mut extended = sealed.bytes.clone();
            extended.resize(sealed.bytes.len() + more + 1, 0);
            let code = refused(Opener::new(&sealed.key, &sealed.expected(), &extended), more);
            let chunks = extended.len() - sealed.seal_at() - 56;
            let right = if chunks % SEALED_CHUNK < 16 { "sealed-length" } else { "content-refused" };
            assert_eq!(code, right, "{more}");
            code
        });
        extensions += all.values().sum::<usize>();
        for place in &places {
            let extended = [sealed.bytes.as_slice(), &sealed.bytes[place.clone()]].concat();
            extensions += expect_whole_refusal(&sealed, &extended);
        }
        let twice = [sealed.bytes.as_slice(), &sealed.bytes].concat();
        extensions += expect_whole_refusal(&sealed, &twice);
    }
    println!("extended: {extensions} files refused");
}

#[test]
fn a_document_is_not_taken_for_another() {
    for header in headers() {
        let sealed = document(&header, 1);
        let (firm, document) = (header.firm(), header.document());
        let like = |other: Header| other.with_profile(header.profile()).with_padding(header.padding());
        let mut others = vec![
            like(Header::new(firm, document, 2).unwrap()),
            like(Header::new(firm, privity::DocumentId::from_bytes([0; 16]), 1).unwrap()),
            like(Header::new(privity::FirmId::from_bytes([0; 16]), document, 1).unwrap()),
        ];
        others.extend(headers().filter(|other| *other != header));
        for other in others {
            let opened = envelope::open(&sealed.key, &Expected::header(other), &sealed.bytes);
            assert_eq!(refused(opened, other), "header-mismatch");
        }
        assert!(envelope::open(&sealed.key, &sealed.only_header(), &sealed.bytes).is_ok());
    }
    let all = tally([("header-mismatch", 4 * 6)]);
    println!("other documents: {all:?}");
}

const KEY: [u8; 32] = [0x5C; 32];
const SALT: [u8; 24] = [0x5A; 24];

/// A document of this many chunks, the last of them short.
fn document(header: &Header, chunks: usize) -> Sealed {
    Sealed::new(header, KEY, SALT, (chunks - 1) * CHUNK + 1_000)
}

fn chunk_places(sealed: &Sealed) -> Vec<Range<usize>> {
    let (from, end) = (sealed.seal_at() + 56, sealed.bytes.len());
    (from..end).step_by(SEALED_CHUNK).map(|at| at..(at + SEALED_CHUNK).min(end)).collect()
}

fn swapped(bytes: &[u8], a: &Range<usize>, b: &Range<usize>) -> Vec<u8> {
    let (before, between, after) = (&bytes[..a.start], &bytes[a.end..b.start], &bytes[b.end..]);
    [before, &bytes[b.clone()], between, &bytes[a.clone()], after].concat()
}

/// A whole read is refused whatever is on record; the honest bytes are not. Counts as one case.
fn expect_whole_refusal(sealed: &Sealed, damaged: &[u8]) -> usize {
    assert_ne!(damaged, sealed.bytes);
    for expected in [sealed.expected(), sealed.only_header()] {
        assert_eq!(envelope::open(&sealed.key, &expected, &sealed.bytes).unwrap(), sealed.content);
        let code = refused(envelope::open(&sealed.key, &expected, damaged), damaged.len());
        assert!(code == "content-refused" || code == "sealed-length", "{code}");
        let left = (damaged.len() - sealed.seal_at()).saturating_sub(56);
        assert_eq!(code == "sealed-length", left % SEALED_CHUNK < 16);
    }
    1
}
