//! The documents of a matter: listing them, renaming them. Rows are believed only as far as the
//! records bear them out.

use std::fmt;
use std::num::NonZeroU32;

use crate::audit::body::{Body, Described, Designation, MatterRole};
use crate::clock::Timestamp;
use crate::envelope::{ContentCommitment, Expected, Header, KeyRow, Metadata, RecordedRow, SealId};
use crate::error::{Code, Result};
use crate::id::{DeviceId, DocumentId, MatterId};
use crate::keys::OpeningKey;
use crate::state::Document;
use crate::vault::commit::{Plan, chain_of};
use crate::vault::matter::Matter;
use crate::vault::ring::{Asked, Ring};
use crate::vault::rows;

/// What is known of a document without opening it. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentInfo {
    /// The document.
    pub id: DocumentId,
    /// Its newest version.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of content.
    pub length: u64,
    /// Its designation.
    pub designation: Designation,
    /// The device that sealed it.
    pub sealed_by: DeviceId,
    /// When, by that device's clock.
    pub sealed_at: Timestamp,
}

/// A change of what describes a document.
#[derive(Clone, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Another media type.
    pub media_type: Option<String>,
}

/// A document found in the store and compared with the records.
pub(super) struct Found {
    pub(super) row: KeyRow,
    pub(super) key: OpeningKey,
    pub(super) header: Header,
    pub(super) expected: Expected,
    pub(super) metadata: Metadata,
    pub(super) salt: [u8; 24],
}

impl DocumentInfo {
    pub(super) fn of(
        id: DocumentId,
        version: NonZeroU32,
        designation: Designation,
        about: &Metadata,
    ) -> Self {
        Self {
            id,
            version: version.get(),
            name: about.name.clone(),
            media_type: about.media_type.clone(),
            length: about.length,
            designation,
            sealed_by: about.sealed_by,
            sealed_at: about.sealed_at,
        }
    }
}

impl Matter {
    /// Its documents by id, after `after`, at most `limit`, each in its newest version.
    ///
    /// # Errors
    /// `no-access` without a key of the epoch a document lies under; `row-missing`, `row-mismatch`;
    /// what verifying forward can fail with.
    pub fn documents(&self, after: Option<DocumentId>, limit: usize) -> Result<Vec<DocumentInfo>> {
        self.inner.ask(|asked, ring| {
            may_read(asked, self.id)?;
            let known: Vec<Document> =
                asked.matter(self.id)?.documents(after, limit).into_iter().cloned().collect();
            let mut infos = Vec::with_capacity(known.len());
            for document in &known {
                let found = find(asked, ring, self.id, document)?;
                let (id, version) = (document.document, document.version);
                infos.push(DocumentInfo::of(id, version, document.designation, &found.metadata));
            }
            Ok(infos)
        })
    }

    /// How many versions of documents were sealed in it.
    ///
    /// # Errors
    /// What verifying forward can fail with.
    pub fn documents_count(&self) -> Result<u64> {
        self.inner.ask(|asked, _| Ok(asked.matter(self.id)?.documents_count()))
    }

    /// One document.
    ///
    /// # Errors
    /// `document-unknown`; as [`documents`](Self::documents).
    pub fn document(&self, id: DocumentId) -> Result<DocumentInfo> {
        self.inner.ask(|asked, ring| {
            may_read(asked, self.id)?;
            let document = recorded(asked, self.id, id)?;
            let found = find(asked, ring, self.id, &document)?;
            Ok(DocumentInfo::of(id, document.version, document.designation, &found.metadata))
        })
    }

    /// Renames a document or gives it another media type. The sealed bytes stay as they are; the new
    /// description is sealed, and its hash on record.
    ///
    /// Whoever held the document's key before they left, and has the store, reads it still.
    ///
    /// # Errors
    /// `document-unknown`; `no-access`, `screened` or `role-missing` unless this user may seal here; what
    /// verifying forward and committing can fail with.
    pub fn describe(&self, id: DocumentId, change: &Change) -> Result<DocumentInfo> {
        self.inner.commit(|asked, ring| {
            may_read(asked, self.id)?;
            let document = recorded(asked, self.id, id)?;
            // Opens the description on record first: a key that does is the key on record.
            let mut found = find(asked, ring, self.id, &document)?;
            if let Some(name) = &change.name {
                found.metadata.name.clone_from(name);
            }
            if let Some(media_type) = &change.media_type {
                found.metadata.media_type.clone_from(media_type);
            }
            found.row.meta = found.metadata.seal(&found.key, &found.header)?;
            let version = document.version;
            let metadata = Metadata::hash(&found.row.meta);
            let mut plan = Plan::default();
            plan.put(rows::document(self.id, id, version)?, found.row.encode());
            plan.record(chain_of(self.id), &Body::Described(Described { document: id, version, metadata }));
            Ok((plan, DocumentInfo::of(id, version, document.designation, &found.metadata)))
        })
    }
}

/// A document on record, in its newest version.
pub(super) fn recorded(asked: Asked<'_>, matter: MatterId, id: DocumentId) -> Result<Document> {
    Ok(*asked.matter(matter)?.document(id).ok_or(Code::DocumentUnknown)?)
}

/// Whether this user reads content here.
pub(super) fn may_read(asked: Asked<'_>, matter: MatterId) -> Result<()> {
    let known = asked.matter(matter)?;
    if known.screened().contains(&asked.owner.user) {
        return Err(Code::Screened.into());
    }
    match known.roles().get(&asked.owner.user) {
        Some(MatterRole::Lead | MatterRole::Member | MatterRole::Reader) => Ok(()),
        Some(_) => Err(Code::RoleMissing.into()),
        None => Err(Code::NoAccess.into()),
    }
}

/// Whether this user reads what is said of it here: names and reasons.
pub(super) fn may_know(asked: Asked<'_>, matter: MatterId) -> Result<()> {
    let known = asked.matter(matter)?;
    if known.screened().contains(&asked.owner.user) {
        return Err(Code::Screened.into());
    }
    match known.roles().get(&asked.owner.user) {
        Some(MatterRole::Lead | MatterRole::Member | MatterRole::Reader | MatterRole::Auditor) => Ok(()),
        Some(MatterRole::Depositor) | None => Err(Code::NoAccess.into()),
    }
}

/// Reads a document's row, compares it with the records, and opens its key and its description.
pub(super) fn find(asked: Asked<'_>, ring: &mut Ring, matter: MatterId, known: &Document) -> Result<Found> {
    let value = asked.rows.get(&rows::document(matter, known.document, known.version)?)?;
    let row = KeyRow::decode(&value.ok_or(Code::RowMissing)?)?;
    row.check(&RecordedRow {
        document: known.document,
        version: known.version,
        matter,
        content_profile: known.profile,
        designation: known.designation.number(),
        metadata: known.metadata,
    })?;
    let firm = asked.state.trust().firm;
    let kek = ring.document_kek(asked, matter, row.epoch, row.generation)?;
    let key = kek.unwrap(&row.wrap, &row.place(firm))?;
    let header = Header::new(firm, known.document, known.version.get())?;
    let header = header.with_profile(known.profile).with_padding(known.padding);
    let metadata = Metadata::open(&key, &header, &row.meta)?;
    let expected = Expected::header(header)
        .with_seal_id(SealId::from_bytes(known.seal_id))
        .with_content(ContentCommitment::from_bytes(known.content_commitment));
    let salt = *known.seal_id.first_chunk().ok_or(Code::Field)?;
    Ok(Found { row, key, header, expected, metadata, salt })
}

impl fmt::Debug for DocumentInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("DocumentInfo");
        shown.field("id", &self.id).field("version", &self.version).field("length", &self.length);
        shown.finish_non_exhaustive()
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").finish_non_exhaustive()
    }
}
