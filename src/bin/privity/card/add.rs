//! `privity card add`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use privity::Code;
use privity::sharing::age::Recipient;
use privity::sharing::{Card, Contact, UnverifiedContact};

use super::facts;
use crate::ask;
use crate::contacts::state;
use crate::home::{Context, MAX_CARD, Session};
use crate::stop::{Stop, at};

/// Add the card that somebody sent you, or a newer one of somebody you know
///
/// A card is a claim until you compare its twelve words with the person over another channel: on the telephone,
/// by a voice that you know, or face to face. Then: privity card verify NAME.
///
/// A person without privity has an ssh key (ssh-ed25519 ...) and an age recipient (age1...): give --name, --ssh-key
/// and --recipient instead of a card.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  privity card add counsel.card\n  privity card add --name \"Olga Old\" --ssh-key olga.pub --recipient age1..."
)]
pub struct Options {
    /// A file with the card or its text, the text itself (privity-card:...), or - for standard input
    #[arg(value_name = "FILE|TEXT|-", required_unless_present = "ssh_key", conflicts_with_all = ["ssh_key", "recipient"])]
    card: Option<String>,
    /// Without a card: the person's name
    #[arg(long, requires = "ssh_key", conflicts_with = "card")]
    name: Option<String>,
    /// Without a card: where they work
    #[arg(long, requires = "ssh_key", default_value = "", hide_default_value = true)]
    organisation: String,
    #[command(flatten)]
    keys: KeyTexts,
}

/// The keys of a person who has no card.
#[derive(clap::Args)]
pub struct KeyTexts {
    /// Without a card: the ssh public key, as a .pub file or its line
    #[arg(long, value_name = "FILE|LINE", requires = "recipient")]
    ssh_key: Option<String>,
    /// Without a card: the age recipient (age1...); one of each kind at most
    #[arg(long, value_name = "RECIPIENT", requires = "ssh_key")]
    recipient: Vec<String>,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let contact = match (&options.card, options.keys.read()?) {
        (Some(card), _) => UnverifiedContact::from_card(read_card(card)?),
        (None, Some((ssh, recipients))) => {
            let name = options.name.as_deref().ok_or_else(|| Stop::usage("give the person's --name"))?;
            let contact = UnverifiedContact::from_keys(name, &options.organisation, &ssh, &recipients);
            contact.map_err(at("card"))?
        }
        (None, None) => return Err(Stop::usage("give a card, or --ssh-key and --recipient")),
    };
    let session = context.unlock()?;
    if contact.anchor() == session.party.anchor() {
        return Err(Stop::usage("this is your own card"));
    }
    let contact = Contact::Unverified(contact);
    let known = session.contacts.same(&contact);
    let (kept, note) = match known {
        None => (contact, "Compare the twelve words over another channel, then: privity card verify NAME."),
        Some(known) => follow(known, contact)?,
    };
    session.contacts.keep(&session.party, &kept)?;
    report(context, &session, &kept, note)
}

/// What becomes of a contact when another card of it comes in.
fn follow(known: &Contact, new: Contact) -> Result<(Contact, &'static str), Stop> {
    let same = known.card().map(Card::hash) == new.card().map(Card::hash);
    if same && known.fingerprint().as_bytes() == new.fingerprint().as_bytes() {
        return Ok((known.clone(), "It was known already; nothing changed."));
    }
    let Some(card) = new.card() else { return Err(Stop::refused("card", &Code::CardOrder.into())) };
    let updated = match (known, known.update(card.clone())) {
        // Nothing was believed of it: whoever comes first with a name must not keep its owner out.
        (Contact::Unverified(_), Err(_)) => {
            return Ok((
                new,
                "It takes the place of an unverified card that it does not follow. Compare the words.",
            ));
        }
        (_, updated) => updated.map_err(at("card"))?,
    };
    let note = match &updated {
        Contact::Verified(_) => "It follows the verified card with the same keys and names: still verified.",
        Contact::Changed(_) => {
            "The keys, the name or the organisation are others than those you verified. Nothing is sent or believed until you compare the new words: privity card verify NAME. If the person says they changed nothing, do not verify, and revoke."
        }
        _ => "Compare the twelve words over another channel, then: privity card verify NAME.",
    };
    Ok((updated, note))
}

fn report(context: &Context, session: &Session, contact: &Contact, note: &str) -> Result<(), Stop> {
    let mut facts = facts(context, contact);
    facts.note(note);
    let name = contact.name().to_lowercase();
    let namesakes = session.contacts.all().iter().filter(|other| other.name().to_lowercase() == name);
    if let Some(other) = namesakes.into_iter().find(|other| other.anchor() != contact.anchor()) {
        let same_party = session.contacts.same(contact).is_some_and(|known| known.anchor() == other.anchor());
        if !same_party {
            facts.note(format!(
                "Another contact has this name already ({}). Which one is which, only their words tell.",
                state(other)
            ));
        }
    }
    facts.print(context.json)
}

impl KeyTexts {
    /// Both texts, if they were given.
    pub fn read(&self) -> Result<Option<(String, Vec<Recipient>)>, Stop> {
        let Some(ssh) = &self.ssh_key else { return Ok(None) };
        let ssh = match ssh.starts_with("ssh-") {
            true => ssh.clone(),
            false => text_of(ask::read(Path::new(ssh), MAX_KEY)?)?,
        };
        let recipients: Result<Vec<Recipient>, _> =
            self.recipient.iter().map(|text| text.trim().parse()).collect();
        Ok(Some((ssh.trim_end().to_owned(), recipients.map_err(at("recipient"))?)))
    }
}

fn read_card(card: &str) -> Result<Card, Stop> {
    if card.starts_with(TEXT) {
        return Card::from_text(card).map_err(at("card"));
    }
    let bytes = if card == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(MAX_CARD as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| Stop::machine(format!("standard input: {error}")))?;
        bytes
    } else {
        ask::read(&PathBuf::from(card), MAX_CARD)?
    };
    if bytes.starts_with(b"PRVYCRD1") {
        return Card::parse(&bytes).map_err(at("card"));
    }
    Card::from_text(&text_of(bytes)?).map_err(at("card"))
}

fn text_of(bytes: Vec<u8>) -> Result<String, Stop> {
    String::from_utf8(bytes).map_err(|_| Stop::foreign("this is neither a card nor text"))
}

const TEXT: &str = "privity-card:";
const MAX_KEY: usize = 16 << 10;
