// as: src/crypto/kdf.rs
use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::Zeroizing;

use crate::codec::cbor::Writer;
use crate::crypto::label::KdfPurpose;
use crate::id::Hash;

pub(crate) fn derive(purpose: KdfPurpose) -> crate::secret::Secret<32> {
    std::thread::scope(|scope| Hkdf::<Sha512>::from_prk(&[]))
}
