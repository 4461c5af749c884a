//! Receipts: a recipient's signed word that a share arrived. Strict JSON and an SSHSIG over it, so that
//! `ssh-keygen -Y sign` makes one too.

use std::collections::BTreeMap;
use std::fmt;

use crate::audit::body::ReceiptAction;
use crate::clock::Timestamp;
use crate::codec::json::{self, Fields, Value};
use crate::codec::{hex, time};
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::id::{Hash, ShareId};
use crate::sharing::accept::Accepted;
use crate::sharing::manifest::Manifest;
use crate::sharing::{Party, VerifiedContact};
use crate::wire::ssh_key;
use crate::wire::sshsig::{self, Namespace};

/// What a receipt says. Who said it, its signature shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What became of the share.
    pub action: ReceiptAction,
    /// When, by the recipient's clock.
    pub at: Timestamp,
    /// The share.
    pub share: ShareId,
    /// The recipient's fingerprint, as the manifest has it.
    pub fingerprint: Hash,
    /// SHA-256 of the manifest.
    pub manifest: Hash,
}

/// A receipt and its signature, as two files.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedReceipt {
    /// `receipt.json`.
    pub json: Vec<u8>,
    /// `receipt.json.sig`.
    pub signature: String,
}

impl Receipt {
    /// Signs a receipt for a share that this party accepted.
    ///
    /// # Errors
    /// `not-a-recipient` if the share names the party not: a password share has no receipts.
    pub fn sign(
        party: &Party,
        accepted: &Accepted,
        action: ReceiptAction,
        now: Timestamp,
    ) -> Result<SignedReceipt> {
        let own = [party.recipient().to_string(), party.classic_recipient().to_string()];
        let mut named = accepted.manifest.recipients.iter();
        let named = named.find(|one| own.contains(&one.recipient)).ok_or(Code::NotARecipient)?;
        let receipt = Self {
            action,
            at: now,
            share: accepted.manifest.share,
            fingerprint: named.fingerprint,
            manifest: accepted.hash,
        };
        let json = receipt.to_bytes()?;
        let signature = sshsig::sign(party.ssh(), Namespace::Receipt, &json);
        Ok(SignedReceipt { json, signature })
    }

    /// Verifies a receipt of a share that was sent: it is of this share, of a recipient whom its manifest names, and
    /// signed by the key of that contact.
    ///
    /// # Errors
    /// `receipt`, `sshsig`, `public-key` for bytes that are none; `signature-refused`; `receipt-refused` if it is of
    /// another share or by another person than `from`.
    pub fn verify(signed: &SignedReceipt, sent: &Manifest, from: &VerifiedContact) -> Result<Self> {
        // The fingerprint of a firm is that of all its people: the key it was sealed to tells them apart.
        let own = [from.recipient(), from.classic_recipient()].map(|own| own.map(ToString::to_string));
        let of = |fingerprint: &Hash| {
            let its = *fingerprint == Hash(*from.fingerprint().as_bytes());
            its && sent.recipients.iter().any(|one| {
                one.fingerprint == *fingerprint && own.iter().flatten().any(|own| *own == one.recipient)
            })
        };
        Self::verify_by(signed, sent.share, &sent.hash()?, of, |key| {
            from.ssh_key() == ssh_key::to_line(key, "")
        })
    }

    pub(crate) fn verify_by(
        signed: &SignedReceipt,
        share: ShareId,
        manifest: &Hash,
        of: impl FnOnce(&Hash) -> bool,
        by: impl FnOnce(&VerifyingKey) -> bool,
    ) -> Result<Self> {
        let key = sshsig::verify(signed.signature.as_bytes(), Namespace::Receipt, &signed.json)?;
        let receipt = Self::parse(&signed.json)?;
        let belongs = receipt.share == share && receipt.manifest == *manifest;
        if belongs && of(&receipt.fingerprint) && by(&key) {
            Ok(receipt)
        } else {
            Err(Code::ReceiptRefused.into())
        }
    }

    /// Reads a receipt, unverified.
    ///
    /// # Errors
    /// `receipt`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let value = json::parse(bytes, MAX_RECEIPT).map_err(|_| Code::Receipt)?;
        let mut fields = Fields::of(value, Code::Receipt)?;
        let action = fields.text("action")?;
        let action = ReceiptAction::ALL.iter().copied().find(|one| one.name() == action);
        let receipt = Self {
            action: action.ok_or(Code::Receipt)?,
            at: time::parse(&fields.text("at")?).ok_or(Code::Receipt)?,
            share: ShareId::from_bytes(hex::fixed(&fields.text("envelope")?).ok_or(Code::Receipt)?),
            fingerprint: Hash(hex::fixed(&fields.text("fingerprint")?).ok_or(Code::Receipt)?),
            manifest: Hash(hex::fixed(&fields.text("manifest")?).ok_or(Code::Receipt)?),
        };
        fields.end()?;
        Ok(receipt)
    }

    /// Its one form.
    ///
    /// # Errors
    /// None for a time in range.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let members = [
            ("action", self.action.name().to_owned()),
            ("at", time::write(self.at)),
            ("envelope", hex::encode(self.share.as_bytes())),
            ("fingerprint", self.fingerprint.to_string()),
            ("manifest", self.manifest.to_string()),
        ];
        let members = members.into_iter().map(|(name, text)| (name.to_owned(), Value::Text(text)));
        json::write(&Value::Map(members.collect::<BTreeMap<_, _>>()))
    }
}

const MAX_RECEIPT: usize = 1_024;

impl fmt::Debug for SignedReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedReceipt").field("length", &self.json.len()).finish_non_exhaustive()
    }
}
