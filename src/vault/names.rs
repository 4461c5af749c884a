//! Names and reasons: details of records, read back by who has the epoch's key, and compared with
//! what the verified record commits to.

use crate::audit::detail::{DetailPlace, Details};
use crate::error::{Code, Result};
use crate::id::{ChainId, MatterId};
use crate::state::{Matter, Named, User};
use crate::vault::commit::{Under, chain_of};
use crate::vault::ring::{Asked, Ring, info};
use crate::vault::rows;

/// The name of a field that holds a name.
pub(super) const NAME: &str = "name";
/// The name of a field that says why.
pub(super) const REASON: &str = "reason";
/// The name of a field that names the firm.
pub(super) const FIRM: &str = "firm";

/// Details under the newest epoch of a matter; none while it is closed or has no epoch.
pub(super) fn under(asked: Asked<'_>, ring: &mut Ring, matter: MatterId) -> Result<Option<Under>> {
    let known = asked.matter(matter)?;
    let Some(epoch) = known.epoch().filter(|_| !known.closed()) else { return Ok(None) };
    let key = ring.detail_key(asked, matter, epoch.epoch)?;
    Ok(Some(Under { profile: epoch.profile, epoch: epoch.epoch, key }))
}

/// Opens details, whichever epoch they were sealed under: the newest first.
pub(super) fn open(
    asked: Asked<'_>,
    ring: &mut Ring,
    matter: MatterId,
    chain: ChainId,
    named: &Named,
) -> Result<Details> {
    let row = rows::detail(chain, named.author, named.sequence)?;
    let blob = asked.rows.get(&row)?.ok_or(Code::RowMissing)?;
    let known = asked.matter(matter)?;
    let mut refused = Code::NoAccess.into();
    for epoch in known.epochs().iter().rev() {
        let key = match ring.detail_key(asked, matter, epoch.epoch) {
            Ok(key) => key,
            Err(error) => {
                refused = error;
                continue;
            }
        };
        let known = info(known, epoch.epoch)?;
        let (author, sequence) = (named.author, named.sequence);
        let firm = asked.state.trust().firm;
        let place = DetailPlace::in_epoch(known.profile, firm, epoch.epoch, chain, author, sequence);
        match Details::open(&key, &place, &blob, &named.root) {
            Ok(details) => return Ok(details),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// The name of a matter, from the details of its first record.
pub(super) fn of_matter(asked: Asked<'_>, ring: &mut Ring, matter: &Matter) -> Result<Option<String>> {
    let Some(named) = matter.named() else { return Ok(None) };
    let details = open(asked, ring, matter.id(), chain_of(matter.id()), named)?;
    Ok(text(&details, NAME))
}

/// The name of a user, from the details of the newest record that gives their roles.
pub(super) fn of_user(asked: Asked<'_>, ring: &mut Ring, user: &User) -> Result<Option<String>> {
    let (Some(named), Some(directory)) = (&user.named, asked.state.directory()) else { return Ok(None) };
    let matter = MatterId::from_bytes(*directory.as_bytes());
    Ok(text(&open(asked, ring, matter, directory, named)?, NAME))
}

/// A field as text.
pub(super) fn text(details: &Details, name: &str) -> Option<String> {
    details.get(name).and_then(|value| String::from_utf8(value.to_vec()).ok())
}
