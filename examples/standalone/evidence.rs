//! What the vendor hands to outsiders, and what they make of it: the whole chain verified by another
//! process, one record proved, one name disclosed, names erased, rewritten histories refused.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use privity::Code;
use privity::audit::checkpoint::Log;
use privity::audit::detail::Details;
use privity::audit::detail::disclosure::Disclosure;
use privity::audit::kind::ChainType;
use privity::audit::proof::TlogProof;
use privity::audit::tiles::TileNodes;
use privity::audit::tree::inclusion_proof;
use privity::audit::{Findings, Record};
use privity::keys::SigningKey;

use crate::audit::{self, Trust};
use crate::chain::{Chain, place};
use crate::chance::Chance;
use crate::export::Export;
use crate::rewritten::Rewriter;
use crate::run::{Row, refused, wrong};
use crate::tamper::{Refusal, judge};
use crate::work::{Account, Trouble};

/// Runs a second process with these arguments and nothing else, to its end.
pub type SecondProcess = fn(&[OsString]) -> io::Result<Output>;

/// This program again.
pub fn this_program(arguments: &[OsString]) -> io::Result<Output> {
    Command::new(env::current_exe()?).arg("verify").args(arguments).stdin(Stdio::null()).output()
}

/// Where and how others look at the chain.
pub struct Setting<'s> {
    pub export: &'s Export,
    pub second: SecondProcess,
    /// Where rewritten exports are put.
    pub scratch: &'s Path,
    pub seed: u64,
}

/// What there is to show of the chain.
pub struct Evidence {
    pub findings: Findings,
    pub checkpoints: usize,
    /// Bytes of all records.
    pub bytes: usize,
    /// Files of the export, and whether it is kept.
    pub files: usize,
    /// What it took: to append and sign, to export, to verify in the second process.
    pub appended: Duration,
    pub exported: Duration,
    pub verified: Duration,
    /// What the second process said.
    pub said: String,
    /// A proof of one record, as text for anybody's tools.
    pub proof: String,
    /// How many names are left sealed beside the chain after some were erased, and were before.
    pub names: (usize, usize),
    /// Histories that were refused, by the process and here.
    pub refusals: Vec<Refusal>,
}

/// Exports the finished chain and lets others look at it.
pub fn gather(
    chain: &mut Chain,
    account: &mut Account,
    rows: &[Row],
    setting: &Setting<'_>,
) -> privity::Result<Evidence> {
    let (export, first_trust) = (setting.export, chain.trust.clone());
    chain.cosign(COSIGNER, &SigningKey::generate()?)?;
    let begin = Instant::now();
    let files = export.write(chain)?;
    let exported = begin.elapsed();

    let findings = audit::verify(export, &chain.trust)?.findings().clone();
    let begin = Instant::now();
    let said = setting.verify(export, &chain.trust)?;
    let verified = begin.elapsed();
    let mut outsider = Outsider { chain, setting, findings: &findings, refusals: Vec::new() };
    let mut proof = String::new();
    let mut names = (0, 0);
    let mut judged = |result: Result<(), Trouble>| result.or_else(|trouble| account.aside(trouble));
    judged(outsider.convinced(&said, &first_trust))?;
    judged(outsider.prove().map(|text| proof = text))?;
    judged(outsider.names(rows).map(|counted| names = counted))?;
    judged(outsider.rewritten())?;

    let refusals = outsider.refusals;
    Ok(Evidence {
        checkpoints: chain.shown.checkpoints.len(),
        bytes: chain.shown.records.iter().map(Vec::len).sum(),
        files,
        appended: chain.time,
        exported,
        verified,
        said: said.words,
        findings,
        proof,
        names,
        refusals,
    })
}

struct Outsider<'e> {
    chain: &'e Chain,
    setting: &'e Setting<'e>,
    findings: &'e Findings,
    refusals: Vec<Refusal>,
}

impl Outsider<'_> {
    /// The second process finds what is found here; without the cosigner, less.
    fn convinced(&mut self, said: &Said, first_trust: &Trust) -> Result<(), Trouble> {
        let without = self.setting.verify(self.setting.export, first_trust)?;
        if !said.valid || said.words != audit::words(self.findings) {
            return Err(Trouble::Wrong(format!("the second process said: {}", said.words)));
        }
        match without.valid && without.words.contains("anchored     no") {
            true => Ok(()),
            false => Err(Trouble::Wrong(format!("without a cosigner it said: {}", without.words))),
        }
    }

    /// Proves one record by the exported tiles, to whoever knows the log's key.
    fn prove(&mut self) -> Result<String, Trouble> {
        let size = self.findings.head.size;
        let index = Chance::new(self.setting.seed, size).below(size);
        let nodes = TileNodes::new(size, |tile| self.setting.export.fetch(tile));
        let checkpoint = self.chain.shown.checkpoints.last().ok_or(privity::Error::from(Code::Checkpoint))?;
        let hashes = inclusion_proof(&nodes, index, size)?;
        let text = TlogProof { extra: None, index, hashes, checkpoint }.to_text()?;

        let log = Log::standalone(self.chain.trust.origin.as_str(), &self.findings.log_keys)?;
        let proof = TlogProof::parse(text.as_bytes())?;
        let check = |index: u64| proof.verify(&log, self.record(index));
        check(index).map_err(|error| refused("the proof of a record", &error))?;
        self.refusals.push(judge("a proof, of another record", Code::Proof, check((index + 1) % size))?);
        Ok(text)
    }

    /// Discloses one name, and erases all that are beside its record. Says how many names are left
    /// and how many there were.
    fn names(&mut self, rows: &[Row]) -> Result<(usize, usize), Trouble> {
        let mut chance = Chance::new(self.setting.seed, rows.len() as u64);
        let at = usize::try_from(chance.below(rows.len() as u64)).unwrap_or(0);
        let Some(row) = rows.get(at) else { return Ok((0, 0)) };
        let document = row.summary.header.document().to_string();
        let (mut before, mut found) = (0, None);
        for &index in self.chain.details.keys() {
            let record = self.record(index);
            let blob = self.setting.export.details(index)?.unwrap_or_default();
            let recorded = Record::parse(record, ChainType::Standalone)?.payload().details;
            let recorded = recorded.ok_or_else(|| wrong("a record lost its details"))?;
            let names = Details::open(&self.chain.detail_key, &place(record)?, &blob, &recorded)
                .map_err(|error| refused("the names beside a record", &error))?;
            before += names.iter().count();
            if names.get(&document).is_some() {
                found = Some((index, names, recorded));
            }
        }
        let (index, names, recorded) = found.ok_or_else(|| wrong("a name is nowhere"))?;

        // Whoever gets this learns one name, and that the record, which they have, commits to it.
        let disclosed = Disclosure::from_cbor(&names.disclose(&document)?.to_cbor())?;
        disclosed.verify(&recorded).map_err(|error| refused("a disclosed name", &error))?;
        if Some(disclosed.value.as_slice()) != row.source.file_name().map(|name| name.as_encoded_bytes()) {
            return Err(wrong("a disclosed name is another"));
        }
        let mut lie = disclosed.clone();
        lie.value.push(b'!');
        self.refusals.push(judge("another name disclosed", Code::DetailsMismatch, lie.verify(&recorded))?);

        self.setting.export.erase_details(index)?;
        let after = self.setting.verify(self.setting.export, &self.chain.trust)?;
        match after.valid && self.setting.export.details(index)?.is_none() {
            true => Ok((before - names.iter().count(), before)),
            false => Err(Trouble::Wrong(format!("with names erased it said: {}", after.words))),
        }
    }

    /// Each kind of rewritten history at several places here, and at one by the second process.
    fn rewritten(&mut self) -> Result<(), Trouble> {
        let plain = &self.chain.trust;
        let pinned = Trust { pin: Some(self.findings.head), ..plain.clone() };
        let honest = self.chain.shown.verify(&pinned).map(drop);
        honest.map_err(|error| refused("the chain against a pin", &error))?;
        let mut rewriter = Rewriter::new(self.chain, self.setting.seed)?;
        for round in 0..ROUNDS {
            for one in rewriter.round()? {
                let trust = if one.against_a_pin { &pinned } else { plain };
                let due = audit::refusal(&one.due.clone().into());
                let found = if round == 0 {
                    let forged = Export::create(&self.setting.scratch.join(one.what))?;
                    forged.forge(trust, &one.shown)?;
                    let said = self.setting.verify(&forged, trust)?;
                    if said.valid { "valid".to_owned() } else { said.words }
                } else {
                    let verified = one.shown.verify(trust);
                    verified.map_or_else(|error| audit::refusal(&error), |_| "valid".to_owned())
                };
                if found.trim_end() != due {
                    return Err(Trouble::Wrong(format!("{}: {due} was due, not {found}", one.what)));
                }
                self.refusals.push((one.what, one.due.verdict()));
            }
        }
        Ok(())
    }

    fn record(&self, index: u64) -> &[u8] {
        let record = usize::try_from(index).ok().and_then(|index| self.chain.shown.records.get(index));
        record.map_or(&[], Vec::as_slice)
    }
}

/// What another process said of an export.
struct Said {
    valid: bool,
    words: String,
}

impl Setting<'_> {
    /// The second process gets the folder and the root of trust: no key, no database, nothing else
    /// of this process.
    fn verify(&self, export: &Export, trust: &Trust) -> privity::Result<Said> {
        let mut arguments = vec![export.folder().into()];
        arguments.extend(trust.options().into_iter().flatten().map(OsString::from));
        let Output { status, stdout, stderr } = (self.second)(&arguments)?;
        let words = if stdout.is_empty() { stderr } else { stdout };
        let words = String::from_utf8_lossy(&words).into_owned();
        Ok(Said { valid: status.success(), words })
    }
}

/// How often each kind of rewriting is tried, each time elsewhere.
const ROUNDS: usize = 8;
const COSIGNER: &str = "witness.example/colleague";
