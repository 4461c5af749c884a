//! The vectors of an independent implementation of the formats: every case, every intermediate
//! value, every refusal for its reason. Read from `$PRIVITY_SHARED/vectors/privity`.

mod common;
#[path = "common/vectors.rs"]
mod vectors;

#[path = "vectors_privity/case.rs"]
mod case;
#[path = "vectors_privity/cbor.rs"]
mod cbor;
#[path = "vectors_privity/document.rs"]
mod document;
#[path = "vectors_privity/keyrow.rs"]
mod keyrow;
#[path = "vectors_privity/seal.rs"]
mod seal;
#[path = "vectors_privity/sums.rs"]
mod sums;
#[path = "vectors_privity/wrap.rs"]
mod wrap;
