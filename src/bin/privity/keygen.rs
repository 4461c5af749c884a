//! `privity keygen`: a party and its first card.

use privity::keys::Passphrase;
use privity::sharing::{CardDetails, Party};

use crate::date;
use crate::home::{self, Context};
use crate::show::{Facts, words};
use crate::stop::{Stop, at};

/// Make your keys and your first contact card. Do this once
///
/// Your keys are kept under a passphrase that nobody can recover. The card says who you are and under which
/// keys; it is no secret and is in force for a year.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  privity keygen --name \"Erin Expert\" --organisation \"Expert & Co\""
)]
pub struct Options {
    /// Your name, as others shall see it
    #[arg(long)]
    name: String,
    /// Where you work
    #[arg(long, default_value = "", hide_default_value = true)]
    organisation: String,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let home = &context.home;
    if home.party().exists() {
        return Err(Stop::usage(format!("{}: you have keys already", home.party().display())));
    }
    let party = Party::generate().map_err(at("keygen"))?;
    let card = party.card(&CardDetails {
        name: &options.name,
        organisation: &options.organisation,
        not_before: date::hour_before(context.now),
        expires: date::days_after(context.now, YEAR).ok_or_else(|| Stop::machine("the clock is wrong"))?,
        with_classic: true,
        previous: None,
    });
    // The one thing that can be wrong here is what the person gave.
    let card = card.map_err(|error| Stop::usage(format!("{error}. {}", error.advice())))?;
    let passphrase = Passphrase::new(context.secrets.new_passphrase()?).map_err(at("keygen"))?;
    let protected = party.protect(&passphrase).map_err(at("keygen"))?;
    home.create()?;
    // A card without keys is made anew; keys without a card would be stuck.
    home::write(&home.card(), &card.to_bytes())?;
    home::write_new(&home.party(), &protected)?;

    let mut facts = Facts::default();
    facts.put("name", card.name()).put("organisation", card.organisation());
    facts.put("words", words(&card.fingerprint())).put("expires", date::short(card.expires()));
    facts.put("card", home.card().display().to_string()).put("keys", home.party().display().to_string());
    facts.note("Send your card to those who share with you: privity card show --text, or the file above.");
    facts.note("Read the twelve words to them on the telephone or face to face; never send words and card the same way.");
    facts.print(context.json)
}

pub const YEAR: u64 = 365;
