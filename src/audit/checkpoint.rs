//! Checkpoints (c2sp.org/tlog-checkpoint): size and root of a log, signed by one of its keys and
//! cosigned by others.
//!
//! [`Log`] holds what a verifier knows beforehand; [`Log::verify`] alone makes a [`Verified`]
//! checkpoint. Logs of ours have no empty tree and no extension lines; a [stranger's](Log::foreign)
//! may have both.

mod anchored;

pub use anchored::{Cosigners, Device, Other, Others};

use std::fmt::Write as _;

use crate::codec::base64;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::error::{Code, Result};
use crate::id::{DeviceId, FirmId, Hash};
use crate::wire::lines::{Lines, decimal};
use crate::wire::note::{self, KeyKind, Note, NoteKey, Signed};

/// Size and root of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// What is known of a log beforehand: its origin, its keys, who cosigns it.
#[derive(Clone, Debug)]
pub struct Log {
    origin: String,
    rules: Rules,
    keys: Vec<NoteKey>,
    cosigners: Vec<NoteKey>,
}

/// A checkpoint that at least one known key of the log signed, and nobody known signed wrongly.
#[derive(Clone, Debug)]
pub struct Verified {
    head: Head,
    text: String,
    signers: Vec<NoteKey>,
    cosigned: Vec<Cosigned>,
}

/// A cosignature that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// By whom.
    pub by: NoteKey,
    /// When, in seconds since 1970 UTC.
    pub seconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    Ours,
    Foreign,
}

impl Log {
    /// The ledger of a firm, with the log keys of its devices.
    ///
    /// # Errors
    /// `ambiguous-key` if two keys share a key id, or one is given twice.
    pub fn firm(firm: FirmId, keys: &[VerifyingKey]) -> Result<Self> {
        Self::ours(firm_origin(firm), keys)
    }

    /// A standalone chain.
    ///
    /// # Errors
    /// `checkpoint` if the origin is empty, over 255 bytes, holds a space, a control character or a
    /// `+`, or begins as a firm's does; `ambiguous-key` as [`Log::firm`].
    pub fn standalone(origin: &str, keys: &[VerifyingKey]) -> Result<Self> {
        Self::ours(standalone_origin(origin)?.to_owned(), keys)
    }

    /// A plain C2SP log of a stranger, with its keys as `vkey` texts gave them.
    ///
    /// # Errors
    /// `checkpoint` if the origin is no line, `note-key` for a key that is no log's, `ambiguous-key`.
    pub fn foreign(origin: &str, keys: Vec<NoteKey>) -> Result<Self> {
        if origin.is_empty() || origin.contains(|c: char| c < ' ') {
            return Err(Code::Checkpoint.into());
        }
        if keys.iter().any(|key| key.kind() != KeyKind::Ed25519) {
            return Err(Code::NoteKey.into());
        }
        Self::checked(origin.to_owned(), Rules::Foreign, keys)
    }

    /// The same log with the cosigners a verifier knows.
    ///
    /// # Errors
    /// `note-key` for a key that does not cosign, `ambiguous-key` if two keys share name and key id.
    pub fn with_cosigners(mut self, cosigners: Vec<NoteKey>) -> Result<Self> {
        if cosigners.iter().any(|key| key.kind() != KeyKind::CosignatureV1) {
            return Err(Code::NoteKey.into());
        }
        note::check_distinct(self.keys.iter().chain(&cosigners))?;
        self.cosigners = cosigners;
        Ok(self)
    }

    /// Verifies a checkpoint of this log.
    ///
    /// # Errors
    /// `too-large`, `note`, `duplicate-signature` for the form of a note; `checkpoint` if the text is none, `origin-mismatch` if it is of
    /// another log, `signature-refused` if a line of a known key is wrong, `log-unsigned` if no
    /// known key of the log signed.
    pub fn verify(&self, note: &[u8]) -> Result<Verified> {
        let note = Note::parse(note)?;
        let head = self.head(note.text())?;
        let (mut signers, mut cosigned) = (Vec::new(), Vec::new());
        for line in note.signatures() {
            let named = |key: &&NoteKey| key.key_id() == line.key_id() && key.name() == line.name();
            // Lines of unknown keys are ignored: log keys change, and anybody may cosign.
            let Some(key) = self.keys.iter().chain(&self.cosigners).find(named) else { continue };
            match note.verify(key)? {
                Some(Signed::Plainly) => signers.push(key.clone()),
                Some(Signed::At(seconds)) => cosigned.push(Cosigned { by: key.clone(), seconds }),
                None => return Err(Code::SignatureRefused.into()),
            }
        }
        if signers.is_empty() {
            return Err(Code::LogUnsigned.into());
        }
        Ok(Verified { head, text: note.text().to_owned(), signers, cosigned })
    }

    /// What a checkpoint claims, if its form is right: nobody's signature was looked at.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), signatures apart.
    pub fn claimed(&self, note: &[u8]) -> Result<Head> {
        self.head(Note::parse(note)?.text())
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is a firm's ledger or a standalone chain of this library.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.rules == Rules::Ours
    }

    fn ours(origin: String, keys: &[VerifyingKey]) -> Result<Self> {
        let named = keys.iter().map(|key| NoteKey::new(&origin, KeyKind::Ed25519, *key));
        let keys = named.collect::<Result<_>>()?;
        Self::checked(origin, Rules::Ours, keys)
    }

    fn checked(origin: String, rules: Rules, keys: Vec<NoteKey>) -> Result<Self> {
        note::check_distinct(&keys)?;
        Ok(Self { origin, rules, keys, cosigners: Vec::new() })
    }

    fn head(&self, text: &str) -> Result<Head> {
        let mut lines = Lines::new(text);
        let origin = lines.line().ok_or(Code::Checkpoint)?;
        let size = lines.line().and_then(decimal).ok_or(Code::Checkpoint)?;
        let root = lines.line().and_then(base64::fixed).map(Hash).ok_or(Code::Checkpoint)?;
        let extensions = lines.rest();
        let allowed = match self.rules {
            Rules::Ours => size > 0 && extensions.is_empty(),
            Rules::Foreign => extensions.lines().all(|line| !line.is_empty()),
        };
        if !allowed {
            return Err(Code::Checkpoint.into());
        }
        if origin != self.origin {
            return Err(Code::OriginMismatch.into());
        }
        Ok(Head { size, root })
    }
}

impl Verified {
    /// Size and root.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The signed text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The known keys of the log that signed; at least one.
    #[must_use]
    pub fn signers(&self) -> &[NoteKey] {
        &self.signers
    }

    /// The cosignatures of known cosigners, in the order of their lines.
    #[must_use]
    pub fn cosigned(&self) -> &[Cosigned] {
        &self.cosigned
    }

    /// Cosigns: "at this time, this is the newest state of the log I know, and it continues what I
    /// knew". The caller has verified the [consistency](crate::audit::proof::Consistency) from its
    /// own pin. Gives a note with this one line, for [`merge`].
    ///
    /// # Errors
    /// `note-key` for a name that no line can carry, `note` for a time from 2^63 seconds on.
    pub fn cosign(&self, name: &str, key: &SigningKey, seconds: u64) -> Result<String> {
        note::assemble(&self.text, [note::cosign(name, key, &self.text, seconds)?.as_str()])
    }
}

/// Signs the checkpoint of a firm's ledger with the log key of the committing device.
///
/// # Errors
/// `checkpoint` for size 0.
pub fn sign_firm(firm: FirmId, key: &SigningKey, head: &Head) -> Result<String> {
    sign(&firm_origin(firm), key, head)
}

/// Signs the checkpoint of a standalone chain.
///
/// # Errors
/// `checkpoint` for size 0 and for an origin as in [`Log::standalone`].
pub fn sign_standalone(origin: &str, key: &SigningKey, head: &Head) -> Result<String> {
    sign(standalone_origin(origin)?, key, head)
}

/// The note with the verified cosignatures of `other` by these cosigners. A newer one replaces the
/// older of its key; everything else of `note` stays, unknown lines too; of `other` nothing else
/// is taken.
///
/// # Errors
/// `too-large`, `note`, `duplicate-signature` for the form of a note; `note-mismatch` if the texts differ, `signature-refused` if a line of a
/// known cosigner is wrong in either.
pub fn merge(note: &[u8], other: &[u8], cosigners: &[NoteKey]) -> Result<String> {
    let (note, other) = (Note::parse(note)?, Note::parse(other)?);
    if note.text() != other.text() {
        return Err(Code::NoteMismatch.into());
    }
    note::check_distinct(cosigners)?;
    let mut lines: Vec<String> = note.signatures().iter().map(note::Signature::line).collect();
    for newer in other.signatures() {
        let same =
            |line: &note::Signature<'_>| (line.key_id(), line.name()) == (newer.key_id(), newer.name());
        let known = |key: &&NoteKey| (key.key_id(), key.name()) == (newer.key_id(), newer.name());
        let Some(key) = cosigners.iter().find(known) else { continue };
        let Some(Signed::At(now)) = other.verify(key)? else { continue };
        let replaces = match note.verify(key)? {
            Some(Signed::At(before)) => before < now,
            _ => true,
        };
        let at = note.signatures().iter().position(same).and_then(|at| lines.get_mut(at));
        match at {
            Some(line) if replaces => *line = newer.line(),
            Some(_) => {}
            None => lines.push(newer.line()),
        }
    }
    note::assemble(note.text(), lines.iter().map(String::as_str))
}

/// The name under which a device of a firm cosigns: `privity.<firm>/<device>` in hexadecimal.
#[must_use]
pub fn device_name(firm: FirmId, device: DeviceId) -> String {
    format!("{}/{}", firm_origin(firm), hex(device.as_bytes()))
}

/// The origin of a firm's ledger: `privity.<firm>` in hexadecimal.
#[must_use]
pub fn firm_origin(firm: FirmId) -> String {
    format!("{FIRM_PREFIX}{}", hex(firm.as_bytes()))
}

/// Whether a standalone chain may have this origin.
///
/// # Errors
/// `checkpoint`, see [`Log::standalone`].
pub fn standalone_origin(origin: &str) -> Result<&str> {
    let held = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    let refused = origin.is_empty()
        || origin.len() > note::MAX_NAME
        || origin.contains(held)
        || origin.starts_with(FIRM_PREFIX);
    if refused { Err(Code::Checkpoint.into()) } else { Ok(origin) }
}

fn sign(origin: &str, key: &SigningKey, head: &Head) -> Result<String> {
    if head.size == 0 {
        return Err(Code::Checkpoint.into());
    }
    let text = format!("{origin}\n{}\n{}\n", head.size, base64::encode(&head.root.0));
    note::assemble(&text, [note::sign(origin, key, &text)?.as_str()])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// No standalone chain's origin begins so.
const FIRM_PREFIX: &str = "privity.";
