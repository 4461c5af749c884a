//! The crash matrix: every verb fails at each of its durable calls - before it took effect, after, and
//! half-way - in memory and in folders, by a power cut and by one error of the disk. Whatever was
//! acknowledged is there, nothing is there by half, and everybody goes on.

#[path = "vault/insider.rs"]
mod insider;
#[path = "vault/people.rs"]
mod people;
#[path = "vault/power.rs"]
mod power;
#[path = "vault_crash/stores.rs"]
mod stores;
#[path = "vault/tear.rs"]
mod tear;
#[path = "vault_crash/verbs.rs"]
mod verbs;

use people::protector;
use power::{Power, Then, When};
use privity::vault::{Options, Scope, Vault};
use stores::{Backend, Facts, World};
use verbs::{VERBS, Verb};

const ALL: [When; 3] = [When::Before, When::After, When::Torn];

/// Where each run begins.
struct Base {
    world: World,
    before: Facts,
}

/// What came of one verb.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    calls: usize,
    runs: u64,
    acknowledged: u64,
    whole: u64,
    never: u64,
}

/// The verb as it should be: its durable calls, and what it leads to.
fn clean(base: &World, verb: &Verb) -> (Vec<&'static str>, Facts) {
    let world = base.copy();
    let power = Power::counts();
    let storage = power.over(&world.storage(verb.device));
    let vault = (verb.enter)(&world, storage).expect(verb.name);
    (verb.act)(&world, &vault).expect(verb.name);
    drop(vault);
    let facts = Facts::read(&world);
    (power.kinds(), facts)
}

/// Fails at one call, for good; then everything is opened again.
fn power_cut(base: &Base, verb: &Verb, number: u64, when: When, after: &Facts, tally: &mut Tally) {
    let world = base.world.copy();
    let power = Power::fails(number, when, Then::Dead, world.disk());
    let storage = power.over(&world.storage(verb.device));
    let acknowledged = match (verb.enter)(&world, storage) {
        Ok(vault) => (verb.act)(&world, &vault).is_ok(),
        Err(_) => false,
    };
    assert!(power.has_failed(), "{} call {number}: never came to it", verb.name);
    let reopened = world.after_the_cut();
    let what = format!(
        "{} call {number} ({:?}, {when:?})",
        verb.name,
        power.kinds()[usize::try_from(number).unwrap() - 1]
    );
    settle(base, verb, &reopened, acknowledged, after, &what, tally);
}

/// Fails at one call, once; the same process tries again.
fn one_error(base: &Base, verb: &Verb, number: u64, when: When, after: &Facts, tally: &mut Tally) {
    let world = base.world.copy();
    let power = Power::fails(number, when, Then::Alive, None);
    let storage = power.over(&world.storage(verb.device));
    let what = format!("{} call {number} ({when:?}), once", verb.name);
    let vault = (verb.enter)(&world, storage.clone()).or_else(|_| (verb.enter)(&world, storage.clone()));
    let vault = match vault {
        Ok(vault) => vault,
        // It was done, and nobody was told.
        Err(error) if verb.done.contains(&error.code()) => {
            Vault::unlock(storage, protector(verb.device), Options::default()).expect(&what)
        }
        Err(error) => panic!("{what}: {error:?}"),
    };
    let first = (verb.act)(&world, &vault);
    let acknowledged = first.is_ok();
    if !acknowledged {
        match (verb.act)(&world, &vault) {
            Ok(()) => {}
            Err(error) => assert!(verb.done.contains(&error.code()), "{what}: {error:?}"),
        }
    }
    drop(vault);
    assert!(power.has_failed(), "{what}: never came to it");
    tally.runs += 1;
    if verb.makes_the_firm {
        made(verb, &world, true, after, &what);
        return;
    }
    // What was denied and done may have been done twice.
    let found = Facts::read(&world);
    assert_eq!(found.without_counts(), after.without_counts(), "{what}: tried again, it is done");
    world.goes_on(&what);
}

/// Everything acknowledged is there; the verb happened or did not; it can be done again; all go on.
fn settle(
    base: &Base,
    verb: &Verb,
    world: &World,
    acknowledged: bool,
    after: &Facts,
    what: &str,
    tally: &mut Tally,
) {
    tally.runs += 1;
    tally.acknowledged += u64::from(acknowledged);
    if verb.makes_the_firm {
        let happened = made(verb, world, acknowledged, after, what);
        (tally.whole, tally.never) = (tally.whole + u64::from(happened), tally.never + u64::from(!happened));
        return;
    }
    let found = Facts::read(world);
    let happened = found == *after;
    assert!(happened || found == base.before, "{what}: by half: {found:?}");
    assert!(happened || !acknowledged, "{what}: it was acknowledged");
    (tally.whole, tally.never) = (tally.whole + u64::from(happened), tally.never + u64::from(!happened));
    // Again, as a person would.
    let again = (verb.enter)(world, world.storage(verb.device)).and_then(|vault| (verb.act)(world, &vault));
    match again {
        Ok(()) => {}
        Err(error) => {
            assert!(happened && verb.done.contains(&error.code()), "{what}: {error:?}");
        }
    }
    assert_eq!(Facts::read(world).without_counts(), after.without_counts(), "{what}");
    world.goes_on(what);
}

/// A firm is made, or it is made by calling again.
fn made(verb: &Verb, world: &World, acknowledged: bool, after: &Facts, what: &str) -> bool {
    let again = (verb.enter)(world, world.storage(verb.device));
    let happened = match &again {
        Ok(_) => false,
        Err(error) => verb.done.contains(&error.code()),
    };
    if let Err(error) = &again {
        assert!(happened, "{what}: {error:?}");
    }
    assert!(happened || !acknowledged, "{what}: it was acknowledged");
    drop(again);
    let vault = Vault::unlock(world.storage(0), protector(0), Options::default()).expect(what);
    let report = vault.verify(Scope::Firm, None).expect(what);
    assert!(report.is_clean() && report.active == (1, 1), "{what}: {report}");
    assert_eq!(vault.users().unwrap()[0].name.as_deref(), Some("A. Partner"), "{what}");
    assert_eq!(Facts::read(world).shape(), after.shape(), "{what}");
    happened
}

fn matrix(backend: Backend, names: &[&str]) {
    for verb in VERBS.iter().filter(|verb| names.contains(&verb.name)) {
        let world = World::set_up(backend, verb.makes_the_firm);
        let (calls, after) = clean(&world, verb);
        // Looking changes what a device remembers: never in the stores that are copied.
        let before = if verb.makes_the_firm { after.clone() } else { Facts::read(&world.copy()) };
        let base = Base { world, before };
        let mut tally = Tally { calls: calls.len(), ..Tally::default() };
        for number in 1..=calls.len() as u64 {
            let kind = calls[usize::try_from(number).unwrap() - 1];
            for when in ALL {
                // Only a file has halves that outlive their process, or that memory knows of.
                let halves = ["blob", "sync blobs"].contains(&kind) || when != When::Torn;
                if halves || backend == Backend::Folder {
                    power_cut(&base, verb, number, when, &after, &mut tally);
                }
                if halves {
                    one_error(&base, verb, number, when, &after, &mut tally);
                }
            }
        }
        println!("{backend:?}, {}: {} durable calls {calls:?}: {tally:?}", verb.name, tally.calls);
        assert!(tally.runs >= 4 * tally.calls as u64);
        if verb.changes {
            assert!(tally.calls >= 2 && tally.whole > 0 && tally.never > 0, "{}: {tally:?}", verb.name);
        }
    }
}

macro_rules! matrices {
    ($($memory:ident, $folder:ident: $($verb:literal),+;)+) => {
        $(
            #[test]
            fn $memory() {
                matrix(Backend::Memory, &[$($verb),+]);
            }

            #[test]
            fn $folder() {
                matrix(Backend::Folder, &[$($verb),+]);
            }
        )+

        #[test]
        fn every_verb_is_in_the_matrix() {
            let named = [$($($verb),+),+];
            assert!(VERBS.iter().all(|verb| named.contains(&verb.name)));
            assert_eq!(named.len(), VERBS.len());
        }
    };
}

matrices! {
    in_memory_a_firm_is_made_whole_or_again, in_folders_a_firm_is_made_whole_or_again: "create";
    in_memory_people_come_whole_or_not_at_all, in_folders_people_come_whole_or_not_at_all:
        "enrol", "accept", "admit";
    in_memory_documents_are_sealed_whole_or_not_at_all, in_folders_documents_are_sealed_whole_or_not_at_all:
        "seal one", "seal many", "describe";
    in_memory_whoever_reads_loses_nothing, in_folders_whoever_reads_loses_nothing: "unlock", "open", "verify";
    in_memory_people_leave_whole_or_not_at_all, in_folders_people_leave_whole_or_not_at_all:
        "open matter", "remove", "rotate";
}
