//! Headers made to confuse, to exhaust or to be taken for another: each under a good MAC where it
//! has one, so that nothing but the reason named can refuse it.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use privity::sharing::age::{self, Header, Identity, MAX_HEADER, MAX_STANZAS, Opens, Recipient, Recipients};
use privity::testing::{self, base64};

use super::{open, options, refused, to, x25519};

const FILE_KEY: [u8; 16] = [5; 16];

/// A stanza: its arguments and its body.
type Stanza = (String, Vec<u8>);

fn honest(identity: &Identity) -> Stanza {
    let to = identity.recipient().as_bytes().try_into().unwrap();
    let (share, body) = testing::age::x25519_stanza(to, [6; 32], FILE_KEY).unwrap();
    (format!("X25519 {}", base64::encode_unpadded(&share)), body.to_vec())
}

fn file(stanzas: &[Stanza]) -> Vec<u8> {
    let header = testing::age::header_of(stanzas, FILE_KEY);
    [header, testing::age::payload(FILE_KEY, [9; 16], b"exhibit").unwrap()].concat()
}

fn stanza(line: &str, body: &[u8]) -> Stanza {
    (line.to_owned(), body.to_vec())
}

#[test]
fn a_stanza_that_is_malformed_is_refused_beside_one_that_opens() {
    let identity = x25519(3);
    let hybrid = Identity::generate().unwrap();
    let good = honest(&identity);
    let keys: [&dyn Opens; 2] = [&hybrid, &identity];
    assert_eq!(open(&keys, &file(std::slice::from_ref(&good))).unwrap(), b"exhibit");
    let (share, enc) = (base64::encode_unpadded(&[9; 32]), base64::encode_unpadded(&[9; 1120]));
    let long = base64::encode_unpadded(&[9; 33]);
    let bad = [
        stanza("X25519", &[0; 32]),
        stanza(&format!("X25519 {share} more"), &[0; 32]),
        stanza(&format!("X25519 {long}"), &[0; 32]),
        stanza(&format!("X25519 {}", &share[1..]), &[0; 32]),
        stanza(&format!("X25519 {share}="), &[0; 32]),
        // The last character may not carry stray bits.
        stanza(&format!("X25519 {}l", &share[..42]), &[0; 32]),
        stanza(&format!("X25519 {share}"), &[0; 31]),
        stanza(&format!("X25519 {share}"), &[0; 33]),
        stanza(&format!("X25519 {share}"), &[]),
        stanza("mlkem768x25519", &[0; 32]),
        stanza(&format!("mlkem768x25519 {share}"), &[0; 32]),
        stanza(&format!("mlkem768x25519 {enc} more"), &[0; 32]),
        stanza(&format!("mlkem768x25519 {enc}"), &[0; 48]),
        stanza("scrypt 10", &[0; 32]),
    ];
    for bad in &bad {
        for both in [[good.clone(), bad.clone()], [bad.clone(), good.clone()]] {
            assert_eq!(refused(&keys, &file(&both)), "age-stanza", "{}", bad.0);
        }
    }
    // What is no stanza of ours is passed over, whatever it holds.
    for other in ["grease", "x25519 a b c", "X25519-more", "a", "!~ \" #"] {
        let both = [stanza(other, &[1; 100]), good.clone(), stanza(other, &[])];
        assert_eq!(open(&keys, &file(&both)).unwrap(), b"exhibit", "{other}");
    }
    // Whoever has no hybrid identity knows nothing of hybrid stanzas.
    let both = [good.clone(), stanza("mlkem768x25519", &[])];
    assert_eq!(open(&[&identity], &file(&both)).unwrap(), b"exhibit");
    println!("{} stanzas refused beside a good one", bad.len());
}

#[test]
fn a_password_stands_alone() {
    let password = testing::age::password(b"ten words", 2).unwrap();
    let sealed = age::seal(&Recipients::password(password), b"exhibit").unwrap();
    let text = String::from_utf8_lossy(&sealed).into_owned();
    let line = text.lines().nth(1).unwrap().strip_prefix("-> ").unwrap();
    let alone = stanza(line, &[0; 32]);
    let identity = x25519(3);
    let (key, good) = (testing::age::password(b"ten words", 18).unwrap(), honest(&identity));
    assert_eq!(refused(&[&key], &file(std::slice::from_ref(&alone))), "age-no-match");
    let mixtures = [
        vec![good.clone(), alone.clone()],
        vec![alone.clone(), good],
        vec![alone.clone(), alone.clone()],
        vec![alone, stanza("grease", &[])],
    ];
    for mixture in mixtures {
        // Even for whoever has an identity that would open it.
        for keys in [[&identity as &dyn Opens], [&key]] {
            assert_eq!(refused(&keys, &file(&mixture)), "age-stanza");
        }
    }
}

#[test]
fn the_work_of_a_password_is_limited_before_any_is_done() {
    let key = testing::age::password(b"ten words", 18).unwrap();
    let low = testing::age::password(b"ten words", 18).unwrap().with_max_work_factor(18).unwrap();
    let salt = base64::encode_unpadded(&[1; 16]);
    let with = |factor: &str| file(&[stanza(&format!("scrypt {salt} {factor}"), &[0; 32])]);
    assert_eq!(refused(&[&key], &with("2")), "age-no-match");
    let started = Instant::now();
    for factor in ["23", "24", "63", "64", "255", "256", "274", "65554", "18446744073709551615"] {
        assert_eq!(refused(&[&key], &with(factor)), "age-work-factor", "{factor}");
    }
    assert_eq!(refused(&[&low], &with("19")), "age-work-factor");
    for factor in ["0", "00", "01", "018", "+18", "-1", "1e1", "0x12", "18446744073709551616", "１８", "2x"]
    {
        if factor.is_ascii() {
            assert_eq!(refused(&[&key], &with(factor)), "age-stanza", "{factor}");
        } else {
            assert_eq!(refused(&[&key], &with(factor)), "age-header", "{factor}");
        }
    }
    assert!(started.elapsed() < Duration::from_secs(2), "no work was done");
    for most in [0, 1, 17, 23, 255] {
        let limited = testing::age::password(b"ten words", 18).unwrap().with_max_work_factor(most);
        assert_eq!(limited.unwrap_err().code(), "age-work-factor");
    }
}

#[test]
fn points_of_small_order_are_refused_as_recipients_and_as_shares() {
    // RFC 7748 leaves twelve encodings: five points below 2^255, some of them above the modulus, and
    // each again with the top bit, which is ignored.
    let p_minus_1 = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
    let points = [
        &"00".repeat(32),
        &format!("01{}", "00".repeat(31)),
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        p_minus_1,
        &p_minus_1.replacen("ec", "ed", 1),
        &p_minus_1.replacen("ec", "ee", 1),
    ];
    let identity = x25519(3);
    let hybrid = Identity::generate().unwrap();
    let mut enc = vec![3; 1120];
    let mut count = 0;
    for point in points {
        let low: Vec<u8> =
            (0..64).step_by(2).map(|at| u8::from_str_radix(&point[at..at + 2], 16).unwrap()).collect();
        for top in [0, 0x80] {
            let mut point: [u8; 32] = low.clone().try_into().unwrap();
            point[31] |= top;
            assert_eq!(Recipient::x25519(&point).unwrap_err().code(), "public-key");
            let share = stanza(&format!("X25519 {}", base64::encode_unpadded(&point)), &[0; 32]);
            assert_eq!(refused(&[&identity], &file(&[share])), "age-stanza");
            enc[1088..].copy_from_slice(&point);
            let share = stanza(&format!("mlkem768x25519 {}", base64::encode_unpadded(&enc)), &[0; 32]);
            assert_eq!(refused(&[&hybrid], &file(&[share])), "age-stanza");
            count += 3;
        }
    }
    enc[1088..].copy_from_slice(&[9; 32]);
    let other = stanza(&format!("mlkem768x25519 {}", base64::encode_unpadded(&enc)), &[0; 32]);
    assert_eq!(refused(&[&hybrid], &file(&[other])), "age-no-match");
    println!("{count} refused");
}

#[test]
fn headers_have_one_form() {
    let identity = x25519(3);
    let good = file(&[honest(&identity)]);
    assert_eq!(open(&[&identity], &good).unwrap(), b"exhibit");
    let text = |bytes: &[u8]| bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
    let good = text(&good);
    let v1 = "age-encryption.org/v1\n";
    let body = good.lines().nth(2).unwrap().to_owned();
    let twins = [
        ("empty", String::new(), "not-an-age-file"),
        ("another file", "PK\u{3}\u{4} and so on".into(), "not-an-age-file"),
        ("a long line of nothing", "a".repeat(1 << 20), "not-an-age-file"),
        ("only the beginning", "age-encryption.org/".into(), "age-header"),
        ("no version", good.replacen("/v1\n", "/\n", 1), "age-header"),
        ("version 2", good.replacen("/v1\n", "/v2\n", 1), "age-version"),
        ("version 11", good.replacen("/v1\n", "/v11\n", 1), "age-version"),
        ("a space in the version", good.replacen("/v1\n", "/v1 \n", 1), "age-header"),
        ("CR LF", good.replacen("/v1\n", "/v1\r\n", 1), "age-header"),
        ("a version without end", format!("age-encryption.org/{}", "v".repeat(1 << 20)), "age-header"),
        ("no stanza", format!("{v1}--- {}\n", "A".repeat(43)), "age-header"),
        ("an empty line", good.replacen(v1, &format!("{v1}\n"), 1), "age-header"),
        ("no space", good.replacen("-> X", "->X", 1), "age-header"),
        ("two spaces", good.replacen("-> X", "->  X", 1), "age-header"),
        ("a space at the end", good.replacen(&format!("\n{body}"), &format!(" \n{body}"), 1), "age-header"),
        ("two spaces between", good.replacen("X25519 ", "X25519  ", 1), "age-header"),
        ("a tab", good.replacen("X25519 ", "X25519\t", 1), "age-header"),
        ("no argument", good.replacen(v1, &format!("{v1}-> \n\n"), 1), "age-header"),
        ("a control character", good.replacen("-> X", "-> \u{7f}X", 1), "age-header"),
        ("not ASCII", good.replacen("-> X", "-> \u{e4}X", 1), "age-header"),
        ("a padded body", good.replacen(&body, &format!("{body}="), 1), "age-header"),
        (
            "a body in two lines",
            good.replacen(&body, &format!("{}\n{}", &body[..20], &body[20..]), 1),
            "age-header",
        ),
        ("a body of 65 columns", good.replacen(&body, &"A".repeat(65), 1), "age-header"),
        ("a full last line", good.replacen(&body, &"A".repeat(64), 1), "age-header"),
        ("a body with CR", good.replacen(&body, &format!("{body}\r"), 1), "age-header"),
        ("no body", good.replacen(&format!("{body}\n"), "", 1), "age-header"),
        ("no space before the MAC", good.replacen("--- ", "---", 1), "age-header"),
        ("two spaces before the MAC", good.replacen("--- ", "---  ", 1), "age-header"),
        ("four dashes", good.replacen("--- ", "---- ", 1), "age-header"),
        ("a short MAC", good.replacen("--- ", "--- \n", 1), "age-header"),
        ("a long MAC", good.replacen("--- ", "--- AAAA", 1), "age-header"),
    ];
    for (name, twin, code) in &twins {
        let bytes: Vec<u8> = twin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_ne!(*twin, good, "{name}");
        assert_eq!(refused(&[&identity], &bytes), *code, "{name}");
    }
    println!("{} twins refused", twins.len());
}

#[test]
fn the_header_is_covered_by_its_mac() {
    let identity = x25519(3);
    let good = testing::age::header_of(&[honest(&identity)], FILE_KEY);
    let more = testing::age::header_of(&[honest(&identity), stanza("grease", &[])], FILE_KEY);
    let payload = testing::age::payload(FILE_KEY, [9; 16], b"exhibit").unwrap();
    assert_eq!(open(&[&identity], &[more.clone(), payload.clone()].concat()).unwrap(), b"exhibit");
    // A stanza added, with the MAC of the header without it.
    let added = [&more[..more.len() - 48], &good[good.len() - 48..], &payload].concat();
    assert_eq!(refused(&[&identity], &added), "age-header-refused");
    // The MAC under another file key.
    let other = testing::age::header_of(&[honest(&identity)], [6; 16]);
    assert_eq!(refused(&[&identity], &[other, payload].concat()), "age-header-refused");
}

#[test]
fn the_limits_of_a_header_hold_and_nothing_is_read_beyond_them() {
    let identity = x25519(3);
    let many = |count: usize| {
        let mut stanzas = vec![stanza("grease", &[]); count - 1];
        stanzas.push(honest(&identity));
        file(&stanzas)
    };
    assert_eq!(open(&[&identity], &many(MAX_STANZAS)).unwrap(), b"exhibit");
    assert_eq!(refused(&[&identity], &many(MAX_STANZAS + 1)), "age-header");
    // 1,000 stanzas of our own kind, of which the last opens.
    let mut stanzas = vec![(honest(&identity).0, vec![0; 32]); 999];
    stanzas.push(honest(&identity));
    assert_eq!(age::open(&[&identity], &file(&stanzas)).unwrap(), b"exhibit");

    let fixed = testing::age::header_of(&[stanza(&"g".repeat(7), &[])], FILE_KEY).len() - 7;
    for (length, fits) in [(MAX_HEADER - fixed, true), (MAX_HEADER - fixed + 1, false)] {
        let header = testing::age::header_of(&[stanza(&"g".repeat(length), &[])], FILE_KEY);
        assert_eq!(Header::read(header.as_slice()).is_ok(), fits, "{}", header.len());
    }

    // Endless input of every shape: refused after at most the limit and a buffer.
    let started = Instant::now();
    for endless in ["-> g\n\n", "-> g\n", "A", "AAAA\n", "-> a b c d e f g h\nAAAA\n", "\n", "---", "-> "] {
        let start = b"age-encryption.org/v1\n-> g\n";
        let mut counted = Counted { from: start.chain(Endless(endless.as_bytes(), 0)), read: 0 };
        let opened = age::open_stream(&[&identity], &mut counted, io::sink(), options(1));
        assert_eq!(opened.unwrap_err().code(), "age-header", "{endless:?}");
        assert!(counted.read <= MAX_HEADER + 64 * 1024, "{endless:?}: {}", counted.read);
    }
    let mut counted = Counted { from: Endless(b"x", 0), read: 0 };
    let opened = age::open_stream(&[&identity], &mut counted, io::sink(), options(1));
    assert_eq!((opened.unwrap_err().code(), counted.read <= 64 * 1024), ("not-an-age-file", true));
    for endless in [" ", "\n", "\r\n", "-", "-----BEGIN AGE ENCRYPTED FILE-----\n", "\n-----BEGIN"] {
        let mut counted = Counted { from: Endless(endless.as_bytes(), 0), read: 0 };
        let opened = age::open_stream(&[&identity], &mut counted, io::sink(), options(1));
        assert_eq!((opened.unwrap_err().code(), counted.read <= 64 * 1024), ("armor", true), "{endless:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(20), "linear work");
}

#[test]
fn armor_has_one_form() {
    let identity = x25519(3);
    let text = age::armor::encode(&age::seal(&to(&identity), &[7; 200]).unwrap()).unwrap();
    let keys: [&dyn Opens; 1] = [&identity];
    for honest in [
        text.clone(),
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
        format!("\n \t\r\n{text}\n \n"),
        format!("{}\n{text}{}", " ".repeat(1000), " ".repeat(1024)),
    ] {
        assert_eq!(open(&keys, honest.as_bytes()).unwrap(), [7; 200]);
    }
    let lines: Vec<&str> = text.lines().collect();
    let (begin, first, last, end) = (lines[0], lines[1], lines[lines.len() - 2], lines[lines.len() - 1]);
    let twins = [
        text.replacen('\n', "\r\n", 1),
        text.replace('\n', "\r\n").replacen(&format!("{first}\r\n"), &format!("{first}\n"), 1),
        text.replacen(begin, &begin.to_lowercase(), 1),
        text.replacen("AGE ENCRYPTED FILE", "PGP MESSAGE", 1),
        text.replacen(begin, &format!(" {begin}"), 1),
        text.replacen(begin, &format!("{begin} "), 1),
        text.replacen(begin, &format!("{begin}\nComment: none"), 1),
        text.replacen(begin, &format!("{begin}\n"), 1),
        text.replacen(first, &format!("{first} "), 1),
        text.replacen(first, &format!(" {first}"), 1),
        text.replacen(first, &first[..60], 1),
        text.replacen(&format!("{first}\n"), &format!("{}\n{}\n", &first[..32], &first[32..]), 1),
        text.replacen(&format!("{first}\n"), first, 1),
        text.replacen(first, &first.replacen(&first[..1], "-", 1), 1),
        text.replacen(last, &format!("{last}\n"), 1),
        text.replacen(last, &format!("{last}\nAAAA"), 1),
        text.replacen(last, last.trim_end_matches('='), 1),
        text.replacen(end, &format!("=AAAA\n{end}"), 1),
        text.replacen(end, "", 1),
        text.replacen(end, begin, 1),
        format!("{text}x"),
        format!("{text}{text}"),
        format!("{}\n{text}", " ".repeat(1025)),
        format!("{text}{}", " ".repeat(1025)),
        format!("x\n{text}"),
    ];
    for twin in &twins {
        assert_ne!(*twin, text);
        let code = refused(&keys, twin.as_bytes());
        // What does not begin as armor is taken for a binary file.
        assert!(code == "armor" || (twin.starts_with('x') && code == "not-an-age-file"), "{code}\n{twin}");
    }
    println!("{} twins refused", twins.len());
}

/// The same bytes for ever.
struct Endless(&'static [u8], usize);

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for byte in out.iter_mut() {
            *byte = self.0[self.1 % self.0.len()];
            self.1 += 1;
        }
        Ok(out.len())
    }
}

struct Counted<R> {
    from: R,
    read: usize,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(out)?;
        self.read += count;
        Ok(count)
    }
}
