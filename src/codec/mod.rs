//! Bytes to values and back: strict CBOR and the text of ids. Knows no keys.

pub mod base64;
pub mod bech32;
pub mod cbor;
pub mod hex;
mod text;
pub mod time;
pub mod words;
