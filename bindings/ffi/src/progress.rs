//! Progress of long calls, and the way to stop them.

use std::sync::Arc;

use privity::{Code, Watcher};

use crate::error::HostError;

/// What a listener answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop: the call throws `cancelled` and leaves nothing behind.
    Cancel,
}

/// Told how far a long call is, about once for every 256 KiB, on a thread of the call. No lock is
/// held meanwhile: it may call back into the library.
#[uniffi::export(foreign)]
pub trait ProgressListener: Send + Sync {
    /// How much is done, and how much there is in all where that is known.
    fn step(&self, done: u64, total: Option<u64>) -> Result<Flow, HostError>;
}

/// A listener as the library knows it.
pub(crate) struct Listening(pub(crate) Arc<dyn ProgressListener>);

pub(crate) fn watcher(listening: &Option<Listening>) -> Option<&dyn Watcher> {
    listening.as_ref().map(|listening| listening as &dyn Watcher)
}

impl Watcher for Listening {
    fn step(&self, at: privity::Progress) -> privity::Result<privity::Flow> {
        match self.0.step(at.done, at.total) {
            Ok(Flow::Continue) => Ok(privity::Flow::Continue),
            Ok(Flow::Cancel) => Ok(privity::Flow::Cancel),
            Err(HostError::Refused | HostError::Failed) => Err(Code::WatcherFailed.into()),
        }
    }
}
