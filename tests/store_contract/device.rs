//! What a device keeps for itself.

use std::path::Path;

use privity::store::{DeviceSlot, DeviceState, FolderDevice, MemoryDevice};

use crate::{Place, code, contract};

contract! {
    nothing_was_saved_at_first
    a_save_is_a_compare_and_swap
    the_slots_are_apart
    of_two_threads_one_saves_each_version
    states_of_all_sizes_come_back
}

const SLOTS: [DeviceSlot; 2] = [DeviceSlot::State, DeviceSlot::Cache];

fn nothing_was_saved_at_first(place: &Place) {
    for slot in SLOTS {
        assert_eq!(place.storage.device.load(slot).unwrap(), (0, None));
    }
}

fn a_save_is_a_compare_and_swap(place: &Place) {
    let (one, two) = (&*place.storage.device, &*place.again().device);
    for slot in SLOTS {
        assert_eq!(one.save(slot, 0, b"first").unwrap(), 1);
        assert_eq!(code(two.save(slot, 0, b"late")), "device-state-conflict");
        assert_eq!(two.load(slot).unwrap(), (1, Some(b"first".to_vec())));
        assert_eq!(two.save(slot, 1, b"second").unwrap(), 2);
        assert_eq!(code(one.save(slot, 1, b"late")), "device-state-conflict");
        assert_eq!(code(one.save(slot, 3, b"early")), "device-state-conflict");
        assert_eq!(one.save(slot, 2, b"").unwrap(), 3);
        assert_eq!(two.load(slot).unwrap(), (3, Some(Vec::new())));
    }
}

fn the_slots_are_apart(place: &Place) {
    let device = &*place.storage.device;
    device.save(DeviceSlot::Cache, 0, b"cache").unwrap();
    assert_eq!(device.load(DeviceSlot::State).unwrap(), (0, None));
    device.save(DeviceSlot::State, 0, b"state").unwrap();
    assert_eq!(device.load(DeviceSlot::Cache).unwrap(), (1, Some(b"cache".to_vec())));
}

fn of_two_threads_one_saves_each_version(place: &Place) {
    const EACH: u64 = 25;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let device = place.again().device;
                let mut done = 0;
                while done < EACH {
                    let (version, bytes) = device.load(DeviceSlot::State).unwrap();
                    assert_eq!(bytes.map_or(0, |bytes| u64::from(bytes[0])), version);
                    let next = [u8::try_from(version + 1).unwrap()];
                    match device.save(DeviceSlot::State, version, &next) {
                        Ok(_) => done += 1,
                        Err(error) => assert_eq!(error.code(), "device-state-conflict"),
                    }
                }
            });
        }
    });
    assert_eq!(place.storage.device.load(DeviceSlot::State).unwrap().0, 2 * EACH);
}

/// Larger and smaller in turn, around whole blocks: nothing of a longer one shines through.
fn states_of_all_sizes_come_back(place: &Place) {
    let sizes = [0, 1, 4_067, 4_068, 4_069, 10, 70_000, 3, 4_096, 8_192, 5, 6];
    for slot in SLOTS {
        for (version, size) in (0u64..).zip(sizes) {
            let bytes = vec![u8::try_from(version).unwrap() + 1; size];
            place.storage.device.save(slot, version, &bytes).unwrap();
            assert_eq!(place.again().device.load(slot).unwrap(), (version + 1, Some(bytes)));
        }
    }
}

#[test]
fn another_device_has_a_state_of_its_own_over_the_same_stores() {
    let place = Place::memory();
    place.storage.device.save(DeviceSlot::State, 0, b"mine").unwrap();
    let other = place.storage.with_device(std::sync::Arc::new(MemoryDevice::new()));
    assert_eq!(other.device.load(DeviceSlot::State).unwrap(), (0, None));
    assert!(std::sync::Arc::ptr_eq(&other.rows, &place.storage.rows));
}

fn saved(folder: &Path, versions: u64) {
    let device = FolderDevice::open(folder).unwrap();
    for version in 0..versions {
        device.save(DeviceSlot::State, version, &[u8::try_from(version + 1).unwrap(); 5_000]).unwrap();
        device.save(DeviceSlot::Cache, version, b"cache").unwrap();
    }
}

/// The newest copy torn at every place a write can have come to: the one before it is still there.
#[test]
fn a_torn_write_leaves_the_version_before() {
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path(), 4);
    // Version 4 went to the second file, over version 2.
    let path = folder.path().join("state-1");
    let newest = std::fs::read(&path).unwrap();
    let load = || FolderDevice::open(folder.path()).unwrap().load(DeviceSlot::State).unwrap();
    assert_eq!(load(), (4, Some(vec![4; 5_000])));
    for written in [0, 1, 8, 15, 19, 20, 2_000, 4_096, 5_019, 5_027] {
        // What was not written holds the version before last, or nothing.
        for rest in [2, 0] {
            let mut torn = newest.clone();
            torn[written..].fill(rest);
            std::fs::write(&path, torn).unwrap();
            assert_eq!(load(), (3, Some(vec![3; 5_000])), "torn at {written}");
        }
    }
    // The next version goes where the torn one lies, not over the only good one.
    let device = FolderDevice::open(folder.path()).unwrap();
    device.save(DeviceSlot::State, 3, b"4 again").unwrap();
    std::fs::write(folder.path().join("state-0"), b"").unwrap();
    assert_eq!(load(), (4, Some(b"4 again".to_vec())));
}

#[test]
fn a_state_of_which_no_copy_is_valid_is_damaged() {
    for versions in [1, 2, 5] {
        let folder = tempfile::tempdir().unwrap();
        saved(folder.path(), versions);
        for name in ["state-0", "state-1"] {
            let path = folder.path().join(name);
            if let Ok(mut bytes) = std::fs::read(&path) {
                bytes[100] ^= 1;
                std::fs::write(path, bytes).unwrap();
            }
        }
        let device = FolderDevice::open(folder.path()).unwrap();
        assert_eq!(code(device.load(DeviceSlot::State)), "device-state-damaged");
        assert_eq!(code(device.save(DeviceSlot::State, 0, b"new")), "device-state-damaged");
    }
}

#[test]
fn a_torn_cache_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path(), 2);
    let path = folder.path().join("cache");
    let whole = std::fs::read(&path).unwrap();
    for torn in [&whole[..0], &whole[..20], &whole[..30]] {
        std::fs::write(&path, torn).unwrap();
        let device = FolderDevice::open(folder.path()).unwrap();
        assert_eq!(device.load(DeviceSlot::Cache).unwrap(), (0, None));
    }
    let device = FolderDevice::open(folder.path()).unwrap();
    assert_eq!(device.save(DeviceSlot::Cache, 0, b"new").unwrap(), 1);
    assert_eq!(device.load(DeviceSlot::State).unwrap().0, 2);
}

/// docs/format/store-v1.md, byte for byte; the checksum is from the reference of FNV-1a.
#[test]
fn the_file_of_a_state_is_the_one_in_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let device = FolderDevice::open(folder.path()).unwrap();
    device.save(DeviceSlot::State, 0, b"abc").unwrap();
    let mut expected = b"PRVYDST1".to_vec();
    expected.extend([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3]);
    expected.extend(b"abc");
    let sum = expected.iter().fold(14_695_981_039_346_656_037u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(1_099_511_628_211)
    });
    expected.extend(sum.to_be_bytes());
    expected.resize(4_096, 0);
    assert_eq!(std::fs::read(folder.path().join("state-0")).unwrap(), expected);
}
