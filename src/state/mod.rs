//! The fold of verified records.
