//! What became of shares: a list of what is out, with whom, until when, acknowledged or not; receipts are filed
//! as proof of disclosure.

use std::collections::BTreeSet;
use std::fmt;

use crate::audit::body::{self, Body, DocumentVersion, ReceiptAction, Shared};
use crate::audit::detail::Details;
use crate::audit::kind::{ChainType, Kind};
use crate::audit::record::{Draft, Record};
use crate::audit::tree::{MemoryTree, leaf_hash};
use crate::clock::Timestamp;
use crate::codec::cbor::Reader;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{DeviceId, Hash, ShareId};
use crate::sharing::{Receipt, SignedReceipt};
use crate::state::{Named, Source as _};
use crate::vault::commit::{Plan, chain_of};
use crate::vault::documents::{may_know, may_read};
use crate::vault::matter::Matter;
use crate::vault::names;
use crate::vault::ring::{Asked, Ring};
use crate::vault::share::{OVERRIDE, PURPOSE, RECIPIENT};
use crate::vault::source::Source;
use crate::wire::ssh_key;

/// A share of documents of a matter, as the records have it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShareInfo {
    /// The share.
    pub share: ShareId,
    /// SHA-256 of its manifest.
    pub manifest: Hash,
    /// The device that made it.
    pub by: DeviceId,
    /// When, by that device's clock.
    pub at: Timestamp,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
    /// Whether a receipt was asked for.
    pub receipt: bool,
    /// What was shared, ascending.
    pub documents: Vec<DocumentVersion>,
    /// Whether it is a password share, which anybody may pass on.
    pub forwardable: bool,
    /// Why; `None` if the details of the record are missing, not those it commits to, or do not say whom it is for.
    pub purpose: Option<String>,
    /// Why it went to contacts whose words were not compared, by their number in the list.
    pub overridden: Option<String>,
    /// Whom it is for by name.
    pub recipients: Vec<SharedWith>,
}

/// A recipient of a share. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedWith {
    /// Their name, as the sender knew them.
    pub name: String,
    /// The fingerprint of their card or keys.
    pub fingerprint: Hash,
    /// Their newest receipt on file, by their clock: what it says, and when it was signed, by their clock.
    pub acknowledged: Option<(ReceiptAction, Timestamp)>,
    /// Their ssh key, with which they sign receipts.
    key: VerifyingKey,
}

impl Matter {
    /// Every share of the matter's documents, in the order they were made, with the receipts on file. Each receipt is
    /// verified again.
    ///
    /// # Errors
    /// `no-access` or `screened` unless this user may read what is said of the matter; `firm-tampered`,
    /// `store-incomplete`; what verifying forward can fail with.
    pub fn shares(&self) -> Result<Vec<ShareInfo>> {
        self.inner.ask(|asked, ring| {
            may_know(asked, self.id)?;
            self.read_shares(asked, ring)
        })
    }

    /// Files a receipt as proof that a recipient got the share: its bytes and signature are kept beside the record.
    ///
    /// # Errors
    /// `receipt`, `sshsig`, `public-key` for bytes that are none; `signature-refused`; `receipt-refused` if it is of no
    /// share of this matter or not by the recipient it names; `no-access`, `screened` or `role-missing` unless this user
    /// reads here; what committing can fail with.
    pub fn file_receipt(&self, signed: &SignedReceipt) -> Result<Receipt> {
        self.inner.commit(|asked, ring| {
            may_read(asked, self.id)?;
            let claimed = Receipt::parse(&signed.json)?;
            let shares = self.read_shares(asked, ring)?;
            let share = shares.iter().find(|one| one.share == claimed.share).ok_or(Code::ReceiptRefused)?;
            let (receipt, _) = verify(signed, share)?;
            let body = Body::Receipt(body::Receipt {
                share: receipt.share,
                manifest: receipt.manifest,
                action: receipt.action,
            });
            let mut draft = Draft::new(&body);
            let under = names::under(asked, ring, self.id)?.ok_or(Code::MatterClosed)?;
            draft.details = Some(Details::new([
                (RECEIPT, signed.json.as_slice()),
                (SIGNATURE, signed.signature.as_bytes()),
            ])?);
            let mut plan = Plan::default();
            plan.draft(chain_of(self.id), draft, Some(under));
            Ok((plan, receipt))
        })
    }

    fn read_shares(&self, asked: Asked<'_>, ring: &mut Ring) -> Result<Vec<ShareInfo>> {
        let mut shares: Vec<ShareInfo> = Vec::new();
        for bytes in leaves(asked, self)? {
            let record = Record::parse(&bytes, ChainType::Matter)?;
            if !matches!(record.payload().kind, Kind::SHARED | Kind::RECEIPT) {
                continue;
            }
            match record.body()? {
                Body::Shared(body) => match shares.iter_mut().find(|one| one.share == body.share) {
                    // Another record of one share: more of its documents.
                    Some(known) if known.manifest == body.manifest && known.by == record.payload().author => {
                        known.add(body);
                    }
                    Some(_) => {}
                    None => {
                        let details = details(asked, ring, self, &record)?;
                        shares.push(ShareInfo::of(&record, body, details.as_ref()));
                    }
                },
                Body::Receipt(body) => {
                    let share = shares.iter_mut().find(|one| one.share == body.share);
                    if let (Some(share), Some(details)) = (share, details(asked, ring, self, &record)?) {
                        share.acknowledge(&details);
                    }
                }
                _ => {}
            }
        }
        Ok(shares)
    }
}

impl ShareInfo {
    /// A share that does not say whom it is for is listed all the same: it went out.
    fn of(record: &Record<'_>, body: Shared, details: Option<&Details>) -> Self {
        let payload = record.payload();
        let count = usize::from(body.recipients.get());
        let recipients = (1..=count).map(|number| {
            let field = details.and_then(|details| details.get(&format!("{RECIPIENT}{number}")));
            SharedWith::parse(field.ok_or(Code::DetailsMismatch)?)
        });
        let recipients: Option<Vec<SharedWith>> = recipients.collect::<Result<_>>().ok();
        let told = details.filter(|_| recipients.is_some());
        let mut share = Self {
            share: body.share,
            manifest: body.manifest,
            by: payload.author,
            at: payload.at,
            expires: body.expires,
            receipt: body.receipt,
            documents: Vec::new(),
            forwardable: count == 0,
            purpose: told.and_then(|details| names::text(details, PURPOSE)),
            overridden: told.and_then(|details| names::text(details, OVERRIDE)),
            recipients: recipients.unwrap_or_default(),
        };
        share.add(body);
        share
    }

    fn add(&mut self, body: Shared) {
        self.documents.extend(body.documents.iter().flat_map(|list| list.items().iter().copied()));
    }

    /// Takes a receipt on file; one that a colleague made up says nothing.
    fn acknowledge(&mut self, details: &Details) {
        let (Some(json), Some(signature)) = (details.get(RECEIPT), names::text(details, SIGNATURE)) else {
            return;
        };
        let Ok((receipt, by)) = verify(&SignedReceipt { json: json.to_vec(), signature }, self) else {
            return;
        };
        let its = |one: &&mut SharedWith| one.fingerprint == receipt.fingerprint && one.key == by;
        for one in self.recipients.iter_mut().filter(its) {
            let newest = one.acknowledged.is_none_or(|(_, at)| at <= receipt.at);
            one.acknowledged = if newest { Some((receipt.action, receipt.at)) } else { one.acknowledged };
        }
    }
}

impl SharedWith {
    fn parse(field: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(field, MAX_RECIPIENT)?;
        if reader.array()? != 3 {
            return Err(Code::Field.into());
        }
        let name = reader.text()?.to_owned();
        let fingerprint = Hash(reader.fixed()?);
        let key = ssh_key::parse_line(reader.text()?)?;
        Ok(Self { name, fingerprint, acknowledged: None, key })
    }
}

/// The details of a record; `None` if there are none, they are missing, or not those it commits to.
pub(super) fn details(
    asked: Asked<'_>,
    ring: &mut Ring,
    matter: &Matter,
    record: &Record<'_>,
) -> Result<Option<Details>> {
    let Some(named) = Named::of(record) else { return Ok(None) };
    match names::open(asked, ring, matter.id, chain_of(matter.id), &named) {
        Ok(details) => Ok(Some(details)),
        Err(error) => match error.code_value() {
            Code::RowMissing
            | Code::SealedLength
            | Code::ContentRefused
            | Code::DetailsMismatch
            | Code::TooLarge
            | Code::Cbor
            | Code::Field => Ok(None),
            _ => Err(error),
        },
    }
}

/// A receipt by one of the recipients, and the key that signed it.
fn verify(signed: &SignedReceipt, share: &ShareInfo) -> Result<(Receipt, VerifyingKey)> {
    let claimed = Receipt::parse(&signed.json)?;
    // People of one firm have one fingerprint, and each a key of their own.
    let mut named = share.recipients.iter().filter(|one| one.fingerprint == claimed.fingerprint);
    let mut signer = None;
    let by = |key: &VerifyingKey| {
        signer = Some(*key);
        named.any(|one| one.key == *key)
    };
    let receipt = Receipt::verify_by(signed, share.share, &share.manifest, |_| true, by)?;
    Ok((receipt, signer.ok_or(Code::ReceiptRefused)?))
}

/// The records of a matter that count, read again from the store and compared with its verified head.
pub(super) fn leaves(asked: Asked<'_>, matter: &Matter) -> Result<Vec<Vec<u8>>> {
    let chain = chain_of(matter.id);
    let head = asked.state.head(chain).ok_or(Code::MatterUnknown)?;
    let leaves = Source(asked.rows).leaves(chain, 0, head.size)?;
    if leaves.len() as u64 != head.size {
        return Err(Code::StoreIncomplete.into());
    }
    let mut tree = MemoryTree::new();
    tree.extend(leaves.iter().map(|leaf| leaf_hash(leaf)));
    if tree.root() != Some(head.root) {
        return Err(Code::FirmTampered.into());
    }
    let reported = asked.state.findings().reported.iter().filter(|one| one.chain == chain);
    let reported: BTreeSet<u64> = reported.map(|one| one.index).collect();
    let counts = (0..).zip(leaves).filter(|(index, _)| !reported.contains(index));
    Ok(counts.map(|(_, leaf)| leaf).collect())
}

const RECEIPT: &str = "receipt";
const SIGNATURE: &str = "signature";
const MAX_RECIPIENT: usize = 4_096;

impl fmt::Debug for ShareInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShareInfo")
            .field("share", &self.share)
            .field("documents", &self.documents.len())
            .field("recipients", &self.recipients)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedWith").field("acknowledged", &self.acknowledged).finish_non_exhaustive()
    }
}
