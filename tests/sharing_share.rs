//! A share from one party to another: made, accepted, refused where it must be.

#[path = "sharing_share/once.rs"]
mod once;

use std::fs;
use std::path::{Path, PathBuf};

use privity::sharing::age::Options;
use privity::sharing::{
    Addressee, CardDetails, Contact, Draft, Keys, Party, Receipt, ReceiptAction, Request, Step, Terms,
    UnverifiedContact, VerifiedContact, accept_folder, share_files,
};
use privity::{Clock, SystemClock, Timestamp};

fn now() -> Timestamp {
    SystemClock.now()
}

fn verified(party: &Party, name: &str) -> VerifiedContact {
    let later = Timestamp::from_micros(now().micros() + 86_400_000_000).unwrap();
    let not_before = Timestamp::from_micros(0).unwrap();
    let details = CardDetails {
        name,
        organisation: "",
        not_before,
        expires: later,
        with_classic: true,
        previous: None,
    };
    let card = party.card(&details).unwrap();
    let words = card.fingerprint().words();
    UnverifiedContact::from_card(card).confirm(&words).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    [("Exhibit 1.pdf", &b"%PDF-1.7 one"[..]), ("Übersicht.txt", b""), ("b.bin", &[7; 300_000])]
        .map(|(name, content)| {
            let path = folder.join(name);
            fs::write(&path, content).unwrap();
            path
        })
        .to_vec()
}

#[test]
fn what_one_party_shares_the_other_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let (counsel, expert) = (Party::generate().unwrap(), Party::generate().unwrap());
    let to = vec![Addressee::from(&verified(&expert, "E. Expert"))];
    let draft = Draft::new(to, "C. Counsel", "Counsel & Co", Terms::new("Expert report"));
    let sources = files(folder.path());
    let share = folder.path().join("share.age");
    let made = share_files(&counsel, &draft, &sources, &share, now(), Options::default()).unwrap();
    let contacts = [Contact::Verified(verified(&counsel, "C. Counsel"))];
    let request = Request { keys: Keys::Party(&expert), contacts: &contacts, now: now() };
    let into = folder.path().join("in");
    let accepted = accept_folder(&share, &request, &into, Options::default()).unwrap();
    assert_eq!(accepted.manifest, made.manifest);
    for (source, document) in sources.iter().zip(&accepted.manifest.documents) {
        assert_eq!(fs::read(source).unwrap(), fs::read(into.join(&document.path)).unwrap());
    }
    // Once more: nothing is replaced.
    let again = accept_folder(&share, &request, &into, Options::default()).unwrap_err();
    assert_eq!((again.step, again.error.code()), (Step::Decrypt, "exists"));
    // A receipt comes back.
    let receipt = Receipt::sign(&expert, &accepted, ReceiptAction::Received, now()).unwrap();
    let read = Receipt::verify(&receipt, &made.manifest, &verified(&expert, "E. Expert")).unwrap();
    assert_eq!(read.share, made.manifest.share);
    let other = Receipt::verify(&receipt, &made.manifest, &verified(&counsel, "C. Counsel"));
    assert_eq!(other.unwrap_err().code(), "receipt-refused");
}
