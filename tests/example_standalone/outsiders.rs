//! What the example shows to outsiders: its audit chain, verified by a second process.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Output, Stdio, exit};
use std::time::Duration;

use dcbor::prelude::*;
use privity::audit::kind::ChainType;
use privity::audit::tiles::{Row as TileRow, Tile};
use privity::audit::{Anchoring, Body, Draft, Failure, Record};
use privity::{DocumentId, Error, Hash};

use crate::audit::{self, Trust};
use crate::chain::{Chain, STEP, step_body};
use crate::export::Export;
use crate::rewritten::Rewriter;
use crate::story::{self, Wish};
use crate::work::{Account, Step};
use crate::{Scene, ordinals, run, wish};

#[test]
fn every_act_is_a_record_before_the_next_step_and_the_second_process_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let report = story::tell(&Wish { export: Some(folder.path().to_path_buf()), ..wish(None) }).unwrap();
    assert!(report.fine());
    let evidence = &report.evidence;
    let records = records(folder.path(), evidence.findings.head.size);
    let kinds: Vec<_> = records.iter().map(|record| parse(record).payload().kind.number()).collect();
    let opened_then = [21, STEP];
    let steps = [&[1, 20, STEP, STEP], &opened_then[..], &[STEP], &opened_then, &opened_then, &[STEP]];
    assert_eq!(kinds, steps.concat());

    let on_record: BTreeSet<_> = records.iter().flat_map(|record| sealed(record)).collect();
    let rows = report.rows.iter().map(|row| (row.summary.header.document(), *row.summary.seal_id.as_bytes()));
    assert_eq!(on_record, rows.collect());
    for record in &records {
        if let Body::Opened(opened) = parse(record).body().unwrap() {
            let person = parse(record).payload().acting_for.is_some();
            assert!(person && opened.documents.items().len() == 5);
        }
    }

    let findings = &evidence.findings;
    assert_eq!((findings.documents, findings.host.len(), findings.authors.len()), (5, 7, 1));
    assert!(findings.reported.is_empty() && findings.unverifiable.is_empty());
    assert!(matches!(&findings.anchoring, Anchoring::Anchored { by } if by.len() == 1));
    assert_eq!(evidence.said, audit::words(findings));
    assert_eq!(evidence.checkpoints, 8);
    let kinds: BTreeSet<_> = evidence.refusals.iter().map(|(what, _)| what).collect();
    assert_eq!((kinds.len(), evidence.refusals.len()), (12 + 2, 12 * 8 + 2), "{kinds:?}");
    // All five names stood beside one record.
    assert_eq!(evidence.names, (0, 5));
    assert_eq!(fs::read_dir(folder.path().join("details")).unwrap().count(), 0);
}

#[test]
fn no_file_of_an_export_holds_a_name_or_a_hash_of_content() {
    let (sources, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let names: Vec<_> = (0..300).map(|n| format!("witness statement of person {n:03}.txt")).collect();
    for name in &names {
        fs::write(sources.path().join(name), name).unwrap();
    }
    let told = Wish { export: Some(folder.path().to_path_buf()), keep: None, ..wish(Some(sources.path())) };
    let report = story::tell(&told).unwrap();
    assert!(report.fine());
    // Two records of names, of which one set was erased: the sealed rest is scanned with everything.
    let (left, all) = report.evidence.names;
    assert!([256, 44].contains(&left) && all == 300);

    let mut files = Vec::new();
    every_file(folder.path(), &mut files);
    let found =
        |needle: &[u8]| files.iter().any(|file| file.windows(needle.len()).any(|part| part == needle));
    let ids = report.rows.iter().take(20).map(|row| row.summary.header.document());
    assert!(
        ids.clone().count() == 20 && ids.clone().all(|id| found(id.as_bytes())),
        "the scan finds nothing"
    );
    for row in &report.rows {
        let sha256 = row.summary.digests.sha256;
        let name = row.source.file_name().unwrap();
        assert!(!found(&sha256.0) && !found(sha256.to_string().as_bytes()), "a hash of content");
        assert!(!found(name.as_encoded_bytes()), "a name");
    }
    assert!(!found(b"witness statement") && !found(b"person"));
    println!("scanned {} files for {} names and hashes", files.len(), report.rows.len());
}

#[test]
fn a_record_names_at_most_256_documents_in_order_and_misses_none() {
    let sources = tempfile::tempdir().unwrap();
    for n in 0..513 {
        fs::write(sources.path().join(n.to_string()), [0; 10]).unwrap();
    }
    let mut scene = Scene::new(0);
    let entries = crate::walk::walk(&[sources.path().to_path_buf()]).unwrap();
    let mut chain = Chain::begin().unwrap();
    let documents = run::seal(&scene.plan, &mut scene.account, entries).unwrap();
    chain.sealed(&documents).unwrap();
    let rows = run::wrap(&scene.plan, &mut scene.account, documents).unwrap();
    let rows = chain.opened(&scene.plan.people.second, rows).unwrap().into_rows();
    chain.step(&scene.account).unwrap();
    let counts: Vec<_> = chain.shown.records[1..4].iter().map(|record| sealed(record).len()).collect();
    assert_eq!((counts, ordinals(&rows).len()), (vec![256, 256, 1], 513));
    let opened: Vec<_> = chain.shown.records[4..7].iter().map(|record| opened(record)).collect();
    assert_eq!(opened.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256, 1]);
    let all: BTreeSet<_> = opened.concat().into_iter().collect();
    assert_eq!(all, rows.iter().map(|row| row.summary.header.document()).collect());
    assert_eq!(chain.shown.verify(&chain.trust).unwrap().findings().documents, 513);
    assert_eq!(chain.details.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_chain_of_several_bundles_is_verified_from_files_and_every_rewriting_has_its_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let chain = long_chain(600).reopen().unwrap();
    let honest = Export::create(&folder.path().join("honest")).unwrap();
    honest.write(&chain).unwrap();
    let verified = audit::verify(&honest, &chain.trust).unwrap();
    assert_eq!(verified.findings().head.size, 600);
    let pinned = Trust { pin: Some(verified.findings().head), ..chain.trust.clone() };
    audit::verify(&honest, &pinned).map(drop).unwrap();

    let mut rewriter = Rewriter::new(&chain, 11).unwrap();
    let (mut count, mut valid_without) = (0, 0);
    for round in 0..6 {
        for one in rewriter.round().unwrap() {
            let forged = Export::create(&folder.path().join(format!("{round} {}", one.what))).unwrap();
            let trust = if one.against_a_pin { &pinned } else { &chain.trust };
            forged.forge(trust, &one.shown).unwrap();
            assert_eq!(failure(audit::verify(&forged, trust)), one.due, "{}", one.what);
            // What only a pin finds is valid without: otherwise the pin would show nothing.
            if one.against_a_pin {
                one.shown.verify(&chain.trust).map(drop).unwrap();
                valid_without += 1;
            }
            count += 1;
        }
    }
    assert_eq!((count, valid_without), (6 * 12, 6 * 2));
    println!("{count} rewritten exports, each with its verdict");
}

#[test]
fn an_export_with_a_file_damaged_or_missing_is_not_valid() {
    let folder = tempfile::tempdir().unwrap();
    let chain = long_chain(300);
    let path = |tile: (TileRow, u64)| Tile::at(tile.0, tile.1, 300).unwrap().path();
    let cases: [(&str, String, Damage, &str); 10] = [
        ("hashes", path((TileRow::Hashes(0), 0)), Damage::Flip(40), "tile"),
        ("top hashes", path((TileRow::Hashes(1), 0)), Damage::Flip(1), "tile"),
        ("no hashes", path((TileRow::Hashes(0), 1)), Damage::Remove, "tree-incomplete"),
        ("records", path((TileRow::Entries, 0)), Damage::Flip(3), "chain-mismatch"),
        ("later records", path((TileRow::Entries, 1)), Damage::Flip(50), "chain-tampered"),
        ("no records", path((TileRow::Entries, 1)), Damage::Remove, "chain-incomplete"),
        ("cut records", path((TileRow::Entries, 1)), Damage::Cut, "chain-incomplete"),
        ("checkpoint", "checkpoint".to_owned(), Damage::Remove, "checkpoint-missing"),
        ("cut checkpoint", "checkpoint".to_owned(), Damage::Cut, "note"),
        ("older checkpoint", format!("checkpoints/{:020}", 1), Damage::Flip(0), "origin-mismatch"),
    ];
    for (what, path, damage, code) in cases {
        let export = Export::create(&folder.path().join(what)).unwrap();
        export.write(&chain).unwrap();
        audit::verify(&export, &chain.trust).map(drop).unwrap();
        damage.to(&export.folder().join(path));
        assert_eq!(audit::verify(&export, &chain.trust).map(drop).unwrap_err().code(), code, "{what}");
    }
    // An older checkpoint less proves less and refuses nothing; names beside a record prove nothing.
    let export = Export::create(&folder.path().join("less")).unwrap();
    export.write(&chain).unwrap();
    fs::remove_dir_all(export.folder().join("checkpoints")).unwrap();
    audit::verify(&export, &chain.trust).map(drop).unwrap();
}

#[test]
fn the_second_process_takes_the_published_root_of_trust_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let chain = long_chain(10);
    let export = Export::create(folder.path()).unwrap();
    export.write(&chain).unwrap();
    let root = audit::verify(&export, &chain.trust).unwrap().findings().head.root;
    let ask = |change: Change<'_>| {
        let mut arguments = vec![folder.path().to_str().unwrap().to_owned()];
        arguments.extend(chain.trust.options().into_iter().flatten());
        change(&mut arguments);
        let arguments: Vec<_> = arguments.into_iter().map(OsString::from).collect();
        let Output { status, stdout, .. } = second_process(&arguments).unwrap();
        (status.code(), String::from_utf8(stdout).unwrap())
    };
    assert_eq!(ask(&|_| ()).0, Some(0));
    assert_eq!(ask(&|all| all.extend(["--pin".into(), format!("10:{root}")])).0, Some(0));

    let (code, said) = ask(&|all| all.extend(["--pin".into(), format!("11:{root}")]));
    assert!(code == Some(1) && said.contains("chain-rollback"), "{said}");
    let (code, said) = ask(&|all| all[4] = Hash([7; 32]).to_string());
    assert!(code == Some(1) && said.contains("chain-mismatch"), "{said}");
    let (code, said) = ask(&|all| all[2] = "log.example/other".into());
    assert!(code == Some(1) && said.contains("origin-mismatch"), "{said}");
    let unusable: [Change<'_>; 6] = [
        &|all| all.truncate(3),
        &|all| all[4] = "00".into(),
        &|all| all[4] = format!("+{}", &all[4][1..]),
        &|all| all[2] = "privity.other".into(),
        &|all| all.extend(["--pin".into(), "11".into()]),
        &|all| all.extend(["--cosigner".into(), "nobody".into()]),
    ];
    for (at, change) in unusable.iter().enumerate() {
        assert_eq!(ask(change), (Some(2), String::new()), "unusable options {at}");
    }
}

#[test]
fn a_second_process_that_finds_everything_valid_or_nothing_is_found_out() {
    let sources = tempfile::tempdir().unwrap();
    fs::write(sources.path().join("letter"), "Dear Sirs").unwrap();
    let told = |second| story::tell(&Wish { second, ..wish(Some(sources.path())) }).unwrap();
    assert!(told(second_process).fine());
    let credulous = told(|_| {
        Ok(Output { status: ExitStatus::default(), stdout: b"verdict      valid".into(), stderr: Vec::new() })
    });
    let blind = told(|_| second_process(&[]));
    for report in [credulous, blind] {
        assert!(!report.fine() && report.account.wrong.len() >= 2, "{:?}", report.account.wrong);
    }
}

#[test]
fn an_export_is_never_mixed_with_what_stands_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("checkpoint"), "of another chain").unwrap();
    let told = story::tell(&Wish { export: Some(folder.path().to_path_buf()), ..wish(None) });
    assert_eq!(told.err().map(|error| error.code()), Some("exists"));
    assert_eq!(fs::read(folder.path().join("checkpoint")).unwrap(), b"of another chain");
}

#[test]
fn the_body_of_our_event_is_what_another_encoder_writes() {
    let edges = [0, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 32, u64::MAX];
    for (at, count) in edges.into_iter().enumerate() {
        let step = "x".repeat([0, 1, 23, 24, 60][at % 5]);
        let ours = step_body(&step, [count, 1, 0, edges[at / 2]]);
        let mut theirs = Map::new();
        theirs.insert(1, step.as_str());
        for (key, value) in (2..).zip([count, 1, 0, edges[at / 2]]) {
            theirs.insert(key, value);
        }
        assert_eq!(ours, CBOR::from(theirs).to_cbor_data());
        Draft::host(STEP, ours).unwrap();
    }
}

/// This test program as the second process: it runs [`as_the_second_process`] and nothing else, and
/// what the test harness prints before is left out.
pub fn second_process(arguments: &[OsString]) -> io::Result<Output> {
    let arguments = arguments.join(SEPARATOR.as_ref());
    let mut command = Command::new(env::current_exe()?);
    command.args(["outsiders::as_the_second_process", "--exact", "--nocapture", "--test-threads=2"]);
    let mut output = command.env(ARGUMENTS, arguments).stdin(Stdio::null()).output()?;
    let said = output.stdout.windows(8).position(|part| part == b"verdict ").unwrap_or(output.stdout.len());
    output.stdout.drain(..said);
    Ok(output)
}

/// Not a test by itself: what [`second_process`] runs.
#[test]
fn as_the_second_process() {
    let Some(arguments) = env::var_os(ARGUMENTS) else { return };
    let arguments = arguments.into_string().unwrap();
    let code = audit::main(arguments.split(SEPARATOR).map(OsString::from));
    exit([ExitCode::SUCCESS, ExitCode::FAILURE].iter().position(|known| *known == code).unwrap_or(2) as i32);
}

/// What is changed in the arguments.
type Change<'c> = &'c dyn Fn(&mut Vec<String>);

const ARGUMENTS: &str = "PRIVITY_STANDALONE_VERIFY";
const SEPARATOR: &str = "\n";

enum Damage {
    Flip(usize),
    Cut,
    Remove,
}

impl Damage {
    fn to(&self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        match self {
            Damage::Remove => return fs::remove_file(path).unwrap(),
            Damage::Flip(at) => bytes[*at] ^= 1,
            Damage::Cut => bytes.truncate(bytes.len() - 3),
        }
        fs::write(path, bytes).unwrap();
    }
}

/// A chain of so many records, with a checkpoint now and then.
fn long_chain(records: usize) -> Chain {
    let mut chain = Chain::begin().unwrap();
    let mut account = Account::default();
    account.steps.push(Step { name: "nothing", documents: 0, bytes: 0, time: Duration::ZERO });
    while chain.shown.records.len() < records {
        chain.step(&account).unwrap();
    }
    // Every hundredth, and the newest.
    let checkpoints = chain.shown.checkpoints.iter().enumerate();
    let kept = checkpoints.filter(|(at, _)| at % 100 == 0 || at + 1 == records).map(|(_, note)| note.clone());
    chain.shown.checkpoints = kept.collect();
    chain
}

fn records(folder: &Path, size: u64) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    let keep = |record: &[u8]| {
        records.push(record.to_vec());
        Ok(())
    };
    Export::at(folder).records(size, keep).unwrap();
    records
}

fn parse(record: &[u8]) -> Record<'_> {
    Record::parse(record, ChainType::Standalone).unwrap()
}

fn sealed(record: &[u8]) -> Vec<(DocumentId, [u8; 56])> {
    match parse(record).body().unwrap() {
        Body::Sealed(sealed) => {
            sealed.documents.items().iter().map(|one| (one.document, one.seal_id)).collect()
        }
        _ => Vec::new(),
    }
}

fn opened(record: &[u8]) -> Vec<DocumentId> {
    match parse(record).body().unwrap() {
        Body::Opened(opened) => opened.documents.items().to_vec(),
        other => panic!("{:?}", other.kind()),
    }
}

fn failure<T>(verified: Result<T, Error>) -> Failure {
    let error = verified.err().expect("a failure");
    let source = std::error::Error::source(&error).expect("a failure of the chain");
    source.downcast_ref::<Failure>().expect("a failure of the chain").clone()
}

fn every_file(folder: &Path, files: &mut Vec<Vec<u8>>) {
    let entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in entries {
        if path.is_dir() { every_file(&path, files) } else { files.push(fs::read(&path).unwrap()) }
    }
}
