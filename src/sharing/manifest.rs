//! What a share says of itself: who sends what to whom, why and until when. Strict JSON, signed by way of
//! SHA256SUMS; docs/format/share-v1.md is normative.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use crate::audit::body::{Designation, DocumentVersion};
use crate::clock::Timestamp;
use crate::codec::json::{self, Fields, Value};
use crate::codec::{hex, time};
use crate::crypto::hash::sha256;
use crate::error::{Code, Result};
use crate::id::{DeviceId, DocumentId, Hash, PrincipalId, ShareId};
use crate::sharing::age::MAX_RECIPIENTS;
use crate::sharing::{PartyKind, Standing, name};

/// The most bytes a manifest may have.
pub const MAX_MANIFEST: usize = 16 << 20;
/// The most bytes of a purpose, and of a basis.
pub const MAX_TERM: usize = 4 << 10;

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

/// Who sends a share.
#[derive(Clone, PartialEq, Eq)]
pub struct Sender {
    /// A party by its own keys, or a firm.
    pub kind: PartyKind,
    /// The party.
    pub party: PrincipalId,
    /// The person's name.
    pub name: String,
    /// Their organisation; may be empty.
    pub organisation: String,
    /// The ssh key of a party by its own keys, the hash of a firm's first record.
    pub anchor: [u8; 32],
    /// The key that signs, as OpenSSH writes it.
    pub key: String,
    /// The device of a firm that signs.
    pub device: Option<DeviceId>,
}

/// Whom a share is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Their name, as the sender knows them.
    pub name: String,
    /// Their key: `age1…`.
    pub recipient: String,
    /// The fingerprint of their card or keys.
    pub fingerprint: Hash,
}

/// A document of a share.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Where it lies in the archive.
    pub path: String,
    /// Its name, as the sender has it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of content.
    pub size: u64,
    /// Which document of the sender's vault it is.
    pub version: Option<DocumentVersion>,
}

/// A checkpoint of a firm's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Its origin.
    pub origin: String,
    /// The ledger's size.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Whether a share may be passed on: a term, which our `accept` shows and nothing enforces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Onward {
    /// It may not.
    #[default]
    No,
    /// If the sender consents.
    WithConsent,
    /// It may.
    Yes,
}

impl Onward {
    const ALL: [Self; 3] = [Self::No, Self::WithConsent, Self::Yes];

    /// `no`, `with-consent`, `yes`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::WithConsent => "with-consent",
            Self::Yes => "yes",
        }
    }
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
            share: ShareId::from_bytes(hex(&fields.text("share")?)?),
            salt: hex(&fields.text("salt")?)?,
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
                id.map(|id| hex(&id)).transpose()?.map(ShareId::from_bytes)
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

    /// SHA-256 of its bytes: what a receipt and the records name it by.
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes).
    pub fn hash(&self) -> Result<Hash> {
        Ok(sha256(&self.to_bytes()?))
    }

    /// Whether whoever knows the password could have been given it by anybody.
    #[must_use]
    pub fn forwardable(&self) -> bool {
        self.recipients.is_empty()
    }
}

impl Sender {
    fn read(mut fields: Fields) -> Result<Self> {
        let kind = fields.text("kind")?;
        let kind = [PartyKind::Standalone, PartyKind::Firm].into_iter().find(|one| kind_name(*one) == kind);
        let device = fields.optional_text("device")?.map(|id| hex(&id)).transpose()?;
        let sender = Self {
            kind: kind.ok_or(Code::Manifest)?,
            party: PrincipalId::from_bytes(hex(&fields.text("party")?)?),
            name: fields.text("name")?,
            organisation: fields.text("organisation")?,
            anchor: hex(&fields.text("anchor")?)?,
            key: fields.text("key")?,
            device: device.map(DeviceId::from_bytes),
        };
        name::check(&sender.name).map_err(|_| Code::Manifest)?;
        name::check_organisation(&sender.organisation).map_err(|_| Code::Manifest)?;
        let firm = sender.kind == PartyKind::Firm;
        if sender.device.is_some() == firm { Ok(sender) } else { Err(Code::Manifest.into()) }
    }

    fn value(&self) -> Value {
        let mut members = map([
            ("kind", kind_name(self.kind).to_owned()),
            ("party", hex::encode(self.party.as_bytes())),
            ("name", self.name.clone()),
            ("organisation", self.organisation.clone()),
            ("anchor", hex::encode(&self.anchor)),
            ("key", self.key.clone()),
        ]);
        if let Some(device) = &self.device {
            members.insert("device".to_owned(), Value::Text(hex::encode(device.as_bytes())));
        }
        Value::Map(members)
    }
}

impl Recipient {
    fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::of(value, Code::Manifest)?;
        let recipient = Self {
            name: fields.text("name")?,
            recipient: fields.text("recipient")?,
            fingerprint: Hash(hex(&fields.text("fingerprint")?)?),
        };
        name::check(&recipient.name).map_err(|_| Code::Manifest)?;
        Ok(recipient)
    }

    fn value(&self) -> Value {
        Value::Map(map([
            ("name", self.name.clone()),
            ("recipient", self.recipient.clone()),
            ("fingerprint", self.fingerprint.to_string()),
        ]))
    }
}

impl Document {
    fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::of(value, Code::Manifest)?;
        let id = fields.optional_text("document")?.map(|id| hex(&id)).transpose()?;
        let version = fields.has("version").then(|| fields.unsigned("version")).transpose()?;
        let version = match (id, version) {
            (None, None) => None,
            (Some(id), Some(version)) => {
                let version = u32::try_from(version).ok().and_then(NonZeroU32::new).ok_or(Code::Manifest)?;
                Some(DocumentVersion { document: DocumentId::from_bytes(id), version })
            }
            _ => return Err(Code::Manifest.into()),
        };
        let document = Self {
            path: fields.text("path")?,
            name: fields.text("name")?,
            media_type: fields.text("media_type")?,
            size: fields.unsigned("size")?,
            version,
        };
        let short = document.name.len() <= MAX_TERM && document.media_type.len() <= name::MAX;
        if short { Ok(document) } else { Err(Code::Manifest.into()) }
    }

    fn value(&self) -> Result<Value> {
        let mut members = map([
            ("path", self.path.clone()),
            ("name", self.name.clone()),
            ("media_type", self.media_type.clone()),
        ]);
        members.insert("size".to_owned(), integer(self.size)?);
        if let Some(version) = &self.version {
            members.insert("document".to_owned(), Value::Text(hex::encode(version.document.as_bytes())));
            members.insert("version".to_owned(), Value::Integer(version.version.get().into()));
        }
        Ok(Value::Map(members))
    }
}

impl Ledger {
    pub(crate) fn of(shown: &Standing) -> Self {
        let head = shown.head();
        Self { origin: shown.origin(), size: head.size, root: head.root }
    }

    fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            origin: fields.text("origin")?,
            size: fields.unsigned("size")?,
            root: Hash(hex(&fields.text("root")?)?),
        })
    }

    fn value(&self) -> Result<Value> {
        let mut members = map([("origin", self.origin.clone()), ("root", self.root.to_string())]);
        members.insert("size".to_owned(), integer(self.size)?);
        Ok(Value::Map(members))
    }
}

/// A critical member that is not known, or not there, is a term that would be missed.
fn check_critical(fields: &mut Fields) -> Result<()> {
    let Some(critical) = fields.optional_list("critical")? else { return Ok(()) };
    if critical.is_empty() {
        return Err(Code::Manifest.into());
    }
    for name in critical {
        match name {
            Value::Text(name) if MEMBERS.contains(&name.as_str()) && fields.has(&name) => {}
            Value::Text(_) => return Err(Code::ManifestCritical.into()),
            _ => return Err(Code::Manifest.into()),
        }
    }
    Ok(())
}

fn each<T>(values: Vec<Value>, read: impl Fn(Value) -> Result<T>) -> Result<Vec<T>> {
    values.into_iter().map(read).collect()
}

/// What people say on a share: not empty, at most 4 KiB, and nothing in it misleads but line feeds.
pub(super) fn term(text: String) -> Result<String> {
    let plain = text.chars().all(|c| c == '\n' || !name::misleads(c));
    if text.is_empty() || text.len() > MAX_TERM || !plain { Err(Code::Manifest.into()) } else { Ok(text) }
}

fn time_of(text: &str) -> Result<Timestamp> {
    Ok(time::parse(text).ok_or(Code::Manifest)?)
}

fn hex<const N: usize>(text: &str) -> Result<[u8; N]> {
    Ok(hex::fixed(text).ok_or(Code::Manifest)?)
}

fn kind_name(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Standalone => "standalone",
        PartyKind::Firm => "firm",
    }
}

fn map<const N: usize>(members: [(&str, String); N]) -> BTreeMap<String, Value> {
    members.into_iter().map(|(name, text)| (name.to_owned(), Value::Text(text))).collect()
}

fn integer(number: u64) -> Result<Value> {
    Ok(Value::Integer(i64::try_from(number).map_err(|_| Code::Json)?))
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

/// The members that this version understands.
const MEMBERS: &[&str] = &[
    "format",
    "share",
    "salt",
    "created",
    "expires",
    "sender",
    "recipients",
    "purpose",
    "basis",
    "designation",
    "onward",
    "receipt",
    "documents",
    "ledger",
    "in_reply_to",
    "approvals",
];

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manifest")
            .field("share", &self.share)
            .field("recipients", &self.recipients.len())
            .field("documents", &self.documents.len())
            .finish_non_exhaustive()
    }
}

macro_rules! nameless {
    ($($name:ident)+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })+
    };
}
nameless! { Sender Recipient Document }
