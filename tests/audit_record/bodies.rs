//! A strategy for every body that is defined.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroU64};

use privity::envelope::Profile;
use privity::testing::anchor::{AnchorBody, ChainHead, CountedRoot};
use privity::testing::body::*;
use privity::testing::kind::{ChainType, Kind};
use privity::{
    ChainId, DeviceId, DocumentId, FirmId, Hash, HoldId, MatterId, PrincipalId, ShareId, TeamId, Timestamp,
    UserId,
};
use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// In any order: the list puts them right.
macro_rules! list {
    ($items:expr) => {
        List::new($items.into_iter().rev().collect()).unwrap()
    };
}

/// Where the body stands, and the body.
pub type Placed = (ChainType, Body);

/// The ledger's id in all anchors.
pub const LEDGER: ChainId = ChainId::from_bytes([0; 16]);

/// Bodies of one kind. A kind without a strategy fails.
pub fn of(kind: Kind) -> BoxedStrategy<Placed> {
    use ChainType::{Directory, Ledger, Matter, Standalone};
    fn at(chain: ChainType, body: impl Strategy<Value = Body> + 'static) -> BoxedStrategy<Placed> {
        body.prop_map(move |body| (chain, body)).boxed()
    }
    match kind {
        Kind::GENESIS => genesis().boxed(),
        Kind::ANCHOR => at(Ledger, anchor()),
        Kind::POLICY => {
            let profiles = btree_set(profile(), 1..=2);
            let policy =
                |(version, cosigners, freshness, profiles, padding): (_, _, _, BTreeSet<Profile>, _)| {
                    Body::Policy(Policy { version, cosigners, freshness, profiles: list!(profiles), padding })
                };
            at(
                Directory,
                (counted(), any::<u64>(), any::<u64>(), profiles, select(Padding::ALL)).prop_map(policy),
            )
        }
        Kind::USER => {
            let roles = btree_set(select(FirmRole::ALL), 0..=3);
            at(
                Directory,
                (user(), roles).prop_map(|(user, roles)| Body::User(User { user, roles: list!(roles) })),
            )
        }
        Kind::TEAM => {
            let users = btree_set(user(), 0..40);
            let team = |(team, users): (_, BTreeSet<UserId>)| {
                Body::Team(Team { team: TeamId::from_bytes(team), users: list!(users) })
            };
            at(Directory, (any::<[u8; 16]>(), users).prop_map(team))
        }
        Kind::DEVICE_CERTIFIED => prop_oneof![
            at(Directory, certified().prop_map(Body::DeviceCertified)),
            at(Standalone, certified().prop_map(Body::DeviceCertified)),
        ]
        .boxed(),
        Kind::DEVICE_ACCEPTED => {
            at(Directory, device().prop_map(|device| Body::DeviceAccepted(Device { device })))
        }
        Kind::DEVICE_SUSPENDED => {
            at(Directory, device().prop_map(|device| Body::DeviceSuspended(Device { device })))
        }
        Kind::DEVICE_REVOKED => {
            let revoked =
                |(device, compromised_from)| Body::DeviceRevoked(DeviceRevoked { device, compromised_from });
            at(Directory, (device(), option::of(any::<u64>())).prop_map(revoked))
        }
        Kind::USER_KEY => {
            let key = |(user, generation, public_key, profile)| {
                Body::UserKey(UserKey { user, generation, public_key, profile })
            };
            at(Directory, (user(), counted(), public_key(), profile()).prop_map(key))
        }
        Kind::ROOT_ROTATED => {
            let rotated = |(new_root, next_root)| Body::RootRotated(RootRotated { new_root, next_root });
            at(Directory, (any::<[u8; 32]>(), hash()).prop_map(rotated))
        }
        Kind::MATTER_OPENED => {
            let opened = |id| Body::MatterOpened(MatterOpened { matter: MatterId::from_bytes(id) });
            at(Directory, any::<[u8; 16]>().prop_map(opened))
        }
        Kind::GRANT => {
            let grant = |(user, role)| Body::Grant(Grant { user, role });
            at(Matter, (user(), select(MatterRole::ALL)).prop_map(grant))
        }
        Kind::REMOVE => at(Matter, user().prop_map(|user| Body::Remove(Person { user }))),
        Kind::SCREEN => at(Matter, user().prop_map(|user| Body::Screen(Person { user }))),
        Kind::EPOCH => prop_oneof![
            at(Matter, epoch().prop_map(Body::Epoch)),
            at(Directory, epoch().prop_map(Body::Epoch)),
        ]
        .boxed(),
        Kind::REWRAP => {
            let rewrap = |(count, epoch, generation)| Body::Rewrap(Rewrap { count, epoch, generation });
            at(Matter, (any::<u64>(), counted(), counted()).prop_map(rewrap))
        }
        Kind::SHRED_GENERATION => {
            let shred = |(generation, profile, confirm, intake)| {
                Body::ShredGeneration(ShredGeneration { generation, profile, confirm, intake })
            };
            at(Matter, (counted(), profile(), any::<[u8; 32]>(), option::of(public_key())).prop_map(shred))
        }
        Kind::SEALED => sealed(Body::Sealed),
        Kind::RE_ENCRYPTED => sealed(Body::ReEncrypted),
        Kind::OPENED => at(Standalone, documents().prop_map(|documents| Body::Opened(Opened { documents }))),
        Kind::DESCRIBED => {
            let described =
                |(document, version, metadata)| Body::Described(Described { document, version, metadata });
            at(Matter, (document(), version(), hash()).prop_map(described))
        }
        Kind::REDESIGNATED => {
            let changed = |(document, version, designation)| {
                Body::Redesignated(Redesignated { document, version, designation })
            };
            at(Matter, (document(), version(), designation()).prop_map(changed))
        }
        Kind::SHARED => {
            let expires =
                option::of((0..Timestamp::LIMIT).prop_map(|at| Timestamp::from_micros(at).unwrap()));
            let shared = |(share, manifest, documents, expires, receipt, count)| {
                Body::Shared(Shared {
                    share: ShareId::from_bytes(share),
                    manifest,
                    documents,
                    expires,
                    receipt,
                    recipients: RecipientCount::new(count).unwrap(),
                })
            };
            let documents = option::of(versions().prop_map(|of| of.versions));
            let fields = (any::<[u8; 16]>(), hash(), documents, expires, any::<bool>(), 0..=8_usize);
            at(Matter, fields.prop_map(shared))
        }
        Kind::ACCEPTED => {
            let accepted = |(share, manifest, documents)| {
                Body::Accepted(Accepted { share: ShareId::from_bytes(share), manifest, documents })
            };
            let documents = option::of(versions().prop_map(|of| of.versions));
            at(Matter, (any::<[u8; 16]>(), hash(), documents).prop_map(accepted))
        }
        Kind::RECEIPT => {
            let receipt = |(share, manifest, action)| {
                Body::Receipt(Receipt { share: ShareId::from_bytes(share), manifest, action })
            };
            at(Matter, (any::<[u8; 16]>(), hash(), select(ReceiptAction::ALL)).prop_map(receipt))
        }
        Kind::HOLD => {
            let hold = |(hold, documents)| Body::Hold(Hold { hold: HoldId::from_bytes(hold), documents });
            at(Matter, (any::<[u8; 16]>(), option::of(documents())).prop_map(hold))
        }
        Kind::HOLD_RELEASED => {
            let released = |id| Body::HoldReleased(HoldReleased { hold: HoldId::from_bytes(id) });
            at(Matter, any::<[u8; 16]>().prop_map(released))
        }
        Kind::DISPOSAL_PROPOSED => at(Matter, versions().prop_map(Body::DisposalProposed)),
        Kind::DISPOSED => at(Matter, versions().prop_map(Body::Disposed)),
        Kind::DESTROYED => at(Matter, versions().prop_map(Body::Destroyed)),
        Kind::APPROVAL => at(Matter, hash().prop_map(|target| Body::Approval(Approval { target }))),
        Kind::RECOVERY_SPLIT => at(Directory, recovery().prop_map(Body::RecoverySplit)),
        Kind::RECOVERY_ROTATED => at(Directory, recovery().prop_map(Body::RecoveryRotated)),
        kind => panic!("no strategy for {kind:?}"),
    }
}

fn genesis() -> impl Strategy<Value = Placed> {
    let ledger = (any::<[u8; 16]>(), any::<[u8; 32]>(), hash()).prop_map(|(firm, root, next_root)| {
        let genesis = LedgerGenesis { firm: FirmId::from_bytes(firm), root, next_root };
        (ChainType::Ledger, Body::Genesis(Genesis::Ledger(genesis)))
    });
    let chain = hash().prop_map(|ledger_genesis| {
        (ChainType::Matter, Body::Genesis(Genesis::Chain(ChainGenesis { ledger_genesis })))
    });
    let keys = (any::<[u8; 32]>(), any::<[u8; 32]>());
    let standalone = ("[a-z]{1,20}\\.[a-z/é0-9-]{1,40}", keys).prop_filter_map(
        "the name of a firm's log",
        |(origin, (record_key, log_key))| {
            let origin = Origin::new(origin).ok()?;
            let genesis = StandaloneGenesis { origin, record_key, log_key };
            Some((ChainType::Standalone, Body::Genesis(Genesis::Standalone(genesis))))
        },
    );
    prop_oneof![ledger, chain, standalone]
}

fn anchor() -> impl Strategy<Value = Body> {
    let grown = btree_map(1..u128::MAX, (1..u64::MAX, hash()), 1..30);
    let root = || (0..1_000_u64, hash());
    (grown, root(), root()).prop_map(|(grown, heads, devices)| {
        let grown: Vec<ChainHead> = grown
            .into_iter()
            .map(|(id, (size, root))| ChainHead { chain: ChainId::from_bytes(id.to_be_bytes()), size, root })
            .collect();
        let counted = |more: usize, (count, root)| CountedRoot { count: count + more as u64, root };
        let (heads, devices) = (counted(grown.len(), heads), counted(1, devices));
        Body::Anchor(AnchorBody::new(LEDGER, grown, heads, devices).unwrap())
    })
}

fn certified() -> impl Strategy<Value = DeviceCertified> {
    let keys = any::<[[u8; 32]; 3]>();
    (device(), user(), keys, public_key(), 0..2_u64).prop_map(
        |(device, user, [record_key, log_key, ssh_key], wrapping_key, class)| DeviceCertified {
            device,
            user,
            record_key,
            log_key,
            ssh_key,
            wrapping_key,
            class,
        },
    )
}

fn epoch() -> impl Strategy<Value = Epoch> {
    let number = prop_oneof![Just(NonZeroU64::MIN), counted()];
    let later = select(&Reason::ALL[1..]);
    let confirms = any::<[[u8; 32]; 2]>();
    let principals = (any::<u64>(), hash()).prop_map(|(count, hash)| Principals { count, hash });
    (number, profile(), hash(), principals, confirms, counted(), option::of(public_key()), later).prop_map(
        |(epoch, profile, previous, principals, [confirm, confirm_auditors], generation, intake, later)| {
            let first = epoch == NonZeroU64::MIN;
            let previous = (!first).then_some(previous);
            let reason = if first { Reason::First } else { later };
            Epoch {
                epoch,
                profile,
                previous,
                principals,
                confirm,
                confirm_auditors,
                generation,
                intake,
                reason,
            }
        },
    )
}

fn sealed(body: fn(Sealed) -> Body) -> BoxedStrategy<Placed> {
    let entry =
        (profile(), select(Padding::ALL), any::<[u8; 56]>(), any::<[u8; 32]>(), hash(), designation());
    let documents = btree_map((document(), version()), entry, 1..20).prop_map(|entries| {
        let entry = |((document, version), entry)| {
            let (profile, padding, seal_id, content_commitment, metadata, designation) = entry;
            SealedDocument {
                document,
                version,
                profile,
                padding,
                seal_id,
                content_commitment,
                metadata,
                designation,
            }
        };
        List::new(entries.into_iter().map(entry).rev().collect()).unwrap()
    });
    (documents, option::of((counted(), counted())))
        .prop_map(move |(documents, under)| {
            let chain = if under.is_some() { ChainType::Matter } else { ChainType::Standalone };
            let (epoch, generation) = under.unzip();
            (chain, body(Sealed { epoch, generation, documents }))
        })
        .boxed()
}

fn versions() -> impl Strategy<Value = Versions> {
    let each = (document(), version()).prop_map(|(document, version)| DocumentVersion { document, version });
    btree_set(each, 1..40).prop_map(|versions| Versions { versions: list!(versions) })
}

fn recovery() -> impl Strategy<Value = RecoveryKey> {
    (any::<[u8; 16]>(), counted(), public_key()).prop_map(|(id, generation, public_key)| RecoveryKey {
        recovery: PrincipalId::from_bytes(id),
        generation,
        public_key,
    })
}

fn documents() -> impl Strategy<Value = List<DocumentId, 1, MAX_DOCUMENTS>> {
    btree_set(document(), 1..=MAX_DOCUMENTS).prop_map(|documents| list!(documents))
}

fn user() -> impl Strategy<Value = UserId> {
    any::<[u8; 16]>().prop_map(UserId::from_bytes)
}

fn device() -> impl Strategy<Value = DeviceId> {
    any::<[u8; 16]>().prop_map(DeviceId::from_bytes)
}

fn document() -> impl Strategy<Value = DocumentId> {
    any::<[u8; 16]>().prop_map(DocumentId::from_bytes)
}

fn version() -> impl Strategy<Value = NonZeroU32> {
    (1..=u32::MAX).prop_map(|version| NonZeroU32::new(version).unwrap())
}

fn counted() -> impl Strategy<Value = NonZeroU64> {
    (1..=u64::MAX).prop_map(|number| NonZeroU64::new(number).unwrap())
}

fn hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

fn profile() -> impl Strategy<Value = Profile> {
    select(&Profile::ALL)
}

fn designation() -> impl Strategy<Value = Designation> {
    prop_oneof![0..=4_u64, 64..=u64::MAX].prop_map(|number| Designation::from_number(number).unwrap())
}

fn public_key() -> impl Strategy<Value = Box<[u8; 1_216]>> {
    any::<u8>().prop_map(|byte| Box::new([byte; 1_216]))
}
