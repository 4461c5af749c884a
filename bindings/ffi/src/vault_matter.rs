//! A matter of a vault.

use privity::MatterId;
use privity::vault;

use crate::error::Result;

/// A matter of an unlocked vault. May be used on any threads at once.
#[derive(uniffi::Object)]
pub struct Matter(pub(crate) vault::Matter);

#[uniffi::export]
impl Matter {
    /// Its id.
    pub fn id(&self) -> Result<MatterId> {
        Ok(self.0.id())
    }

    /// Its name, if it has one.
    ///
    /// Fails with `no-access` without a key of an epoch.
    pub fn name(&self) -> Result<Option<String>> {
        Ok(self.0.name()?)
    }

    /// The number of its newest epoch, from 1.
    pub fn epoch(&self) -> Result<u64> {
        Ok(self.0.epoch()?)
    }
}
