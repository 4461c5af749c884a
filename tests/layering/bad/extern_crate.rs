// as: src/envelope/row.rs
extern crate sha2 as harmless; //~ extern crate: hides which crate is named
fn hash() -> harmless::Sha256 {}
