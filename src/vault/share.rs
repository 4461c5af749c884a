//! Sharing documents of a matter: sealed anew for others while they are opened, with no plaintext on a disk,
//! and on record before the file has its name.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::audit::body::{
    Body, Designation, DocumentVersion, List, MAX_DOCUMENTS, Policy, RecipientCount, Shared,
};
use crate::audit::detail::Details;
use crate::audit::record::Draft as RecordDraft;
use crate::codec::cbor::Writer;
use crate::crypto::profile::Profile;
use crate::envelope::{Digests, Expected, Opener};
use crate::error::{Code, Error, Result};
use crate::id::DocumentId;
use crate::io::ReadAt;
use crate::io::file::write_new;
use crate::keys::OpeningKey;
use crate::progress::Watcher;
use crate::sharing::age::Options;
use crate::sharing::make::make_file;
use crate::sharing::{Addressee, Draft, Item, Made};
use crate::store::{BlobId, Blobs};
use crate::vault::Vault;
use crate::vault::commit::{Plan, chain_of};
use crate::vault::documents::{DocumentInfo, find, recorded};
use crate::vault::matter::Matter;
use crate::vault::names;
use crate::vault::ring::{Asked, Ring};
use crate::vault::rows;
use crate::vault::seal::may_seal;

impl Matter {
    /// Shares documents, in the order given, into the new file `to`. The share is on record, with whom it
    /// is for, before the file is there under its name.
    ///
    /// The share goes out under the strictest designation of its documents, if that of the draft is laxer.
    ///
    /// Contents are streamed from one seal into the other; memory stays at some MiB.
    ///
    /// # Errors
    /// `no-access`, `screened` or `role-missing` unless this user may seal here; `share-profile` if the firm's
    /// policy does not allow the algorithms of age; `terms` if a document has a designation that the firm named itself
    /// and the share has another, or if one got a stricter one meanwhile; `document-unknown`; `field` for one document
    /// twice; `matter-closed`, because whom it is for could not be kept; `content-mismatch` for a document that is not
    /// what its record says; `exists` if `to` does; as [`make`](crate::sharing::make) and
    /// [`readers`](Self::readers); what committing can fail with.
    pub fn share(
        &self,
        draft: &Draft,
        documents: &[DocumentId],
        to: &Path,
        watcher: Option<&dyn Watcher>,
    ) -> Result<Made> {
        let party = Vault(self.inner.clone()).party()?;
        let found = self.shareable(documents)?;
        let draft = &raised(draft, &found)?;
        let items: Vec<Item<'_>> = found.iter().map(Content::item).collect();
        let options = Options { threads: self.inner.options.threads, watcher };
        write_new(to, |out| {
            let made = make_file(&party, draft, &items, self.inner.now(), out, options)?;
            out.sync_all()?;
            self.record_share(draft, &made)?;
            Ok(made)
        })
    }

    /// The documents, compared with the records; nothing is opened yet.
    fn shareable(&self, documents: &[DocumentId]) -> Result<Vec<Content>> {
        if documents.iter().collect::<BTreeSet<_>>().len() != documents.len() {
            return Err(Code::Field.into());
        }
        self.inner.ask(|asked, ring| {
            may_share(asked, self)?;
            documents.iter().map(|&id| self.content(asked, ring, id)).collect()
        })
    }

    fn content(&self, asked: Asked<'_>, ring: &mut Ring, id: DocumentId) -> Result<Content> {
        let known = recorded(asked, self.id, id)?;
        let found = find(asked, ring, self.id, &known)?;
        let about = &found.metadata;
        Ok(Content {
            info: DocumentInfo::of(id, known.version, known.designation, about),
            version: DocumentVersion { document: id, version: known.version },
            digests: Digests { length: about.length, sha256: about.sha256, crc32: about.crc32 },
            key: found.key,
            expected: found.expected,
            blob: rows::blob(&found.salt)?,
            blobs: self.inner.storage.blobs.clone(),
            opener: Mutex::new(None),
        })
    }

    fn record_share(&self, draft: &Draft, made: &Made) -> Result<()> {
        let manifest = &made.manifest;
        let mut versions: Vec<_> = manifest.documents.iter().filter_map(|one| one.version).collect();
        versions.sort_unstable();
        let mut bodies = Vec::new();
        for group in versions.chunks(MAX_DOCUMENTS) {
            bodies.push(Body::Shared(Shared {
                share: manifest.share,
                manifest: made.hash,
                documents: Some(List::new(group.to_vec())?),
                expires: manifest.expires,
                receipt: manifest.receipt,
                recipients: RecipientCount::new(manifest.recipients.len())?,
            }));
        }
        let details = details(draft, &manifest.purpose);
        self.inner.commit(|asked, ring| {
            // As before the documents were sealed: others went on meanwhile.
            may_share(asked, self)?;
            for one in &versions {
                let now = recorded(asked, self.id, one.document)?;
                if !now.designation.allows(manifest.designation) {
                    return Err(Code::Terms.into());
                }
            }
            let under = names::under(asked, ring, self.id)?.ok_or(Code::MatterClosed)?;
            let mut plan = Plan::default();
            let mut details = Some(Details::new(details)?);
            for body in &bodies {
                let mut record = RecordDraft::new(body);
                record.details = details.take();
                let under = record.details.is_some().then(|| under.clone());
                plan.draft(chain_of(self.id), record, under);
            }
            Ok((plan, ()))
        })
    }
}

/// Whether this user may share from here under the firm's policy.
fn may_share(asked: Asked<'_>, matter: &Matter) -> Result<()> {
    may_seal(asked, matter)?;
    let allowed = |policy: &Policy| policy.profiles.items().contains(&Profile::ChaCha);
    if asked.state.policy().is_none_or(allowed) { Ok(()) } else { Err(Code::ShareProfile.into()) }
}

/// The draft under the strictest designation of its documents; one that a firm named itself goes out under the same
/// alone.
fn raised(draft: &Draft, found: &[Content]) -> Result<Draft> {
    let mut draft = draft.clone();
    for one in found {
        let (own, outside) = (one.info.designation, draft.terms.designation);
        if own.allows(outside) {
            continue;
        }
        if own.number().max(outside.number()) >= Designation::FIRST_OF_FIRM {
            return Err(Code::Terms.into());
        }
        draft.terms.designation = own;
    }
    Ok(draft)
}

/// Whom it is for and why, for who reads the matter.
fn details(draft: &Draft, purpose: &str) -> Vec<(String, Vec<u8>)> {
    let mut details = vec![(PURPOSE.to_owned(), purpose.as_bytes().to_vec())];
    let mut overrides = Vec::new();
    for (number, to) in (1..).zip(draft.addressees()) {
        details.push((format!("{RECIPIENT}{number}"), recipient(to)));
        if let Some(reason) = to.reason() {
            overrides.push(format!("{number}: {reason}"));
        }
    }
    if !overrides.is_empty() {
        details.push((OVERRIDE.to_owned(), overrides.join("\n").into_bytes()));
    }
    details
}

fn recipient(to: &Addressee) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(3).text(to.name()).bytes(to.fingerprint().as_bytes()).text(&to.ssh_key());
    writer.finish()
}

type Opened = Arc<Opener<Arc<dyn ReadAt>>>;

/// A document of the vault, as the archive reads it: opened when its turn comes, closed after its last byte.
struct Content {
    info: DocumentInfo,
    version: DocumentVersion,
    digests: Digests,
    key: OpeningKey,
    expected: Expected,
    blob: BlobId,
    blobs: Arc<dyn Blobs>,
    opener: Mutex<Option<Opened>>,
}

impl Content {
    fn item(&self) -> Item<'_> {
        Item {
            name: &self.info.name,
            media_type: &self.info.media_type,
            content: self,
            digests: Some(self.digests),
            version: Some(self.version),
        }
    }

    fn opener(&self) -> Result<Opened> {
        let mut held = self.opener.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opener) = &*held {
            return Ok(opener.clone());
        }
        let blob: Arc<dyn ReadAt> = Arc::from(self.blobs.open(&self.blob)?);
        let opener = Arc::new(Opener::new(&self.key, &self.expected, blob)?);
        if opener.len() != self.digests.length {
            return Err(Code::ContentMismatch.into());
        }
        Ok(held.insert(opener).clone())
    }
}

impl ReadAt for Content {
    fn size(&self) -> io::Result<u64> {
        Ok(self.digests.length)
    }

    fn read_exact_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let opener = self.opener()?;
        opener.read_exact_at(at, buf).map_err(Error::from)?;
        if at.saturating_add(buf.len() as u64) >= self.digests.length {
            *self.opener.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(())
    }
}

/// Before the number of a recipient in the name of their field.
pub(super) const RECIPIENT: &str = "recipient-";
pub(super) const PURPOSE: &str = "purpose";
pub(super) const OVERRIDE: &str = "override";
