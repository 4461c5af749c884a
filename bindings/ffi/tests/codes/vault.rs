//! Codes of a vault whose stores are as they should be.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;

use privity::{DocumentId, MatterId, UserId};
use privity_ffi::{
    Approval, Blob, EnrolmentRequest, Flow, HostError, MatterRole, NewDocument, NewUser, Options,
    ProgressListener, Scope, Stale, TrustRoot, Vault, request_enrolment, verify_export,
};

use super::Seen;
use super::common::{Desk, file};

pub fn steps(seen: &mut Seen) {
    let desk = Desk::new();
    let partner = desk.firm();
    let matter = partner.open_matter("Doe v. Roe".to_owned(), None).unwrap();
    let letter = matter.seal_bytes(file("letter"), b"Dear Sirs").unwrap();

    seen.fails("already-there", partner.open_matter("Again".to_owned(), Some(matter.id().unwrap())));
    seen.fails("matter-unknown", partner.matter(MatterId::generate().unwrap()));
    seen.fails("document-unknown", matter.document(DocumentId::generate().unwrap()));
    let again = NewDocument { id: Some(letter.id), ..file("letter") };
    seen.fails("document-exists", matter.seal_bytes(again, b""));
    seen.fails("user-unknown", matter.admit(UserId::generate().unwrap(), MatterRole::Member));
    seen.fails("source-unreadable", matter.seal_file(file("x"), desk.path("missing"), None));

    // Files, watched.
    let path = desk.path("big");
    std::fs::write(&path, vec![1; 2_000_000]).unwrap();
    let seal = |act: fn(&str) -> Result<Flow, HostError>| {
        let listener = Arc::new(Acts { act, path: path.clone() });
        matter.seal_file(file("big"), path.clone(), Some(listener))
    };
    seen.fails("cancelled", seal(|_| Ok(Flow::Cancel)));
    seen.fails("watcher-failed", seal(|_| Err(HostError::Failed)));
    seen.fails(
        "source-changed",
        seal(|path| {
            OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
            Ok(Flow::Continue)
        }),
    );

    // People.
    let storage = desk.storage("paralegal");
    let guard = desk.guard("paralegal");
    let new = || NewUser { name: "P. Legal".to_owned(), user: None };
    let request = request_enrolment(storage.clone(), new(), guard.clone()).unwrap();
    seen.fails("enrolment", EnrolmentRequest::from_bytes(Blob::new(b"no request").unwrap()));
    let mut misheard = request.words().unwrap();
    misheard.reverse();
    seen.fails("words", partner.enrol(request.clone(), misheard, vec![]));
    let approval = partner.enrol(request.clone(), request.words().unwrap(), vec![]).unwrap();
    let paralegal = request.user().unwrap();
    seen.fails("user-key-missing", matter.admit(paralegal, MatterRole::Reader));
    let other = request_enrolment(desk.storage("other"), new(), desk.guard("other")).unwrap();
    let accept = |device: &str, approval: Arc<Approval>| {
        Vault::accept(desk.storage(device), approval, desk.guard(device), None)
    };
    seen.fails("enrolment-mismatch", accept("other", approval.clone()));
    drop(other);
    let theirs = accept("paralegal", approval).unwrap();
    let mine = theirs.matter(matter.id().unwrap()).unwrap();
    seen.fails("no-access", mine.open_bytes(letter.id, None));
    seen.fails("role-missing", theirs.open_matter("Mine".to_owned(), None));
    matter.admit(paralegal, MatterRole::Reader).unwrap();
    seen.fails("already-admitted", matter.admit(paralegal, MatterRole::Reader));
    seen.fails("role-missing", mine.seal_bytes(file("x"), b""));
    matter.screen(paralegal, "conflict".to_owned()).unwrap();
    seen.fails("screened", mine.open_bytes(letter.id, None));

    // What outsiders are shown of this device, one of two.
    let standing = partner.party().unwrap().standing().unwrap().unwrap();
    super::sharing::standing(seen, &standing, partner.trust().unwrap().genesis);

    // A device that is there already.
    let words = request.words().unwrap();
    seen.fails("key-used", partner.enrol(request, words, vec![]));

    // Ids, exports, readers.
    seen.fails("text", parsed("mat_of_nothing"));
    let trust = partner.trust().unwrap();
    seen.fails("export", verify_export(b"no export", trust.clone()));
    let export = partner.export(Scope::Firm).unwrap();
    let other = TrustRoot { genesis: privity::Hash([1; 32]), ..trust };
    seen.fails("other-firm", verify_export(export.as_slice(), other));
    let reader = matter.reader(letter.id, None).unwrap();
    seen.fails("out-of-range", reader.read_at(10, 1));
    reader.release().unwrap();
    seen.fails("handle-ended", reader.len());
    seen.fails("bytes-too-long", Blob::zeros(1 << 31, |_| Ok(())));

    partner.lock().unwrap();
    seen.fails("locked", matter.name());
    let strict = Options { fresh_for: Some(0), stale: Some(Stale::Refuse), ..Options::default() };
    let strict = Vault::unlock(desk.storage("partner"), desk.guard("partner"), Some(strict)).unwrap();
    seen.fails("frozen", strict.open_matter("Frozen".to_owned(), None));
}

/// An id as it comes in: what the exported calls do with a text before they begin.
fn parsed(text: &str) -> privity_ffi::Result<MatterId> {
    Ok(text.parse::<MatterId>()?)
}

/// Does something to the file that is being read.
struct Acts {
    act: fn(&str) -> Result<Flow, HostError>,
    path: String,
}

impl ProgressListener for Acts {
    fn step(&self, _done: u64, _total: Option<u64>) -> Result<Flow, HostError> {
        (self.act)(&self.path)
    }
}
