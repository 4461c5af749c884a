//! Every code of the registry that a program can bring about. Codes belong to the exported calls, so
//! this one step goes through them: by the recipes that their own test runs.

#[path = "../../tests/codes/recipes.rs"]
mod recipes;

use crate::Story;
use crate::common::must;

/// How many codes turned up, of how many there are; how many are out of reach.
pub fn play() -> Story<(usize, usize, usize)> {
    let (seen, registry) = (recipes::all(), privity_ffi::error_codes()?);
    let out_of_reach = registry.iter().filter(|one| !one.reachable).count();
    for one in &registry {
        must(one.reachable == seen.contains(&one.code), &one.code)?;
    }
    Ok((seen.len(), registry.len(), out_of_reach))
}
