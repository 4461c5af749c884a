//! What a removal, a screen or a new epoch came to.

use privity::{MatterId, rotation};

/// What was rotated, and what could not be.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RotationReport {
    /// The matters whose next epoch is active.
    pub rotated: Vec<MatterRotation>,
    /// The matters that somebody else has to rotate.
    pub not_rotated: Vec<NotRotated>,
    /// Whether nothing was left over.
    pub is_complete: bool,
    /// Bytes written for keys in all.
    pub bytes: u64,
    /// The same in plain words, with what rotation does not undo.
    pub text: String,
}

/// One matter's new epoch.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MatterRotation {
    /// The matter.
    pub matter: MatterId,
    /// The number of the new epoch.
    pub epoch: u64,
    /// How many wraps of its secrets were made.
    pub wraps: u64,
    /// Bytes written for keys. No byte of content.
    pub bytes: u64,
    /// Live wraps of the one who left that were deleted.
    pub deleted: u64,
    /// Versions of documents sealed before: whoever left may have copied them or their keys.
    pub could_copy: u64,
}

/// A matter that was left as it was.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NotRotated {
    /// The matter.
    pub matter: MatterId,
    /// Why: a code.
    pub why: String,
}

impl From<rotation::RotationReport> for RotationReport {
    fn from(report: rotation::RotationReport) -> Self {
        let (is_complete, bytes, text) = (report.is_complete(), report.bytes(), report.to_string());
        let rotated = |one: rotation::MatterRotation| MatterRotation {
            matter: one.matter,
            epoch: one.epoch,
            wraps: one.wraps,
            bytes: one.bytes,
            deleted: one.deleted,
            could_copy: one.could_copy,
        };
        let not_rotated =
            |one: rotation::NotRotated| NotRotated { matter: one.matter, why: one.why.name().to_owned() };
        Self {
            rotated: report.rotated.into_iter().map(rotated).collect(),
            not_rotated: report.not_rotated.into_iter().map(not_rotated).collect(),
            is_complete,
            bytes,
            text,
        }
    }
}
