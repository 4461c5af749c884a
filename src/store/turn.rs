//! One writer at a time; the others wait, but not for ever.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Code, Result};

/// How long a writer waits unless the host says otherwise.
pub(super) const WAIT: Duration = Duration::from_secs(10);

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: Mutex<bool>,
    freed: Condvar,
}

/// The turn to write, given on when dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    pub(super) fn wait(&self, wait: Duration) -> Result<Turn<'_>> {
        // A thread that panicked left a truth value behind, nothing half-done.
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut taken, _) = self
            .freed
            .wait_timeout_while(taken, wait, |taken| *taken)
            .unwrap_or_else(PoisonError::into_inner);
        if *taken {
            return Err(Code::StoreBusy.into());
        }
        *taken = true;
        Ok(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.freed.notify_one();
    }
}
