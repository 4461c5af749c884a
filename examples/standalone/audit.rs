//! The second process: verifies an export with nothing but the public root of trust.
//!
//! `standalone verify EXPORT --origin NAME --genesis HASH [--cosigner VKEY] [--pin SIZE:ROOT]`

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use privity::audit::checkpoint::{Head, Log};
use privity::audit::{Anchoring, Findings, NoteKey, Origin, TrustRoots, VerifiedChain, Verifier, tiles};
use privity::{Code, Hash};

use crate::export::Export;

/// What a verifier knows beforehand, from a source that is not the export. All of it is public.
#[derive(Clone)]
pub struct Trust {
    pub origin: Origin,
    pub genesis: Hash,
    /// Somebody whose word it takes beside the chain's own.
    pub cosigner: Option<NoteKey>,
    /// What it saw when it last verified this chain.
    pub pin: Option<Head>,
}

impl Trust {
    pub fn new(origin: Origin, genesis: Hash) -> Self {
        Self { origin, genesis, cosigner: None, pin: None }
    }

    pub fn roots(&self) -> TrustRoots {
        let roots = TrustRoots::new(self.origin.clone(), self.genesis);
        let roots = roots.with_cosigners(self.cosigner.clone().into_iter().collect(), 1);
        self.pin.map_or(roots.clone(), |pin| roots.with_pin(pin))
    }

    /// As options, in the order of the fields.
    pub fn options(&self) -> Vec<[String; 2]> {
        let mut options = vec![
            ["--origin".to_owned(), self.origin.as_str().to_owned()],
            ["--genesis".to_owned(), self.genesis.to_string()],
        ];
        options.extend(self.cosigner.iter().map(|key| ["--cosigner".to_owned(), key.vkey()]));
        options.extend(self.pin.iter().map(|pin| ["--pin".to_owned(), format!("{}:{}", pin.size, pin.root)]));
        options
    }
}

/// Says what it found and ends with 0 only for a valid chain.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (folder, trust) = match options(lexopt::Parser::from_args(arguments)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    match verify(&Export::at(folder), &trust) {
        Ok(chain) => {
            print!("{}", words(chain.findings()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{}", refusal(&error));
            ExitCode::FAILURE
        }
    }
}

/// Reads the export once, one file at a time.
pub fn verify(export: &Export, trust: &Trust) -> privity::Result<VerifiedChain> {
    let checkpoints = export.checkpoints()?;
    let mut verifier = Verifier::new(trust.roots(), &checkpoints)?;
    let newest = checkpoints.last().ok_or(Code::CheckpointMissing)?;
    let size = Log::standalone(trust.origin.as_str(), &[])?.claimed(newest)?.size;
    export.records(size, |record| verifier.push(record))?;
    let chain = verifier.finish()?;
    // The records are right. The tiles beside them are what others make proofs from.
    let root = tiles::check(size, |tile| export.fetch(tile), |_, _| Ok(()))?;
    if root == chain.findings().head.root { Ok(chain) } else { Err(Code::Tile.into()) }
}

/// A verified chain in plain words.
pub fn words(findings: &Findings) -> String {
    let anchored = match &findings.anchoring {
        Anchoring::Anchored { by } => {
            let by: Vec<_> = by.iter().map(|one| format!("{} at {}", one.by.name(), one.seconds)).collect();
            format!("yes, cosigned by {}", by.join(" and "))
        }
        Anchoring::Unanchored => {
            "no: whoever holds the chain's own keys could have written another history".to_owned()
        }
    };
    let mut lines = vec![
        "verdict      valid".to_owned(),
        format!("chain        {} of {}", findings.chain, findings.origin.as_str()),
        format!("records      {}, under the root {}", findings.head.size, findings.head.root),
        format!("documents    {} versions sealed", findings.documents),
        format!("host events  {}", findings.host.len()),
        format!("anchored     {anchored}"),
        format!("reported     {} records that change nothing", findings.reported.len()),
    ];
    let reported = findings.reported.iter();
    lines.extend(reported.map(|one| format!("             leaf {}: {}", one.index, one.why.name())));
    lines.push(format!("not known    {} records of other kinds", findings.unverifiable.len()));
    lines.push(format!("past the end {} records, ignored", findings.ignored));
    lines.join("\n") + "\n"
}

/// One line for a chain that is not valid.
pub fn refusal(error: &privity::Error) -> String {
    format!("verdict      not valid, {error}. {}", error.advice())
}

fn options(mut arguments: lexopt::Parser) -> Result<(PathBuf, Trust), lexopt::Error> {
    use lexopt::prelude::*;
    let told = |error: privity::Error| lexopt::Error::from(error.to_string());
    let (mut folder, mut origin, mut genesis, mut cosigner, mut pin) = (None, None, None, None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("origin") => origin = Some(Origin::new(arguments.value()?.string()?).map_err(told)?),
            Long("genesis") => genesis = Some(arguments.value()?.parse_with(hash)?),
            Long("cosigner") => {
                cosigner = Some(NoteKey::from_vkey(&arguments.value()?.string()?).map_err(told)?);
            }
            Long("pin") => pin = Some(arguments.value()?.parse_with(head)?),
            Value(path) if folder.is_none() => folder = Some(PathBuf::from(path)),
            _ => return Err(argument.unexpected()),
        }
    }
    match (folder, origin, genesis) {
        (Some(folder), Some(origin), Some(genesis)) => Ok((folder, Trust { origin, genesis, cosigner, pin })),
        _ => Err("an export, its --origin and its --genesis are needed".into()),
    }
}

fn head(text: &str) -> Result<Head, &'static str> {
    let (size, root) = text.split_once(':').ok_or("a pin is SIZE:ROOT")?;
    Ok(Head { size: size.parse().map_err(|_| "a pin is SIZE:ROOT")?, root: hash(root)? })
}

fn hash(text: &str) -> Result<Hash, &'static str> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks();
    let bytes: Option<Vec<u8>> = pairs.iter().map(|&[a, b]| Some(digit(a)? << 4 | digit(b)?)).collect();
    let bytes = bytes.filter(|_| rest.is_empty()).and_then(|bytes| bytes.try_into().ok());
    bytes.map(Hash).ok_or("a hash has 64 hexadecimal digits")
}
