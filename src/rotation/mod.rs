//! Key rotation: what a removal, a screen or a new epoch comes to, as plans and reports. No store.

use std::fmt;

use crate::error::Code;
use crate::id::MatterId;

/// What was rotated, and what could not be. [`Display`](fmt::Display) says in plain words what
/// rotation does not undo.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RotationReport {
    /// The matters whose next epoch is active.
    pub rotated: Vec<MatterRotation>,
    /// The matters that somebody else has to rotate.
    pub not_rotated: Vec<NotRotated>,
}

/// One matter's new epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterRotation {
    /// The matter.
    pub matter: MatterId,
    /// The number of the new epoch.
    pub epoch: u64,
    /// How many wraps of its secrets were made: one a person who stays, and the recovery key's.
    pub wraps: u64,
    /// Bytes written for keys: wraps, links, the detail key. No byte of content.
    pub bytes: u64,
    /// Live wraps of the one who left that were deleted.
    pub deleted: u64,
    /// Versions of documents sealed before: whoever left and had access keeps their keys, and may
    /// have copied them.
    pub could_copy: u64,
}

/// A matter that was left as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRotated {
    /// The matter.
    pub matter: MatterId,
    /// Why.
    pub why: Code,
}

impl RotationReport {
    /// Whether nothing was left over.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.not_rotated.is_empty()
    }

    /// Bytes written for keys in all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.rotated.iter().map(|one| one.bytes).sum()
    }
}

impl fmt::Display for RotationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.rotated {
            writeln!(
                f,
                "{}: epoch {} is active; {} wraps, {} bytes of keys, 0 bytes of content; {} wraps of who left deleted",
                one.matter, one.epoch, one.wraps, one.bytes, one.deleted
            )?;
            writeln!(
                f,
                "  not undone: {} versions of documents sealed before; who had access may have copied them or their keys",
                one.could_copy
            )?;
        }
        for one in &self.not_rotated {
            writeln!(f, "{}: NOT rotated ({}): {}", one.matter, one.why.name(), one.why.advice())?;
        }
        Ok(())
    }
}
