//! Public framings that several capabilities need, by hand: COSE_Sign1, signed notes, SSHSIG and the
//! keys of OpenSSH, SHA256SUMS, ZIP without compression and the names in it.

pub mod cose;
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub mod entry_name;
pub mod lines;
pub mod note;
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub mod ssh_key;
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub mod sshsig;
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub mod sums;
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code, unused_imports))]
pub mod zip;
