//! Archives made to confuse, to overwrite or to be read as two different ones. Each deviates from the
//! honest one in what its name says alone.

use std::collections::BTreeMap;

use super::build::{Builder, File};
use super::cases::{CASES, NAMES};
use super::{pack, refused, small, unpack};

#[test]
fn every_other_layout_is_refused() {
    let honest = Builder::of(&small()).build();
    assert_eq!(unpack(honest.as_slice()).unwrap(), small());
    assert_eq!(honest, pack(&small()), "two writers, one layout");
    let mut tally = BTreeMap::<_, usize>::new();
    for (what, code, change) in CASES {
        let mut builder = Builder::of(&small());
        change(&mut builder);
        let archive = builder.build();
        assert_ne!(archive, honest, "{what} changes nothing");
        assert_eq!(refused(&archive), *code, "{what}");
        *tally.entry(code).or_default() += 1;
    }
    println!("{} layouts refused {tally:?}", CASES.len());
}

#[test]
fn every_unsafe_name_is_refused() {
    for name in NAMES {
        let mut builder = Builder::of(&small());
        builder.files[1] = File::of(name, b"");
        assert_eq!(refused(&builder.build()), "entry-name", "{:?}", String::from_utf8_lossy(name));
    }
    println!("{} names refused", NAMES.len());
}

#[test]
fn too_many_entries_are_refused() {
    let many = |count: usize| {
        let names: Vec<_> = (0..count).map(|at| (at.to_string(), vec![])).collect();
        Builder::of(&names).build()
    };
    assert_eq!(unpack(many(65_534).as_slice()).unwrap().len(), 65_534);
    // The next one is refused where it begins, before the directory.
    assert_eq!(refused(&many(65_535)), "zip");
}

/// A header may promise more than there is; nothing is allocated for it.
#[test]
fn a_promise_of_everything_costs_nothing() {
    for size in [1 << 32, 1 << 62, u64::MAX - 1, u64::MAX] {
        let mut builder = Builder::of(&small());
        let numbers = size.to_le_bytes();
        builder.files[2].both(|header| {
            header.version = 45;
            (header.size, header.stored) = (u32::MAX, u32::MAX);
            header.extra = [b"\x01\0\x10\0".as_slice(), &numbers, &numbers].concat();
        });
        assert_eq!(refused(&builder.build()), "zip");
    }
}
