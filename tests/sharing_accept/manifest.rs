//! Step 5: the manifest, each member of it, and the documents that it lists.

use privity::sharing::Step;
use privity::testing::json::Value;

use super::forge::{Members, Parts, Verdict, World, inner, judge, list, listed, map, refused, text};
use super::{Case, run};

const MANIFEST: Verdict = (Step::Manifest, "manifest");
const CRITICAL: Verdict = (Step::Manifest, "manifest-critical");
const DOCUMENTS: Verdict = (Step::Manifest, "share-documents");
const NAME: Verdict = (Step::Manifest, "entry-name");
const JSON: Verdict = (Step::Manifest, "json");

fn set(it: &mut Parts, name: &str, value: impl Into<Value>) {
    let value = value.into();
    it.manifest(|members| drop(members.insert(name.to_owned(), value)));
}

fn set_in(it: &mut Parts, at: fn(&mut Members) -> &mut Members, name: &str, value: Option<Value>) {
    it.manifest(|members| {
        let members = at(members);
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    });
}

fn sender(members: &mut Members) -> &mut Members {
    inner(members, "sender")
}

fn document(members: &mut Members) -> &mut Members {
    map(&mut listed(members)[0])
}

fn recipient(members: &mut Members) -> &mut Members {
    map(&mut list(members, "recipients")[0])
}

fn texts(all: &[&str]) -> Value {
    Value::List(all.iter().map(|one| text(one)).collect())
}

fn ledger() -> Value {
    let root = "0".repeat(64);
    Value::map([("origin", text("x")), ("size", Value::Integer(1)), ("root", text(&root))])
}

fn id() -> Value {
    text(&"0".repeat(32))
}

#[rustfmt::skip]
const FORMS: &[Case] = &[
    ("no JSON", JSON, |it| it.manifest_text(|_| "PRVYMANI".into())),
    ("empty", JSON, |it| it.manifest_text(|_| String::new())),
    ("a member twice", JSON, |it| it.manifest_text(|text| text.replacen("\"onward\":\"no\"", "\"onward\":\"yes\",\"onward\":\"no\"", 1))),
    ("a member twice in a document", JSON, |it| it.manifest_text(|text| text.replacen("\"size\":12", "\"size\":12,\"size\":12", 1))),
    ("a fraction", JSON, |it| it.manifest_text(|text| text.replacen("\"size\":12", "\"size\":12.0", 1))),
    ("an exponent", JSON, |it| it.manifest_text(|text| text.replacen("\"size\":12", "\"size\":12e0", 1))),
    ("minus zero", JSON, |it| it.manifest_text(|text| text.replacen("\"size\":0", "\"size\":-0", 1))),
    ("a size of 2^53", JSON, |it| it.manifest_text(|text| text.replacen("\"size\":12", "\"size\":9007199254740992", 1))),
    ("another order", JSON, |it| it.manifest_text(|text| text.replacen("\"approvals\":[],", "", 1).replacen("\"share\":", "\"approvals\":[],\"share\":", 1))),
    ("white space", JSON, |it| it.manifest_text(|text| text.replacen("\"approvals\":[]", "\"approvals\": []", 1))),
    ("an escape that need not be", JSON, |it| it.manifest_text(|text| text.replacen("Expert report", "\\u0045xpert report", 1))),
    ("no line feed", JSON, |it| it.manifest_text(|text| text.trim_end().to_owned())),
    ("two line feeds", JSON, |it| it.manifest_text(|text| text + "\n")),
    ("a byte order mark", JSON, |it| it.manifest_text(|text| format!("\u{feff}{text}"))),
    ("two objects", JSON, |it| it.manifest_text(|text| text.trim_end().to_owned() + &text)),
    ("a list", MANIFEST, |it| it.manifest_text(|text| format!("[{}]\n", text.trim_end()))),
    ("null", MANIFEST, |it| it.manifest_text(|_| "null\n".into())),
];

#[test]
fn a_manifest_of_another_form_is_refused() {
    run(FORMS);
}

#[rustfmt::skip]
const VALUES: &[Case] = &[
    ("a newer format", MANIFEST, |it| set(it, "format", "privity.share/2")),
    ("an id that is too short", MANIFEST, |it| set(it, "share", "00")),
    ("an id in upper case", MANIFEST, |it| it.manifest_text(|text| { let at = text.find("\"salt\":\"").unwrap() + 8; text[..at].to_owned() + &"AB".repeat(32) + &text[at + 64..] })),
    ("a time without its fraction", MANIFEST, |it| set(it, "created", "2026-11-26T17:28:04Z")),
    ("a day that is none", MANIFEST, |it| set(it, "created", "2026-02-30T17:28:04.000000Z")),
    ("an expiry that is no time", MANIFEST, |it| set(it, "expires", "never")),
    ("an empty purpose", MANIFEST, |it| set(it, "purpose", "")),
    ("a purpose of more than 4 KiB", MANIFEST, |it| set(it, "purpose", &*"x".repeat(4_097))),
    ("a purpose that reads backwards", MANIFEST, |it| set(it, "purpose", "for \u{202e}llehsraM")),
    ("an empty basis", MANIFEST, |it| set(it, "basis", "")),
    ("an unknown designation", MANIFEST, |it| set(it, "designation", "secret")),
    ("a designation by a firm's number that is ours", MANIFEST, |it| set(it, "designation", "firm-1")),
    ("an unknown term of passing on", MANIFEST, |it| set(it, "onward", "maybe")),
    ("a receipt that is no boolean", MANIFEST, |it| set(it, "receipt", "true")),
    ("approvals", MANIFEST, |it| set(it, "approvals", texts(&["A. Partner"]))),
    ("no document", MANIFEST, |it| set(it, "documents", Value::List(vec![]))),
    ("nine recipients", MANIFEST, |it| it.manifest(|members| { let all = list(members, "recipients"); let one = all[0].clone(); all.resize(9, one); })),
    ("a ledger of a party by its own keys", MANIFEST, |it| set(it, "ledger", ledger())),
    ("a device of a party by its own keys", MANIFEST, |it| set_in(it, sender, "device", Some(id()))),
    ("a firm without device and ledger", MANIFEST, |it| set_in(it, sender, "kind", Some(text("firm")))),
    ("a firm without ledger", MANIFEST, |it| it.manifest(|members| { sender(members).extend([("kind".into(), text("firm")), ("device".into(), id())]); })),
    ("a firm without device", MANIFEST, |it| it.manifest(|members| { sender(members).insert("kind".into(), text("firm")); members.insert("ledger".into(), ledger()); })),
    ("another kind of sender", MANIFEST, |it| set_in(it, sender, "kind", Some(text("robot")))),
    ("an empty name", MANIFEST, |it| set_in(it, sender, "name", Some(text("")))),
    ("a name of two lines", MANIFEST, |it| set_in(it, sender, "name", Some(text("A.\nB.")))),
    ("a name that reads backwards", MANIFEST, |it| set_in(it, sender, "name", Some(text("A\u{202e}B")))),
    ("an organisation that reads backwards", MANIFEST, |it| set_in(it, sender, "organisation", Some(text("\u{2067}B")))),
    ("an anchor that is too long", MANIFEST, |it| set_in(it, sender, "anchor", Some(text(&"0".repeat(66))))),
    ("a recipient's name of two lines", MANIFEST, |it| set_in(it, recipient, "name", Some(text("A.\nB.")))),
    ("a fingerprint that is none", MANIFEST, |it| set_in(it, recipient, "fingerprint", Some(text("twelve words")))),
    ("a negative size", MANIFEST, |it| set_in(it, document, "size", Some(Value::Integer(-1)))),
    ("an id without version", MANIFEST, |it| set_in(it, document, "document", Some(id()))),
    ("a version without id", MANIFEST, |it| set_in(it, document, "version", Some(Value::Integer(1)))),
    ("a version 0", MANIFEST, |it| it.manifest(|members| document(members).extend([("document".into(), id()), ("version".into(), Value::Integer(0))]))),
    ("a version above 32 bits", MANIFEST, |it| it.manifest(|members| document(members).extend([("document".into(), id()), ("version".into(), Value::Integer(1 << 32))]))),
    ("an endless media type", MANIFEST, |it| set_in(it, document, "media_type", Some(text(&"x".repeat(257))))),
    ("an endless name", MANIFEST, |it| set_in(it, document, "name", Some(text(&"x".repeat(4_097))))),
    ("nothing critical", MANIFEST, |it| set(it, "critical", Value::List(vec![]))),
    ("a number critical", MANIFEST, |it| set(it, "critical", Value::List(vec![Value::Integer(1)]))),
    ("critical that is no list", MANIFEST, |it| set(it, "critical", "embargo")),
    ("an unknown term that is critical", CRITICAL, |it| it.manifest(|members| {
        members.insert("embargo".into(), text("2030-01-01"));
        members.insert("critical".into(), texts(&["embargo"]));
    })),
    ("a critical term that is absent", CRITICAL, |it| set(it, "critical", texts(&["embargo"]))),
    ("a member of this version called critical", CRITICAL, |it| set(it, "critical", texts(&["purpose"]))),
    ("critical calls itself critical", CRITICAL, |it| set(it, "critical", texts(&["critical"]))),
];

#[test]
fn every_value_that_is_no_term_of_this_version_is_refused() {
    run(VALUES);
}

#[test]
fn what_is_unknown_and_not_critical_is_passed_over() {
    let world = World::new();
    let mut parts = world.share();
    parts.manifest(|members| {
        members.insert("embargo".into(), text("2030-01-01"));
        sender(members).insert("telephone".into(), Value::Null);
        document(members).insert("pages".into(), Value::Integer(3));
        recipient(members).insert("capacity".into(), Value::Map(Members::new()));
    });
    let accepted = judge(&parts.seal(), &world.request()).unwrap();
    assert_eq!(accepted.manifest.purpose, "Expert report on the bridge");
    // What it is known by is what came, not what would be written again.
    assert_eq!(accepted.hash, privity::testing::sha256(parts.content(super::forge::MANIFEST)));
    assert_ne!(accepted.hash, accepted.manifest.hash().unwrap());
}

/// Each member, missing and of another type.
#[test]
fn every_member_counts() {
    let world = World::new();
    let mut honest = world.share();
    judge(&honest.seal(), &world.request()).unwrap();
    let mut members = Members::new();
    honest.manifest(|found| members = found.clone());
    let mut count = 0;
    let mut each = |at: fn(&mut Members) -> &mut Members, optional: &[&str]| {
        let names: Vec<String> = at(&mut members.clone()).keys().cloned().collect();
        for name in names {
            let wrong = match at(&mut members.clone())[&name] {
                Value::Integer(_) => text("7"),
                _ => Value::Integer(7),
            };
            for value in [None, Some(Value::Null), Some(wrong)] {
                if value.is_none() && optional.contains(&name.as_str()) {
                    continue;
                }
                let mut parts = world.share();
                set_in(&mut parts, at, &name, value);
                refused(&name, &parts.seal(), &world.request(), MANIFEST);
                count += 1;
            }
        }
    };
    each(|members| members, &["expires"]);
    each(sender, &[]);
    each(recipient, &[]);
    each(document, &[]);
    println!("{count} members missing or of another type refused");
    assert!(count > 70);
}

/// The archive, the list and the manifest name the documents; where one of the three differs, the share is refused.
#[rustfmt::skip]
const LISTED: &[Case] = &[
    ("a document that is not there", DOCUMENTS, |it| it.manifest(|members| {
        let mut more = listed(members)[0].clone();
        map(&mut more).insert("path".into(), text("documents/0004-x"));
        listed(members).push(more);
    })),
    ("a document that is not listed", DOCUMENTS, |it| it.manifest(|members| drop(listed(members).pop()))),
    ("a file beside the documents", DOCUMENTS, |it| { it.files.push(("documents/autorun.inf".into(), vec![1])); it.sign(); }),
    ("a file beside the folder", DOCUMENTS, |it| { it.files.push(("setup.exe".into(), vec![1])); it.sign(); }),
    ("a file before the documents", DOCUMENTS, |it| { it.files.insert(4, ("privity/x".into(), vec![1])); it.sign(); }),
    ("a document twice", DOCUMENTS, |it| it.manifest(|members| { let first = listed(members)[0].clone(); listed(members).push(first); })),
    ("two documents changed about in the manifest", DOCUMENTS, |it| it.manifest(|members| listed(members).swap(0, 1))),
    ("two documents changed about in the archive", DOCUMENTS, |it| { let last = it.files.len() - 1; it.files.swap(last, last - 1); it.sign(); }),
    ("a document renamed in the manifest", DOCUMENTS, |it| it.manifest(|members| drop(document(members).insert("path".into(), text("documents/0001-Exhibit 2.pdf"))))),
    ("a document renamed in the archive", DOCUMENTS, |it| { let at = it.at("documents/0001-Exhibit 1.pdf"); it.files[at].0 = "documents/0001-exhibit 1.pdf".into(); it.sign(); }),
    ("a document outside of its folder", NAME, |it| move_to(it, "0001-Exhibit 1.pdf")),
    ("a document in place of README", NAME, |it| move_to(it, "privity/terms.json")),
    ("a folder below the documents", NAME, |it| move_to(it, "documents/a/0001-Exhibit 1.pdf")),
];

fn move_to(it: &mut Parts, path: &str) {
    let at = it.at("documents/0001-Exhibit 1.pdf");
    it.files[at].0 = path.to_owned();
    it.manifest(|members| drop(document(members).insert("path".into(), text(path))));
}

#[test]
fn documents_that_are_listed_otherwise_than_they_lie_are_refused() {
    run(LISTED);
}
