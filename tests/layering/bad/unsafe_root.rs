// as: src/lib.rs //~ unsafe: the root must forbid unsafe code
#![deny(unsafe_code)]
#![forbid(missing_docs)]
