//! Step 4: who signed, and what.

use privity::sharing::Step;
use privity::testing::label::Namespace;
use privity::testing::{base64, signing_key, sshsig};

use super::forge::{MANIFEST, README, SIGNATURE, SUMS, Verdict};
use super::{Case, run};

const FORM: Verdict = (Step::Signature, "sshsig");
const REFUSED: Verdict = (Step::Signature, "signature-refused");
const ALTERED: Verdict = (Step::Manifest, "entry-altered");

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("a signature of a receipt", FORM, |it| {
        let sums = it.content(SUMS).clone();
        *it.content(SIGNATURE) = sshsig::sign(&signing_key(it.key), Namespace::Receipt, &sums).into_bytes();
    }),
    ("no signature", FORM, |it| it.content(SIGNATURE).clear()),
    ("CR LF", FORM, |it| *it.content(SIGNATURE) = it.text(SIGNATURE).replace('\n', "\r\n").into_bytes()),
    ("a line feed more", FORM, |it| it.content(SIGNATURE).push(b'\n')),
    ("long lines", FORM, |it| *it.content(SIGNATURE) = joined(&it.text(SIGNATURE)).into_bytes()),
    ("two signatures", FORM, |it| *it.content(SIGNATURE) = it.text(SIGNATURE).repeat(2).into_bytes()),
    ("of another list", REFUSED, |it| {
        let sums = [it.content(SUMS).as_slice(), b"x"].concat();
        *it.content(SIGNATURE) = sshsig::sign(&signing_key(it.key), Namespace::Disclosure, &sums).into_bytes();
    }),
    ("a hash of the list altered", REFUSED, |it| {
        let hash = &mut it.content(SUMS)[0];
        *hash = if *hash == b'0' { b'1' } else { b'0' };
    }),
    ("a document more in the list", REFUSED, |it| {
        let line = format!("{}  documents/0004-x\n", "0".repeat(64));
        it.content(SUMS).extend(line.into_bytes());
    }),
    ("another key in the signature", REFUSED, |it| {
        let (own, other) = (signing_key(it.key), signing_key([9; 32]));
        with_key(it.content(SIGNATURE), &own.verifying_key().to_bytes(), &other.verifying_key().to_bytes());
    }),
    ("a weak key, under which anything verifies", (Step::Signature, "public-key"), |it| {
        let (own, mut weak) = (signing_key(it.key), [0; 32]);
        weak[0] = 1;
        with_key(it.content(SIGNATURE), &own.verifying_key().to_bytes(), &weak);
    }),
    ("README altered", ALTERED, |it| it.content(README).push(b'\n')),
    ("the manifest altered", ALTERED, |it| it.manifest_alone(|members| {
        members.insert("onward".into(), "yes".into());
    })),
    ("README and manifest changed about", ALTERED, |it| {
        let readme = std::mem::take(it.content(README));
        let manifest = std::mem::replace(it.content(MANIFEST), readme);
        *it.content(README) = manifest;
    }),
];

fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (first, last) = (lines[0], lines[lines.len() - 1]);
    format!("{first}\n{}\n{last}\n", lines[1..lines.len() - 1].concat())
}

/// Puts another key in the place of one.
fn with_key(signature: &mut Vec<u8>, key: &[u8; 32], other: &[u8; 32]) {
    let text = String::from_utf8(signature.clone()).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut blob = base64::decode(&body).unwrap();
    let at = blob.windows(32).position(|part| part == key).unwrap();
    blob[at..at + 32].copy_from_slice(other);
    let body = base64::encode(&blob);
    let lines: Vec<&str> =
        body.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let (begin, end) = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----");
    *signature = format!("{begin}\n{}\n{end}\n", lines.join("\n")).into_bytes();
}

#[test]
fn what_is_not_signed_by_its_key_for_this_purpose_is_refused() {
    run(CASES);
}
