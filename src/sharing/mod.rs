//! Sharing with people inside and outside of a firm, with or without this library.
//!
//! [`age`]: encrypted files that every implementation of age opens.

pub mod age;
