//! The contacts of a party, each sealed by its keys in a file of its own.

use std::fs;
use std::path::{Path, PathBuf};

use privity::Code;
use privity::sharing::{Contact, Party};

use crate::ask;
use crate::home;
use crate::show;
use crate::stop::{Stop, at};

/// All of them.
pub struct Contacts {
    folder: PathBuf,
    all: Vec<Contact>,
}

impl Contacts {
    /// Recalls every contact. One that was altered, or put under the name of another, ends the command: whom
    /// it was about is not known.
    pub fn load(folder: &Path, party: &Party) -> Result<Self, Stop> {
        let failed = |error| Stop::file(folder, &error);
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
        paths.sort();
        let mut all = Vec::with_capacity(paths.len());
        for path in paths {
            let contact = party.recall(&ask::read(&path, MAX_KEPT)?).map_err(at("contacts"))?;
            if path.file_stem().and_then(|stem| stem.to_str()) != Some(&id(&contact)) {
                return Err(Stop::refused("contacts", &Code::DeviceStateDamaged.into()));
            }
            all.push(contact);
        }
        Ok(Self { folder: folder.to_owned(), all })
    }

    pub fn all(&self) -> &[Contact] {
        &self.all
    }

    /// The contact that this one would take the place of.
    pub fn same(&self, other: &Contact) -> Option<&Contact> {
        self.all.iter().find(|known| id(known) == id(other))
    }

    /// The contact of a name, whole and in either case, or of an id. Names are what people say of themselves: two of a name
    /// have to be told apart.
    pub fn find(&self, name: &str) -> Result<&Contact, Stop> {
        let wanted = name.to_lowercase();
        let named = |contact: &&Contact| contact.name().to_lowercase() == wanted || id(contact) == name;
        let mut found: Vec<&Contact> = self.all.iter().filter(named).collect();
        if found.len() > 1 {
            found.retain(|contact| !matches!(contact, Contact::Revoked(_)));
        }
        let list = |contacts: &mut dyn Iterator<Item = &Contact>| {
            contacts.map(|one| format!("{} ({})", one.name(), id(one))).collect::<Vec<_>>().join("; ")
        };
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                let known = list(&mut self.all.iter());
                let known =
                    if known.is_empty() { "nobody yet: privity card add FILE".to_owned() } else { known };
                Err(Stop::usage(format!("no contact is called {name}. Known: {known}")))
            }
            several => {
                let several = list(&mut several.iter().copied());
                Err(Stop::usage(format!("several contacts are called {name}; give the id of one: {several}")))
            }
        }
    }

    /// Keeps a contact in place of what is known of it.
    pub fn keep(&self, party: &Party, contact: &Contact) -> Result<(), Stop> {
        let kept = party.keep(contact).map_err(at("contacts"))?;
        home::write(&self.folder.join(format!("{}.{EXTENSION}", id(contact))), &kept)
    }
}

/// What a contact is kept under: its party, of a firm's with the device, or its key.
pub fn id(contact: &Contact) -> String {
    match (contact.party(), contact.device()) {
        (Some(party), None) => party.to_string(),
        (Some(party), Some(device)) => format!("{party}-{device}"),
        (None, _) => format!("key-{}", privity::Hash(contact.anchor())),
    }
}

/// One word for how far it is believed.
pub fn state(contact: &Contact) -> &'static str {
    match contact {
        Contact::Unverified(_) => "unverified",
        Contact::Verified(_) => "verified",
        Contact::Changed(_) => "changed",
        Contact::Revoked(_) => "revoked",
    }
}

/// Name and organisation, as they say.
pub fn called(contact: &Contact) -> String {
    match contact.organisation() {
        "" => show::line(contact.name()),
        organisation => show::line(&format!("{}, {organisation}", contact.name())),
    }
}

const EXTENSION: &str = "contact";
/// Two cards of a firm with their standings.
const MAX_KEPT: usize = 640 << 10;
