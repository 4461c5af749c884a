//! One error for every call, by who has to act, with the registry's code.

use std::fmt;

use privity::{Code, Error, ErrorKind, sharing};

use crate::sharing_accept::Step;

/// What every call returns.
pub type Result<T, E = PrivityError> = std::result::Result<T, E>;

macro_rules! error_kinds {
    ($($kind:ident, $about:literal;)+) => {
        /// What went wrong. The variant says who has to act; `code` is stable and for programs,
        /// `text` says what is wrong and `advice` what to do. None holds a secret, the name of a
        /// file or anything of a case. `step` is there where a share was refused: the step at which.
        #[derive(Clone, PartialEq, Eq, uniffi::Error)]
        pub enum PrivityError {
            $(#[doc = $about]
            $kind {
                /// The stable code, such as `content-refused`.
                code: String,
                /// What is wrong, in a sentence without its full stop.
                text: String,
                /// What the caller can do.
                advice: String,
                /// Of a share that was refused: the step at which.
                step: Option<Step>,
            },)+
        }

        impl PrivityError {
            fn of(kind: ErrorKind, code: &str, text: String, advice: &str) -> Self {
                let (code, advice, step) = (code.to_owned(), advice.to_owned(), None);
                match kind {
                    $(ErrorKind::$kind => Self::$kind { code, text, advice, step },)+
                    _ => Self::Invalid { code, text, advice, step },
                }
            }

            fn at(mut self, at: Step) -> Self {
                match &mut self { $(Self::$kind { step, .. } => *step = Some(at),)+ }
                self
            }

            /// Of a share that was refused: the step at which.
            #[must_use]
            pub fn step(&self) -> Option<Step> {
                match self { $(Self::$kind { step, .. } => *step,)+ }
            }

            fn parts(&self) -> (&str, &str, &str) {
                match self { $(Self::$kind { code, text, advice, .. } => (code, text, advice),)+ }
            }
        }
    };
}

error_kinds! {
    Invalid, "The bytes that came in are not what they claim to be.";
    Misuse, "The caller used the library wrongly.";
    Refused, "A check said no: a key, a commitment, a policy.";
    NotFound, "Something named does not exist.";
    Locked, "A key is not unlocked.";
    Storage, "A file, a stream or a store failed.";
    Stale, "The caller's view is older than what is there.";
    Cancelled, "A listener asked to stop.";
    Entropy, "The operating system gave no randomness.";
}

impl PrivityError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.parts().0
    }

    /// What the caller can do.
    #[must_use]
    pub fn advice(&self) -> &str {
        self.parts().2
    }
}

/// The errors that only crossing between languages brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// A handle was used after it had been ended.
    HandleEnded,
    /// More bytes than one call takes or gives.
    BytesTooLong,
}

impl Own {
    /// All of them.
    pub const ALL: &'static [Own] = &[Own::HandleEnded, Own::BytesTooLong];

    /// Code, kind, text and advice.
    #[must_use]
    pub fn about(self) -> (&'static str, ErrorKind, &'static str, &'static str) {
        match self {
            Own::HandleEnded => (
                "handle-ended",
                ErrorKind::Misuse,
                "the handle was used after its end",
                "Get a new handle; finish, release and lock end one.",
            ),
            Own::BytesTooLong => (
                "bytes-too-long",
                ErrorKind::Misuse,
                "one call takes and gives less than 2^31 bytes",
                "Use the call that takes a path, or a reader or a writer, piece by piece.",
            ),
        }
    }
}

impl From<Own> for PrivityError {
    fn from(own: Own) -> Self {
        let (code, kind, text, advice) = own.about();
        Self::of(kind, code, text.to_owned(), advice)
    }
}

impl From<Code> for PrivityError {
    fn from(code: Code) -> Self {
        Self::of(code.kind(), code.name(), code.message().to_owned(), code.advice())
    }
}

/// With the system's own words, where it failed: the library keeps names of files out of them.
impl From<Error> for PrivityError {
    fn from(error: Error) -> Self {
        let code = error.code_value();
        let text = match std::error::Error::source(&error) {
            Some(source) => format!("{} ({source})", code.message()),
            None => code.message().to_owned(),
        };
        Self::of(code.kind(), code.name(), text, code.advice())
    }
}

impl From<sharing::Refusal> for PrivityError {
    fn from(refusal: sharing::Refusal) -> Self {
        let error = Self::from(refusal.error);
        match Step::try_from(refusal.step) {
            Ok(step) => error.at(step),
            Err(_) => error,
        }
    }
}

impl fmt::Display for PrivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, text, _) = self.parts();
        write!(f, "{code}: {text}")
    }
}

impl fmt::Debug for PrivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivityError({self})")
    }
}

impl std::error::Error for PrivityError {}

/// What a callback of the host throws. Anything else it throws counts as [`Failed`](Self::Failed),
/// and its text stays on its own side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Error)]
pub enum HostError {
    /// The person or the key store said no: `unlock-refused` from a protector.
    Refused,
    /// It did not work: `protector-failed` from a protector, `watcher-failed` from a listener.
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(_may_hold_a_secret: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HostError::Refused => "the host refused",
            HostError::Failed => "the host failed",
        })
    }
}

impl std::error::Error for HostError {}
