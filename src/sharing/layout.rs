//! What lies where in a share.

/// For the person without this library.
pub const README: &str = "README.txt";
/// The hashes of everything but itself and its signature.
pub const SUMS: &str = "SHA256SUMS";
/// Its signature.
pub const SIGNATURE: &str = "SHA256SUMS.sig";
/// The terms.
pub const MANIFEST: &str = "privity/manifest.json";
/// The standing of a firm's device.
pub const CHAIN: &str = "privity/chain.cbor";
/// All that lies before the documents.
pub const PARTS: [&str; 5] = [README, SUMS, SIGNATURE, MANIFEST, CHAIN];
/// Before the name of each document.
pub const DOCUMENTS: &str = "documents/";
