//! Kept states, arbitrary and damaged. A device believes only what it kept itself; reading anything
//! else must not do worse than refuse.

use privity::state::State;

use super::super::input::{Input, damage};
use super::code;
use super::firm::small;

/// Arbitrary bytes, or the honest state damaged: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn load(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    if input.byte() % 2 == 0 {
        return read(input.0);
    }
    let honest = &small().state;
    let mut bytes = honest.clone();
    damage(&mut bytes, &mut input);
    let verdict = read(&bytes);
    if bytes == *honest {
        assert_eq!(verdict, Ok(()), "the honest state");
        assert_eq!(State::load(small().trust, &bytes).expect("honest").save(), bytes, "kept as it was");
    }
    verdict
}

/// What is loaded is saved to what loads to the same.
fn read(bytes: &[u8]) -> Result<(), &'static str> {
    let state = State::load(small().trust, bytes).map_err(code)?;
    let saved = state.save();
    let again = State::load(small().trust, &saved).expect("what was saved loads");
    assert_eq!(again.save(), saved, "saved the same");
    Ok(())
}
