//! Bytes to values and back: strict CBOR, strict JSON, the text of ids, times and bytes. Knows no keys.

pub mod base64;
pub mod bech32;
pub mod cbor;
pub mod hex;
pub mod json;
mod text;
pub mod time;
pub mod words;
