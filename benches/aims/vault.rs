//! The aims of the vault. What has to be durable lies on a real file system: cargo's folder for
//! temporary files, or `PRIVITY_BENCH_DIR`.

mod commit;
mod firm;
mod open;
mod remove;
mod seal;
mod unlock;

use super::aim::Aim;

pub fn aims() -> Vec<Aim> {
    let parts = [seal::aims(), remove::aims(), unlock::aims(), open::aims(), commit::aims()];
    parts.into_iter().flatten().collect()
}
