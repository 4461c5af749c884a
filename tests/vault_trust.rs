//! Who vouches for what a vault sees, a second device, the root's files.

#[path = "vault/people.rs"]
mod people;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use people::{Firm, admit, protector, refused, seen_by};
use privity::audit::body::MatterRole;
use privity::keys::RootKeys;
use privity::store::{MemoryDevice, Storage};
use privity::vault::{
    AccessReason, Anchored, Freshness, NewDocument, NewFirm, NewMatter, NewUser, Options, Scope, Stale, Vault,
};
use privity::{Clock, Timestamp};

/// A clock that a test sets, in seconds.
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst) * 1_000_000).unwrap()
    }
}

const NOON: u64 = 1_800_000_000;

#[test]
fn acts_wait_for_a_colleague_where_policy_asks_for_freshness() {
    let clock = Arc::new(Hands(AtomicU64::new(NOON)));
    let storage = Storage::memory();
    let new = NewFirm::new("Example LLP", "A.");
    let options = || Options { clock: clock.clone(), ..Options::default() };
    let (partner, _) = Vault::create(storage.clone(), new, protector(0), protector(9), options()).unwrap();
    let report = partner.verify(Scope::Firm, None).unwrap();
    assert_eq!((report.anchored.clone(), report.freshness), (Anchored::Unanchored, Freshness::Unproven));
    assert_eq!(report.verdict(), "valid, unanchored");

    let colleague = storage.with_device(Arc::new(MemoryDevice::new()));
    let request = Vault::request(colleague.clone(), NewUser::new("B."), protector(1)).unwrap();
    let approval = partner.enrol(&request, &request.words(), &[]).unwrap();
    Vault::accept(colleague.clone(), &approval, protector(1), options()).unwrap().lock();
    partner.lock();

    let strict = || Options { stale: Stale::Refuse, ..options() };
    let partner = Vault::unlock(storage.clone(), protector(0), strict()).unwrap();
    // The colleague's acceptance is the newest; the partner's own cosignature does not count for
    // the partner's own acts, the colleague's for what lies before does.
    partner.open_matter(NewMatter::new("One")).unwrap();
    clock.0.fetch_add(25 * 3_600, Ordering::SeqCst);
    refused(partner.open_matter(NewMatter::new("Two")), "frozen");
    assert_eq!(partner.matters().unwrap().len(), 1, "nothing was written");

    // A colleague unlocks, verifies forward and vouches.
    Vault::unlock(colleague, protector(1), options()).unwrap().lock();
    partner.open_matter(NewMatter::new("Two")).unwrap();
    let report = partner.verify(Scope::Firm, None).unwrap();
    assert!(matches!(report.anchored, Anchored::UpTo { .. }), "{report}");
}

#[test]
fn a_second_device_of_a_user_opens_what_the_first_can() {
    let firm = Firm::in_memory();
    let matter = firm.matter("One");
    let letter = matter.seal_bytes(NewDocument::new("a").unwrap(), b"content").unwrap();
    let phone = firm.second_device(4);
    assert_eq!(phone.user(), firm.partner.user());
    assert_ne!(phone.device(), firm.partner.device());
    assert_eq!(seen_by(&phone, &matter).open_bytes(letter.id, AccessReason::none()).unwrap(), b"content");
    // Two devices of one person are no witnesses of each other.
    assert_eq!(phone.verify(Scope::Firm, None).unwrap().anchored, Anchored::Unanchored);
}

#[test]
fn the_root_and_the_next_root_are_two_files_under_the_roots_protector() {
    let firm = Firm::in_memory();
    let root = RootKeys::unlock(&firm.root.root, &*protector(99)).unwrap();
    let next = RootKeys::unlock(&firm.root.next, &*protector(99)).unwrap();
    assert!(root.recovery().is_some() && next.recovery().is_none());
    assert_ne!(root.root().verifying_key(), next.root().verifying_key());
    refused(RootKeys::unlock(&firm.root.root, &*protector(98)), "unlock-refused");
}

#[test]
fn a_role_that_reads_no_more_begins_the_next_epoch() {
    let firm = Firm::in_memory();
    let member = firm.join("M.", 1);
    let matter = firm.matter("One");
    admit(&matter, &member, MatterRole::Member);
    let before = matter.seal_bytes(NewDocument::new("before").unwrap(), b"1").unwrap();
    assert_eq!(seen_by(&member, &matter).open_bytes(before.id, AccessReason::none()).unwrap(), b"1");
    matter.admit(member.user(), MatterRole::Auditor).unwrap();
    assert_eq!(matter.epoch().unwrap(), 2);
    let after = matter.seal_bytes(NewDocument::new("after").unwrap(), b"2").unwrap();
    let demoted = seen_by(&member, &matter);
    refused(demoted.open_bytes(after.id, AccessReason::none()), "role-missing");
    assert_eq!(demoted.name().unwrap().as_deref(), Some("One"), "an auditor reads details");
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
}

#[test]
fn a_document_is_sealed_once_and_a_run_that_broke_off_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let firm = Firm::in_folder(folder.path());
    let matter = firm.matter("One");
    let sources: Vec<_> = (0..300)
        .map(|n| {
            let path = folder.path().join(format!("{n}.txt"));
            std::fs::write(&path, vec![b'x'; n * 7]).unwrap();
            (NewDocument::new(format!("{n}.txt")).unwrap(), path)
        })
        .collect();
    let first = matter.seal_all(sources[..100].to_vec(), None).unwrap();
    assert_eq!((first.sealed.len(), first.already.len(), first.commits), (100, 0, 1));
    let mut again = sources.clone();
    again.push((NewDocument::new("gone").unwrap(), folder.path().join("gone.txt")));
    let all = matter.seal_all(again, None).unwrap();
    assert_eq!((all.sealed.len(), all.already.len(), all.commits), (200, 100, 1));
    assert_eq!(all.failed.len(), 1);
    assert_eq!(all.failed[0].1.name(), "source-unreadable");
    refused(matter.seal_bytes(sources[0].0.clone(), b"again"), "document-exists");
    assert_eq!(matter.documents_count().unwrap(), 300);
    let to = folder.path().join("opened");
    let id = sources[299].0.id();
    assert_eq!(matter.open_file(id, AccessReason::because("test"), &to, None).unwrap(), 299 * 7);
    assert_eq!(std::fs::read(&to).unwrap(), vec![b'x'; 299 * 7]);
    refused(matter.open_file(id, AccessReason::none(), &to, None), "exists");
    // No blob is left that no record names.
    let blobs = firm.shared.blobs.list(None, 1_000).unwrap();
    assert_eq!(blobs.len(), 300);
    assert!(firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
}
