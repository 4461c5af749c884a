//! Ids and hashes cross as their text; a text that is none fails the call with `text`.

use privity::{ChainId, Code, DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, ShareId, UserId};

use crate::error::{PrivityError, Result};

macro_rules! as_text {
    ($($id:ident)+) => {
        $(uniffi::custom_type!($id, String, {
            remote,
            lower: |id| id.to_string(),
            try_lift: |text| Ok(text.parse::<$id>().map_err(PrivityError::from)?),
        });)+
    };
}
as_text!(ChainId DeviceId DocumentId FirmId MatterId PrincipalId ShareId UserId);

uniffi::custom_type!(Hash, String, {
    remote,
    lower: |hash| hash.to_string(),
    try_lift: |text| Ok(hash(&text)?),
});

macro_rules! new_ids {
    ($($new:ident -> $id:ident, $about:literal;)+) => {
        $(#[doc = $about]
        ///
        /// Fails with `entropy`.
        #[uniffi::export]
        pub fn $new() -> Result<$id> {
            Ok($id::generate()?)
        })+
    };
}
new_ids! {
    new_firm_id -> FirmId, "A new random id of a firm: for a host with a database of its own, its name space.";
    new_document_id -> DocumentId, "A new random id of a document.";
    new_matter_id -> MatterId, "A new random id of a matter.";
    new_principal_id -> PrincipalId, "A new random id of somebody that a key is wrapped to.";
    new_device_id -> DeviceId, "A new random id of a device.";
}

/// Reads 64 lower-case hexadecimal digits.
fn hash(text: &str) -> Result<Hash> {
    let refused = || PrivityError::from(Code::Text);
    let (digits, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0; 32];
    if digits.len() != bytes.len() || !rest.is_empty() {
        return Err(refused());
    }
    for (byte, &[high, low]) in bytes.iter_mut().zip(digits) {
        *byte = nibble(high).ok_or_else(refused)? << 4 | nibble(low).ok_or_else(refused)?;
    }
    Ok(Hash(bytes))
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
