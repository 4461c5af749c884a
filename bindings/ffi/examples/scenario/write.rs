//! The story's first half: a firm's first days.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use privity::audit::body::{Designation, MatterRole};
use privity::state::Trust;
use privity::vault::{
    self, AccessReason, Change, DocumentInfo, Matter, NewDocument, NewFirm, NewMatter, NewUser, Options,
    Scope, Vault,
};
use privity::{DocumentId, Flow, Hash, Progress, Watcher};

use crate::Story;
use crate::codes;
use crate::common::{Folder, because, code, counted, guard, must, name_of, sha256};
use crate::{sharing, standalone};

pub fn play(folder: &Path) -> Story {
    let folder = Folder::new(folder);
    let new = NewFirm::new("Example LLP", "A. Partner");
    let (partner, root) =
        Vault::create(folder.storage("partner")?, new, guard()?, guard()?, Options::default())?;
    fs::write(folder.path("root.bin"), &root.root)?;
    fs::write(folder.path("next-root.bin"), &root.next)?;
    println!("01 firm created");

    let matter = partner.open_matter(NewMatter::new("Doe v. Roe"))?;
    println!("02 matter opened: {}", matter.name()?.unwrap_or_default());

    let mut sealed = Sealed::default();
    documents(&folder, &matter, &mut sealed)?;
    let (letter, draft) = (sealed.id("letter.txt")?, sealed.id("draft.txt")?);

    let (lawyer, joined) = lawyer(&folder, &partner, &matter, letter)?;
    let paralegal = join(&folder, "paralegal", "C. Paralegal", &partner, None)?;
    matter.admit(paralegal.user(), MatterRole::Member)?;
    let theirs = paralegal.matter(matter.id())?;
    println!("13 paralegal opened: {} bytes", theirs.open_bytes(letter, AccessReason::none())?.len());

    let report = matter.remove(paralegal.user(), "left the firm")?;
    let rotated = report.rotated.first().ok_or("nothing was rotated")?;
    let complete = if report.is_complete() { "complete" } else { "incomplete" };
    println!("14 removed: epoch {}, could copy {}, {complete}", rotated.epoch, rotated.could_copy);

    let after = sealed.bytes(&matter, NewDocument::new("after.txt")?, b"privileged")?;
    let refused = |id| code(theirs.open_bytes(id, AccessReason::none()));
    println!("15 refused: {}, {}", refused(after), refused(letter));
    let opened = joined.open_bytes(after, AccessReason::none())?;
    println!("16 colleague opened: {}", String::from_utf8(opened)?);

    joined.describe(draft, &Change { name: Some("final.txt".to_owned()), media_type: None })?;
    must(joined.document(draft)?.designation == Designation::PRIVILEGED, "the designation is gone")?;
    sealed.rename(draft, "final.txt");
    let mut names: Vec<_> = matter.documents(None, 100)?.into_iter().map(|one| one.name).collect();
    names.sort();
    println!("17 documents: {}", names.join(", "));

    verified(&folder, &lawyer)?;
    fs::write(folder.path("documents.txt"), sealed.listed())?;

    let (bytes, flipped) = standalone::envelope(b"first draft")?;
    println!("22 envelope: {bytes} bytes, {flipped}");
    let (records, altered) = standalone::chain()?;
    println!("23 chain: {records} records, {altered}");
    let (broken, right) = standalone::protector()?;
    println!("24 protector: {broken}, {right}");

    lawyer.lock();
    println!("25 locked: {}", code(joined.name()));
    let (seen, all, out_of_reach) = codes::play()?;
    println!("26 codes: {seen} of {all}, {out_of_reach} out of reach");
    let shared = ["letter.txt", "long.bin", "final.txt"].map(|name| sealed.content(name));
    sharing::play(&folder, &partner, &matter, &shared.into_iter().collect::<Story<Vec<_>>>()?)
}

/// Steps 03 to 08: by path, as bytes, through a writer; ranges, whole, cancelled.
fn documents(folder: &Folder, matter: &Matter, sealed: &mut Sealed) -> Story {
    let papers: [(&str, Vec<u8>); 4] = [
        ("letter.txt", b"Dear Sirs,\n".to_vec()),
        ("empty.bin", Vec::new()),
        ("long.bin", counted(300_000)),
        ("Ärger § 42.txt", "über".into()),
    ];
    fs::create_dir_all(folder.path("papers"))?;
    let mut files = Vec::new();
    for (name, content) in &papers {
        let path = folder.path("papers").join(name);
        fs::write(&path, content)?;
        files.push((NewDocument::new(*name)?, path));
    }
    let last = Last::default();
    let all = matter.seal_all(files, Some(&last))?;
    must(all.failed.is_empty(), "a file was left out")?;
    let bytes: u64 = all.sealed.iter().map(|one| one.length).sum();
    let complete = last.0.lock().map_err(|_| "poisoned")?.is_some_and(|at| Some(at.done) == at.total);
    let progress = if complete { "complete" } else { "incomplete" };
    println!("03 sealed {} files, {bytes} bytes, progress {progress}", all.sealed.len());
    for (info, (_, content)) in all.sealed.iter().zip(papers) {
        sealed.keep(info, content);
    }

    let draft = NewDocument::new("draft.txt")?.designation(Designation::PRIVILEGED);
    let draft = sealed.bytes(matter, draft, b"first draft")?;
    println!("04 sealed bytes: {}", matter.document(draft)?.length);

    let content = counted(1 << 20);
    let mut writer = matter.writer(NewDocument::new("stream.bin")?)?;
    content.chunks(1 << 16).try_for_each(|piece| writer.write_all(piece))?;
    let stream = writer.finish()?;
    println!("05 sealed a stream: {}", stream.length);
    sealed.keep(&stream, content);

    let range = matter.reader(sealed.id("long.bin")?, AccessReason::none())?.read_at(100_000, 10)?;
    let digits: String = range.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("06 range read: {digits}");

    for one in &sealed.0 {
        let opened = matter.open_bytes(one.id, AccessReason::none())?;
        must(opened == one.content, &one.name)?;
    }
    println!("07 opened {} documents, all equal", sealed.0.len());

    let to = folder.path("cancelled.bin");
    let cancelled = code(matter.open_file(stream.id, AccessReason::none(), &to, Some(&Stop)));
    println!("08 {cancelled}, {}", if to.exists() { "a file is left" } else { "no file left" });
    Ok(())
}

/// Steps 09 to 12: a colleague joins and is admitted.
fn lawyer(folder: &Folder, partner: &Vault, matter: &Matter, letter: DocumentId) -> Story<(Vault, Matter)> {
    let lawyer = join(folder, "lawyer", "B. Lawyer", partner, Some("09 words differ"))?;
    println!("10 enrolled: {}", name_of(&lawyer, partner)?);
    let joined = lawyer.matter(matter.id())?;
    println!("11 not admitted: {}", code(joined.open_bytes(letter, AccessReason::none())));
    matter.admit(lawyer.user(), MatterRole::Member)?;
    let opened = joined.open_bytes(letter, because("cite check"))?;
    println!("12 admitted, opened: {} bytes", opened.len());
    Ok((lawyer, joined))
}

/// Enrols a person on a device of their own; with `misheard`, first with two words exchanged.
fn join(folder: &Folder, device: &str, name: &str, partner: &Vault, misheard: Option<&str>) -> Story<Vault> {
    let request = Vault::request(folder.storage(device)?, NewUser::new(name), guard()?)?;
    if let Some(step) = misheard {
        let mut words = request.words();
        let other = words.iter().position(|word| *word != words[0]).ok_or("twelve equal words")?;
        words.swap(0, other);
        println!("{step}: {}", code(partner.enrol(&request, &words, &[])));
    }
    let approval = partner.enrol(&request, &request.words(), &[])?;
    Ok(Vault::accept(folder.storage(device)?, &approval, guard()?, Options::default())?)
}

/// Steps 18 to 21: the firm, its export with the trust root alone, and what must be refused.
fn verified(folder: &Folder, lawyer: &Vault) -> Story {
    let clean = |report: &vault::Report| if report.is_clean() { "clean" } else { "odd" };
    let report = lawyer.verify(Scope::Firm, None)?;
    println!("18 verified: {}, {} documents", clean(&report), report.documents_checked);

    let (export, trust) = (lawyer.export(Scope::Firm)?.to_bytes(), lawyer.trust());
    fs::write(folder.path("export.bin"), &export)?;
    fs::write(folder.path("trust.txt"), format!("{}\n{}\n", trust.firm, trust.genesis))?;
    let report = vault::verify_export(&export, trust)?;
    println!("19 export verified: {}, {} documents", clean(&report), report.documents);

    // Records lie in the first half. Behind them are notes and cosignatures: a damaged one vouches for
    // nothing, as if it were not there.
    let refused = (0..16).filter(|place| {
        let mut altered = export.clone();
        altered[place * export.len() / 32] ^= 1;
        !vault::verify_export(&altered, trust).is_ok_and(|report| report.is_clean())
    });
    println!("20 tampered: {} of 16 refused", refused.count());
    let other = Trust { genesis: Hash([7; 32]), ..trust };
    println!("21 other firm: {}", code(vault::verify_export(&export, other)));
    Ok(())
}

/// What was sealed, to be compared with what is opened.
#[derive(Default)]
struct Sealed(Vec<One>);

struct One {
    id: DocumentId,
    name: String,
    content: Vec<u8>,
}

impl Sealed {
    fn keep(&mut self, info: &DocumentInfo, content: Vec<u8>) {
        self.0.push(One { id: info.id, name: info.name.clone(), content });
    }

    fn bytes(&mut self, matter: &Matter, new: NewDocument, content: &[u8]) -> Story<DocumentId> {
        let info = matter.seal_bytes(new, content)?;
        self.keep(&info, content.to_vec());
        Ok(info.id)
    }

    fn id(&self, name: &str) -> Story<DocumentId> {
        Ok(self.content(name)?.0)
    }

    fn content(&self, name: &str) -> Story<(DocumentId, &[u8])> {
        let one = self.0.iter().find(|one| one.name == name).ok_or("not sealed")?;
        Ok((one.id, &one.content))
    }

    fn rename(&mut self, id: DocumentId, name: &str) {
        self.0.iter_mut().filter(|one| one.id == id).for_each(|one| one.name = name.to_owned());
    }

    /// The lines of `documents.txt`.
    fn listed(&self) -> String {
        self.0.iter().map(|one| format!("{} {} {}\n", one.id, sha256(&one.content), one.name)).collect()
    }
}

/// Keeps the last report.
#[derive(Default)]
struct Last(Mutex<Option<Progress>>);

impl Watcher for Last {
    fn step(&self, at: Progress) -> privity::Result<Flow> {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(at);
        }
        Ok(Flow::Continue)
    }
}

/// Asks to stop.
struct Stop;

impl Watcher for Stop {
    fn step(&self, _at: Progress) -> privity::Result<Flow> {
        Ok(Flow::Cancel)
    }
}
