//! What a share says of itself: who sends what to whom, why and until when. Strict JSON, signed by way of
//! SHA256SUMS; docs/format/share-v1.md is normative.

use std::collections::BTreeMap;
use std::fmt;

use crate::audit::body::{Designation, DocumentVersion};
use crate::clock::Timestamp;
use crate::codec::json::{self, Value};
use crate::codec::time;
use crate::crypto::hash::sha256;
use crate::error::{Code, Result};
use crate::id::{DeviceId, Hash, PrincipalId, ShareId};
use crate::sharing::fields::{Fields, hex, list, text};
use crate::sharing::party::PartyKind;
use crate::sharing::standing::Standing;

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
        let value = json::parse(bytes, MAX_MANIFEST)?;
        Self::read(value).map_err(|code| code.into())
    }

    fn read(value: Value) -> std::result::Result<Self, Code> {
        let mut fields = Fields::of(value).ok_or(Code::Manifest)?;
        Self::check_critical(&mut fields)?;
        let format = fields.text("format", 64).ok_or(Code::Manifest)?;
        if format != FORMAT {
            return Err(Code::Manifest);
        }
        let approvals = fields.list("approvals").is_some_and(|list| list.is_empty());
        let manifest = Self::read_members(&mut fields).filter(|_| approvals).ok_or(Code::Manifest)?;
        Ok(manifest)
    }

    /// A critical member that is not known, or not there, is a term that was missed.
    fn check_critical(fields: &mut Fields) -> std::result::Result<(), Code> {
        let Some(critical) = fields.take("critical") else { return Ok(()) };
        let names = list(critical).filter(|names| !names.is_empty()).ok_or(Code::Manifest)?;
        for name in names {
            let name = text(name, 256).ok_or(Code::Manifest)?;
            if !MEMBERS.contains(&name.as_str()) || !fields.has(&name) {
                return Err(Code::ManifestCritical);
            }
        }
        Ok(())
    }

    fn read_members(fields: &mut Fields) -> Option<Self> {
        let recipients = fields.list("recipients").filter(|list| list.len() <= 8)?;
        let documents = fields.list("documents").filter(|list| !list.is_empty())?;
        let sender = Sender::read(&mut Fields::of(fields.take("sender")?)?)?;
        let ledger = fields.optional("ledger", |value| Ledger::read(&mut Fields::of(value)?))?;
        // A firm's sender is shown under a checkpoint, which nobody else has.
        if ledger.is_some() != (sender.kind == PartyKind::Firm) {
            return None;
        }
        Some(Self {
            share: ShareId::from_bytes(hex(&fields.text("share", 32)?)?),
            salt: hex(&fields.text("salt", 64)?)?,
            created: time::parse(&fields.text("created", 32)?)?,
            expires: fields.optional("expires", |value| time::parse(&text(value, 32)?))?,
            sender,
            recipients: recipients.into_iter().map(Recipient::read).collect::<Option<_>>()?,
            purpose: fields.text("purpose", MAX_TERM).filter(|purpose| !purpose.is_empty())?,
            basis: fields.optional("basis", |value| text(value, MAX_TERM))?,
            designation: designation_of(&fields.text("designation", 64)?)?,
            onward: {
                let name = fields.text("onward", 64)?;
                Onward::ALL.into_iter().find(|onward| onward.name() == name)?
            },
            receipt: fields.boolean("receipt")?,
            documents: documents.into_iter().map(Document::read).collect::<Option<_>>()?,
            ledger,
            in_reply_to: fields
                .optional("in_reply_to", |value| Some(ShareId::from_bytes(hex(&text(value, 32)?)?)))?,
        })
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
        put("share", string(&hexed(self.share.as_bytes())));
        put("salt", string(&hexed(&self.salt)));
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
        put("in_reply_to", self.in_reply_to.map(|id| Value::Text(hexed(id.as_bytes()))));
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
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind = fields.text("kind", 16)?;
        let kind = [PartyKind::Standalone, PartyKind::Firm].into_iter().find(|one| one.name() == kind)?;
        let device = fields.optional("device", |value| Some(DeviceId::from_bytes(hex(&text(value, 32)?)?)))?;
        if device.is_some() != (kind == PartyKind::Firm) {
            return None;
        }
        Some(Self {
            kind,
            party: PrincipalId::from_bytes(hex(&fields.text("party", 32)?)?),
            name: fields.text("name", 256)?,
            organisation: fields.text("organisation", 256)?,
            anchor: hex(&fields.text("anchor", 64)?)?,
            key: fields.text("key", 256)?,
            device,
        })
    }

    fn value(&self) -> Value {
        let mut members = map([
            ("kind", self.kind.name().to_owned()),
            ("party", hexed(self.party.as_bytes())),
            ("name", self.name.clone()),
            ("organisation", self.organisation.clone()),
            ("anchor", hexed(&self.anchor)),
            ("key", self.key.clone()),
        ]);
        if let Some(device) = &self.device {
            members.insert("device".to_owned(), Value::Text(hexed(device.as_bytes())));
        }
        Value::Map(members)
    }
}

impl Recipient {
    fn read(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        Some(Self {
            name: fields.text("name", 256)?,
            recipient: fields.text("recipient", 4_096)?,
            fingerprint: Hash(hex(&fields.text("fingerprint", 64)?)?),
        })
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
    fn read(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value)?;
        let id = fields.optional("document", |value| hex(&text(value, 32)?))?;
        let version = fields.optional("version", |value| match value {
            Value::Integer(number) => u32::try_from(number).ok()?.try_into().ok(),
            _ => None,
        })?;
        let version = match (id, version) {
            (None, None) => None,
            (Some(id), Some(version)) => {
                let document = crate::id::DocumentId::from_bytes(id);
                Some(DocumentVersion { document, version })
            }
            _ => return None,
        };
        Some(Self {
            path: fields.text("path", 512)?,
            name: fields.text("name", 4_096)?,
            media_type: fields.text("media_type", 256)?,
            size: fields.number("size")?,
            version,
        })
    }

    fn value(&self) -> Result<Value> {
        let mut members = map([
            ("path", self.path.clone()),
            ("name", self.name.clone()),
            ("media_type", self.media_type.clone()),
        ]);
        members.insert("size".to_owned(), integer(self.size)?);
        if let Some(version) = &self.version {
            members.insert("document".to_owned(), Value::Text(hexed(version.document.as_bytes())));
            members.insert("version".to_owned(), Value::Integer(version.version.get().into()));
        }
        Ok(Value::Map(members))
    }
}

impl Ledger {
    pub(crate) fn of(shown: &Standing) -> Self {
        Self { origin: shown.origin().to_owned(), size: shown.size(), root: shown.root() }
    }

    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            origin: fields.text("origin", 256)?,
            size: fields.number("size")?,
            root: Hash(hex(&fields.text("root", 64)?)?),
        })
    }

    fn value(&self) -> Result<Value> {
        let mut members = map([("origin", self.origin.clone()), ("root", self.root.to_string())]);
        members.insert("size".to_owned(), integer(self.size)?);
        Ok(Value::Map(members))
    }
}

fn map<const N: usize>(members: [(&str, String); N]) -> BTreeMap<String, Value> {
    members.into_iter().map(|(name, text)| (name.to_owned(), Value::Text(text))).collect()
}

fn integer(number: u64) -> Result<Value> {
    Ok(Value::Integer(i64::try_from(number).map_err(|_| Code::Json)?))
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hexed(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a designation, as people and the manifest write it.
pub(super) fn designation_name(designation: Designation) -> String {
    match NAMED.iter().find(|(known, _)| *known == designation) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("firm-{}", designation.number()),
    }
}

fn designation_of(name: &str) -> Option<Designation> {
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
