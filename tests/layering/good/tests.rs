// as: src/crypto/seal/tests.rs
//! Tests of `seal`: any length, files and threads.

use std::{fs, thread};

use chacha20poly1305::ChaCha20Poly1305;

use super::*;
use crate::secret::Secret;
//@ repeat 500

#[test]
fn sealing_survives_threads() {
    let text = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    thread::scope(|scope| crate::crypto::kdf::derive(text));
}
