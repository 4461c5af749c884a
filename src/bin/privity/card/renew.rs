//! `privity card renew`.

use privity::sharing::CardDetails;

use crate::date;
use crate::home::{self, Context};
use crate::keygen::YEAR;
use crate::show::{Facts, words};
use crate::stop::{Stop, at};

/// Make your next card, in force for another year; the words stay the same
///
/// Send it to everybody who has the card before: a card follows the one before it and none may be missed.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  privity card renew --organisation \"Expert Partners\""
)]
pub struct Options {
    /// Another name than on the card before
    #[arg(long)]
    name: Option<String>,
    /// Another organisation than on the card before
    #[arg(long)]
    organisation: Option<String>,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let session = context.unlock()?;
    let before = &session.card;
    let card = session.party.card(&CardDetails {
        name: options.name.as_deref().unwrap_or(before.name()),
        organisation: options.organisation.as_deref().unwrap_or(before.organisation()),
        not_before: date::hour_before(context.now),
        expires: date::days_after(context.now, YEAR).ok_or_else(|| Stop::machine("the clock is wrong"))?,
        with_classic: before.classic_recipient().is_some(),
        previous: Some(before),
    });
    let card = card.map_err(at("card"))?;
    home::write(&context.home.card(), &card.to_bytes())?;
    let mut facts = Facts::default();
    facts.put("name", card.name()).put("organisation", card.organisation());
    facts.put("words", words(&card.fingerprint())).put("expires", date::short(card.expires()));
    facts.put("sequence", card.sequence()).put("card", context.home.card().display().to_string());
    facts.note("Send it to everybody who has your card: privity card show --text. They add it; the words stay the same.");
    facts.print(context.json)
}
