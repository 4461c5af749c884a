//! Bodies about shares: what left the matter, what came in, what came back.

use crate::audit::body::document::{DocumentVersion, MAX_DOCUMENTS};
use crate::audit::body::field::{List, numbered};
use crate::audit::body::{Value, body};
use crate::clock::Timestamp;
use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::{Hash, ShareId};

body! {
    /// `shared`. To whom and why is in its details. A share of more documents has several.
    Shared {
        /// The share.
        1 share: ShareId,
        /// SHA-256 of its manifest, which a random salt in it hides.
        2 manifest: Hash,
        /// The documents of the vault; absent where files of elsewhere were shared alone.
        3 documents: Option<List<DocumentVersion, 1, MAX_DOCUMENTS>>,
        /// When it expires.
        4 expires: Option<Timestamp>,
        /// Whether a receipt is asked for.
        5 receipt: bool,
        /// How many recipients; none: a password share.
        6 recipients: RecipientCount,
    }
}

body! {
    /// `accepted`: a share of somebody else. Of whom is in its details.
    Accepted {
        /// The share.
        1 share: ShareId,
        /// SHA-256 of its manifest.
        2 manifest: Hash,
        /// What was imported; absent: nothing was.
        3 documents: Option<List<DocumentVersion, 1, MAX_DOCUMENTS>>,
    }
}

body! {
    /// `receipt`: a recipient of a share said what became of it. The signed receipt is in its details.
    Receipt {
        /// The share.
        1 share: ShareId,
        /// SHA-256 of its manifest.
        2 manifest: Hash,
        /// What it says.
        3 action: ReceiptAction,
    }
}

numbered! {
    /// What a receipt says.
    ReceiptAction {
        /// It arrived and was opened.
        Received = 0,
        /// It was gone through.
        Reviewed = 1,
        /// It is not accepted.
        Refused = 2,
    }
}

/// How many recipients a share has: 0 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipientCount(u8);

impl RecipientCount {
    /// That many.
    ///
    /// # Errors
    /// `field` above 8.
    pub fn new(count: usize) -> Result<Self> {
        match u8::try_from(count) {
            Ok(count @ 0..=8) => Ok(Self(count)),
            _ => Err(Code::Field.into()),
        }
    }

    /// How many.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl ReceiptAction {
    /// `received`, `reviewed` or `refused`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Reviewed => "reviewed",
            Self::Refused => "refused",
        }
    }
}

impl Value for RecipientCount {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Self::new(usize::try_from(reader.unsigned()?).map_err(|_| Code::Field)?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(u64::from(self.0));
    }
}
