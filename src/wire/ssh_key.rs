//! Ed25519 public keys as OpenSSH writes them (RFC 8709, `ssh-keygen`): the line of a `.pub` file and
//! its fingerprint.

use crate::codec::base64;
use crate::crypto::hash::sha256;
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};

/// The line of a `.pub` file, without its end. A comment is for people alone; what would end the line
/// or hide in it becomes `_`.
pub fn to_line(key: &VerifyingKey, comment: &str) -> String {
    let mut line = format!("{ALGORITHM} {}", base64::encode_unpadded(&blob(key)));
    if !comment.is_empty() {
        line.push(' ');
        line.extend(comment.chars().map(|c| if super::entry_name::misleads(c) { '_' } else { c }));
    }
    line
}

/// The key of one line, with or without a comment and the line's end. No options stand before it.
///
/// # Errors
/// `ssh-key`; `public-key` if the key is weak.
pub fn parse_line(line: &str) -> Result<VerifyingKey> {
    if line.len() > MAX_LINE {
        return Err(Code::SshKey.into());
    }
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let rest = line.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' ')).ok_or(Code::SshKey)?;
    let (text, comment) = rest.split_once(' ').unwrap_or((rest, ""));
    if comment.contains(['\n', '\r']) {
        return Err(Code::SshKey.into());
    }
    let blob: [u8; BLOB] = base64::fixed_unpadded(text).ok_or(Code::SshKey)?;
    parse_blob(&blob).ok_or(Code::SshKey).map(|key| VerifyingKey::enrol(&key))?
}

/// What `ssh-keygen -l` prints of a key.
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub fn fingerprint(key: &VerifyingKey) -> String {
    format!("SHA256:{}", base64::encode_unpadded(&sha256(&blob(key)).0))
}

/// The binary form: name of the algorithm, key.
pub(super) fn blob(key: &VerifyingKey) -> Vec<u8> {
    let mut blob = Vec::with_capacity(BLOB);
    put_string(&mut blob, ALGORITHM.as_bytes());
    put_string(&mut blob, &key.to_bytes());
    blob
}

/// The bytes of the key in the binary form, not enrolled.
pub(super) fn parse_blob(blob: &[u8]) -> Option<[u8; 32]> {
    let (algorithm, rest) = take_string(blob)?;
    let (key, rest) = take_string(rest)?;
    if algorithm == ALGORITHM.as_bytes() && rest.is_empty() { key.try_into().ok() } else { None }
}

/// A `string` of RFC 4251 §5. Ours are far below its limit.
pub(super) fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// A `string` and what follows it.
pub(super) fn take_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The algorithm of keys and of signatures.
pub(super) const ALGORITHM: &str = "ssh-ed25519";
/// Two strings: 11 bytes and 32.
const BLOB: usize = 51;
/// A key and a long comment.
const MAX_LINE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sign::SigningKey;

    fn key() -> VerifyingKey {
        SigningKey::from_seed_bytes(&[7; 32]).verifying_key()
    }

    #[test]
    fn a_line_comes_back_whatever_its_comment() {
        let bare = to_line(&key(), "");
        for end in ["", "\n", "\r\n", " ", " a comment", " a\tb ssh-ed25519\n"] {
            assert_eq!(parse_line(&format!("{bare}{end}")).unwrap(), key(), "{end:?}");
        }
        let line = to_line(&key(), "eve\nssh-ed25519 \u{202e}x");
        assert_eq!(line, format!("{bare} eve_ssh-ed25519 _x"));
        assert_eq!(parse_line(&line).unwrap(), key());
    }

    #[test]
    fn whatever_else_stands_there_is_refused() {
        let bare = to_line(&key(), "");
        let (_, text) = bare.split_once(' ').unwrap();
        let blob = blob(&key());
        let other = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut blob = blob.clone();
            change(&mut blob);
            format!("ssh-ed25519 {}", base64::encode_unpadded(&blob))
        };
        let wrong = [
            String::new(),
            text.to_owned(),
            format!("ssh-rsa {text}"),
            format!("SSH-ED25519 {text}"),
            format!("ssh-ed25519  {text}"),
            format!("ssh-ed25519\t{text}"),
            format!(" {bare}"),
            format!("no-pty {bare}"),
            format!("{bare}="),
            format!("{bare}\n\n"),
            format!("{bare}\n{bare}"),
            format!("{bare} a\rb"),
            format!("{bare} {}", "x".repeat(MAX_LINE)),
            bare.strip_suffix(|_| true).unwrap().to_owned(),
            other(&|blob| blob[4] ^= 1),
            other(&|blob| blob[3] ^= 1),
            other(&|blob| blob[18] ^= 1),
            other(&|blob| blob.truncate(BLOB - 1)),
            other(&|blob| blob.push(0)),
        ];
        for line in &wrong {
            assert_eq!(parse_line(line).unwrap_err().code(), "ssh-key", "{line:?}");
        }
        let weak = other(&|blob| blob[19..].copy_from_slice(&[&[1_u8] as &[u8], &[0; 31]].concat()));
        assert_eq!(parse_line(&weak).unwrap_err().code(), "public-key");
    }
}
