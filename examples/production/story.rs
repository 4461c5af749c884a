//! The story from the firm's side.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use privity::audit::body::{MAX_DOCUMENTS, MatterRole};
use privity::keys::{Passphrase, Protector};
use privity::store::Storage;
use privity::vault::{
    AccessReason, Anchored, DocumentInfo, EnrolmentRequest, Matter, NewDocument, NewFirm, NewMatter, NewUser,
    Options, Scope, Vault,
};
use privity::{Flow, Progress, SecretBytes, Watcher};

use crate::child::{self, Paralegal, hex, unhex};
use crate::report::{Report, rate};
use crate::{Outcome, bare, samples, walk};

/// Tells it, over the files of a folder or the sample documents.
pub fn tell(folder: Option<PathBuf>) -> Outcome<Report> {
    // Removed whatever happens: it holds a firm that nobody needs afterwards.
    let temporary = tempfile::Builder::new().prefix("privity-production-").tempdir_in(place())?;
    let roots = match folder {
        Some(folder) => vec![folder],
        None => samples::documents(&temporary.path().join("exhibit"), 1)?,
    };
    let entries = walk::walk(&roots)?;
    let files: Vec<PathBuf> =
        entries.iter().filter(|entry| entry.found.is_ok()).map(|entry| entry.path.clone()).collect();
    let mut report = Report::default();
    let left = entries.len() - files.len();
    report.line(!files.is_empty(), format!("entries    {} documents, {left} left", files.len()));
    let run = Run { at: temporary.path().to_path_buf(), files };
    run.tell(&mut report)?;
    temporary.close()?;
    Ok(report)
}

struct Run {
    at: PathBuf,
    files: Vec<PathBuf>,
}

impl Run {
    fn tell(&self, report: &mut Report) -> Outcome<()> {
        let from = Instant::now();
        let (partner, _root_files) = Vault::create(
            self.storage("partner")?,
            NewFirm::new("Example LLP", "A. Partner"),
            passphrase("the partner's")?,
            passphrase("what opens the safe")?,
            Options::default(),
        )?;
        let lawyer = self.join(&partner, "lawyer", "B. Lawyer")?;
        let auditor = self.join(&partner, "auditor", "D. Auditor")?;
        let mut paralegal = Paralegal::start(&self.shared(), &self.at.join("device-paralegal"))?;
        let (paralegal_user, words_equal) = enrol_paralegal(&partner, &mut paralegal)?;
        report.line(
            words_equal && partner.users()?.len() == 4,
            format!("people     4 on 4 devices, the paralegal in a process of her own; {:.1} s, most of it passphrases", from.elapsed().as_secs_f64()),
        );

        let matter = partner.open_matter(NewMatter::new("Doe v. Roe"))?;
        matter.admit(lawyer.user(), MatterRole::Member)?;
        matter.admit(paralegal_user, MatterRole::Member)?;
        matter.admit(auditor.user(), MatterRole::Auditor)?;
        let by_lawyer = lawyer.matter(matter.id())?;

        let sealed = self.seal(&matter, report)?;
        self.open(&by_lawyer, &sealed, report)?;
        let first = sealed.first().ok_or("nothing was sealed")?;
        let before = paralegal.ask(&format!("{} {}", matter.id(), first.id))?;
        report.line(
            before == format!("opened {}", first.length),
            format!("paralegal  before she leaves: {before}"),
        );

        // She leaves.
        let from = Instant::now();
        let removed = matter.remove(paralegal_user, "left for another firm")?;
        let took = from.elapsed();
        report.line(
            removed.is_complete() && matter.epoch()? == 2,
            format!(
                "removal    new epoch active after {:.1} ms; {} bytes of keys wrapped, 0 bytes of content; {} documents she may have copied",
                took.as_secs_f64() * 1e3,
                removed.bytes(),
                removed.rotated.first().map_or(0, |one| one.could_copy),
            ),
        );
        let later = matter.seal_bytes(NewDocument::new("after she left.txt")?, b"privileged")?;
        let after = paralegal.ask(&format!("{} {}", matter.id(), later.id))?;
        report.line(after == "refused no-access", format!("paralegal  after she left: {after}"));
        let opened = by_lawyer.open_bytes(later.id, AccessReason::because("control"))?;
        report.line(opened == b"privileged", "colleague  opens what was sealed after she left");
        self.verify(&lawyer, (sealed.len() as u64).saturating_add(1), report)
    }

    fn seal(&self, matter: &Matter, report: &mut Report) -> Outcome<Vec<DocumentInfo>> {
        let bare = bare::copy(&self.files, &self.at.join("bare"), MAX_DOCUMENTS)?;
        let documents = self.files.iter().map(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            Ok((NewDocument::new(name.unwrap_or_default())?, path.clone()))
        });
        let documents = documents.collect::<privity::Result<Vec<_>>>()?;
        let bar = Bar::new("sealing");
        let from = Instant::now();
        let sealed = matter.seal_all(documents, Some(&bar))?;
        let took = from.elapsed();
        bar.0.finish_and_clear();
        let bytes: u64 = sealed.sealed.iter().map(|one| one.length).sum();
        let count = sealed.sealed.len() as f64;
        report.line(
            sealed.failed.is_empty() && sealed.sealed.len() == self.files.len(),
            format!(
                "sealed     {} documents, {:.1} MB in {} commits: {:.0} documents/s, {:.1} MB/s, {:.2} × a bare loop of write, fsync, rename ({:.0}/s)",
                sealed.sealed.len(),
                bytes as f64 / 1e6,
                sealed.commits,
                rate(count, took),
                rate(bytes as f64 / 1e6, took),
                bare.as_secs_f64() / took.as_secs_f64().max(1e-9),
                rate(count, bare),
            ),
        );
        Ok(sealed.sealed)
    }

    /// Opens all as somebody else, and compares with the sources read again.
    fn open(&self, matter: &Matter, sealed: &[DocumentInfo], report: &mut Report) -> Outcome<()> {
        let bar = Bar::new("opening");
        let total = sealed.iter().map(|one| one.length).sum();
        let (from, mut equal, mut done) = (Instant::now(), 0, 0);
        for (group, files) in sealed.chunks(MAX_DOCUMENTS).zip(self.files.chunks(MAX_DOCUMENTS)) {
            let ids: Vec<_> = group.iter().map(|one| one.id).collect();
            let readers = matter.readers(&ids, AccessReason::because("review"))?;
            for (reader, file) in readers.iter().zip(files) {
                let content = reader.read()?;
                equal += usize::from(content == fs::read(file)?);
                done += content.len() as u64;
                bar.at(done, Some(total));
            }
        }
        bar.0.finish_and_clear();
        report.line(
            equal == sealed.len(),
            format!(
                "opened     {equal} of {} as another person, equal to their sources read again: {:.0} documents/s",
                sealed.len(),
                rate(sealed.len() as f64, from.elapsed()),
            ),
        );
        Ok(())
    }

    fn verify(&self, lawyer: &Vault, documents: u64, report: &mut Report) -> Outcome<()> {
        let from = Instant::now();
        let found = lawyer.verify(Scope::Firm, None)?;
        let anchored = matches!(found.anchored, Anchored::UpTo { .. });
        report.line(
            found.is_clean() && found.documents == documents && found.documents_checked == documents && anchored,
            format!(
                "verified   from a colleague's device: {}; {} documents, {} records, {} bytes of chains, {} wraps; {:.2} s",
                found.verdict(),
                found.documents,
                found.records,
                found.bytes,
                found.wraps_checked,
                from.elapsed().as_secs_f64(),
            ),
        );
        let (path, trust) = (self.at.join("firm.export"), lawyer.trust());
        fs::write(&path, lawyer.export(Scope::Firm)?.to_bytes())?;
        let said = child::ask_stranger(&path, trust)?;
        report.line(
            said == format!("{documents} true valid"),
            format!("exported   verified by a process with the trust root alone: {said}"),
        );
        // And shows that it can fail: one bit of the last record's bytes.
        let mut bytes = fs::read(&path)?;
        let at = bytes.len() / 2;
        *bytes.get_mut(at).ok_or("an empty export")? ^= 1;
        fs::write(&path, bytes)?;
        let refused = child::ask_stranger(&path, trust);
        report.line(refused.is_err(), "tampered   one bit of the export flipped: refused");
        Ok(())
    }

    fn join(&self, partner: &Vault, device: &str, name: &str) -> Outcome<Vault> {
        let storage = self.storage(device)?;
        let request = Vault::request(storage.clone(), NewUser::new(name), passphrase(name)?)?;
        let approval = partner.enrol(&request, &request.words(), &[])?;
        Ok(Vault::accept(storage, &approval, passphrase(name)?, Options::default())?)
    }

    fn storage(&self, device: &str) -> Outcome<Storage> {
        Ok(Storage::folder(&self.shared(), &self.at.join(format!("device-{device}")))?)
    }

    fn shared(&self) -> PathBuf {
        self.at.join("firm")
    }
}

/// Request and words over the pipe, the approval back.
fn enrol_paralegal(partner: &Vault, paralegal: &mut Paralegal) -> Outcome<(privity::UserId, bool)> {
    let line = paralegal.answer()?;
    let (request, words) = line.split_once(' ').ok_or("a request and its words")?;
    let request = EnrolmentRequest::from_bytes(&unhex(request)?)?;
    let words: Vec<&str> = words.split(' ').collect();
    let equal = words == request.words();
    let approval = partner.enrol(&request, &words, &[])?;
    let accepted = paralegal.ask(&hex(&approval.to_bytes()))?;
    Ok((request.user(), equal && accepted == "accepted"))
}

fn passphrase(of: &str) -> privity::Result<Arc<dyn Protector>> {
    let words = format!("{of} own seven words nobody else knows");
    Ok(Arc::new(Passphrase::new(SecretBytes::new(words.into_bytes()))?))
}

/// Beside the build where there is one, so that the figures are a disk's and not a memory's.
fn place() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    if target.is_dir() { target } else { std::env::temp_dir() }
}

/// A progress bar over bytes.
struct Bar(ProgressBar);

impl Bar {
    fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0).with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    fn at(&self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }
}

impl Watcher for Bar {
    fn step(&self, at: Progress) -> privity::Result<Flow> {
        self.at(at.done, at.total);
        Ok(Flow::Continue)
    }
}
