//! Steps 1 to 3: what is no share of ours, and what lists other than what is there.

use std::collections::BTreeMap;

use privity::sharing::Step;
use privity::sharing::age;

use super::forge::{
    CHAIN, DOCUMENTS, MANIFEST, Parts, README, SIGNATURE, SUMS, Verdict, World, judge, make_share, refused,
    verified,
};
use super::{Case, cases, run};

const DECRYPT: Step = Step::Decrypt;
const LAYOUT: Verdict = (Step::Layout, "share-layout");
const SUMS_REFUSED: Verdict = (Step::Sums, "sums");

#[test]
fn what_does_not_open_or_ends_elsewhere_is_refused() {
    let world = World::new();
    let (request, file) = (world.request(), world.share().seal());
    judge(&file, &request).unwrap();
    for (what, file, code) in [
        ("nothing", vec![], "not-an-age-file"),
        ("a ZIP", world.share().archive(), "not-an-age-file"),
        ("bytes after", [file.as_slice(), b"\n"].concat(), "content-refused"),
        ("a share after a share", file.repeat(2), "content-refused"),
        ("a byte less", file[..file.len() - 1].to_vec(), "content-refused"),
        ("another version", [b"age-encryption.org/v2".as_slice(), &file[21..]].concat(), "age-version"),
    ] {
        refused(what, &file, &request, (DECRYPT, code));
    }
    // Sealed to others: whatever the manifest says.
    let mut others = world.share();
    others.to = vec![world.outsider.classic_recipient().clone()];
    refused("sealed to others", &others.seal(), &request, (DECRYPT, "age-no-match"));
    refused("a thief", &file, &world.request_of(&world.outsider), (DECRYPT, "age-no-match"));
}

#[test]
fn armor_is_read_and_nothing_may_stand_around_it() {
    let world = World::new();
    let armored = age::armor::encode(&world.share().seal()).unwrap();
    judge(armored.as_bytes(), &world.request()).unwrap();
    judge(armored.replace('\n', "\r\n").as_bytes(), &world.request()).unwrap();
    for (what, text) in [
        ("text before", format!("Dear colleague\n{armored}")),
        ("text after", format!("{armored}Regards\n")),
        ("twice", armored.repeat(2)),
        ("cut", armored[..armored.len() - 40].to_owned()),
        ("short lines", armored.replacen("FILE-----\n", "FILE-----\nQQ\n", 1)),
    ] {
        let found = judge(text.as_bytes(), &world.request()).expect_err(what);
        assert_eq!(found.0, DECRYPT, "{what}: {found:?}");
        assert!(["armor", "not-an-age-file"].contains(&found.1), "{what}: {found:?}");
    }
}

/// A share of several chunks of age, cut at each of them and within: also where the archive is at its end.
#[test]
fn a_share_cut_at_any_chunk_is_refused() {
    let world = World::new();
    let to = vec![(&verified(&world.expert, "E. Expert")).into()];
    let draft = privity::sharing::Draft::new(to, "C. Counsel", "", super::forge::terms()).classic();
    let big = vec![0xA5; 4 * 65_536];
    let (file, _) = make_share(&world.counsel, &draft, &[("big", &big), DOCUMENTS[0]]);
    judge(&file, &world.request()).unwrap();
    let start = file.windows(5).position(|part| part == b"\n--- ").unwrap() + 49 + 16;
    let chunks: Vec<usize> = (start..file.len()).step_by(65_536 + 16).collect();
    assert_eq!(chunks.len(), 5);
    let mut cuts = 0;
    for chunk in chunks {
        for cut in
            [chunk - 1, chunk, chunk + 1, chunk + 16, chunk + 17].into_iter().filter(|cut| *cut >= start)
        {
            refused(&format!("cut at {cut}"), &file[..cut], &world.request(), (DECRYPT, "content-refused"));
            cuts += 1;
        }
    }
    println!("{cuts} cuts refused");
}

#[rustfmt::skip]
const LAYOUTS: &[Case] = &[
    ("no entry", LAYOUT, |it| it.files.clear()),
    ("documents alone", LAYOUT, |it| drop(it.files.drain(..4))),
    ("no README", LAYOUT, |it| { it.files.remove(0); it.sign(); }),
    ("no list", LAYOUT, |it| drop(it.files.remove(1))),
    ("no signature", LAYOUT, |it| drop(it.files.remove(2))),
    ("no manifest", LAYOUT, |it| { it.files.remove(3); it.sign(); }),
    ("the manifest first", LAYOUT, |it| { it.files.swap(0, 3); it.sign(); }),
    ("the list behind its signature", LAYOUT, |it| it.files.swap(1, 2)),
    ("a standing before the manifest", LAYOUT, |it| { it.files.insert(3, (CHAIN.into(), vec![0])); it.sign(); }),
    ("another entry before the manifest", LAYOUT, |it| { it.files.insert(3, ("privity/x".into(), vec![])); it.sign(); }),
    ("README in another case", LAYOUT, |it| { it.files[0].0 = "Readme.txt".into(); it.sign(); }),
    ("a README of more than 1 MiB", LAYOUT, |it| { *it.content(README) = vec![b'x'; (1 << 20) + 1]; it.sign(); }),
    ("a signature of more than 4 KiB", LAYOUT, |it| *it.content(SIGNATURE) = vec![b'x'; (4 << 10) + 1]),
    ("a manifest of more than 16 MiB", LAYOUT, |it| { *it.content(MANIFEST) = vec![b' '; (16 << 20) + 1]; it.sign(); }),
    ("a standing of more than 256 KiB", LAYOUT, |it| { it.files.insert(4, (CHAIN.into(), vec![0; (256 << 10) + 1])); it.sign(); }),
    ("the first entry above the folder", (Step::Layout, "entry-name"), |it| { it.files[0].0 = "../README.txt".into(); it.sign(); }),
];

#[test]
fn another_order_of_the_entries_is_refused() {
    run(LAYOUTS);
}

/// The tricks of `sharing_framings`, around a share whose signature is good.
#[test]
fn no_trick_of_the_archive_passes_in_a_signed_share() {
    let world = World::new();
    judge(&world.share().seal(), &world.request()).unwrap();
    let mut tally = BTreeMap::<Verdict, Vec<&str>>::new();
    for (what, _, trick) in cases::CASES {
        let mut parts = world.share();
        let honest = parts.archive();
        parts.zip = Some(*trick);
        assert_ne!(parts.archive(), honest, "{what}");
        let found = judge(&parts.seal(), &world.request()).expect_err(what);
        tally.entry(found).or_default().push(what);
    }
    let counts: Vec<_> = tally.iter().map(|(verdict, cases)| (*verdict, cases.len())).collect();
    println!("{counts:?}");
    // What stands in the directory is seen at the end, when the documents were read; a size beyond its limit and a name
    // beside its place is no layout of a share, before it is no layout of an archive.
    let zip = |step| tally.get(&(step, "zip")).map_or(0, Vec::len);
    assert!(zip(Step::Layout) > 25 && zip(Step::Contents) > 25, "{counts:?}");
    let others: Vec<_> = tally.iter().filter(|((_, code), _)| *code != "zip").collect();
    for (verdict, cases) in &others {
        assert_eq!(**verdict, LAYOUT, "{cases:?}");
    }
}

/// A name that is unsafe to write, in an entry, a list and a manifest that agree: the list is read first.
#[test]
fn no_unsafe_name_passes_in_a_signed_share() {
    let world = World::new();
    let names = cases::NAMES.iter().filter_map(|name| std::str::from_utf8(name).ok());
    let names: Vec<&str> = names.filter(|name| name.len() < 60_000 && !name.contains('\n')).collect();
    for name in &names {
        let path = format!("documents/{name}");
        for path in [path.as_str(), name] {
            // Some names are bad only alone.
            if privity::testing::entry_name::check(path).is_ok() {
                continue;
            }
            let mut parts = world.share();
            let last = parts.files.len() - 1;
            parts.files[last].0 = path.to_owned();
            let in_manifest = path.to_owned();
            parts.manifest(move |members| {
                let document = super::forge::listed(members).last_mut().unwrap();
                super::forge::map(document).insert("path".into(), in_manifest.as_str().into());
            });
            refused(path, &parts.seal(), &world.request(), SUMS_REFUSED);
            // In the archive alone.
            let mut parts = world.share();
            parts.files[last].0 = path.to_owned();
            refused(path, &parts.seal(), &world.request(), (Step::Contents, "entry-name"));
        }
    }
    println!("{} names", names.len());
}

fn line(it: &mut Parts, name: &str) -> String {
    it.text(SUMS).lines().find(|line| line.ends_with(name)).unwrap().to_owned() + "\n"
}

#[rustfmt::skip]
const LISTS: &[Case] = &[
    ("an empty list", SUMS_REFUSED, |it| it.sums(|_| String::new())),
    ("no last line feed", SUMS_REFUSED, |it| it.sums(|text| text.trim_end().to_owned())),
    ("CR LF", SUMS_REFUSED, |it| it.sums(|text| text.replace('\n', "\r\n"))),
    ("an empty line", SUMS_REFUSED, |it| it.sums(|text| text + "\n")),
    ("upper case", SUMS_REFUSED, |it| it.sums(|text| text.to_uppercase())),
    ("the mark of a binary file", SUMS_REFUSED, |it| it.sums(|text| text.replacen("  ", " *", 1))),
    ("an escaped line", SUMS_REFUSED, |it| it.sums(|text| format!("\\{text}"))),
    ("a comment", SUMS_REFUSED, |it| it.sums(|text| format!("# by hand\n{text}"))),
    ("README not listed", SUMS_REFUSED, |it| { let line = line(it, README); it.sums(|text| text.replace(&line, "")); }),
    ("the manifest not listed", SUMS_REFUSED, |it| { let line = line(it, MANIFEST); it.sums(|text| text.replace(&line, "")); }),
    ("README listed twice", SUMS_REFUSED, |it| { let line = line(it, README); it.sums(|text| line + &text); }),
    ("two lines changed about", SUMS_REFUSED, |it| {
        let line = line(it, README);
        it.sums(|text| text.replace(&line, "") + &line);
    }),
    ("the list lists itself", SUMS_REFUSED, |it| it.sums(|text| format!("{text}{}  {SUMS}\n", "0".repeat(64)))),
    ("a document listed twice", SUMS_REFUSED, |it| it.sums(|text| text.clone() + text.lines().last().unwrap() + "\n")),
    ("twins in another case", SUMS_REFUSED, |it| it.sums(|text| format!("{text}{}  documents/0001-EXHIBIT 1.pdf\n", "0".repeat(64)))),
    ("a name above the folder", SUMS_REFUSED, |it| it.sums(|text| format!("{text}{}  ../x\n", "0".repeat(64)))),
    ("a standing listed that is not there", (Step::Manifest, "share-documents"), |it| {
        let line = line(it, MANIFEST);
        it.sums(|text| text.replace(&line, &format!("{line}{}  {CHAIN}\n", "0".repeat(64))));
    }),
    ("a standing that is there and not listed", SUMS_REFUSED, |it| {
        it.files.insert(4, (CHAIN.into(), vec![0xA0]));
    }),
];

#[test]
fn a_list_of_another_form_or_of_other_files_is_refused() {
    run(LISTS);
}
