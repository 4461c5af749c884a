//! Every code that the registry calls reachable is brought about here, through exported calls alone:
//! a code without a step fails, and so does one that is called unreachable and turns up.

#[path = "codes/recipes.rs"]
mod recipes;

use std::collections::BTreeSet;

use privity_ffi::error_codes;

#[test]
fn every_reachable_code_has_a_step() {
    let seen = recipes::all();
    let registry = error_codes().unwrap();
    let reachable: BTreeSet<_> =
        registry.iter().filter(|one| one.reachable).map(|one| one.code.clone()).collect();
    assert_eq!(reachable.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new(), "without a step");
    assert_eq!(seen.difference(&reachable).collect::<Vec<_>>(), Vec::<&String>::new(), "not reachable?");
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
