//! The documents of a matter, as its newest records describe them.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use crate::audit::body::{Designation, DocumentVersion, Sealed, SealedDocument};
use crate::crypto::profile::{Padding, Profile};
use crate::id::{DocumentId, Hash};

/// One version of a document: what a row and a blob are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: NonZeroU32,
    /// The algorithms of its content.
    pub profile: Profile,
    /// Whether its length is hidden.
    pub padding: Padding,
    /// Salt and commitment of the seal.
    pub seal_id: [u8; 56],
    /// Commits to the content.
    pub content_commitment: [u8; 32],
    /// SHA-256 of the sealed metadata, the newest.
    pub metadata: Hash,
    /// Its designation, the newest.
    pub designation: Designation,
    /// The epoch it was sealed under; its key may be wrapped under a later one.
    pub epoch: NonZeroU64,
    /// The generation it was sealed under.
    pub generation: NonZeroU64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    versions: BTreeMap<DocumentVersion, Document>,
    sealed: u64,
}

impl Documents {
    /// Puts them back from what was kept, ascending.
    pub(super) fn restore(sealed: u64, documents: Vec<Document>) -> Self {
        let key = |document: Document| (place(&document), document);
        Self { versions: documents.into_iter().map(key).collect(), sealed }
    }

    /// Documents were sealed. A version that is sealed again is what the newest record says.
    pub(super) fn seal(&mut self, body: &Sealed, epoch: NonZeroU64, generation: NonZeroU64) {
        for sealed in body.documents.items() {
            self.sealed = self.sealed.saturating_add(1);
            let document = document(sealed, epoch, generation);
            self.versions.insert(place(&document), document);
        }
    }

    /// Changes a version, if there is one.
    pub(super) fn change(&mut self, place: DocumentVersion, change: impl FnOnce(&mut Document)) {
        if let Some(document) = self.versions.get_mut(&place) {
            change(document);
        }
    }

    pub(super) fn sealed(&self) -> u64 {
        self.sealed
    }

    pub(super) fn len(&self) -> usize {
        self.versions.len()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Document> {
        self.versions.values()
    }

    pub(super) fn version(&self, document: DocumentId, version: u32) -> Option<&Document> {
        self.versions.get(&DocumentVersion { document, version: NonZeroU32::new(version)? })
    }

    pub(super) fn newest(&self, document: DocumentId) -> Option<&Document> {
        self.versions.range(first(document)..=last(document)).next_back().map(|(_, document)| document)
    }

    pub(super) fn page(&self, after: Option<DocumentId>, limit: usize) -> Vec<&Document> {
        let mut page = Vec::new();
        let mut next = match after {
            Some(after) => self.versions.range(last(after)..).find(|(place, _)| place.document > after),
            None => self.versions.first_key_value(),
        };
        while let Some((place, _)) = next
            && page.len() < limit
        {
            page.extend(self.newest(place.document));
            next = self
                .versions
                .range(last(place.document)..)
                .find(|(other, _)| other.document > place.document);
        }
        page
    }
}

fn place(document: &Document) -> DocumentVersion {
    DocumentVersion { document: document.document, version: document.version }
}

fn first(document: DocumentId) -> DocumentVersion {
    DocumentVersion { document, version: NonZeroU32::MIN }
}

fn last(document: DocumentId) -> DocumentVersion {
    DocumentVersion { document, version: NonZeroU32::MAX }
}

fn document(sealed: &SealedDocument, epoch: NonZeroU64, generation: NonZeroU64) -> Document {
    Document {
        document: sealed.document,
        version: sealed.version,
        profile: sealed.profile,
        padding: sealed.padding,
        seal_id: sealed.seal_id,
        content_commitment: sealed.content_commitment,
        metadata: sealed.metadata,
        designation: sealed.designation,
        epoch,
        generation,
    }
}
