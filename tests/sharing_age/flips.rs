//! Any change of a file is refused: every bit, every length, every order of its chunks.

use privity::sharing::age::armor;
use privity::sharing::age::{self, Identity, Opens, Recipients};
use privity::testing;

use super::{Tally, open, refused, to, x25519};

const CHUNK: usize = 64 * 1024;

#[test]
fn every_flipped_bit_of_a_small_file_is_refused() {
    let identity = x25519(3);
    let file = age::seal(&to(&identity), b"a small exhibit").unwrap();
    assert_eq!(open(&[&identity], &file).unwrap(), b"a small exhibit");
    let tally = flip_every_bit(&[&identity], &file);
    assert_eq!(tally.values().sum::<usize>(), 8 * file.len());
    for code in [
        "not-an-age-file",
        "age-version",
        "age-header",
        "age-stanza",
        "age-no-match",
        "age-header-refused",
        "content-refused",
    ] {
        assert!(tally.contains_key(code), "{code}");
    }
    println!("X25519: {tally:?}");
}

#[test]
fn every_flipped_bit_of_its_armor_is_refused() {
    let identity = x25519(3);
    let file = age::seal(&to(&identity), b"a small exhibit").unwrap();
    let text = armor::encode(&file).unwrap();
    assert_eq!(open(&[&identity], text.as_bytes()).unwrap(), b"a small exhibit");
    let tally = flip_every_bit(&[&identity], text.as_bytes());
    assert_eq!(tally.values().sum::<usize>(), 8 * text.len());
    assert!(tally["armor"] > text.len());
    println!("armor: {tally:?}");
}

#[test]
fn every_flipped_bit_under_a_password_is_refused() {
    let password = testing::age::password(b"ten words", 2).unwrap();
    let key = testing::age::password(b"ten words", 18).unwrap().with_max_work_factor(18).unwrap();
    let file = age::seal(&Recipients::password(password), b"a small exhibit").unwrap();
    assert_eq!(open(&[&key], &file).unwrap(), b"a small exhibit");
    println!("password: {:?}", flip_every_bit(&[&key], &file));
}

#[test]
fn a_flipped_bit_of_every_byte_of_a_hybrid_file_is_refused() {
    let identity = Identity::generate().unwrap();
    let file = age::seal(&to(&identity), b"a small exhibit").unwrap();
    assert_eq!(open(&[&identity], &file).unwrap(), b"a small exhibit");
    let mut tally = Tally::new();
    for at in 0..file.len() {
        let mut twin = file.clone();
        twin[at] ^= 1 << (at % 8);
        *tally.entry(refused_once(&[&identity], &twin)).or_default() += 1;
    }
    println!("hybrid: {tally:?}");
}

#[test]
fn every_other_length_is_refused() {
    let identity = x25519(3);
    for length in [0, 1, 15] {
        let file = age::seal(&to(&identity), &vec![7; length]).unwrap();
        let text = armor::encode(&file).unwrap();
        let mut tally = Tally::new();
        for cut in 0..file.len() {
            *tally.entry(refused(&[&identity], &file[..cut])).or_default() += 1;
        }
        for byte in 0..=255 {
            let longer = [file.as_slice(), &[byte]].concat();
            *tally.entry(refused(&[&identity], &longer)).or_default() += 1;
        }
        // The last newline may be missing.
        for cut in 0..text.len() - 1 {
            *tally.entry(refused(&[&identity], &text.as_bytes()[..cut])).or_default() += 1;
        }
        for byte in (0..=255).filter(|byte| !b" \t\r\n".contains(byte)) {
            let longer = [text.as_bytes(), &[byte]].concat();
            assert_eq!(refused(&[&identity], &longer), "armor");
        }
        println!("{length} bytes: {tally:?}");
    }
}

/// Five chunks, cut around the edges of each.
#[test]
fn chunks_cannot_be_cut_dropped_swapped_or_put_twice() {
    let identity = x25519(3);
    let content: Vec<u8> = (0..4 * CHUNK + 100).map(|at| (at / CHUNK) as u8).collect();
    let file = age::seal(&to(&identity), &content).unwrap();
    assert_eq!(open(&[&identity], &file).unwrap(), content);
    let base = file.len() - content.len() - 5 * 16;
    let start = |chunk: usize| (base + chunk * (CHUNK + 16)).min(file.len());
    let chunk = |at: usize| &file[start(at)..start(at + 1)];
    let put = |order: &[usize]| {
        let chunks = order.iter().flat_map(|&at| chunk(at)).copied();
        file[..base].iter().copied().chain(chunks).collect::<Vec<_>>()
    };
    assert_eq!(put(&[0, 1, 2, 3, 4]), file);
    let mut count = 0;
    let mut refuse = |twin: &[u8], code: &str| {
        let came = refused(&[&identity], twin);
        assert!(came == code || came == "content-refused", "{came}");
        count += 1;
    };
    for a in 0..5 {
        let without: Vec<usize> = (0..5).filter(|&at| at != a).collect();
        refuse(&put(&without), "content-refused");
        for b in 0..5 {
            let mut twice: Vec<usize> = (0..5).collect();
            twice.insert(b, a);
            // One beside itself is the same as one behind itself.
            refuse(&put(&twice), "content-refused");
            let mut swapped: Vec<usize> = (0..5).collect();
            swapped.swap(a, b);
            if a != b {
                refuse(&put(&swapped), "content-refused");
            }
        }
        for by in [0, 1, 15, 16, 17] {
            refuse(&file[..start(a) + by], "age-header");
            let tail = start(a).saturating_sub(by);
            if by > 0 {
                refuse(&file[..tail], "age-header");
            }
        }
        let mut flipped = file.clone();
        flipped[start(a + 1) - 1] ^= 1;
        refuse(&flipped, "content-refused");
    }
    println!("{count} refused");
}

fn flip_every_bit(keys: &[&dyn Opens], file: &[u8]) -> Tally {
    let mut tally = Tally::new();
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut twin = file.to_vec();
            twin[at] ^= 1 << bit;
            *tally.entry(refused(keys, &twin)).or_default() += 1;
        }
    }
    tally
}

/// In one way only, where unwrapping is slow.
fn refused_once(keys: &[&dyn Opens], file: &[u8]) -> &'static str {
    age::open(keys, file).expect_err("refused").code()
}
