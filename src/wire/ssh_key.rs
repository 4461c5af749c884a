//! Ed25519 public keys as OpenSSH writes them on one line (RFC 4253 §6.6, RFC 8709 §4).

use crate::codec::base64;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};

/// The line of a key, without its end. A comment that is empty is left out.
#[must_use]
pub fn to_line(key: &VerifyingKey, comment: &str) -> String {
    let blob = base64::encode(&[BLOB.as_slice(), &key.to_bytes()].concat());
    let line = format!("{KIND} {blob} {comment}");
    line.trim_end().to_owned()
}

/// The key of a line, as a `.pub` file has it.
///
/// # Errors
/// `ssh-key` if it is not one line of an Ed25519 key; `public-key` if the key may not be used.
pub fn parse_line(line: &str) -> Result<VerifyingKey> {
    if line.len() > MAX_LINE {
        return Err(Code::SshKey.into());
    }
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(char::is_control) {
        return Err(Code::SshKey.into());
    }
    let mut parts = line.splitn(3, ' ');
    let (kind, blob) = (parts.next(), parts.next());
    let blob = blob.filter(|_| kind == Some(KIND)).and_then(base64::fixed::<{ BLOB.len() + 32 }>);
    let blob = blob.ok_or(Code::SshKey)?;
    let key = blob.strip_prefix(BLOB).and_then(<[u8]>::first_chunk).ok_or(Code::SshKey)?;
    VerifyingKey::enrol(key)
}

const KIND: &str = "ssh-ed25519";
/// The length and name of the algorithm, and the length of the key.
const BLOB: &[u8; 19] = b"\0\0\0\x0bssh-ed25519\0\0\0\x20";
/// A key and a long comment.
const MAX_LINE: usize = 1_024;
