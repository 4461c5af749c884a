//! What a share is to be, and making one of files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use privity::{Hash, SecretBytes, ShareId, sharing};

use crate::blob::{Blob, SecretBlob};
use crate::ended::Held;
use crate::envelope::options;
use crate::error::{Own, Result};
use crate::mirror::mirror;
use crate::progress::{Listening, ProgressListener};
use crate::sharing::{Party, now_or, time};
use crate::sharing_contact::Addressee;
use crate::sharing_manifest::Manifest;
use crate::vault_documents::Designation;

/// A share to be made: for contacts under their hybrid keys, or for whoever has a password.
#[derive(uniffi::Object)]
pub struct ShareDraft {
    draft: sharing::Draft,
    password: Option<Held<SecretBytes>>,
}

/// The terms that the sender signs. `accept` enforces the expiry; all of them are stated to everybody.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Terms {
    /// Why it is disclosed; at most 4 KiB, not empty.
    pub purpose: String,
    /// On what privilege rests; at most 4 KiB.
    #[uniffi(default = None)]
    pub basis: Option<String>,
    /// How it is to be handled; else confidential.
    #[uniffi(default = None)]
    pub designation: Option<Designation>,
    /// Whether it may be passed on; else it may not.
    #[uniffi(default = None)]
    pub onward: Option<Onward>,
    /// From when on it is refused: microseconds since 1970 UTC.
    #[uniffi(default = None)]
    pub expires: Option<u64>,
    /// Whether a receipt is asked for; else one is.
    #[uniffi(default = None)]
    pub receipt: Option<bool>,
    /// The share that this one answers.
    #[uniffi(default = None)]
    pub in_reply_to: Option<ShareId>,
}

mirror! {
    /// Whether a share may be passed on: a term, which accepting shows and nothing enforces.
    Onward = sharing::Onward {
        /// It may not.
        No,
        /// If the sender consents.
        WithConsent,
        /// It may.
        Yes,
    }
}

/// A share that was made.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The same as its signed bytes. The sender keeps them: receipts are compared with them.
    pub bytes: Blob,
    /// SHA-256 of the manifest.
    pub hash: Hash,
    /// Bytes of the archive before it was sealed.
    pub length: u64,
}

#[uniffi::export]
impl ShareDraft {
    /// A share for these contacts, at most eight. Name and organisation are the sender's, as its card
    /// has them.
    ///
    /// Fails with `field` for a time or a designation that is none. What else is wrong, making the share
    /// finds.
    #[uniffi::constructor]
    pub fn new(
        to: Vec<Arc<Addressee>>,
        name: String,
        organisation: String,
        terms: Terms,
    ) -> Result<Arc<Self>> {
        let to = to.iter().map(|addressee| addressee.0.clone()).collect();
        let draft = sharing::Draft::new(to, name, organisation, terms.inner()?);
        Ok(Arc::new(Self { draft, password: None }))
    }

    /// A share for whoever has the password, which is drawn here: ten words, 110 bits. It is forwardable:
    /// whoever has the password may pass both on. Send it another way than the file.
    ///
    /// Fails as `new`; with `entropy`.
    #[uniffi::constructor]
    pub fn with_password(name: String, organisation: String, terms: Terms) -> Result<Arc<Self>> {
        let (draft, password) = sharing::Draft::with_password(name, organisation, terms.inner()?)?;
        Ok(Arc::new(Self { draft, password: Some(Held::new(password)) }))
    }

    /// The same under X25519 keys, for who cannot open hybrid ones yet. A future quantum computer would
    /// open it. Of a password's draft, the same draft without the password.
    pub fn classic(&self) -> Result<Arc<Self>> {
        Ok(Arc::new(Self { draft: self.draft.clone().classic(), password: None }))
    }

    /// The password, ten words with hyphens between; it crosses once.
    ///
    /// Fails with `handle-ended` the second time, and for a draft that has none.
    pub fn take_password(&self) -> Result<SecretBlob> {
        Ok(SecretBlob::new(self.password.as_ref().ok_or(Own::HandleEnded)?.take()?))
    }
}

impl ShareDraft {
    pub(crate) fn inner(&self) -> &sharing::Draft {
        &self.draft
    }
}

/// Makes a share of these files into the new file `to`, at `now` or else at the system's time. Each
/// document has the name of its file; its media type is told by the name's extension.
///
/// Fails with `terms`, `party`, `share-recipients` for a draft that cannot be made; `not-a-file`,
/// `text` for a name that is no Unicode; `exists` if `to` does; `source-changed`,
/// `document-too-large`, `io`, `entropy`; `cancelled`, `watcher-failed`, `threads`; `field` for a time
/// that is none.
#[uniffi::export(default(now = None, listener = None, threads = None))]
pub fn share_files(
    sender: Arc<Party>,
    draft: Arc<ShareDraft>,
    files: Vec<String>,
    to: String,
    now: Option<u64>,
    listener: Option<Arc<dyn ProgressListener>>,
    threads: Option<u32>,
) -> Result<Made> {
    let listening = listener.map(Listening);
    let options = options(&listening, threads)?;
    let files: Vec<PathBuf> = files.into_iter().map(PathBuf::from).collect();
    let (sender, now) = (sender.inner()?, now_or(now)?);
    Made::of(sharing::share_files(&sender, &draft.draft, &files, Path::new(&to), now, options)?)
}

impl Terms {
    fn inner(self) -> Result<sharing::Terms> {
        let mut terms = sharing::Terms::new(self.purpose);
        terms.basis = self.basis;
        if let Some(designation) = self.designation {
            terms.designation = designation.try_into()?;
        }
        if let Some(onward) = self.onward {
            terms.onward = onward.into();
        }
        terms.expires = self.expires.map(time).transpose()?;
        if let Some(receipt) = self.receipt {
            terms.receipt = receipt;
        }
        terms.in_reply_to = self.in_reply_to;
        Ok(terms)
    }
}

impl Made {
    pub(crate) fn of(made: sharing::Made) -> Result<Self> {
        let bytes = Blob::new(&made.manifest.to_bytes()?)?;
        let manifest = Manifest::of(&made.manifest)?;
        Ok(Self { manifest, bytes, hash: made.hash, length: made.length })
    }
}
