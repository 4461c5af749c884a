//! Who may do and read what: a plain model without keys, records or stores.

use std::collections::{BTreeMap, BTreeSet};

use privity::audit::body::MatterRole;

use super::act::{Act, DEVICES, owner};

mod matters;

/// What a call answers: what it gives, or the code of its refusal.
pub type Outcome = Result<Answer, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is nobody to make this call, or nothing to make it with.
    Impossible,
    Done,
    /// Matters with their new epoch, the wraps made and the versions that could have been copied; those
    /// left as they were, with the code.
    Rotated(BTreeMap<u8, (u64, u64, u64)>, BTreeMap<u8, String>),
    /// Which document's content, by matter and number.
    Content(u8, u8),
    Listed(BTreeMap<u8, String>),
    Named(String),
    Verified(Totals),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    pub commits: u64,
    pub matters: u64,
    pub devices: u64,
    pub users: u64,
    pub documents: u64,
    pub documents_checked: u64,
}

/// What somebody sees of a matter without a key to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub epoch: u64,
    pub roles: BTreeMap<u8, MatterRole>,
    pub documents: u64,
}

/// A mistake made on purpose: what finds none of these finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Who is removed goes on reading.
    RemovedRead,
    /// Who is admitted reads only what is sealed afterwards.
    NothingOlder,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Status {
    #[default]
    Absent,
    Requested,
    Pending,
    Active,
}

#[derive(Clone, Copy, Debug, Default)]
struct Device {
    status: Status,
    locked: bool,
    /// Whether it was given its user's key, or made it.
    keyed: bool,
}

#[derive(Clone, Debug, Default)]
struct Person {
    administrator: bool,
    /// Whether a device of theirs has accepted, and so made their key.
    has_key: bool,
    /// Whether they have a key to the names in the directory.
    reads_names: bool,
    named: bool,
}

#[derive(Clone, Debug)]
struct Matter {
    epoch: u64,
    roles: BTreeMap<u8, MatterRole>,
    screened: BTreeSet<u8>,
    documents: BTreeMap<u8, String>,
    /// Only for the flaws: who was removed; who was admitted and what was there before.
    removed: BTreeSet<u8>,
    before: BTreeMap<u8, BTreeSet<u8>>,
}

pub struct Model {
    devices: [Device; DEVICES as usize],
    /// People on record.
    people: BTreeMap<u8, Person>,
    matters: BTreeMap<u8, Matter>,
    commits: u64,
    flaw: Option<Flaw>,
}

impl Model {
    /// A firm that was just founded.
    pub fn new(flaw: Option<Flaw>) -> Self {
        let mut devices = [Device::default(); DEVICES as usize];
        devices[0] = Device { status: Status::Active, locked: false, keyed: true };
        let founder = Person { administrator: true, has_key: true, reads_names: true, named: true };
        let people = BTreeMap::from([(0, founder)]);
        Self { devices, people, matters: BTreeMap::new(), commits: FOUNDING, flaw }
    }

    /// Devices that may act, locked or not.
    pub fn active(&self) -> Vec<u8> {
        (0..DEVICES).filter(|&device| self.device(device).status == Status::Active).collect()
    }

    pub fn locked(&self, device: u8) -> bool {
        self.device(device).locked
    }

    pub fn matters(&self) -> impl Iterator<Item = u8> {
        self.matters.keys().copied()
    }

    pub fn documents(&self, matter: u8) -> impl Iterator<Item = u8> {
        self.matters.get(&matter).into_iter().flat_map(|one| one.documents.keys().copied())
    }

    pub fn seen(&self, matter: u8) -> Option<Seen> {
        let known = self.matters.get(&matter)?;
        let documents = known.documents.len() as u64;
        Some(Seen { epoch: known.epoch, roles: known.roles.clone(), documents })
    }

    /// Everybody on record, as this device sees them: whether it can read their name, how many active
    /// devices they have.
    pub fn users(&self, by: u8) -> BTreeMap<u8, (bool, u64)> {
        let reads = self.device(by).keyed && self.people.get(&owner(by)).is_some_and(|own| own.reads_names);
        let devices = |who| self.active().into_iter().filter(|&device| owner(device) == who).count() as u64;
        self.people.iter().map(|(&who, person)| (who, (reads && person.named, devices(who)))).collect()
    }

    /// Makes the call: what it must answer.
    pub fn act(&mut self, act: &Act) -> Outcome {
        match *act {
            Act::Request { device } => self.request(device),
            Act::Accept { device } => self.accept(device),
            Act::Unlock { by } => Ok(self.set_locked(by, false)),
            Act::Lock { by } => Ok(self.set_locked(by, true)),
            Act::Enrol { by, .. }
            | Act::OpenMatter { by, .. }
            | Act::Admit { by, .. }
            | Act::Remove { by, .. }
            | Act::Screen { by, .. }
            | Act::Rotate { by, .. }
            | Act::RemovePerson { by, .. }
            | Act::Seal { by, .. }
            | Act::Describe { by, .. }
            | Act::Open { by, .. }
            | Act::List { by, .. }
            | Act::Name { by, .. }
            | Act::Verify { by } => match *self.device(by) {
                Device { status: Status::Active, locked, .. } if self.can_be(act) => {
                    if locked {
                        refuse("locked")
                    } else {
                        self.by_somebody(act)
                    }
                }
                _ => Ok(Answer::Impossible),
            },
        }
    }

    /// Whether there is what the call is made with.
    fn can_be(&self, act: &Act) -> bool {
        // The founder never asked to join.
        !matches!(*act, Act::Enrol { device, .. } if device == 0 || self.device(device).status == Status::Absent)
    }

    fn by_somebody(&mut self, act: &Act) -> Outcome {
        match *act {
            Act::Enrol { by, device, administrator } => self.enrol(by, device, administrator),
            Act::OpenMatter { by, matter } => self.open_matter(by, matter),
            Act::Admit { by, matter, who, role } => self.admit(by, matter, who, role),
            Act::Remove { by, matter, who } => self.remove(by, matter, who),
            Act::Screen { by, matter, who } => self.screen(by, matter, who),
            Act::Rotate { by, matter } => self.rotate(by, matter),
            Act::RemovePerson { by, who } => self.remove_person(by, who),
            Act::Seal { by, matter, document } => self.seal(by, matter, document),
            Act::Describe { by, matter, document, name } => self.describe(by, matter, document, name),
            Act::Open { by, matter, document } => self.open(by, matter, document),
            Act::List { by, matter } => self.list(by, matter),
            Act::Name { by, matter } => self.name(by, matter),
            Act::Verify { by } => self.verify(by),
            Act::Request { .. } | Act::Accept { .. } | Act::Lock { .. } | Act::Unlock { .. } => {
                Ok(Answer::Impossible)
            }
        }
    }

    // --- people and devices

    fn request(&mut self, device: u8) -> Outcome {
        // A further device names its user: there is one to be named.
        let first = owner(device) == device;
        if !first && self.device(owner(device)).status == Status::Absent {
            return Ok(Answer::Impossible);
        }
        let known = self.device_mut(device);
        match known.status {
            Status::Active => return refuse("already-there"),
            Status::Absent => known.status = Status::Requested,
            Status::Requested | Status::Pending => {}
        }
        Ok(Answer::Done)
    }

    fn enrol(&mut self, by: u8, device: u8, administrator: bool) -> Outcome {
        match self.device(device).status {
            Status::Active => return refuse("key-used"),
            // The same approval once more, for whoever could have given it.
            Status::Pending if owner(by) == owner(device) || self.is_administrator(by) => {
                return Ok(Answer::Done);
            }
            Status::Pending => return refuse("role-missing"),
            Status::Requested | Status::Absent => {}
        }
        let own = owner(by) == owner(device);
        if own && !self.device(by).keyed {
            return refuse("row-missing");
        }
        if !own && !self.is_administrator(by) {
            return refuse("role-missing");
        }
        let named = self.device(by).keyed && self.people.get(&owner(by)).is_some_and(|one| one.reads_names);
        let new = Person { administrator, named, ..Person::default() };
        self.people.entry(owner(device)).or_insert(new);
        let known = self.device_mut(device);
        known.status = Status::Pending;
        known.keyed = own;
        self.committed()
    }

    fn accept(&mut self, device: u8) -> Outcome {
        if self.device(device).status != Status::Pending {
            return Ok(Answer::Impossible);
        }
        let Some(person) = self.people.get_mut(&owner(device)) else { return Ok(Answer::Impossible) };
        let first = !std::mem::replace(&mut person.has_key, true);
        let known = self.device_mut(device);
        known.status = Status::Active;
        known.keyed |= first;
        self.committed()
    }

    fn set_locked(&mut self, device: u8, locked: bool) -> Answer {
        if self.device(device).status != Status::Active {
            return Answer::Impossible;
        }
        self.device_mut(device).locked = locked;
        Answer::Done
    }

    // --- rules

    fn role(&self, by: u8, matter: u8) -> Option<MatterRole> {
        let known = self.matters.get(&matter)?;
        let who = owner(by);
        if known.screened.contains(&who) { None } else { known.roles.get(&who).copied() }
    }

    fn is_administrator(&self, by: u8) -> bool {
        self.people.get(&owner(by)).is_some_and(|person| person.administrator)
    }

    /// Readers have the epoch's secret; on a device without its user's key the row is missing.
    fn has_epoch_key(&self, by: u8, matter: u8) -> Result<(), String> {
        self.has_key(by, self.role(by, matter).is_some_and(reads))
    }

    /// Auditors have theirs, readers derive it.
    fn has_auditor_key(&self, by: u8, matter: u8) -> Result<(), String> {
        self.has_key(by, self.role(by, matter).is_some_and(|role| rank(role) > 0))
    }

    fn has_key(&self, by: u8, given: bool) -> Result<(), String> {
        match (given, self.device(by).keyed) {
            (false, _) => refuse("no-access"),
            (true, false) => refuse("row-missing"),
            (true, true) => Ok(()),
        }
    }

    /// A lead, or an administrator who works in the matter; nobody shuts out themself, for somebody has
    /// to begin the next epoch.
    fn may_shut_out(&self, by: u8, matter: u8, who: u8) -> Result<(), String> {
        self.has_epoch_key(by, matter)?;
        let may = match self.role(by, matter) {
            Some(MatterRole::Lead) => true,
            Some(MatterRole::Member) => self.is_administrator(by),
            _ => false,
        };
        if may && owner(by) != who { Ok(()) } else { refuse("role-missing") }
    }

    fn works_in(&self, by: u8, matter: u8, reading: bool) -> Result<(), String> {
        let known = self.matter(matter)?;
        if known.screened.contains(&owner(by)) {
            return refuse("screened");
        }
        if self.flaw == Some(Flaw::RemovedRead) && reading && known.removed.contains(&owner(by)) {
            return Ok(());
        }
        match known.roles.get(&owner(by)) {
            None => refuse("no-access"),
            Some(MatterRole::Lead | MatterRole::Member) => Ok(()),
            Some(MatterRole::Reader) if reading => Ok(()),
            Some(_) => refuse("role-missing"),
        }
    }

    fn finds(&self, by: u8, matter: u8, document: u8) -> Result<(), String> {
        let known = self.matter(matter)?;
        if !known.documents.contains_key(&document) {
            return refuse("document-unknown");
        }
        if self.flaw == Some(Flaw::RemovedRead) && known.removed.contains(&owner(by)) {
            return Ok(());
        }
        self.has_epoch_key(by, matter)
    }

    /// One commit that begins an epoch: a wrap for each who has a key to content or details, and the
    /// recovery key's.
    fn rotated(&mut self, matter: u8) -> Outcome {
        self.commits += 1;
        let known = self.matter(matter)?;
        let holds = |(who, role): &(&u8, &MatterRole)| !known.screened.contains(who) && rank(**role) > 0;
        let wraps = known.roles.iter().filter(holds).count() as u64 + 1;
        let rotated = (known.epoch, wraps, known.documents.len() as u64);
        Ok(Answer::Rotated(BTreeMap::from([(matter, rotated)]), BTreeMap::new()))
    }

    fn committed(&mut self) -> Outcome {
        self.commits += 1;
        Ok(Answer::Done)
    }

    fn device(&self, device: u8) -> &Device {
        &self.devices[usize::from(device)]
    }

    fn device_mut(&mut self, device: u8) -> &mut Device {
        &mut self.devices[usize::from(device)]
    }

    fn matter(&self, matter: u8) -> Result<&Matter, String> {
        self.matters.get(&matter).ok_or_else(|| "matter-unknown".to_owned())
    }

    fn matter_mut(&mut self, matter: u8) -> Result<&mut Matter, String> {
        self.matters.get_mut(&matter).ok_or_else(|| "matter-unknown".to_owned())
    }
}

pub fn matter_name(matter: u8) -> String {
    format!("matter {matter}")
}

fn reads(role: MatterRole) -> bool {
    rank(role) == 2
}

/// What a role has keys to: nothing, details, content.
fn rank(role: MatterRole) -> u8 {
    match role {
        MatterRole::Lead | MatterRole::Member | MatterRole::Reader => 2,
        MatterRole::Auditor => 1,
        _ => 0,
    }
}

fn refuse<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}

/// Commits of founding a firm.
const FOUNDING: u64 = 3;
