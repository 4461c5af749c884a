// as: src/crypto/seal/mod.rs
use crate::crypto::kdf;
use sha2::Sha512;

fn keys() {
    hkdf::Hkdf::<Sha512>::from_prk(&[]); //~ confined: `hkdf` may be named in: crypto::kdf
}
