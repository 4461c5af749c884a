//! Public framings that several capabilities need, by hand: COSE_Sign1, signed notes, SSHSIG and the
//! keys of OpenSSH, SHA256SUMS, ZIP without compression and the names in it.

pub mod cose;
pub mod entry_name;
pub mod lines;
pub mod note;
pub mod ssh_key;
pub mod sshsig;
pub mod sums;
pub mod zip;
