//! The acts of a history, and histories drawn by chance.

use std::fmt;

use privity::audit::body::MatterRole;

use super::chance::Chance;
use super::model::Model;

/// People of a firm; 0 founds it.
pub const PEOPLE: u8 = 5;
/// Devices: the first of each person, then second ones.
pub const DEVICES: u8 = 7;
const MATTERS: u8 = 3;
const DOCUMENTS: u8 = 4;

/// Whose device it is.
pub fn owner(device: u8) -> u8 {
    device % PEOPLE
}

/// One call, by numbers of devices, people, matters and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Request { device: u8 },
    Enrol { by: u8, device: u8, administrator: bool },
    Accept { device: u8 },
    OpenMatter { by: u8, matter: u8 },
    Admit { by: u8, matter: u8, who: u8, role: MatterRole },
    Remove { by: u8, matter: u8, who: u8 },
    Screen { by: u8, matter: u8, who: u8 },
    Rotate { by: u8, matter: u8 },
    RemovePerson { by: u8, who: u8 },
    Seal { by: u8, matter: u8, document: u8 },
    Describe { by: u8, matter: u8, document: u8, name: u8 },
    Open { by: u8, matter: u8, document: u8 },
    List { by: u8, matter: u8 },
    Name { by: u8, matter: u8 },
    Lock { by: u8 },
    Unlock { by: u8 },
    Verify { by: u8 },
}

impl Act {
    /// The verb.
    pub fn verb(&self) -> String {
        let shown = format!("{self:?}");
        shown.split(' ').next().unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A history: two people join, a matter is opened, then anything by anybody.
pub fn history(chance: &mut Chance) -> Vec<Act> {
    let mut acts = Vec::new();
    for device in 1..=2 {
        let administrator = chance.below(2) == 0;
        acts.push(Act::Request { device });
        acts.push(Act::Enrol { by: 0, device, administrator });
        acts.push(Act::Accept { device });
    }
    acts.push(Act::OpenMatter { by: 0, matter: 0 });
    // The model goes along, so that most acts are by somebody who may, on something that is there.
    let mut model = Model::new(None);
    for act in &acts {
        let _known = model.act(act);
    }
    for _ in 0..20 + chance.below(60) {
        let act = draw(chance, &model);
        let _known = model.act(&act);
        acts.push(act);
    }
    acts
}

/// One of them, in one case of `odd` any number below `all`.
fn one_of(chance: &mut Chance, known: &[u8], odd: u64, all: u8) -> u8 {
    let pick = |chance: &mut Chance, from: usize| usize::try_from(chance.below(from as u64)).unwrap_or(0);
    let any = u8::try_from(pick(chance, all.into())).unwrap_or(0);
    let at = pick(chance, known.len());
    if chance.below(odd) == 0 { any } else { known.get(at).copied().unwrap_or(any) }
}

fn draw(chance: &mut Chance, model: &Model) -> Act {
    let matter = one_of(chance, &model.matters().collect::<Vec<_>>(), 12, MATTERS);
    let roles = model.seen(matter).map(|seen| seen.roles).unwrap_or_default();
    let active: Vec<u8> = model.active();
    let inside: Vec<u8> = active.iter().copied().filter(|&one| roles.contains_key(&owner(one))).collect();
    let by = one_of(chance, &active, 16, DEVICES);
    let by = if chance.below(3) == 0 { by } else { one_of(chance, &inside, 16, DEVICES) };
    let people: Vec<u8> = model.users(0).into_keys().collect();
    let who = one_of(chance, &people, 8, PEOPLE);
    // Whom one shuts out has a role, mostly.
    let whom = one_of(chance, &roles.into_keys().collect::<Vec<_>>(), 4, PEOPLE);
    let document = one_of(chance, &model.documents(matter).collect::<Vec<_>>(), 4, DOCUMENTS);
    let mut below = |bound: u8| u8::try_from(chance.below(bound.into())).unwrap_or(0);
    let (device, name) = (below(DEVICES), below(8));
    let role = match below(9) {
        0 | 1 => MatterRole::Lead,
        2..=4 => MatterRole::Member,
        5 => MatterRole::Depositor,
        6 => MatterRole::Auditor,
        _ => MatterRole::Reader,
    };
    match below(64) {
        0..=1 => Act::Request { device },
        2..=4 => Act::Enrol { by, device, administrator: below(4) == 0 },
        5..=7 => Act::Accept { device },
        8..=9 => Act::OpenMatter { by, matter: below(MATTERS) },
        10..=23 => Act::Admit { by, matter, who, role },
        24..=28 => Act::Remove { by, matter, who: whom },
        29 => Act::Screen { by, matter, who: whom },
        30..=31 => Act::Rotate { by, matter },
        32 => Act::RemovePerson { by, who },
        33..=38 => Act::Seal { by, matter, document: below(DOCUMENTS) },
        39..=43 => Act::Describe { by, matter, document, name },
        44..=51 => Act::Open { by, matter, document },
        52..=54 => Act::List { by, matter },
        55..=56 => Act::Name { by, matter },
        57..=58 => Act::Lock { by },
        59..=62 => Act::Unlock { by },
        _ => Act::Verify { by },
    }
}
