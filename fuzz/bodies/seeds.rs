//! The committed corpus, made here: inputs that must be taken and inputs that must be refused.
//! `PRIVITY_WRITE_CORPUS=1 cargo test --test fuzz_replay` writes them again.

use privity::envelope::Profile;
use privity::testing;

use super::bodies::{envelope, keys};

#[path = "seeds/age.rs"]
mod age;
#[path = "seeds/audit.rs"]
mod audit;
#[path = "seeds/party.rs"]
mod party;
#[path = "seeds/share.rs"]
mod share;
#[path = "seeds/vault.rs"]
mod vault;

/// Target, name of the file, bytes. The name says what must become of it.
pub fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = audit::all();
    all.extend(age::all());
    all.extend(party::all());
    all.extend(share::all());
    all.extend(vault::all());
    cbor(&mut |name, bytes| all.push(("codec_cbor", name.to_owned(), bytes)));
    ids(&mut |name, bytes| all.push(("codec_ids", name.to_owned(), bytes)));
    open(&mut |name, bytes| all.push(("envelope_open", name.to_owned(), bytes)));
    ranges(&mut |name, bytes| all.push(("envelope_ranges", name.to_owned(), bytes)));
    wraps(&mut |name, bytes| all.push(("keys_wrap", name.to_owned(), bytes)));
    identities(&mut |name, bytes| all.push(("keys_identity", name.to_owned(), bytes)));
    all
}

fn cbor(put: &mut dyn FnMut(&str, Vec<u8>)) {
    put("accept-header", testing::frame(&envelope::header(3))[12..].to_vec());
    put(
        "accept-numbers",
        b"\x86\x00\x17\x18\x18\x19\x01\x00\x1a\x00\x01\x00\x00\x1b\x00\x00\x00\x01\0\0\0\0".to_vec(),
    );
    put("accept-negative-limit", b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec());
    put("accept-strings", b"\x82\x43abc\x63\xe2\x82\xac".to_vec());
    put("accept-booleans-nested", b"\xa2\x01\xf4\x02\xa1\x00\xf5".to_vec());
    put("accept-depth-8", [[0x81; 8].as_slice(), &[0]].concat());
    put("refuse-depth-9", [[0x81; 9].as_slice(), &[0]].concat());
    put("refuse-depth-bomb", vec![0x81; 4096]);
    put("refuse-map-bomb", [0xa1, 0x00].repeat(2048));
    put("refuse-negative-too-low", b"\x3b\x80\0\0\0\0\0\0\0".to_vec());
    put("refuse-long-form", b"\x18\x17".to_vec());
    put("refuse-indefinite", b"\x9f\xff".to_vec());
    put("refuse-tag", b"\xc0\x00".to_vec());
    put("refuse-float", b"\xf9\x00\x00".to_vec());
    put("refuse-null", b"\xf6".to_vec());
    put("refuse-keys-unsorted", b"\xa2\x02\x00\x01\x00".to_vec());
    put("refuse-keys-twice", b"\xa2\x01\x00\x01\x00".to_vec());
    put("refuse-key-text", b"\xa1\x61a\x00".to_vec());
    put("refuse-array-count", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec());
    put("refuse-map-count", b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff".to_vec());
    put("refuse-bytes-count", b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec());
    put("refuse-not-utf8", b"\x61\xff".to_vec());
    put("refuse-trailing", b"\x00\x00".to_vec());
    put("refuse-empty", Vec::new());
}

fn ids(put: &mut dyn FnMut(&str, Vec<u8>)) {
    for prefix in ["frm", "doc", "mat", "prn", "usr", "dev", "chn"] {
        put(&format!("accept-{prefix}"), format!("{prefix}_0123456789abcdefghjkmnpqrs").into_bytes());
    }
    put("accept-largest", b"doc_7zzzzzzzzzzzzzzzzzzzzzzzzz".to_vec());
    put("refuse-129-bits", b"doc_8zzzzzzzzzzzzzzzzzzzzzzzzz".to_vec());
    put("refuse-upper-case", b"doc_0123456789ABCDEFGHJKMNPQRS".to_vec());
    put("refuse-alias", b"doc_o123456789abcdefghjkmnpqrs".to_vec());
    put("refuse-short", b"doc_0123456789abcdefghjkmnpqr".to_vec());
    put("refuse-long", b"doc_0123456789abcdefghjkmnpqrst".to_vec());
    put("refuse-prefix", b"dox_0123456789abcdefghjkmnpqrs".to_vec());
    put("refuse-no-underscore", b"doc0123456789abcdefghjkmnpqrs0".to_vec());
    put("refuse-two-byte-letter", "doc_0123456789abcdefghjkmnpqé".as_bytes().to_vec());
    put("refuse-not-utf8", b"doc_\xff".to_vec());
    put("refuse-empty", Vec::new());
}

fn open(put: &mut dyn FnMut(&str, Vec<u8>)) {
    for selector in 0..4 {
        let header = envelope::header(selector);
        let whole = |content: &[u8]| {
            let (key, salt) = ([7; 32], [selector; 24]);
            testing::seal_document(&header, key, salt, content).expect("sealed").0
        };
        let name = ["chacha", "aes", "chacha-padded", "aes-padded"][usize::from(selector)];
        put(&format!("accept-bytes-{name}-empty"), [&[0], whole(b"").as_slice()].concat());
        put(&format!("accept-bytes-{name}"), [&[0], whole(b"a letter").as_slice()].concat());
        put(
            &format!("accept-plaintext-{name}"),
            [&[1, selector], padded(selector, b"text").as_slice()].concat(),
        );
        let frame = testing::frame(&header);
        let header_case = |encoded: &[u8], plaintext: &[u8]| {
            let size = u8::try_from(encoded.len()).expect("short");
            [&[2, selector, size], encoded, plaintext].concat()
        };
        put(&format!("accept-header-{name}"), header_case(&frame[12..], &padded(selector, b"text")));
        put(&format!("accept-undamaged-{name}"), vec![3, selector, 8]);
        let mut cut = whole(b"a letter");
        cut.pop();
        put(&format!("refuse-bytes-{name}-cut"), [&[0], cut.as_slice()].concat());
        // A flip in the last chunk of 40,000 bytes; a whole chunk taken out; one put elsewhere.
        put(&format!("refuse-flip-{name}"), vec![3, selector, 8, 0, 0, 0x90, 0, 0, 0, 1]);
        put(&format!("refuse-chunk-removed-{name}"), vec![3, selector, 8, 4, 0, 0, 0x80, 0, 0x40, 0x10]);
        put(
            &format!("refuse-chunk-moved-{name}"),
            vec![3, selector, 8, 3, 0, 0, 0x80, 0, 0x40, 0x10, 0, 0x40, 0x90],
        );
        let mut other = frame[12..].to_vec();
        *other.last_mut().expect("a header") ^= 1;
        put(&format!("refuse-header-{name}-padding"), header_case(&other, &padded(selector ^ 2, b"text")));
    }
    put("refuse-padding-not-zero", [&[1, 2], b"text\x01".as_slice(), &padded(2, b"text")[5..]].concat());
    put("refuse-padding-length", [&[1, 2], padded(2, b"text").as_slice(), &[0]].concat());
    put("refuse-padding-huge", [[1, 2].as_slice(), &[0xFF; 12]].concat());
    put("refuse-padding-none", vec![1, 2]);
    put("refuse-header-empty", vec![2, 0, 0]);
    put("refuse-not-ours", [[0].as_slice(), &[0x25; 64]].concat());
    put("refuse-header-length", [[0].as_slice(), b"PRVYDOC1\xff\xff\xff\xff", &[0; 64]].concat());
    put("refuse-empty", Vec::new());
}

/// A short content with its padding, if the selector asks for it: 4 bytes become 13.
fn padded(selector: u8, content: &[u8; 4]) -> Vec<u8> {
    if selector & 2 == 0 {
        content.to_vec()
    } else {
        [content.as_slice(), &[0], &4_u64.to_be_bytes()].concat()
    }
}

fn ranges(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let histories: [(&str, &[u8]); 5] = [
        ("range", &[0, 0, 0x3F, 0xFF, 0, 0, 2]),
        ("whole", &[0, 0, 0, 0, 0, 0x9C, 0x40]),
        ("reads", &[1, 0, 0, 0, 0, 0, 10, 1, 0, 0, 0, 0, 0x50, 0, 1, 0, 0, 0, 0, 0x40, 0]),
        ("seek-start-read", &[2, 0, 0x3F, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9]),
        ("seek-end-current", &[3, 0, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9, 4, 0, 0xFF, 0, 0, 0, 0]),
    ];
    for selector in 0..4 {
        for (name, history) in histories {
            put(&format!("accept-{name}-{selector}"), [&[selector, 8, 0], history].concat());
        }
        put(&format!("refuse-outside-{selector}"), vec![selector, 2, 0, 0, 0, 0, 0x60, 0, 0, 9]);
        // A flip in the first chunk: the opener cannot see it, a read there must.
        let flip = [selector, 8, 1, 0, 0x01, 0x00, 0x80];
        put(&format!("refuse-flip-range-{selector}"), [flip.as_slice(), histories[0].1].concat());
        put(&format!("refuse-flip-reads-{selector}"), [flip.as_slice(), histories[2].1].concat());
        put(
            &format!("accept-flip-elsewhere-{selector}"),
            [flip.as_slice(), &[0, 0, 0x50, 0, 0, 0, 9]].concat(),
        );
        put(&format!("refuse-flip-commitment-{selector}"), vec![selector, 8, 1, 0, 0, 0x50, 1]);
    }
}

fn wraps(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let public = keys::identity().public().as_bytes().as_slice();
    for (profile, name) in [(Profile::ChaCha, "chacha"), (Profile::Aes, "aes")] {
        let bit = u8::try_from(profile.number() - 1).expect("0 or 1");
        let wrap = keys::honest_wrap(profile);
        put(&format!("accept-public-key-{name}"), [&[bit], public].concat());
        put(&format!("accept-public-key-undamaged-{name}"), vec![2 | bit]);
        put(&format!("accept-wrap-{name}"), [&[4 | bit], wrap.as_bytes().as_slice()].concat());
        put(&format!("accept-wrap-undamaged-{name}"), vec![6 | bit]);
        put(
            &format!("refuse-wrap-other-profile-{name}"),
            [&[4 | (1 - bit)], wrap.as_bytes().as_slice()].concat(),
        );
        put(&format!("refuse-wrap-short-{name}"), [&[4 | bit], &wrap.as_bytes()[1..]].concat());
        for (part, place) in [("ml-kem", 0_u16), ("x25519", 1100), ("ciphertext", 1125), ("tag", 1167)] {
            let [high, low] = place.to_be_bytes();
            put(&format!("refuse-wrap-{part}-{name}"), vec![6 | bit, 0, 0, high, low, 0, 0, 1]);
        }
        let low_order = [&wrap.as_bytes()[..1088], &[0; 32], &wrap.as_bytes()[1120..]].concat();
        put(&format!("refuse-wrap-low-order-{name}"), [&[4 | bit], low_order.as_slice()].concat());
    }
    put("accept-public-key-another", vec![2, 0, 0, 0x04, 0xA5, 0, 0, 1]);
    put("refuse-public-key-low-order", [&[0], &public[..1184], &[0; 32]].concat());
    put("refuse-public-key-modulus", [&[0, 0xFF, 0xFF, 0xFF], &public[3..]].concat());
    put("refuse-public-key-short", [&[0], &public[1..]].concat());
    put("refuse-empty", Vec::new());
}

fn identities(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let wrapped = [8 ^ 0x5A; 32];
    put("accept-file-chacha", [&[0], keys::protected(1, "fuzz.xor", &wrapped).as_slice()].concat());
    put("accept-file-aes", [&[0], keys::protected(2, "fuzz.xor", &wrapped).as_slice()].concat());
    put("accept-undamaged", vec![1]);
    put("accept-fields", vec![2, 1]);
    put("refuse-profile", vec![2, 3]);
    put("refuse-name-other", [&[2, 1, 10], b"passphrase".as_slice()].concat());
    put("refuse-name-letters", [&[2, 1, 4], b"Fuzz".as_slice()].concat());
    put("refuse-name-long", [[2, 1, 65].as_slice(), &[b'a'; 65]].concat());
    put("refuse-secret-short", [&[2, 1, 8], b"fuzz.xor".as_slice(), &wrapped[1..]].concat());
    put("refuse-secret-other", [&[2, 1, 8], b"fuzz.xor".as_slice(), &[1; 32]].concat());
    put("refuse-wrap-4097", [&[2, 1, 8], b"fuzz.xor".as_slice(), &[1; 4097]].concat());
    put("refuse-flip-wrap", vec![1, 0, 0, 0, 0x20, 0, 0, 1]);
    put("refuse-flip-seal", vec![1, 0, 0, 0, 0x98, 0, 0, 1]);
    put("refuse-cut", vec![1, 1, 0, 0, 0x80, 0, 0, 0]);
    put("refuse-extended", vec![1, 2, 0, 0, 0, 0, 0, 1, 0]);
    let cost = |memory: u8, passes: u8, lanes: u8| {
        let head = [3, 0xA6, 1, 1, 2, 0x1A, 0, memory, 0, 0, 3, passes, 4, lanes, 5, 0x50];
        [head.as_slice(), &[0; 16], &[6, 0x58, 0x68], &[0; 104]].concat()
    };
    put("refuse-cost-passes", cost(1, 2, 4));
    put("refuse-cost-lanes", cost(1, 3, 17));
    put("refuse-cost-memory", cost(0x20, 3, 4));
    put("refuse-cost-none", cost(1, 3, 0));
    put("refuse-not-ours", [[0].as_slice(), &[0x25; 64]].concat());
    put("refuse-depth-bomb", [b"\0PRVYIDN1".as_slice(), &[0x81; 4000]].concat());
    put("refuse-empty", Vec::new());
}
