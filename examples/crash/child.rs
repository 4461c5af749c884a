//! The process that is killed: it says what it begins, does it, says that it is done.

use std::fs;
use std::io::{Write as _, stdout};
use std::path::Path;

use privity::audit::body::MatterRole;
use privity::vault::{
    AccessReason, Approval, Change, Matter, Member, NewDocument, NewMatter, NewUser, Options, Vault,
};
use privity::{DocumentId, MatterId, UserId};

use crate::Outcome;
use crate::act::{Act, content, of_batch};
use crate::chance::Chance;
use crate::firm;

/// What the process is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Makes the firm.
    Create,
    /// Everything there is to do, by chance.
    Everything,
    /// Seals batches of many files, one after the other.
    Batches,
}

impl Work {
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Everything => "everything",
            Self::Batches => "batches",
        }
    }

    pub fn parse(word: &str) -> Outcome<Self> {
        let all = [Self::Create, Self::Everything, Self::Batches];
        Ok(all.into_iter().find(|work| work.word() == word).ok_or("no work")?)
    }
}

/// Works until it is killed.
pub fn work(folder: &Path, work: Work, seed: u64) -> Outcome<()> {
    if work == Work::Create {
        let (_vault, _files) = firm::create(folder)?;
        return say("done");
    }
    let vault = firm::unlock(folder, 0)?;
    say("ready")?;
    let mut chance = Chance::new(seed, 1);
    loop {
        let act = match work {
            Work::Batches => next_batch(&vault)?,
            _ => choose(folder, &vault, &mut chance)?,
        };
        say(&format!("begin {act}"))?;
        perform(folder, &vault, act)?;
        say("done")?;
    }
}

/// A whole line, written at once.
fn say(line: &str) -> Outcome<()> {
    let mut out = stdout().lock();
    out.write_all(format!("{MARK}{line}\n").as_bytes())?;
    Ok(out.flush()?)
}

fn choose(folder: &Path, vault: &Vault, chance: &mut Chance) -> Outcome<Act> {
    let matters = vault.matters()?;
    if matters.len() < 2 || (matters.len() < 6 && chance.below(40) == 0) {
        return Ok(Act::Matter(MatterId::from_bytes(bytes(chance))));
    }
    let matter = &matters[index(chance, matters.len())];
    let id = matter.id();
    let documents = matter.documents(Some(DocumentId::from_bytes(bytes(chance))), 1)?;
    Ok(match (chance.below(12), documents.first()) {
        (0, Some(one)) => Act::Rename(id, one.id, chance.draw()),
        (1, Some(one)) => Act::Open(id, one.id),
        (2, _) => Act::Rotate(id),
        (3, _) => next_of_batches(matter, 20)?,
        (4..=5, _) => join(folder, vault)?,
        (6..=8, _) => match admittable(vault, matter)?.first() {
            Some(user) => Act::Admit(id, *user),
            None => join(folder, vault)?,
        },
        (9, _) => match others(vault, matter)?.first() {
            Some(member) => Act::Remove(id, member.user),
            None => Act::Rotate(id),
        },
        _ => Act::Seal(id, DocumentId::from_bytes(bytes(chance))),
    })
}

/// The next step of somebody who joins. Whoever's approval was lost tries no more.
fn join(folder: &Path, vault: &Vault) -> Outcome<Act> {
    let mut device = FIRST_DEVICE;
    while firm::device_folder(folder, device).exists() {
        if let Ok(approval) = fs::read(firm::approval_file(folder, device)) {
            let user = Approval::from_bytes(&approval).map(|_| user_of(folder, device))??;
            let people = vault.users()?;
            if people.iter().any(|person| person.id == user && person.active_devices == 0) {
                return Ok(Act::Accept(user, device));
            }
        }
        device += 1;
    }
    let request = Vault::request(firm::storage(folder, device)?, NewUser::new("Joins"), firm::protector())?;
    // Whole or not at all, as a host would keep them.
    write_whole(&firm::device_folder(folder, device).join("request"), &request.to_bytes())?;
    Ok(Act::Enrol(request.user(), device))
}

fn request_of(folder: &Path, device: u64) -> Outcome<privity::vault::EnrolmentRequest> {
    let bytes = fs::read(firm::device_folder(folder, device).join("request"))?;
    Ok(privity::vault::EnrolmentRequest::from_bytes(&bytes)?)
}

fn user_of(folder: &Path, device: u64) -> Outcome<UserId> {
    Ok(request_of(folder, device)?.user())
}

fn write_whole(path: &Path, bytes: &[u8]) -> Outcome<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    Ok(fs::rename(part, path)?)
}

fn others(vault: &Vault, matter: &Matter) -> Outcome<Vec<Member>> {
    let own = vault.user();
    Ok(matter.members()?.into_iter().filter(|member| member.user != own).collect())
}

fn admittable(vault: &Vault, matter: &Matter) -> Outcome<Vec<UserId>> {
    let members: Vec<_> = matter.members()?.into_iter().map(|member| member.user).collect();
    let people = vault.users()?.into_iter().filter(|person| person.active_devices > 0);
    Ok(people.map(|person| person.id).filter(|user| !members.contains(user)).collect())
}

/// The first batch of many that is not on record whole; before it, a matter for it.
pub fn next_batch(vault: &Vault) -> Outcome<Act> {
    let matters = vault.matters()?;
    match matters.first() {
        Some(matter) => next_of_batches(matter, MANY),
        None => Ok(Act::Matter(MatterId::from_bytes([1; 16]))),
    }
}

/// The first batch of this size that is not on record whole.
fn next_of_batches(matter: &Matter, count: u64) -> Outcome<Act> {
    let known = |batch, number| matter.document(of_batch(batch, number)).is_ok();
    let sizes = if count == MANY { FIRST_OF_MANY.. } else { 1.. };
    let mut batches = sizes.skip_while(|batch| known(*batch, 0) && known(*batch, count - 1));
    Ok(Act::SealAll(matter.id(), batches.next().ok_or("no batch")?, count))
}

/// Does it.
pub fn perform(folder: &Path, vault: &Vault, act: Act) -> Outcome<()> {
    match act {
        Act::Matter(id) => _ = vault.open_matter(NewMatter::new("Doe v. Roe").with_id(id))?,
        Act::Admit(matter, user) => vault.matter(matter)?.admit(user, MatterRole::Member)?,
        Act::Remove(matter, user) => {
            let report = vault.matter(matter)?.remove(user, "left")?;
            if !report.is_complete() {
                return Err("a removal that is not complete".into());
            }
        }
        Act::Rotate(matter) => _ = vault.matter(matter)?.rotate()?,
        Act::Seal(matter, id) => {
            vault.matter(matter)?.seal_bytes(NewDocument::with_id(id, "0"), &content(id))?;
        }
        Act::SealAll(matter, batch, count) => {
            let sources = firm::sources(folder);
            let of = |number: u64| {
                (NewDocument::with_id(of_batch(batch, number), "0"), sources.join(number.to_string()))
            };
            let sealed = vault.matter(matter)?.seal_all((0..count).map(of).collect(), None)?;
            if !sealed.failed.is_empty() || sealed.sealed.len() + sealed.already.len() != count as usize {
                return Err("not every file was sealed".into());
            }
        }
        Act::Rename(matter, id, to) => {
            let change = Change { name: Some(to.to_string()), ..Change::default() };
            vault.matter(matter)?.describe(id, &change)?;
        }
        Act::Open(matter, id) => {
            if vault.matter(matter)?.open_bytes(id, AccessReason::because("looked up"))? != content(id) {
                return Err("a document holds something else".into());
            }
        }
        Act::Enrol(_, device) => {
            let request = request_of(folder, device)?;
            let approval = vault.enrol(&request, &request.words(), &[])?;
            write_whole(&firm::approval_file(folder, device), &approval.to_bytes())?;
        }
        Act::Accept(_, device) => {
            let approval = Approval::from_bytes(&fs::read(firm::approval_file(folder, device))?)?;
            let storage = firm::storage(folder, device)?;
            Vault::accept(storage, &approval, firm::protector(), Options::default())?;
        }
    }
    Ok(())
}

fn bytes(chance: &mut Chance) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(chance.draw() | 1 << 63).to_be_bytes());
    bytes[8..].copy_from_slice(&chance.draw().to_be_bytes());
    bytes
}

fn index(chance: &mut Chance, length: usize) -> usize {
    usize::try_from(chance.below(length as u64)).unwrap_or_default()
}

/// Stands before every line of ours; a test program says more.
pub const MARK: &str = "| ";
/// Files in a batch of many: two whole groups and a part.
pub const MANY: u64 = 600;
/// Batches of many are numbered from here on, small ones from 1.
pub const FIRST_OF_MANY: u64 = 1 << 32;
/// The first two devices are the administrator's and the colleague's.
const FIRST_DEVICE: u64 = 2;
