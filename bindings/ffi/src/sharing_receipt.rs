//! Receipts: a recipient's signed word that a share arrived.

use std::sync::Arc;

use privity::sharing::manifest;
use privity::{Hash, ShareId, sharing};

use crate::blob::Blob;
use crate::error::Result;
use crate::mirror::mirror;
use crate::sharing::{Party, now_or};
use crate::sharing_accept::Accepted;
use crate::sharing_contact::Contact;

/// What a receipt says. Who said it, its signature shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Receipt {
    /// What became of the share.
    pub action: ReceiptAction,
    /// When, by the recipient's clock: microseconds since 1970 UTC.
    pub at: u64,
    /// The share.
    pub share: ShareId,
    /// The recipient's fingerprint, as the manifest has it.
    pub fingerprint: Hash,
    /// SHA-256 of the manifest.
    pub manifest: Hash,
}

mirror! {
    /// What became of a share.
    ReceiptAction = sharing::ReceiptAction {
        /// It arrived.
        Received,
        /// It was read.
        Reviewed,
        /// It was not taken.
        Refused,
    }
}

/// A receipt and its signature, as two files.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignedReceipt {
    /// `receipt.json`.
    pub json: Blob,
    /// `receipt.json.sig`.
    pub signature: String,
}

/// Signs a receipt for a share that this party accepted, at `now` or else at the system's time.
///
/// Fails with `not-a-recipient` if the share names the party not: a password share has no receipts;
/// `field` for a time that is none.
#[uniffi::export(default(now = None))]
pub fn sign_receipt(
    party: Arc<Party>,
    accepted: Arc<Accepted>,
    action: ReceiptAction,
    now: Option<u64>,
) -> Result<SignedReceipt> {
    let party = party.inner()?;
    let signed = sharing::Receipt::sign(&party, accepted.inner(), action.into(), now_or(now)?)?;
    Ok(SignedReceipt { json: Blob::new(&signed.json)?, signature: signed.signature })
}

/// Verifies a receipt of a share that was sent, from the bytes of its manifest: it is of this share, of a
/// recipient whom its manifest names, and signed by the key of `contact`, who is verified.
///
/// Fails with `receipt`, `sshsig`, `public-key` for bytes that are none; `signature-refused`;
/// `receipt-refused` if it is of another share or by another person than `contact`; `contact-unverified`,
/// `contact-changed`, `contact-revoked`; as `parse_manifest`.
#[uniffi::export]
pub fn verify_receipt(receipt: SignedReceipt, sent: Blob, contact: Arc<Contact>) -> Result<Receipt> {
    let sent = manifest::Manifest::parse(sent.as_slice())?;
    Receipt::of(&sharing::Receipt::verify(&receipt.inner(), &sent, contact.inner().verified()?)?)
}

/// Reads a receipt, unverified.
///
/// Fails with `receipt`.
#[uniffi::export]
pub fn parse_receipt(json: Blob) -> Result<Receipt> {
    Receipt::of(&sharing::Receipt::parse(json.as_slice())?)
}

impl SignedReceipt {
    pub(crate) fn inner(&self) -> sharing::SignedReceipt {
        sharing::SignedReceipt { json: self.json.as_slice().to_vec(), signature: self.signature.clone() }
    }
}

impl Receipt {
    pub(crate) fn of(receipt: &sharing::Receipt) -> Result<Self> {
        let sharing::Receipt { action, at, share, fingerprint, manifest } = *receipt;
        Ok(Self { action: action.try_into()?, at: at.micros(), share, fingerprint, manifest })
    }
}
