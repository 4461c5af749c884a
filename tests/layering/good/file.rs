// as: src/envelope/file.rs
//! Uses what its layer allows, in every form, at the longest length allowed.

use std::fs::{self, File};
use std::path::Path;

use super::sealer::Sealer;
use crate::crypto::{hash, hpke};
use crate::error::{Code, Result};
use crate::keys::DocumentKey;
use crate::{clock, codec::cbor as encoding, progress::*};

/// Not a path: [`Vault`](crate::vault::Vault).
pub(crate) struct Target<'a>(&'a Path, Option<crate::secret::SecretBytes>);

impl Target<'_> {
    pub(in crate::envelope) fn make(&self) -> Result<()> {
        // Our own module of that name, not the crate.
        let wrapped = hpke::wrap::<crate::id::MatterId>(&[]);
        let text = "use crate::vault::Vault; hkdf::Hkdf";
        assert!(matches!(wrapped, super::sealer::Wrapped { .. }), "{}", hpke::NAME);
        fs::write(self.0, text).map_err(|error| Code::Io.into())
    }
}

macro_rules! targets {
    ($($name:ident),*) => { $(impl $crate::id::$name {} use crate::{error::$name, id::{self, $name},};)* };
}

mod inner {
    use super::*;
    use super::super::header;

    fn again() {
        hpke::wrap();
    }
}
//@ repeat 380

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Identity;

    #[test]
    fn test_code_may_start_threads() {
        std::thread::spawn(|| hpke::NAME);
        //@ repeat 50
    }
}
