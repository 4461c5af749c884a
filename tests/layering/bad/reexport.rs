// as: src/crypto/mod.rs
pub use hpke::kem::XWing; //~ re-export: `hpke` must not leave its place
pub(crate) use zeroize::{self, Zeroizing as Wiped}; //~ re-export: `zeroize` must not leave its place
pub(super) use std::thread; //~ re-export: `std::thread` must not leave its place
pub(crate) use crate::crypto::kdf::derive;

macro_rules! share {
    () => { pub(crate) use sha2::Sha256; }; //~ re-export: `sha2` must not leave its place
}
