// as: src/lib.rs
#![forbid(unsafe_code)]
pub mod keys;
mod shortcuts { //~ module: `shortcuts` is not in the table
    pub use crate::keys::Identity;
}
