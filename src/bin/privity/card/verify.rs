//! `privity card verify`.

use privity::Code;
use privity::sharing::Contact;

use super::add::KeyTexts;
use super::facts;
use crate::ask;
use crate::contacts::called;
use crate::home::Context;
use crate::show;
use crate::stop::{Stop, at};

/// Confirm a contact by its twelve words, as the person read them to you
///
/// Ask the person to read their words (privity card show) over a channel that whoever sent the card does not
/// control, and type what you hear. One wrong word refuses all.
///
/// A contact without a card is confirmed by its keys once more, as they came over another channel.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  privity card verify \"Carl Counsel\"\n  privity card verify \"Carl Counsel\" abandon ability able about above absent absorb abstract absurd abuse access accident"
)]
pub struct Options {
    /// The contact's name or id
    name: String,
    /// The twelve words; asked for if they are not given
    words: Vec<String>,
    #[command(flatten)]
    keys: KeyTexts,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let session = context.unlock()?;
    let contact = session.contacts.find(&options.name)?;
    let keys = options.keys.read()?;
    if contact.card().is_none() && keys.is_none() {
        return Err(Stop::usage(
            "this contact has no card: give --ssh-key and --recipient again, as they came over another channel",
        ));
    }
    let words = match (&keys, options.words.is_empty()) {
        (None, true) => {
            eprintln!(
                "{}",
                show::line(&format!("Type the twelve words that {} reads to you.", called(contact)))
            );
            ask::answer("Words: ")?.split_whitespace().map(str::to_owned).collect()
        }
        _ => options
            .words
            .iter()
            .flat_map(|words| words.split_whitespace())
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let verified = match (contact, &keys) {
        (Contact::Unverified(contact), Some((ssh, recipients))) => contact.confirm_keys(ssh, recipients),
        (Contact::Unverified(contact), None) => contact.confirm(&words),
        (Contact::Changed(contact), _) => contact.confirm(&words),
        // Once more is a check as good as the first.
        (Contact::Verified(known), None) => known.fingerprint().check(&words).map(|()| known.clone()),
        (Contact::Verified(_), Some(_)) => {
            return Err(Stop::usage("this contact is verified; revoke it if its keys are in doubt"));
        }
        (Contact::Revoked(_), _) => Err(Code::ContactRevoked.into()),
    };
    let verified = Contact::Verified(verified.map_err(at("verify"))?);
    session.contacts.keep(&session.party, &verified)?;
    facts(context, &verified).print(context.json)
}
