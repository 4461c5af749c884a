//! Bodies about people and their devices.

use std::num::NonZeroU64;

use crate::audit::body::body;
use crate::audit::body::field::{List, numbered};
use crate::crypto::hpke::PUBLIC_KEY_LEN;
use crate::crypto::profile::Profile;
use crate::id::{DeviceId, TeamId, UserId};

body! {
    /// `user`: a person of the firm, with all their roles in it.
    User {
        /// The user.
        1 user: UserId,
        /// The roles, which replace earlier ones.
        2 roles: List<FirmRole, 0, 3>,
    }
}

numbered! {
    /// A role in the whole firm.
    FirmRole {
        /// People, devices, policy, teams.
        Administrator = 0,
        /// Retention and disposition.
        RecordsOfficer = 1,
        /// Holds a recovery share.
        Trustee = 2,
    }
}

body! {
    /// `team`: a named list of users.
    Team {
        /// The team.
        1 team: TeamId,
        /// Its users, which replace earlier ones.
        2 users: List<UserId, 0, { usize::MAX }>,
    }
}

body! {
    /// `device-certified`: the keys of a device. In a standalone chain: further keys, whose
    /// *device* is the first 16 bytes of SHA-256 of the record key.
    DeviceCertified {
        /// The device.
        1 device: DeviceId,
        /// Whose it is.
        2 user: UserId,
        /// Signs records, Ed25519.
        3 record_key: [u8; 32],
        /// Signs checkpoints and cosignatures, Ed25519.
        4 log_key: [u8; 32],
        /// Signs shares and cards, Ed25519.
        5 ssh_key: [u8; 32],
        /// What the user's key is wrapped to, X-Wing.
        6 wrapping_key: Box<[u8; PUBLIC_KEY_LEN]>,
        /// 0 personal, 1 service. Any other is for the fold to report, as every fault of a
        /// certificate is.
        7 class: u64,
    }
}

body! {
    /// `device-accepted`, `device-suspended`.
    Device {
        /// The device.
        1 device: DeviceId,
    }
}

body! {
    /// `device-revoked`.
    DeviceRevoked {
        /// The device.
        1 device: DeviceId,
        /// A size of the ledger: what the device certified in leaves first covered by an anchor at
        /// that index or later falls with it.
        2 compromised_from: Option<u64>,
    }
}

body! {
    /// `user-key`: the key a user's secrets are wrapped to from now on.
    UserKey {
        /// The user.
        1 user: UserId,
        /// The generation of the key.
        2 generation: NonZeroU64,
        /// The public key, X-Wing.
        3 public_key: Box<[u8; PUBLIC_KEY_LEN]>,
        /// The algorithms of what is wrapped to it.
        4 profile: Profile,
    }
}

body! {
    /// `grant`: a role in the matter.
    Grant {
        /// The user.
        1 user: UserId,
        /// The role.
        2 role: MatterRole,
    }
}

numbered! {
    /// A role in one matter.
    MatterRole {
        /// Admits, removes, screens, holds, and everything a member may.
        Lead = 0,
        /// Seals, opens, shares where policy allows.
        Member = 1,
        /// Opens.
        Reader = 2,
        /// Sends to the intake key and reads nothing.
        Depositor = 3,
        /// Reads chain and details, no content.
        Auditor = 4,
    }
}

body! {
    /// `remove`, `screen`.
    Person {
        /// The user.
        1 user: UserId,
    }
}
