//! What a share says of itself: who sends what to whom, why and until when. Strict JSON, signed by way of
//! SHA256SUMS; docs/format/share-v1.md is normative.

mod parts;

use std::collections::BTreeMap;
use std::fmt;

use crate::audit::body::Designation;
use crate::clock::Timestamp;
use crate::codec::json::{self, Fields, Value};
use crate::codec::{hex, time};
use crate::crypto::hash::sha256;
use crate::error::{Code, Result};
use crate::id::{Hash, ShareId};
use crate::sharing::age::MAX_RECIPIENTS;
use crate::sharing::{PartyKind, name};

/// The most bytes a manifest may have.
pub const MAX_MANIFEST: usize = 16 << 20;
/// The most bytes of a purpose, and of a basis.
pub const MAX_TERM: usize = 4 << 10;

pub use parts::{Document, Ledger, Onward, Recipient, Sender};

/// The signed terms of a share. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The share.
    pub share: ShareId,
    /// Random, so that the hash of the manifest says nothing.
    pub(crate) salt: [u8; 32],
    /// When it was made, by the sender's clock.
    pub created: Timestamp,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
    /// Who sends it.
    pub sender: Sender,
    /// Whom it is for; nobody: a password share.
    pub recipients: Vec<Recipient>,
    /// Why it is disclosed.
    pub purpose: String,
    /// On what privilege rests.
    pub basis: Option<String>,
    /// How it is to be handled.
    pub designation: Designation,
    /// Whether it may be passed on.
    pub onward: Onward,
    /// Whether a receipt is asked for.
    pub receipt: bool,
    /// What is in it.
    pub documents: Vec<Document>,
    /// The checkpoint of the firm's ledger under which the sender's device is shown.
    pub ledger: Option<Ledger>,
    /// The share that this one answers.
    pub in_reply_to: Option<ShareId>,
}

impl Manifest {
    /// Reads the one form there is.
    ///
    /// # Errors
    /// `too-large`, `json`, `manifest`; `manifest-critical` if it has terms that this version does not know.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        Self::read(json::parse(bytes, MAX_MANIFEST)?)
    }

    fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::of(value, Code::Manifest)?;
        check_critical(&mut fields)?;
        if fields.text("format")? != FORMAT || !fields.list("approvals")?.is_empty() {
            return Err(Code::Manifest.into());
        }
        let sender = Sender::read(fields.fields("sender")?)?;
        let ledger = fields.has("ledger").then(|| fields.fields("ledger")).transpose()?;
        let manifest = Self {
            share: ShareId::from_bytes(fixed(&fields.text("share")?)?),
            salt: fixed(&fields.text("salt")?)?,
            created: time_of(&fields.text("created")?)?,
            expires: fields.optional_text("expires")?.as_deref().map(time_of).transpose()?,
            recipients: each(fields.list("recipients")?, Recipient::read)?,
            purpose: term(fields.text("purpose")?)?,
            basis: fields.optional_text("basis")?.map(term).transpose()?,
            designation: designation_of(&fields.text("designation")?).ok_or(Code::Manifest)?,
            onward: {
                let name = fields.text("onward")?;
                Onward::ALL.into_iter().find(|onward| onward.name() == name).ok_or(Code::Manifest)?
            },
            receipt: fields.boolean("receipt")?,
            documents: each(fields.list("documents")?, Document::read)?,
            ledger: ledger.map(Ledger::read).transpose()?,
            in_reply_to: {
                let id = fields.optional_text("in_reply_to")?;
                id.map(|id| fixed(&id)).transpose()?.map(ShareId::from_bytes)
            },
            sender,
        };
        // A firm's sender is shown under a checkpoint, which nobody else has.
        let shown = manifest.ledger.is_some() == (manifest.sender.kind == PartyKind::Firm);
        let counts = manifest.recipients.len() <= MAX_RECIPIENTS && !manifest.documents.is_empty();
        if shown && counts { Ok(manifest) } else { Err(Code::Manifest.into()) }
    }

    /// The one form there is.
    ///
    /// # Errors
    /// `json` for a number beyond 2^53, `too-large`.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut members = BTreeMap::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        let string = |text: &str| Some(Value::Text(text.to_owned()));
        put("format", string(FORMAT));
        put("share", string(&hex::encode(self.share.as_bytes())));
        put("salt", string(&hex::encode(&self.salt)));
        put("created", string(&time::write(self.created)));
        put("expires", self.expires.map(|at| Value::Text(time::write(at))));
        put("sender", Some(self.sender.value()));
        put("recipients", Some(Value::List(self.recipients.iter().map(Recipient::value).collect())));
        put("purpose", string(&self.purpose));
        put("basis", self.basis.as_deref().and_then(string));
        put("designation", string(&designation_name(self.designation)));
        put("onward", string(self.onward.name()));
        put("receipt", Some(Value::Bool(self.receipt)));
        let documents: Result<Vec<Value>> = self.documents.iter().map(Document::value).collect();
        put("documents", Some(Value::List(documents?)));
        put("ledger", self.ledger.as_ref().map(Ledger::value).transpose()?);
        put("in_reply_to", self.in_reply_to.map(|id| Value::Text(hex::encode(id.as_bytes()))));
        put("approvals", Some(Value::List(Vec::new())));
        let bytes = json::write(&Value::Map(members))?;
        if bytes.len() > MAX_MANIFEST { Err(Code::TooLarge.into()) } else { Ok(bytes) }
    }

    /// SHA-256 of its bytes as this library writes them: what a receipt and the records name a manifest of ours by. One
    /// that came from elsewhere can have members that are not known here: [`hash_of`](Self::hash_of).
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes).
    pub fn hash(&self) -> Result<Hash> {
        Ok(sha256(&self.to_bytes()?))
    }

    /// SHA-256 of the bytes of a manifest as they came: what it is named by.
    #[must_use]
    pub fn hash_of(bytes: &[u8]) -> Hash {
        sha256(bytes)
    }

    /// Whether whoever knows the password could have been given it by anybody.
    #[must_use]
    pub fn forwardable(&self) -> bool {
        self.recipients.is_empty()
    }
}

/// A term beyond those of this version that must not be passed over: none is known.
fn check_critical(fields: &mut Fields) -> Result<()> {
    let Some(critical) = fields.optional_list("critical")? else { return Ok(()) };
    let names = critical.iter().all(|name| matches!(name, Value::Text(_)));
    Err(if names && !critical.is_empty() { Code::ManifestCritical } else { Code::Manifest }.into())
}

fn each<T>(values: Vec<Value>, read: impl Fn(Value) -> Result<T>) -> Result<Vec<T>> {
    values.into_iter().map(read).collect()
}

/// Whether people may say this on a share: not empty, at most 4 KiB, and nothing in it misleads but line feeds.
pub(super) fn is_term(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TERM && text.chars().all(|c| c == '\n' || !name::misleads(c))
}

fn term(text: String) -> Result<String> {
    if is_term(&text) { Ok(text) } else { Err(Code::Manifest.into()) }
}

/// Bytes in hexadecimal.
fn fixed<const N: usize>(text: &str) -> Result<[u8; N]> {
    Ok(hex::fixed(text).ok_or(Code::Manifest)?)
}

fn time_of(text: &str) -> Result<Timestamp> {
    Ok(time::parse(text).ok_or(Code::Manifest)?)
}

/// The name of a designation, as people and the manifest write it.
#[must_use]
pub fn designation_name(designation: Designation) -> String {
    match NAMED.iter().find(|(known, _)| *known == designation) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("firm-{}", designation.number()),
    }
}

/// The designation of a name.
#[must_use]
pub fn designation_of(name: &str) -> Option<Designation> {
    if let Some((known, _)) = NAMED.iter().find(|(_, known)| *known == name) {
        return Some(*known);
    }
    let number = crate::wire::lines::decimal(name.strip_prefix("firm-")?)?;
    Designation::from_number(number).ok().filter(|_| number >= Designation::FIRST_OF_FIRM)
}

const NAMED: [(Designation, &str); 5] = [
    (Designation::PUBLIC, "public"),
    (Designation::INTERNAL, "internal"),
    (Designation::CONFIDENTIAL, "confidential"),
    (Designation::PRIVILEGED, "privileged"),
    (Designation::ATTORNEYS_EYES_ONLY, "attorneys-eyes-only"),
];

const FORMAT: &str = "privity.share/1";

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manifest")
            .field("share", &self.share)
            .field("recipients", &self.recipients.len())
            .field("documents", &self.documents.len())
            .finish_non_exhaustive()
    }
}
