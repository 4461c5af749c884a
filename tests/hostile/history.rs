//! [16, 17, 19, 20, 21, 22, 45, 51, 65, 67] Old states, other histories, withheld and altered records.

use std::sync::Arc;

use privity::audit::Fault;
use privity::audit::body::{Body, Grant, MatterRole};
use privity::store::{DeviceState, MemoryDevice, RowKey, Storage};
use privity::vault::{
    AccessReason, Anchored, NewDocument, NewMatter, NewUser, Options, Scope, Vault, verify_export,
};

use crate::Scene;
use crate::image::Image;
use crate::liars::LyingReads;
use crate::people::{Firm, admit, protector, refused, seen_by};
use crate::store::{Copy, leaves, put, replace, rows};
use crate::{chain_of, open, seal, state_of};

fn chains(firm: &Firm) -> Vec<privity::ChainId> {
    let ledger = privity::ChainId::from_bytes(*firm.partner.firm().as_bytes());
    let state = state_of(&firm.shared, &firm.partner);
    [ledger].into_iter().chain(state.heads().map(|head| head.chain)).collect()
}

#[test]
fn an_older_store_is_a_rollback_and_another_history_a_fork() {
    // [16, 17, 19]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let copy = Image::of(&firm.shared, &chains(&firm)).storage();
    let (old, old_device) = (copy.clone(), copy.device);
    matter.seal_bytes(NewDocument::new("x").unwrap(), b"x").unwrap();
    let device = firm.shared.device.clone();
    firm.partner.lock();
    let unlock = |storage: &Storage, device: &Arc<dyn DeviceState>| {
        Vault::unlock(storage.with_device(device.clone()), protector(0), Options::default())
    };
    drop(unlock(&firm.shared, &device).unwrap());
    refused(unlock(&old, &device), "ledger-rollback");
    // A second copy of the device goes on from the old store: two histories.
    let other = Vault::unlock(old.with_device(old_device), protector(0), Options::default()).unwrap();
    for n in 0..3 {
        other.open_matter(NewMatter::new(format!("Fork {n}"))).unwrap();
    }
    refused(unlock(&old, &device), "ledger-forked");
    drop(unlock(&firm.shared, &device).unwrap());
}

#[test]
fn leaves_edited_removed_or_past_the_last_anchor() {
    // [20, 21, 65]
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("x").unwrap(), b"x").unwrap();
    let chain = chain_of(matter.id());
    let leaves = firm.shared.rows.read().unwrap().records(chain, 0, 100).unwrap();
    let write = |from: u64, leaves: &[Vec<u8>]| {
        let mut transaction = firm.shared.rows.write(&[chain]).unwrap();
        transaction.append(chain, from, leaves).unwrap();
        transaction.commit().unwrap();
    };
    // Junk past the last anchor belongs to no chain, and the next writer replaces it.
    write(leaves.len() as u64, &[b"junk".to_vec(), leaves[1].clone()]);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    assert_eq!(matter.open_bytes(letter.id, AccessReason::none()).unwrap(), b"x");
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    let honest = firm.shared.rows.read().unwrap().records(chain, 0, 100).unwrap();
    assert_eq!(honest.len(), leaves.len() + 1);

    for at in 0..honest.len() {
        let mut edited = honest.clone();
        let middle = edited[at].len() / 2;
        edited[at][middle] ^= 1;
        write(0, &edited);
        refused(firm.partner.verify(Scope::Firm, None), "firm-tampered");
    }
    let mut swapped = honest.clone();
    swapped.swap(1, 2);
    write(0, &swapped);
    refused(firm.partner.verify(Scope::Firm, None), "firm-tampered");
    write(0, &honest[..honest.len() - 1]);
    refused(firm.partner.verify(Scope::Firm, None), "store-incomplete");
    write(0, &honest);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
}

#[test]
fn a_tail_that_is_cut_off_is_a_rollback_to_who_saw_it_and_unanchored_to_who_did_not() {
    // [20] A firm of one: nobody else vouches.
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let export = |firm: &Firm| firm.partner.export(Scope::Firm).unwrap().to_bytes();
    let (cut, old) = (export(&firm), Copy::of(&firm.shared, &chains(&firm)));
    let letter = seal(&matter, "letter", b"Dear Sirs");
    let whole = verify_export(&export(&firm), firm.partner.trust()).unwrap();
    let shown = verify_export(&cut, firm.partner.trust()).unwrap();
    assert!(whole.head.size > shown.head.size && whole.documents == 1 && shown.documents == 0);
    assert_eq!((shown.verdict(), shown.anchored), ("valid, unanchored", Anchored::Unanchored));
    let honest = Copy::of(&firm.shared, &chains(&firm));
    old.restore(&firm.shared);
    refused(matter.documents_count(), "ledger-rollback");
    refused(firm.partner.verify(Scope::Firm, None), "ledger-rollback");
    assert!(old.is_still(&firm.shared), "nothing was written");
    honest.restore(&firm.shared);
    assert_eq!(open(&matter, &letter), b"Dear Sirs", "nothing was lost");
    // Once a colleague vouches, whoever is shown less than that is told how far it reaches.
    let colleague = firm.join("B.", 1);
    let vouched = colleague.verify(Scope::Firm, None).unwrap();
    let Anchored::UpTo { size, .. } = vouched.anchored else { panic!("{vouched}") };
    assert!(size > shown.head.size && size <= vouched.head.size);
}

#[test]
fn records_of_another_chain_or_another_firm_are_no_records_of_this_one() {
    // [22]
    let scene = Scene::set_up();
    let other = scene.firm.matter("Two");
    admit(&other, &scene.member, MatterRole::Member);
    assert!(scene.member.verify(Scope::Firm, None).unwrap().is_clean());
    let (one, two) = (scene.chain(), chain_of(other.id()));
    let honest = Copy::of(&scene.firm.shared, &scene.chains());
    // Two genuine records change places.
    let (mut ours, mut theirs) = (leaves(&scene.firm.shared, one), leaves(&scene.firm.shared, two));
    std::mem::swap(&mut ours[1], &mut theirs[1]);
    replace(&scene.firm.shared, one, &ours);
    replace(&scene.firm.shared, two, &theirs);
    refused(scene.member.verify(Scope::Firm, None), "firm-tampered");
    honest.restore(&scene.firm.shared);
    // The ledger, the directory, everything of another firm.
    let strangers = Firm::in_memory();
    let _theirs = strangers.matter("Theirs");
    let mixed = strangers.shared.with_device(scene.members.device.clone());
    scene.member.lock();
    let unlock = |storage: &Storage| Vault::unlock(storage.clone(), protector(1), Options::default());
    refused(unlock(&mixed), "other-firm");
    let member = unlock(&scene.members).unwrap();
    // An insider anchors a genuine record of one chain in another.
    let moved = leaves(&scene.firm.shared, two)[1].clone();
    scene.insider.commit(&[(one, vec![moved])]);
    let report = member.verify(Scope::Firm, None).unwrap();
    assert!(report.void.is_empty(), "{report}");
    assert_eq!(report.reported.iter().map(|one| one.why).collect::<Vec<_>>(), [Fault::Chain]);
    assert!(report.named().contains(&scene.insider.device), "{report}");
    assert_eq!(seen_by(&member, &scene.matter).members().unwrap().len(), 3);
    assert_eq!(open(&seen_by(&member, &scene.matter), &scene.letter), b"Dear Sirs");
}

#[test]
fn a_new_device_that_is_shown_the_state_before_its_approval_refuses_to_begin() {
    // [51]
    let scene = Scene::set_up();
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let _removal = scene.matter.remove(scene.member.user(), "left").unwrap();
    let storage = scene.firm.shared.with_device(Arc::new(MemoryDevice::new()));
    let request = Vault::request(storage.clone(), NewUser::new("N."), protector(8)).unwrap();
    let approval = scene.firm.partner.enrol(&request, &request.words(), &[]).unwrap();
    let honest = Copy::of(&scene.firm.shared, &scene.chains());
    let accept = || Vault::accept(storage.clone(), &approval, protector(8), Options::default());
    before.restore(&scene.firm.shared);
    refused(accept(), "ledger-rollback");
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    // As long a history, and another: the insider made it.
    let grant = Body::Grant(Grant { user: scene.member.user(), role: MatterRole::Reader });
    while scene.insider.state().ledger_size() < approval_size(&honest, &scene) {
        scene.insider.commit(&[(scene.chain(), vec![scene.insider.sign(scene.chain(), &grant)])]);
    }
    let forged = Copy::of(&scene.firm.shared, &scene.chains());
    refused(accept(), "ledger-forked");
    assert!(forged.is_still(&scene.firm.shared), "nothing was written");
    honest.restore(&scene.firm.shared);
    let new = accept().unwrap();
    assert_eq!(seen_by(&new, &scene.matter).members().unwrap().len(), 2);
}

/// The ledger's size in a copy.
fn approval_size(copy: &Copy, scene: &Scene) -> u64 {
    copy.leaves(scene.ledger()).len() as u64
}

#[test]
fn one_matter_held_back_while_the_others_go_on_is_found() {
    // [67]
    let scene = Scene::set_up();
    let other = scene.firm.matter("Two");
    let insiders = seen_by(&scene.insiders, &scene.matter);
    let chain = scene.chain();
    let old = leaves(&scene.firm.shared, chain);
    let _removal = scene.matter.remove(scene.member.user(), "left").unwrap();
    seal(&other, "x", b"x");
    let honest = leaves(&scene.firm.shared, chain);
    assert!(scene.firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    let chains = scene.chains();
    // Somebody who has not seen the removal yet is shown the matter as it was.
    replace(&scene.firm.shared, chain, &old);
    let frozen = Copy::of(&scene.firm.shared, &chains);
    let theirs = insiders;
    refused(theirs.seal_bytes(NewDocument::new("x").unwrap(), b"for the removed"), "store-incomplete");
    refused(scene.firm.partner.verify(Scope::Firm, None), "store-incomplete");
    // Made as long as it should be with other genuine leaves.
    let mut padded = old.clone();
    padded.extend(old.iter().cycle().take(honest.len() - old.len()).cloned());
    replace(&scene.firm.shared, chain, &padded);
    refused(theirs.seal_bytes(NewDocument::new("x").unwrap(), b"for the removed"), "firm-tampered");
    replace(&scene.firm.shared, chain, &old);
    assert!(frozen.is_still(&scene.firm.shared), "nothing was written");
    replace(&scene.firm.shared, chain, &honest);
    assert_eq!(theirs.members().unwrap().len(), 2);
    assert_eq!(open(&theirs, &scene.letter), b"Dear Sirs");
}

#[test]
fn an_unanchored_past_can_be_rewritten_until_somebody_else_saw_it_and_never_after() {
    // [45] The insider's act that nobody saw, and the store that puts another in its place.
    let scene = Scene::set_up();
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let inconvenient = seal(&seen_by(&scene.insiders, &scene.matter), "inconvenient", b"inconvenient");
    let first = Copy::of(&scene.firm.shared, &scene.chains());
    before.restore(&scene.firm.shared);
    let grant = Body::Grant(Grant { user: scene.insiders.user(), role: MatterRole::Lead });
    scene.insider.commit(&[(scene.chain(), vec![scene.insider.sign(scene.chain(), &grant)])]);
    let second = Copy::of(&scene.firm.shared, &scene.chains());
    // Nobody can tell, and the report says how far somebody else vouches: not as far as this.
    let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    let Anchored::UpTo { size, .. } = report.anchored else { panic!("{report}") };
    assert!(size < report.head.size, "{report}");
    assert_eq!(report.reported.iter().map(|one| one.why).collect::<Vec<_>>(), [Fault::Role]);
    // Now somebody saw it. The first history does not come back: not to them ...
    first.restore(&scene.firm.shared);
    refused(scene.firm.partner.verify(Scope::Firm, None), "ledger-forked");
    refused(scene.matter.open_bytes(inconvenient.id, AccessReason::none()), "ledger-forked");
    assert!(first.is_still(&scene.firm.shared), "nothing was written");
    // ... nor the second to the insider's own device, which saw the first.
    second.restore(&scene.firm.shared);
    refused(scene.insiders.users(), "ledger-forked");
    // Once the partner vouched for what follows, its report reaches beyond the act.
    let after = seal(&scene.matter, "after", b"after");
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    let Anchored::UpTo { size: vouched, .. } = report.anchored else { panic!("{report}") };
    assert!(vouched > size, "{report}");
    assert_eq!(open(&seen_by(&scene.member, &scene.matter), &after), b"after");
}

#[test]
fn readers_who_are_shown_less_than_writers_refuse_what_they_are_shown() {
    // [16, 17, 19] A store that answers readers from an old copy, and writers from the newest state.
    let storage = Storage::memory();
    let lying = LyingReads::over(storage.rows.clone());
    let scene = Scene::of(Firm::create(Storage { rows: lying.clone(), ..storage }));
    let old = Image::of(&scene.firm.shared, &scene.chains()).storage();
    let _removal = scene.matter.remove(scene.member.user(), "left").unwrap();
    let honest = Copy::of(&scene.firm.shared, &scene.chains());
    lying.show(Some(old.rows));
    refused(scene.matter.documents_count(), "ledger-rollback");
    refused(scene.matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "ledger-rollback");
    refused(scene.matter.open_bytes(scene.letter.id, AccessReason::none()), "ledger-rollback");
    lying.honest();
    assert!(honest.is_still(&scene.firm.shared), "nothing was written");
    // Leaves that are swapped, repeated or withheld between the store and the reader.
    type Lie = fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>;
    let cases: [(Lie, &str); 3] = [
        (|leaves| leaves.into_iter().rev().collect(), "other-firm"),
        (|leaves| leaves.iter().map(|_| leaves[0].clone()).collect(), "log-unsigned"),
        (|_| Vec::new(), "log-unsigned"),
    ];
    for (lie, code) in cases {
        lying.leaves(move |_, _, truth| if truth.len() > 1 { lie(truth) } else { truth });
        refused(scene.firm.partner.verify(Scope::Firm, None), code);
        lying.honest();
    }
    assert!(honest.is_still(&scene.firm.shared), "nothing was written");
    assert!(scene.firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
    assert_eq!(open(&scene.matter, &scene.letter), b"Dear Sirs", "nothing was lost");
}

#[test]
fn an_old_checkpoint_under_the_key_of_a_newer_one_is_no_rollback_unseen() {
    // [16] The device pinned the newest head, and lost what it remembered of the way there.
    let scene = Scene::set_up();
    let storage = &scene.firm.shared;
    let (_, old) = rows(storage, 1).pop().unwrap();
    let _removal = scene.matter.remove(scene.member.user(), "left").unwrap();
    scene.firm.partner.lock();
    let chains = scene.chains();
    // All leaves are there; the newest checkpoint is the one before the removal, by another key.
    let forgetful = Image::of(storage, &chains).storage();
    let newest = rows(&forgetful, 1).pop().unwrap().0;
    let unlock = || Vault::unlock(forgetful.clone(), protector(0), Options::default());
    for size in [None, Some(u64::MAX), Some(1_000)] {
        let key = match size {
            None => newest.clone(),
            Some(size) => RowKey::new([&[1][..], &size.to_be_bytes()].concat()).unwrap(),
        };
        let before = forgetful.rows.read().unwrap().get(&key).unwrap();
        put(&forgetful, &key, Some(&old));
        let lied = Copy::of(&forgetful, &chains);
        refused(unlock(), "checkpoint");
        assert!(lied.is_still(&forgetful), "nothing was written");
        put(&forgetful, &key, before.as_deref());
    }
    let partner = unlock().unwrap();
    assert_eq!(seen_by(&partner, &scene.matter).members().unwrap().len(), 2, "the removal stands");
    assert_eq!(open(&seen_by(&partner, &scene.matter), &scene.letter), b"Dear Sirs");
}
