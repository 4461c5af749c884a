//! Accepting a share straight into a matter: its documents are sealed while they are verified, and on record
//! with where they came from only after all of them were.

use std::io::Write as _;
use std::path::Path;

use crate::audit::body::{self, Body, Designation, DocumentVersion, List, MAX_DOCUMENTS};
use crate::audit::detail::Details;
use crate::audit::record::Draft;
use crate::codec::cbor::Writer;
use crate::error::{Code, Error, Result};
use crate::io::file::open_regular;
use crate::progress::Watcher;
use crate::sharing::age::Options;
use crate::sharing::manifest::{Document, Manifest};
use crate::sharing::{Accepted, Contact, Keys, Refusal, Request, Sink, Step, accept, name};
use crate::vault::Vault;
use crate::vault::commit::{Plan, chain_of};
use crate::vault::documents::DocumentInfo;
use crate::vault::matter::Matter;
use crate::vault::names;
use crate::vault::ring::{Asked, Ring};
use crate::vault::seal::{NewDocument, Ready};
use crate::vault::share::PURPOSE;
use crate::vault::writer::DocumentWriter;

/// A share that was accepted into a matter.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its terms and what was shown of its sender.
    pub accepted: Accepted,
    /// What its documents are in the matter, in its order.
    pub documents: Vec<DocumentInfo>,
}

impl Matter {
    /// Accepts a share for this device into the matter. Nothing is on record, and nothing stays sealed, unless every
    /// step passed; a share of more than 256 documents is recorded in several commits.
    ///
    /// # Errors
    /// As [`accept`](crate::sharing::accept), at its step; `too-large` if what lies before the documents is more than
    /// 12 MiB, which the records keep; as [`seal_bytes`](Self::seal_bytes), at the last.
    pub fn accept(
        &self,
        from: &Path,
        contacts: &[Contact],
        watcher: Option<&dyn Watcher>,
    ) -> std::result::Result<Imported, Refusal> {
        let at = |step| move |error: Error| Refusal { step, error };
        let party = Vault(self.inner.clone()).party().map_err(at(Step::Decrypt))?;
        let (source, _) = open_regular(from).map_err(at(Step::Decrypt))?;
        let request = Request { keys: Keys::Party(&party), contacts, now: self.inner.now() };
        let options = Options { threads: self.inner.options.threads, watcher };
        let mut sink = Import { matter: self, writer: None, ready: Vec::new(), parts: Vec::new() };
        let accepted = match accept(&source, &request, &mut sink, options) {
            Ok(accepted) => accepted,
            Err(refusal) => {
                self.discard(&sink.ready);
                return Err(refusal);
            }
        };
        let documents = self.record_import(sink, &accepted).map_err(at(Step::Contents))?;
        Ok(Imported { accepted, documents })
    }

    fn record_import(&self, sink: Import<'_>, accepted: &Accepted) -> Result<Vec<DocumentInfo>> {
        let mut infos = Vec::with_capacity(sink.ready.len());
        let mut left = sink.ready.into_iter();
        // The signed parts go with the first record.
        let mut details = Some(details(accepted, sink.parts));
        loop {
            let group: Vec<Ready> = left.by_ref().take(MAX_DOCUMENTS).collect();
            if group.is_empty() {
                return Ok(infos);
            }
            let made = self.record(group, |asked, ring, sealed, plan| {
                self.record_accepted(asked, ring, sealed, plan, (accepted, details.take()))
            });
            match made {
                Ok(made) => infos.extend(made),
                Err(error) => {
                    self.discard(&left.collect::<Vec<_>>());
                    return Err(error);
                }
            }
        }
    }

    fn record_accepted(
        &self,
        asked: Asked<'_>,
        ring: &mut Ring,
        sealed: &[DocumentVersion],
        plan: &mut Plan,
        (accepted, details): (&Accepted, Option<Fields>),
    ) -> Result<()> {
        let mut draft = Draft::new(&Body::Accepted(body::Accepted {
            share: accepted.manifest.share,
            manifest: accepted.hash,
            documents: Some(List::new(sealed.to_vec())?),
        }));
        let under = names::under(asked, ring, self.id)?.ok_or(Code::MatterClosed)?;
        draft.details = details.map(Details::new).transpose()?;
        let under = draft.details.is_some().then_some(under);
        plan.draft(chain_of(self.id), draft, under);
        Ok(())
    }
}

type Fields = Vec<(String, Vec<u8>)>;

/// Where it came from: who the sender is to the receiver, and what the sender signed, so that a stranger can verify it
/// without the share.
pub(super) fn details(accepted: &Accepted, parts: Fields) -> Fields {
    let sender = &accepted.manifest.sender;
    let mut writer = Writer::new();
    writer.array(5).text(accepted.contact.name()).text(&sender.name).bytes(sender.party.as_bytes());
    writer.bytes(&sender.anchor).text(&sender.key);
    let mut details = vec![(SENDER.to_owned(), writer.finish())];
    details.push((PURPOSE.to_owned(), accepted.manifest.purpose.as_bytes().to_vec()));
    details.extend(parts);
    details
}

/// Seals what is accepted into blobs that no record names yet.
struct Import<'m> {
    matter: &'m Matter,
    writer: Option<DocumentWriter>,
    ready: Vec<Ready>,
    /// What the sender signed.
    parts: Fields,
}

impl Sink for Import<'_> {
    fn part(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let kept: usize = self.parts.iter().map(|(_, part)| part.len()).sum();
        if kept + bytes.len() > MAX_PARTS {
            return Err(Code::TooLarge.into());
        }
        self.parts.push((path.to_owned(), bytes.to_vec()));
        Ok(())
    }

    fn begin(&mut self, manifest: &Manifest, document: &Document) -> Result<()> {
        // The sender chose the name: it is kept to one line that shows what it is.
        let new = NewDocument::new(name::line(&document.name))?
            .media_type(name::line(&document.media_type))
            .designation(designation_here(manifest.designation));
        self.writer = Some(self.matter.writer(new)?);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.writer.as_mut().ok_or(Code::SealerBroken)?.write_all(bytes)?)
    }

    fn end(&mut self) -> Result<()> {
        let ready = self.writer.take().ok_or(Code::SealerBroken)?.end()?;
        self.ready.push(ready);
        Ok(())
    }
}

/// What a label of the sender's means here: one that their firm named itself means nothing.
fn designation_here(theirs: Designation) -> Designation {
    if theirs.number() < Designation::FIRST_OF_FIRM { theirs } else { Designation::CONFIDENTIAL }
}

/// Less than what fits the details of a record.
const MAX_PARTS: usize = 12 << 20;
pub(super) const SENDER: &str = "sender";
