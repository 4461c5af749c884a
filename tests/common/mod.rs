//! What several test programs share.

use std::path::PathBuf;

/// The folder of vectors and documents of others, which are read and never copied. If the variable
/// is set, its files are required; if not, a test that asks says so and passes.
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("PRIVITY_SHARED").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: PRIVITY_SHARED is not set");
    }
    folder
}
