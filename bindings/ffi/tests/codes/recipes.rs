//! For every code that the registry calls reachable, the calls that bring it about: what the codes'
//! test and the story in Rust run, and what the other languages' stories translate.

mod chain;
#[path = "../common/mod.rs"]
mod common;
mod envelope;
mod sharing;
mod store;
mod vault;

use std::collections::BTreeSet;

use common::code;
use privity_ffi::Result;

/// The codes that turned up.
#[derive(Default)]
pub struct Seen(BTreeSet<String>);

impl Seen {
    /// This call fails with this code.
    #[track_caller]
    pub fn fails<T>(&mut self, expected: &str, result: Result<T>) {
        assert_eq!(code(result), expected);
        self.0.insert(expected.to_owned());
    }
}

/// Runs them all; the codes that turned up.
pub fn all() -> BTreeSet<String> {
    let mut seen = Seen::default();
    envelope::steps(&mut seen);
    chain::steps(&mut seen);
    vault::steps(&mut seen);
    store::steps(&mut seen);
    sharing::steps(&mut seen);
    seen.0
}
