//! The registry of codes as the packages show it: every code there is, and whether a program can
//! bring it about through them.

use privity::Code;

use crate::error::{Own, Result};

/// A code of the registry.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ErrorCode {
    /// The stable code.
    pub code: String,
    /// Who has to act: the name of the error's variant.
    pub kind: String,
    /// What is wrong.
    pub text: String,
    /// What the caller can do.
    pub advice: String,
    /// Whether a program can bring it about through the packages.
    pub reachable: bool,
    /// If it cannot: why not.
    pub why: Option<String>,
}

/// Every code there is.
#[uniffi::export]
pub fn error_codes() -> Result<Vec<ErrorCode>> {
    let core = REACH.iter().map(|&(code, reach)| {
        let about = (code.name(), code.kind(), code.message(), code.advice());
        ErrorCode::of(about, reach)
    });
    Ok(core.chain(Own::ALL.iter().map(|own| ErrorCode::of(own.about(), Reach::Step))).collect())
}

impl ErrorCode {
    fn of(about: (&str, privity::ErrorKind, &str, &str), reach: Reach) -> Self {
        let (code, kind, text, advice) = about;
        let (reachable, why) = match reach {
            Reach::Step => (true, None),
            Reach::Never(why) => (false, Some(why.to_owned())),
        };
        let [code, text, advice] = [code, text, advice].map(str::to_owned);
        Self { code, kind: format!("{kind:?}"), text, advice, reachable, why }
    }
}

/// Whether a step of a scenario can bring a code about.
#[derive(Clone, Copy)]
enum Reach {
    /// It can.
    Step,
    /// It cannot, for this reason.
    Never(&'static str),
}

macro_rules! reach {
    ($($code:ident => $reach:expr,)+) => {
        const REACH: &[(Code, Reach)] = &[$((Code::$code, $reach),)+];
    };
}

use Reach::{Never, Step};

const UNSIGNED: &str =
    "only a sender who signs what breaks the format brings it about, and no package signs that";

reach! {
    Cbor => Step,
    TooLarge => Step,
    Text => Step,
    Field => Step,
    Profile => Step,
    NotASealedDocument => Step,
    SealedLength => Step,
    Padding => Never("only a sealer that breaks the format makes such a document, and the packages have none"),
    PublicKey => Step,
    WrapLength => Step,
    ProtectedIdentity => Step,
    PassphraseCost => Step,
    PassphraseEmpty => Step,
    HeaderMismatch => Step,
    SealMismatch => Step,
    ContentMismatch => Step,
    ContentRefused => Step,
    UnwrapRefused => Step,
    WrapMismatch => Step,
    SecretMismatch => Never("a member who hands over a secret of their own needs keys that no package gives out"),
    UnlockRefused => Step,
    SignatureRefused => Step,
    ProtectorMismatch => Step,
    ProtectorFailed => Step,
    OutOfRange => Step,
    DocumentTooLarge => Never("no file system at hand holds a document of 2^51 bytes"),
    Version => Step,
    Threads => Step,
    SealerBroken => Never("needs a disk that fails in the middle of a document"),
    NotAFile => Step,
    Exists => Step,
    SourceUnreadable => Step,
    SourceChanged => Step,
    Proof => Step,
    TreeRange => Step,
    TreeIncomplete => Step,
    Tile => Never("tiles of a log are not exported to the packages"),
    Note => Step,
    NoteKey => Step,
    NoteMismatch => Step,
    DuplicateSignature => Step,
    AmbiguousKey => Step,
    Checkpoint => Step,
    OriginMismatch => Step,
    LogUnsigned => Step,
    Unanchored => Never("proofs of a firm's ledger are not exported to the packages; a report says unanchored"),
    ProofText => Step,
    ProofExtra => Step,
    ChainMismatch => Step,
    NotNewest => Never("proofs of a matter's records are not exported to the packages"),
    HeadMismatch => Never("proofs of a matter's records are not exported to the packages"),
    CoveredBefore => Never("proofs of a matter's records are not exported to the packages"),
    CertificateMismatch => Never("proofs of a matter's records are not exported to the packages"),
    DeviceNotActive => Step,
    KeyUnknown => Step,
    KeyUsed => Step,
    KindMisplaced => Step,
    HostKind => Step,
    DetailsMismatch => Never("details of a standalone chain are not exported to the packages; a vault's are read under keys that no package gives out"),
    Genesis => Step,
    RecordOrder => Step,
    TailLeft => Step,
    CheckpointMissing => Step,
    ChainTampered => Step,
    ChainIncomplete => Step,
    ChainRollback => Step,
    ChainForked => Step,
    StoreVersion => Step,
    StoreDamaged => Step,
    StoreBusy => Never("needs another process that keeps the database locked for longer than calls wait"),
    NotAVault => Step,
    AlreadyThere => Step,
    DeviceStateMissing => Step,
    DeviceStateDamaged => Step,
    DeviceStateConflict => Never("calls try again; it needs another process that wins many times in a row"),
    OtherFirm => Step,
    BlobMissing => Step,
    ShredKeyMissing => Step,
    RowMissing => Never("needs a row taken out of the store's database, which no package opens"),
    RowMismatch => Never("needs a row altered in the store's database, which no package opens"),
    StoreIncomplete => Step,
    FirmTampered => Step,
    LedgerRollback => Step,
    LedgerForked => Step,
    Frozen => Step,
    RecordRefused => Never("what the records would not allow is refused before, with a code of its own"),
    RoleMissing => Step,
    ApprovalMissing => Never("policies with approvals cannot be set yet"),
    MatterClosed => Never("a matter closes when a device is revoked, which cannot be done yet"),
    EpochStale => Never("calls try again; it needs a colleague who rotates many times in a row"),
    GenerationStale => Never("shred keys cannot be renewed yet"),
    UserUnknown => Step,
    MatterUnknown => Step,
    DocumentUnknown => Step,
    DocumentExists => Step,
    UserKeyMissing => Step,
    AlreadyAdmitted => Step,
    NoAccess => Step,
    Screened => Step,
    NotActive => Never("no device can be suspended or revoked yet"),
    Locked => Step,
    Words => Step,
    Enrolment => Step,
    EnrolmentMismatch => Step,
    Export => Step,
    NotAnAgeFile => Step,
    AgeVersion => Step,
    AgeHeader => Step,
    AgeStanza => Step,
    AgeWorkFactor => Step,
    AgeNoMatch => Step,
    AgeHeaderRefused => Step,
    Armor => Step,
    AgeKeyText => Step,
    AgeRecipients => Step,
    Json => Step,
    Zip => Step,
    EntryName => Step,
    Sums => Step,
    Sshsig => Step,
    SshKey => Step,
    Card => Step,
    CardKey => Step,
    CardExpired => Step,
    CardNotYetValid => Step,
    CardOrder => Step,
    ContactUnverified => Step,
    ContactChanged => Step,
    ContactRevoked => Step,
    Standing => Step,
    StandingRefused => Step,
    Party => Step,
    Terms => Step,
    ShareRecipients => Step,
    ShareProfile => Never("policies cannot be set yet"),
    ShareLayout => Step,
    Manifest => Step,
    ManifestCritical => Step,
    ShareDocuments => Never(UNSIGNED),
    EntryAltered => Step,
    SenderUnknown => Step,
    SenderKey => Never(UNSIGNED),
    NotARecipient => Step,
    ShareExpired => Step,
    ShareNotYetValid => Step,
    Receipt => Step,
    ReceiptRefused => Step,
    Io => Step,
    StorageFull => Never("a full disk is the machine's, not a step of a scenario"),
    Cancelled => Step,
    WatcherFailed => Step,
    Entropy => Never("needs an operating system without randomness"),
}

// A code that is new, gone or moved in the library does not compile here.
const _: () = {
    assert!(REACH.len() == Code::ALL.len(), "a code of the library has no row here");
    let mut row = 0;
    while row < REACH.len() {
        #[allow(clippy::indexing_slicing)] // Both have this length, and it is a constant.
        let (here, there) = (REACH[row].0 as usize, Code::ALL[row] as usize);
        assert!(here == there, "the rows are those of the library, in its order");
        row += 1;
    }
};
