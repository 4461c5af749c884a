// as: src/bin/privity/main.rs
//! A program sees the public API and nothing under it.

mod verbs;

use privity::keys::Identity;
use crate::verbs::seal;
use sha2::Sha256; //~ confined: `sha2` may be named in: crypto
