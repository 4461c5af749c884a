//! How a vault goes about its work.

use std::num::NonZeroUsize;

use privity::Code;
use privity::envelope::{self, Threads};
use privity::vault;

use crate::error::Result;
use crate::mirror::mirror;

/// How a vault goes about its work; what is left out is as the library has it.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct Options {
    /// The algorithms of what is written.
    #[uniffi(default = None)]
    pub profile: Option<Profile>,
    /// Whether lengths of documents are hidden.
    #[uniffi(default = None)]
    pub padding: Option<Padding>,
    /// How many threads a long call may use, from 1 to 64.
    #[uniffi(default = None)]
    pub threads: Option<u32>,
    /// How many others must have cosigned for *anchored*, from 1 on.
    #[uniffi(default = None)]
    pub cosigners: Option<u32>,
    /// The age in seconds from which a newest checkpoint that others cosigned is no longer fresh.
    #[uniffi(default = None)]
    pub fresh_for: Option<u64>,
    /// What happens to an act where the newest checkpoint is not fresh.
    #[uniffi(default = None)]
    pub stale: Option<Stale>,
}

mirror! {
    /// The algorithms of an object.
    Profile = envelope::Profile {
        /// 0x0001, the default: ChaCha20-Poly1305.
        ChaCha,
        /// 0x0002: AES-256-GCM.
        Aes,
    }
}

/// Whether the length of a document is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Padding {
    /// The sealed length shows the length of the content. (`Padding::None` in Rust: in Swift `none`
    /// would mean that no padding was chosen.)
    Unpadded,
    /// The default: at most 12 % more, and little of the length shown.
    Padme,
}

mirror! {
    /// What happens to an act where nobody else vouches in time for the newest checkpoint.
    Stale = vault::Stale {
        /// It goes on; the report says so.
        Report,
        /// It is refused with `frozen`.
        Refuse,
    }
}

impl From<Padding> for envelope::Padding {
    fn from(padding: Padding) -> Self {
        match padding {
            Padding::Unpadded => Self::None,
            Padding::Padme => Self::Padme,
        }
    }
}

impl TryFrom<envelope::Padding> for Padding {
    type Error = privity::Error;

    fn try_from(padding: envelope::Padding) -> privity::Result<Self> {
        match padding {
            envelope::Padding::None => Ok(Self::Unpadded),
            envelope::Padding::Padme => Ok(Self::Padme),
            _ => Err(Code::Field.into()),
        }
    }
}

impl Options {
    pub(crate) fn of(options: Option<Self>) -> Result<vault::Options> {
        let (options, mut inner) = (options.unwrap_or_default(), vault::Options::default());
        if let Some(profile) = options.profile {
            inner.profile = profile.into();
        }
        if let Some(padding) = options.padding {
            inner.padding = padding.into();
        }
        if let Some(threads) = options.threads {
            inner.threads = count(threads)?;
        }
        if let Some(cosigners) = options.cosigners {
            let cosigners = usize::try_from(cosigners).ok().and_then(NonZeroUsize::new);
            inner.cosigners = cosigners.ok_or(Code::Field)?;
        }
        if let Some(seconds) = options.fresh_for {
            inner.fresh_for = seconds;
        }
        if let Some(stale) = options.stale {
            inner.stale = stale.into();
        }
        Ok(inner)
    }
}

pub(crate) fn count(threads: u32) -> Result<Threads> {
    Ok(Threads::new(usize::try_from(threads).map_err(|_| Code::Threads)?)?)
}
