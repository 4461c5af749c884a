//! A matter of a vault: its people.

use privity::audit::body;
use privity::vault;
use privity::{MatterId, UserId};

use crate::error::Result;
use crate::mirror::mirror;
use crate::rotation::RotationReport;

/// A matter of an unlocked vault. May be used on any threads at once.
#[derive(uniffi::Object)]
pub struct Matter(pub(crate) vault::Matter);

/// Somebody with a role in a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// The role.
    pub role: MatterRole,
}

mirror! {
    /// A role in one matter.
    MatterRole = body::MatterRole {
        /// Admits, removes, screens, and everything a member may.
        Lead,
        /// Seals and opens.
        Member,
        /// Opens.
        Reader,
        /// Sends in and reads nothing.
        Depositor,
        /// Reads chain and details, no content.
        Auditor,
    }
}

#[uniffi::export]
impl Matter {
    /// Its id.
    pub fn id(&self) -> Result<MatterId> {
        Ok(self.0.id())
    }

    /// Its name, if it has one.
    ///
    /// Fails with `no-access` without a key of an epoch.
    pub fn name(&self) -> Result<Option<String>> {
        Ok(self.0.name()?)
    }

    /// The number of its newest epoch, from 1.
    pub fn epoch(&self) -> Result<u64> {
        Ok(self.0.epoch()?)
    }

    /// Who has a role in it, by id.
    pub fn members(&self) -> Result<Vec<Member>> {
        let member = |member: vault::Member| -> Result<Member> {
            Ok(Member { user: member.user, role: member.role.try_into()? })
        };
        self.0.members()?.into_iter().map(member).collect()
    }

    /// Gives a user a role, or another one.
    ///
    /// Fails with `role-missing` unless this user is lead; `user-unknown`, `user-key-missing`,
    /// `screened`, `already-admitted`, `matter-closed`.
    pub fn admit(&self, user: UserId, role: MatterRole) -> Result<()> {
        Ok(self.0.admit(user, role.into())?)
    }

    /// Removes a user, and begins the next epoch in the same commit. What it cannot undo is in the
    /// report.
    ///
    /// Fails with `role-missing`, `user-unknown`, `no-access`.
    pub fn remove(&self, user: UserId, reason: String) -> Result<RotationReport> {
        Ok(self.0.remove(user, &reason)?.into())
    }

    /// Puts up an ethical wall, and begins the next epoch in the same commit.
    ///
    /// Fails as `remove`; with `screened` if the wall stands already.
    pub fn screen(&self, user: UserId, reason: String) -> Result<RotationReport> {
        Ok(self.0.screen(user, &reason)?.into())
    }

    /// Begins the next epoch with the people there are.
    ///
    /// Fails with `role-missing`, `no-access`.
    pub fn rotate(&self) -> Result<RotationReport> {
        Ok(self.0.rotate()?.into())
    }
}
