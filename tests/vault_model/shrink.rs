//! The shortest history that still differs.

use super::act::Act;
use super::model::Flaw;
use super::play::{Difference, play};

/// Leaves out runs of acts, long ones first, as long as vault and model still differ. No single act of
/// what is left can be left out.
pub fn shrink(acts: &[Act], flaw: Option<Flaw>, found: Difference) -> (Vec<Act>, Difference) {
    let (mut acts, mut found) = (acts.to_vec(), found);
    // What came after the difference has nothing to do with it.
    acts.truncate(found.after + 1);
    let mut run = acts.len().max(1);
    loop {
        run = run.div_ceil(2);
        let mut shorter = false;
        let mut at = 0;
        while at < acts.len() {
            let mut tried = acts.clone();
            tried.drain(at..(at + run).min(acts.len()));
            match play(&tried, flaw) {
                Err(difference) => {
                    (acts, found, shorter) = (tried, difference, true);
                    acts.truncate(found.after + 1);
                }
                Ok(_) => at += run,
            }
        }
        if run == 1 && !shorter {
            return (acts, found);
        }
    }
}
