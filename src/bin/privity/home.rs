//! The home folder: keys under a passphrase, the own card, contacts, what was sent.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use privity::keys::Passphrase;
use privity::sharing::{Card, Party};
use privity::{Clock, SystemClock, Timestamp};

use crate::ask::{self, Secrets};
use crate::contacts::Contacts;
use crate::stop::{Stop, at};

/// What a verb works with before anything is unlocked.
pub struct Context {
    pub home: Home,
    pub secrets: Secrets,
    pub json: bool,
    pub now: Timestamp,
}

/// The folder.
pub struct Home(PathBuf);

/// Whoever has the passphrase.
pub struct Session {
    pub party: Party,
    pub card: Card,
    pub contacts: Contacts,
}

impl Context {
    pub fn new(home: Option<PathBuf>, passphrase_file: Option<PathBuf>, json: bool) -> Result<Self, Stop> {
        let named = || variable("PRIVITY_HOME");
        let folder = home.or_else(named).or_else(|| configuration().map(|folder| folder.join("privity")));
        let folder = folder.ok_or_else(|| Stop::usage("no home folder is known here; give --home DIR"))?;
        Ok(Self { home: Home(folder), secrets: Secrets::new(passphrase_file), json, now: now()? })
    }

    /// Unlocks the keys. The card and the contacts are believed only as far as the keys show that nobody else
    /// wrote them.
    pub fn unlock(&self) -> Result<Session, Stop> {
        let protected = self.home.protected()?;
        let passphrase = Passphrase::new(self.secrets.passphrase()?).map_err(at("unlock"))?;
        let party = Party::unlock(&protected, &passphrase).map_err(at("unlock"))?;
        let card = Card::parse(&ask::read(&self.home.card(), MAX_CARD)?).map_err(at("card"))?;
        if card.anchor() != party.anchor() || card.party() != party.id() {
            return Err(Stop::refused("card", &privity::Code::CardKey.into()));
        }
        let contacts = Contacts::load(&self.home.contacts(), &party)?;
        Ok(Session { party, card, contacts })
    }
}

impl Home {
    pub fn party(&self) -> PathBuf {
        self.0.join("party")
    }

    pub fn card(&self) -> PathBuf {
        self.0.join("card")
    }

    pub fn contacts(&self) -> PathBuf {
        self.0.join("contacts")
    }

    pub fn sent(&self) -> PathBuf {
        self.0.join("sent")
    }

    /// Makes the folders, for their owner alone.
    pub fn create(&self) -> Result<(), Stop> {
        for folder in [&self.0, &self.contacts(), &self.sent()] {
            create_folder(folder).map_err(|error| Stop::file(folder, &error))?;
        }
        Ok(())
    }

    fn protected(&self) -> Result<Vec<u8>, Stop> {
        let path = self.party();
        if !path.exists() {
            let text =
                format!("{}: there are no keys yet. Make them: privity keygen --name NAME", path.display());
            return Err(Stop::usage(text));
        }
        ask::read(&path, MAX_PROTECTED)
    }
}

/// Writes a file for its owner alone, whole or not at all; replaces what has the name.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let failed = |error| Stop::file(path, &error);
    let file = temporary(path, bytes).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// The same, where nothing has the name yet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Stop::usage(format!("{}: is there already", path.display())),
        _ => Stop::file(path, &error),
    };
    let file = temporary(path, bytes).map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn temporary(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".privity-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Elsewhere a folder below the person's own is theirs.
#[cfg(not(unix))]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Where the platform keeps what programs are set to.
fn configuration() -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA");
    }
    let home = variable("HOME");
    if cfg!(target_os = "macos") {
        return home.map(|home| home.join("Library/Application Support"));
    }
    let own = variable("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    own.or_else(|| home.map(|home| home.join(".config")))
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(not(feature = "testing"))]
fn now() -> Result<Timestamp, Stop> {
    Ok(SystemClock.now())
}

/// In tests the clock can be set.
#[cfg(feature = "testing")]
fn now() -> Result<Timestamp, Stop> {
    match std::env::var("PRIVITY_TEST_CLOCK") {
        Ok(text) => text.parse().map_err(at("clock")),
        Err(_) => Ok(SystemClock.now()),
    }
}

/// A card with a firm's standing, as file.
pub const MAX_CARD: usize = 320 << 10;
const MAX_PROTECTED: usize = 8 << 10;
