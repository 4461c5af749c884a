// as: src/store/rows.rs
//! Every way to name a module that the store must not see.

use crate::codec::cbor; //~ layer: `store` may not name `codec`
use crate::error::{Code, Result};
use crate::{id::DocumentId, keys::{Identity, Protector as Guard}, vault}; //~ layer: `store` may not name `keys` + layer: `store` may not name `vault`
use super::super::audit::*; //~ layer: `store` may not name `audit`
use self::super::super::wire; //~ layer: `store` may not name `wire`
pub(crate) use crate::envelope::Sealer; //~ layer: `store` may not name `envelope`
pub(in crate::store) struct Row(r#crate_like::Thing);

#[derive(crate::state::Fold)] //~ layer: `store` may not name `state`
struct Fold(crate::rotation::Plan, Vec<Option<crate::sharing::Share>>); //~ layer: `store` may not name `rotation` + layer: `store` may not name `sharing`

fn body() {
    use crate::crypto::kdf; //~ layer: `store` may not name `crypto`
    let key = crate::crypto::kdf::derive::<crate::keys::Epoch>(1); //~ layer: `store` may not name `crypto` + layer: `store` may not name `keys`
    match key {
        crate::crypto::Profile::Default => {} //~ layer: `store` may not name `crypto`
        _ => <crate::keys::Epoch as crate::id::Id>::of(()), //~ layer: `store` may not name `keys`
    }
    assert_eq!(call(&[crate::audit::HEAD]), [0; 4]); //~ layer: `store` may not name `audit`
    crate::vault::open!(); //~ layer: `store` may not name `vault`
}

macro_rules! rows {
    ($name:ident) => {
        use crate::{error::Code as _, keys::{$name, *}}; //~ layer: `store` may not name `keys`
        impl $crate::audit::$name for $crate::id::$name {} //~ layer: `store` may not name `audit`
        pub(crate) fn $name() { super::super::keys::user() } //~ layer: `store` may not name `keys`
    };
}

mod inner {
    use super::super::super::keys; //~ layer: `store` may not name `keys`
    use super::super::other_store_file;
}

#[cfg(test)]
mod tests {
    use crate::testing::keys; //~ layer: `store` may not name `testing`
}
