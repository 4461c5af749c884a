//! The vault: what passes between two devices, exports, a kept state.

pub mod enrolment;
pub mod export;
pub mod firm;
pub mod state;

fn code(error: privity::Error) -> &'static str {
    error.code()
}
