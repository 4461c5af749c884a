//! Records, checkpoints and proofs of an audit chain.

use privity::audit::Record;
use privity::audit::checkpoint::Log;
use privity::audit::kind::ChainType;
use privity::audit::proof::TlogProof;
use privity::{Code, Error};

use super::{Object, UNVERIFIED};
use crate::date;
use crate::show::Facts;
use crate::stop::{Stop, at};

pub fn record(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_RECORD)?;
    // Which type of chain it stands in, a record does not say; one of them has such a payload.
    let mut last = Error::from(Code::Field);
    for chain_type in [ChainType::Ledger, ChainType::Directory, ChainType::Matter, ChainType::Standalone] {
        match Record::parse(&bytes, chain_type) {
            Ok(record) => return say(&record, facts),
            Err(error) => last = error,
        }
    }
    Err(Stop::of("record", &last))
}

fn say(record: &Record<'_>, facts: &mut Facts) -> Result<(), Stop> {
    let payload = record.payload();
    facts.put("object", "record of an audit chain").put("chain", payload.chain.to_string());
    facts.put("kind", payload.kind.number()).put("kind_name", payload.kind.name());
    facts.put("at", date::short(payload.at)).put("author", payload.author.to_string());
    facts.put("sequence", payload.sequence).put_some("previous", payload.previous);
    if let Some(head) = &payload.ledger_head {
        facts.put("ledger_size", head.size).put("ledger_root", head.root.to_string());
    }
    facts.put_some("acting_for", payload.acting_for);
    facts.put("subjects", payload.subjects.len());
    facts.put("details", payload.details.as_ref().map_or(0, |details| details.count.get()));
    facts.put("hash", record.hash().to_string()).note(UNVERIFIED);
    Ok(())
}

/// A checkpoint.
pub fn note(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_NOTE)?;
    facts.put("object", "checkpoint (signed note)");
    checkpoint(&bytes, facts)?;
    facts.note(UNVERIFIED);
    Ok(())
}

pub fn proof(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_PROOF)?;
    let proof = TlogProof::parse(&bytes).map_err(at("proof"))?;
    facts
        .put("object", "proof (tlog-proof)")
        .put("index", proof.index)
        .put("path_hashes", proof.hashes.len());
    facts.put("extra_bytes", proof.extra.as_ref().map(Vec::len));
    checkpoint(proof.checkpoint.as_bytes(), facts)?;
    facts.note(UNVERIFIED);
    Ok(())
}

fn checkpoint(bytes: &[u8], facts: &mut Facts) -> Result<(), Stop> {
    let malformed = || Stop::of("checkpoint", &Code::Checkpoint.into());
    let text = std::str::from_utf8(bytes).map_err(|_| malformed())?;
    let (origin, _) = text.split_once('\n').ok_or_else(malformed)?;
    // A log without keys: what the note claims, and nobody's signature.
    let head =
        Log::foreign(origin, Vec::new()).and_then(|log| log.claimed(bytes)).map_err(at("checkpoint"))?;
    facts.put("origin", origin).put("size", head.size).put("root", head.root.to_string());
    let signers = text.lines().filter_map(|line| line.strip_prefix("\u{2014} ")?.split_once(' '));
    facts.put("signature_lines_by", signers.map(|(name, _)| name.to_owned()).collect::<Vec<_>>());
    Ok(())
}

const MAX_RECORD: usize = 128 << 10;
const MAX_NOTE: usize = 1 << 20;
const MAX_PROOF: usize = 2 << 20;
