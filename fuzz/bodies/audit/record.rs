//! Records: every layer from the signed object to the body.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::OnceLock;

use privity::envelope::Profile;
use privity::testing::anchor::{AnchorBody, ChainHead, CountedRoot};
use privity::testing::body::*;
use privity::testing::cose;
use privity::testing::detail::DetailRoot;
use privity::testing::kind::{ChainType, Kind};
use privity::testing::label::ObjectClass;
use privity::testing::record::{self, LedgerHead, Payload, Record};
use privity::{
    ChainId, DeviceId, DocumentId, FirmId, Hash, HoldId, MatterId, PrincipalId, TeamId, Timestamp, UserId,
};

use super::super::input::{Input, damage};
use super::{code, key};

/// Arbitrary bytes, an arbitrary payload that is signed, a damaged body in a payload that is
/// signed, a damaged record: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn record(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => read(chain_type(input.byte()), input.0),
        1 => signed_payload(&mut input),
        2 => signed_body(&mut input),
        _ => damaged(&mut input),
    }
}

/// What is read has one encoding, the record as its payload and its body.
fn read(chain_type: ChainType, bytes: &[u8]) -> Result<(), &'static str> {
    let record = Record::parse(bytes, chain_type).map_err(code)?;
    let payload = record.payload();
    assert_eq!(record.bytes(), bytes);
    assert_eq!(payload.to_cbor(), record.object().payload(), "one encoding of a payload");
    let body = record.body();
    if let Ok(body) = &body {
        assert_eq!((body.kind(), body.encode().as_slice()), (payload.kind, payload.body), "one of a body");
    }
    record.verify(&key(1).verifying_key()).map_err(code)?;
    let again = cose::sign(&key(1), ObjectClass::Record, record.object().payload()).expect("it fits");
    assert_eq!(again, bytes, "one encoding of a record");
    body.map(drop).map_err(code)
}

/// The holder of a key may sign anything: as a record it verifies if that was its class, and
/// counts if it is well-formed.
fn signed_payload(input: &mut Input<'_>) -> Result<(), &'static str> {
    let chain_type = chain_type(input.byte());
    let class = ObjectClass::ALL[usize::from(input.byte()) % ObjectClass::ALL.len()];
    let signed = cose::sign(&key(1), class, input.0).map_err(code)?;
    let verdict = read(chain_type, &signed);
    let well_formed = Record::parse(&signed, chain_type).is_ok();
    let of_another_class = verdict == Err("signature-refused");
    assert_eq!(well_formed && class != ObjectClass::Record, of_another_class, "{class:?}");
    verdict
}

/// What is signed as a record is exactly what is read as one.
fn signed_body(input: &mut Input<'_>) -> Result<(), &'static str> {
    let sample = sample(input.byte());
    let flags = input.byte();
    let kind = if flags & 0x20 == 0 { sample.kind } else { Kind::from_number(input.number() as u64) };
    let chain_type = if flags & 0x40 == 0 { sample.chain_type } else { chain_type(input.byte()) };
    let mut body = sample.body.clone();
    damage(&mut body, input);
    let payload = payload(chain_type, kind, flags, &body);
    let ours = record::sign(&key(1), chain_type, &payload);
    let bytes = cose::sign(&key(1), ObjectClass::Record, &payload.to_cbor()).map_err(code)?;
    let verdict = read(chain_type, &bytes);
    assert_eq!(ours.ok().as_ref(), verdict.is_ok().then_some(&bytes), "signed and read alike");
    if verdict.is_ok() {
        let again = Record::parse(&bytes, chain_type).expect("it was read");
        assert_eq!(*again.payload(), payload, "as it was written");
    }
    verdict
}

/// A record that was changed anywhere is refused; unchanged it counts.
fn damaged(input: &mut Input<'_>) -> Result<(), &'static str> {
    let sample = sample(input.byte());
    let honest = honest(sample);
    let mut bytes = honest.clone();
    damage(&mut bytes, input);
    let verdict = read(sample.chain_type, &bytes);
    assert_eq!(verdict.is_ok(), bytes == honest, "damage");
    verdict
}

/// A body and where it stands.
pub struct Sample {
    pub chain_type: ChainType,
    pub kind: Kind,
    pub body: Vec<u8>,
}

/// The complete record of a sample.
pub fn honest(sample: &Sample) -> Vec<u8> {
    let payload = payload(sample.chain_type, sample.kind, 0x0F, &sample.body);
    record::sign(&key(1), sample.chain_type, &payload).expect("well-formed")
}

/// A payload with the fields that the flags ask for: 1 previous, 2 acting for, 4 subjects,
/// 8 details, 16 a ledger head where none may be and none where one must.
pub fn payload(chain_type: ChainType, kind: Kind, flags: u8, body: &[u8]) -> Payload<'_> {
    let with = |flag: u8| flags & flag != 0;
    let alone = chain_type == ChainType::Standalone;
    let no_head = alone || (chain_type == ChainType::Ledger && kind == Kind::GENESIS);
    let details = DetailRoot { count: NonZeroU64::MIN, root: Hash([4; 32]) };
    Payload {
        chain: LEDGER,
        kind,
        at: Timestamp::from_micros(1_790_000_000_000_000).expect("below 2^53"),
        author: DeviceId::from_bytes([2; 16]),
        sequence: 3,
        previous: with(1).then_some(Hash([3; 32])),
        ledger_head: (no_head == with(16)).then_some(LedgerHead { size: 1, root: Hash([5; 32]) }),
        acting_for: with(2).then_some(UserId::from_bytes([6; 16])),
        subjects: if with(4) { vec![[1; 16], [2; 16]] } else { Vec::new() },
        body,
        details: with(8).then_some(details),
    }
}

/// Every body that is defined, one of the host and one of a kind that is not defined.
pub fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let undefined = [(1_024, vec![0xA1, 1, 7]), (27, vec![0xA0])];
        let undefined = undefined.map(|(number, body)| (ChainType::Standalone, number, body));
        let defined = defined().into_iter().map(|(at, body)| (at, body.kind().number(), body.encode()));
        let sample =
            |(chain_type, number, body)| Sample { chain_type, kind: Kind::from_number(number), body };
        defined.chain(undefined).map(sample).collect()
    })
}

fn sample(selector: u8) -> &'static Sample {
    &samples()[usize::from(selector) % samples().len()]
}

/// The type of chain of a selector.
pub fn chain_type(selector: u8) -> ChainType {
    let all = [ChainType::Ledger, ChainType::Directory, ChainType::Matter, ChainType::Standalone];
    all[usize::from(selector) % all.len()]
}

fn defined() -> Vec<(ChainType, Body)> {
    use ChainType::{Directory, Ledger, Matter, Standalone};
    let one = NonZeroU64::MIN;
    let hash = Hash([9; 32]);
    let (user, device) = (UserId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
    let (document, version) = (DocumentId::from_bytes([3; 16]), NonZeroU32::MIN);
    let documents = || List::new(vec![document, DocumentId::from_bytes([4; 16])]).expect("two");
    let versions =
        || Versions { versions: List::new(vec![DocumentVersion { document, version }]).expect("one") };
    let recovery = || RecoveryKey {
        recovery: PrincipalId::from_bytes([5; 16]),
        generation: one,
        public_key: Box::new([5; 1_216]),
    };
    let standalone = StandaloneGenesis {
        origin: Origin::new("log.example").expect("a name"),
        record_key: [1; 32],
        log_key: [2; 32],
    };
    let counted = CountedRoot { count: 1, root: hash };
    let grown = vec![ChainHead { chain: ChainId::from_bytes([8; 16]), size: 1, root: hash }];
    let epoch = Epoch {
        epoch: one,
        profile: Profile::ChaCha,
        previous: None,
        principals: Principals { count: 1, hash },
        confirm: [1; 32],
        confirm_auditors: [2; 32],
        generation: one,
        intake: None,
        reason: Reason::First,
    };
    let certified = DeviceCertified {
        device,
        user,
        record_key: [1; 32],
        log_key: [2; 32],
        ssh_key: [3; 32],
        wrapping_key: Box::new([4; 1_216]),
        class: 0,
    };
    let confirm = [3; 32];
    let (new_root, next_root) = ([1; 32], hash);
    let genesis = LedgerGenesis { firm: FirmId::from_bytes([7; 16]), root: new_root, next_root };
    let roles = List::new(vec![FirmRole::Trustee]).expect("one");
    let users = List::new(vec![user]).expect("one");
    let (team, hold) = (TeamId::from_bytes([1; 16]), HoldId::from_bytes([1; 16]));
    let shred = ShredGeneration {
        generation: one,
        profile: Profile::Aes,
        confirm,
        intake: Some(Box::new([6; 1_216])),
    };
    let policy = Policy {
        version: one,
        cosigners: 1,
        freshness: 86_400,
        profiles: List::new(vec![Profile::ChaCha, Profile::Aes]).expect("two"),
        padding: Padding::Padme,
    };
    let public_key = Box::new([5; 1_216]);
    let designation = Designation::PRIVILEGED;
    vec![
        (Ledger, Body::Genesis(Genesis::Ledger(genesis))),
        (Matter, Body::Genesis(Genesis::Chain(ChainGenesis { ledger_genesis: hash }))),
        (Standalone, Body::Genesis(Genesis::Standalone(standalone))),
        (Ledger, Body::Anchor(AnchorBody::new(LEDGER, grown, counted, counted).expect("well-formed"))),
        (Directory, Body::User(User { user, roles })),
        (Directory, Body::Team(Team { team, users })),
        (Standalone, Body::DeviceCertified(certified)),
        (Directory, Body::DeviceAccepted(Device { device })),
        (Directory, Body::DeviceSuspended(Device { device })),
        (Directory, Body::DeviceRevoked(DeviceRevoked { device, compromised_from: Some(9) })),
        (Directory, Body::UserKey(UserKey { user, generation: one, public_key, profile: Profile::Aes })),
        (Directory, Body::RootRotated(RootRotated { new_root, next_root })),
        (Directory, Body::MatterOpened(MatterOpened { matter: MatterId::from_bytes([1; 16]) })),
        (Matter, Body::Grant(Grant { user, role: MatterRole::Auditor })),
        (Matter, Body::Remove(Person { user })),
        (Matter, Body::Screen(Person { user })),
        (Matter, Body::Epoch(epoch)),
        (Matter, Body::Rewrap(Rewrap { count: 5, epoch: one, generation: one })),
        (Matter, Body::ShredGeneration(shred)),
        (Standalone, Body::Sealed(sealed(None))),
        (Matter, Body::Opened(Opened { documents: documents() })),
        (Standalone, Body::Described(Described { document, version, metadata: hash })),
        (Standalone, Body::Redesignated(Redesignated { document, version, designation })),
        (Matter, Body::ReEncrypted(sealed(Some(one)))),
        (Standalone, Body::Hold(Hold { hold, documents: Some(documents()) })),
        (Standalone, Body::HoldReleased(HoldReleased { hold })),
        (Standalone, Body::DisposalProposed(versions())),
        (Standalone, Body::Disposed(versions())),
        (Standalone, Body::Destroyed(versions())),
        (Standalone, Body::Approval(Approval { target: hash })),
        (Directory, Body::RecoverySplit(recovery())),
        (Directory, Body::Policy(policy)),
        (Directory, Body::RecoveryRotated(recovery())),
    ]
}

/// One sealed document on record, in a matter's epoch or in a standalone chain.
pub fn sealed(epoch: Option<NonZeroU64>) -> Sealed {
    let document = SealedDocument {
        document: DocumentId::from_bytes([3; 16]),
        version: NonZeroU32::MIN,
        profile: Profile::ChaCha,
        padding: Padding::Padme,
        seal_id: [4; 56],
        content_commitment: [5; 32],
        metadata: Hash([6; 32]),
        designation: Designation::CONFIDENTIAL,
    };
    Sealed { epoch, generation: epoch, documents: List::new(vec![document]).expect("one") }
}

/// The chain of all records, and the ledger of all anchors.
const LEDGER: ChainId = ChainId::from_bytes([7; 16]);
