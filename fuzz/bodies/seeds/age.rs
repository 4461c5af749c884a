//! The corpus of the age targets.

use privity::sharing::age::armor;
use privity::testing::{self, base64};

use super::super::bodies::age::{FILE_KEY, LENGTHS, file, identity, stanza};

/// Target, name of the file, bytes.
pub fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = Vec::new();
    headers(&mut |name, bytes| all.push(("age_header", name.to_owned(), bytes)));
    files(&mut |name, bytes| all.push(("age_file", name.to_owned(), bytes)));
    all
}

fn headers(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let after = |selector: u8, bytes: &[u8]| [&[selector], bytes].concat();
    let header = testing::age::header_of(&[stanza()], FILE_KEY);
    let text = String::from_utf8(header.clone()).expect("text");
    let read = |text: &str| after(0, text.as_bytes());
    let other = |line: &str, body: &[u8]| (line.to_owned(), body.to_vec());
    let two = testing::age::header_of(&[other("grease a b", &[1; 48]), stanza()], FILE_KEY);
    put("accept-header", after(0, &header));
    put("accept-header-and-more", after(0, &[header.as_slice(), b"payload"].concat()));
    put("accept-two-stanzas", after(0, &two));
    put("accept-empty-body", after(0, &testing::age::header_of(&[other("g", &[])], FILE_KEY)));
    put("refuse-empty", after(0, b""));
    put("refuse-another-file", after(0, b"%PDF-1.7\n"));
    put("refuse-version", read(&text.replacen("/v1", "/v2", 1)));
    put("refuse-cr", read(&text.replace('\n', "\r\n")));
    put(
        "refuse-no-stanza",
        after(0, b"age-encryption.org/v1\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
    );
    put("refuse-two-spaces", read(&text.replacen("X25519 ", "X25519  ", 1)));
    let body = text.lines().nth(2).expect("a body");
    put("refuse-stray-bits", read(&text.replacen(body, &format!("{}B", &body[..42]), 1)));
    put("refuse-no-mac", read(text.split_once("--- ").expect("a MAC").0));
    put("refuse-short-mac", after(0, &header[..header.len() - 2]));
    put("refuse-endless-line", after(0, &[b"age-encryption.org/v1\n-> ".as_slice(), &[b'a'; 2048]].concat()));
    put("refuse-stanza-bomb", read(&format!("age-encryption.org/v1\n{}", "-> g\n\n".repeat(1_030))));
    put("accept-undamaged", vec![1]);
    put("refuse-flip", vec![1, 0, 0, 0, 23, 0, 0, 1]);
    put("refuse-cut", vec![1, 1, 0, 0, 90, 0, 0, 0]);
    put("accept-beside-grease", after(2, &[&[7; 80], [2].as_slice(), &[1; 40]].concat()));
    put("refuse-beside-no-share", after(2, &[&[7; 80], [0].as_slice(), &[1; 32]].concat()));
    put("refuse-beside-password", after(2, &[&[7; 80], [1].as_slice(), &[1; 32]].concat()));
    put("refuse-beside-two-spaces", after(2, &[&[93; 80], [2].as_slice()].concat()));
    let recipient = identity().recipient().to_string();
    let secret = identity().to_text().expect("text");
    put("accept-recipient", after(3, recipient.as_bytes()));
    put("accept-identity", after(3, secret.expose_secret()));
    put("refuse-recipient-upper", after(3, recipient.to_uppercase().as_bytes()));
    put("refuse-identity-lower", after(3, &secret.expose_secret().to_ascii_lowercase()));
    put("refuse-recipient-cut", after(3, &recipient.as_bytes()[..40]));
    put("refuse-recipient-space", after(3, format!("{recipient} ").as_bytes()));
    put("refuse-recipient-changed", after(3, recipient.replacen("age1", "age1q", 1).as_bytes()));
    let small = testing::bech32::encode("age", &[0; 32]).expect("text");
    put("refuse-recipient-small-order", after(3, small.expose_secret()));
    put("refuse-not-utf8", vec![3, 0xff]);
}

fn files(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let whole = file(&[stanza()], 100);
    let after = |selector: u8, bytes: &[u8]| [&[selector, 0], bytes].concat();
    let at = |place: usize| {
        let place = u32::try_from(place).expect("small").to_be_bytes();
        [place[1], place[2], place[3]]
    };
    put("accept-file", after(0, &whole));
    put("refuse-nothing", after(0, b""));
    put("refuse-extended", after(0, &[whole.as_slice(), &[0]].concat()));
    put("refuse-no-nonce", after(0, &whole[..whole.len() - 116 - 10]));
    put("refuse-no-chunk", after(0, &whole[..whole.len() - 116]));
    put(
        "refuse-added-stanza",
        after(0, &{
            let two = testing::age::header_of(&[("g".to_owned(), vec![]), stanza()], FILE_KEY);
            [&two[..two.len() - 48], &whole[120..]].concat()
        }),
    );
    for (index, length) in LENGTHS.iter().enumerate() {
        let index = u8::try_from(index).expect("small");
        let end = file(&[stanza()], *length).len();
        put(&format!("accept-undamaged-{length}"), vec![1, index]);
        put(&format!("accept-armor-{length}"), vec![2, index]);
        put(&format!("refuse-flip-{length}"), [&[1, index, 0], at(end - 1).as_slice(), &[0, 0, 1]].concat());
        put(&format!("refuse-cut-{length}"), [&[1, index, 1], at(end - 1).as_slice(), &[0, 0, 0]].concat());
        put(&format!("refuse-more-{length}"), [&[1, index, 2], at(0).as_slice(), &[0, 0, 1, 65]].concat());
    }
    let text = armor::encode(&whole).expect("armor");
    put("accept-armor-text", after(3, text.as_bytes()));
    put("accept-armor-crlf", after(3, text.replace('\n', "\r\n").as_bytes()));
    put("accept-armor-white-space", after(3, format!(" \n\t\n{text} \n").as_bytes()));
    put("accept-armor-of-nothing", after(3, armor::encode(b"").expect("armor").as_bytes()));
    put("accept-armor-full-line", after(3, armor::encode(&[7; 96]).expect("armor").as_bytes()));
    put("refuse-armor-headers", after(3, text.replacen("-----\n", "-----\nA: b\n", 1).as_bytes()));
    put("refuse-armor-empty-line", after(3, text.replacen("-----\n", "-----\n\n", 1).as_bytes()));
    put("refuse-armor-mixed-ends", after(3, text.replacen('\n', "\r\n", 1).as_bytes()));
    put("refuse-armor-no-end", after(3, text.split_once("-----END").expect("an end").0.as_bytes()));
    put("refuse-armor-trailing", after(3, format!("{text}.").as_bytes()));
    let padded = armor::encode(&[7; 100]).expect("armor");
    put("refuse-armor-padding", after(3, padded.replace('=', "").as_bytes()));
    put("refuse-armor-flip", [&[2, 2, 0], at(60).as_slice(), &[0, 0, 1]].concat());
    put("refuse-armor-cut", [&[2, 2, 1], at(200).as_slice(), &[0, 0, 0]].concat());
    put("refuse-armor-not-base64", after(3, base64::encode(&whole).as_bytes()));
}
