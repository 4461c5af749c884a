//! Every code that the registry calls reachable is brought about here, through exported calls alone:
//! a code without a step fails, and so does one that is called unreachable and turns up.

#[path = "codes/chain.rs"]
mod chain;
mod common;
#[path = "codes/envelope.rs"]
mod envelope;
#[path = "codes/store.rs"]
mod store;
#[path = "codes/vault.rs"]
mod vault;

use std::collections::BTreeSet;

use common::code;
use privity_ffi::{Result, error_codes};

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

#[test]
fn every_reachable_code_has_a_step() {
    let mut seen = Seen::default();
    envelope::steps(&mut seen);
    chain::steps(&mut seen);
    vault::steps(&mut seen);
    store::steps(&mut seen);
    let registry = error_codes().unwrap();
    let reachable: BTreeSet<_> =
        registry.iter().filter(|one| one.reachable).map(|one| one.code.clone()).collect();
    assert_eq!(reachable.difference(&seen.0).collect::<Vec<_>>(), Vec::<&String>::new(), "without a step");
    assert_eq!(seen.0.difference(&reachable).collect::<Vec<_>>(), Vec::<&String>::new(), "not reachable?");
}

#[test]
fn the_registry_says_what_to_do() {
    let registry = error_codes().unwrap();
    let names: BTreeSet<_> = registry.iter().map(|one| &one.code).collect();
    assert_eq!(names.len(), registry.len());
    for one in &registry {
        assert!(one.advice.ends_with('.') && !one.text.is_empty(), "{}", one.code);
        assert_eq!(one.reachable, one.why.is_none(), "{}", one.code);
    }
}
