//! Whatever the size, the kind and the way it is sealed and read.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::OnceLock;

use privity::sharing::age::armor::{self, ArmorReader, ArmorWriter};
use privity::sharing::age::{self, Identity, Opener, Recipients, Sealer, StreamOpener};
use privity::{Flow, Progress, Watcher, testing};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{open, options, to, x25519};

const CHUNK: usize = 64 * 1024;
const SEGMENT: usize = 4 * CHUNK;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let edges = prop_oneof![Just(0), Just(CHUNK), Just(2 * CHUNK), Just(SEGMENT), Just(2 * SEGMENT)];
    let size = prop_oneof![
        2 => (edges, -2_isize..=2).prop_map(|(edge, by)| edge.saturating_add_signed(by)),
        1 => 0..700_000_usize,
    ];
    (size, any::<u8>()).prop_map(|(size, seed)| (0..size).map(|at| (at / 7) as u8 ^ seed).collect())
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn every_way_of_sealing_opens_in_every_way(
        content in content(), threads in 1_usize..4, sizes in vec(1_usize..300_000, 1..5),
    ) {
        let identity = x25519(7);
        let to = to(&identity);
        let whole = age::seal(&to, &content).unwrap();
        let mut streamed = Vec::new();
        let from = Uneven { bytes: &content, sizes: sizes.repeat(100) };
        let count = age::seal_stream(&to, from, &mut streamed, options(threads)).unwrap();
        prop_assert_eq!(count, content.len() as u64);
        let mut sealer = Sealer::new(&to, Vec::new()).unwrap();
        for piece in pieces(&content, &sizes) {
            sealer.write_all(piece).unwrap();
        }
        let written = sealer.finish().unwrap();
        let chunks = content.len().div_ceil(CHUNK).max(1);
        for file in [whole, streamed, written] {
            prop_assert_eq!(file.len(), 184 + content.len() + 16 * chunks);
            prop_assert!(open(&[&identity], &file).unwrap() == content);
            let uneven = Uneven { bytes: &file, sizes: sizes.repeat(100) };
            let mut opened = Vec::new();
            age::open_stream(&[&identity], uneven, &mut opened, options(threads)).unwrap();
            prop_assert!(opened == content);
        }
    }

    #[test]
    fn ranges_are_what_lies_there(content in content(), places in vec((any::<u32>(), 0_usize..200_000), 1..20)) {
        let identity = x25519(8);
        let opener = Opener::new(&[&identity], age::seal(&to(&identity), &content).unwrap()).unwrap();
        prop_assert_eq!((opener.len(), opener.is_empty()), (content.len() as u64, content.is_empty()));
        let mut reader = opener.reader();
        for (place, length) in places {
            let from = place as usize % (content.len() + 1);
            let to = (from + length).min(content.len());
            let mut out = vec![1; to - from];
            opener.read_exact_at(from as u64, &mut out).unwrap();
            prop_assert!(out == content[from..to]);
            let mut again = vec![2; to - from];
            reader.seek(SeekFrom::Start(from as u64)).unwrap();
            reader.read_exact(&mut again).unwrap();
            prop_assert!(again == out);
            let beyond = vec![3; content.len() - from + 1];
            let mut refused = beyond.clone();
            prop_assert_eq!(opener.read_exact_at(from as u64, &mut refused).unwrap_err().code(), "out-of-range");
        }
        let mut rest = Vec::new();
        reader.seek(SeekFrom::End(0)).unwrap();
        prop_assert_eq!(reader.read_to_end(&mut rest).unwrap(), 0);
    }

    #[test]
    fn armor_comes_back_however_it_is_read(
        bytes in vec(any::<u8>(), 0..30_000), sizes in vec(1_usize..5_000, 1..5), crlf in any::<bool>(),
        before in "[ \t\r\n]{0,20}\n", after in "[ \t\r\n]{0,20}",
    ) {
        let mut writer = ArmorWriter::new(Vec::new());
        for piece in pieces(&bytes, &sizes) {
            writer.write_all(piece).unwrap();
        }
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        prop_assert_eq!(&text, &armor::encode(&bytes).unwrap());
        prop_assert!(text.lines().all(|line| line.len() <= 64));
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let text = format!("{before}{text}{after}");
        prop_assert!(armor::decode(text.as_bytes()).unwrap() == bytes);
        let mut again = Vec::new();
        ArmorReader::new(Uneven { bytes: text.as_bytes(), sizes: sizes.repeat(1_000) })
            .read_to_end(&mut again).unwrap();
        prop_assert!(again == bytes);
    }
}

#[test]
fn hybrid_recipients_and_passwords_open_and_others_do_not() {
    static EIGHT: OnceLock<Vec<Identity>> = OnceLock::new();
    let eight = EIGHT.get_or_init(|| (0..8).map(|_| Identity::generate().unwrap()).collect());
    let recipients: Vec<_> = eight.iter().map(|one| one.recipient().clone()).collect();
    let file = age::seal(&Recipients::new(&recipients).unwrap(), b"to all").unwrap();
    for identity in eight {
        assert_eq!(open(&[&x25519(1), identity], &file).unwrap(), b"to all");
    }
    let stranger = Identity::generate().unwrap();
    assert_eq!(open(&[&stranger, &x25519(1)], &file).unwrap_err().code(), "age-no-match");

    let password = testing::age::password(b"ten words", 4).unwrap();
    let file = age::seal(&Recipients::password(password), b"to whoever knows").unwrap();
    let right = testing::age::password(b"ten words", 18).unwrap();
    let wrong = testing::age::password(b"ten worlds", 18).unwrap();
    assert_eq!(open(&[&wrong, &right], &file).unwrap(), b"to whoever knows");
    assert_eq!(open(&[&wrong], &file).unwrap_err().code(), "age-no-match");
    assert_eq!(open(&[&stranger], &file).unwrap_err().code(), "age-no-match");
    assert_eq!(open(&[], &file).unwrap_err().code(), "age-no-match");
}

#[test]
fn the_identity_of_the_library_opens_what_is_sealed_to_its_key() {
    let identity = privity::keys::Identity::generate().unwrap();
    let recipient = age::Recipient::hybrid(identity.public().clone());
    let file = age::seal(&Recipients::new(&[recipient]).unwrap(), b"exhibit").unwrap();
    let same = Identity::try_from(&identity).unwrap();
    assert_eq!(age::open(&[&same], &file).unwrap(), b"exhibit");
}

#[test]
fn two_files_of_one_content_have_nothing_in_common() {
    let identity = x25519(9);
    let [one, two] = [0; 2].map(|_| age::seal(&to(&identity), &[7; 1000]).unwrap());
    let payload = one.len() - 1032;
    assert!(one[payload..].chunks(16).zip(two[payload..].chunks(16)).all(|(a, b)| a != b));
}

#[test]
fn a_watcher_stops_every_long_call() {
    struct Stop;
    impl Watcher for Stop {
        fn step(&self, at: Progress) -> privity::Result<Flow> {
            Ok(if at.done > 300_000 { Flow::Cancel } else { Flow::Continue })
        }
    }
    let identity = x25519(9);
    let file = age::seal(&to(&identity), &vec![7; 1_000_000]).unwrap();
    for threads in [1, 2] {
        let options = age::Options { watcher: Some(&Stop), ..options(threads) };
        let sealed = age::seal_stream(&to(&identity), io::repeat(7).take(1_000_000), io::sink(), options);
        assert_eq!(sealed.unwrap_err().code(), "cancelled");
        let opened = age::open_stream(&[&identity], file.as_slice(), io::sink(), options);
        assert_eq!(opened.unwrap_err().code(), "cancelled");
        let copied = Opener::new(&[&identity], &file).unwrap().copy_to(io::sink(), options);
        assert_eq!(copied.unwrap_err().code(), "cancelled");
    }
}

#[test]
fn after_a_failed_write_the_sealing_is_given_up() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let identity = x25519(9);
    let mut sealer = Sealer::new(&to(&identity), Full(1000)).unwrap();
    let code = |error: io::Error| privity::Error::from(error).code();
    assert_eq!(code(sealer.write_all(&vec![7; SEGMENT + 1]).unwrap_err()), "storage-full");
    assert_eq!(code(sealer.write_all(&[7]).unwrap_err()), "sealer-broken");
    assert_eq!(sealer.finish().map(drop).unwrap_err().code(), "sealer-broken");
    let sealed = age::seal_stream(&to(&identity), io::repeat(7).take(1_000_000), Full(1000), options(2));
    assert_eq!(sealed.unwrap_err().code(), "storage-full");
}

#[test]
fn an_error_of_the_source_comes_out_and_is_no_refusal() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let identity = x25519(9);
    let file = age::seal(&to(&identity), &vec![7; 100_000]).unwrap();
    let text = armor::encode(&file).unwrap();
    for bytes in [file.as_slice(), text.as_bytes()] {
        for at in [0, 10, 100, 250, 70_000, bytes.len() - 1] {
            let from = || bytes[..at].chain(Broken);
            let opened = age::open_stream(&[&identity], from(), io::sink(), options(2));
            assert_eq!(opened.unwrap_err().code(), "io", "{at}");
            let read = StreamOpener::new(&[&identity], from())
                .and_then(|mut opener| Ok(opener.read_to_end(&mut Vec::new())?));
            assert_eq!(read.unwrap_err().code(), "io", "{at}");
        }
    }
}

/// Cuts bytes by sizes, again and again.
fn pieces<'b>(mut bytes: &'b [u8], sizes: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        let (now, later) = bytes.split_at((*size).min(bytes.len()));
        pieces.push(now);
        bytes = later;
        if bytes.is_empty() {
            break;
        }
    }
    pieces
}

/// Reads no more at once than the next size; interrupted now and then.
struct Uneven<'b> {
    bytes: &'b [u8],
    sizes: Vec<usize>,
}

impl Read for Uneven<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.pop().unwrap_or(99_999);
        if size.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = size.min(out.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(count);
        out[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}
