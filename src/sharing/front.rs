//! What lies before the documents of a share: read whole, and that all of it was signed.

use std::io::Read;

use crate::crypto::hash::sha256;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::Hash;
use crate::sharing::accept::{Sink, Step};
use crate::sharing::layout::{CHAIN, DOCUMENTS, MANIFEST, README, SIGNATURE, SUMS};
use crate::sharing::manifest::{Document, MAX_MANIFEST, Manifest};
use crate::sharing::standing::MAX_STANDING;
use crate::wire::entry_name;
use crate::wire::sshsig::{self, Namespace};
use crate::wire::sums::{MAX_SUMS, Sums};
use crate::wire::zip::{Entry, Reader};

const MAX_README: usize = 1 << 20;
const MAX_SIGNATURE: usize = 4 << 10;

/// What lies before the documents, and the entry that follows.
pub struct Front {
    pub readme: Vec<u8>,
    pub sums: Vec<u8>,
    pub signature: Vec<u8>,
    pub manifest: Vec<u8>,
    pub chain: Option<Vec<u8>>,
    pub next: Option<Entry>,
    /// The hashes of the documents, by SHA256SUMS.
    pub hashes: Vec<Hash>,
}

impl Front {
    pub fn read<R: Read>(zip: &mut Reader<R>) -> Result<Self> {
        let readme = fixed(zip, README, MAX_README)?;
        let sums = fixed(zip, SUMS, MAX_SUMS)?;
        let signature = fixed(zip, SIGNATURE, MAX_SIGNATURE)?;
        let manifest = fixed(zip, MANIFEST, MAX_MANIFEST)?;
        let mut next = zip.next_entry()?;
        let mut chain = None;
        if let Some(entry) = next.as_ref().filter(|entry| entry.name == CHAIN) {
            chain = Some(whole(zip, entry, MAX_STANDING)?);
            next = zip.next_entry()?;
        }
        Ok(Self { readme, sums, signature, manifest, chain, next, hashes: Vec::new() })
    }

    /// Steps 3 to 5: who signed what.
    pub fn signed(&mut self, step: &mut Step) -> Result<(VerifyingKey, Manifest)> {
        *step = Step::Sums;
        let sums = Sums::parse(&self.sums)?;
        let front: Vec<(&str, &[u8])> = [(README, self.readme.as_slice()), (MANIFEST, &self.manifest)]
            .into_iter()
            .chain(self.chain.as_deref().map(|chain| (CHAIN, chain)))
            .collect();
        let names = front.iter().map(|(name, _)| *name);
        if !sums.entries().iter().map(|(name, _)| name.as_str()).take(front.len()).eq(names) {
            return Err(Code::Sums.into());
        }
        *step = Step::Signature;
        let key = sshsig::verify(&self.signature, Namespace::Disclosure, &self.sums)?;
        *step = Step::Manifest;
        for ((_, bytes), (_, hash)) in front.iter().zip(sums.entries()) {
            if sha256(bytes) != *hash {
                return Err(Code::EntryAltered.into());
            }
        }
        let manifest = Manifest::parse(&self.manifest)?;
        let listed = sums.entries().get(front.len()..).unwrap_or_default();
        check_documents(&manifest.documents, listed)?;
        self.hashes = listed.iter().map(|(_, hash)| *hash).collect();
        Ok((key, manifest))
    }

    pub fn give(&self, sink: &mut dyn Sink) -> Result<()> {
        sink.part(README, &self.readme)?;
        sink.part(SUMS, &self.sums)?;
        sink.part(SIGNATURE, &self.signature)?;
        sink.part(MANIFEST, &self.manifest)?;
        self.chain.as_deref().map_or(Ok(()), |chain| sink.part(CHAIN, chain))
    }
}

/// Who signed what lies before the documents, out of the parts that a sink was given. Whose key it is nobody says here.
///
/// # Errors
/// As steps 2 to 5 of [`accept`](crate::sharing::accept); `share-layout` if a part is missing.
pub fn signed_parts(parts: &[(String, Vec<u8>)]) -> Result<(VerifyingKey, Manifest)> {
    let part = |path: &str| parts.iter().find(|(name, _)| name == path).map(|(_, bytes)| bytes.clone());
    let needed = |path: &str| part(path).ok_or(Code::ShareLayout);
    let mut front = Front {
        readme: needed(README)?,
        sums: needed(SUMS)?,
        signature: needed(SIGNATURE)?,
        manifest: needed(MANIFEST)?,
        chain: part(CHAIN),
        next: None,
        hashes: Vec::new(),
    };
    front.signed(&mut Step::Layout)
}

/// The entry that must come next, whole.
fn fixed<R: Read>(zip: &mut Reader<R>, name: &str, most: usize) -> Result<Vec<u8>> {
    match zip.next_entry()? {
        Some(entry) if entry.name == name => whole(zip, &entry, most),
        _ => Err(Code::ShareLayout.into()),
    }
}

fn whole<R: Read>(zip: &mut Reader<R>, entry: &Entry, most: usize) -> Result<Vec<u8>> {
    let size = usize::try_from(entry.size).ok().filter(|size| *size <= most).ok_or(Code::ShareLayout)?;
    // It grows as bytes come: a size alone makes no memory be taken.
    let mut bytes = Vec::new();
    zip.take(size as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The manifest and SHA256SUMS name the same documents, where a share has documents.
fn check_documents(documents: &[Document], listed: &[(String, Hash)]) -> Result<()> {
    if !documents.iter().map(|one| &one.path).eq(listed.iter().map(|(name, _)| name)) {
        return Err(Code::ShareDocuments.into());
    }
    for document in documents {
        let name = document.path.strip_prefix(DOCUMENTS).ok_or(Code::EntryName)?;
        // All in one folder: none lies below another's name.
        if name.contains('/') {
            return Err(Code::EntryName.into());
        }
        entry_name::check(&document.path)?;
    }
    Ok(())
}
