//! Plays a history on a vault in memory, beside the model.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use privity::audit::body::FirmRole;
use privity::rotation::RotationReport;
use privity::store::{MemoryDevice, Storage};
use privity::vault::{
    AccessReason, Approval, Change, EnrolmentRequest, Matter, NewDocument, NewMatter, NewUser, Options,
    Scope, Vault, verify_export,
};
use privity::{DocumentId, Error, MatterId, UserId};

use super::act::{Act, DEVICES, PEOPLE, owner};
use super::model::{Answer, Flaw, Model, Outcome, Seen, Totals, matter_name};
use super::people::{Firm, protector};

/// Where vault and model differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// After how many acts.
    pub after: usize,
    pub call: String,
    pub model: String,
    pub vault: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, model, vault, .. } = self;
        write!(f, "{call}\n  model: {model}\n  vault: {vault}")
    }
}

/// How often each verb was answered how.
pub type Answers = BTreeMap<(String, String), u64>;

/// Plays a history to its end, compares what everybody sees, and counts; or the first difference.
pub fn play(acts: &[Act], flaw: Option<Flaw>) -> Result<Answers, Difference> {
    let mut played = 0;
    let run = AssertUnwindSafe(|| {
        let mut both = Both { firm: Played::found(), model: Model::new(flaw), answers: Answers::new() };
        for act in acts {
            both.act(act).map_err(|difference| Difference { after: played, ..difference })?;
            played += 1;
        }
        both.everybody().map_err(|difference| Difference { after: played, ..difference })?;
        Ok(both.answers)
    });
    catch_unwind(run).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        let call = acts.get(played).map_or("the end".to_owned(), Act::to_string);
        let vault = format!("a panic: {}", said.unwrap_or_default());
        Err(Difference { after: played, call, model: "no panic".to_owned(), vault })
    })
}

struct Both {
    firm: Played,
    model: Model,
    answers: Answers,
}

impl Both {
    fn act(&mut self, act: &Act) -> Result<(), Difference> {
        let expected = self.model.act(act);
        let found = if expected == Ok(Answer::Impossible) { expected.clone() } else { self.firm.act(act) };
        let answer = match &expected {
            Ok(Answer::Impossible) => "impossible",
            Ok(_) => "ok",
            Err(code) => code,
        };
        *self.answers.entry((act.verb(), answer.to_owned())).or_default() += 1;
        same(&act.to_string(), &expected, &found)
    }

    /// Everybody unlocks, and sees what the model says; nothing is odd to anybody, or to a stranger.
    fn everybody(&mut self) -> Result<(), Difference> {
        for by in self.model.active() {
            if self.model.locked(by) {
                self.act(&Act::Unlock { by })?;
            }
            same(&format!("the people, by {by}"), &self.model.users(by), &self.firm.users(by))?;
            for matter in self.model.matters().collect::<Vec<_>>() {
                let seen = self.model.seen(matter).map(Ok);
                same(&format!("matter {matter}, by {by}"), &seen, &Some(self.firm.seen(by, matter)))?;
                self.act(&Act::Name { by, matter })?;
                self.act(&Act::List { by, matter })?;
                for document in self.model.documents(matter).collect::<Vec<_>>() {
                    self.act(&Act::Open { by, matter, document })?;
                }
            }
            self.act(&Act::Verify { by })?;
        }
        let strangers = self.firm.vault(0).export(Scope::Firm).and_then(|export| {
            verify_export(&export.to_bytes(), self.firm.vault(0).trust()).map(|report| report.is_clean())
        });
        same("a stranger verifies an export", &Ok(true), &strangers.map_err(code))
    }
}

fn same<T: PartialEq + fmt::Debug>(call: &str, model: &T, vault: &T) -> Result<(), Difference> {
    if model == vault {
        return Ok(());
    }
    let (model, vault) = (format!("{model:?}"), format!("{vault:?}"));
    Err(Difference { after: 0, call: call.to_owned(), model, vault })
}

/// A device of the firm under test.
struct Device {
    storage: Storage,
    vault: Option<Vault>,
    request: Option<EnrolmentRequest>,
    approval: Option<Approval>,
}

struct Played {
    devices: Vec<Device>,
    users: BTreeMap<u8, UserId>,
}

impl Played {
    fn found() -> Self {
        let firm = Firm::in_memory();
        let device = |number| {
            let storage = match number {
                0 => firm.shared.clone(),
                _ => firm.shared.with_device(Arc::new(MemoryDevice::new())),
            };
            let vault = (number == 0).then(|| firm.partner.clone());
            Device { storage, vault, request: None, approval: None }
        };
        Self {
            devices: (0..DEVICES).map(device).collect(),
            users: BTreeMap::from([(0, firm.partner.user())]),
        }
    }

    fn vault(&self, by: u8) -> &Vault {
        self.device(by).vault.as_ref().expect("an active device has a vault")
    }

    fn device(&self, by: u8) -> &Device {
        &self.devices[usize::from(by)]
    }

    fn device_mut(&mut self, by: u8) -> &mut Device {
        &mut self.devices[usize::from(by)]
    }

    /// Who has not even asked to join has an id that nobody has.
    fn user(&self, who: u8) -> UserId {
        self.users.get(&who).copied().unwrap_or(UserId::from_bytes([0xEE; 16]))
    }

    fn number(&self, user: UserId) -> u8 {
        self.users.iter().find(|(_, id)| **id == user).map_or(u8::MAX, |(&who, _)| who)
    }

    fn act(&mut self, act: &Act) -> Outcome {
        self.make(act).map_err(code)
    }

    fn make(&mut self, act: &Act) -> Result<Answer, Error> {
        match *act {
            Act::Request { device } => self.request(device),
            Act::Accept { device } => self.accept(device),
            Act::Enrol { by, device, administrator } => {
                let Some(request) = self.device(device).request.clone() else {
                    return Ok(Answer::Impossible);
                };
                let roles: &[FirmRole] = if administrator { &[FirmRole::Administrator] } else { &[] };
                let approval = self.vault(by).enrol(&request, &request.words(), roles)?;
                // Who approves again has a newer pin; the device may as well have lost the newer one.
                self.device_mut(device).approval.get_or_insert(approval);
                Ok(Answer::Done)
            }
            Act::Lock { by } => {
                self.vault(by).lock();
                Ok(Answer::Done)
            }
            Act::Unlock { by } => {
                let storage = self.device(by).storage.clone();
                let vault = Vault::unlock(storage, protector(by), Options::default())?;
                self.device_mut(by).vault = Some(vault);
                Ok(Answer::Done)
            }
            Act::OpenMatter { by, matter } => {
                let new = NewMatter::new(matter_name(matter)).with_id(matter_id(matter));
                self.vault(by).open_matter(new).map(|_| Answer::Done)
            }
            Act::Admit { by, matter, who, role } => {
                self.matter(by, matter)?.admit(self.user(who), role).map(|()| Answer::Done)
            }
            Act::Remove { by, matter, who } => {
                self.matter(by, matter)?.remove(self.user(who), "because").map(rotated)
            }
            Act::Screen { by, matter, who } => {
                self.matter(by, matter)?.screen(self.user(who), "because").map(rotated)
            }
            Act::Rotate { by, matter } => self.matter(by, matter)?.rotate().map(rotated),
            Act::RemovePerson { by, who } => {
                self.vault(by).remove_person(self.user(who), "because").map(rotated)
            }
            Act::Seal { by, matter, document } => {
                let new = NewDocument::with_id(document_id(document), "new");
                let content = content(matter, document);
                self.matter(by, matter)?.seal_bytes(new, &content).map(|_| Answer::Done)
            }
            Act::Describe { by, matter, document, name } => {
                let change = Change { name: Some(format!("name {name}")), ..Change::default() };
                self.matter(by, matter)?.describe(document_id(document), &change).map(|_| Answer::Done)
            }
            Act::Open { by, matter, document } => self.open(by, matter, document),
            Act::List { by, matter } => {
                let infos = self.matter(by, matter)?.documents(None, 99)?;
                let listed = infos.into_iter().map(|info| (info.id.as_bytes()[0] - 1, info.name));
                Ok(Answer::Listed(listed.collect()))
            }
            Act::Name { by, matter } => {
                let name = self.matter(by, matter)?.name()?;
                Ok(Answer::Named(name.unwrap_or_default()))
            }
            Act::Verify { by } => self.verify(by),
        }
    }

    fn request(&mut self, device: u8) -> Result<Answer, Error> {
        let name = person_name(owner(device));
        let new = match owner(device) == device {
            true => NewUser::new(name),
            false => NewUser::further_device(self.user(owner(device)), name),
        };
        let request = Vault::request(self.device(device).storage.clone(), new, protector(device))?;
        self.users.entry(owner(device)).or_insert(request.user());
        let before = self.device_mut(device).request.replace(request.clone());
        assert!(before.is_none_or(|before| before == request), "another request of the same device");
        Ok(Answer::Done)
    }

    fn accept(&mut self, device: u8) -> Result<Answer, Error> {
        let Device { storage, approval, .. } = self.device(device);
        let Some(approval) = approval else { return Ok(Answer::Impossible) };
        let vault = Vault::accept(storage.clone(), approval, protector(device), Options::default())?;
        self.device_mut(device).vault = Some(vault);
        Ok(Answer::Done)
    }

    fn open(&self, by: u8, matter: u8, document: u8) -> Result<Answer, Error> {
        let opened =
            self.matter(by, matter)?.open_bytes(document_id(document), AccessReason::because("because"))?;
        // Which one it is, its content says.
        let of = |(m, d): &(u8, u8)| content(*m, *d) == opened;
        let known = (0..=u8::MAX).flat_map(|m| (0..16).map(move |d| (m, d))).find(of);
        Ok(known.map_or(Answer::Impossible, |(m, d)| Answer::Content(m, d)))
    }

    fn verify(&self, by: u8) -> Result<Answer, Error> {
        let report = self.vault(by).verify(Scope::Firm, None)?;
        assert!(report.is_clean(), "{report}");
        Ok(Answer::Verified(Totals {
            commits: report.head.size,
            matters: report.matters,
            devices: report.active.0,
            users: report.active.1,
            documents: report.documents,
            documents_checked: report.documents_checked,
        }))
    }

    fn matter(&self, by: u8, matter: u8) -> Result<Matter, Error> {
        self.vault(by).matter(matter_id(matter))
    }

    fn seen(&self, by: u8, matter: u8) -> Result<Seen, String> {
        let matter = self.matter(by, matter).map_err(code)?;
        let roles = matter.members().map_err(code)?;
        Ok(Seen {
            epoch: matter.epoch().map_err(code)?,
            roles: roles.into_iter().map(|member| (self.number(member.user), member.role)).collect(),
            documents: matter.documents_count().map_err(code)?,
        })
    }

    fn users(&self, by: u8) -> BTreeMap<u8, (bool, u64)> {
        let people = self.vault(by).users().expect("people");
        let seen = |who: u8, name: Option<String>| {
            let expected = if who == 0 { "A. Partner".to_owned() } else { person_name(who) };
            assert!(name.as_ref().is_none_or(|name| *name == expected), "another name of {who}: {name:?}");
            name.is_some()
        };
        let people = people.into_iter().map(|one| {
            let who = self.number(one.id);
            (who, (seen(who, one.name), one.active_devices as u64))
        });
        people.collect()
    }
}

fn rotated(report: RotationReport) -> Answer {
    let number = |matter: MatterId| matter.as_bytes()[0] - 1;
    let rotated =
        report.rotated.iter().map(|one| (number(one.matter), (one.epoch, one.wraps, one.could_copy)));
    let left = report.not_rotated.iter().map(|one| (number(one.matter), one.why.name().to_owned()));
    Answer::Rotated(rotated.collect(), left.collect())
}

fn matter_id(matter: u8) -> MatterId {
    MatterId::from_bytes([matter + 1; 16])
}

/// Ids are drawn anew in each matter, so that the same document is in several.
fn document_id(document: u8) -> DocumentId {
    DocumentId::from_bytes([document + 1; 16])
}

fn content(matter: u8, document: u8) -> Vec<u8> {
    format!("document {document} of matter {matter}").repeat(usize::from(document) + 1).into_bytes()
}

fn person_name(who: u8) -> String {
    assert!(who < PEOPLE);
    format!("person {who}")
}

fn code(error: Error) -> String {
    error.code().to_owned()
}
