// as: src/keys/epoch.rs
//! Foreign crates and parts of `std` outside their places.

use hkdf::Hkdf; //~ confined: `hkdf` may be named in: crypto::kdf
use hmac::{self, Mac as _}; //~ confined: `hmac` may be named in: crypto
use hpke; //~ confined: `hpke` may be named in: crypto
use sha2 as digest; //~ confined: `sha2` may be named in: crypto
use ::argon2::Params; //~ confined: `argon2` may be named in: crypto
use std::{collections::BTreeMap, fs::File, thread}; //~ confined: `std::fs` may be named in: io, *::file, store, vault, bin + confined: `std::thread` may be named in: crypto
use std::*; //~ confined: `std::fs` may be named in: io, *::file, store, vault, bin + confined: `std::net` may be named in: nowhere + confined: `std::thread` may be named in: crypto
use std as standard; //~ confined: `std::fs` may be named in: io, *::file, store, vault, bin + confined: `std::net` may be named in: nowhere + confined: `std::thread` may be named in: crypto
use privity::keys::Identity; //~ confined: `privity` may be named in: bin

#[derive(zeroize::Zeroize)] //~ confined: `zeroize` may be named in: secret, crypto
struct Key(x25519_dalek::StaticSecret, inout::InOut<'static, 'static, u8>); //~ confined: `x25519_dalek` may be named in: crypto + confined: `inout` may be named in: crypto

impl subtle::ConstantTimeEq for Key { //~ confined: `subtle` may be named in: secret, crypto
    fn ct_eq(&self, _: &Self) -> bool {
        vec![getrandom::fill(&mut [])].is_empty() //~ confined: `getrandom` may be named in: crypto
            || ::ed25519_dalek::verify() //~ confined: `ed25519_dalek` may be named in: crypto
            || matches!(0, ml_kem::ZERO | x_wing::ZERO) //~ confined: `ml_kem` may be named in: crypto + confined: `x_wing` may be named in: crypto
            || tempfile::tempfile().is_ok() //~ confined: `tempfile` may be named in: io::file, store, vault, bin
    }
}

macro_rules! sealers {
    ($($name:ident),*) => {
        use aes_gcm as aes; //~ confined: `aes_gcm` may be named in: crypto
        $(fn $name() -> chacha20poly1305::$name { minicbor::to_vec(()) })* //~ confined: `chacha20poly1305` may be named in: crypto + confined: `minicbor` may be named in: codec
    };
}

mod hidden {
    mod aead {}
    fn own() {
        aead::not_the_crate();
        ::aead::the_crate(); //~ confined: `aead` may be named in: crypto
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use crc32fast::hash; //~ confined: `crc32fast` may be named in: crypto

    fn still() {
        std::thread::spawn(rand_core::rng); //~ confined: `rand_core` may be named in: crypto
        curve25519_dalek::edwards::call(); //~ confined: `curve25519_dalek` may be named in: crypto
        std::net::lookup(); //~ confined: `std::net` may be named in: nowhere
    }
}
