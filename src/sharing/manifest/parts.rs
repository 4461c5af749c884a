//! The objects inside a manifest.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;

use crate::audit::body::DocumentVersion;
use crate::codec::hex;
use crate::codec::json::{Fields, Value};
use crate::error::{Code, Result};
use crate::id::{DeviceId, DocumentId, Hash, PrincipalId};
use crate::sharing::manifest::{MAX_TERM, fixed};
use crate::sharing::{PartyKind, Standing, name};

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
    pub(super) const ALL: [Self; 3] = [Self::No, Self::WithConsent, Self::Yes];

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

impl Sender {
    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let kind = fields.text("kind")?;
        let kind = [PartyKind::Standalone, PartyKind::Firm].into_iter().find(|one| kind_name(*one) == kind);
        let device = fields.optional_text("device")?.map(|id| fixed(&id)).transpose()?;
        let sender = Self {
            kind: kind.ok_or(Code::Manifest)?,
            party: PrincipalId::from_bytes(fixed(&fields.text("party")?)?),
            name: fields.text("name")?,
            organisation: fields.text("organisation")?,
            anchor: fixed(&fields.text("anchor")?)?,
            key: fields.text("key")?,
            device: device.map(DeviceId::from_bytes),
        };
        name::check(&sender.name).map_err(|_| Code::Manifest)?;
        name::check_organisation(&sender.organisation).map_err(|_| Code::Manifest)?;
        let firm = sender.kind == PartyKind::Firm;
        if sender.device.is_some() == firm { Ok(sender) } else { Err(Code::Manifest.into()) }
    }

    pub(super) fn value(&self) -> Value {
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
    pub(super) fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::of(value, Code::Manifest)?;
        let recipient = Self {
            name: fields.text("name")?,
            recipient: fields.text("recipient")?,
            fingerprint: Hash(fixed(&fields.text("fingerprint")?)?),
        };
        name::check(&recipient.name).map_err(|_| Code::Manifest)?;
        Ok(recipient)
    }

    pub(super) fn value(&self) -> Value {
        Value::Map(map([
            ("name", self.name.clone()),
            ("recipient", self.recipient.clone()),
            ("fingerprint", self.fingerprint.to_string()),
        ]))
    }
}

impl Document {
    pub(super) fn read(value: Value) -> Result<Self> {
        let mut fields = Fields::of(value, Code::Manifest)?;
        let id = fields.optional_text("document")?.map(|id| fixed(&id)).transpose()?;
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
        // They are shown to people: no text that breaks a line or turns its direction.
        let short = document.name.len() <= MAX_TERM && document.media_type.len() <= name::MAX;
        let plain = !document.name.contains(name::misleads) && !document.media_type.contains(name::misleads);
        if short && plain { Ok(document) } else { Err(Code::Manifest.into()) }
    }

    pub(super) fn value(&self) -> Result<Value> {
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

    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            origin: fields.text("origin")?,
            size: fields.unsigned("size")?,
            root: Hash(fixed(&fields.text("root")?)?),
        })
    }

    pub(super) fn value(&self) -> Result<Value> {
        let mut members = map([("origin", self.origin.clone()), ("root", self.root.to_string())]);
        members.insert("size".to_owned(), integer(self.size)?);
        Ok(Value::Map(members))
    }
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
