//! The hierarchy of a firm's keys: what opens where, and that nothing opens anywhere else.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Mutex;

use privity::envelope::{self, Header, KeyRow, Metadata, Profile, RecordedRow};
use privity::keys::{
    AuditorSecret, ChainKeys, DeviceKeys, DocumentKek, EpochPlace, EpochSecret, Identity, OpeningKey,
    Protector, ProtectorId, PublicKey, RootKeys, RowPlace, ShredKey, TwoProtectors, Unconfirmed, UserKey,
    Wrap,
};
use privity::testing::{self, cbor::Writer, epoch_secret, expose_key, opening_key, shred_key, user_key};
use privity::{
    Code, DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, Result, SecretBytes, Timestamp, UserId,
};

const PRINCIPAL: PrincipalId = PrincipalId::from_bytes([9; 16]);
const PREVIOUS: Option<Hash> = Some(Hash([0x11; 32]));

fn number(value: u64) -> NonZeroU64 {
    NonZeroU64::new(value).unwrap()
}

fn place() -> EpochPlace {
    EpochPlace {
        profile: Profile::ChaCha,
        firm: FirmId::from_bytes([1; 16]),
        matter: MatterId::from_bytes([4; 16]),
        epoch: number(5),
    }
}

/// The place with each of its fields another.
fn other_places() -> [EpochPlace; 5] {
    [
        EpochPlace { profile: Profile::Aes, ..place() },
        EpochPlace { firm: FirmId::from_bytes([2; 16]), ..place() },
        EpochPlace { matter: MatterId::from_bytes([1; 16]), ..place() },
        EpochPlace { epoch: number(4), ..place() },
        EpochPlace { epoch: number(6), ..place() },
    ]
}

fn code<T>(result: Result<T>) -> &'static str {
    result.err().map_or("(accepted)", |error| error.code())
}

/// What `secret` was, as far as a caller can see: what it confirms to.
fn same(one: &EpochSecret, other: &EpochSecret) -> bool {
    one.confirmation(&place(), None) == other.confirmation(&place(), None)
}

#[test]
fn a_wrap_of_an_epoch_opens_in_its_place_alone() {
    let (secret, to) = (EpochSecret::generate().unwrap(), testing::identity([3; 32]).unwrap());
    let recorded = secret.confirmation(&place(), PREVIOUS);
    let wrap = secret.wrap(to.public(), &place(), PRINCIPAL, number(2)).unwrap();
    let opened = EpochSecret::unwrap(&to, &wrap, &place(), PRINCIPAL, number(2)).unwrap();
    let opened = opened.confirm(&place(), PREVIOUS, &recorded).unwrap();
    assert!(same(&opened, &secret));

    let refused = |identity, wrap: &Wrap, place: &EpochPlace, principal, generation| {
        code(EpochSecret::unwrap(identity, wrap, place, principal, generation))
    };
    for other in other_places() {
        assert_eq!(refused(&to, &wrap, &other, PRINCIPAL, number(2)), "unwrap-refused", "{other:?}");
    }
    let somebody = PrincipalId::from_bytes([8; 16]);
    assert_eq!(refused(&to, &wrap, &place(), somebody, number(2)), "unwrap-refused");
    assert_eq!(refused(&to, &wrap, &place(), PRINCIPAL, number(1)), "unwrap-refused");
    let stranger = testing::identity([4; 32]).unwrap();
    assert_eq!(refused(&stranger, &wrap, &place(), PRINCIPAL, number(2)), "unwrap-refused");
    for at in (0..1168).step_by(97) {
        let mut bytes = *wrap.as_bytes();
        bytes[at] ^= 1;
        let flipped = Wrap::from_bytes(&bytes).unwrap();
        assert_eq!(refused(&to, &flipped, &place(), PRINCIPAL, number(2)), "unwrap-refused", "byte {at}");
    }
}

#[test]
fn a_wrap_opens_for_its_purpose_alone() {
    let (secret, to) = (epoch_secret([1; 32]), testing::identity([3; 32]).unwrap());
    let auditors = secret.auditor_secret(&place());
    let (to_key, one) = (to.public(), number(1));
    let wraps = [
        secret.wrap(to_key, &place(), PRINCIPAL, one).unwrap(),
        secret.wrap_to_recovery(to_key, &place(), PRINCIPAL, one).unwrap(),
        auditors.wrap(to_key, &place(), PRINCIPAL, one).unwrap(),
    ];
    let open = |purpose: usize, wrap: &Wrap| match purpose {
        0 => code(EpochSecret::unwrap(&to, wrap, &place(), PRINCIPAL, one)),
        1 => code(EpochSecret::unwrap_recovery(&to, wrap, &place(), PRINCIPAL, one)),
        _ => code(AuditorSecret::unwrap(&to, wrap, &place(), PRINCIPAL, one)),
    };
    for (made, wrap) in wraps.iter().enumerate() {
        for purpose in 0..3 {
            let wanted = if purpose == made { "(accepted)" } else { "unwrap-refused" };
            assert_eq!(open(purpose, wrap), wanted, "{made} as {purpose}");
        }
    }
    // Whoever knows the secret names every one of them that holds something else.
    let verify = |purpose: usize, stored: &Wrap| match purpose {
        0 => code(secret.verify_wrap(to_key, &place(), PRINCIPAL, one, stored)),
        1 => code(secret.verify_recovery_wrap(to_key, &place(), PRINCIPAL, one, stored)),
        _ => code(auditors.verify_wrap(to_key, &place(), PRINCIPAL, one, stored)),
    };
    let junk = Wrap::from_bytes(&[0x5A; 1168]).unwrap();
    let another = epoch_secret([2; 32]).wrap(to_key, &place(), PRINCIPAL, one).unwrap();
    for purpose in 0..3 {
        for (made, wrap) in wraps.iter().enumerate() {
            let wanted = if purpose == made { "(accepted)" } else { "wrap-mismatch" };
            assert_eq!(verify(purpose, wrap), wanted, "{made} as {purpose}");
        }
        assert_eq!(verify(purpose, &junk), "wrap-mismatch");
        assert_eq!(verify(purpose, &another), "wrap-mismatch");
    }
    // In every place but its own, and for every other key.
    for other in other_places() {
        assert_eq!(code(secret.verify_wrap(to_key, &other, PRINCIPAL, one, &wraps[0])), "wrap-mismatch");
    }
    let stranger = testing::identity([4; 32]).unwrap();
    let elsewhere = secret.verify_wrap(stranger.public(), &place(), PRINCIPAL, one, &wraps[0]);
    assert_eq!(code(elsewhere), "wrap-mismatch");
}

#[test]
fn a_secret_is_confirmed_by_its_own_record_alone() {
    let (secret, to) = (epoch_secret([1; 32]), testing::identity([3; 32]).unwrap());
    let wrap = secret.wrap(to.public(), &place(), PRINCIPAL, number(1)).unwrap();
    let fresh = || EpochSecret::unwrap(&to, &wrap, &place(), PRINCIPAL, number(1)).unwrap();
    let recorded = secret.confirmation(&place(), PREVIOUS);
    assert_eq!(code(fresh().confirm(&place(), PREVIOUS, &recorded)), "(accepted)");
    for other in other_places() {
        assert_eq!(code(fresh().confirm(&other, PREVIOUS, &recorded)), "secret-mismatch", "{other:?}");
    }
    for previous in [None, Some(Hash([0x12; 32]))] {
        assert_eq!(code(fresh().confirm(&place(), previous, &recorded)), "secret-mismatch");
    }
    for at in 0..32 {
        let mut other = recorded;
        other[at] ^= 0x80;
        assert_eq!(code(fresh().confirm(&place(), PREVIOUS, &other)), "secret-mismatch");
    }
    // A stranger's secret that was put in its place.
    let given = epoch_secret([2; 32]).wrap(to.public(), &place(), PRINCIPAL, number(1)).unwrap();
    let given = EpochSecret::unwrap(&to, &given, &place(), PRINCIPAL, number(1)).unwrap();
    assert_eq!(code(given.confirm(&place(), PREVIOUS, &recorded)), "secret-mismatch");

    let shred = shred_key([6; 32]);
    let (profile, firm, matter) = (place().profile, place().firm, place().matter);
    let recorded = shred.confirmation(profile, firm, matter, number(3));
    let stored = || ShredKey::from_secret_bytes(&shred.to_secret_bytes()).unwrap();
    assert_eq!(code(stored().confirm(profile, firm, matter, number(3), &recorded)), "(accepted)");
    let others = [
        stored().confirm(Profile::Aes, firm, matter, number(3), &recorded),
        stored().confirm(profile, FirmId::from_bytes([2; 16]), matter, number(3), &recorded),
        stored().confirm(profile, firm, MatterId::from_bytes([1; 16]), number(3), &recorded),
        stored().confirm(profile, firm, matter, number(2), &recorded),
        stored().confirm(profile, firm, matter, number(3), &[0; 32]),
    ];
    assert!(others.into_iter().all(|other| code(other) == "secret-mismatch"));
    for length in [0, 31, 33] {
        assert_eq!(code(ShredKey::from_secret_bytes(&SecretBytes::new(vec![6; length]))), "field");
    }
}

#[test]
fn an_older_epoch_opens_with_the_newer_and_never_the_reverse() {
    let before = EpochPlace { epoch: number(4), profile: Profile::Aes, ..place() };
    let (newer, older) = (epoch_secret([1; 32]), epoch_secret([2; 32]));
    let link = newer.link(&place(), &older).unwrap();
    assert_eq!(link.len(), 104);
    let recorded = older.confirmation(&before, PREVIOUS);
    let opened = newer.older(&place(), &link).unwrap().confirm(&before, PREVIOUS, &recorded).unwrap();
    assert!(same(&opened, &older));
    assert_eq!(code(older.older(&place(), &link)), "content-refused");
    assert_eq!(code(older.older(&before, &link)), "content-refused");
    for other in other_places() {
        assert_eq!(code(newer.older(&other, &link)), "content-refused", "{other:?}");
    }
    // A secret of the writer's choice opens, and confirms to nothing on record.
    let forged = newer.link(&place(), &epoch_secret([7; 32])).unwrap();
    let forged = newer.older(&place(), &forged).unwrap();
    assert_eq!(code(forged.confirm(&before, PREVIOUS, &recorded)), "secret-mismatch");
    for at in 0..104 {
        let mut flipped = link.clone();
        flipped[at] ^= 4;
        assert_eq!(code(newer.older(&place(), &flipped)), "content-refused", "byte {at}");
    }
    assert_eq!(code(newer.older(&place(), &link[..103])), "sealed-length");

    // Auditors go the same way, on a road of their own.
    let (newer_as, older_as) = (newer.auditor_secret(&place()), older.auditor_secret(&before));
    let detail_link = newer_as.link(&place(), &older_as).unwrap();
    let recorded = older_as.confirmation(&before, PREVIOUS);
    let opened = newer_as.older(&place(), &detail_link).unwrap();
    assert_eq!(code(opened.confirm(&before, PREVIOUS, &recorded)), "(accepted)");
    assert_eq!(code(older_as.older(&place(), &detail_link)), "content-refused");
    assert_eq!(code(newer.older(&place(), &detail_link)), "content-refused");
    assert_eq!(code(newer_as.older(&place(), &link)), "content-refused");
}

fn row_place() -> RowPlace {
    RowPlace {
        firm: place().firm,
        document: DocumentId::from_bytes([5; 16]),
        version: NonZeroU32::MIN,
        matter: place().matter,
        epoch: place().epoch,
        generation: number(3),
        content_profile: Profile::ChaCha,
        designation: 3,
    }
}

#[test]
fn a_document_key_opens_in_its_row_alone() {
    let (epoch, shred, key) = (epoch_secret([1; 32]), shred_key([2; 32]), opening_key([0xDA; 32]));
    let kek = epoch.document_kek(&shred, &place(), number(3));
    let wrap = kek.wrap(&key, &row_place()).unwrap();
    assert_eq!(wrap.len(), DocumentKek::WRAP_LEN);
    assert_eq!(expose_key(&kek.unwrap(&wrap, &row_place()).unwrap()), &[0xDA; 32]);

    let others = [
        RowPlace { firm: FirmId::from_bytes([2; 16]), ..row_place() },
        RowPlace { document: DocumentId::from_bytes([6; 16]), ..row_place() },
        RowPlace { version: NonZeroU32::new(2).unwrap(), ..row_place() },
        RowPlace { matter: MatterId::from_bytes([5; 16]), ..row_place() },
        RowPlace { epoch: number(4), ..row_place() },
        RowPlace { generation: number(2), ..row_place() },
        RowPlace { content_profile: Profile::Aes, ..row_place() },
        RowPlace { designation: 4, ..row_place() },
    ];
    for other in &others {
        assert_eq!(code(kek.unwrap(&wrap, other)), "content-refused", "{other:?}");
    }
    // A wrap that nothing would open is not written.
    let written = others.iter().filter(|other| kek.wrap(&key, other).is_ok()).count();
    assert_eq!(written, 4, "document, version, content profile, designation are the row's own");

    // Neither the shred key nor the epoch's secret alone, nor another, nor one in the other's place.
    let again = |epoch: &EpochSecret, shred: &ShredKey, place: &EpochPlace, generation| {
        code(epoch.document_kek(shred, place, generation).unwrap(&wrap, &row_place()))
    };
    assert_eq!(again(&epoch, &shred, &place(), number(3)), "(accepted)");
    assert_eq!(again(&epoch, &shred_key([3; 32]), &place(), number(3)), "content-refused");
    assert_eq!(again(&epoch_secret([3; 32]), &shred, &place(), number(3)), "content-refused");
    assert_eq!(again(&epoch_secret([2; 32]), &shred_key([1; 32]), &place(), number(3)), "content-refused");
    assert_eq!(again(&epoch, &shred, &place(), number(4)), "content-refused");
    for other in other_places() {
        assert_eq!(again(&epoch, &shred, &other, number(3)), "content-refused", "{other:?}");
    }
}

#[test]
fn with_the_shred_key_gone_nothing_opens() {
    let epoch = epoch_secret([1; 32]);
    let shred = ShredKey::generate().unwrap();
    let auditors = epoch.auditor_secret(&place());
    let wrap = epoch.document_kek(&shred, &place(), number(3)).wrap(&opening_key([7; 32]), &row_place());
    let detail_key = SecretBytes::new(vec![8; 32]);
    let sealed = auditors.detail_kek(&shred, &place(), number(3)).seal_key(&detail_key).unwrap();
    let intake = epoch.intake_identity(&shred, &place(), number(3)).unwrap();
    let opened = auditors.detail_kek(&shred, &place(), number(3)).open_key(&sealed).unwrap();
    assert_eq!(opened.expose_secret(), detail_key.expose_secret());
    drop(shred);

    // All that a backup still has: the epoch's secret, the rows, any other shred key.
    let wrap = wrap.unwrap();
    for other in [ShredKey::generate().unwrap(), shred_key([0; 32])] {
        for generation in [number(3), number(4)] {
            let kek = epoch.document_kek(&other, &place(), generation);
            assert_eq!(code(kek.unwrap(&wrap, &row_place())), "content-refused");
            let kek = auditors.detail_kek(&other, &place(), generation);
            assert_eq!(code(kek.open_key(&sealed)), "content-refused");
            let pair = epoch.intake_identity(&other, &place(), generation).unwrap();
            assert_ne!(pair.public(), intake.public());
        }
    }
}

#[test]
fn a_detail_key_opens_in_its_epoch_alone() {
    let (auditors, shred) = (epoch_secret([1; 32]).auditor_secret(&place()), shred_key([2; 32]));
    let kek = auditors.detail_kek(&shred, &place(), number(3));
    let sealed = kek.seal_key(&SecretBytes::new(vec![8; 32])).unwrap();
    for other in other_places() {
        let other = auditors.detail_kek(&shred, &other, number(3));
        assert_eq!(code(other.open_key(&sealed)), "content-refused");
    }
    let other = auditors.detail_kek(&shred, &place(), number(2));
    assert_eq!(code(other.open_key(&sealed)), "content-refused");
    for length in [0, 31, 33] {
        assert_eq!(code(kek.seal_key(&SecretBytes::new(vec![8; length]))), "field");
    }
}

#[test]
fn a_user_key_opens_on_its_device_alone() {
    let (firm, user) = (place().firm, UserId::from_bytes([12; 16]));
    let (device, profile) = (DeviceId::from_bytes([14; 16]), Profile::ChaCha);
    let keys = testing::device_keys([0x33; 160]).unwrap();
    let newer = user_key([1; 32], number(2)).unwrap();
    let wrap = newer.wrap_to_device(keys.identity().public(), firm, device, user, profile).unwrap();
    let open = |firm, device, user, generation, profile| {
        UserKey::unwrap_by_device(keys.identity(), &wrap, firm, device, user, generation, profile)
    };
    let opened = open(firm, device, user, number(2), profile).unwrap().confirm(&newer.public_hash()).unwrap();
    assert_eq!((opened.public(), opened.generation()), (newer.public(), number(2)));
    let forged = open(firm, device, user, number(2), profile).unwrap();
    assert_eq!(code(forged.confirm(&Hash([0; 32]))), "secret-mismatch");
    let others: [Result<Unconfirmed<UserKey>>; 5] = [
        open(FirmId::from_bytes([2; 16]), device, user, number(2), profile),
        open(firm, DeviceId::from_bytes([15; 16]), user, number(2), profile),
        open(firm, device, UserId::from_bytes([13; 16]), number(2), profile),
        open(firm, device, user, number(1), profile),
        open(firm, device, user, number(2), Profile::Aes),
    ];
    assert!(others.into_iter().all(|other| code(other) == "unwrap-refused"));
    let verify = |to: &PublicKey, stored: &Wrap| {
        code(newer.verify_device_wrap(to, firm, device, user, profile, stored))
    };
    assert_eq!(verify(keys.identity().public(), &wrap), "(accepted)");
    assert_eq!(verify(newer.public(), &wrap), "wrap-mismatch");
    assert_eq!(verify(keys.identity().public(), &Wrap::from_bytes(&[1; 1168]).unwrap()), "wrap-mismatch");

    let older = user_key([2; 32], number(1)).unwrap();
    let link = newer.link(&older, firm, user, profile).unwrap();
    let opened = newer.older(&link, firm, user, profile).unwrap().confirm(&older.public_hash()).unwrap();
    assert_eq!((opened.public(), opened.generation()), (older.public(), number(1)));
    assert_eq!(code(older.older(&link, firm, user, profile)), "field");
    let same_seed = user_key([2; 32], number(2)).unwrap();
    assert_eq!(code(same_seed.older(&link, firm, user, profile)), "content-refused");
    let another = UserId::from_bytes([13; 16]);
    assert_eq!(code(newer.older(&link, firm, another, profile)), "content-refused");
    assert_eq!(code(newer.older(&link, firm, user, Profile::Aes)), "content-refused");
    assert_eq!(code(newer.older(&link, FirmId::from_bytes([2; 16]), user, profile)), "content-refused");
    assert_eq!(code(older.link(&newer, firm, user, profile)), "field");
    assert_eq!(code(newer.link(&newer, firm, user, profile)), "field");
}

/// A protector as a host has one: keeps the secret itself and hands out a number.
struct KeyStore {
    name: &'static str,
    kept: Mutex<Vec<(Vec<u8>, Vec<u8>)>>,
}

impl KeyStore {
    fn new(name: &'static str) -> Self {
        Self { name, kept: Mutex::default() }
    }
}

impl Default for KeyStore {
    fn default() -> Self {
        Self::new("com.example.store")
    }
}

impl Protector for KeyStore {
    fn id(&self) -> ProtectorId {
        ProtectorId::new(self.name).unwrap()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>> {
        let mut kept = self.kept.lock().unwrap();
        kept.push((secret.expose_secret().to_vec(), context));
        Ok(vec![u8::try_from(kept.len() - 1).unwrap()])
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes> {
        let kept = self.kept.lock().unwrap();
        let found = wrapped.first().and_then(|at| kept.get(usize::from(*at)));
        let (secret, _) = found.filter(|(_, told)| *told == context).ok_or(Code::ProtectorFailed)?;
        Ok(SecretBytes::new(secret.clone()))
    }
}

type Unlock = fn(&[u8], &dyn Protector) -> Result<Vec<u8>>;

/// Every kind of file, with its magic and what unlocks it: its public keys.
fn kinds(store: &KeyStore) -> [(Vec<u8>, &'static [u8], Unlock); 4] {
    let (device, root) = (testing::device_keys([0x33; 160]).unwrap(), RootKeys::generate().unwrap());
    let identity = testing::identity([3; 32]).unwrap();
    let chain = testing::chain_keys([0x44; 64]).unwrap();
    [
        (identity.protect(store).unwrap(), b"PRVYIDN1", |file, store| {
            Ok(Identity::unlock(file, store)?.public().as_bytes().to_vec())
        }),
        (chain.protect(store).unwrap(), b"PRVYCHK1", |file, store| {
            let keys = ChainKeys::unlock(file, store)?;
            Ok([keys.record(), keys.log()].map(|key| key.verifying_key().to_bytes()).concat())
        }),
        (device.protect(store).unwrap(), b"PRVYDEV1", |file, store| {
            let keys = DeviceKeys::unlock(file, store)?;
            let signing = [keys.record(), keys.log(), keys.ssh()].map(|key| key.verifying_key().to_bytes());
            Ok([signing.concat(), keys.identity().public().as_bytes().to_vec(), keys.cache_tag(b"").to_vec()]
                .concat())
        }),
        (root.protect(store).unwrap(), b"PRVYROT1", |file, store| {
            let keys = RootKeys::unlock(file, store)?;
            let recovery = keys.recovery().expect("a recovery key").public().as_bytes().to_vec();
            Ok([keys.root().verifying_key().to_bytes().to_vec(), recovery].concat())
        }),
    ]
}

#[test]
fn protected_files_of_each_kind_refuse_each_other_and_every_change() {
    let store = KeyStore::default();
    let kinds = kinds(&store);
    let mut flips = 0;
    for (made, (file, magic, unlock)) in kinds.iter().enumerate() {
        assert!(file.starts_with(magic) && file.len() < 5 * 1024);
        assert_eq!(unlock(file, &store).unwrap(), unlock(file, &store).unwrap());
        for (read, (_, other, unlock)) in kinds.iter().enumerate() {
            if made == read {
                continue;
            }
            assert_eq!(code(unlock(file, &store)), "protected-identity", "{made} as {read}");
            // Nor under the other's name: the protector is told another context.
            let renamed = [other, &file[8..]].concat();
            assert_eq!(code(unlock(&renamed, &store)), "protector-failed", "{made} named {read}");
        }
        for at in 0..file.len() {
            for bit in [1, 0x80] {
                let mut flipped = file.clone();
                flipped[at] ^= bit;
                assert!(unlock(&flipped, &store).is_err(), "{made}: byte {at}");
                flips += 1;
            }
        }
        for cut in 0..file.len() {
            assert!(unlock(&file[..cut], &store).is_err());
        }
    }
    println!("flipped bits refused: {flips}");
}

#[test]
fn of_two_protectors_both_are_needed_in_their_order() {
    let (enclave, kms) = (KeyStore::new("enclave"), KeyStore::new("kms"));
    let (firm, device) = (place().firm, DeviceId::from_bytes([14; 16]));
    let keys = DeviceKeys::generate().unwrap();
    let both = TwoProtectors::new(&enclave, &kms, firm, device);
    let file = keys.protect(&both).unwrap();
    let unlock = |protector: &dyn Protector| code(DeviceKeys::unlock(&file, protector));
    assert_eq!(unlock(&both), "(accepted)");
    assert_eq!(unlock(&enclave), "protector-mismatch");
    assert_eq!(unlock(&TwoProtectors::new(&kms, &enclave, firm, device)), "protector-mismatch");
    let other = DeviceId::from_bytes([15; 16]);
    assert_eq!(unlock(&TwoProtectors::new(&enclave, &kms, firm, other)), "unlock-refused");
    let elsewhere = FirmId::from_bytes([2; 16]);
    assert_eq!(unlock(&TwoProtectors::new(&enclave, &kms, elsewhere, device)), "unlock-refused");
    // With one of them dead, the other unlocks nothing and nothing is made anew.
    assert_eq!(
        unlock(&TwoProtectors::new(&KeyStore::new("enclave"), &kms, firm, device)),
        "protector-failed"
    );
    assert_eq!(
        unlock(&TwoProtectors::new(&enclave, &KeyStore::new("kms"), firm, device)),
        "protector-failed"
    );
    // Nor does a guess for what one of them keeps.
    for store in [&enclave, &kms] {
        let kept = std::mem::replace(&mut store.kept.lock().unwrap()[0].0, vec![0; 32]);
        assert_eq!(unlock(&both), "unlock-refused");
        store.kept.lock().unwrap()[0].0 = kept;
    }
    for at in 0..file.len() {
        let mut flipped = file.clone();
        flipped[at] ^= 1;
        assert!(DeviceKeys::unlock(&flipped, &both).is_err(), "byte {at}");
    }
    assert_eq!(unlock(&both), "(accepted)");
}

#[test]
fn device_keys_are_five_and_keep_their_state_to_themselves() {
    let keys = DeviceKeys::generate().unwrap();
    let signing = [keys.record(), keys.log(), keys.ssh()].map(|key| key.verifying_key().to_bytes());
    assert!(signing[0] != signing[1] && signing[1] != signing[2] && signing[0] != signing[2]);
    let state = keys.seal_state(b"pinned heads", b"version 1").unwrap();
    assert_eq!(keys.open_state(&state, b"version 1").unwrap(), b"pinned heads");
    assert_eq!(code(keys.open_state(&state, b"version 2")), "device-state-damaged");
    let other = DeviceKeys::generate().unwrap();
    assert_eq!(code(other.open_state(&state, b"version 1")), "device-state-damaged");
    for at in 0..state.len() {
        let mut flipped = state.clone();
        flipped[at] ^= 1;
        assert_eq!(code(keys.open_state(&flipped, b"version 1")), "device-state-damaged");
        assert_eq!(code(keys.open_state(&state[..at], b"version 1")), "device-state-damaged");
    }
    let tag = keys.cache_tag(b"cached");
    assert!(keys.check_cache(b"cached", &tag));
    assert!(!keys.check_cache(b"cachee", &tag) && !other.check_cache(b"cached", &tag));
    assert!(!keys.check_cache(b"cached", &[0; 32]));
}

#[test]
fn root_keys_hold_a_recovery_key_or_say_that_they_hold_none() {
    let store = KeyStore::default();
    let next = RootKeys::generate_without_recovery().unwrap();
    let file = next.protect(&store).unwrap();
    let again = RootKeys::unlock(&file, &store).unwrap();
    assert!(again.recovery().is_none());
    assert_eq!(again.root().verifying_key(), next.root().verifying_key());
    // The length of the file does not tell which.
    assert_eq!(file.len(), RootKeys::generate().unwrap().protect(&store).unwrap().len());
    let mut bytes = [7; 65];
    for flag in [0, 2, 255] {
        bytes[0] = flag;
        assert_eq!(code(testing::root_keys(bytes)), "protected-identity", "flag {flag}");
    }
    bytes[0] = 1;
    assert!(testing::root_keys(bytes).unwrap().recovery().is_some());
}

fn sealed_row() -> (KeyRow, OpeningKey, Header, Metadata, envelope::Digests) {
    let place = row_place();
    let header = Header::new(place.firm, place.document, place.version.get()).unwrap();
    let (_, key, summary) = envelope::seal(&header, b"Dear Sirs").unwrap();
    let digests = summary.digests;
    let metadata = Metadata {
        name: "Letter to the court.docx".to_owned(),
        media_type: "text/plain".to_owned(),
        length: digests.length,
        sha256: digests.sha256,
        crc32: digests.crc32,
        sealed_by: DeviceId::from_bytes([14; 16]),
        sealed_at: Timestamp::from_micros(1_790_000_000_000_000).unwrap(),
    };
    let key = key.into_opening_key();
    let kek = epoch_secret([1; 32]).document_kek(&shred_key([2; 32]), &self::place(), number(3));
    let row = KeyRow {
        document: place.document,
        version: place.version,
        matter: place.matter,
        epoch: place.epoch,
        generation: place.generation,
        row_profile: self::place().profile,
        content_profile: place.content_profile,
        designation: place.designation,
        wrap: kek.wrap(&key, &place).unwrap(),
        meta: metadata.seal(&key, &header).unwrap(),
    };
    (row, key, header, metadata, digests)
}

#[test]
fn a_row_leads_to_its_document_and_a_changed_one_to_nothing() {
    let (row, key, header, metadata, digests) = sealed_row();
    let recorded = RecordedRow {
        document: row.document,
        version: row.version,
        matter: row.matter,
        content_profile: row.content_profile,
        designation: row.designation,
        metadata: Metadata::hash(&row.meta),
    };
    let kek = epoch_secret([1; 32]).document_kek(&shred_key([2; 32]), &place(), number(3));
    let through = |bytes: &[u8]| -> Result<()> {
        let read = KeyRow::decode(bytes)?;
        read.check(&recorded)?;
        let opened = kek.unwrap(&read.wrap, &read.place(place().firm))?;
        assert_eq!(expose_key(&opened), expose_key(&key));
        let found = Metadata::open(&opened, &header, &read.meta)?;
        assert_eq!(found, metadata);
        found.check(&digests)
    };
    let bytes = row.encode();
    through(&bytes).unwrap();
    let mut harmless = 0;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            harmless += usize::from(through(&flipped).is_ok());
        }
    }
    assert_eq!(harmless, 0, "of {}", bytes.len() * 8);
}

#[test]
fn metadata_shows_nothing_and_has_its_limits() {
    let (_, key, header, metadata, digests) = sealed_row();
    let shown = format!("{metadata:?}");
    assert!(!shown.contains("Letter") && !shown.contains("text/plain"), "{shown}");
    assert!(!shown.contains(&digests.sha256.to_string()) && !shown.contains(&digests.crc32.to_string()));

    for other in [
        envelope::Digests { length: 1, ..digests },
        envelope::Digests { sha256: Hash([0; 32]), ..digests },
        envelope::Digests { crc32: digests.crc32 ^ 1, ..digests },
    ] {
        assert_eq!(code(metadata.check(&other)), "content-mismatch");
    }
    // 16,384 bytes of CBOR and no more; all but the name take the same.
    let named = |length| Metadata { name: "n".repeat(length), ..metadata.clone() };
    let fixed = named(1000).seal(&key, &header).unwrap().len() - 72 - 1000;
    let longest = named(16_384 - fixed);
    let sealed = longest.seal(&key, &header).unwrap();
    assert_eq!(Metadata::open(&key, &header, &sealed).unwrap(), longest);
    assert_eq!(code(named(16_384 - fixed + 1).seal(&key, &header)), "too-large");
    assert_eq!(code(Metadata::open(&key, &header, &[0; 16_473])), "too-large");
    assert_eq!(code(Metadata::open(&key, &header, &[0; 71])), "sealed-length");
}

#[test]
fn a_row_is_read_by_its_format_alone() {
    let (row, ..) = sealed_row();
    let decode = |row: &KeyRow| code(KeyRow::decode(&row.encode()));
    for designation in [0, 4, 64, u64::MAX] {
        assert_eq!(decode(&KeyRow { designation, ..row.clone() }), "(accepted)");
    }
    for designation in [5, 63] {
        assert_eq!(decode(&KeyRow { designation, ..row.clone() }), "field");
    }
    for length in [0, 103, 105] {
        assert_eq!(decode(&KeyRow { wrap: vec![0; length], ..row.clone() }), "field");
    }
    assert_eq!(decode(&KeyRow { meta: vec![0; 32_768], ..row.clone() }), "too-large");
    // Counting is from 1.
    for zero in [2, 4, 5] {
        let mut writer = Writer::new();
        writer.map(10);
        for field in 1..=10 {
            writer.unsigned(field);
            match field {
                1 | 3 => writer.bytes(&[1; 16]),
                9 => writer.bytes(&[1; 104]),
                10 => writer.bytes(&[1; 72]),
                _ => writer.unsigned(u64::from(field != zero)),
            };
        }
        assert_eq!(code(KeyRow::decode(&writer.finish())), "field", "field {zero}");
    }
}

#[test]
fn nothing_of_a_secret_is_printed() {
    let epoch = epoch_secret([0xAB; 32]);
    let shred = shred_key([0xAB; 32]);
    let to = testing::identity([3; 32]).unwrap();
    let wrap = epoch.wrap(to.public(), &place(), PRINCIPAL, number(1)).unwrap();
    let unconfirmed = EpochSecret::unwrap(&to, &wrap, &place(), PRINCIPAL, number(1)).unwrap();
    let auditors = epoch.auditor_secret(&place());
    let shown = format!(
        "{epoch:?} {shred:?} {auditors:?} {unconfirmed:?} {:?} {:?} {:?} {:?}",
        epoch.document_kek(&shred, &place(), number(3)),
        auditors.detail_kek(&shred, &place(), number(3)),
        testing::device_keys([0xAB; 160]).unwrap(),
        user_key([0xAB; 32], number(1)).unwrap(),
    );
    assert!(!shown.contains("171, 171") && !shown.to_lowercase().contains("abab"), "{shown}");
}
