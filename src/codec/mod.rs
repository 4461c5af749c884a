//! Bytes to values and back: strict CBOR, strict JSON and the text of ids. Knows no keys.

pub mod base64;
pub mod bech32;
pub mod cbor;
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub mod json;
mod text;
pub mod words;
