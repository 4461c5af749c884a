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
use crate::sharing::{MANIFEST, Manifest, PARTS, signed_parts};
use crate::vault::documents::may_know;
use crate::vault::import::SENDER;
use crate::vault::matter::Matter;
use crate::vault::names;
use crate::vault::share::PURPOSE;
use crate::vault::shares::{details, leaves};
use crate::wire::ssh_key;

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
    /// Where it came from; `None` if the details of the record are missing, not those it commits to, or not what the
    /// sender signed.
    pub provenance: Option<Provenance>,
}

/// Where a share came from. That the key signed all of it is verified anew; that the key was the sender's, and by whom
/// they were known, is the word of the device that accepted it. `Debug` shows no name.
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
    /// What the sender signed, by its path in the share: README.txt, SHA256SUMS and its signature, the manifest, a
    /// firm's standing. `ssh-keygen -Y verify` checks the signature as in a share; the documents lie in the matter.
    pub parts: Vec<(String, Vec<u8>)>,
}

impl Matter {
    /// Every share that was accepted into the matter, in their order; one that was accepted twice, twice. All that
    /// their senders signed is in memory at once: some KiB each, at most 12 MiB.
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
                    let more = record.payload().details.is_none();
                    let first = received
                        .iter_mut()
                        .rev()
                        .find(|one: &&mut Received| more && one.goes_on(&record, &body));
                    if let Some(first) = first {
                        first.documents.extend(documents(&body));
                        continue;
                    }
                    let details = details(asked, ring, self, &record)?;
                    received.push(Received::of(&record, &body, details.as_ref()));
                }
            }
            Ok(received)
        })
    }
}

impl Received {
    fn of(record: &Record<'_>, body: &Accepted, details: Option<&Details>) -> Self {
        Self {
            share: body.share,
            manifest: body.manifest,
            by: record.payload().author,
            at: record.payload().at,
            documents: documents(body).collect(),
            provenance: details.and_then(|details| Provenance::verify(details, &body.manifest).ok()),
        }
    }

    /// Whether a record has more documents of it: a share of more than 256 has several.
    fn goes_on(&self, record: &Record<'_>, body: &Accepted) -> bool {
        (self.share, self.manifest, self.by) == (body.share, body.manifest, record.payload().author)
    }
}

fn documents(body: &Accepted) -> impl Iterator<Item = DocumentVersion> {
    body.documents.iter().flat_map(|list| list.items().iter().copied())
}

impl Provenance {
    /// Any member can write such a record: what it says is compared with what was signed.
    fn verify(details: &Details, manifest: &Hash) -> Result<Self> {
        let sender = details.get(SENDER).ok_or(Code::DetailsMismatch)?;
        let mut reader = Reader::new(sender, MAX_SENDER)?;
        if reader.array()? != 5 {
            return Err(Code::Field.into());
        }
        let parts = PARTS.iter().filter_map(|path| Some(((*path).to_owned(), details.get(path)?.to_vec())));
        let told = Self {
            contact: reader.text()?.to_owned(),
            name: reader.text()?.to_owned(),
            party: PrincipalId::from_bytes(reader.fixed()?),
            anchor: reader.fixed()?,
            key: reader.text()?.to_owned(),
            purpose: names::text(details, PURPOSE).ok_or(Code::DetailsMismatch)?,
            parts: parts.collect(),
        };
        let (key, signed) = signed_parts(&told.parts)?;
        let sender = &signed.sender;
        let bytes = details.get(MANIFEST).unwrap_or_default();
        let same = Manifest::hash_of(bytes) == *manifest
            && ssh_key::to_line(&key, "") == told.key
            && (&sender.key, &sender.name, &sender.party) == (&told.key, &told.name, &told.party)
            && (sender.anchor, &signed.purpose) == (told.anchor, &told.purpose);
        if same { Ok(told) } else { Err(Code::DetailsMismatch.into()) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sharing::manifest::Document;
    use crate::sharing::{self, Draft, Item, Keys, Party, Request, Sink, Terms, UnverifiedContact, age};
    use crate::sharing::{CardDetails, Contact};
    use crate::vault::import;

    /// Keeps what the sender signed.
    #[derive(Default)]
    struct Parts(Vec<(String, Vec<u8>)>);

    impl Sink for Parts {
        fn part(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
            self.0.push((path.to_owned(), bytes.to_vec()));
            Ok(())
        }
        fn begin(&mut self, _: &Manifest, _: &Document) -> Result<()> {
            Ok(())
        }
        fn write(&mut self, _: &[u8]) -> Result<()> {
            Ok(())
        }
        fn end(&mut self) -> Result<()> {
            Ok(())
        }
    }

    /// The fields that the import of a share keeps, and the hash of its manifest.
    fn kept(party: &Party, purpose: &str) -> (Vec<(String, Vec<u8>)>, Hash) {
        let now = Timestamp::from_micros(1_800_000_000_000_000).unwrap();
        let details = CardDetails {
            name: "C. Counsel",
            organisation: "",
            not_before: now,
            expires: Timestamp::from_micros(now.micros() + 1).unwrap(),
            with_classic: false,
            previous: None,
        };
        let card = party.card(&details).unwrap();
        let words = card.fingerprint().words();
        let contact = UnverifiedContact::from_card(card).confirm(&words).unwrap();
        let draft = Draft::new(vec![(&contact).into()], "C. Counsel", "", Terms::new(purpose));
        let item = Item {
            name: "a",
            media_type: "text/plain",
            content: &b"a".as_slice(),
            digests: None,
            version: None,
        };
        let mut share = Vec::new();
        let options = age::Options::default();
        sharing::make(party, &draft, &[item], now, &mut share, options).unwrap();
        let request = Request { keys: Keys::Party(party), contacts: &[Contact::Verified(contact)], now };
        let mut parts = Parts::default();
        let accepted = sharing::accept(share.as_slice(), &request, &mut parts, options).unwrap();
        (import::details(&accepted, parts.0), accepted.hash)
    }

    #[test]
    fn what_a_member_made_up_is_no_provenance() {
        let party = Party::generate().unwrap();
        let (fields, manifest) = kept(&party, "for the hearing");
        let (others, other) = kept(&party, "for another");
        let verify = |fields: &[(String, Vec<u8>)], manifest: &Hash| {
            Provenance::verify(&Details::new(fields.to_vec()).unwrap(), manifest)
        };
        let honest = verify(&fields, &manifest).unwrap();
        assert_eq!((honest.contact.as_str(), honest.purpose.as_str()), ("C. Counsel", "for the hearing"));
        assert_eq!(honest.parts.len(), 4);
        verify(&others, &other).unwrap();

        assert!(verify(&fields, &other).is_err(), "another share");
        for at in 0..fields.len() {
            let mut less = fields.clone();
            let (name, _) = less.remove(at);
            assert!(verify(&less, &manifest).is_err(), "{name} is missing");
            let mut mixed = fields.clone();
            mixed[at].1 = others[at].1.clone();
            // The sender is the same; everything else is of that share.
            assert_eq!(verify(&mixed, &manifest).is_ok(), name == SENDER, "{name} of another share");
            let mut flipped = fields.clone();
            *flipped[at].1.last_mut().unwrap() ^= 1;
            assert!(verify(&flipped, &manifest).is_err(), "{name} altered");
        }
        let mut more = fields;
        more.push(("../../x".to_owned(), b"x".to_vec()));
        assert_eq!(verify(&more, &manifest).unwrap().parts, honest.parts);
    }
}
