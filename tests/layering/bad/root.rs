// as: src/keys/user.rs
//! Ways around the table through the root, which sees everything.

use crate::*; //~ root: `keys` takes the root as a whole
use crate as everything; //~ root: `keys` takes the root as a whole
use crate::{self as again}; //~ root: `keys` takes the root as a whole
use super::super::*; //~ root: `keys` takes the root as a whole
use crate::Error; //~ root: `crate::Error` is not in a module of the table

fn body() -> crate::Result<()> { //~ root: `crate::Result` is not in a module of the table
    crate::exported_macro!(); //~ root: `crate::exported_macro` is not in a module of the table
    by_macro!(crate::nowhere::call()) //~ root: `crate::nowhere` is not in a module of the table
}

macro_rules! any {
    ($module:ident) => { $crate::$module::open() }; //~ root: `keys` takes the root as a whole
}
