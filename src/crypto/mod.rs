//! The cryptography: one seal, one wrap, one signature, one key derivation. The only module that
//! names crypto crates.

pub mod entropy;
pub mod file_key;
pub mod hash;
pub mod hpke;
pub mod kdf;
pub mod label;
pub mod password;
pub mod pipe;
pub mod profile;
pub mod pump;
pub mod seal;
pub mod sign;
pub mod stream;
pub mod x25519;
