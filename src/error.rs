//! One error type, one registry of codes.
//!
//! An error holds a stable [`Code`] and, for storage and randomness, the system's own error. It
//! never holds a secret, a name of a file or anything of a case. The failure to decrypt has a
//! single code whatever the reason, so that it is no oracle.

mod code;

use std::fmt;
use std::io;

pub use code::Code;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as a stable code with what to do about it.
pub struct Error {
    code: Code,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes that came in are not what they claim to be.
    Invalid,
    /// The caller used the library wrongly.
    Misuse,
    /// A check said no: a key, a commitment, a policy.
    Refused,
    /// Something named does not exist.
    NotFound,
    /// A key is not unlocked.
    Locked,
    /// A file, a stream or a store failed.
    Storage,
    /// The caller's view is older than what is there.
    Stale,
    /// A watcher asked to stop.
    Cancelled,
    /// The operating system gave no randomness.
    Entropy,
}

impl Error {
    /// The code as a value.
    #[must_use]
    pub fn code_value(&self) -> Code {
        self.code
    }

    /// The stable code, for logs and for programs: `content-refused`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.name()
    }

    /// Who has to act.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.code.kind()
    }

    /// What the caller can do.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.code.advice()
    }

    pub(crate) fn with_source(
        code: Code,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { code, source: Some(source.into()) }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self { code, source: None }
    }
}

/// A failed read or write. An error of ours that travelled through an [`io::Error`] comes back
/// whole.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Error>() {
            Ok(own) => own,
            Err(error) => {
                let full = matches!(
                    error.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
                );
                Self::with_source(if full { Code::StorageFull } else { Code::Io }, error)
            }
        }
    }
}

/// For `Read` and `Write` of ours; [`Error`] comes back out of it by `From`.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        io::Error::other(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.code.message())?;
        match &self.source {
            Some(source) => write!(f, " ({source})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("code", &self.code.name()).field("source", &self.source).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_way_through_io() {
        let through: Error = io::Error::from(Error::from(Code::ContentRefused)).into();
        assert_eq!(through.code(), "content-refused");
        let foreign: Error = io::Error::from(io::ErrorKind::NotFound).into();
        assert_eq!((foreign.code(), foreign.kind()), ("io", ErrorKind::Storage));
    }
}
