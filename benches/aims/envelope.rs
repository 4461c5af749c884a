//! The aims of envelope encryption.

mod files;
pub mod memory;
mod primitives;
mod ranges;

use privity::envelope::{Header, Profile};
use privity::{DocumentId, FirmId};

use super::aim::{Aim, Goal};

pub fn aims() -> Vec<Aim> {
    let each = |of: fn(Profile) -> Vec<Aim>| Profile::ALL.into_iter().flat_map(of);
    each(files::aims).chain(each(ranges::aims)).chain(each(primitives::aims)).chain(memory::aims()).collect()
}

/// The header of every document measured.
fn header(profile: Profile) -> Header {
    let (firm, document) = (FirmId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]));
    Header::new(firm, document, 1).expect("version 1 is allowed").with_profile(profile)
}

/// An aim of one profile, whose number ends the name.
fn named(name: &str, profile: Profile) -> String {
    format!("envelope/{name}/{:#06x}", profile.number())
}

/// The least speed in proportion to the peer's, by profile.
fn at_least(profile: Profile, chacha: f64, aes: f64) -> Goal {
    Goal::AtLeast(if profile == Profile::ChaCha { chacha } else { aes })
}
