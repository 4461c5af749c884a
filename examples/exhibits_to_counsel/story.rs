//! The story, from all sides.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use privity::keys::{Passphrase, Protector};
use privity::sharing::{
    Accepted, Addressee, CardDetails, Contact, Draft, Keys, Party, Receipt, ReceiptAction, Refusal, Request,
    SignedReceipt, Step, Terms, UnverifiedContact, VerifiedContact, accept_folder, age,
};
use privity::store::Storage;
use privity::vault::{Matter, NewDocument, NewFirm, NewMatter, Options, Scope, Vault, verify_export};
use privity::{Clock, DocumentId, SecretBytes, SystemClock, Timestamp};

use crate::report::{Report, rate};
use crate::stock::{self, Lawyer};
use crate::{Outcome, samples, walk};

/// Tells it, over the files of a folder or the sample documents.
pub fn tell(folder: Option<PathBuf>) -> Outcome<Report> {
    // Removed whatever happens: it holds a firm that nobody needs afterwards.
    let temporary = tempfile::Builder::new().prefix("privity-exhibits-").tempdir()?;
    let roots = match folder {
        Some(folder) => vec![folder],
        None => samples::documents(&temporary.path().join("exhibit"), 1)?,
    };
    let entries = walk::walk(&roots)?;
    let files: Vec<PathBuf> =
        entries.iter().filter(|entry| entry.found.is_ok()).map(|entry| entry.path.clone()).collect();
    let mut report = Report::default();
    report.line(!files.is_empty(), format!("exhibits   {} documents", files.len()));
    let firm = Firm::create(temporary.path(), &files)?;
    let lawyer = Outside::new(temporary.path(), &firm)?;
    let shared = firm.share_with(&lawyer, &mut report)?;
    lawyer.accepts(&firm, &shared, &files, &mut report)?;
    lawyer.refuses(&firm, &shared, &mut report)?;
    let stock = with_stock_tools(temporary.path(), &firm, &files, &mut report)?;
    firm.concludes(if stock { 2 } else { 1 }, &mut report)?;
    temporary.close()?;
    Ok(report)
}

/// The firm: one partner, one matter, the exhibits sealed in it.
struct Firm {
    at: PathBuf,
    vault: Vault,
    matter: Matter,
    exhibits: Vec<DocumentId>,
}

/// The lawyer outside who has this library, and whom she knows.
struct Outside {
    at: PathBuf,
    party: Party,
    contacts: Vec<Contact>,
}

impl Firm {
    fn create(at: &Path, files: &[PathBuf]) -> Outcome<Self> {
        let storage = Storage::folder(&at.join("firm"), &at.join("device"))?;
        let new = NewFirm::new("Example LLP", "A. Partner");
        let (vault, _root_files) = Vault::create(
            storage,
            new,
            passphrase("the partner's")?,
            passphrase("what opens the safe")?,
            Options::default(),
        )?;
        let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
        let documents = files.iter().map(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            Ok((NewDocument::new(name.unwrap_or_default())?, path.clone()))
        });
        let sealed = matter.seal_all(documents.collect::<privity::Result<Vec<_>>>()?, None)?;
        let exhibits = sealed.sealed.iter().map(|one| one.id).collect();
        Ok(Self { at: at.to_path_buf(), vault, matter, exhibits })
    }

    fn draft(&self, to: Addressee) -> Draft {
        let terms = Terms { expires: Some(in_days(30)), ..Terms::new("Exhibits for the hearing of 4 May") };
        Draft::new(vec![to], "A. Partner", "Example LLP", terms)
    }

    /// Cards are exchanged, words compared, the exhibits shared.
    fn share_with(&self, lawyer: &Outside, report: &mut Report) -> Outcome<PathBuf> {
        let card = lawyer.party.card(&card_of("B. Lawyer"))?.to_text()?;
        let unverified = UnverifiedContact::from_card(privity::sharing::Card::from_text(&card)?);
        // She reads her words over the telephone; one wrong word and she stays unverified.
        let mut wrong = lawyer.party.card(&card_of("B. Lawyer"))?.fingerprint().words();
        wrong[11] = if wrong[11] == "abandon" { "zoo" } else { "abandon" };
        let refused = unverified.confirm(&wrong).err().map(|error| error.code());
        let contact = unverified.confirm(&lawyer.party.card(&card_of("B. Lawyer"))?.fingerprint().words())?;
        report.line(
            refused == Some("words"),
            "cards      exchanged, twelve words compared; with one wrong word she is not verified",
        );
        let share = self.at.join("exhibits.age");
        let from = Instant::now();
        let made = self.matter.share(&self.draft(Addressee::from(&contact)), &self.exhibits, &share, None)?;
        let listed = self.matter.shares()?;
        report.line(
            listed.len() == 1 && made.manifest.documents.len() == self.exhibits.len(),
            format!("share      {} documents, {} and on record", self.exhibits.len(), speed(&share, from)?),
        );
        Ok(share)
    }

    fn files(&self, receipt: &SignedReceipt, report: &mut Report, who: &str) -> Outcome<()> {
        let filed = self.matter.file_receipt(receipt)?;
        report.line(
            filed.action == ReceiptAction::Received,
            format!("receipt    of the lawyer with {who}, verified and on file"),
        );
        Ok(())
    }

    fn concludes(&self, expected: usize, report: &mut Report) -> Outcome<()> {
        let shares = self.matter.shares()?;
        let acknowledged = shares.iter().flat_map(|share| &share.recipients);
        let acknowledged = acknowledged.filter(|one| one.acknowledged.is_some()).count();
        report.line(
            shares.len() == expected && acknowledged == expected,
            format!("out        {} shares, {acknowledged} acknowledged", shares.len()),
        );
        let export = self.vault.export(Scope::Matter(self.matter.id()))?.to_bytes();
        let verified = verify_export(&export, self.vault.trust())?;
        report.line(
            verified.findings.is_empty() && verified.void.is_empty(),
            format!(
                "verdict    every act stands in the chain: {} records verified from the export",
                verified.records
            ),
        );
        Ok(())
    }
}

impl Outside {
    /// She knows the firm by its words.
    fn new(at: &Path, firm: &Firm) -> Outcome<Self> {
        let card = firm.vault.card(&card_of("A. Partner"))?;
        let words = card.fingerprint().words();
        let firm = UnverifiedContact::from_card(card).confirm(&words)?;
        let contacts = vec![Contact::Verified(firm)];
        Ok(Self { at: at.to_path_buf(), party: Party::generate()?, contacts })
    }

    fn accept(&self, share: &Path, into: &Path, now: Timestamp) -> Result<Accepted, Refusal> {
        let request = Request { keys: Keys::Party(&self.party), contacts: &self.contacts, now };
        accept_folder(share, &request, into, age::Options::default())
    }

    fn accepts(&self, firm: &Firm, share: &Path, files: &[PathBuf], report: &mut Report) -> Outcome<()> {
        let into = self.at.join("received");
        let from = Instant::now();
        let accepted = self.accept(share, &into, SystemClock.now())?;
        let took = speed(share, from)?;
        report.line(
            same(files, &into, &accepted)?,
            format!(
                "accepted   {} steps, {took}; every document is the one that was sealed",
                Step::ALL.len()
            ),
        );
        let receipt = Receipt::sign(&self.party, &accepted, ReceiptAction::Received, SystemClock.now())?;
        firm.files(&receipt, report, "this library")
    }

    /// What must not be accepted is not, and leaves nothing.
    fn refuses(&self, firm: &Firm, share: &Path, report: &mut Report) -> Outcome<()> {
        let into = self.at.join("refused");
        let mut line = |what: &str, refused: Result<Accepted, Refusal>, step: Step, code: &str| {
            let refused = refused.err();
            let told = refused.as_ref().map(|refusal| (refusal.step, refusal.error.code()));
            report.line(
                told == Some((step, code)) && !into.exists(),
                format!(
                    "refused    {what}: {}",
                    refused.map_or("accepted".to_owned(), |one| one.error.code().to_owned())
                ),
            );
        };
        line("after its time", self.accept(share, &into, in_days(31)), Step::Terms, "share-expired");
        let mut bytes = fs::read(share)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let altered = self.at.join("altered.age");
        fs::write(&altered, &bytes)?;
        line(
            "altered on its way",
            self.accept(&altered, &into, SystemClock.now()),
            Step::Decrypt,
            "content-refused",
        );
        // She passes it on to a colleague who knows the firm too, sealed anew.
        let colleague = Self::new(&self.at, firm)?;
        let [own, _] = self.party.identities();
        let archive = age::open(&[own], &fs::read(share)?)?;
        let passed_on = self.at.join("passed-on.age");
        fs::write(
            &passed_on,
            age::seal(&age::Recipients::new(&[colleague.party.recipient().clone()])?, &archive)?,
        )?;
        let forwarded = colleague.accept(&passed_on, &into, SystemClock.now());
        line("passed on to somebody else", forwarded, Step::Recipient, "not-a-recipient");
        let stranger = Self { contacts: Vec::new(), ..Self::new(&self.at, firm)? };
        let unknown =
            Request { keys: Keys::Party(&self.party), contacts: &stranger.contacts, now: SystemClock.now() };
        let unknown = accept_folder(share, &unknown, &into, age::Options::default());
        line("from whom she does not know", unknown, Step::Sender, "sender-unknown");
        Ok(())
    }
}

/// The part of the lawyer with stock tools; `false` where they are missing.
fn with_stock_tools(at: &Path, firm: &Firm, files: &[PathBuf], report: &mut Report) -> Outcome<bool> {
    let missing = stock::missing();
    if !missing.is_empty() {
        let required = std::env::var_os("PRIVITY_SHARED").is_some();
        report.line(!required, format!("LEFT OUT   the lawyer with stock tools: no {}", missing.join(", ")));
        return Ok(false);
    }
    let lawyer = Lawyer::new(&at.join("stock"))?;
    let (recipient, ssh) = lawyer.keys()?;
    let recipients = [recipient.parse::<age::Recipient>()?];
    let contact = UnverifiedContact::from_keys("C. Lawyer", "", &ssh, &recipients)?;
    // She gave both on paper, too.
    let contact: VerifiedContact = contact.confirm_keys(&ssh, &recipients)?;
    let draft = firm.draft(Addressee::from(&contact));
    let draft = if recipient.starts_with("age1pq") { draft } else { draft.classic() };
    let share = at.join("for-stock-tools.age");
    firm.matter.share(&draft, &firm.exhibits, &share, None)?;
    lawyer.receives(&share, &firm.vault.party()?.ssh_key())?;
    // The first two commands unpack the share, and with it the text that has them all.
    lawyer.run("age -d -i key.txt -o share.zip share.age && unzip -q share.zip README.txt")?;
    let readme = fs::read_to_string(lawyer.file("README.txt"))?;
    fs::remove_file(lawyer.file("share.zip"))?;
    let commands = ["age", "unzip", "printf 'sender", "ssh-keygen -Y verify", "(cd", "cut", "diff"];
    lawyer.follows(&readme, &commands)?;
    let mut equal = true;
    for (file, entry) in files.iter().zip(sorted(&lawyer.file("share/documents"))?) {
        equal &= fs::read(file)? == fs::read(entry)?;
    }
    report.line(
        equal,
        "stock      opened and verified with age, unzip, ssh-keygen, sha256sum as README.txt says",
    );
    lawyer.follows(&readme, &["printf '{", "ssh-keygen -Y sign"])?;
    let json = fs::read(lawyer.file("receipt.json"))?;
    let signature = fs::read_to_string(lawyer.file("receipt.json.sig"))?;
    firm.files(&SignedReceipt { json, signature }, report, "stock tools")?;
    lawyer.run("for document in share/documents/0001-*; do printf x >> \"$document\"; done")?;
    let altered = lawyer.follows(&readme, &["(cd share && sha256sum"]);
    report.line(altered.is_err(), "stock      one byte more in a document: sha256sum refuses it");
    Ok(true)
}

fn same(files: &[PathBuf], into: &Path, accepted: &Accepted) -> Outcome<bool> {
    let documents = &accepted.manifest.documents;
    let mut same = files.len() == documents.len();
    for (file, document) in files.iter().zip(documents) {
        same &= fs::read(file)? == fs::read(into.join(&document.path))?;
    }
    Ok(same)
}

fn sorted(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn speed(share: &Path, from: Instant) -> Outcome<String> {
    let megabytes = fs::metadata(share)?.len() as f64 / 1e6;
    Ok(format!("{megabytes:.1} MB at {:.0} MB/s", rate(megabytes, from.elapsed())))
}

fn card_of(name: &str) -> CardDetails<'_> {
    let not_before = SystemClock.now();
    CardDetails {
        name,
        organisation: "",
        not_before,
        expires: in_days(365),
        with_classic: false,
        previous: None,
    }
}

fn in_days(days: u64) -> Timestamp {
    let micros = SystemClock.now().micros() + Duration::from_secs(days * 86_400).as_micros() as u64;
    Timestamp::from_micros(micros).unwrap_or_else(|| SystemClock.now())
}

fn passphrase(text: &str) -> Outcome<Arc<dyn Protector>> {
    Ok(Arc::new(Passphrase::new(SecretBytes::new(text.as_bytes().to_vec()))?))
}
