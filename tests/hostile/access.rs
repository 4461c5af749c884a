//! [27] An administrator who wants to read, quietly. [53] A store that hides a matter from the removal
//! of a person.

use std::sync::Arc;

use privity::audit::Fault;
use privity::audit::body::{Body, Grant, MatterRole};
use privity::store::{MemoryDevice, RowKey};
use privity::vault::{AccessReason, Finding, NewDocument, NewUser, Options, Scope, Vault};

use crate::people::{admit, protector, refused, seen_by};
use crate::store::{Copy, leaves, put, replace, rows};
use crate::{Scene, chain_of, open, seal};

#[test]
fn an_administrator_admits_nobody_and_a_wrap_without_a_record_opens_nothing() {
    let scene = Scene::set_up();
    let secret = scene.firm.matter("Not the administrator's");
    let document = seal(&secret, "x", b"privileged");
    admit(&secret, &scene.member, MatterRole::Member);
    let quiet = seen_by(&scene.insiders, &secret);
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let me = scene.insiders.user();
    refused(quiet.admit(me, MatterRole::Reader), "no-access");
    refused(quiet.admit(me, MatterRole::Depositor), "role-missing");
    refused(quiet.rotate(), "no-access");
    refused(quiet.remove(scene.member.user(), "coup"), "no-access");
    refused(quiet.screen(scene.member.user(), "coup"), "no-access");
    refused(quiet.open_bytes(document.id, AccessReason::none()), "no-access");
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    // With the store: every wrap there is, under the administrator's name.
    for (key, value) in rows(&scene.firm.shared, 0x20) {
        if key.as_bytes()[1..17] == secret.id().as_bytes()[..] {
            let own = RowKey::new([&key.as_bytes()[..25], me.as_bytes()].concat()).unwrap();
            put(&scene.firm.shared, &own, Some(&value));
            // The role is asked first where one reads; the wrap itself opens nothing either.
            refused(quiet.name(), "no-access");
            refused(quiet.rotate(), "unwrap-refused");
            refused(quiet.open_bytes(document.id, AccessReason::none()), "no-access");
            let found = scene.firm.partner.verify(Scope::Firm, None).unwrap().findings;
            assert!(
                matches!(found[..], [Finding::Left { matter, .. }] if matter == secret.id()),
                "{found:?}"
            );
            put(&scene.firm.shared, &own, None);
        }
    }
    assert!(before.is_still(&scene.firm.shared));
    assert_eq!(open(&secret, &document), b"privileged");
}

#[test]
fn a_grant_that_an_administrator_signs_for_themself_is_seen_by_every_member() {
    let scene = Scene::set_up();
    let secret = scene.firm.matter("Not the administrator's");
    let document = seal(&secret, "x", b"privileged");
    admit(&secret, &scene.member, MatterRole::Member);
    let grant = Body::Grant(Grant { user: scene.insiders.user(), role: MatterRole::Lead });
    let chain = chain_of(secret.id());
    scene.insider.commit(&[(chain, vec![scene.insider.sign(chain, &grant)])]);
    for vault in [&scene.firm.partner, &scene.member] {
        let report = vault.verify(Scope::Matter(secret.id()), None).unwrap();
        let [reported] = report.reported[..] else { panic!("{report}") };
        let named = (reported.why, reported.author, reported.chain);
        assert_eq!(named, (Fault::Role, scene.insider.device, chain));
        assert_eq!(seen_by(vault, &secret).members().unwrap().len(), 2);
    }
    refused(seen_by(&scene.insiders, &secret).open_bytes(document.id, AccessReason::none()), "no-access");
    let after = seal(&secret, "after", b"goes on");
    assert_eq!(open(&seen_by(&scene.member, &secret), &after), b"goes on");
}

#[test]
fn a_device_certified_for_somebody_else_is_on_record_and_a_store_that_hides_it_is_a_rollback() {
    let scene = Scene::set_up();
    let devices = |vault: &Vault| {
        let people = vault.users().unwrap();
        people.iter().find(|person| person.id == scene.firm.partner.user()).unwrap().active_devices
    };
    assert_eq!((devices(&scene.member), scene.member.verify(Scope::Firm, None).unwrap().active), (1, (3, 3)));
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let storage = scene.firm.shared.with_device(Arc::new(MemoryDevice::new()));
    let new = NewUser::further_device(scene.firm.partner.user(), "A. Partner");
    let request = Vault::request(storage.clone(), new, protector(8)).unwrap();
    let approval = scene.insiders.enrol(&request, &request.words(), &[]).unwrap();
    let second = Vault::accept(storage, &approval, protector(8), Options::default()).unwrap();
    // It has no key of the person yet, and everybody's device sees that it is there.
    refused(seen_by(&second, &scene.matter).open_bytes(scene.letter.id, AccessReason::none()), "row-missing");
    assert_eq!((devices(&scene.member), scene.member.verify(Scope::Firm, None).unwrap().active), (2, (4, 3)));
    assert_eq!(devices(&scene.firm.partner), 2);
    let after = Copy::of(&scene.firm.shared, &scene.chains());
    before.restore(&scene.firm.shared);
    refused(scene.member.users(), "ledger-rollback");
    refused(scene.matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "ledger-rollback");
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    after.restore(&scene.firm.shared);
    assert_eq!(devices(&scene.firm.partner), 2);
}

#[test]
fn a_person_is_removed_from_a_matter_whose_rows_the_store_hides() {
    let scene = Scene::set_up();
    let leaver = scene.member.user();
    let hidden = scene.firm.matter("Hidden");
    admit(&hidden, &scene.member, MatterRole::Member);
    let letter = seal(&hidden, "x", b"x");
    // Every row that names her in that matter, and the document's.
    let theirs: Vec<_> = [0x20, 0x30]
        .into_iter()
        .flat_map(|tag| rows(&scene.firm.shared, tag))
        .filter(|(key, _)| {
            let key = key.as_bytes();
            key[1..17] == hidden.id().as_bytes()[..] && (key[0] == 0x30 || key[25..] == leaver.as_bytes()[..])
        })
        .collect();
    assert_eq!(theirs.len(), 2);
    theirs.iter().for_each(|(key, _)| put(&scene.firm.shared, key, None));
    let report = scene.firm.partner.remove_person(leaver, "left").unwrap();
    assert_eq!((report.rotated.len(), report.is_complete()), (2, true), "{report}");
    assert!(report.rotated.iter().any(|one| one.matter == hidden.id() && one.could_copy == 1), "{report}");
    // Her old wrap put back opens nothing new, and is found.
    theirs.iter().for_each(|(key, value)| put(&scene.firm.shared, key, Some(value)));
    let after = seal(&hidden, "after", b"after");
    refused(seen_by(&scene.member, &hidden).open_bytes(after.id, AccessReason::none()), "no-access");
    refused(seen_by(&scene.member, &hidden).open_bytes(letter.id, AccessReason::none()), "no-access");
    let found = scene.firm.partner.verify(Scope::Firm, None).unwrap().findings;
    assert!(matches!(found[..], [Finding::Left { matter, .. }] if matter == hidden.id()), "{found:?}");
    assert_eq!(open(&hidden, &letter), b"x", "nothing was lost");
}

#[test]
fn a_matter_missing_from_the_chains_stops_the_removal_before_anything_is_written() {
    let scene = Scene::set_up();
    let leaver = scene.member.user();
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let hidden = scene.firm.matter("Hidden");
    admit(&hidden, &scene.member, MatterRole::Member);
    let (directory, chain) = (scene.directory(), chain_of(hidden.id()));
    let honest = Copy::of(&scene.firm.shared, &scene.chains());
    let remove = || scene.firm.partner.remove_person(leaver, "left");

    // The state before it was opened.
    before.restore(&scene.firm.shared);
    refused(remove(), "ledger-rollback");
    assert!(before.is_still(&scene.firm.shared));
    honest.restore(&scene.firm.shared);

    // The same for a device that remembers nothing: what it was told at enrolment it pins.
    let storage = scene.firm.shared.with_device(Arc::new(MemoryDevice::new()));
    let request = Vault::request(storage.clone(), NewUser::new("N."), protector(8)).unwrap();
    let approval = scene.firm.partner.enrol(&request, &request.words(), &[]).unwrap();
    let enrolled = Copy::of(&scene.firm.shared, &scene.chains());
    let accept = || Vault::accept(storage.clone(), &approval, protector(8), Options::default());
    before.restore(&scene.firm.shared);
    refused(accept(), "ledger-rollback");
    // Its chain withheld, and the record that opens it.
    enrolled.restore(&scene.firm.shared);
    replace(&scene.firm.shared, chain, &[]);
    refused(accept(), "store-incomplete");
    refused(scene.firm.partner.verify(Scope::Firm, None), "store-incomplete");
    enrolled.restore(&scene.firm.shared);
    let mut without = leaves(&scene.firm.shared, directory);
    without.remove(without.len() - 2);
    replace(&scene.firm.shared, directory, &without);
    refused(accept(), "store-incomplete");
    let last = without.last().unwrap().clone();
    without.push(last);
    replace(&scene.firm.shared, directory, &without);
    refused(accept(), "firm-tampered");
    enrolled.restore(&scene.firm.shared);

    assert_eq!(accept().unwrap().matters().unwrap().len(), 2);
    let report = remove().unwrap();
    assert_eq!((report.rotated.len(), report.is_complete()), (2, true), "{report}");
}

#[test]
fn a_matter_that_this_user_cannot_rotate_is_named() {
    let scene = Scene::set_up();
    let leaver = scene.member.user();
    // The insider opens a matter that the partner has no key of.
    let others = scene.insiders.open_matter(privity::vault::NewMatter::new("Theirs")).unwrap();
    admit(&others, &scene.member, MatterRole::Member);
    let report = scene.firm.partner.remove_person(leaver, "left").unwrap();
    assert!(!report.is_complete(), "{report}");
    let [left] = &report.not_rotated[..] else { panic!("{report}") };
    assert_eq!((left.matter, left.why.name()), (others.id(), "no-access"));
    let again = scene.insiders.remove_person(leaver, "left").unwrap();
    assert_eq!((again.rotated.len(), again.is_complete()), (1, true), "{again}");
}
