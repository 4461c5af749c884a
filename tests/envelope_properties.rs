//! What holds for every document, whatever its size, profile, padding and the way it is sealed and
//! read. Sizes lie around the edges of chunks and segments.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

use privity::envelope::{
    self, Expected, Header, Opener, Options, Padding, Profile, Sealer, Summary, Threads,
};
use privity::keys::{DocumentKey, Identity, OpeningKey, Protector, ProtectorId, Wrap, WrapContext};
use privity::testing::{self, cbor};
use privity::{ChainId, DeviceId, DocumentId, FirmId, MatterId, PrincipalId, UserId};
use privity::{Flow, Progress, Result, SecretBytes, Watcher};
use proptest::collection::vec;
use proptest::prelude::*;

const CHUNK: usize = 16 * 1024;
const SEGMENT: usize = 16 * CHUNK;

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn every_way_of_sealing_gives_the_same_bytes_and_opens(
        header in header(), content in content(), threads in threads(), sizes in vec(1_usize..400_000, 1..6),
    ) {
        let options = Options { threads, watcher: None };
        let mut streamed = Vec::new();
        let reader = Uneven { bytes: &content, sizes: sizes.repeat(200) };
        let (key, summary) = envelope::seal_stream(&header, reader, &mut streamed, options).unwrap();
        same_as_in_memory(&header, &content, &streamed, &key, &summary)?;

        let mut sealer = Sealer::new(&header, Vec::new(), options).unwrap();
        let mut left = content.as_slice();
        for size in sizes.iter().cycle() {
            let (now, later) = left.split_at((*size).min(left.len()));
            sealer.write_all(now).unwrap();
            left = later;
            if left.is_empty() { break }
        }
        let (written, key, summary) = sealer.finish().unwrap();
        same_as_in_memory(&header, &content, &written, &key, &summary)?;

        let (sealed, key, summary) = envelope::seal(&header, &content).unwrap();
        same_as_in_memory(&header, &content, &sealed, &key, &summary)?;

        // Two sealings of one content have nothing in common but its digests.
        prop_assert_ne!(&sealed, &written);

        let steps = Steps::default();
        let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &sealed).unwrap();
        let mut copied = Vec::new();
        let length = opener.copy_to(&mut copied, Options { threads, watcher: Some(&steps) }).unwrap();
        prop_assert!(copied == content && length == content.len() as u64);
        let steps = steps.0.into_inner().unwrap();
        prop_assert!(steps.is_sorted_by_key(|step| step.done));
        prop_assert_eq!(steps.last().map(|step| (step.done, step.total)), Some((length, Some(length))));
    }

    #[test]
    fn a_range_is_the_slice_and_outside_is_refused(
        header in header(), content in content(), ranges in vec((any::<u64>(), 0_usize..100_000), 1..20),
    ) {
        let (sealed, key, summary) = testing::seal_document(&header, [7; 32], [9; 24], &content).unwrap();
        let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &sealed).unwrap();
        prop_assert_eq!(opener.len(), content.len() as u64);
        for (at, size) in ranges {
            let at = at % (content.len() as u64 + 2);
            for at in [at, content.len().saturating_sub(size) as u64] {
                let mut out = vec![0; size];
                let read = opener.read_exact_at(at, &mut out);
                match content.get(at as usize..at as usize + size) {
                    Some(range) => { read.unwrap(); prop_assert!(out == range) }
                    None => prop_assert_eq!(read.unwrap_err().code(), "out-of-range"),
                }
            }
        }
        prop_assert_eq!(opener.read_exact_at(u64::MAX, &mut [0; 2]).unwrap_err().code(), "out-of-range");
        prop_assert!(opener.read_exact_at(opener.len(), &mut []).is_ok());
    }

    #[test]
    fn a_reader_behaves_as_a_cursor(
        header in header(), content in content(), history in vec((0..5_u8, any::<i64>(), 0_usize..50_000), 1..40),
    ) {
        let (sealed, key, summary) = testing::seal_document(&header, [7; 32], [9; 24], &content).unwrap();
        let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &sealed).unwrap();
        let (mut reader, mut cursor) = (opener.reader(), Cursor::new(&content));
        for (kind, number, size) in history {
            let around = number % (content.len() as i64 + 100);
            let to = match kind {
                0 | 1 => {
                    let mut out = vec![0; size];
                    let before = cursor.position();
                    let count = reader.read(&mut out).unwrap();
                    prop_assert!(count > 0 || size == 0 || before >= content.len() as u64);
                    let mut right = vec![0; count];
                    cursor.read_exact(&mut right).unwrap();
                    prop_assert!(out[..count] == right);
                    continue;
                }
                2 => SeekFrom::Start(around.unsigned_abs()),
                3 => SeekFrom::End(around),
                _ => SeekFrom::Current(around),
            };
            prop_assert_eq!(reader.seek(to).ok(), cursor.seek(to).ok());
            prop_assert_eq!(reader.stream_position().unwrap(), cursor.position());
        }
        prop_assert!(reader.seek(SeekFrom::Current(i64::MIN)).is_err());
        reader.rewind().unwrap();
        let mut whole = Vec::new();
        reader.read_to_end(&mut whole).unwrap();
        prop_assert!(whole == content);
    }

    #[test]
    fn after_an_error_a_sealer_gives_nothing_more(
        header in header(), threads in threads(), room in 200_usize..700_000,
    ) {
        let options = Options { threads, watcher: None };
        let mut sealer = Sealer::new(&header, Full { room }, options).unwrap();
        let piece = vec![0x5C; 100_000];
        let failed = (0..200).find_map(|_| sealer.write_all(&piece).err()).expect("the writer is full");
        prop_assert_eq!(privity::Error::from(failed).code(), "storage-full");
        let again = sealer.write_all(&piece).unwrap_err();
        prop_assert_eq!(privity::Error::from(again).code(), "sealer-broken");
        prop_assert_eq!(sealer.finish().map(drop).unwrap_err().code(), "sealer-broken");
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_header_is_read_as_it_was_written(header in header()) {
        let frame = testing::frame(&header);
        cbor::check(&frame[12..]).unwrap();
        let (sealed, key, summary) = testing::seal_document(&header, [7; 32], [9; 24], b"text").unwrap();
        prop_assert!(sealed.starts_with(&frame));
        prop_assert_eq!(summary.header, header);
        let opener = Opener::new(key.opening_key(), &Expected::header(header), &sealed).unwrap();
        prop_assert_eq!(opener.header(), &header);
        prop_assert_eq!(opener.seal_id(), summary.seal_id);
    }

    #[test]
    fn an_id_is_read_from_its_text(bytes in any::<[u8; 16]>()) {
        same_from_text(FirmId::from_bytes(bytes))?;
        same_from_text(DocumentId::from_bytes(bytes))?;
        same_from_text(MatterId::from_bytes(bytes))?;
        same_from_text(PrincipalId::from_bytes(bytes))?;
        same_from_text(UserId::from_bytes(bytes))?;
        same_from_text(DeviceId::from_bytes(bytes))?;
        same_from_text(ChainId::from_bytes(bytes))?;
        let text = DocumentId::from_bytes(bytes).to_string();
        prop_assert_eq!(text.parse::<MatterId>().unwrap_err().code(), "text");
        prop_assert_eq!(text.to_uppercase().parse::<DocumentId>().unwrap_err().code(), "text");
    }

    #[test]
    fn a_wrap_gives_the_key_back_is_always_the_same_and_can_be_audited(
        seed in any::<[u8; 32]>(), key in any::<[u8; 32]>(), context in wrap_context(), place in 0_usize..1168,
    ) {
        let identity = testing::identity(seed).unwrap();
        let key = testing::opening_key(key);
        let wrap = key.wrap(identity.public(), &context).unwrap();
        let again = OpeningKey::unwrap(&identity, &wrap, &context).unwrap();
        prop_assert_eq!(testing::expose_key(&again), testing::expose_key(&key));
        prop_assert_eq!(&again.wrap(identity.public(), &context).unwrap(), &wrap);
        prop_assert_eq!(&Wrap::from_bytes(wrap.as_bytes()).unwrap(), &wrap);
        key.verify_wrap(identity.public(), &context, &wrap).unwrap();
        let mut junk = *wrap.as_bytes();
        junk[place] ^= 1;
        let audit = key.verify_wrap(identity.public(), &context, &Wrap::from_bytes(&junk).unwrap());
        prop_assert_eq!(audit.unwrap_err().code(), "wrap-mismatch");
        let other = testing::identity([0xEE; 32]).unwrap();
        prop_assert_eq!(key.verify_wrap(other.public(), &context, &wrap).unwrap_err().code(), "wrap-mismatch");
        let refused = OpeningKey::unwrap(&other, &wrap, &context).unwrap_err();
        prop_assert_eq!(refused.code(), "unwrap-refused");
    }

    #[test]
    fn a_protected_identity_unlocks_to_the_same(
        seed in any::<[u8; 32]>(), name in "[a-z0-9.-]{1,64}", padding in 0_usize..4_065,
    ) {
        let identity = testing::identity(seed).unwrap();
        let protector = Padded { name, padding };
        let file = identity.protect(&protector).unwrap();
        prop_assert!(file.len() < 5 * 1024);
        let again = Identity::unlock(&file, &protector).unwrap();
        prop_assert_eq!(again.public(), identity.public());
        prop_assert_ne!(identity.protect(&protector).unwrap(), file);
    }
}

/// What was sealed is, under its own key and salt, what sealing in memory gives; the summary is true
/// of it; it opens.
fn same_as_in_memory(
    header: &Header,
    content: &[u8],
    sealed: &[u8],
    key: &DocumentKey,
    summary: &Summary,
) -> std::result::Result<(), TestCaseError> {
    let salt = summary.seal_id.as_bytes()[..24].try_into().unwrap();
    let raw = *testing::expose_key(key.opening_key());
    let (again, _, again_summary) = testing::seal_document(header, raw, salt, content).unwrap();
    prop_assert!(sealed == again, "other bytes");
    prop_assert_eq!(summary, &again_summary);
    prop_assert_eq!(summary.sealed_len, sealed.len() as u64);
    prop_assert_eq!(summary.digests.length, content.len() as u64);
    prop_assert_eq!(summary.digests.sha256, testing::sha256(content));
    prop_assert_eq!(summary.digests.crc32, crc32fast::hash(content));
    let total = testing::padded_total(header.padding(), content.len() as u64).unwrap();
    let overhead = testing::frame(header).len() as u64 + 56 + 16 * (total / CHUNK as u64 + 1);
    prop_assert_eq!(summary.sealed_len, total + overhead);
    let opened = envelope::open(key.opening_key(), &Expected::from(summary), sealed).unwrap();
    prop_assert!(opened == content, "other content");
    Ok(())
}

fn same_from_text<T>(id: T) -> std::result::Result<(), TestCaseError>
where
    T: std::str::FromStr<Err = privity::Error> + std::fmt::Display + std::fmt::Debug + PartialEq,
{
    prop_assert_eq!(id.to_string().parse::<T>().unwrap(), id);
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    // A failure prints its input; nothing is written beside the source.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn header() -> impl Strategy<Value = Header> {
    let version = prop_oneof![Just(1), Just(23), Just(24), Just(256), Just(u32::MAX), 1..u32::MAX];
    (any::<[u8; 16]>(), any::<[u8; 16]>(), version, profile(), any::<bool>()).prop_map(
        |(firm, document, version, profile, padded)| {
            let (firm, document) = (FirmId::from_bytes(firm), DocumentId::from_bytes(document));
            let padding = if padded { Padding::Padme } else { Padding::None };
            Header::new(firm, document, version).unwrap().with_profile(profile).with_padding(padding)
        },
    )
}

fn wrap_context() -> impl Strategy<Value = WrapContext> {
    (header(), any::<[u8; 16]>(), any::<u64>()).prop_map(|(header, principal, generation)| {
        header.wrap_context(PrincipalId::from_bytes(principal), generation)
    })
}

fn profile() -> impl Strategy<Value = Profile> {
    prop_oneof![Just(Profile::ChaCha), Just(Profile::Aes)]
}

fn threads() -> impl Strategy<Value = Threads> {
    prop_oneof![Just(1), Just(2), Just(3), Just(8)].prop_map(|count| Threads::new(count).unwrap())
}

/// Lengths around the edges of chunks, of segments and of what the padding rounds to.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let edge = (prop_oneof![Just(CHUNK), Just(SEGMENT)], 0_usize..6, -20_isize..20);
    let length = prop_oneof![
        4 => edge.prop_map(|(size, times, by)| (size * times).saturating_add_signed(by)),
        1 => 0_usize..100,
        1 => 0_usize..3 * SEGMENT,
    ];
    (length, any::<u32>()).prop_map(|(length, seed)| {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as u8
        };
        (0..length).map(|_| next()).collect()
    })
}

/// Reads in pieces of given sizes.
struct Uneven<'b> {
    bytes: &'b [u8],
    sizes: Vec<usize>,
}

impl Read for Uneven<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.pop().unwrap_or(usize::MAX).min(out.len());
        self.bytes.read(&mut out[..size])
    }
}

/// A writer that is full after some bytes.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() > self.room {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.room -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Remembers what it was told.
#[derive(Default)]
struct Steps(Mutex<Vec<Progress>>);

impl Watcher for Steps {
    fn step(&self, at: Progress) -> Result<Flow> {
        self.0.lock().unwrap().push(at);
        Ok(Flow::Continue)
    }
}

/// A protector that costs nothing and wraps to a chosen length.
struct Padded {
    name: String,
    padding: usize,
}

impl Protector for Padded {
    fn id(&self) -> ProtectorId {
        ProtectorId::new(&self.name).unwrap()
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        let mut wrapped = secret.expose_secret().to_vec();
        wrapped.resize(32 + self.padding, 0);
        Ok(wrapped)
    }

    fn unwrap(&self, mut wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        wrapped.truncate(32);
        Ok(SecretBytes::new(wrapped))
    }
}
