//! Every label against every other purpose.

use std::collections::BTreeSet;

use privity::envelope::Profile;
use privity::testing::hpke::{self, PrivateKey};
use privity::testing::kdf::{Context, derive};
use privity::testing::label::{HashPurpose, HpkePurpose, KdfPurpose, ObjectClass, RandomPurpose, SealKind};
use privity::testing::{self, Draw, SealContext, seal};
use privity::{ChainId, DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, UserId};

use super::refused;

#[test]
fn a_seal_opens_as_its_own_kind_and_profile_alone() {
    let key = testing::secret([0x5C; 32]);
    let (mut opened, mut cases) = (0, 0);
    for (kind, profile) in each(SealKind::ALL) {
        let context = SealContext::new(kind, profile, b"aad");
        let sealed = seal::seal_with_salt(&key, &context, &[0x11; 32], &[0x5A; 24]).unwrap();
        for (other, other_profile) in each(SealKind::ALL) {
            let other_context = SealContext::new(other, other_profile, b"aad");
            let result = seal::open(&key, &other_context, &sealed);
            let secret = seal::open_secret(&key, &other_context, &sealed);
            if (kind, profile) == (other, other_profile) {
                assert_eq!(result.unwrap(), [0x11; 32]);
                assert_eq!(testing::expose(&secret.unwrap()), &[0x11; 32]);
                opened += 1;
            } else {
                assert_eq!(refused(result, other), "content-refused");
                assert_eq!(refused(secret, other), "content-refused");
            }
            cases += 1;
        }
        let other_aad = seal::open(&key, &SealContext::new(kind, profile, b"aae"), &sealed);
        assert_eq!(refused(other_aad, kind), "content-refused");
    }
    let all = SealKind::ALL.len() * Profile::ALL.len();
    assert_eq!((opened, cases), (all, all * all));
    println!("seal kinds: {cases} pairs, {opened} open");
}

#[test]
fn every_purpose_of_a_derivation_gives_a_key_of_its_own() {
    let key = testing::secret([0x5C; 32]);
    let wide = testing::secret([0x5C; 64]);
    let mut outputs = BTreeSet::new();
    let mut count = 0;
    for (purpose, profile) in each(KdfPurpose::ALL) {
        for context in contexts() {
            assert!(outputs.insert(*testing::expose(&derive(&key, purpose, profile, &context))));
            assert!(outputs.insert(*testing::expose(&derive(&wide, purpose, profile, &context))));
            count += 2;
        }
        let again = derive(&key, purpose, profile, &Context::empty());
        assert!(outputs.contains(testing::expose(&again)), "the same input, the same key");
    }
    assert_eq!(count, KdfPurpose::ALL.len() * 2 * 16 * 2);
    println!("derivations: {count} outputs, all different");
}

/// The empty context and one for every field there is, all of one value.
fn contexts() -> Vec<Context> {
    let id = [1; 16];
    let empty = Context::empty;
    vec![
        empty(),
        empty().firm(FirmId::from_bytes(id)),
        empty().document(DocumentId::from_bytes(id)),
        empty().version(1),
        empty().matter(MatterId::from_bytes(id)),
        empty().epoch(1),
        empty().generation(1),
        empty().content_profile(1),
        empty().designation(1),
        empty().principal(PrincipalId::from_bytes(id)),
        empty().key_generation(1),
        empty().previous(Hash([1; 32])),
        empty().user(UserId::from_bytes(id)),
        empty().chain(ChainId::from_bytes(id)),
        empty().device(DeviceId::from_bytes(id)),
        empty().sequence(1),
    ]
}

#[test]
fn a_wrap_opens_for_its_own_purpose_and_profile_alone() {
    let key = PrivateKey::from_seed(testing::secret([0x1D; 32])).unwrap();
    let context = Context::empty().firm(FirmId::from_bytes([0xF1; 16]));
    let secret = testing::secret([0x5C; 32]);
    let (mut opened, mut cases) = (0, 0);
    for (purpose, profile) in each(HpkePurpose::ALL) {
        let wrap = hpke::wrap(key.public(), purpose, profile, &context, &secret).unwrap();
        for (other, other_profile) in each(HpkePurpose::ALL) {
            let result = hpke::unwrap(&key, other, other_profile, &context, &wrap);
            let audit = hpke::audit(key.public(), other, other_profile, &context, &secret, &wrap);
            if (purpose, profile) == (other, other_profile) {
                assert_eq!(testing::expose(&result.unwrap()), &[0x5C; 32]);
                audit.unwrap();
                opened += 1;
            } else {
                assert_eq!(refused(result, other), "unwrap-refused");
                assert_eq!(refused(audit, other), "wrap-mismatch");
            }
            cases += 1;
        }
    }
    assert_eq!((opened, cases), (10, 100));
    println!("wrap purposes: {cases} pairs, {opened} open");
}

#[test]
fn a_signature_counts_for_its_own_class_alone() {
    let key = testing::signing_key([0x51; 32]);
    let message = |class: ObjectClass| [class.label(), b"the same bytes"].concat();
    let mut verified = 0;
    for class in ObjectClass::ALL {
        let signature = key.sign(&message(*class));
        for other in ObjectClass::ALL {
            let result = key.verifying_key().verify(&message(*other), &signature);
            if class == other {
                result.unwrap();
                verified += 1;
            } else {
                assert_eq!(refused(result, other), "signature-refused");
            }
        }
    }
    assert_eq!((verified, ObjectClass::ALL.len()), (3, 3));
    println!("object classes: 9 pairs, {verified} verify");
}

#[test]
fn randomness_for_one_purpose_is_not_that_for_another() {
    let draw = || Draw { rand32: testing::secret([7; 32]), pid: 1, wall_ns: 2, monotonic_ns: 3, counter: 4 };
    let hedge = testing::secret([0x5C; 32]);
    let drawn = |draw: Draw, purpose| {
        let mut out = [0; 64];
        draw.fill(&hedge, purpose, &mut out).unwrap();
        out
    };
    let outputs: BTreeSet<_> = RandomPurpose::ALL.iter().map(|purpose| drawn(draw(), *purpose)).collect();
    assert_eq!(outputs.len(), 18);
    // The same draw for the same purpose is the same; anything that enters it changes it.
    let id = drawn(draw(), RandomPurpose::Id);
    assert!(outputs.contains(&id));
    let changed = [
        Draw { rand32: testing::secret([8; 32]), ..draw() },
        Draw { pid: 9, ..draw() },
        Draw { wall_ns: 9, ..draw() },
        Draw { monotonic_ns: 9, ..draw() },
        Draw { counter: 9, ..draw() },
    ];
    for other in changed {
        assert_ne!(drawn(other, RandomPurpose::Id), id);
    }
    let mut too_long = [0; 65];
    assert_eq!(refused(draw().fill(&hedge, RandomPurpose::Id, &mut too_long), 65), "entropy");
}

#[test]
fn no_registry_shares_a_label_with_another() {
    let mut labels = BTreeSet::new();
    let mut count = 0;
    let mut add = |label: &'static [u8]| {
        assert!(labels.insert(label), "{label:?}");
        count += 1;
    };
    KdfPurpose::ALL.iter().for_each(|purpose| add(purpose.label()));
    SealKind::ALL.iter().for_each(|kind| add(kind.label()));
    HpkePurpose::ALL.iter().for_each(|purpose| add(purpose.label()));
    ObjectClass::ALL.iter().for_each(|class| add(class.label()));
    HashPurpose::ALL.iter().for_each(|purpose| add(purpose.label()));
    assert_eq!(count, 22 + 18 + 5 + 3 + 4);
    println!("labels: {count}");
}

fn each<T: Copy>(all: &'static [T]) -> impl Iterator<Item = (T, Profile)> {
    all.iter().flat_map(|one| Profile::ALL.map(|profile| (*one, profile)))
}
