//! That a log only grew: the body of an `add-checkpoint` request (c2sp.org/tlog-witness).

use crate::audit::checkpoint::{Head, Log, Verified};
use crate::audit::tree::verify_consistency;
use crate::error::{Code, Result};
use crate::id::Hash;
use crate::wire::lines::{Lines, decimal, push_hashes};
use crate::wire::note::MAX_NOTE;

/// A parsed consistency proof with the newer checkpoint, which is unverified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency<'t> {
    /// The older size; at least 1, no log here begins empty.
    pub old: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
    /// The newer checkpoint, verbatim.
    pub checkpoint: &'t str,
}

impl<'t> Consistency<'t> {
    /// Parses; sizes first.
    ///
    /// # Errors
    /// `too-large`, or `proof-text` if the bytes are not such a body or begin at size 0.
    pub fn parse(bytes: &'t [u8]) -> Result<Self> {
        if bytes.len() > MAX_BODY {
            return Err(Code::TooLarge.into());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Code::ProofText)?;
        let mut lines = Lines::new(text);
        let old = lines.field("old").and_then(decimal).filter(|&old| old > 0).ok_or(Code::ProofText)?;
        let hashes = lines.hashes(MAX_HASHES).ok_or(Code::ProofText)?;
        Ok(Self { old, hashes, checkpoint: lines.rest() })
    }

    /// Its text.
    ///
    /// # Errors
    /// As [`Consistency::parse`]: what cannot be read is not written.
    pub fn to_text(&self) -> Result<String> {
        let mut text = format!("old {}\n", self.old);
        push_hashes(&mut text, &self.hashes);
        text.push('\n');
        text.push_str(self.checkpoint);
        Consistency::parse(text.as_bytes())?;
        Ok(text)
    }

    /// Verifies that the checkpoint is of this log and continues `pin`, the head its caller verified
    /// before.
    ///
    /// # Errors
    /// Those of [`Log::verify`]; `proof` if it continues another head: a rollback or a fork, and
    /// with the older checkpoint the evidence of it.
    pub fn verify(&self, log: &Log, pin: &Head) -> Result<Verified> {
        let checkpoint = log.verify(self.checkpoint.as_bytes())?;
        if self.old != pin.size {
            return Err(Code::Proof.into());
        }
        let new = checkpoint.head();
        verify_consistency(pin.size, &pin.root, new.size, &new.root, &self.hashes)?;
        Ok(checkpoint)
    }
}

/// The most hashes a client may send.
const MAX_HASHES: usize = 63;

/// The largest body in bytes: size, hashes, empty line, note.
const MAX_BODY: usize = 25 + MAX_HASHES * 45 + 1 + MAX_NOTE;
