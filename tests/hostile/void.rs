//! [70] An insider anchors what the fold must refuse, to block the firm.

use privity::audit::Fault;
use privity::audit::anchor::{AnchorBody, ChainHead, CountedRoot};
use privity::audit::body::{Body, Grant, MatterOpened, MatterRole};
use privity::state::{Failure, Flaw, Reported};
use privity::store::RowKey;
use privity::vault::{Options, Scope, Vault, verify_export};
use privity::{ChainId, Hash, MatterId};

use crate::people::{protector, refused};
use crate::store::{leaves, put, replace, rows};
use crate::{Scene, matter_id};

type Spoil = fn(&Scene);
type Grown = Vec<(ChainId, Vec<Vec<u8>>)>;

const WRONG: Hash = Hash([0x5A; 32]);

/// What an insider can do to an anchor, with what makes it void.
fn spoils() -> Vec<(Flaw, Spoil)> {
    fn commit(scene: &Scene, grown: &Grown, spoil: impl FnOnce(AnchorBody) -> AnchorBody) {
        let insider = &scene.insider;
        let body = spoil(insider.anchor(grown));
        insider.write(grown, insider.sign(insider.ledger(), &Body::Anchor(body)));
    }
    fn good(scene: &Scene) -> Grown {
        let grant = Body::Grant(Grant { user: scene.member.user(), role: MatterRole::Reader });
        vec![(scene.chain(), vec![scene.insider.sign(scene.chain(), &grant)])]
    }
    vec![
        (Flaw::NotARecord, |scene| {
            commit(scene, &vec![(scene.chain(), vec![b"junk".to_vec()])], |body| body)
        }),
        (Flaw::NotARecord, |scene| {
            commit(scene, &vec![(scene.directory(), vec![Vec::new(), b"junk".to_vec()])], |body| body);
        }),
        (Flaw::HeadsRoot, |scene| {
            commit(scene, &good(scene), |body| {
                let heads = CountedRoot { root: WRONG, ..*body.heads() };
                AnchorBody::new(scene.ledger(), body.grown().to_vec(), heads, *body.devices()).unwrap()
            });
        }),
        (Flaw::DevicesRoot, |scene| {
            commit(scene, &good(scene), |body| {
                let devices = CountedRoot { root: WRONG, ..*body.devices() };
                AnchorBody::new(scene.ledger(), body.grown().to_vec(), *body.heads(), devices).unwrap()
            });
        }),
        (Flaw::Size, |scene| {
            let head = scene.insider.state().head(scene.chain()).unwrap();
            commit(scene, &good(scene), |body| {
                let shrunk = ChainHead { size: head.size - 1, root: WRONG, ..head };
                AnchorBody::new(scene.ledger(), vec![shrunk], *body.heads(), *body.devices()).unwrap()
            });
        }),
        (Flaw::NobodyOpened, |scene| {
            let chain = unopened(scene);
            commit(scene, &vec![(chain, vec![squatted(scene, chain); 3])], |body| body);
        }),
        (Flaw::Genesis, |scene| {
            let chain = unopened(scene);
            let opened = Body::MatterOpened(MatterOpened { matter: matter_id(chain) });
            let first = Body::Grant(Grant { user: scene.insiders.user(), role: MatterRole::Lead });
            let [opened, first] = [(scene.directory(), opened), (chain, first)]
                .map(|(chain, body)| scene.insider.sign(chain, &body));
            commit(scene, &vec![(scene.directory(), vec![opened]), (chain, vec![first])], |body| body);
        }),
        (Flaw::NotAnAnchor, |scene| scene.insider.write(&[], b"no anchor".to_vec())),
        (Flaw::Signature, |scene| {
            let (insider, grown) = (&scene.insider, good(scene));
            let body = Body::Anchor(insider.anchor(&grown));
            insider.write(&grown, insider.sign_as(insider.ledger(), &body, scene.member.device()));
        }),
    ]
}

/// Another one each time: who overwrites what their own void anchor covers has lost the bytes.
fn unopened(scene: &Scene) -> ChainId {
    ChainId::from_bytes([u8::try_from(scene.insider.state().ledger_size()).unwrap(); 16])
}

/// A record for a chain that nobody opened.
fn squatted(scene: &Scene, chain: ChainId) -> Vec<u8> {
    scene.insider.sign(chain, &Body::Grant(Grant { user: scene.insiders.user(), role: MatterRole::Lead }))
}

#[test]
fn a_void_anchor_is_named_and_the_firm_goes_on() {
    for (flaw, spoil) in spoils() {
        let scene = Scene::set_up();
        spoil(&scene);
        let partner = &scene.firm.partner;
        let check = |when: &str| {
            let report = partner.verify(Scope::Firm, None).unwrap();
            let void: Vec<_> = report.void.iter().map(|void| (void.why, void.device)).collect();
            assert_eq!(void, [(flaw, Some(scene.insider.device))], "{when}");
            assert!(report.named().contains(&scene.insider.device) && report.findings.is_empty(), "{report}");
            assert_eq!(report.reported, [], "{flaw:?} {when}");
            let export = partner.export(Scope::Firm).unwrap().to_bytes();
            let read = verify_export(&export, partner.trust()).unwrap();
            assert_eq!((&read.void, &read.reported), (&report.void, &report.reported), "{flaw:?} {when}");
        };
        check("before anybody went on");
        scene.goes_on();
        check("after others wrote in its place");
        assert_eq!(scene.matter.members().unwrap().len(), 3, "its records count for nothing");
        // Somebody new verifies from the beginning; so does an old device without what it remembered.
        let late = scene.firm.join("L.", 7);
        assert_eq!(late.verify(Scope::Firm, None).unwrap().void.len(), 1, "{flaw:?}");
        // And once more, after a second one.
        spoil(&scene);
        scene.goes_on();
        assert_eq!(late.verify(Scope::Firm, None).unwrap().void.len(), 2, "{flaw:?}");
        scene.insiders.lock();
    }
}

#[test]
fn the_chain_that_an_insider_took_an_id_of_can_be_opened_by_somebody_else() {
    let scene = Scene::set_up();
    let chain = ChainId::from_bytes([9; 16]);
    scene.insider.commit(&[(chain, vec![squatted(&scene, chain); 5])]);
    let new = privity::vault::NewMatter::new("Two").with_id(MatterId::from_bytes([9; 16]));
    let matter = scene.firm.partner.open_matter(new).unwrap();
    let document = crate::seal(&matter, "a", b"content");
    assert_eq!(crate::open(&matter, &document), b"content");
    let report = scene.member.verify(Scope::Firm, None).unwrap();
    assert_eq!(report.void.iter().map(|void| void.why).collect::<Vec<_>>(), [Flaw::NobodyOpened]);
}

#[test]
fn a_record_the_fold_refuses_stays_changes_nothing_and_is_named() {
    let scene = Scene::set_up();
    let coup = Body::Grant(Grant { user: scene.insiders.user(), role: MatterRole::Lead });
    let chain = scene.chain();
    scene.insider.commit(&[(chain, vec![scene.insider.sign(chain, &coup)])]);
    scene.goes_on();
    for vault in [&scene.firm.partner, &scene.member] {
        let report = vault.verify(Scope::Firm, None).unwrap();
        let [Reported { why, author, committed_by, .. }] = report.reported[..] else { panic!("{report}") };
        assert_eq!((why, author, committed_by), (Fault::Role, scene.insider.device, scene.insider.device));
        assert!(report.void.is_empty() && report.findings.is_empty(), "{report}");
    }
    let theirs = crate::seen_by(&scene.insiders, &scene.matter);
    refused(theirs.admit(scene.member.user(), MatterRole::Reader), "role-missing");
}

#[test]
fn a_root_that_matches_no_bytes_is_refused_with_its_committer() {
    // Not the insider alone: the store has to lose the bytes. It is a case for a restore.
    let scene = Scene::set_up();
    let chain = scene.chain();
    let newest = crate::store::Copy::of(&scene.firm.shared, &scene.chains());
    scene.insider.commit(&[(chain, vec![b"junk".to_vec()])]);
    let mut other = leaves(&scene.firm.shared, chain);
    *other.last_mut().unwrap() = b"gone".to_vec();
    replace(&scene.firm.shared, chain, &other);
    let error = scene.matter.documents_count().unwrap_err();
    assert_eq!(error.code(), "firm-tampered");
    let place =
        std::error::Error::source(&error).and_then(|source| source.downcast_ref::<Failure>()).unwrap();
    assert_eq!((place.chain, place.committer), (Some(chain), Some(scene.insider.device)));
    other.pop();
    replace(&scene.firm.shared, chain, &other);
    refused(scene.matter.documents_count(), "store-incomplete");
    refused(scene.member.verify(Scope::Firm, None), "store-incomplete");
    newest.restore(&scene.firm.shared);
    scene.goes_on();
}

#[test]
fn the_evidence_outlives_a_lock_and_a_chain_that_takes_part_of_it_over() {
    let mut scene = Scene::set_up();
    let (insider, chain) = (&scene.insider, scene.chain());
    let grant = Body::Grant(Grant { user: scene.member.user(), role: MatterRole::Lead });
    let record = insider.sign(chain, &grant);
    // Void for its second leaf; then a good anchor over the first alone.
    insider.commit(&[(chain, vec![record.clone(), b"junk".to_vec()])]);
    let before = insider.state().head(chain).unwrap();
    insider.commit(&[(chain, vec![record])]);
    let mut with = leaves(&scene.firm.shared, chain);
    assert_eq!(with.len() as u64, before.size + 1);
    with.push(b"junk".to_vec());
    replace(&scene.firm.shared, chain, &with);
    let clean = |vault: &Vault| {
        let report = vault.verify(Scope::Firm, None).unwrap();
        assert_eq!(
            report.void.iter().map(|void| void.why).collect::<Vec<_>>(),
            [Flaw::NotARecord],
            "{report}"
        );
        let export = vault.export(Scope::Firm).unwrap().to_bytes();
        assert_eq!(verify_export(&export, vault.trust()).unwrap().void, report.void);
    };
    clean(&scene.firm.partner);
    // What a device remembers of it is read again when it is unlocked.
    scene.firm.partner.lock();
    scene.firm.partner = Vault::unlock(scene.firm.shared.clone(), protector(0), Options::default()).unwrap();
    scene.matter = crate::seen_by(&scene.firm.partner, &scene.matter);
    scene.goes_on();
    assert!(!leaves(&scene.firm.shared, chain).contains(&b"junk".to_vec()));
    clean(&scene.firm.partner);
    clean(&scene.member);
    clean(&scene.firm.join("L.", 7));

    // More than the anchor covered is no evidence of it, however much a store puts there.
    let kept = rows(&scene.firm.shared, 0x03);
    let (last, _) = kept.last().unwrap();
    let surplus = |n: u8| {
        let mut key = last.as_bytes().to_vec();
        key[32] += n;
        RowKey::new(key).unwrap()
    };
    for n in 1..4 {
        put(&scene.firm.shared, &surplus(n), Some(b"junk"));
        refused(scene.member.verify(Scope::Firm, None), "firm-tampered");
    }
    (1..4).for_each(|n| put(&scene.firm.shared, &surplus(n), None));
    clean(&scene.member);
}

#[test]
fn evidence_that_the_store_lost_stops_the_next_writer_before_it_is_too_late() {
    let scene = Scene::set_up();
    let chain = scene.chain();
    let (clean, chains) = (leaves(&scene.firm.shared, chain), scene.chains());
    scene.insider.commit(&[(chain, vec![b"junk".to_vec()])]);
    assert_eq!(scene.matter.documents_count().unwrap(), 3);
    let whole = leaves(&scene.firm.shared, chain);
    replace(&scene.firm.shared, chain, &clean);
    let lost = crate::store::Copy::of(&scene.firm.shared, &chains);
    refused(scene.matter.rotate(), "store-incomplete");
    assert!(lost.is_still(&scene.firm.shared), "nothing was written");
    replace(&scene.firm.shared, chain, &whole);
    scene.goes_on();
    assert_eq!(scene.member.verify(Scope::Firm, None).unwrap().void.len(), 1);
}
