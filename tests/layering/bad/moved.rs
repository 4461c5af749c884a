// as: src/audit/mod.rs
#[path = "../vault/mod.rs"] //~ moved: code from another file has no layer
mod everything;
#[cfg_attr(unix, path = "unix.rs")] //~ moved: code from another file has no layer
mod system;
include!("../keys/user.rs"); //~ moved: code from another file has no layer
const TEXT: &str = include_str!("text.txt");
