//! Any change of a framing is refused: every bit, every length, every byte that is added.

use std::collections::BTreeMap;

use privity::Hash;
use privity::testing::label::Namespace;
use privity::testing::sums::Sums;
use privity::testing::{json, signing_key, sshsig, sums};

use super::{pack, small, unpack};

type Code = Result<(), &'static str>;

/// Changes `good` in every such way: none may be taken for what is good. What reads as something else
/// `judge` refuses with a word of its own.
fn every_change(good: &[u8], judge: impl Fn(&[u8]) -> Code) -> BTreeMap<&'static str, usize> {
    assert_eq!(judge(good), Ok(()));
    let mut tally = BTreeMap::new();
    let mut refuse = |twin: &[u8], what: &str, at: usize| {
        let code = judge(twin).expect_err(&format!("{what} at {at} was accepted"));
        *tally.entry(code).or_default() += 1;
    };
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut twin = good.to_vec();
            twin[at] ^= 1 << bit;
            refuse(&twin, "a flipped bit", at);
        }
        refuse(&good[..at], "a cut", at);
        refuse(&[&good[..at], &good[at + 1..]].concat(), "a missing byte", at);
    }
    for byte in [0, b'\n', b' ', b'\r', b'x'] {
        refuse(&[good, &[byte]].concat(), "a byte behind", usize::from(byte));
        refuse(&[&[byte], good].concat(), "a byte before", usize::from(byte));
    }
    assert_eq!(tally.values().sum::<usize>(), good.len() * 10 + 10);
    tally
}

#[test]
fn every_change_of_an_archive_is_refused() {
    let honest = small();
    // Names are not covered by the archive itself: a bit flipped in both would be another archive.
    let tally = every_change(&pack(&honest), |bytes| match unpack(bytes) {
        Ok(files) if files == honest => Ok(()),
        Ok(_) => Err("(another archive)"),
        Err(error) => Err(error.code()),
    });
    assert!(!tally.contains_key("(another archive)") && tally["entry-name"] > 0, "{tally:?}");
    println!("zip: {tally:?}");
}

#[test]
fn every_change_of_a_signature_is_refused() {
    let key = signing_key([7; 32]);
    for namespace in Namespace::ALL {
        let text = sshsig::sign(&key, *namespace, b"message");
        let tally = every_change(text.as_bytes(), |bytes| {
            let named = sshsig::verify(bytes, *namespace, b"message").map_err(|error| error.code())?;
            assert_eq!(named, key.verifying_key(), "another key signed the same");
            Ok(())
        });
        for code in ["sshsig", "public-key", "signature-refused"] {
            assert!(tally[code] > 0, "{code}");
        }
        println!("sshsig {}: {tally:?}", namespace.name());
        for other in [
            text.replace('\n', "\r\n"),
            text.replacen('\n', "\r\n", 1),
            text.replacen('\n', "\n\n", 1),
            text.replace("SIGNATURE-----\n", "SIGNATURE----- \n"),
            text.lines().filter(|line| !line.starts_with('-')).collect(),
            text.repeat(2),
            format!("{}{}", text.trim_end(), "\n".repeat(2000)),
        ] {
            let refused = sshsig::verify(other.as_bytes(), *namespace, b"message").unwrap_err();
            assert_eq!(refused.code(), "sshsig", "{other:?}");
        }
    }
}

#[test]
fn every_change_of_a_list_is_refused_or_another_list() {
    let entries = [("README.txt", Hash([0x1F; 32])), ("documents/0001-Brief § 1.pdf", Hash([0xA7; 32]))];
    let text = sums::write(entries).unwrap();
    let tally = every_change(text.as_bytes(), |bytes| {
        let read = Sums::parse(bytes).map_err(|error| error.code())?;
        let again = sums::write(read.entries().iter().map(|(name, hash)| (name.as_str(), *hash))).unwrap();
        assert_eq!(again.as_bytes(), bytes, "one text");
        let same = read.entries().iter().map(|(name, hash)| (name.as_str(), *hash)).eq(entries);
        if same { Ok(()) } else { Err("(another list)") }
    });
    assert!(tally["sums"] > tally["(another list)"], "{tally:?}");
    println!("sums: {tally:?}");
}

#[test]
fn every_change_of_json_is_refused_or_another_value() {
    let text = "{\"a\":[1,-20,true,null,\"x§\\n\"],\"b\":{},\"recipients\":[{\"name\":\"A\"}]}\n";
    let honest = json::parse(text.as_bytes(), 1 << 16).unwrap();
    let tally = every_change(text.as_bytes(), |bytes| {
        let value = json::parse(bytes, 1 << 16).map_err(|error| error.code())?;
        assert_eq!(json::write(&value).unwrap(), bytes, "one text");
        if value == honest { Ok(()) } else { Err("(another value)") }
    });
    assert!(tally["json"] > tally["(another value)"], "{tally:?}");
    println!("json: {tally:?}");
}
