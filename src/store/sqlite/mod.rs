//! SQLite, the embedded backend: one file of rows and records, one of keys that can be destroyed.

mod database;
mod erasable;
mod rows;

pub use erasable::SqliteErasable;
pub use rows::SqliteStore;
