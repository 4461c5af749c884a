//! Sealing documents into a matter. The blob is durable first, then one commit makes the document
//! be there: its key row, and the record that says what opening it must find.

use std::fmt;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::audit::body::{
    Body, Designation, DocumentVersion, List, MAX_DOCUMENTS, MatterRole, Sealed, SealedDocument,
};
use crate::crypto::pump::{self, Threads};
use crate::envelope::{self, Header, KeyRow, Metadata, Sealing, Summary};
use crate::error::{Code, Result};
use crate::id::DocumentId;
use crate::io::file::open_regular;
use crate::keys::DocumentKey;
use crate::progress::{Progress, Watcher};
use crate::store::BlobId;
use crate::vault::commit::{Plan, chain_of};
use crate::vault::documents::DocumentInfo;
use crate::vault::matter::Matter;
use crate::vault::ring::{Asked, Ring};
use crate::vault::rows;

/// A document to be sealed.
#[derive(Clone)]
pub struct NewDocument {
    pub(super) id: DocumentId,
    name: String,
    media_type: String,
    designation: Designation,
}

/// What sealing many documents came to.
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct SealedAll {
    /// The documents that are sealed now, in the order they were given.
    pub sealed: Vec<DocumentInfo>,
    /// The documents that were sealed before, by an earlier call that broke off.
    pub already: Vec<DocumentId>,
    /// The sources that could not be sealed, by their place in the list, with the code.
    pub failed: Vec<(usize, Code)>,
    /// How many commits it took.
    pub commits: u64,
}

/// A document whose blob is there and that no record names yet.
pub(super) struct Ready {
    new: NewDocument,
    header: Header,
    key: DocumentKey,
    summary: Summary,
    metadata: Metadata,
    sealed_metadata: Vec<u8>,
    blob: BlobId,
}

impl NewDocument {
    /// A document of this name, under a new id; *confidential*, of unknown media type.
    ///
    /// # Errors
    /// `entropy`.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        Ok(Self::with_id(DocumentId::generate()?, name))
    }

    /// The same under an id that the host keeps: sealing it again is refused, and sealing many again
    /// passes it over, so that a host can go on after a crash.
    #[must_use]
    pub fn with_id(id: DocumentId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            media_type: "application/octet-stream".to_owned(),
            designation: Designation::CONFIDENTIAL,
        }
    }

    /// With a media type (RFC 6838).
    #[must_use]
    pub fn media_type(self, media_type: impl Into<String>) -> Self {
        Self { media_type: media_type.into(), ..self }
    }

    /// With a designation.
    #[must_use]
    pub fn designation(self, designation: Designation) -> Self {
        Self { designation, ..self }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> DocumentId {
        self.id
    }
}

impl Matter {
    /// Seals bytes as a document. When this returns, it is durable and on record.
    ///
    /// # Errors
    /// `no-access`, `screened` or `role-missing` unless this user may seal here; `matter-closed`;
    /// `document-exists`; `entropy`, `io`; what verifying forward and committing can fail with.
    pub fn seal_bytes(&self, new: NewDocument, content: &[u8]) -> Result<DocumentInfo> {
        self.check_may_seal(&new)?;
        let ready = self.write_blob(new, content, Some(content.len() as u64), self.sealing())?;
        self.record_one(ready)
    }

    /// Seals a file as a document.
    ///
    /// # Errors
    /// As [`seal_bytes`](Self::seal_bytes); `not-a-file`, `source-changed`, `cancelled`.
    pub fn seal_file(
        &self,
        new: NewDocument,
        from: &Path,
        watcher: Option<&dyn Watcher>,
    ) -> Result<DocumentInfo> {
        self.check_may_seal(&new)?;
        let options = envelope::Options { watcher, ..self.sealing() };
        let ready = self.write_file(new, from, options)?;
        self.record_one(ready)
    }

    /// Seals many files, in commits of up to 256 documents: one signature, one durable transaction a
    /// group. Call it again with the same ids after it broke off: what is on record is passed over.
    /// The watcher is told bytes of content, about once a document.
    ///
    /// A source that cannot be read is left out and named; every other error ends the call, with all
    /// groups committed before it kept.
    ///
    /// # Errors
    /// As [`seal_bytes`](Self::seal_bytes), `cancelled`.
    pub fn seal_all(
        &self,
        documents: Vec<(NewDocument, PathBuf)>,
        watcher: Option<&dyn Watcher>,
    ) -> Result<SealedAll> {
        let mut result = SealedAll::default();
        let known = self.inner.ask(|asked, _| {
            let matter = asked.matter(self.id)?;
            may_seal(asked, self)?;
            Ok(documents.iter().map(|(new, _)| matter.document(new.id).is_some()).collect::<Vec<_>>())
        })?;
        let mut left = Vec::new();
        for (place, (document, known)) in documents.into_iter().zip(known).enumerate() {
            match known {
                true => result.already.push(document.0.id),
                false => left.push((place, document.0, document.1)),
            }
        }
        let done = AtomicU64::new(0);
        let total = left.iter().map(|(_, _, path)| path.metadata().map_or(0, |about| about.len())).sum();
        for group in left.chunks(MAX_DOCUMENTS) {
            self.seal_group(group, &mut result, &|bytes| {
                let now = done.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
                Progress::new(now, Some(total)).tell(watcher)
            })?;
        }
        Ok(result)
    }

    fn seal_group(
        &self,
        group: &[(usize, NewDocument, PathBuf)],
        result: &mut SealedAll,
        tell: &(dyn Fn(u64) -> Result<()> + Sync),
    ) -> Result<()> {
        let options = envelope::Options { threads: Threads::ONE, watcher: None };
        let sealed = pump::map(self.inner.options.threads, 16, group, |(place, new, path)| {
            let ready = self.write_file(new.clone(), path, options);
            let told = tell(ready.as_ref().map_or(0, |ready| ready.summary.digests.length));
            (*place, ready, told)
        });
        let mut ready = Vec::with_capacity(sealed.len());
        let mut stop = None;
        for (place, one, told) in sealed {
            match one {
                Ok(one) => ready.push(one),
                Err(error) if is_of_source(error.code_value()) => {
                    result.failed.push((place, error.code_value()));
                }
                Err(error) => stop = stop.or(Some(error)),
            }
            if let Err(error) = told {
                stop = stop.or(Some(error));
            }
        }
        if let Some(error) = stop {
            self.discard(&ready);
            return Err(error);
        }
        if ready.is_empty() {
            return Ok(());
        }
        result.sealed.extend(self.record(ready, |_, _, _, _| Ok(()))?);
        result.commits += 1;
        Ok(())
    }

    /// How a document is sealed that comes alone.
    fn sealing(&self) -> envelope::Options<'static> {
        envelope::Options { threads: self.inner.options.threads, watcher: None }
    }

    pub(super) fn header(&self, new: &NewDocument) -> Result<Header> {
        let options = &self.inner.options;
        let header = Header::new(self.inner.trust.firm, new.id, FIRST.get())?;
        Ok(header.with_profile(options.profile).with_padding(options.padding))
    }

    fn write_file(&self, new: NewDocument, from: &Path, options: envelope::Options<'_>) -> Result<Ready> {
        let (source, before) = open_regular(from).map_err(unreadable)?;
        let length = before.len();
        let ready = self.write_blob(new, &source, Some(length), options)?;
        let after = source.metadata()?;
        let rewritten = matches!((before.modified(), after.modified()), (Ok(a), Ok(b)) if a != b);
        if ready.summary.digests.length != length || after.len() != length || rewritten {
            self.discard(std::slice::from_ref(&ready));
            return Err(Code::SourceChanged.into());
        }
        Ok(ready)
    }

    /// Seals into a new blob, not durable yet.
    fn write_blob(
        &self,
        new: NewDocument,
        from: impl io::Read + Send,
        length: Option<u64>,
        options: envelope::Options<'_>,
    ) -> Result<Ready> {
        let header = self.header(&new)?;
        let sealing = Sealing::new(&header)?;
        let blob = rows::blob(sealing.salt())?;
        let mut to = self.inner.storage.blobs.create(&blob)?;
        let (key, summary) = sealing.stream(from, &mut to, options, length)?;
        to.finish()?;
        self.ready(new, header, key, summary, blob)
    }

    pub(super) fn ready(
        &self,
        new: NewDocument,
        header: Header,
        key: DocumentKey,
        summary: Summary,
        blob: BlobId,
    ) -> Result<Ready> {
        let metadata = Metadata {
            name: new.name.clone(),
            media_type: new.media_type.clone(),
            length: summary.digests.length,
            sha256: summary.digests.sha256,
            crc32: summary.digests.crc32,
            sealed_by: self.inner.owner.device,
            sealed_at: self.inner.now(),
        };
        let sealed_metadata = metadata.seal(key.opening_key(), &header)?;
        Ok(Ready { new, header, key, summary, metadata, sealed_metadata, blob })
    }

    pub(super) fn record_one(&self, ready: Ready) -> Result<DocumentInfo> {
        let recorded = self.record(vec![ready], |_, _, _, _| Ok(()))?;
        Ok(recorded.into_iter().next().ok_or(Code::DocumentUnknown)?)
    }

    /// Makes blobs durable, then commits what they are: one record, one row a document, and what `also` adds.
    pub(super) fn record(
        &self,
        ready: Vec<Ready>,
        also: impl FnOnce(Asked<'_>, &mut Ring, &[DocumentVersion], &mut Plan) -> Result<()>,
    ) -> Result<Vec<DocumentInfo>> {
        let blobs: Vec<_> = ready.iter().map(|one| one.blob.clone()).collect();
        let recorded = self.inner.storage.blobs.sync(&blobs).and_then(|()| {
            self.inner.commit(|asked, ring| {
                may_seal(asked, self)?;
                let (mut plan, infos) = self.plan(asked, ring, &ready)?;
                let sealed: Vec<DocumentVersion> = ready.iter().map(|one| one.version()).collect();
                also(asked, ring, &sealed, &mut plan)?;
                Ok((plan, infos))
            })
        });
        // A store may deny a commit that it made: a blob that a record names is not ours to remove.
        if recorded.is_err() && self.is_on_record(&ready).is_ok_and(|known| !known) {
            self.discard(&ready);
        }
        recorded
    }

    fn plan(&self, asked: Asked<'_>, ring: &mut Ring, ready: &[Ready]) -> Result<(Plan, Vec<DocumentInfo>)> {
        let matter = asked.matter(self.id)?;
        if matter.closed() {
            return Err(Code::MatterClosed.into());
        }
        let epoch = matter.epoch().ok_or(Code::NoAccess)?;
        let generation = matter.generation().ok_or(Code::ShredKeyMissing)?.generation;
        let kek = ring.document_kek(asked, self.id, epoch.epoch, generation)?;
        let (mut plan, mut documents, mut infos) = (Plan::default(), Vec::new(), Vec::new());
        for one in ready {
            if matter.document(one.new.id).is_some() {
                return Err(Code::DocumentExists.into());
            }
            let mut row = KeyRow {
                document: one.new.id,
                version: FIRST,
                matter: self.id,
                epoch: epoch.epoch,
                generation,
                row_profile: epoch.profile,
                content_profile: one.header.profile(),
                designation: one.new.designation.number(),
                wrap: Vec::new(),
                meta: one.sealed_metadata.clone(),
            };
            row.wrap = kek.wrap(one.key.opening_key(), &row.place(self.inner.trust.firm))?;
            plan.put(rows::document(self.id, one.new.id, FIRST)?, row.encode());
            let metadata = Metadata::hash(&one.sealed_metadata);
            documents.push(SealedDocument::of(&one.summary, metadata, one.new.designation)?);
            infos.push(DocumentInfo::of(one.new.id, FIRST, one.new.designation, &one.metadata));
        }
        let sealed = Sealed {
            epoch: Some(epoch.epoch),
            generation: Some(generation),
            documents: List::new(documents)?,
        };
        plan.record(chain_of(self.id), &Body::Sealed(sealed));
        Ok((plan, infos))
    }

    /// Whether a record names one of these blobs.
    fn is_on_record(&self, ready: &[Ready]) -> Result<bool> {
        self.inner.ask(|asked, _| {
            let matter = asked.matter(self.id)?;
            let named = |one: &Ready| {
                matter
                    .document(one.new.id)
                    .is_some_and(|known| known.seal_id == *one.summary.seal_id.as_bytes())
            };
            Ok(ready.iter().any(named))
        })
    }

    /// Removes blobs that no record will name. Best effort: what stays is swept later.
    pub(super) fn discard(&self, ready: &[Ready]) {
        for one in ready {
            let _swept_later = self.inner.storage.blobs.remove(&one.blob);
        }
    }

    pub(super) fn check_may_seal(&self, new: &NewDocument) -> Result<()> {
        self.inner.ask(|asked, _| {
            may_seal(asked, self)?;
            let exists = asked.matter(self.id)?.document(new.id).is_some();
            if exists { Err(Code::DocumentExists.into()) } else { Ok(()) }
        })
    }
}

impl Ready {
    fn version(&self) -> DocumentVersion {
        DocumentVersion { document: self.new.id, version: FIRST }
    }
}

/// Whether this user may seal, before any work: the fold says it again at the commit.
pub(super) fn may_seal(asked: Asked<'_>, matter: &Matter) -> Result<()> {
    let known = asked.matter(matter.id)?;
    if known.screened().contains(&asked.owner.user) {
        return Err(Code::Screened.into());
    }
    match known.roles().get(&asked.owner.user) {
        Some(MatterRole::Lead | MatterRole::Member) => Ok(()),
        Some(_) => Err(Code::RoleMissing.into()),
        None => Err(Code::NoAccess.into()),
    }
}

fn unreadable(error: crate::error::Error) -> crate::error::Error {
    if error.code_value() == Code::Io {
        crate::error::Error::with_source(Code::SourceUnreadable, error)
    } else {
        error
    }
}

/// Whether the source of one document is to blame, and not the store.
fn is_of_source(code: Code) -> bool {
    matches!(code, Code::NotAFile | Code::SourceChanged | Code::SourceUnreadable | Code::DocumentTooLarge)
}

/// Sealing makes the first version.
const FIRST: NonZeroU32 = NonZeroU32::MIN;

/// Without the name.
impl fmt::Debug for NewDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDocument").field("id", &self.id).finish_non_exhaustive()
    }
}
