//! What the fuzz targets do with their bytes. `tests/fuzz_replay.rs` includes this file, so that
//! `cargo test` runs the committed corpus through the very same code on a stable toolchain.
//!
//! A body panics where a property is broken. Otherwise it gives its verdict: whether the library
//! took the input, or the code with which it refused.

pub mod accept;
pub mod age;
pub mod audit;
pub mod codec;
pub mod envelope;
pub mod keys;
pub mod party;
pub mod row;
pub mod share;
pub mod vault;

mod input;
