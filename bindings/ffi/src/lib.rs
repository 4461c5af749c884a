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
// The generated side wants owned arguments, and a length is a call that may fail.
#![allow(clippy::needless_pass_by_value, clippy::len_without_is_empty)]

mod audit;
mod audit_log;
mod audit_verify;
mod blob;
#[cfg(feature = "canary")]
mod canary;
mod codes;
mod ended;
mod envelope;
mod envelope_streams;
mod error;
mod id;
mod keys;
mod mirror;
mod progress;
mod protector;
mod rotation;
mod sharing;
mod sharing_accept;
mod sharing_age;
mod sharing_card;
mod sharing_contact;
mod sharing_draft;
mod sharing_manifest;
mod sharing_receipt;
mod sharing_vault;
mod vault;
mod vault_documents;
mod vault_matter;
mod vault_options;
mod vault_people;
mod vault_streams;
mod vault_verify;

pub use audit::{
    Appended, AppendedAll, Appender, BegunChain, ChainKeys, Draft, RefusedDraft, SealedDocument, begin_chain,
    host_draft, opened_draft, sealed_draft,
};
pub use audit_log::{Log, Tree, VerifiedCheckpoint, merge_cosignatures, record_hash};
pub use audit_verify::{
    ChainFailure, ChainFindings, Cosigned, OtherRecord, ReportedRecord, TrustRoots, VerifiedChain, Verifier,
};
pub use blob::{Blob, SecretBlob};
pub use codes::{ErrorCode, error_codes};
pub use envelope::{
    Digests, Expected, Header, Metadata, SealedBytes, SealedFile, Summary, content_disclosure, envelope_open,
    envelope_open_blob, envelope_open_file, envelope_seal, envelope_seal_blob, envelope_seal_file,
    expected_of, metadata_hash, metadata_open, metadata_seal, verify_content,
};
pub use envelope_streams::{ByteSource, Opener, Sealer};
pub use error::{HostError, Own, PrivityError, Result};
pub use id::{new_device_id, new_document_id, new_firm_id, new_matter_id, new_principal_id};
pub use keys::{DocumentKey, Identity, OpeningKey, PublicKey, WrapContext, wrap_context};
pub use progress::{Flow, ProgressListener};
pub use protector::{Guard, Protector};
pub use rotation::{MatterRotation, NotRotated, RotationReport};
pub use sharing::{CardDetails, Party, PartyKind};
pub use sharing_accept::{Accepted, ShareKeys, Step, accept_folder, check_share};
pub use sharing_age::{age_armor, age_open, age_open_password, age_seal, age_seal_password};
pub use sharing_card::{Card, CardFields, Standing, verify_standing};
pub use sharing_contact::{Addressee, Contact, ContactState};
pub use sharing_draft::{Made, Onward, ShareDraft, Terms, share_files};
pub use sharing_manifest::{
    Manifest, ManifestDocument, ManifestLedger, ManifestRecipient, ManifestSender, parse_manifest,
};
pub use sharing_receipt::{
    Receipt, ReceiptAction, SignedReceipt, parse_receipt, sign_receipt, verify_receipt,
};
pub use sharing_vault::{
    Acknowledged, Imported, Provenance, Received, ShareInfo, SharedDocument, SharedWith, SignedPart,
};
pub use vault::{CreatedFirm, NewFirm, Storage, TrustRoot, Vault, create_firm};
pub use vault_documents::{Change, Designation, DocumentInfo, NewDocument, NewFile, NotSealed, SealedAll};
pub use vault_matter::{Matter, MatterRole, Member};
pub use vault_options::{Options, Padding, Profile, Stale};
pub use vault_people::{Approval, EnrolmentRequest, FirmRole, NewUser, Person, request_enrolment};
pub use vault_streams::{DocumentReader, DocumentWriter};
pub use vault_verify::{
    Anchored, Finding, Head, Report, ReportedLeaf, Scope, VoidAnchor, verify_export, verify_export_blob,
};

#[cfg(feature = "canary")]
pub use canary::{canary_key, canary_vault};

uniffi::setup_scaffolding!("privity");

/// The version of this library.
///
/// Never fails; a result as everything here.
#[uniffi::export]
pub fn version() -> Result<String> {
    Ok(env!("CARGO_PKG_VERSION").to_owned())
}
