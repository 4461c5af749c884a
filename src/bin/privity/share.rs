//! `privity share`: files to contacts, or to whoever has a password.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use privity::sharing::age::Options as Work;
use privity::sharing::manifest::designation_of;
use privity::sharing::{Addressee, Contact, Draft, Made, Onward, Terms, share_files};
use privity::{Code, SecretBytes};

use crate::ask;
use crate::bar::Bar;
use crate::contacts::{called, id};
use crate::date;
use crate::home::{self, Context, Session};
use crate::show::Facts;
use crate::stop::{Stop, at};

/// Share files with contacts, sealed to them and signed by you
///
/// The result is one file; send it any way you like. Only the people named open it, with privity or with the stock
/// tools age, unzip, ssh-keygen and sha256sum. The terms are signed with it. Nothing can keep people from copying what they
/// opened.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  privity share report.pdf annex.xlsx --to \"Carl Counsel\" --purpose \"Expert report, Doe v. Roe\" --expires 30 -o report.age"
)]
pub struct Options {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A contact's name or id; once for each person, at most eight
    #[arg(long, value_name = "NAME", required_unless_present = "password", conflicts_with = "password")]
    to: Vec<String>,
    /// Why it is disclosed
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// On what privilege rests
    #[arg(long, value_name = "TEXT")]
    basis: Option<String>,
    /// Refused from the beginning of this day (2027-01-31, UTC), or this many days from now
    #[arg(long, value_name = "DATE|DAYS")]
    expires: Option<String>,
    /// How it is to be handled: public, internal, confidential, privileged, attorneys-eyes-only
    #[arg(long, value_name = "NAME", default_value = "confidential")]
    designation: String,
    /// Whether it may be passed on
    #[arg(long, value_enum, default_value = "no")]
    onward: MayPass,
    /// Ask for no receipt
    #[arg(long)]
    no_receipt: bool,
    /// Seal to older keys, for people whose tools know no others; a future quantum computer would open it
    #[arg(long, conflicts_with = "password")]
    classic: bool,
    /// For nobody by name: whoever has the ten words shown opens it, and may pass both on
    #[arg(long)]
    password: bool,
    /// Write the ten words to this new file instead of showing them
    #[arg(long, value_name = "FILE", requires = "password")]
    password_out: Option<PathBuf>,
    /// Share with a contact whose words were not compared, for this reason
    #[arg(long, value_name = "REASON", conflicts_with = "password")]
    unverified_because: Option<String>,
    /// The new file [default: share-DATE-TIME.age]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Whether a share may be passed on.
#[derive(Clone, Copy, clap::ValueEnum)]
enum MayPass {
    No,
    WithConsent,
    Yes,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let terms = terms(context, options)?;
    let session = context.unlock()?;
    session.card.in_force(context.now).map_err(at("your card (privity card renew)"))?;
    let (name, organisation) = (session.card.name(), session.card.organisation());
    let (to, draft, password) = if options.password {
        let (draft, words) = Draft::with_password(name, organisation, terms).map_err(at("share"))?;
        // Where the words go is known before anything is made.
        let place = Place::of(options)?;
        (Vec::new(), draft, Some((place, words)))
    } else {
        let to = addressees(context, options, &session)?;
        let draft = Draft::new(to.clone(), name, organisation, terms);
        (to, if options.classic { draft.classic() } else { draft }, None)
    };
    let output = options.output.clone().unwrap_or_else(|| PathBuf::from(default_name(context)));
    let bar = Bar::new("sealing");
    let work = Work { watcher: Some(&bar), ..Work::default() };
    let made = share_files(&session.party, &draft, &options.files, &output, context.now, work);
    drop(bar);
    let made = made.map_err(at("share"))?;
    if let Err(stop) = keep(context, &made, &to, password) {
        // What cannot be followed up is not given out.
        let _best_effort = fs::remove_file(&output);
        return Err(stop);
    }
    report(context, options, &made, &to, &output)
}

fn terms(context: &Context, options: &Options) -> Result<Terms, Stop> {
    let mut terms = Terms::new(&options.purpose);
    terms.basis.clone_from(&options.basis);
    let designation = designation_of(&options.designation);
    terms.designation =
        designation.ok_or_else(|| Stop::usage(format!("{}: no designation", options.designation)))?;
    terms.onward = match options.onward {
        MayPass::No => Onward::No,
        MayPass::WithConsent => Onward::WithConsent,
        MayPass::Yes => Onward::Yes,
    };
    terms.expires = options.expires.as_deref().map(|text| date::expiry(text, context.now)).transpose()?;
    if terms.expires.is_some_and(|at| at <= context.now) {
        return Err(Stop::usage("the expiry lies in the past"));
    }
    terms.receipt = !options.no_receipt;
    Ok(terms)
}

fn addressees(context: &Context, options: &Options, session: &Session) -> Result<Vec<Addressee>, Stop> {
    let mut to: Vec<Addressee> = Vec::new();
    let mut seen = Vec::new();
    for name in &options.to {
        let contact = session.contacts.find(name)?;
        if seen.contains(&id(contact)) {
            return Err(Stop::usage(format!("{} is named twice", called(contact))));
        }
        seen.push(id(contact));
        let addressee = match (contact, &options.unverified_because) {
            (Contact::Unverified(contact), Some(reason)) => {
                contact.overridden(reason).map_err(at("contact"))?
            }
            (contact, _) => Addressee::from(contact.verified().map_err(at("contact"))?),
        };
        addressee.in_force(context.now).map_err(at("contact"))?;
        to.push(addressee);
    }
    Ok(to)
}

/// Gives the password out and keeps what receipts are compared with.
fn keep(
    context: &Context,
    made: &Made,
    to: &[Addressee],
    password: Option<(Place, SecretBytes)>,
) -> Result<(), Stop> {
    if let Some((place, words)) = password {
        place.give(&words)?;
    }
    let share = made.manifest.share;
    let folder = context.home.sent();
    home::write_new(&folder.join(format!("{share}.json")), &made.manifest.to_bytes().map_err(at("share"))?)?;
    let reasons: Vec<String> =
        to.iter().filter_map(|to| Some(format!("{}: {}\n", to.name(), to.reason()?))).collect();
    if !reasons.is_empty() {
        home::write_new(&folder.join(format!("{share}.unverified.txt")), reasons.concat().as_bytes())?;
    }
    Ok(())
}

fn report(
    context: &Context,
    options: &Options,
    made: &Made,
    to: &[Addressee],
    output: &Path,
) -> Result<(), Stop> {
    let manifest = &made.manifest;
    let mut facts = Facts::default();
    facts.put("file", output.display().to_string()).put("share", manifest.share.to_string());
    facts.put("to", to.iter().map(|to| to.name().to_owned()).collect::<Vec<_>>());
    facts.put("purpose", manifest.purpose.as_str()).put("documents", manifest.documents.len());
    facts.put_some("expires", manifest.expires.map(date::short));
    facts.put("forwardable", manifest.forwardable());
    for to in to.iter().filter(|to| to.reason().is_some()) {
        facts.note(format!(
            "{} is unverified: whoever made that card opens this, whoever that is.",
            to.name()
        ));
    }
    if options.password {
        facts.note("Send the ten words another way than the file: read them on the telephone. Whoever has both opens the share and may pass both on; it names nobody, so it is forwardable and nobody can tell who did.");
    }
    facts.print(context.json)
}

/// Where a password goes: never to standard output, which may be kept.
enum Place {
    Terminal(fs::File),
    File(PathBuf),
}

impl Place {
    fn of(options: &Options) -> Result<Self, Stop> {
        match &options.password_out {
            Some(path) if path.exists() => Err(Stop::of("share", &Code::Exists.into())),
            Some(path) => Ok(Self::File(path.clone())),
            None => Ok(Self::Terminal(ask::terminal()?)),
        }
    }

    fn give(self, words: &SecretBytes) -> Result<(), Stop> {
        match self {
            Self::File(path) => home::write_new(&path, words.expose_secret()),
            Self::Terminal(mut terminal) => {
                let parts =
                    [b"\nThe password, shown this once:\n\n  ".as_slice(), words.expose_secret(), b"\n\n"];
                let shown = parts.iter().try_for_each(|part| terminal.write_all(part));
                shown.map_err(|error| Stop::machine(format!("the terminal: {error}")))
            }
        }
    }
}

fn default_name(context: &Context) -> String {
    let time: String = date::short(context.now).chars().filter(char::is_ascii_digit).collect();
    let (day, time) = time.split_at_checked(8).unwrap_or((&time, ""));
    format!("share-{day}-{time}.age")
}
