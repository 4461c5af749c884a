//! Public framings that several capabilities need, by hand: COSE_Sign1, signed notes.

pub mod cose;
pub mod lines;
pub mod note;
pub mod ssh_key;
