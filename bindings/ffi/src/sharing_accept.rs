//! Accepting a share without a vault, or only checking it.

use std::path::Path;
use std::sync::Arc;

use privity::sharing::age::{Options, Password};
use privity::{Hash, sharing};

use crate::blob::{Blob, SecretBlob};
use crate::envelope::options;
use crate::error::Result;
use crate::mirror::mirror;
use crate::progress::{Listening, ProgressListener};
use crate::sharing::{Party, now_or};
use crate::sharing_card::Standing;
use crate::sharing_contact::{Contact, contacts};
use crate::sharing_manifest::Manifest;

/// What opens a share.
#[derive(uniffi::Object)]
pub struct ShareKeys(Opens);

enum Opens {
    Party(Arc<Party>),
    Password(Password),
}

/// A share that passed every step.
#[derive(uniffi::Object)]
pub struct Accepted(sharing::Accepted);

mirror! {
    /// What is checked, in this order.
    Step = sharing::Step {
        /// The age file opens with a key of the receiver.
        Decrypt,
        /// The archive is of the one layout, every name safe.
        Layout,
        /// SHA256SUMS lists what is there and nothing else.
        Sums,
        /// A key signed SHA256SUMS.
        Signature,
        /// The manifest is understood and names the documents that are there.
        Manifest,
        /// The key is that of a verified contact, now.
        Sender,
        /// The receiver is named.
        Recipient,
        /// It is neither of the future nor expired.
        Terms,
        /// Every content is the one that was signed.
        Contents,
    }
}

#[uniffi::export]
impl ShareKeys {
    /// The receiver's own.
    #[uniffi::constructor]
    pub fn party(party: Arc<Party>) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(Opens::Party(party))))
    }

    /// A password, which comes from elsewhere.
    ///
    /// Fails with `passphrase-empty`.
    #[uniffi::constructor]
    pub fn password(password: SecretBlob) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(Opens::Password(Password::new(password.into_secret())?))))
    }
}

#[uniffi::export]
impl Accepted {
    /// Its signed terms.
    pub fn manifest(&self) -> Result<Manifest> {
        Manifest::of(&self.0.manifest)
    }

    /// SHA-256 of the manifest: what a receipt names.
    pub fn hash(&self) -> Result<Hash> {
        Ok(self.0.hash)
    }

    /// For a firm's sender, what its standing shows.
    pub fn shown(&self) -> Result<Option<Standing>> {
        Ok(self.0.shown.as_ref().map(Into::into))
    }
}

impl Accepted {
    pub(crate) fn of(accepted: sharing::Accepted) -> Arc<Self> {
        Arc::new(Self(accepted))
    }

    pub(crate) fn inner(&self) -> &sharing::Accepted {
        &self.0
    }
}

/// Accepts the share `source` into the new folder `into`, as it lies in the archive, so that stock tools
/// verify what was unpacked. `contacts` are whom the receiver knows, whatever the state; `now` is the
/// time by which it is judged, else the system's. Whatever happens, `into` is there whole or not at all.
///
/// Fails at a step, with what docs/format/share-v1.md has for it; with `not-a-file`, `exists`, `io`;
/// `cancelled`, `watcher-failed`, `threads`; `field` for a time that is none; `handle-ended`.
#[uniffi::export(default(now = None, listener = None, threads = None))]
pub fn accept_folder(
    source: String,
    keys: Arc<ShareKeys>,
    contacts: Vec<Arc<Contact>>,
    into: String,
    now: Option<u64>,
    listener: Option<Arc<dyn ProgressListener>>,
    threads: Option<u32>,
) -> Result<Arc<Accepted>> {
    judged(keys, &contacts, now, listener, threads, |request, options| {
        sharing::accept_folder(Path::new(&source), request, Path::new(&into), options)
    })
}

/// The same, and nothing is kept: the share in memory is only checked, to its last byte.
///
/// Fails as `accept_folder`.
#[uniffi::export(default(now = None, listener = None, threads = None))]
pub fn check_share(
    share: Blob,
    keys: Arc<ShareKeys>,
    contacts: Vec<Arc<Contact>>,
    now: Option<u64>,
    listener: Option<Arc<dyn ProgressListener>>,
    threads: Option<u32>,
) -> Result<Arc<Accepted>> {
    judged(keys, &contacts, now, listener, threads, |request, options| {
        sharing::accept(share.as_slice(), request, &mut sharing::Discard, options)
    })
}

fn judged(
    keys: Arc<ShareKeys>,
    known: &[Arc<Contact>],
    now: Option<u64>,
    listener: Option<Arc<dyn ProgressListener>>,
    threads: Option<u32>,
    accept: impl FnOnce(
        &sharing::Request<'_>,
        Options<'_>,
    ) -> std::result::Result<sharing::Accepted, sharing::Refusal>,
) -> Result<Arc<Accepted>> {
    let listening = listener.map(Listening);
    let options = options(&listening, threads)?;
    let (contacts, now) = (contacts(known), now_or(now)?);
    let party;
    let keys = match &keys.0 {
        Opens::Password(password) => sharing::Keys::Password(password),
        Opens::Party(held) => {
            party = held.inner()?;
            sharing::Keys::Party(&party)
        }
    };
    let request = sharing::Request { keys, contacts: &contacts, now };
    Ok(Accepted::of(accept(&request, options)?))
}
