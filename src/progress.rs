//! Progress of long work, and the way to stop it.

use crate::error::{Code, Result};

/// How far a long call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of content done so far.
    pub done: u64,
    /// Bytes of content in all, where that is known beforehand.
    pub total: Option<u64>,
}

/// What a [`Watcher`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop: the call returns the error `cancelled` and leaves nothing behind.
    Cancel,
}

/// Watches a long call. It is called on a thread of the call, never under a lock; about once for
/// every 256 KiB.
pub trait Watcher: Send + Sync {
    /// Told how far the work is; answers whether to go on.
    ///
    /// # Errors
    /// An error ends the call and is returned by it.
    fn step(&self, at: Progress) -> Result<Flow>;
}

impl Progress {
    pub(crate) fn new(done: u64, total: Option<u64>) -> Self {
        Self { done, total }
    }

    /// Tells the watcher, if there is one.
    pub(crate) fn tell(self, watcher: Option<&dyn Watcher>) -> Result<()> {
        match watcher.map_or(Ok(Flow::Continue), |watcher| watcher.step(self))? {
            Flow::Continue => Ok(()),
            Flow::Cancel => Err(Code::Cancelled.into()),
        }
    }
}
