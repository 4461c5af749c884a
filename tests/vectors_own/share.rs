//! `tests/vectors/share-v1.json`: a card, a share and what is in it, a receipt, and refused twins.

use privity::keys::Passphrase;
use privity::sharing::age::{self, Opens, Options};
use privity::sharing::{
    Card, Contact, Discard, Keys, Manifest, Party, Receipt, ReceiptAction, Request, SignedReceipt,
    UnverifiedContact, VerifiedContact, accept,
};
use privity::{SecretBytes, Timestamp};
use serde_json::{Value, json};

use super::archive::{pack, unpack};
use super::forge::{self, NOW, World};
use super::{bytes, hex, read_or_make, text};

#[test]
fn every_case_of_the_share_vectors_gives_its_verdict() {
    let vectors = read_or_make("share-v1.json", generate);
    let passphrase = passphrase(text(&vectors["passphrase"]));
    let expert = Party::unlock(&bytes(&vectors["expert"]), &passphrase).unwrap();
    let (counsel, known) = (contact(&vectors, "counsel"), contact(&vectors, "expert_known"));
    let cases = vectors["cases"].as_array().unwrap();
    let mut refused = 0;
    for case in cases {
        let name = text(&case["name"]);
        let contacts = match text(&case["contact"]) {
            "verified" => vec![Contact::Verified(confirmed(&counsel))],
            "unverified" => vec![Contact::Unverified(counsel.clone())],
            "revoked" => vec![Contact::Revoked(counsel.clone().revoke())],
            _ => vec![],
        };
        let now = Timestamp::from_micros(case["now"].as_u64().unwrap()).unwrap();
        let request = Request { keys: Keys::Party(&expert), contacts: &contacts, now };
        let file = bytes(&case["share"]);
        match (
            case["valid"].as_bool().unwrap(),
            accept(file.as_slice(), &request, &mut Discard, Options::default()),
        ) {
            (true, Ok(accepted)) => {
                assert_eq!(accepted.hash.to_string(), text(&vectors["manifest_hash"]), "{name}");
                assert!(accepted.manifest == manifest(&vectors), "{name}");
            }
            (false, Err(refusal)) => {
                let found = (refusal.step.name(), refusal.error.code());
                assert_eq!(found, (text(&case["step"]), text(&case["code"])), "{name}");
                refused += 1;
            }
            (_, other) => panic!("{name}: {other:?}"),
        }
    }
    println!("share-v1.json: {} cases, {refused} of them refused", cases.len());
    assert!(refused > 8 && refused < cases.len());

    // What is in the archive, to the byte.
    let keys = expert.identities().map(|one| one as &dyn Opens);
    let archive = age::open(&keys, &bytes(&cases[0]["share"])).unwrap();
    let files = unpack(archive.as_slice()).unwrap();
    let listed: Vec<(&str, &str)> =
        vectors["files"].as_array().unwrap().iter().map(|file| (text(&file[0]), text(&file[1]))).collect();
    let found: Vec<(&str, String)> =
        files.iter().map(|(name, content)| (name.as_str(), hex(content))).collect();
    assert_eq!(listed.len(), found.len());
    assert!(listed.iter().zip(&found).all(|(one, other)| one.0 == other.0 && one.1 == other.1));
    assert_eq!(pack(&files), archive);
    assert_eq!(manifest(&vectors).to_bytes().unwrap(), bytes(&vectors["files"][3][1]));

    // The receipt, and that Ed25519 signs it so again.
    let signed = SignedReceipt {
        json: text(&vectors["receipt"]).as_bytes().to_vec(),
        signature: text(&vectors["receipt_signature"]).to_owned(),
    };
    let receipt = Receipt::verify(&signed, &manifest(&vectors), &confirmed(&known)).unwrap();
    assert_eq!((receipt.action, receipt.at.micros()), (ReceiptAction::Received, NOW));
    assert_eq!(receipt.to_bytes().unwrap(), signed.json);
    let refused = Receipt::verify(&signed, &manifest(&vectors), &confirmed(&counsel)).unwrap_err();
    assert_eq!(refused.code(), "receipt-refused");
    let mut twin = signed;
    twin.json[12] ^= 1;
    let refused = Receipt::verify(&twin, &manifest(&vectors), &confirmed(&known)).unwrap_err();
    assert_eq!(refused.code(), "signature-refused");
}

fn manifest(vectors: &Value) -> Manifest {
    Manifest::parse(&bytes(&vectors["files"][3][1])).unwrap()
}

/// A card as text, whose words are those of the vectors.
fn contact(vectors: &Value, whose: &str) -> UnverifiedContact {
    let card = Card::from_text(text(&vectors[whose]["card"])).unwrap();
    assert_eq!(card.fingerprint().words().join(" "), text(&vectors[whose]["words"]));
    assert_eq!(card.to_text().unwrap(), text(&vectors[whose]["card"]));
    let mut twin = text(&vectors[whose]["card"]).to_owned().into_bytes();
    let at = twin.len() - 20;
    twin[at] = if twin[at] == b'A' { b'B' } else { b'A' };
    let refused = Card::from_text(std::str::from_utf8(&twin).unwrap()).unwrap_err();
    assert_eq!(refused.code(), "signature-refused");
    UnverifiedContact::from_card(card)
}

fn confirmed(contact: &UnverifiedContact) -> VerifiedContact {
    contact.confirm(&contact.fingerprint().words()).unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(SecretBytes::new(text.as_bytes().to_vec())).unwrap()
}

fn generate() -> Value {
    let words = "six words that nobody else knows";
    let world = World::new();
    let honest = world.share();
    let share = honest.seal();
    let accepted = forge::judge(&share, &world.request()).unwrap();
    let receipt = Receipt::sign(&world.expert, &accepted, ReceiptAction::Received, forge::at(NOW)).unwrap();
    let card = |party: &Party, name: &str| {
        let card = party.card(&forge::details(name)).unwrap();
        json!({ "card": card.to_text().unwrap(), "words": card.fingerprint().words().join(" ") })
    };
    let mut cases = Vec::new();
    let mut put = |name: &str, share: &[u8], contact: &str, now: u64, verdict: Option<(&str, &str)>| {
        let mut case = json!({
            "name": name, "share": hex(share), "contact": contact, "now": now, "valid": verdict.is_none(),
        });
        if let Some((step, code)) = verdict {
            case["step"] = json!(step);
            case["code"] = json!(code);
        }
        cases.push(case);
    };
    put("a share", &share, "verified", NOW, None);
    put("its last moment", &share, "verified", NOW + 30 * forge::DAY - 1, None);
    put("expired", &share, "verified", NOW + 30 * forge::DAY, Some(("terms", "share-expired")));
    put("of the future", &share, "verified", NOW - 600_000_001, Some(("terms", "share-not-yet-valid")));
    put("unverified", &share, "unverified", NOW, Some(("sender", "contact-unverified")));
    put("revoked", &share, "revoked", NOW, Some(("sender", "contact-revoked")));
    put("unknown", &share, "none", NOW, Some(("sender", "sender-unknown")));
    let (last, before) = share.split_last().unwrap();
    let flipped = [before, &[last ^ 1]].concat();
    put("a flipped bit", &flipped, "verified", NOW, Some(("decrypt", "content-refused")));
    put("cut", before, "verified", NOW, Some(("decrypt", "content-refused")));
    let mut twin = |name: &str, verdict: (&str, &str), change: &dyn Fn(&mut forge::Parts)| {
        let mut parts = honest.clone();
        change(&mut parts);
        put(name, &parts.seal(), "verified", NOW, Some(verdict));
    };
    twin("a document altered", ("contents", "entry-altered"), &|it| {
        it.document(0, |content| content[0] ^= 1)
    });
    twin("terms altered", ("manifest", "entry-altered"), &|it| {
        it.manifest_alone(|members| drop(members.insert("onward".into(), "yes".into())));
    });
    twin("a critical term", ("manifest", "manifest-critical"), &|it| {
        it.manifest(|members| {
            let list = vec![forge::text("embargo")];
            members.insert("critical".into(), privity::testing::json::Value::List(list));
        });
    });
    twin("signed by another", ("sender", "sender-key"), &|it| {
        it.key = forge::ssh_of(4);
        it.sign();
    });
    twin("for two readers", ("recipient", "share-recipients"), &|it| {
        it.to.push(World::new().second.classic_recipient().clone());
    });
    twin("a file more", ("contents", "share-documents"), &|it| {
        it.files.push(("documents/0004-x".into(), b"x".to_vec()));
    });
    twin("README first but listed last", ("sums", "sums"), &|it| {
        it.sums(|text| {
            let (first, rest) = text.split_once('\n').unwrap();
            format!("{rest}{first}\n")
        });
    });
    let files: Vec<Value> = honest.files.iter().map(|(name, content)| json!([name, hex(content)])).collect();
    json!({
        "about": "A card, a share to an expert and its receipt, and refused twins; see docs/format. Times are in microseconds.",
        "format_version": 1,
        "passphrase": words,
        "expert": hex(&world.expert.protect(&passphrase(words)).unwrap()),
        "counsel": card(&world.counsel, "C. Counsel"),
        "expert_known": card(&world.expert, "E. Expert"),
        "manifest_hash": accepted.hash.to_string(),
        "files": files,
        "receipt": String::from_utf8(receipt.json).unwrap(),
        "receipt_signature": receipt.signature,
        "cases": cases,
    })
}
