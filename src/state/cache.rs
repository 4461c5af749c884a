//! Keeping a state.
