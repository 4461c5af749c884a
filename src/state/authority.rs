//! Who may sign what: one table, the same as in `docs/format/authority.md`.

use crate::audit::body::MatterRole;
use crate::audit::kind::Kind;

/// In what quality somebody may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// R: the firm's root.
    Root,
    /// R1: the root, for the first device.
    RootFirst,
    /// A: an administrator.
    Administrator,
    /// S: an active device of the user whom the act is about.
    Own,
    /// P: the pending device that the act is about.
    Pending,
    /// AS: an administrator, for a device that is suspended.
    Lifting,
    /// L: a lead of the matter.
    Lead,
    /// M: a member of the matter.
    Member,
    /// D: a depositor of the matter.
    Depositor,
    /// E: a reader of the matter.
    Reader,
    /// O: a records officer.
    RecordsOfficer,
    /// X: any active device.
    Anyone,
}

/// Who may sign records of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The kind.
    pub kind: Kind,
    /// Any of these.
    pub signers: &'static [Signer],
    /// Whether another user, who may sign it too, has to approve it first.
    pub approved: bool,
}

/// Who somebody is, in one chain at one place of its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // Each is one column of the table.
pub struct Standing {
    /// The firm's root, which is nothing else.
    pub root: bool,
    /// The root, and no device is certified yet.
    pub first: bool,
    /// An administrator of the firm.
    pub administrator: bool,
    /// A records officer of the firm.
    pub records_officer: bool,
    /// The user whom the act is about.
    pub own: bool,
    /// The device itself whom the act is about, still pending.
    pub pending: bool,
    /// The device whom the act is about is suspended.
    pub lifting: bool,
    /// The role in the matter. In the directory administrators are lead, other active users reader.
    pub role: Option<MatterRole>,
}

impl Signer {
    /// Every one, in the order of the table's legend.
    pub const ALL: &'static [Signer] = &[
        Signer::Root,
        Signer::RootFirst,
        Signer::Administrator,
        Signer::Own,
        Signer::Pending,
        Signer::Lifting,
        Signer::Lead,
        Signer::Member,
        Signer::Reader,
        Signer::Depositor,
        Signer::RecordsOfficer,
        Signer::Anyone,
    ];

    /// The letters in the table.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Signer::Root => "R",
            Signer::RootFirst => "R1",
            Signer::Administrator => "A",
            Signer::Own => "S",
            Signer::Pending => "P",
            Signer::Lifting => "AS",
            Signer::Lead => "L",
            Signer::Member => "M",
            Signer::Reader => "E",
            Signer::Depositor => "D",
            Signer::RecordsOfficer => "O",
            Signer::Anyone => "X",
        }
    }

    fn is(self, standing: &Standing) -> bool {
        if standing.root {
            return self == Signer::Root || (self == Signer::RootFirst && standing.first);
        }
        match self {
            Signer::Root | Signer::RootFirst => false,
            Signer::Administrator => standing.administrator,
            Signer::Own => standing.own,
            Signer::Pending => standing.pending,
            Signer::Lifting => standing.administrator && standing.lifting,
            Signer::Lead => standing.role == Some(MatterRole::Lead),
            Signer::Member => standing.role == Some(MatterRole::Member),
            Signer::Reader => standing.role == Some(MatterRole::Reader),
            Signer::Depositor => standing.role == Some(MatterRole::Depositor),
            Signer::RecordsOfficer => standing.records_officer,
            Signer::Anyone => true,
        }
    }
}

impl Rule {
    /// Whether somebody of this standing may sign.
    #[must_use]
    pub fn allows(&self, standing: &Standing) -> bool {
        self.signers.iter().any(|signer| signer.is(standing))
    }
}

/// The rule of a kind. One that is not in the table (the host's own, unknown ones) any active device
/// may sign, and no root.
#[must_use]
pub fn rule(kind: Kind) -> Rule {
    let found = RULES.binary_search_by_key(&kind, |rule| rule.kind).ok().and_then(|at| RULES.get(at));
    found.copied().unwrap_or(Rule { kind, signers: &[Signer::Anyone], approved: false })
}

macro_rules! rules {
    ($($kind:ident [$($signer:ident)+] $($approved:ident)?;)+) => {
        /// Every rule, ascending by kind.
        pub const RULES: &[Rule] = &[$(Rule {
            kind: Kind::$kind,
            signers: &[$(Signer::$signer,)+],
            approved: { let approved: &[&str] = &[$(stringify!($approved),)?]; !approved.is_empty() },
        },)+];
    };
}

rules! {
    GENESIS [Root Lead];
    ANCHOR [Anyone];
    POLICY [Root Administrator];
    USER [Administrator];
    TEAM [Administrator];
    DEVICE_CERTIFIED [Administrator Own RootFirst];
    DEVICE_ACCEPTED [Pending Lifting];
    DEVICE_SUSPENDED [Administrator Own];
    DEVICE_REVOKED [Administrator Own];
    USER_KEY [Own];
    ROOT_ROTATED [Root];
    MATTER_OPENED [Administrator];
    GRANT [Lead];
    REMOVE [Lead Administrator];
    SCREEN [Lead Administrator];
    EPOCH [Lead Member];
    REWRAP [Lead Member];
    SHRED_GENERATION [Lead Member];
    SEALED [Lead Member];
    OPENED [Lead Member Reader];
    DESCRIBED [Lead Member];
    REDESIGNATED [Lead Member];
    RE_ENCRYPTED [Lead Member];
    REFUSED [Anyone];
    DEPOSITED [Depositor];
    SHARED [Lead Member];
    ACCEPTED [Lead Member];
    RECEIPT [Lead Member Reader];
    CLAWBACK [Anyone];
    CARD [Anyone];
    HOLD [Lead RecordsOfficer];
    HOLD_RELEASED [Lead RecordsOfficer] approved;
    DISPOSAL_PROPOSED [RecordsOfficer] approved;
    DISPOSED [RecordsOfficer] approved;
    DESTROYED [RecordsOfficer] approved;
    APPROVAL [Anyone];
    ACKNOWLEDGEMENT [Anyone];
    REVIEW_ATTESTED [Anyone];
    INCIDENT [Anyone];
    RECOVERY_SPLIT [Root];
    RECOVERY_OPENED [Anyone];
    RECOVERY_ROTATED [Root];
    RESTORED [Anyone];
}
