//! The four stores.
