//! [2] Another public key in a recipient's place, wherever the store could put one.

use std::num::NonZeroU64;
use std::sync::Arc;

use privity::audit::Fault;
use privity::audit::body::{Body, MatterRole, UserKey as UserKeyRecord};
use privity::envelope::Profile;
use privity::keys::UserKey;
use privity::store::MemoryDevice;
use privity::vault::{AccessReason, NewDocument, NewUser, Options, Scope, Vault};

use crate::people::{admit, protector, refused, seen_by};
use crate::store::{Copy, leaves, put, replace, rows};
use crate::{Scene, state_of};

fn attackers() -> UserKey {
    UserKey::generate(NonZeroU64::MIN).unwrap()
}

fn record_of(key: &UserKey, user: privity::UserId, generation: u64) -> Body {
    Body::UserKey(UserKeyRecord {
        user,
        generation: NonZeroU64::new(generation).unwrap(),
        public_key: Box::new(*key.public().as_bytes()),
        profile: Profile::ChaCha,
    })
}

#[test]
fn a_public_key_changed_in_its_record_is_tampering() {
    let scene = Scene::set_up();
    let late = scene.firm.join("L.", 5);
    assert_eq!(scene.firm.partner.users().unwrap().len(), 4);
    let state = state_of(&scene.firm.shared, &scene.firm.partner);
    let own = *state.user(late.user()).unwrap().key.as_ref().unwrap().public_key.as_bytes();
    let directory = scene.directory();
    let honest = leaves(&scene.firm.shared, directory);
    let position = |leaf: &Vec<u8>| leaf.windows(own.len()).position(|bytes| bytes == own);
    let at = honest.iter().rposition(|leaf| position(leaf).is_some()).unwrap();
    let mut changed = honest[at].clone();
    let from = position(&changed).unwrap();
    changed[from..from + own.len()].copy_from_slice(attackers().public().as_bytes());
    let put = |leaf: &Vec<u8>| {
        let mut chain = leaves(&scene.firm.shared, directory);
        chain[at] = leaf.clone();
        replace(&scene.firm.shared, directory, &chain);
    };
    put(&changed);
    refused(scene.firm.partner.verify(Scope::Firm, None), "firm-tampered");
    // Who verified the record before wraps to the true key still ...
    admit(&scene.matter, &late, MatterRole::Reader);
    let matter = seen_by(&late, &scene.matter);
    assert_eq!(matter.open_bytes(scene.letter.id, AccessReason::none()).unwrap(), b"Dear Sirs");
    // ... and who comes to it anew refuses to begin.
    let fresh = scene.firm.shared.with_device(Arc::new(MemoryDevice::new()));
    let request = Vault::request(fresh.clone(), NewUser::new("N."), protector(6)).unwrap();
    let approval = scene.firm.partner.enrol(&request, &request.words(), &[]).unwrap();
    let accept = || Vault::accept(fresh.clone(), &approval, protector(6), Options::default());
    refused(accept(), "firm-tampered");
    put(&honest[at]);
    assert!(accept().unwrap().verify(Scope::Firm, None).unwrap().is_clean());
}

#[test]
fn a_key_that_an_insider_records_for_somebody_else_is_reported_and_gets_nothing() {
    let scene = Scene::set_up();
    let late = scene.firm.join("L.", 5);
    let key = attackers();
    let record = scene.insider.sign(scene.directory(), &record_of(&key, late.user(), 2));
    scene.insider.commit(&[(scene.directory(), vec![record])]);
    let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    let [reported] = report.reported[..] else { panic!("{report}") };
    assert_eq!((reported.why, reported.committed_by), (Fault::Role, scene.insider.device));
    admit(&scene.matter, &late, MatterRole::Reader);
    // The wrap is for the key of the user's own device, generation 1, and opens for them alone.
    let state = state_of(&scene.firm.shared, &scene.firm.partner);
    assert_eq!(state.user(late.user()).unwrap().key.as_ref().unwrap().generation, NonZeroU64::MIN);
    let matter = seen_by(&late, &scene.matter);
    assert_eq!(matter.open_bytes(scene.letter.id, AccessReason::none()).unwrap(), b"Dear Sirs");
    assert!(scene.firm.partner.verify(Scope::Firm, None).unwrap().findings.is_empty());
}

#[test]
fn another_seed_wrapped_to_the_right_device_is_not_taken_for_the_users_key() {
    let scene = Scene::set_up();
    let (device, user) = (scene.member.device(), scene.member.user());
    let state = state_of(&scene.firm.shared, &scene.firm.partner);
    let to = &state.device(device).unwrap().wrapping_key;
    let wrap = attackers().wrap_to_device(to, scene.firm.partner.firm(), device, user, Profile::ChaCha);
    let rows = rows(&scene.firm.shared, 0x10);
    let (row, own) =
        rows.into_iter().find(|(key, _)| key.as_bytes()[1..17] == device.as_bytes()[..]).unwrap();
    scene.member.lock();
    put(&scene.firm.shared, &row, Some(wrap.unwrap().as_bytes()));
    let again = || Vault::unlock(scene.members.clone(), protector(1), Options::default()).unwrap();
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let (vault, code) = (again(), "secret-mismatch");
    let matter = seen_by(&vault, &scene.matter);
    refused(matter.open_bytes(scene.letter.id, AccessReason::none()), code);
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), code);
    refused(matter.name(), code);
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    put(&scene.firm.shared, &row, None);
    refused(matter.name(), "row-missing");
    put(&scene.firm.shared, &row, Some(&own));
    assert_eq!(matter.open_bytes(scene.letter.id, AccessReason::none()).unwrap(), b"Dear Sirs");
}

#[test]
fn a_device_key_that_the_server_puts_in_shows_in_the_words() {
    let scene = Scene::set_up();
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let mut requests = [5, 6].map(|number| {
        let device = scene.firm.shared.with_device(Arc::new(MemoryDevice::new()));
        (Vault::request(device.clone(), NewUser::new("N."), protector(number)).unwrap(), device)
    });
    requests.reverse();
    let [(servers, _), (asked, device)] = requests;
    refused(scene.firm.partner.enrol(&servers, &asked.words(), &[]), "words");
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    // An approval of the server's own device is none of the one that asked.
    let swapped = scene.firm.partner.enrol(&servers, &servers.words(), &[]).unwrap();
    let accept = |approval| Vault::accept(device.clone(), approval, protector(5), Options::default());
    refused(accept(&swapped), "enrolment-mismatch");
    let approval = scene.firm.partner.enrol(&asked, &asked.words(), &[]).unwrap();
    assert_eq!(accept(&approval).unwrap().matters().unwrap().len(), 1);
}

#[test]
fn a_wrap_that_the_store_drops_is_told_apart_from_being_shut_out() {
    let scene = Scene::set_up();
    let late = scene.firm.join("L.", 5);
    admit(&scene.matter, &late, MatterRole::Reader);
    let open = || {
        let again = seen_by(&late, &scene.matter);
        again.open_bytes(scene.letter.id, AccessReason::none())
    };
    let wraps = rows(&scene.firm.shared, 0x20);
    let honest = Copy::of(&scene.firm.shared, &[]);
    let own: Vec<_> =
        wraps.iter().filter(|(key, _)| key.as_bytes().ends_with(late.user().as_bytes())).collect();
    assert!(!own.is_empty());
    for (key, _) in &own {
        put(&scene.firm.shared, key, None);
    }
    refused(open(), "row-missing");
    honest.restore(&scene.firm.shared);
    assert_eq!(open().unwrap(), b"Dear Sirs");
    assert!(scene.matter.remove(late.user(), "left").unwrap().is_complete());
    refused(open(), "no-access");
}
