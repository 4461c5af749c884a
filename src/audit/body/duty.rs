//! Bodies about what is owed: holds, disposal, recovery.

use std::num::NonZeroU64;

use crate::audit::body::body;
use crate::audit::body::document::{DocumentVersion, MAX_DOCUMENTS};
use crate::audit::body::field::List;
use crate::crypto::hpke::PUBLIC_KEY_LEN;
use crate::id::{DocumentId, HoldId, PrincipalId};

body! {
    /// `hold`.
    Hold {
        /// The hold.
        1 hold: HoldId,
        /// What is held; absent: the whole matter.
        2 documents: Option<List<DocumentId, 1, MAX_DOCUMENTS>>,
    }
}

body! {
    /// `hold-released`.
    HoldReleased {
        /// The hold.
        1 hold: HoldId,
    }
}

body! {
    /// `disposal-proposed`, `disposed`, `destroyed`.
    Versions {
        /// The versions of documents.
        1 versions: List<DocumentVersion, 1, MAX_DOCUMENTS>,
    }
}

body! {
    /// `recovery-split`, `recovery-rotated`: the recovery key there is from now on.
    RecoveryKey {
        /// Its id.
        1 recovery: PrincipalId,
        /// Its generation.
        2 generation: NonZeroU64,
        /// Its public key, X-Wing.
        3 public_key: Box<[u8; PUBLIC_KEY_LEN]>,
    }
}
