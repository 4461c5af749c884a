//! `privity open`: a share is checked, then written to a new folder.

use std::path::{Path, PathBuf};

use privity::sharing::age::{Header, Kind, Options as Work, Password, armor::ArmorReader};
use privity::sharing::manifest::designation_name;
use privity::sharing::{
    Accepted, Contact, Discard, Keys, PartyKind, Receipt, ReceiptAction, Refusal, Request, Step, accept,
    accept_folder,
};

use crate::ask;
use crate::bar::Bar;
use crate::contacts::called;
use crate::date;
use crate::home::{self, Context, Session};
use crate::show::Facts;
use crate::stop::{Stop, at};

/// Open what somebody shared with you, after every check passed
///
/// Nine checks in a row: decrypt, layout, sums, signature, manifest, sender, recipient, terms, contents. If one
/// refuses, nothing is written and the exit code is 3. The sender has to be a verified contact.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  privity open report.age --into report --receipt received\n  privity open report.age --check"
)]
pub struct Options {
    /// The share
    file: PathBuf,
    /// The new folder for the documents [default: the file's name without its extension]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Check everything and write nothing
    #[arg(long, conflicts_with_all = ["into", "receipt"])]
    check: bool,
    /// The password of the share, from this file instead of asking
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Sign a receipt for the sender: receipt.json and receipt.json.sig in the new folder
    #[arg(long, value_enum)]
    receipt: Option<Action>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Action {
    Received,
    Reviewed,
    Refused,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let file = &options.file;
    // Asked first: whoever is refused for the folder should not have typed a passphrase for it.
    let into = options.into.clone().unwrap_or_else(|| default_folder(file));
    if !options.check && into.symlink_metadata().is_ok() {
        return Err(Stop::usage(format!(
            "{}: is there already; choose another folder with --into",
            into.display()
        )));
    }
    let password = password(options)?;
    let session = context.unlock()?;
    let keys = password.as_ref().map_or(Keys::Party(&session.party), Keys::Password);
    let request = Request { keys, contacts: session.contacts.all(), now: context.now };
    let bar = Bar::new("opening");
    let work = Work { watcher: Some(&bar), ..Work::default() };
    let accepted = if options.check {
        accept(ask::open(file)?, &request, &mut Discard, work)
    } else {
        accept_folder(file, &request, &into, work)
    };
    drop(bar);
    let accepted = accepted.map_err(|refusal| {
        passed(Some(refusal.step), context.json);
        Stop::from(refusal)
    })?;
    passed(None, context.json);
    // A password share names nobody who could acknowledge it.
    let asked = options.receipt.filter(|_| !accepted.manifest.forwardable());
    let receipt = asked.map(|action| sign(context, &session, &accepted, action, &into)).transpose()?;
    report(context, &session, &accepted, options, &into, receipt)
}

/// Each check that passed, for the person who watches.
fn passed(refused: Option<Step>, json: bool) {
    let steps = Step::ALL.into_iter().take_while(|step| Some(*step) != refused);
    if !json {
        steps.for_each(|step| eprintln!("passed: {}", step.name()));
    }
}

/// The password of a share that has one.
fn password(options: &Options) -> Result<Option<Password>, Stop> {
    let header = Header::read(ArmorOrNot::open(&options.file)?);
    let header = header.map_err(|error| Stop::from(Refusal { step: Step::Decrypt, error }))?;
    if header.kinds().next() != Some(Kind::Password) {
        return match &options.password_file {
            Some(_) => Err(Stop::usage("this share is for people by name and has no password")),
            None => Ok(None),
        };
    }
    let secret = match &options.password_file {
        Some(path) => ask::of_file(path)?,
        None => ask::prompt("Password of the share (ten words): ")?,
    };
    // What takes more than 1 GiB was made to exhaust this device.
    let password = Password::new(secret).and_then(|password| password.with_max_work_factor(20));
    Ok(Some(password.map_err(at("password"))?))
}

fn sign(
    context: &Context,
    session: &Session,
    accepted: &Accepted,
    action: Action,
    into: &Path,
) -> Result<PathBuf, Stop> {
    let action = match action {
        Action::Received => ReceiptAction::Received,
        Action::Reviewed => ReceiptAction::Reviewed,
        Action::Refused => ReceiptAction::Refused,
    };
    let receipt = Receipt::sign(&session.party, accepted, action, context.now).map_err(at("receipt"))?;
    let path = into.join("receipt.json");
    home::write_new(&path, &receipt.json)?;
    home::write_new(&into.join("receipt.json.sig"), receipt.signature.as_bytes())?;
    Ok(path)
}

fn report(
    context: &Context,
    session: &Session,
    accepted: &Accepted,
    options: &Options,
    into: &Path,
    receipt: Option<PathBuf>,
) -> Result<(), Stop> {
    let manifest = &accepted.manifest;
    let mut facts = Facts::default();
    let anchor = &manifest.sender.anchor;
    let verified = |contact: &&Contact| matches!(contact, Contact::Verified(_)) && contact.has_anchor(anchor);
    let contact = session.contacts.all().iter().find(verified);
    // Of a firm, whoever was verified stands for all of it: the device that signed may be a colleague's.
    let known_as = match manifest.sender.kind {
        PartyKind::Standalone => "from",
        PartyKind::Firm => "known_through",
    };
    facts.put_some(known_as, contact.map(called));
    facts.put("signs_as", manifest.sender.name.as_str());
    facts.put("organisation", manifest.sender.organisation.as_str());
    facts.put("share", manifest.share.to_string()).put("purpose", manifest.purpose.as_str());
    facts.put_some("basis", manifest.basis.as_deref());
    facts.put("designation", designation_name(manifest.designation)).put("onward", manifest.onward.name());
    facts.put("made", date::short(manifest.created)).put("expires", manifest.expires.map(date::short));
    facts.put("clock_here", date::short(context.now));
    facts.put("forwardable", manifest.forwardable());
    facts.put("receipt_asked_for", manifest.receipt);
    facts.put("to", manifest.recipients.iter().map(|one| one.name.as_str()).collect::<Vec<_>>());
    let mut documents = Vec::new();
    for document in &manifest.documents {
        let mut one = Facts::default();
        one.put("name", document.name.as_str()).put("bytes", document.size);
        let place = if options.check { PathBuf::from(&document.path) } else { into.join(&document.path) };
        one.put("path", place.display().to_string());
        documents.push(one);
    }
    facts.put_all("documents", documents);
    facts.put_some("folder", (!options.check).then(|| into.display()));
    facts.put_some("receipt", receipt.as_deref().map(Path::display));
    if manifest.forwardable() {
        facts.note(
            "Forwardable: it names nobody. Whoever had the file and the password could have given you both.",
        );
    }
    if let Some(shown) = &accepted.shown {
        facts.put("shown_active_at", date::short(shown.at())).put("ledger_size", shown.head().size);
        facts.put("cosigned_by_other_users", shown.others());
        let of_firm = session.contacts.all().iter().filter(|contact| contact.has_anchor(anchor));
        let known = of_firm.filter_map(|contact| contact.card()).filter_map(|card| card.standing());
        if known.map(|known| known.head().size).max() > Some(shown.head().size) {
            facts.note("The firm's device is shown under an older checkpoint than its card has: it may have been removed since. Ask the firm.");
        }
    }
    if options.receipt.is_some() && receipt.is_none() {
        facts.note("No receipt: a password share names nobody who could sign one.");
    }
    if receipt.is_some() {
        facts.note("Send receipt.json and receipt.json.sig to the sender.");
    } else if options.check {
        facts.note("Every check passed; nothing was written.");
    }
    facts.print(context.json)
}

/// The header of a share, binary or as text.
enum ArmorOrNot {
    Binary(std::fs::File),
    Armor(ArmorReader<std::fs::File>),
}

impl ArmorOrNot {
    fn open(path: &Path) -> Result<Self, Stop> {
        use std::io::{Read as _, Seek as _};
        let mut file = ask::open(path)?;
        let mut start = Vec::new();
        let read = (&mut file).take(64).read_to_end(&mut start).and_then(|_| file.rewind());
        read.map_err(|error| Stop::file(path, &error))?;
        let armored = start.trim_ascii_start().starts_with(b"-----BEGIN AGE");
        Ok(if armored { Self::Armor(ArmorReader::new(file)) } else { Self::Binary(file) })
    }
}

impl std::io::Read for ArmorOrNot {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Binary(file) => file.read(out),
            Self::Armor(armor) => armor.read(out),
        }
    }
}

fn default_folder(file: &Path) -> PathBuf {
    match file.extension() {
        Some(_) => file.with_extension(""),
        None => file.with_extension("opened"),
    }
}
