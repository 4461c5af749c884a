//! Sealed documents: whole, by ranges, as a stream.

use std::io::{Cursor, Read, Seek, SeekFrom};

use privity::envelope::{self, Expected, Header, Opener, Padding, Profile};
use privity::keys::OpeningKey;
use privity::testing::label::SealKind;
use privity::testing::{self, SealContext, seal};
use privity::{DocumentId, FirmId};

use super::input::{Input, damage};

const KEY: [u8; 32] = [7; 32];
const SALT: [u8; 24] = [9; 24];
/// Lengths of content around the edges of chunks and of the padding.
pub const LENGTHS: [usize; 9] = [0, 1, 100, 16_375, 16_376, 16_383, 16_384, 16_385, 40_000];

/// Opens arbitrary bytes, arbitrary plaintext under a good seal, an arbitrary header under a good
/// seal, and damaged documents: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn open(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => open_bytes(input.0),
        1 => open_plaintext(&header(input.byte()), input.0),
        2 => open_header(&header(input.byte()), &mut input),
        _ => open_damaged(&mut input),
    }
}

/// What opens is, byte for byte, what sealing its content with its salt gives: one document has
/// one encoding. It opens as one header alone.
fn open_bytes(sealed: &[u8]) -> Result<(), &'static str> {
    let mut verdict = Err("header-mismatch");
    for selector in 0..4 {
        let header = header(selector);
        match envelope::open(&key(), &Expected::header(header), sealed) {
            Ok(content) => {
                assert!(verdict.is_err(), "opened as two documents");
                let start = testing::frame(&header).len();
                let salt = sealed[start..start + 24].try_into().expect("24 bytes");
                let (again, _, _) = testing::seal_document(&header, KEY, salt, &content).expect("sealed");
                assert_eq!(again, sealed, "one encoding");
                verdict = Ok(());
            }
            Err(error) if verdict.is_err() && error.code() != "header-mismatch" => {
                verdict = Err(error.code())
            }
            Err(_) => {}
        }
    }
    verdict
}

/// A holder of the key may seal any plaintext; exactly the well padded ones open.
fn open_plaintext(header: &Header, plaintext: &[u8]) -> Result<(), &'static str> {
    let sealed = seal_plaintext(header, &testing::frame(header), plaintext);
    let opened = envelope::open(&key(), &Expected::header(*header), &sealed);
    assert_eq!(opened.as_deref().ok(), model_content(header.padding(), plaintext), "padding");
    opened.map(drop).map_err(|error| error.code())
}

/// A header other than the expected one, or in another encoding, never opens.
fn open_header(header: &Header, input: &mut Input<'_>) -> Result<(), &'static str> {
    let size = usize::from(input.byte());
    let encoded = input.take(size);
    let size = u32::try_from(encoded.len()).expect("at most 255");
    let frame = [b"PRVYDOC1".as_slice(), &size.to_be_bytes(), encoded].concat();
    let sealed = seal_plaintext(header, &frame, input.0);
    let opened = envelope::open(&key(), &Expected::header(*header), &sealed);
    let right = frame == testing::frame(header);
    assert_eq!(opened.as_deref().ok(), model_content(header.padding(), input.0).filter(|_| right), "header");
    opened.map(drop).map_err(|error| error.code())
}

/// A document that was changed anywhere is refused; unchanged it opens.
fn open_damaged(input: &mut Input<'_>) -> Result<(), &'static str> {
    let header = header(input.byte());
    let content = content(input.byte());
    let (sealed, _, summary) = testing::seal_document(&header, KEY, SALT, &content).expect("sealed");
    let mut damaged = sealed.clone();
    damage(&mut damaged, input);
    let opened = envelope::open(&key(), &Expected::from(&summary), &damaged);
    assert_eq!(opened.is_ok(), damaged == sealed, "damage");
    assert!(opened.as_ref().map_or(true, |opened| *opened == content), "wrong content");
    opened.map(drop).map_err(|error| error.code())
}

/// Ranges, reads and seeks in a document that may be damaged give the content that was sealed, or
/// an error and nothing else. The verdict is an acceptance if there was no refusal.
///
/// # Errors
/// The code of the first refusal.
pub fn ranges(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let header = header(input.byte());
    let content = content(input.byte());
    let (mut sealed, _, summary) = testing::seal_document(&header, KEY, SALT, &content).expect("sealed");
    let flips = input.byte() % 4;
    for _ in 0..flips {
        let place = input.number() % sealed.len();
        sealed[place] ^= input.byte();
    }
    let opener = Opener::new(&key(), &Expected::from(&summary), &sealed).map_err(|error| error.code())?;
    assert_eq!(opener.len(), content.len() as u64);
    let mut reader = opener.reader();
    let mut model = Cursor::new(&content);
    let mut verdict = Ok(());
    for _ in 0..64 {
        if input.is_empty() {
            break;
        }
        let (kind, number, size) = (input.byte() % 5, input.number(), input.number() % 50_000);
        let step = i64::try_from(number).expect("24 bits") - (1 << 16);
        let refused = match kind {
            0 => one_range(&opener, &content, number, size),
            1 => one_read(&mut reader, &mut model, size),
            2 => one_seek(&mut reader, &mut model, SeekFrom::Start(number as u64)),
            3 => one_seek(&mut reader, &mut model, SeekFrom::End(step)),
            _ => one_seek(&mut reader, &mut model, SeekFrom::Current(step)),
        };
        verdict = verdict.and(refused);
    }
    assert!(flips > 0 || verdict.is_ok() || verdict == Err("out-of-range"));
    verdict
}

fn one_range(opener: &Opener<&Vec<u8>>, content: &[u8], at: usize, size: usize) -> Result<(), &'static str> {
    let mut out = vec![0; size];
    let read = opener.read_exact_at(at as u64, &mut out);
    let range = content.get(at..at + size);
    match read {
        Ok(()) => assert_eq!(Some(out.as_slice()), range, "wrong content"),
        Err(error) => {
            assert_eq!(error.code() == "out-of-range", range.is_none());
            assert!(out.iter().all(|&byte| byte == 0), "something left after an error");
            return Err(error.code());
        }
    }
    Ok(())
}

fn one_read(
    reader: &mut impl ReadSeek,
    model: &mut Cursor<&Vec<u8>>,
    size: usize,
) -> Result<(), &'static str> {
    let mut out = vec![0; size];
    let before = model.position();
    let refused = match reader.read(&mut out) {
        Ok(count) => {
            let mut right = vec![0; count];
            model.read_exact(&mut right).expect("more than there is");
            assert_eq!(out[..count], right, "wrong content");
            assert!(count > 0 || size == 0 || before >= model.get_ref().len() as u64, "ended too early");
            Ok(())
        }
        Err(error) => Err(privity::Error::from(error).code()),
    };
    assert_eq!(reader.stream_position().expect("a position"), model.position());
    refused
}

fn one_seek(
    reader: &mut impl ReadSeek,
    model: &mut Cursor<&Vec<u8>>,
    to: SeekFrom,
) -> Result<(), &'static str> {
    assert_eq!(reader.seek(to).ok(), model.seek(to).ok(), "{to:?}");
    Ok(())
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// The header of a selector: profile by its lowest bit, padding by the next.
pub fn header(selector: u8) -> Header {
    let header =
        Header::new(FirmId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]), 3).expect("a version");
    header
        .with_profile(if selector & 1 == 0 { Profile::ChaCha } else { Profile::Aes })
        .with_padding(if selector & 2 == 0 { Padding::None } else { Padding::Padme })
}

/// The content of a selector, by its length.
pub fn content(selector: u8) -> Vec<u8> {
    let length = LENGTHS[usize::from(selector) % LENGTHS.len()];
    (0..length).map(|at| u8::try_from(at % 251).expect("below 251")).collect()
}

fn key() -> OpeningKey {
    testing::opening_key(KEY)
}

fn seal_plaintext(header: &Header, frame: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let context = SealContext::new(SealKind::Document, header.profile(), frame);
    let sealed = seal::seal_with_salt(&testing::secret(KEY), &context, plaintext, &SALT).expect("sealed");
    [frame, &sealed].concat()
}

/// The content of a plaintext by the text of the format, written apart from the library.
fn model_content(padding: Padding, plaintext: &[u8]) -> Option<&[u8]> {
    if padding == Padding::None {
        return Some(plaintext);
    }
    let (padded, trailer) = plaintext.split_last_chunk::<8>()?;
    let length = usize::try_from(u64::from_be_bytes(*trailer)).ok()?;
    let zeros = padded.get(length..)?;
    let total = model_padme(length + 9) - 1;
    (plaintext.len() == total && zeros.iter().all(|&byte| byte == 0)).then_some(&plaintext[..length])
}

/// Padmé by its words: e = ⌊log2 n⌋, s = ⌊log2 e⌋ + 1, rounded up until the last e − s bits are zero.
fn model_padme(mut n: usize) -> usize {
    let log2 = |n: usize| (0..).take_while(|bit| n >> (bit + 1) > 0).count();
    let e = log2(n);
    let s = log2(e) + 1;
    while !n.is_multiple_of(1 << (e - s)) {
        n += 1;
    }
    n
}
