//! The people of the firm.

use std::collections::BTreeSet;
use std::fmt;

use crate::audit::body::FirmRole;
use crate::error::Result;
use crate::id::UserId;
use crate::state::Status;
use crate::vault::Vault;
use crate::vault::names;

/// A person of the firm.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id: what records name.
    pub id: UserId,
    /// Their name; `None` if this user has no key to it, or there is none.
    pub name: Option<String>,
    /// Their roles in the firm.
    pub roles: BTreeSet<FirmRole>,
    /// How many active devices they have; none: they cannot act.
    pub active_devices: usize,
}

impl Vault {
    /// Everybody in the firm, by id.
    ///
    /// # Errors
    /// What verifying forward can fail with.
    pub fn users(&self) -> Result<Vec<Person>> {
        self.0.ask(|asked, ring| {
            let mut people = Vec::new();
            for user in asked.state.users() {
                let theirs = |device: &&crate::state::Device| {
                    device.user == user.id && device.status == Status::Active
                };
                people.push(Person {
                    id: user.id,
                    // A name that cannot be read hides nobody.
                    name: names::of_user(asked, ring, user).unwrap_or_default(),
                    roles: user.roles.clone(),
                    active_devices: asked.state.devices().filter(theirs).count(),
                });
            }
            Ok(people)
        })
    }
}

/// Without the name.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).field("roles", &self.roles).finish_non_exhaustive()
    }
}
