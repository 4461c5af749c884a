//! The strict CBOR pass, held against `dcbor`, against its own writer and reader, and against
//! input made to exhaust it.

use std::time::{Duration, Instant};

use privity::testing::cbor::{Reader, Writer, check};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4096,
        // A failing seed is printed and kept beside this file.
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_written_is_accepted_and_read_back(item in item()) {
        let bytes = encode(&item);
        prop_assert!(check(&bytes).is_ok());
        let mut reader = Reader::new(&bytes, bytes.len()).unwrap();
        prop_assert!(reads(&mut reader, &item), "{item:?}");
        // One byte less of room, or one byte more or less of input, is refused.
        prop_assert_eq!(Reader::new(&bytes, bytes.len() - 1).err().unwrap().code(), "too-large");
        prop_assert!(refuses(&bytes[..bytes.len() - 1]));
        prop_assert!(refuses(&[&bytes[..], &[0]].concat()));
        prop_assert!(dcbor_accepts(&bytes) || !is_nfc(&item));
    }

    #[test]
    fn dcbor_accepts_whatever_arbitrary_bytes_are_accepted(bytes in vec(any::<u8>(), 0..24)) {
        agrees(&bytes)?;
    }

    /// Heads and small arguments are where the encodings differ.
    #[test]
    fn dcbor_accepts_whatever_likely_bytes_are_accepted(bytes in vec(likely(), 1..16)) {
        agrees(&bytes)?;
    }

    #[test]
    fn dcbor_accepts_whatever_changed_encodings_are_accepted(
        item in item(),
        changes in vec((any::<prop::sample::Index>(), change()), 1..4),
    ) {
        let mut bytes = encode(&item);
        for (at, change) in changes {
            let at = at.index(bytes.len().max(1));
            match change {
                _ if bytes.is_empty() => {}
                Change::Put(byte) => bytes[at] = byte,
                Change::Flip(bit) => bytes[at] ^= 1 << bit,
                Change::Insert(byte) => bytes.insert(at, byte),
                Change::Remove => drop(bytes.remove(at)),
                Change::Cut => bytes.truncate(at),
            }
        }
        agrees(&bytes)?;
    }
}

/// A value the formats know.
#[derive(Clone, Debug)]
enum Item {
    Unsigned(u64),
    Negative(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Item>),
    Map(Vec<(u64, Item)>),
    Bool(bool),
}

fn item() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        number().prop_map(Item::Unsigned),
        number().prop_map(|value| Item::Negative(-1 - i64::try_from(value >> 1).expect("63 bits"))),
        vec(any::<u8>(), 0..300).prop_map(Item::Bytes),
        ".{0,40}".prop_map(Item::Text),
        any::<bool>().prop_map(Item::Bool),
    ];
    // Seven levels over a leaf: with eight, the innermost would be empty or refused.
    leaf.prop_recursive(7, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..30).prop_map(Item::Array),
            btree_map(number(), inner, 0..8).prop_map(|fields| Item::Map(fields.into_iter().collect())),
        ]
    })
}

/// Any size of argument, and its borders.
fn number() -> impl Strategy<Value = u64> {
    let borders = prop::sample::select(vec![
        0,
        23,
        24,
        255,
        256,
        65_535,
        65_536,
        u64::from(u32::MAX),
        1 << 32,
        u64::MAX,
    ]);
    prop_oneof![
        0..24_u64,
        borders,
        any::<u64>(),
        (0..64_u32, any::<u64>()).prop_map(|(by, value)| value >> by)
    ]
}

fn likely() -> impl Strategy<Value = u8> {
    prop_oneof![
        3 => (0..8_u8, 0..4_u8).prop_map(|(major, count)| major << 5 | count),
        1 => (0..8_u8, 20..32_u8).prop_map(|(major, info)| major << 5 | info),
        1 => any::<u8>(),
    ]
}

#[derive(Clone, Debug)]
enum Change {
    Put(u8),
    Flip(u8),
    Insert(u8),
    Remove,
    Cut,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        likely().prop_map(Change::Put),
        (0..8_u8).prop_map(Change::Flip),
        likely().prop_map(Change::Insert),
        Just(Change::Remove),
        Just(Change::Cut),
    ]
}

fn encode(item: &Item) -> Vec<u8> {
    let mut writer = Writer::new();
    write(&mut writer, item);
    writer.finish()
}

fn write(writer: &mut Writer, item: &Item) {
    match item {
        Item::Unsigned(value) => drop(writer.unsigned(*value)),
        Item::Negative(value) => drop(writer.signed(*value)),
        Item::Bytes(value) => drop(writer.bytes(value)),
        Item::Text(value) => drop(writer.text(value)),
        Item::Bool(value) => drop(writer.boolean(*value)),
        Item::Array(items) => {
            writer.array(items.len());
            items.iter().for_each(|item| write(writer, item));
        }
        Item::Map(fields) => {
            writer.map(fields.len());
            for (key, item) in fields {
                writer.unsigned(*key);
                write(writer, item);
            }
        }
    }
}

/// Whether exactly this value comes next.
fn reads(reader: &mut Reader<'_>, item: &Item) -> bool {
    match item {
        Item::Unsigned(value) => reader.unsigned().is_ok_and(|own| own == *value),
        Item::Negative(value) => reader.signed().is_ok_and(|own| own == *value),
        Item::Bytes(value) => reader.bytes().is_ok_and(|own| own == value),
        Item::Text(value) => reader.text().is_ok_and(|own| own == value),
        Item::Bool(value) => reader.boolean().is_ok_and(|own| own == *value),
        Item::Array(items) => {
            reader.array().is_ok_and(|count| count == items.len() as u64)
                && items.iter().all(|item| reads(reader, item))
        }
        Item::Map(fields) => reader.map().is_ok_and(|mut open| {
            fields.iter().all(|(key, item)| reader.field(&mut open, *key).is_ok() && reads(reader, item))
                && reader.end(open).is_ok()
        }),
    }
}

/// The one direction of comparison: `dcbor` has values that the formats lack, and refuses text that
/// is not normalised, which they take as it is.
fn agrees(bytes: &[u8]) -> Result<(), TestCaseError> {
    if check(bytes).is_ok() {
        prop_assert!(dcbor_accepts(bytes) || refused_for_its_text(bytes), "{bytes:02x?}");
    }
    Ok(())
}

fn dcbor_accepts(bytes: &[u8]) -> bool {
    dcbor::CBOR::try_from_data(bytes).is_ok()
}

fn refused_for_its_text(bytes: &[u8]) -> bool {
    matches!(dcbor::CBOR::try_from_data(bytes), Err(dcbor::Error::NonCanonicalString))
}

/// Whether `dcbor` takes every text of it, each asked for alone.
fn is_nfc(item: &Item) -> bool {
    match item {
        Item::Text(_) => dcbor_accepts(&encode(item)),
        Item::Array(items) => items.iter().all(is_nfc),
        Item::Map(fields) => fields.iter().all(|(_, item)| is_nfc(item)),
        _ => true,
    }
}

fn refuses(bytes: &[u8]) -> bool {
    check(bytes).is_err_and(|error| error.code() == "cbor")
}

#[test]
fn the_comparison_with_dcbor_can_fail() {
    // What each of the two has and the other lacks.
    for only_theirs in [&[0xf6][..], &[0xf9, 0x3e, 0x00], &[0xc1, 0x00], &[0xa1, 0x61, 0x61, 0x00]] {
        assert!(dcbor_accepts(only_theirs) && refuses(only_theirs), "{only_theirs:02x?}");
    }
    let not_normalised = [0x63, 0x65, 0xcc, 0x81];
    assert!(check(&not_normalised).is_ok() && refused_for_its_text(&not_normalised));
    for neither in [&[0x18, 0x00][..], &[0xa2, 0x02, 0x00, 0x01, 0x00], &[0x00, 0x00], &[]] {
        assert!(!dcbor_accepts(neither) && refuses(neither), "{neither:02x?}");
    }
}

#[test]
fn dcbor_accepts_whatever_is_accepted_of_up_to_three_bytes() {
    let mut accepted = 0;
    for length in 0..=3 {
        for number in 0..1_u32 << (8 * length) {
            let bytes = &number.to_le_bytes()[..length];
            if check(bytes).is_ok() {
                assert!(dcbor_accepts(bytes) || refused_for_its_text(bytes), "{bytes:02x?}");
                accepted += 1;
            }
        }
    }
    println!("{accepted} of all byte strings of up to 3 bytes accepted");
    assert!(accepted > 100_000);
}

#[test]
fn nesting_is_bounded_and_bombs_of_depth_are_refused_at_once() {
    for open in [[0x81].as_slice(), &[0xa1, 0x00]] {
        let nested = |depth: usize| [open.repeat(depth - 1).as_slice(), &[open[0] & 0xe0]].concat();
        assert!(check(&nested(8)).is_ok() && refuses(&nested(9)));
        assert!(check(&[open.repeat(8).as_slice(), &[0]].concat()).is_ok());
        let bomb = nested(8 << 20);
        quickly(|| assert!(refuses(&bomb) && Reader::new(&bomb, usize::MAX).is_err()));
    }
}

#[test]
fn counts_beyond_the_input_are_refused_at_once() {
    let mut cases = 0;
    for (major, each) in [(2_u8, 1_usize), (3, 1), (4, 1), (5, 2)] {
        for room in [0_usize, 1, 7, 8, 1000] {
            let filler = filler(major, room / each);
            let honest = [head(major, (room / each) as u64), filler.clone()].concat();
            assert!(check(&honest).is_ok(), "{major} {room}");
            let fits = room / each;
            for count in [fits as u64 + 1, 1 << 20, u64::from(u32::MAX), 1 << 62, u64::MAX] {
                let bomb = [head(major, count), filler.clone()].concat();
                quickly(|| assert!(refuses(&bomb), "{major} {room} {count}"));
                cases += 1;
            }
        }
    }
    // Eight levels, each announcing all that is left.
    let mut bomb = Vec::new();
    for _ in 0..8 {
        bomb.extend_from_slice(&head(4, 60_000));
    }
    bomb.resize(bomb.len() + 60_000, 0);
    quickly(|| assert!(refuses(&bomb)));
    println!("{} counts beyond the input refused", cases + 1);
}

#[test]
fn time_is_linear_in_the_input() {
    // The widest and the most fragmented input of 16 MiB, the largest object there is.
    let wide = [head(4, 16 << 20), vec![0; 16 << 20]].concat();
    let empty_maps = [head(4, 16 << 20), vec![0xa0; 16 << 20]].concat();
    for bytes in [wide, empty_maps] {
        quickly(|| assert!(check(&bytes).is_ok()));
    }
}

/// `count` items of a string, array or map: keys ascending, values zero.
fn filler(major: u8, count: usize) -> Vec<u8> {
    match major {
        5 => (0..count as u64).flat_map(|key| [head(0, key), vec![0]].concat()).collect(),
        3 => vec![b'a'; count],
        _ => vec![0; count],
    }
}

/// The shortest head of this major type and argument.
fn head(major: u8, argument: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.unsigned(argument);
    let mut head = writer.finish();
    head[0] |= major << 5;
    head
}

/// Far above what a linear pass takes, far below what anything else would.
fn quickly(work: impl FnOnce()) {
    let started = Instant::now();
    work();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}
