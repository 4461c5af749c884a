//! Signed notes (c2sp.org/signed-note) with Ed25519 signatures and cosignatures
//! (c2sp.org/tlog-cosignature, `cosignature/v1`).
//!
//! A note is a text, an empty line and signature lines. Stricter than the specification where it
//! leaves a choice: at most 64 KiB and 64 signatures, base64 in its one encoding, and one line per
//! name and key id, so that nobody can hide one signature behind another.

use std::collections::BTreeSet;

use crate::codec::base64;
use crate::crypto::hash::sha256;
use crate::crypto::label;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::error::{Code, Result};

/// The largest note in bytes.
pub const MAX_NOTE: usize = 64 * 1024;

/// The most signature lines of a note.
pub const MAX_SIGNATURES: usize = 64;

/// The longest name of a key in bytes.
pub const MAX_NAME: usize = 255;

/// What a key of a note does: the signature type of its key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Signs the text: 64 bytes.
    Ed25519,
    /// Signs the text with a time: 8 bytes of time and 64 of signature.
    CosignatureV1,
}

/// A public key with its name, as notes and `vkey` texts know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    kind: KeyKind,
    key: VerifyingKey,
    key_id: u32,
}

/// A parsed note. Its text means nothing until a known key [verified](Note::verify) it.
#[derive(Clone, Debug)]
pub struct Note<'n> {
    text: &'n str,
    signatures: Vec<Signature<'n>>,
}

/// One signature line, decoded.
#[derive(Clone, Debug)]
pub struct Signature<'n> {
    name: &'n str,
    key_id: u32,
    bytes: Vec<u8>,
}

/// How a known key signed a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// By a plain signature.
    Plainly,
    /// By a cosignature made at this time, in seconds since 1970 UTC.
    At(u64),
}

impl KeyKind {
    /// Its type byte in key ids and `vkey` texts.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

impl NoteKey {
    /// A key under a name.
    ///
    /// # Errors
    /// `note-key` if no signature line can carry the name.
    pub fn new(name: &str, kind: KeyKind, key: VerifyingKey) -> Result<Self> {
        if !is_name(name) || name.len() > MAX_NAME {
            return Err(Code::NoteKey.into());
        }
        Ok(Self { name: name.to_owned(), kind, key, key_id: key_id(name, kind, &key) })
    }

    /// Reads a `vkey`: name, `+`, key id in 8 lower-case hexadecimal digits, `+`, base64 of the
    /// type byte and the key.
    ///
    /// # Errors
    /// `note-key` if the text is not that or its key id is of another key; `public-key`.
    pub fn from_vkey(vkey: &str) -> Result<Self> {
        if vkey.len() > MAX_NAME + 64 {
            return Err(Code::NoteKey.into());
        }
        let (name, rest) = vkey.split_once('+').ok_or(Code::NoteKey)?;
        let (_, material) = rest.split_once('+').ok_or(Code::NoteKey)?;
        let [kind, key @ ..]: [u8; 33] = base64::fixed(material).ok_or(Code::NoteKey)?;
        let kind = [KeyKind::Ed25519, KeyKind::CosignatureV1]
            .into_iter()
            .find(|known| known.byte() == kind)
            .ok_or(Code::NoteKey)?;
        let key = Self::new(name, kind, VerifyingKey::enrol(&key)?)?;
        // One comparison for the key id, its digits and everything else there is to write.
        if key.vkey() == vkey { Ok(key) } else { Err(Code::NoteKey.into()) }
    }

    /// Its `vkey` text.
    #[must_use]
    pub fn vkey(&self) -> String {
        let mut material = vec![self.kind.byte()];
        material.extend_from_slice(&self.key.to_bytes());
        format!("{}+{:08x}+{}", self.name, self.key_id, base64::encode(&material))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its key id: short, an identifier, no hash to rely on.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// What it does.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }
}

/// `SHA-256(name || 0x0A || type || key)[..4]`, big-endian.
#[must_use]
pub fn key_id(name: &str, kind: KeyKind, key: &VerifyingKey) -> u32 {
    let mut input = name.as_bytes().to_vec();
    input.extend_from_slice(&[b'\n', kind.byte()]);
    input.extend_from_slice(&key.to_bytes());
    let [a, b, c, d, ..] = sha256(&input).0;
    u32::from_be_bytes([a, b, c, d])
}

/// Refuses a set of keys in which two share name and key id: an honest note would be unreadable
/// (x/mod's `note.Open` refuses it too), and 2^16 tries make such a pair.
///
/// # Errors
/// `ambiguous-key`.
pub fn check_distinct<'k>(keys: impl IntoIterator<Item = &'k NoteKey>) -> Result<()> {
    let mut seen = BTreeSet::new();
    if keys.into_iter().all(|key| seen.insert((key.key_id, &key.name))) {
        Ok(())
    } else {
        Err(Code::AmbiguousKey.into())
    }
}

impl<'n> Note<'n> {
    /// Parses; linear in the size, which is checked first.
    ///
    /// # Errors
    /// `too-large` above [`MAX_NOTE`] or [`MAX_SIGNATURES`], `note` if the bytes are no note,
    /// `duplicate-signature` for a second line of one name and key id, known or not.
    pub fn parse(bytes: &'n [u8]) -> Result<Self> {
        if bytes.len() > MAX_NOTE {
            return Err(Code::TooLarge.into());
        }
        let note = std::str::from_utf8(bytes).map_err(|_| Code::Note)?;
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(Code::Note.into());
        }
        // The text may hold empty lines: the last one parts it from the signatures.
        let (before, lines) = note.rsplit_once("\n\n").ok_or(Code::Note)?;
        let text = note.get(..=before.len()).ok_or(Code::Note)?;
        let lines = lines.strip_suffix('\n').ok_or(Code::Note)?;
        let mut signatures = Vec::new();
        let mut seen = BTreeSet::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(Code::TooLarge.into());
            }
            let signature = Signature::parse(line)?;
            if !seen.insert((signature.key_id, signature.name)) {
                return Err(Code::DuplicateSignature.into());
            }
            signatures.push(signature);
        }
        Ok(Self { text, signatures })
    }

    /// What is signed, with its last newline.
    #[must_use]
    pub fn text(&self) -> &'n str {
        self.text
    }

    /// The signature lines in their order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature<'n>] {
        &self.signatures
    }

    /// Whether and how `key` signed; `None` without a line of its name and key id.
    ///
    /// # Errors
    /// `signature-refused` if there is a line and it is not by this key over this text.
    pub fn verify(&self, key: &NoteKey) -> Result<Option<Signed>> {
        let of_key =
            |signature: &&Signature<'_>| signature.key_id == key.key_id && signature.name == key.name;
        self.signatures.iter().find(of_key).map(|signature| signature.verify(self.text, key)).transpose()
    }

    /// The complete note again.
    #[must_use]
    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub fn to_text(&self) -> String {
        let mut note = format!("{}\n", self.text);
        self.signatures.iter().for_each(|signature| note.push_str(&signature.line()));
        note
    }
}

impl<'n> Signature<'n> {
    fn parse(line: &'n str) -> Result<Self> {
        let (name, encoded) =
            line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(Code::Note)?;
        let decoded = base64::decode(encoded).filter(|_| is_name(name)).ok_or(Code::Note)?;
        let (key_id, bytes) = decoded.split_first_chunk::<4>().ok_or(Code::Note)?;
        if bytes.is_empty() {
            return Err(Code::Note.into());
        }
        Ok(Self { name, key_id: u32::from_be_bytes(*key_id), bytes: bytes.to_vec() })
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &'n str {
        self.name
    }

    /// Id of the key.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// What follows the key id.
    #[must_use]
    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The line with its newline.
    #[must_use]
    pub fn line(&self) -> String {
        line(self.name, self.key_id, &self.bytes)
    }

    fn verify(&self, text: &str, key: &NoteKey) -> Result<Signed> {
        match key.kind {
            KeyKind::Ed25519 => {
                let signature = self.bytes.as_slice().try_into().map_err(|_| Code::SignatureRefused)?;
                key.key.verify(text.as_bytes(), signature)?;
                Ok(Signed::Plainly)
            }
            KeyKind::CosignatureV1 => {
                let (time, signature) = self.bytes.split_first_chunk::<8>().ok_or(Code::SignatureRefused)?;
                let seconds = u64::from_be_bytes(*time);
                let signature = signature.try_into().map_err(|_| Code::SignatureRefused)?;
                key.key.verify(&cosigned_message(text, seconds)?, signature)?;
                Ok(Signed::At(seconds))
            }
        }
    }
}

/// The signature line of `key` under `name` over `text`, which ends in a newline.
///
/// # Errors
/// `note-key` for a name that no line can carry.
pub fn sign(name: &str, key: &SigningKey, text: &str) -> Result<String> {
    let public = NoteKey::new(name, KeyKind::Ed25519, key.verifying_key())?;
    Ok(line(name, public.key_id, &key.sign(text.as_bytes())))
}

/// The cosignature line of `key` under `name` over `text`, made at `seconds` since 1970 UTC.
///
/// # Errors
/// `note-key` for a name that no line can carry, `note` for a time from 2^63 on.
pub fn cosign(name: &str, key: &SigningKey, text: &str, seconds: u64) -> Result<String> {
    let public = NoteKey::new(name, KeyKind::CosignatureV1, key.verifying_key())?;
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.extend_from_slice(&key.sign(&cosigned_message(text, seconds)?));
    Ok(line(name, public.key_id, &bytes))
}

/// A note of a text and signature lines.
///
/// # Errors
/// As [`Note::parse`]: what cannot be read is not written.
pub fn assemble<'l>(text: &str, lines: impl IntoIterator<Item = &'l str>) -> Result<String> {
    let mut note = format!("{text}\n");
    lines.into_iter().for_each(|line| note.push_str(line));
    if Note::parse(note.as_bytes())?.text() == text { Ok(note) } else { Err(Code::Note.into()) }
}

fn cosigned_message(text: &str, seconds: u64) -> Result<Vec<u8>> {
    if i64::try_from(seconds).is_err() {
        return Err(Code::Note.into());
    }
    let mut message = label::COSIGNATURE_V1.to_vec();
    message.extend_from_slice(format!("time {seconds}\n{text}").as_bytes());
    Ok(message)
}

fn line(name: &str, key_id: u32, signature: &[u8]) -> String {
    let mut bytes = key_id.to_be_bytes().to_vec();
    bytes.extend_from_slice(signature);
    format!("{DASH}{name} {}\n", base64::encode(&bytes))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ')
}

/// Em dash and space.
const DASH: &str = "\u{2014} ";
