//! What the Python, Swift and Kotlin packages are built on: the same names as in Rust, and no logic.
//!
//! Every call returns a result, so that no panic of another language is made of it. Bytes go in as
//! `&[u8]` or [`Blob`], out as [`Blob`]; documents of any size go by path, or through readers and
//! writers. Keys stay here behind objects: nothing secret crosses but a passphrase on its way in, and
//! the unlocking secret of a [`Protector`]. Decisions and measurements: `docs/adr`.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::dbg_macro,
    clippy::print_stdout,
    clippy::print_stderr
)]
// The generated side wants owned arguments.
#![allow(clippy::needless_pass_by_value)]

mod blob;
mod error;
mod id;
mod progress;
mod protector;
mod vault;
mod vault_documents;
mod vault_matter;
mod vault_options;

pub use blob::{Blob, SecretBlob};
pub use error::{HostError, Own, PrivityError, Result};
pub use progress::{Flow, ProgressListener};
pub use protector::{Guard, Protector};
pub use vault::{CreatedFirm, NewFirm, Storage, TrustRoot, Vault};
pub use vault_documents::{Designation, DocumentInfo, NewDocument};
pub use vault_matter::Matter;
pub use vault_options::{Options, Padding, Profile, Stale};

uniffi::setup_scaffolding!("privity");

/// The version of this library.
///
/// Never fails; a result as everything here.
#[uniffi::export]
pub fn version() -> Result<String> {
    Ok(env!("CARGO_PKG_VERSION").to_owned())
}
