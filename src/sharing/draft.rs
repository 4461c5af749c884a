//! What a share is to be: for whom, on which terms, with which documents.

use std::fmt;
use std::sync::Arc;

use crate::audit::body::{Designation, DocumentVersion};
use crate::clock::Timestamp;
use crate::codec::words;
use crate::crypto::entropy;
use crate::crypto::hash::Digests;
use crate::crypto::label::RandomPurpose;
use crate::error::{Code, Result};
use crate::id::{Hash, ShareId};
use crate::io::ReadAt;
use crate::secret::{Secret, SecretBytes};
use crate::sharing::age::{Kind, Password, Recipients};
use crate::sharing::manifest::{Onward, Recipient, is_term};
use crate::sharing::{Addressee, name};

/// A share to be made.
///
/// For contacts by default under their hybrid keys. A password share is for nobody by name: whoever has the
/// password opens it, so it is reported *forwardable*; send the password another way than the file.
#[derive(Clone)]
pub struct Draft {
    pub(crate) to: To,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) terms: Terms,
}

#[derive(Clone)]
pub(crate) enum To {
    Contacts(Vec<Addressee>, Kind),
    Password(Arc<Recipients>),
}

/// The terms that the sender signs. Our `accept` enforces the expiry; all of them are stated to everybody.
#[derive(Clone)]
pub struct Terms {
    /// Why it is disclosed; at most 4 KiB, not empty.
    pub purpose: String,
    /// On what privilege rests; at most 4 KiB.
    pub basis: Option<String>,
    /// How it is to be handled.
    pub designation: Designation,
    /// Whether it may be passed on.
    pub onward: Onward,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
    /// Whether a receipt is asked for.
    pub receipt: bool,
    /// The share that this one answers.
    pub in_reply_to: Option<ShareId>,
}

/// A document to be shared. `Debug` shows no name.
#[derive(Clone, Copy)]
pub struct Item<'i> {
    /// Its name, as people know it.
    pub name: &'i str,
    /// Its media type (RFC 6838).
    pub media_type: &'i str,
    /// Its content.
    pub content: &'i dyn ReadAt,
    /// Length, SHA-256 and CRC-32 of the content, if they are known.
    pub digests: Option<Digests>,
    /// Which document of a vault it is.
    pub version: Option<DocumentVersion>,
}

impl Terms {
    /// For this purpose: *confidential*, not to be passed on, without an expiry, with a receipt.
    #[must_use]
    pub fn new(purpose: impl Into<String>) -> Self {
        Self {
            purpose: purpose.into(),
            basis: None,
            designation: Designation::CONFIDENTIAL,
            onward: Onward::No,
            expires: None,
            receipt: true,
            in_reply_to: None,
        }
    }
}

impl Draft {
    /// A share for these contacts under their hybrid keys. `name` and `organisation` are the sender's, as
    /// its card has them.
    #[must_use]
    pub fn new(
        to: Vec<Addressee>,
        name: impl Into<String>,
        organisation: impl Into<String>,
        terms: Terms,
    ) -> Self {
        let to = To::Contacts(to, Kind::Hybrid);
        Self { to, name: name.into(), organisation: organisation.into(), terms }
    }

    /// The same under X25519 keys, for who cannot open hybrid ones yet. A future quantum computer would open it.
    #[must_use]
    pub fn classic(self) -> Self {
        let to = match self.to {
            To::Contacts(to, _) => To::Contacts(to, Kind::X25519),
            password @ To::Password(_) => password,
        };
        Self { to, ..self }
    }

    /// A share for whoever has the password, which is drawn here: ten words, 110 bits.
    ///
    /// # Errors
    /// `entropy`.
    pub fn with_password(
        name: impl Into<String>,
        organisation: impl Into<String>,
        terms: Terms,
    ) -> Result<(Self, SecretBytes)> {
        let words = password()?;
        let password = Password::new(SecretBytes::new(words.expose_secret().to_vec()))?;
        let to = To::Password(Arc::new(Recipients::password(password)));
        Ok((Self { to, name: name.into(), organisation: organisation.into(), terms }, words))
    }

    /// What can be found wrong before anything is read.
    pub(crate) fn check(&self, now: Timestamp) -> Result<()> {
        let terms = &self.terms;
        let texts = is_term(&terms.purpose) && terms.basis.as_deref().is_none_or(is_term);
        if !texts || terms.expires.is_some_and(|at| at <= now) {
            return Err(Code::Terms.into());
        }
        name::check(&self.name)?;
        name::check_organisation(&self.organisation)
    }

    /// The recipients of the age file and of the manifest, in one order.
    pub(crate) fn recipients(&self) -> Result<(Arc<Recipients>, Vec<Recipient>)> {
        let (to, kind) = match &self.to {
            To::Password(password) => return Ok((password.clone(), Vec::new())),
            To::Contacts(to, kind) => (to, *kind),
        };
        let mut named = Vec::with_capacity(to.len());
        let mut keys = Vec::with_capacity(to.len());
        for addressee in to {
            let key = match kind {
                Kind::X25519 => addressee.classic_recipient(),
                _ => addressee.recipient(),
            };
            let key = key.ok_or(Code::ShareRecipients)?;
            named.push(Recipient {
                name: addressee.name().to_owned(),
                recipient: key.to_string(),
                fingerprint: Hash(*addressee.fingerprint().as_bytes()),
            });
            keys.push(key.clone());
        }
        let recipients = Recipients::new(&keys).map_err(|_| Code::ShareRecipients)?;
        Ok((Arc::new(recipients), named))
    }

    /// Whom it is for; none for a password share.
    pub(crate) fn addressees(&self) -> &[Addressee] {
        match &self.to {
            To::Contacts(to, _) => to,
            To::Password(_) => &[],
        }
    }
}

/// Ten words of the list of BIP-39 with hyphens between: 110 bits.
fn password() -> Result<SecretBytes> {
    let bits: Secret<20> = entropy::secret(RandomPurpose::SharePassword)?;
    let mut words = Vec::with_capacity(PASSWORD_WORDS * 9);
    for (at, pair) in bits.expose_secret().chunks_exact(2).enumerate() {
        if at > 0 {
            words.push(b'-');
        }
        let index = pair.iter().fold(0, |index, &byte| index << 8 | usize::from(byte));
        words.extend_from_slice(words::word(index % words::COUNT).as_bytes());
    }
    Ok(SecretBytes::new(words))
}

const PASSWORD_WORDS: usize = 10;

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("recipients", &self.addressees().len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("version", &self.version).finish_non_exhaustive()
    }
}
