//! What a handle holds until it is ended.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Own, Result};

/// Something that a handle gives up at its end; afterwards every call fails with `handle-ended`.
///
/// Nothing of the host is called while it is held: readers are [taken out](Self::shared) first.
pub(crate) struct Held<T>(Mutex<Option<T>>);

impl<T> Held<T> {
    pub(crate) fn new(held: T) -> Self {
        Self(Mutex::new(Some(held)))
    }

    /// Works on it, one caller after the other.
    pub(crate) fn with<U>(&self, work: impl FnOnce(&mut T) -> Result<U>) -> Result<U> {
        work(self.lock().as_mut().ok_or(Own::HandleEnded)?)
    }

    /// Ends the handle and gives out what it held.
    pub(crate) fn take(&self) -> Result<T> {
        Ok(self.lock().take().ok_or(Own::HandleEnded)?)
    }

    /// Ends the handle; a second time changes nothing.
    pub(crate) fn end(&self) {
        // Dropped after the lock.
        let _held = self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Held<T> {
    /// A share of it, for work side by side.
    pub(crate) fn shared(&self) -> Result<T> {
        self.with(|held| Ok(held.clone()))
    }
}
