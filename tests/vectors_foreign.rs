//! Vectors of others: Wycheproof, CCTV, speccheck, hpke-pq, X-Wing. Read from
//! `$PRIVITY_SHARED/vectors`; what a file holds that we have no use for is counted.

mod common;
#[path = "common/vectors.rs"]
mod vectors;

#[path = "vectors_foreign/aead.rs"]
mod aead;
#[path = "vectors_foreign/cobblestone.rs"]
mod cobblestone;
#[path = "vectors_foreign/ed25519.rs"]
mod ed25519;
#[path = "vectors_foreign/enrol.rs"]
mod enrol;
#[path = "vectors_foreign/hkdf.rs"]
mod hkdf;
#[path = "vectors_foreign/hpke.rs"]
mod hpke_pq;
#[path = "vectors_foreign/mlkem.rs"]
mod mlkem;
#[path = "vectors_foreign/wycheproof.rs"]
mod wycheproof;
#[path = "vectors_foreign/x25519.rs"]
mod x25519;
#[path = "vectors_foreign/xwing.rs"]
mod xwing;
