//! The committed corpus of the fuzz targets, run through the bodies of the targets: what is named
//! `accept-…` is taken, what is named `refuse-…` is refused, nothing panics.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/bodies/lib.rs"]
mod bodies;
#[path = "../fuzz/bodies/seeds.rs"]
mod seeds;

type Body = fn(&[u8]) -> Result<(), &'static str>;

const TARGETS: [(&str, Body); 26] = [
    ("age_file", bodies::age::whole),
    ("age_header", bodies::age::header),
    ("audit_chain", bodies::audit::chain::chain),
    ("audit_details", bodies::audit::details::details),
    ("audit_note", bodies::audit::note::note),
    ("audit_proof", bodies::audit::proof::proof),
    ("audit_record", bodies::audit::record::record),
    ("codec_cbor", bodies::codec::cbor),
    ("codec_ids", bodies::codec::ids),
    ("envelope_open", bodies::envelope::open),
    ("envelope_ranges", bodies::envelope::ranges),
    ("envelope_row", bodies::row::row),
    ("keys_identity", bodies::keys::identity_file),
    ("keys_wrap", bodies::keys::wrap),
    ("share_archive", bodies::accept::archive),
    ("share_card", bodies::party::card),
    ("share_json", bodies::share::json),
    ("share_manifest", bodies::accept::manifest),
    ("share_receipt", bodies::accept::receipt),
    ("share_sshsig", bodies::share::sshsig),
    ("share_standing", bodies::party::standing),
    ("share_sums", bodies::share::sums),
    ("share_zip", bodies::share::zip),
    ("state_load", bodies::vault::state::load),
    ("vault_enrolment", bodies::vault::enrolment::enrolment),
    ("vault_export", bodies::vault::export::export),
];

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let targets = TARGETS.map(|(target, _)| target).to_vec();
    assert_eq!(names(&fuzz("corpus")), targets);
    let files: Vec<_> = targets.iter().map(|target| format!("{target}.rs")).collect();
    assert_eq!(names(&fuzz("fuzz_targets")), files);
}

#[test]
fn the_corpus_is_accepted_and_refused_as_its_names_say() {
    write_if_asked();
    for (target, body) in TARGETS {
        let (mut accepted, mut codes) = (0, BTreeMap::<_, usize>::new());
        let folder = fuzz("corpus").join(target);
        for name in names(&folder) {
            let bytes = fs::read(folder.join(&name)).expect("readable");
            let verdict = body(&bytes);
            match name.split_once('-') {
                Some(("accept", _)) => assert_eq!(verdict, Ok(()), "{target}/{name}"),
                Some(("refuse", _)) => assert!(verdict.is_err(), "{target}/{name}"),
                _ => panic!("{target}/{name} says neither accept nor refuse"),
            }
            match verdict {
                Ok(()) => accepted += 1,
                Err(code) => *codes.entry(code).or_default() += 1,
            }
        }
        let refused = codes.values().sum::<usize>();
        println!("{target}: {accepted} accepted, {refused} refused {codes:?}");
        assert!(accepted > 0 && refused > 0 && accepted + refused <= 60, "{target}: both, and few");
        assert!(!codes.contains_key("passed-over"), "{target}: an input that shows nothing");
    }
}

/// A change of a format shows here: the corpus no longer is what its maker makes.
#[test]
fn the_corpus_is_what_its_maker_makes() {
    write_if_asked();
    let seeds = seeds::all();
    for (target, name, bytes) in &seeds {
        let committed = fs::read(fuzz("corpus").join(target).join(name));
        assert_eq!(committed.ok().as_ref(), Some(bytes), "{target}/{name}");
    }
    println!("{} seeds", seeds.len());
}

fn write_if_asked() {
    if std::env::var_os("PRIVITY_WRITE_CORPUS").is_none() {
        return;
    }
    for (target, name, bytes) in seeds::all() {
        let folder = fuzz("corpus").join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("written");
    }
}

fn fuzz(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().expect("a plain name")).collect();
    names.sort();
    names
}
