//! The corpus of cards and standings. A flip is `0, place, place, place, 0, 0, bits`.

use privity::testing::cbor::Writer;

use super::super::bodies::party::honest;

/// Target, name of the file, bytes.
pub fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = Vec::new();
    cards(&mut |name, bytes| all.push(("share_card", name.to_owned(), bytes)));
    standings(&mut |name, bytes| all.push(("share_standing", name.to_owned(), bytes)));
    all
}

fn cards(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let card = honest();
    let (file, text) = (card.to_bytes(), card.to_text().expect("short"));
    let after = |selector: u8, bytes: &[u8]| [&[selector], bytes].concat();
    put("accept-file", after(0, &file));
    put("accept-undamaged", vec![1]);
    put("accept-payload-undamaged", vec![2]);
    put("accept-payload-other-name", vec![2, 0, 0, 0, 24, 0, 0, 1]);
    put("accept-payload-other-time", vec![2, 0, 0x05, 0x41, 0, 0, 0, 1]);
    put("accept-text", after(3, text.as_bytes()));
    put("accept-text-white-space", after(3, format!(" {text}\r\n").as_bytes()));
    put("refuse-empty", vec![0]);
    put("refuse-trailing", after(0, &[file.as_slice(), &[0]].concat()));
    put("refuse-another-file", after(0, b"PRVYSTN1\x80"));
    let mut writer = Writer::new();
    writer.array(2).bytes(&file[12..]).bytes(b"PRVYSTN1");
    put("refuse-with-standing", after(0, &[b"PRVYCRD1".as_slice(), &writer.finish()].concat()));
    put("refuse-depth-bomb", after(0, &[b"PRVYCRD1".as_slice(), &[0x81; 4000]].concat()));
    put("refuse-signature", [vec![1, 0], place(file.len() - 1), vec![0, 0, 1]].concat());
    put("refuse-kid", vec![1, 0, 0, 0, 24, 0, 0, 1]);
    put("refuse-name", vec![1, 0, 0, 0, 64, 0, 0, 1]);
    put("refuse-cut", vec![1, 1, 0, 2, 0, 0, 0, 0]);
    put("refuse-payload-kind-firm", vec![2, 0, 0, 0, 2, 0, 0, 1]);
    put("refuse-payload-kind-2", vec![2, 0, 0, 0, 2, 0, 0, 2]);
    put("refuse-payload-name-control", vec![2, 0, 0, 0, 23, 0, 0, b'A' ^ 7]);
    put("refuse-payload-anchor", vec![2, 0, 0, 0, 60, 0, 0, 1]);
    put("refuse-payload-cut", vec![2, 1, 0, 4, 0, 0, 0, 0]);
    put("refuse-payload-trailing", vec![2, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-text-padding", after(3, format!("{text}=").as_bytes()));
    put("refuse-text-upper", after(3, text.replacen("privity", "PRIVITY", 1).as_bytes()));
    put("refuse-text-cut", after(3, &text.as_bytes()[..text.len() - 2]));
    put("refuse-text-not-utf8", vec![3, 0xff]);
}

fn standings(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let flip = |at: usize| [vec![1, 0], place(at), vec![0, 0, 1]].concat();
    put("accept-undamaged", vec![1]);
    put("refuse-empty", vec![0]);
    put("refuse-magic", flip(7));
    put("refuse-genesis", flip(100));
    put("refuse-checkpoint", flip(400));
    put("refuse-anchor", flip(700));
    put("refuse-record", flip(1_500));
    put("refuse-later-record", flip(2_200));
    put("refuse-cut", vec![1, 1, 0, 4, 0, 0, 0, 0]);
    put("refuse-trailing", vec![1, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-depth-bomb", [b"\0PRVYSTN1".as_slice(), &[0x81; 4000]].concat());
    put("refuse-nothing-in-it", b"\0PRVYSTN1\xa0".to_vec());
    put("refuse-not-ours", b"\0PRVYCRD1\x81\x40".to_vec());
}

fn place(at: usize) -> Vec<u8> {
    u32::try_from(at).expect("small").to_be_bytes()[1..].to_vec()
}
