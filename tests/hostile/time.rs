//! [17, 47, 49, 59] Clocks that are moved, states that are held back, writers that come late.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use privity::audit::Fault;
use privity::audit::body::{Body, Grant, List, MatterRole, Sealed, SealedDocument};
use privity::store::{MemoryDevice, Storage};
use privity::vault::{AccessReason, Freshness, NewDocument, NewUser, Options, Scope, Stale, Vault};
use privity::{Clock, Timestamp};

use crate::Scene;
use crate::image::Image;
use crate::people::{Firm, admit, protector, refused, seen_by};
use crate::store::{Copy, Lie, LyingStore, row_of};
use crate::{open, seal, state_of};

/// A clock that a test sets, in seconds.
struct Hands(AtomicU64);

impl Hands {
    fn set(&self, to: u64) {
        self.0.store(to, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst) * 1_000_000).unwrap()
    }
}

const NOON: u64 = 1_900_000_000;
const HOUR: u64 = 3_600;

/// A firm whose clocks show noon; the member's refuses what is not fresh.
struct Timed {
    scene: Scene,
    clock: Arc<Hands>,
}

impl Timed {
    fn options(&self, stale: Stale) -> Options {
        Options { clock: self.clock.clone(), stale, ..Options::default() }
    }

    fn set_up() -> Self {
        let scene = Scene::set_up();
        scene.member.lock();
        scene.firm.partner.lock();
        let mut timed = Self { scene, clock: Arc::new(Hands(AtomicU64::new(NOON))) };
        timed.scene.member = timed.member();
        let storage = timed.scene.firm.shared.clone();
        timed.scene.firm.partner =
            Vault::unlock(storage, protector(0), timed.options(Stale::Report)).unwrap();
        timed.scene.matter = seen_by(&timed.scene.firm.partner, &timed.scene.matter);
        // The partner vouches for all that there is.
        seal(&seen_by(&timed.scene.member, &timed.scene.matter), "hers", b"hers");
        seal(&timed.scene.matter, "his", b"his");
        timed
    }

    fn member(&self) -> Vault {
        Vault::unlock(self.scene.members.clone(), protector(1), self.options(Stale::Refuse)).unwrap()
    }
}

#[test]
fn a_removal_that_the_store_holds_back_stops_a_strict_writer_after_a_day() {
    // [17, 47] Whoever decides on anything needs a head that somebody vouched for in time.
    let timed = Timed::set_up();
    let scene = &timed.scene;
    let old = Image::of(&scene.firm.shared, &scene.chains()).storage();
    let _report = scene.matter.remove(scene.insiders.user(), "left").unwrap();
    // The member's device is shown the state before.
    scene.member.lock();
    let held_back = old.with_device(scene.members.device.clone());
    let member = Vault::unlock(held_back.clone(), protector(1), timed.options(Stale::Refuse)).unwrap();
    let matter = seen_by(&member, &scene.matter);
    // Within the time that policy allows nobody can tell: stated, not defended.
    seal(&matter, "within a day", b"the removed person can read it");
    timed.clock.set(NOON + 25 * HOUR);
    let before = Copy::of(&held_back, &scene.chains());
    let blobs = held_back.blobs.list(None, 99).unwrap();
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
    refused(matter.open_bytes(scene.letter.id, AccessReason::none()), "frozen");
    refused(member.open_matter(privity::vault::NewMatter::new("x")), "frozen");
    assert!(before.is_still(&held_back), "nothing was written");
    assert_eq!(held_back.blobs.list(None, 99).unwrap(), blobs, "no blob is left");
    member.lock();
    // She went on from a state that was withdrawn: what she is shown next is another history.
    let honest = timed.scene.members.clone();
    refused(Vault::unlock(honest, protector(1), timed.options(Stale::Refuse)), "ledger-forked");
}

#[test]
fn a_clock_that_is_moved_back_makes_no_old_state_fresh() {
    // [59] The device signed at four in the afternoon; a clock that shows noon again is wrong.
    let timed = Timed::set_up();
    let scene = &timed.scene;
    let matter = seen_by(&scene.member, &scene.matter);
    timed.clock.set(NOON + 23 * HOUR);
    seal(&matter, "in time", b"in time");
    timed.clock.set(NOON + 30 * HOUR);
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    // The partner vouches once more, the member signs at 40 hours.
    timed.clock.set(NOON + 40 * HOUR);
    seal(&scene.matter, "his", b"his");
    seal(&matter, "hers", b"hers");
    assert!(!before.is_still(&scene.firm.shared));
    timed.clock.set(NOON + 70 * HOUR);
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
    // Her own last signature is of 40 hours: whatever the clock says, it is not earlier.
    timed.clock.set(NOON);
    let last = seal(&matter, "still within a day of what is vouched for", b"x");
    let sealed = state_of(&scene.firm.shared, &scene.member);
    let newest = sealed.newest(scene.member.device(), scene.chain()).unwrap();
    assert_eq!(newest.at.micros() / 1_000_000, NOON + 40 * HOUR, "no record is dated before the last");
    assert_eq!(open(&matter, &last), b"x");
    assert!(scene.member.verify(Scope::Firm, None).unwrap().is_clean());
}

#[test]
fn freshness_is_not_won_by_turning_the_clock_back_to_when_a_colleague_last_vouched() {
    // [59, 17] A policy of an hour; the last cosignature is five hours before her own last act.
    let timed = Timed::set_up();
    let scene = &timed.scene;
    scene.member.lock();
    let within = |hours: u64| Options { fresh_for: hours * HOUR, ..timed.options(Stale::Refuse) };
    timed.clock.set(NOON + 5 * HOUR);
    let lax = Vault::unlock(scene.members.clone(), protector(1), within(24)).unwrap();
    seal(&seen_by(&lax, &scene.matter), "at five", b"at five");
    lax.lock();
    let strict = Vault::unlock(scene.members.clone(), protector(1), within(1)).unwrap();
    let matter = seen_by(&strict, &scene.matter);
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
    timed.clock.set(NOON);
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
    refused(matter.open_bytes(scene.letter.id, AccessReason::none()), "frozen");
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    let report = strict.verify(Scope::Firm, None).unwrap();
    assert_eq!(report.freshness, Freshness::Unproven, "{report}");
    // The partner looks again: an honest clock, and she goes on.
    timed.clock.set(NOON + 5 * HOUR);
    seal(&scene.matter, "vouched", b"vouched");
    let after = seal(&matter, "after", b"after");
    assert_eq!(open(&matter, &after), b"after");
}

#[test]
fn a_record_dated_before_its_authors_newest_counts_for_nothing() {
    // [59]
    let scene = Scene::set_up();
    let grant = Body::Grant(Grant { user: scene.member.user(), role: MatterRole::Member });
    let yesterday = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
    let (insider, chain) = (&scene.insider, scene.chain());
    // One that the fold accepts first: the insider opens the letter.
    let opened = open(&seen_by(&scene.insiders, &scene.matter), &scene.letter);
    assert_eq!(opened, b"Dear Sirs");
    insider.commit(&[(chain, vec![insider.sign_at(chain, &grant, yesterday)])]);
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    let why: Vec<_> = report.reported.iter().map(|one| (one.why, one.author)).collect();
    assert_eq!(why, [(Fault::Time, insider.device)]);
    scene.goes_on();
}

#[test]
fn a_document_that_was_begun_under_an_old_epoch_is_sealed_under_the_newest() {
    // [49] Content is sealed, then wrapped with the heads locked: a rotation in between loses nothing.
    let storage = Storage::memory();
    let lying = LyingStore::over(storage.rows.clone());
    let scene = Scene::of(Firm::create(Storage { rows: lying.clone(), ..storage }));
    let shared = &scene.firm.shared;
    let blobs = || shared.blobs.list(None, 99).unwrap().len();
    let members = seen_by(&scene.member, &scene.matter);
    let mut writer = members.writer(NewDocument::new("long").unwrap()).unwrap();
    writer.write_all(b"begun under the first epoch, ").unwrap();
    let _report = scene.matter.remove(scene.insiders.user(), "left").unwrap();
    writer.write_all(b"ended under the second").unwrap();
    let long = writer.finish().unwrap();
    let row =
        |document| privity::envelope::KeyRow::decode(&row_of(shared, &scene.matter, document).1).unwrap();
    assert_eq!(row(long.id).epoch.get(), 2);
    assert_eq!(open(&members, &long), b"begun under the first epoch, ended under the second");
    refused(seen_by(&scene.insiders, &scene.matter).open_bytes(long.id, AccessReason::none()), "no-access");
    // The rotation comes between the last look at the state and the lock on the heads.
    let before = blobs();
    let (late, rotating) = (NewDocument::new("late").unwrap(), scene.matter.clone());
    lying.next(Lie::Late(Box::new(move || drop(rotating.rotate().unwrap()))));
    let late = members.seal_bytes(late, b"late").unwrap();
    assert!(lying.has_lied());
    assert_eq!((row(late.id).epoch.get(), blobs()), (3, before + 1));
    assert_eq!(open(&scene.matter, &late), b"late");
    // The writer herself is removed in between: refused, and nothing of it is left.
    let removing = (scene.matter.clone(), scene.member.user());
    lying.next(Lie::Late(Box::new(move || drop(removing.0.remove(removing.1, "left").unwrap()))));
    refused(members.seal_bytes(NewDocument::new("hers").unwrap(), b"hers"), "no-access");
    assert!(lying.has_lied());
    assert_eq!(blobs(), before + 1, "no blob that no record names");
    let report = scene.firm.partner.verify(Scope::Firm, None).unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(seal(&scene.matter, "after", b"after").name, "after");
}

#[test]
fn an_epoch_that_an_insider_lets_a_late_record_name_is_refused_by_the_fold() {
    // [49] The same by a program that does not look: its record names the epoch before.
    let scene = Scene::set_up();
    let late = seal(&seen_by(&scene.insiders, &scene.matter), "x", b"x");
    assert_eq!(open(&scene.matter, &late), b"x");
    let chain = scene.chain();
    let state = state_of(&scene.firm.shared, &scene.firm.partner);
    let known = *state.matter(scene.matter.id()).unwrap().document(late.id).unwrap();
    let document = SealedDocument {
        document: privity::DocumentId::from_bytes([0xDD; 16]),
        version: known.version,
        profile: known.profile,
        padding: known.padding,
        seal_id: known.seal_id,
        content_commitment: known.content_commitment,
        metadata: known.metadata,
        designation: known.designation,
    };
    let _report = scene.matter.rotate().unwrap();
    let body = Body::Sealed(Sealed {
        epoch: Some(known.epoch),
        generation: Some(known.generation),
        documents: List::new(vec![document]).unwrap(),
    });
    scene.insider.commit(&[(chain, vec![scene.insider.sign(chain, &body)])]);
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    let why: Vec<_> = report.reported.iter().map(|one| (one.why, one.author)).collect();
    assert_eq!(why, [(Fault::Epoch, scene.insider.device)]);
    assert_eq!(scene.matter.documents_count().unwrap(), report.documents);
    scene.goes_on();
}

#[test]
fn a_new_colleague_is_enrolled_only_on_a_fresh_state() {
    // [47, 51] So is every act that lets somebody in.
    let timed = Timed::set_up();
    let scene = &timed.scene;
    scene.firm.partner.lock();
    let strict = timed.options(Stale::Refuse);
    let partner = Vault::unlock(scene.firm.shared.clone(), protector(0), strict).unwrap();
    let storage = scene.firm.shared.with_device(Arc::new(MemoryDevice::new()));
    let request = Vault::request(storage, NewUser::new("N."), protector(8)).unwrap();
    timed.clock.set(NOON + 25 * HOUR);
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let matter = seen_by(&partner, &scene.matter);
    refused(partner.enrol(&request, &request.words(), &[]), "frozen");
    refused(matter.admit(scene.member.user(), MatterRole::Lead), "frozen");
    refused(matter.rotate(), "frozen");
    assert!(before.is_still(&scene.firm.shared), "nothing was written");
    // The member looks, and vouches.
    scene.member.lock();
    drop(timed.member());
    partner.enrol(&request, &request.words(), &[]).unwrap();
    admit(&matter, &scene.member, MatterRole::Lead);
}

#[test]
fn nobody_vouches_to_themself_and_two_who_ask_for_it_do_not_wait_for_ever() {
    // [17] A weekend later, a device is shown the state of Friday: that it looks at it vouches for
    // nothing but to others.
    let timed = Timed::set_up();
    let scene = &timed.scene;
    scene.member.lock();
    scene.firm.partner.lock();
    timed.clock.set(NOON + 60 * HOUR);
    let before = Copy::of(&scene.firm.shared, &scene.chains());
    let member = timed.member();
    let members = seen_by(&member, &scene.matter);
    for _ in 0..2 {
        refused(members.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
        refused(members.open_bytes(scene.letter.id, AccessReason::none()), "frozen");
    }
    assert_eq!(member.verify(Scope::Firm, None).unwrap().freshness, Freshness::Unproven);
    let cosigned = Copy::of(&scene.firm.shared, &scene.chains());
    assert_eq!(cosigned.leaves(scene.ledger()), before.leaves(scene.ledger()), "no act was written");
    // The partner asks for it as well. What the member saw is good for him, and then his act for her.
    let strict = timed.options(Stale::Refuse);
    let partner = Vault::unlock(scene.firm.shared.clone(), protector(0), strict).unwrap();
    seal(&seen_by(&partner, &scene.matter), "his", b"his");
    let report = member.verify(Scope::Firm, None).unwrap();
    assert_eq!(report.freshness, Freshness::Proven(NOON + 60 * HOUR), "{report}");
    let hers = seal(&members, "hers", b"hers");
    assert_eq!(open(&seen_by(&partner, &scene.matter), &hers), b"hers");
}

#[test]
fn a_time_out_of_the_air_makes_nothing_fresh() {
    // [59] An insider vouches from far ahead, so that nobody would notice ever after what is held back.
    let mut timed = Timed::set_up();
    let ahead = Options { clock: Arc::new(Hands(AtomicU64::new(NOON + 5_000 * HOUR))), ..Options::default() };
    timed.scene.insiders.lock();
    let insiders = timed.scene.insiders_storage.clone();
    timed.scene.insiders = Vault::unlock(insiders, protector(2), ahead).unwrap();
    let scene = &timed.scene;
    seal(&seen_by(&scene.insiders, &scene.matter), "from the future", b"x");
    let matter = seen_by(&scene.member, &scene.matter);
    // What the partner saw at noon is good for a day, and for no more.
    timed.clock.set(NOON + 23 * HOUR);
    let hers = seal(&matter, "hers", b"hers");
    timed.clock.set(NOON + 26 * HOUR);
    refused(matter.seal_bytes(NewDocument::new("x").unwrap(), b"x"), "frozen");
    seal(&scene.matter, "his", b"his");
    assert_eq!(open(&matter, &hers), b"hers");
}
