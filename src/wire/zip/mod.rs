//! ZIP in one layout, STORE alone: docs/format/share-v1.md, "ZIP". The layout follows from names,
//! sizes and CRC-32s, so that reading is writing again and comparing.

mod layout;
mod reader;

pub use layout::{Entry, Layout, MAX_ENTRIES};
pub use reader::Reader;
