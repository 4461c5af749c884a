//! What colleagues decide while a share is made. Their acts are written by a program of their own: no verb changes a
//! policy or a designation yet.

use std::fs;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use privity::audit::body::{Body, Designation, FirmRole, List, MatterRole, Padding, Policy, Redesignated};
use privity::envelope::Profile;
use privity::sharing::Party;
use privity::store::MemoryDevice;
use privity::vault::{Matter, NewDocument, Vault};
use privity::{ChainId, DocumentId, Flow, Progress, Result, Watcher};

use super::insider::{Insider, chain_of, state_of};
use super::people::{Firm, admit, refused};
use super::{Contact, draft, is_empty, of_device, of_party};

/// Commits a record of a colleague's, once, when something of the share was sealed.
struct Once<'i> {
    seen: AtomicUsize,
    insider: &'i Insider,
    record: Option<(ChainId, Body)>,
}

impl Watcher for Once<'_> {
    fn step(&self, _: Progress) -> Result<Flow> {
        if let Some((chain, body)) = &self.record
            && self.seen.fetch_add(1, Ordering::SeqCst) == 0
        {
            self.insider.commit(&[(*chain, vec![self.insider.sign(*chain, body)])]);
        }
        Ok(Flow::Continue)
    }
}

struct Scene {
    firm: Firm,
    colleague: Vault,
    matter: Matter,
    id: DocumentId,
}

impl Scene {
    fn new() -> Self {
        let firm = Firm::in_memory();
        let own = firm.shared.with_device(Arc::new(MemoryDevice::new()));
        let colleague = firm.join_on(own, "B. Colleague", 1, &[FirmRole::Administrator]);
        let matter = firm.matter("Doe v. Roe");
        admit(&matter, &colleague, MatterRole::Member);
        let id = matter.seal_bytes(NewDocument::new("a.pdf").unwrap(), b"a").unwrap().id;
        Self { firm, colleague, matter, id }
    }

    fn directory(&self) -> ChainId {
        state_of(&self.firm.shared, &self.colleague).directory().unwrap()
    }
}

fn stricter(scene: &Scene) -> (ChainId, Body) {
    let designation = Designation::ATTORNEYS_EYES_ONLY;
    let body = Redesignated { document: scene.id, version: 1.try_into().unwrap(), designation };
    (chain_of(scene.matter.id()), Body::Redesignated(body))
}

fn without_chacha(scene: &Scene) -> (ChainId, Body) {
    let policy = Policy {
        version: NonZeroU64::MIN,
        cosigners: 1,
        freshness: 86_400,
        profiles: List::new(vec![Profile::Aes]).unwrap(),
        padding: Padding::Padme,
    };
    (scene.directory(), Body::Policy(policy))
}

/// A stricter designation, and a policy without the algorithms of age: the share that is being made is not made.
#[test]
fn what_others_decide_meanwhile_holds_for_a_share() {
    type Act = fn(&Scene) -> (ChainId, Body);
    let cases: [(Option<Act>, &str); 3] =
        [(None, ""), (Some(stricter), "terms"), (Some(without_chacha), "share-profile")];
    for (act, code) in cases {
        let scene = Scene::new();
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("share.age");
        let counsel = of_party(&Party::generate().unwrap(), "C. Counsel");
        let insider = Insider::of(&scene.colleague, &scene.firm.shared);
        let record = act.map(|act| act(&scene));
        let watcher = Once { seen: AtomicUsize::new(0), insider: &insider, record };
        let shared = scene.matter.share(&draft(&[&counsel]), &[scene.id], &target, Some(&watcher));
        if act.is_none() {
            assert_eq!(shared.unwrap().manifest.designation, Designation::CONFIDENTIAL);
            assert_eq!(scene.matter.shares().unwrap().len(), 1);
            continue;
        }
        refused(shared, code);
        assert!(watcher.seen.into_inner() > 0, "it came before");
        assert!(is_empty(folder.path()) && scene.matter.shares().unwrap().is_empty(), "{code}");

        // Nor is the next one. The record alone leaves the document's key wrapped for the designation it had.
        let next = if code == "terms" { "row-mismatch" } else { code };
        refused(scene.matter.share(&draft(&[&counsel]), &[scene.id], &target, None), next);
        assert!(is_empty(folder.path()));
    }
}

/// More documents than one record names: one share out, one share in; taken in twice, two.
#[test]
fn a_share_of_many_documents_is_one_entry() {
    const MANY: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Firm::in_memory(), Firm::in_memory());
    let matter = ours.matter("Doe v. Roe");
    let mut files = Vec::new();
    for number in 0..MANY {
        let path = folder.path().join(format!("{number:03}.txt"));
        fs::write(&path, format!("page {number}")).unwrap();
        files.push((NewDocument::new(format!("{number:03}.txt")).unwrap(), path));
    }
    let ids: Vec<DocumentId> =
        matter.seal_all(files, None).unwrap().sealed.iter().map(|info| info.id).collect();
    let share = folder.path().join("share.age");
    let to = of_device(&theirs.partner, "T. Partner");
    matter.share(&draft(&[&to]), &ids, &share, None).unwrap();
    let out = matter.shares().unwrap();
    assert_eq!((out.len(), out[0].documents.len()), (1, MANY));

    let defence = theirs.matter("Roe, defence");
    let contacts = [Contact::Verified(of_device(&ours.partner, "A. Partner"))];
    for times in 1..=2 {
        let mut own: Vec<DocumentId> =
            defence.accept(&share, &contacts, None).unwrap().documents.iter().map(|info| info.id).collect();
        own.sort();
        let listed = defence.received().unwrap();
        assert_eq!(listed.len(), times);
        let newest = listed.last().unwrap();
        let mut documents: Vec<DocumentId> = newest.documents.iter().map(|one| one.document).collect();
        documents.sort();
        assert_eq!(documents, own, "import {times}");
        assert!(newest.provenance.is_some());
    }
}
