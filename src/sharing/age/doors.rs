//! Doors for tests, benches and fuzz targets: files of given parts, under a good MAC.

use crate::crypto::{file_key, stream, x25519};
use crate::error::Result;
use crate::secret::{Secret, SecretBytes};
use crate::sharing::age::header::Header;
use crate::sharing::age::recipient::x25519_wrap_key;
use crate::sharing::age::stanza::Stanza;
use crate::sharing::age::{Identity, Password, Recipient, Recipients, sealer};

/// The X25519 identity of a scalar.
///
/// # Errors
/// None in practice.
pub fn x25519_identity(scalar: [u8; 32]) -> Result<Identity> {
    Identity::of_x25519(x25519::PrivateKey::from_scalar(Secret::copy_of(&scalar)))
}

/// A password that costs N = 2^`work_factor` to write.
///
/// # Errors
/// `passphrase-empty`.
pub fn password(password: &[u8], work_factor: u8) -> Result<Password> {
    Ok(Password::new(SecretBytes::new(password.to_vec()))?.with_work_factor(work_factor))
}

/// A header for any number of recipients of one kind: its bytes.
///
/// # Errors
/// `age-recipients`, `entropy`.
pub fn header(to: &[Recipient], file_key: [u8; 16]) -> Result<Vec<u8>> {
    Ok(sealer::header(&Recipients::of_one_kind(to)?, &Secret::copy_of(&file_key))?.as_bytes().to_vec())
}

/// The bytes of a header, written anew from what was read.
#[must_use]
pub fn write_again(header: &Header) -> Vec<u8> {
    header.to_bytes()
}

/// Share and body of an X25519 stanza.
///
/// # Errors
/// `public-key`.
pub fn x25519_stanza(to: &[u8; 32], ephemeral: [u8; 32], key: [u8; 16]) -> Result<([u8; 32], [u8; 32])> {
    let ephemeral = x25519::PrivateKey::from_scalar(Secret::copy_of(&ephemeral));
    let to = x25519::PublicKey::from_bytes(to)?;
    let under = x25519_wrap_key(&ephemeral.agree(&to), ephemeral.public(), &to);
    Ok((*ephemeral.public().as_bytes(), file_key::wrap(&under, &Secret::copy_of(&key))?))
}

/// A header of the stanzas given by their arguments and bodies.
#[must_use]
pub fn header_of(stanzas: &[(String, Vec<u8>)], file_key: [u8; 16]) -> Vec<u8> {
    let stanza = |(line, body): &(String, Vec<u8>)| Stanza::new(&[line], body.clone());
    let stanzas = stanzas.iter().map(stanza).collect();
    Header::write(stanzas, &Secret::copy_of(&file_key)).as_bytes().to_vec()
}

/// Nonce and chunks of a payload.
///
/// # Errors
/// None in practice.
pub fn payload(file_key: [u8; 16], nonce: [u8; 16], content: &[u8]) -> Result<Vec<u8>> {
    let mut out = vec![0; 16 + stream::Layout::run(content.len(), true)];
    let (start, chunks) = out.split_at_mut(16);
    start.copy_from_slice(&nonce);
    stream::Stream::new(&Secret::copy_of(&file_key), &nonce).seal_run(0, content, true, chunks)?;
    Ok(out)
}
