//! The corpus of the framings of a share. A flip is `0, place, place, place, 0, 0, bits`.

use super::super::bodies::accept::{honest_archive, honest_manifest, honest_receipt};
use super::super::bodies::share::{JSON, MESSAGE, archive, key_line, list, signature};

/// Target, name of the file, bytes.
pub fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut all = Vec::new();
    zip(&mut |name, bytes| all.push(("share_zip", name.to_owned(), bytes)));
    json(&mut |name, bytes| all.push(("share_json", name.to_owned(), bytes)));
    sshsig(&mut |name, bytes| all.push(("share_sshsig", name.to_owned(), bytes)));
    sums(&mut |name, bytes| all.push(("share_sums", name.to_owned(), bytes)));
    whole(&mut |name, bytes| all.push(("share_archive", name.to_owned(), bytes)));
    manifest(&mut |name, bytes| all.push(("share_manifest", name.to_owned(), bytes)));
    receipt(&mut |name, bytes| all.push(("share_receipt", name.to_owned(), bytes)));
    all
}

fn after(selector: u8, bytes: &[u8]) -> Vec<u8> {
    [&[selector], bytes].concat()
}

fn zip(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let archive = archive();
    put("accept-archive", after(0, &archive));
    put("accept-no-entry", after(0, &[b"PK\x05\x06".as_slice(), &[0; 18]].concat()));
    put("accept-undamaged", vec![1]);
    put("accept-files", after(2, b"../../etc/passwdcontent of a file that was sanitisedcon.txt"));
    put("accept-name", after(3, "documents/0001-Brief § 1.pdf".as_bytes()));
    put("refuse-empty", vec![0]);
    put("refuse-another-file", after(0, b"%PDF-1.7\n"));
    put("refuse-flags", vec![1, 0, 0, 0, 6, 0, 0, 8]);
    put("refuse-method", vec![1, 0, 0, 0, 8, 0, 0, 8]);
    put("refuse-crc32", vec![1, 0, 0, 0, 14, 0, 0, 1]);
    put("refuse-size", vec![1, 0, 0, 0, 18, 0, 0, 1]);
    put("refuse-name-length", vec![1, 0, 0, 0, 27, 0, 0, 0xFF]);
    put("refuse-extra-length", vec![1, 0, 0, 0, 28, 0, 0, 20]);
    put("refuse-name-separator", vec![1, 0, 0, 0, 30, 0, 0, b'R' ^ b'/']);
    put("refuse-name-other", vec![1, 0, 0, 0, 30, 0, 0, 1]);
    put("refuse-content", vec![1, 0, 0, 0, 40, 0, 0, 1]);
    put("refuse-directory", vec![1, 0, 0, 0, 150, 0, 0, 1]);
    put("refuse-cut", vec![1, 1, 0, 0, 200, 0, 0, 0]);
    put("refuse-trailing", vec![1, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-prefix", after(0, &[&[0], archive.as_slice()].concat()));
    put("refuse-twice", after(0, &archive.repeat(2)));
    put("refuse-name-parent", after(3, b"../x"));
    put("refuse-name-device", after(3, b"documents/aux.pdf"));
    put("refuse-name-bidirectional", after(3, "a\u{202e}fdp.exe".as_bytes()));
    put("refuse-name-not-utf8", after(3, b"a\xff"));
}

fn json(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let text = |text: &str| after(0, text.as_bytes());
    put("accept-text", text(JSON));
    put("accept-number", text("-9007199254740991\n"));
    put("accept-depth-16", text(&format!("{}{}\n", "[".repeat(16), "]".repeat(16))));
    put("accept-utf16-order", text("{\"\u{1f600}\":0,\"\u{fb33}\":0}\n"));
    put("accept-undamaged", vec![1]);
    put("accept-value", vec![2, 5, 2, 1, b'b', 4, 2, 0, 1, 1, 1, b'a', 3, 3, b'x', b'"', 0x1F]);
    put("refuse-value-number", vec![2, 2, 0x7F, 0, 0, 0, 0, 0, 0, 0]);
    put("refuse-value-depth", [&[2], [4, 1].repeat(17).as_slice()].concat());
    put("refuse-empty", vec![0]);
    put("refuse-no-newline", text("{}"));
    put("refuse-space", text("{\"a\": 1}\n"));
    put("refuse-order", text("{\"b\":1,\"a\":1}\n"));
    put("refuse-twice", text("{\"a\":1,\"a\":1}\n"));
    put("refuse-fraction", text("1.0\n"));
    put("refuse-exponent", text("1e3\n"));
    put("refuse-minus-zero", text("-0\n"));
    put("refuse-number", text("9007199254740992\n"));
    put("refuse-escape", text("\"\\u0041\"\n"));
    put("refuse-surrogate", text("\"\\ud800\"\n"));
    put("refuse-bom", text("\u{feff}{}\n"));
    put("refuse-not-utf8", after(0, b"\"\xff\"\n"));
    put("refuse-depth-bomb", text(&"[".repeat(4096)));
    put("refuse-number-of-a-scanner", text("{\"$serde_json::private::Number\":\"5\"\n"));
    put("refuse-cut", vec![1, 1, 0, 0, 30, 0, 0, 0]);
}

fn sshsig(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let text = signature();
    put("accept-signature", after(0, text.as_bytes()));
    put("accept-undamaged", vec![1]);
    put("accept-blob-undamaged", vec![2]);
    put("accept-message", after(3, MESSAGE));
    put("accept-key", after(4, key_line().as_bytes()));
    put("refuse-empty", vec![0]);
    put("refuse-other-armor", after(0, text.replace("SSH", "PGP").as_bytes()));
    put("refuse-cr", after(0, text.replace('\n', "\r\n").as_bytes()));
    put("refuse-long-lines", after(0, text.replacen("\n", "", 3).as_bytes()));
    put("refuse-text-flip", vec![1, 0, 0, 0, 60, 0, 0, 1]);
    put("refuse-cut", vec![1, 1, 0, 0, 90, 0, 0, 0]);
    put("refuse-trailing", vec![1, 2, 0, 0, 0, 0, 0, 1, b'\n']);
    put("refuse-magic", vec![2, 0, 0, 0, 0, 0, 0, 1]);
    put("refuse-version", vec![2, 0, 0, 0, 9, 0, 0, 1]);
    put("refuse-key", vec![2, 0, 0, 0, 40, 0, 0, 1]);
    put("refuse-key-length", vec![2, 0, 0, 0, 13, 0, 0, 1]);
    put("refuse-namespace", vec![2, 0, 0, 0, 70, 0, 0, 1]);
    put("refuse-reserved", vec![2, 0, 0, 0, 93, 0, 0, 1]);
    put("refuse-hash", vec![2, 0, 0, 0, 100, 0, 0, 1]);
    put("refuse-signature", vec![2, 0, 0, 0, 150, 0, 0, 1]);
    put("refuse-blob-trailing", vec![2, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-message", after(3, b"another"));
    put("refuse-key-kind", after(4, key_line().replace("ed25519", "ed448").as_bytes()));
    put("refuse-key-two", after(4, format!("{0}\n{0}\n", key_line()).as_bytes()));
}

fn sums(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let list = list();
    let text = |text: &str| after(0, text.as_bytes());
    put("accept-list", text(&list));
    put("accept-undamaged", vec![1]);
    put("accept-other-hash", vec![1, 0, 0, 0, 0, 0, 0, b'6' ^ b'7']);
    put("refuse-empty", vec![0]);
    put("refuse-no-newline", text(list.trim_end()));
    put("refuse-empty-line", text(&format!("{list}\n")));
    put("refuse-cr", text(&list.replace('\n', "\r\n")));
    put("refuse-upper-case", text(&list.to_uppercase()));
    put("refuse-binary-mark", text(&list.replacen("  ", " *", 1)));
    put("refuse-escaped", text(&format!("\\{list}")));
    put("refuse-own-name", text(&list.replace("README.txt", "SHA256SUMS")));
    put("refuse-twice", text(&list.repeat(2)));
    put("refuse-twin", text(&list.replace("privity/manifest.json", "readme.TXT")));
    put("refuse-parent", text(&list.replace("README.txt", "../x")));
    put("refuse-not-utf8", vec![1, 0, 0, 0, 70, 0, 0, 0xFF]);
    put("refuse-cut", vec![1, 1, 0, 0, 90, 0, 0, 0]);
}

/// A flip of the first byte of a part of a text.
fn flip(selector: u8, text: &[u8], part: &str, bits: u8) -> Vec<u8> {
    let place = text.windows(part.len()).position(|one| one == part.as_bytes()).expect("it is there");
    let place = u32::try_from(place).expect("small").to_be_bytes();
    vec![selector, 0, place[1], place[2], place[3], 0, 0, bits]
}

fn whole(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let (archive, manifest) = (honest_archive(), honest_manifest());
    let signed = |part: &str, bits: u8| flip(3, &manifest, part, bits);
    put("accept-archive", after(0, &archive));
    put("accept-undamaged", vec![1]);
    put("accept-entry-undamaged", vec![2, 3]);
    put("accept-signed-again", vec![3]);
    put("accept-another-purpose", signed("Expert report", b'E' ^ b'e'));
    put("accept-another-salt", signed("a5a5a5a5", b'a' ^ b'b'));
    put("refuse-empty", vec![0]);
    put("refuse-cut", vec![1, 1, 0, 0, 200, 0, 0, 0]);
    put("refuse-twice", after(0, &archive.repeat(2)));
    put("refuse-header", vec![1, 0, 0, 0, 8, 0, 0, 8]);
    put("refuse-readme", vec![2, 0, 0, 0, 0, 1, 0, 0, 1]);
    put("refuse-list", vec![2, 1, 0, 0, 0, 0, 0, 0, 1]);
    put("refuse-signature", vec![2, 2, 0, 0, 0, 90, 0, 0, 1]);
    put("refuse-manifest", vec![2, 3, 0, 0, 0, 40, 0, 0, 1]);
    put("refuse-document", vec![2, 4, 0, 0, 0, 0, 0, 0, 1]);
    put("refuse-document-cut", vec![2, 4, 1, 0, 0, 4, 0, 0, 0]);
    put("refuse-document-filled", vec![2, 5, 2, 0, 0, 0, 0, 0, 1, 0]);
    put("refuse-format", signed("privity.share/1", 1));
    put("refuse-party", signed("01010101\"", b'0' ^ b'1'));
    put("refuse-recipient", signed("age1", 1));
    put("refuse-path", signed("0001-a.pdf", 1));
    put("refuse-created", signed("2026-", b'2' ^ b'3'));
    put("refuse-member-missing", signed("approvals", b'a' ^ b'A'));
}

fn manifest(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let manifest = honest_manifest();
    let text = std::str::from_utf8(&manifest).expect("text").to_owned();
    let changed = |from: &str, to: &str| after(0, text.replacen(from, to, 1).as_bytes());
    put("accept-manifest", after(0, &manifest));
    put("accept-undamaged", vec![1]);
    put("accept-unknown", changed("\"created\"", "\"capacity\":3,\"created\""));
    put("accept-password", after(0, without_recipients(&text).as_bytes()));
    put("accept-designation-of-a-firm", changed("\"confidential\"", "\"firm-64\""));
    put("refuse-empty", vec![0]);
    let critical = |list: &str| changed("\"designation\"", &format!("\"critical\":{list},\"designation\""));
    put("refuse-critical", critical("[\"embargo\"]"));
    put("refuse-critical-known", critical("[\"created\"]"));
    put("refuse-critical-empty", critical("[]"));
    put("refuse-approvals", changed("\"approvals\":[]", "\"approvals\":[1]"));
    put("refuse-member-missing", changed("\"onward\":\"no\",", ""));
    put("refuse-member-twice", changed("\"onward\":\"no\",", "\"onward\":\"no\",\"onward\":\"no\","));
    put("refuse-number", changed("\"size\":8", "\"size\":8.0"));
    put("refuse-number-negative", changed("\"size\":8", "\"size\":-8"));
    put("refuse-designation", changed("\"confidential\"", "\"firm-5\""));
    put("refuse-time", changed("2026-", "2026-1"));
    put("refuse-purpose-bidirectional", changed("Expert", "\u{202e}Expert"));
    put("refuse-firm-without-ledger", changed("standalone", "firm"));
    put("refuse-cut", vec![1, 1, 0, 0, 200, 0, 0, 0]);
    put("refuse-trailing", vec![1, 2, 0, 0, 0, 0, 0, 1, b'\n']);
}

fn without_recipients(text: &str) -> String {
    let (before, rest) = text.split_once("\"recipients\":[").expect("a list");
    let (_, after) = rest.split_once(']').expect("its end");
    format!("{before}\"recipients\":[]{after}")
}

fn receipt(put: &mut dyn FnMut(&str, Vec<u8>)) {
    let honest = honest_receipt();
    let again = |part: &str, bits: u8| flip(2, &honest.json, part, bits);
    put("accept-receipt", after(0, &honest.json));
    put("accept-undamaged", vec![1]);
    put("accept-signed-again", vec![2]);
    put("accept-another-time", again("6-", b'6' ^ b'5'));
    put("accept-signature-undamaged", vec![3]);
    put("refuse-empty", vec![0]);
    put(
        "refuse-action",
        after(0, String::from_utf8_lossy(&honest.json).replace("received", "read").as_bytes()),
    );
    put(
        "refuse-member-more",
        after(0, String::from_utf8_lossy(&honest.json).replace("{", "{\"a\":1,").as_bytes()),
    );
    put("refuse-unsigned", vec![1, 0, 0, 0, 12, 0, 0, 1]);
    put("refuse-other-share", again("5a5a", b'5' ^ b'4'));
    put("refuse-other-format", again("received", b'r' ^ b'R'));
    put("refuse-signature", vec![3, 0, 0, 0, 90, 0, 0, 1]);
    put("refuse-signature-cut", vec![3, 1, 0, 0, 90, 0, 0, 0]);
}
