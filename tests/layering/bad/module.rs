// as: src/utils/mod.rs //~ module: `utils` is not in the table
use crate::vault::Vault;
