//! Hostile lengths, counts, depths and sources: a typed error after bounded work.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use privity::envelope::{self, Expected, Opener, Options, Padding, ReadAt, Threads};
use privity::keys::Identity;
use privity::testing::label::SealKind;
use privity::testing::{self, SealContext, seal};

use super::{Sealed, headers, refused};

const CHUNK: u64 = 16 * 1024;
const SEALED_CHUNK: u64 = CHUNK + 16;

#[test]
fn a_header_length_is_bounded_before_anything_is_read() {
    let sealed = Sealed::new(&headers().next().unwrap(), [0x5C; 32], [0x5A; 24], 10_000);
    let with_length = |length: u32| {
        let mut bytes = sealed.bytes.clone();
        bytes[8..12].copy_from_slice(&length.to_be_bytes());
        bytes
    };
    let right = (sealed.seal_at() - 12) as u32;
    assert!(envelope::open(&sealed.key, &sealed.expected(), &with_length(right)).is_ok());
    let mut cases = 0;
    let wrong = [
        (0, "cbor"),
        (1, "cbor"),
        (right - 1, "cbor"),
        (right + 1, "cbor"),
        (4096, "cbor"),
        (4097, "too-large"),
    ];
    for (length, code) in wrong.into_iter().chain([(1 << 31, "too-large"), (u32::MAX, "too-large")]) {
        let opened = envelope::open(&sealed.key, &sealed.expected(), &with_length(length));
        assert_eq!(refused(opened, length), code);
        cases += 1;
    }
    let short = &with_length(4096)[..4107];
    assert_eq!(refused(envelope::open(&sealed.key, &sealed.expected(), short), "short"), "sealed-length");
    println!("header lengths: {} refused", cases + 1);
}

#[test]
fn counts_and_depths_of_a_header_are_bounded() {
    let sealed = Sealed::new(&headers().next().unwrap(), [0x5C; 32], [0x5A; 24], 100);
    let frame = |header: &[u8]| {
        let length = (header.len() as u32).to_be_bytes();
        [b"PRVYDOC1".as_slice(), &length, header, &sealed.bytes[sealed.seal_at()..]].concat()
    };
    let honest = &sealed.bytes[12..sealed.seal_at()];
    assert!(envelope::open(&sealed.key, &sealed.expected(), &frame(honest)).is_ok());
    let hostile = bombs(4096);
    for (name, header, code) in &hostile {
        let opened = envelope::open(&sealed.key, &sealed.expected(), &frame(header));
        assert_eq!(refused(opened, name), *code, "{name}");
    }
    // A sixth field, fewer fields, fields in another order, other types.
    let mut six = honest.to_vec();
    six[0] += 1;
    six.extend([6, 0]);
    let mut four = honest[..honest.len() - 2].to_vec();
    four[0] -= 1;
    let mut zero = honest.to_vec();
    zero[honest.len() - 3] = 0;
    let mut padding = honest.to_vec();
    padding[honest.len() - 1] = 2;
    let mut reserved = honest.to_vec();
    reserved[2] = 3;
    let wrong = [(six, "field"), (four, "field"), (zero, "field"), (padding, "field"), (reserved, "profile")];
    for (header, code) in &wrong {
        assert_eq!(refused(envelope::open(&sealed.key, &sealed.expected(), &frame(header)), header), *code);
    }
    println!("headers: {} bombs, {} wrong fields", hostile.len(), wrong.len());
}

#[test]
fn counts_and_depths_of_a_protected_identity_are_bounded() {
    let passphrase = privity::SecretBytes::new(b"never asked".to_vec());
    let protector = privity::keys::Passphrase::new(passphrase).unwrap();
    let file = |body: &[u8]| [b"PRVYIDN1".as_slice(), body].concat();
    let hostile = bombs(4608);
    for (name, body, code) in &hostile {
        assert_eq!(refused(Identity::unlock(&file(body), &protector), name), *code, "{name}");
    }
    let all = bombs(1 << 20);
    for (name, body, _) in all.iter().filter(|(_, body, _)| body.len() > 4608) {
        assert_eq!(refused(Identity::unlock(&file(body), &protector), name), "too-large", "{name}");
    }
    println!("protected identities: {} bombs", hostile.len() + all.len());
}

/// Encodings that ask for much: of at most `size` bytes.
fn bombs(size: usize) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let largest = [0xFF; 8];
    let counted = |first: u8| [[first].as_slice(), &largest].concat();
    vec![
        ("2^64 - 1 items", counted(0x9B), "cbor"),
        ("2^64 - 1 pairs", counted(0xBB), "cbor"),
        ("2^64 - 1 bytes", counted(0x5B), "cbor"),
        ("2^64 - 1 letters", counted(0x7B), "cbor"),
        ("2^64 - 1 behind a key", [&[0xA1, 0x01], counted(0x9B).as_slice()].concat(), "cbor"),
        ("2^63 items", [0x9B, 0x80, 0, 0, 0, 0, 0, 0, 0].to_vec(), "cbor"),
        ("arrays all the way down", vec![0x81; size], "cbor"),
        ("maps all the way down", [0xA1, 0x00].repeat(size / 2), "cbor"),
        ("indefinite arrays", vec![0x9F; size], "cbor"),
        ("tags all the way down", vec![0xC1; size], "cbor"),
        ("nine deep", [[0x81; 9].as_slice(), &[0]].concat(), "cbor"),
        ("eight deep, no map", [[0x81; 8].as_slice(), &[0]].concat(), "field"),
        ("nothing", Vec::new(), "cbor"),
    ]
}

#[test]
fn a_source_that_lies_about_its_size_costs_nothing() {
    let mut cases = 0;
    for header in headers() {
        let sealed = Sealed::new(&header, [0x5C; 32], [0x5A; 24], 40_000);
        let honest = Liar::new(&sealed.bytes, sealed.bytes.len() as u64, After::Ends);
        assert!(Opener::new(&sealed.key, &sealed.expected(), &honest).is_ok());
        let frame = sealed.seal_at() as u64;
        let most = frame + 56 + (1 << 38) * SEALED_CHUNK;
        // (claimed size, code where there are zeros, code where there is nothing)
        let claims = [
            (u64::MAX, "sealed-length", "sealed-length"),
            (1 << 60, "sealed-length", "sealed-length"),
            (most + 16, "sealed-length", "sealed-length"),
            (most + 15, "sealed-length", "sealed-length"),
            (most - SEALED_CHUNK + 16, "content-refused", "io"),
            (most - 1, "content-refused", "io"),
            ((1 << 50) - (1 << 50) % SEALED_CHUNK + frame + 56 + 16, "content-refused", "io"),
            (sealed.bytes.len() as u64 + 1, "content-refused", "io"),
        ];
        for (size, zeros, ends) in claims {
            for (after, code) in [(After::Zeros, zeros), (After::Ends, ends)] {
                let liar = Liar::new(&sealed.bytes, size, after);
                assert_eq!(
                    refused(Opener::new(&sealed.key, &sealed.expected(), &liar), size),
                    code,
                    "{size}"
                );
                assert!(liar.largest.load(Ordering::Relaxed) <= SEALED_CHUNK as usize, "{size}");
                cases += 1;
            }
        }
        for size in [0, 1, 11, 12, frame - 1, frame, frame + 55, frame + 71, sealed.bytes.len() as u64 - 1] {
            let liar = Liar::new(&sealed.bytes, size, After::Ends);
            let right = match size {
                0..8 => "not-a-sealed-document",
                _ if size < frame + 72 => "sealed-length",
                _ => "content-refused",
            };
            assert_eq!(refused(Opener::new(&sealed.key, &sealed.expected(), &liar), size), right);
            cases += 1;
        }
    }
    println!("claimed sizes: {cases} refused");
}

#[test]
fn a_source_that_fails_is_an_error_wherever_it_fails() {
    let mut cases = 0;
    for header in headers() {
        let sealed = Sealed::new(&header, [0x5C; 32], [0x5A; 24], 600_000);
        let whole = |fails_at: usize, threads: usize| {
            let failing = Failing { bytes: &sealed.bytes, calls: AtomicUsize::new(0), fails_at };
            let opener = Opener::new(&sealed.key, &sealed.expected(), &failing)?;
            let options = Options { threads: Threads::new(threads)?, watcher: None };
            opener.copy_to(io::sink(), options).map(|_| failing.calls.load(Ordering::Relaxed))
        };
        for threads in [1, 2, 3] {
            let calls = whole(usize::MAX, threads).unwrap();
            assert!(calls >= 6);
            for fails_at in 0..calls {
                assert_eq!(refused(whole(fails_at, threads), fails_at), "io");
                cases += 1;
            }
        }
    }
    println!("failing sources: {cases} refused");
}

/// Whoever holds the key can put an honest last chunk anywhere; the rest is missed when it is read,
/// and nothing is allocated for what is only claimed.
#[test]
fn a_last_chunk_without_the_others_gives_no_content() {
    for header in headers().filter(|header| header.padding() == Padding::None) {
        let frame = testing::frame(&header);
        let context = SealContext::new(SealKind::Document, header.profile(), &frame);
        let key = testing::secret([0x5C; 32]);
        let (cipher, commitment) = seal::schedule(&key, header.profile(), &[0x5A; 24], &context.bytes);
        let whole: u64 = (1 << 37) - 1;
        let mut last = [0; 16 + 5];
        cipher.seal_run(whole, b"final", true, &mut last).unwrap();
        let sparse = Sparse {
            start: [frame.as_slice(), &[0x5A; 24], &commitment].concat(),
            last,
            last_at: frame.len() as u64 + 56 + whole * SEALED_CHUNK,
            largest: AtomicUsize::new(0),
        };
        let opener =
            Opener::new(&testing::opening_key([0x5C; 32]), &Expected::header(header), &sparse).unwrap();
        assert_eq!(opener.len(), whole * CHUNK + 5);
        let mut tail = [0; 5];
        opener.read_exact_at(whole * CHUNK, &mut tail).unwrap();
        assert_eq!(&tail, b"final");
        assert_eq!(refused(opener.read_exact_at(whole * CHUNK - 1, &mut tail), "range"), "content-refused");
        assert_eq!(refused(opener.read_exact_at(0, &mut tail), "range"), "content-refused");
        assert_eq!(refused(opener.read_exact_at(opener.len(), &mut tail), "range"), "out-of-range");
        assert_eq!(refused(opener.read_exact_at(u64::MAX, &mut tail), "range"), "out-of-range");
        let written = opener.copy_to(io::sink(), Options::default());
        assert_eq!(refused(written, "whole"), "content-refused");
        assert!(sparse.largest.load(Ordering::Relaxed) <= 16 * SEALED_CHUNK as usize);
    }
}

/// What a liar gives behind its bytes.
#[derive(Clone, Copy)]
enum After {
    Zeros,
    Ends,
}

/// Bytes under a claimed size.
struct Liar<'b> {
    bytes: &'b [u8],
    size: u64,
    after: After,
    largest: AtomicUsize,
}

impl<'b> Liar<'b> {
    fn new(bytes: &'b [u8], size: u64, after: After) -> Self {
        Self { bytes, size, after, largest: AtomicUsize::new(0) }
    }
}

impl ReadAt for Liar<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.largest.fetch_max(buf.len(), Ordering::Relaxed);
        match (self.bytes.read_exact_at(at, buf), self.after) {
            (Err(_), After::Zeros) => buf.fill(0),
            (read, _) => read?,
        }
        Ok(())
    }
}

/// Fails at one call, that for the size among them.
struct Failing<'b> {
    bytes: &'b [u8],
    calls: AtomicUsize,
    fails_at: usize,
}

impl Failing<'_> {
    fn call(&self) -> io::Result<()> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call == self.fails_at { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl ReadAt for Failing<'_> {
    fn size(&self) -> io::Result<u64> {
        self.call()?;
        self.bytes.size()
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.call()?;
        self.bytes.read_exact_at(at, buf)
    }
}

/// A beginning, a last chunk, and zeros between.
struct Sparse {
    start: Vec<u8>,
    last: [u8; 21],
    last_at: u64,
    largest: AtomicUsize,
}

impl ReadAt for Sparse {
    fn size(&self) -> io::Result<u64> {
        Ok(self.last_at + 21)
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.largest.fetch_max(buf.len(), Ordering::Relaxed);
        if at == self.last_at {
            return self.last.as_slice().read_exact_at(0, buf);
        }
        if self.start.read_exact_at(at, buf).is_err() {
            buf.fill(0);
        }
        Ok(())
    }
}
