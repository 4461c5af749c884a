//! SSHSIG (OpenSSH `PROTOCOL.sshsig`) in one form: Ed25519, SHA-512, armored as `ssh-keygen -Y sign`
//! writes it.
//!
//! The namespace is fixed by the call site, so that a signature made for one purpose verifies for no
//! other. What is signed begins with `SSHSIG`, and so is no other object of the same key.

use crate::codec::base64;
use crate::crypto::hash::sha512;
use crate::crypto::label;
pub use crate::crypto::label::Namespace;
use crate::crypto::sign::{SigningKey, VerifyingKey};
use crate::error::{Code, Result};

use super::ssh_key::{self, ALGORITHM, put_string, take_string};

/// Signs `message`; the text of a `.sig` file.
pub fn sign(key: &SigningKey, namespace: Namespace, message: &[u8]) -> String {
    let signature = key.sign(&signed_bytes(namespace, message));
    armor(&blob(&key.verifying_key(), namespace, &signature))
}

/// Bytes of the text that [`sign`] gives, whatever the message.
pub fn length(key: &VerifyingKey, namespace: Namespace) -> usize {
    armor(&blob(key, namespace, &[0; 64])).len()
}

/// Verifies the text of a `.sig` file and tells which key signed. Whose key that is the text does not
/// say.
///
/// # Errors
/// `sshsig` unless it is the one text of a signature for this namespace, `public-key` if the key is
/// weak, `signature-refused`.
pub fn verify(armored: &[u8], namespace: Namespace, message: &[u8]) -> Result<VerifyingKey> {
    let (key, signature) = read(armored, namespace)?;
    key.verify(&signed_bytes(namespace, message), &signature)?;
    Ok(key)
}

/// Which key says it signed, and for what; nothing is verified.
///
/// # Errors
/// As [`verify`], for whichever namespace of ours it is.
pub fn claims(armored: &[u8]) -> Result<(VerifyingKey, Namespace)> {
    let mut last = Code::Sshsig.into();
    for namespace in Namespace::ALL {
        match read(armored, *namespace) {
            Ok((key, _)) => return Ok((key, *namespace)),
            Err(error) if error.code_value() == Code::Sshsig => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Key and signature of the one text there is of them.
fn read(armored: &[u8], namespace: Namespace) -> Result<(VerifyingKey, [u8; 64])> {
    if armored.len() > MAX_ARMORED {
        return Err(Code::Sshsig.into());
    }
    let text = std::str::from_utf8(armored).map_err(|_| Code::Sshsig)?;
    let (key, signature) = parse(text, namespace).ok_or(Code::Sshsig)?;
    let key = VerifyingKey::enrol(&key)?;
    // Everything in it is known now, so its text is too.
    if text != armor(&blob(&key, namespace, &signature)) {
        return Err(Code::Sshsig.into());
    }
    Ok((key, signature))
}

/// What is signed of a message.
pub fn signed_bytes(namespace: Namespace, message: &[u8]) -> Vec<u8> {
    let mut bytes = label::SSHSIG.to_vec();
    put_string(&mut bytes, namespace.name().as_bytes());
    put_string(&mut bytes, RESERVED);
    put_string(&mut bytes, HASH);
    put_string(&mut bytes, &sha512(message));
    bytes
}

fn blob(key: &VerifyingKey, namespace: Namespace, signature: &[u8; 64]) -> Vec<u8> {
    let mut blob = label::SSHSIG.to_vec();
    blob.extend_from_slice(&VERSION);
    put_string(&mut blob, &ssh_key::blob(key));
    put_string(&mut blob, namespace.name().as_bytes());
    put_string(&mut blob, RESERVED);
    put_string(&mut blob, HASH);
    let mut inner = Vec::new();
    put_string(&mut inner, ALGORITHM.as_bytes());
    put_string(&mut inner, signature);
    put_string(&mut blob, &inner);
    blob
}

fn armor(blob: &[u8]) -> String {
    let text = base64::encode(blob);
    let mut armored = String::from(BEGIN);
    for (at, character) in text.chars().enumerate() {
        if at % LINE == 0 {
            armored.push('\n');
        }
        armored.push(character);
    }
    armored.push_str(END);
    armored
}

/// Key and signature, if everything else is as it must be.
fn parse(text: &str, namespace: Namespace) -> Option<([u8; 32], [u8; 64])> {
    // `verify` compares the text; here ends of lines are only passed over.
    let text = text.strip_prefix(BEGIN)?.strip_suffix(END)?.replace('\n', "");
    let blob = base64::decode(&text)?;
    let rest = blob.strip_prefix(label::SSHSIG)?.strip_prefix(&VERSION)?;
    let (key, rest) = take_string(rest)?;
    let (named, rest) = take_string(rest)?;
    let (reserved, rest) = take_string(rest)?;
    let (hash, rest) = take_string(rest)?;
    let (inner, rest) = take_string(rest)?;
    let (algorithm, inner) = take_string(inner)?;
    let (signature, inner) = take_string(inner)?;
    let good = named == namespace.name().as_bytes()
        && reserved == RESERVED
        && hash == HASH
        && algorithm == ALGORITHM.as_bytes()
        && rest.is_empty()
        && inner.is_empty();
    if good { Some((ssh_key::parse_blob(key)?, signature.try_into().ok()?)) } else { None }
}

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "\n-----END SSH SIGNATURE-----\n";
/// Characters of a line of the armor.
const LINE: usize = 70;
/// Far above a signature of any namespace here.
const MAX_ARMORED: usize = 1024;
const VERSION: [u8; 4] = 1_u32.to_be_bytes();
const RESERVED: &[u8] = b"";
const HASH: &[u8] = b"sha512";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::label::ObjectClass;
    use crate::wire::cose;

    fn key() -> SigningKey {
        SigningKey::from_seed_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_names_its_key_and_verifies_for_its_purpose_alone() {
        for namespace in Namespace::ALL {
            let text = sign(&key(), *namespace, b"message");
            assert_eq!(verify(text.as_bytes(), *namespace, b"message").unwrap(), key().verifying_key());
            assert_eq!(claims(text.as_bytes()).unwrap(), (key().verifying_key(), *namespace));
            let refused = verify(text.as_bytes(), *namespace, b"messagf").unwrap_err();
            assert_eq!(refused.code(), "signature-refused");
            for other in Namespace::ALL.iter().filter(|other| *other != namespace) {
                assert_eq!(verify(text.as_bytes(), *other, b"message").unwrap_err().code(), "sshsig");
            }
        }
    }

    /// The same key signs cards: no bytes that it signs are both.
    #[test]
    fn what_is_signed_is_no_object_of_cose() {
        let payload = b"payload";
        for namespace in Namespace::ALL {
            assert!(signed_bytes(*namespace, payload).starts_with(b"SSHSIG"));
        }
        for class in ObjectClass::ALL {
            let object = cose::sign(&key(), *class, payload).unwrap();
            let signed = cose::Sign1::parse(&object).unwrap().signed_bytes(*class);
            // An array of four; `S` would be a byte string.
            assert_eq!(signed[0], 0x84);
        }
    }

    #[test]
    fn a_weak_key_is_refused() {
        let text = sign(&key(), Namespace::Receipt, b"message");
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let mut blob = base64::decode(&body).unwrap();
        let at = blob.windows(32).position(|part| part == key().verifying_key().to_bytes()).unwrap();
        blob[at..at + 32].copy_from_slice(&[&[1_u8] as &[u8], &[0; 31]].concat());
        let refused = verify(armor(&blob).as_bytes(), Namespace::Receipt, b"message").unwrap_err();
        assert_eq!(refused.code(), "public-key");
    }
}
