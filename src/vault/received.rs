//! What came in: the shares that were accepted into a matter, and what shows where they came from.

use std::fmt;

use crate::audit::body::{Accepted, Body, DocumentVersion};
use crate::audit::detail::Details;
use crate::audit::kind::{ChainType, Kind};
use crate::audit::record::Record;
use crate::clock::Timestamp;
use crate::codec::cbor::Reader;
use crate::error::{Code, Result};
use crate::id::{DeviceId, Hash, PrincipalId, ShareId};
use crate::vault::documents::may_know;
use crate::vault::import::SENDER;
use crate::vault::matter::Matter;
use crate::vault::names;
use crate::vault::share::PURPOSE;
use crate::vault::shares::{details, leaves};

/// A share that was accepted into a matter, as the records have it.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The share.
    pub share: ShareId,
    /// SHA-256 of its manifest.
    pub manifest: Hash,
    /// The device that accepted it.
    pub by: DeviceId,
    /// When, by that device's clock.
    pub at: Timestamp,
    /// What its documents are in the matter, ascending.
    pub documents: Vec<DocumentVersion>,
    /// Where it came from; `None` if the details of the record are missing or not those it commits to.
    pub provenance: Option<Provenance>,
}

/// Where a share came from. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The contact by whom the sender was known.
    pub contact: String,
    /// The name under which the sender signed.
    pub name: String,
    /// The sender.
    pub party: PrincipalId,
    /// The ssh key of a party by its own keys, the hash of a firm's first record.
    pub anchor: [u8; 32],
    /// The key that signed, as OpenSSH writes it.
    pub key: String,
    /// Why it was disclosed.
    pub purpose: String,
    /// What the sender signed, by its path in the share: README.txt, SHA256SUMS and its signature, the manifest, a firm's
    /// standing. `ssh-keygen -Y verify` and `sha256sum` check it as in a share.
    pub parts: Vec<(String, Vec<u8>)>,
}

impl Matter {
    /// Every share that was accepted into the matter, in their order. One of more than 256 documents comes in several
    /// pieces, of which the first has the provenance.
    ///
    /// # Errors
    /// `no-access` or `screened` unless this user may read what is said of the matter; `firm-tampered`,
    /// `store-incomplete`; what verifying forward can fail with.
    pub fn received(&self) -> Result<Vec<Received>> {
        self.inner.ask(|asked, ring| {
            may_know(asked, self.id)?;
            let mut received = Vec::new();
            for bytes in leaves(asked, self)? {
                let record = Record::parse(&bytes, ChainType::Matter)?;
                if record.payload().kind != Kind::ACCEPTED {
                    continue;
                }
                if let Body::Accepted(body) = record.body()? {
                    let details = details(asked, ring, self, &record)?;
                    received.push(Received::of(&record, body, details.as_ref()));
                }
            }
            Ok(received)
        })
    }
}

impl Received {
    fn of(record: &Record<'_>, body: Accepted, details: Option<&Details>) -> Self {
        let documents = body.documents.iter().flat_map(|list| list.items().iter().copied());
        Self {
            share: body.share,
            manifest: body.manifest,
            by: record.payload().author,
            at: record.payload().at,
            documents: documents.collect(),
            provenance: details.and_then(|details| Provenance::parse(details).ok()),
        }
    }
}

impl Provenance {
    fn parse(details: &Details) -> Result<Self> {
        let sender = details.get(SENDER).ok_or(Code::DetailsMismatch)?;
        let mut reader = Reader::new(sender, MAX_SENDER)?;
        if reader.array()? != 5 {
            return Err(Code::Field.into());
        }
        let own = |name: &str| name == SENDER || name == PURPOSE;
        let parts = details.iter().filter(|(name, _)| !own(name));
        Ok(Self {
            contact: reader.text()?.to_owned(),
            name: reader.text()?.to_owned(),
            party: PrincipalId::from_bytes(reader.fixed()?),
            anchor: reader.fixed()?,
            key: reader.text()?.to_owned(),
            purpose: names::text(details, PURPOSE).ok_or(Code::DetailsMismatch)?,
            parts: parts.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect(),
        })
    }
}

const MAX_SENDER: usize = 4_096;

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("share", &self.share)
            .field("documents", &self.documents.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provenance").field("party", &self.party).finish_non_exhaustive()
    }
}
