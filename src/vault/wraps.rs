//! The wraps of a matter's secrets: who is to have one, who lacks one, and taking them away.

use crate::audit::body::MatterRole;
use crate::error::{Code, Result};
use crate::id::{MatterId, UserId};
use crate::vault::commit::Plan;
use crate::vault::epoch::wrap_epoch;
use crate::vault::ring::{Asked, Ring};
use crate::vault::rows;

/// How many secrets of an epoch a role has: its own and the auditors', the auditors' alone, none.
pub(super) fn secrets(role: MatterRole) -> u8 {
    match role {
        MatterRole::Lead | MatterRole::Member | MatterRole::Reader => 2,
        MatterRole::Auditor => 1,
        MatterRole::Depositor => 0,
    }
}

/// Deletes every live wrap that names a user.
pub(super) fn delete_wraps(asked: Asked<'_>, plan: &mut Plan, prefix: &[u8], user: UserId) -> Result<u64> {
    let (mut after, mut deleted) = (None, 0);
    loop {
        let page = asked.rows.scan(prefix, after.as_ref(), PAGE)?;
        for (key, _) in &page {
            if rows::of_wrap(key)?.1 == rows::principal(user) {
                plan.delete(key.clone());
                deleted += 1;
            }
        }
        match page.into_iter().last() {
            Some((key, _)) => after = Some(key),
            None => return Ok(deleted),
        }
    }
}

/// The directory's secret for active users who lack it: they can read names of people then.
pub(super) fn directory_wraps(
    asked: Asked<'_>,
    ring: &mut Ring,
) -> Result<Vec<(crate::store::RowKey, Option<Vec<u8>>)>> {
    let Some(directory) = asked.state.directory() else { return Ok(Vec::new()) };
    let matter = MatterId::from_bytes(*directory.as_bytes());
    let Some(epoch) = asked.state.matter(matter).and_then(|known| known.epoch()) else {
        return Ok(Vec::new());
    };
    let place = asked.place(matter, epoch);
    let mut made = Vec::new();
    for holder in asked.state.principals(None, &Default::default()) {
        if asked.rows.get(&rows::epoch_wrap(matter, epoch.epoch, holder.principal.id)?)?.is_none() {
            let secret = match ring.epoch(asked, matter, epoch.epoch) {
                Ok(secret) => secret,
                // Who lacks it cannot hand it on; somebody else will.
                Err(error) if error.code_value() == Code::NoAccess => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            made.push(wrap_epoch(&secret, &place, &holder)?);
        }
    }
    Ok(made)
}

const PAGE: usize = 1_000;
