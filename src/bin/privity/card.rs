//! `privity card`: the own card and those of others.

mod add;
mod list;
mod renew;
mod revoke;
mod show;
mod verify;

use privity::sharing::Contact;

use crate::contacts::{id, state};
use crate::date;
use crate::home::Context;
use crate::show::{Facts, words};
use crate::stop::Stop;

/// Contact cards: show yours, add and verify those of others
#[derive(clap::Subcommand)]
#[command(
    after_help = "Example:\n  privity card show --text\n  privity card add counsel.card\n  privity card verify \"Carl Counsel\""
)]
pub enum Verb {
    Show(show::Options),
    Renew(renew::Options),
    Add(add::Options),
    Verify(verify::Options),
    List(list::Options),
    Revoke(revoke::Options),
}

pub fn run(context: &Context, verb: Verb) -> Result<(), Stop> {
    match verb {
        Verb::Show(options) => show::run(context, &options),
        Verb::Renew(options) => renew::run(context, &options),
        Verb::Add(options) => add::run(context, &options),
        Verb::Verify(options) => verify::run(context, &options),
        Verb::List(_) => list::run(context),
        Verb::Revoke(options) => revoke::run(context, &options),
    }
}

/// What is known of a contact.
fn facts(context: &Context, contact: &Contact) -> Facts {
    let mut facts = Facts::default();
    facts
        .put("name", contact.name())
        .put("organisation", contact.organisation())
        .put("state", state(contact));
    if let Some(standing) = contact.card().and_then(|card| card.standing()) {
        // The words are the firm's; who of it this is, these say.
        facts.put("kind", "a device of a firm: the words prove the firm, not the person");
        facts.put("user", standing.row().user.to_string()).put("device", standing.row().device.to_string());
    }
    if let Some(card) = contact.card() {
        facts.put("expires", date::short(card.expires()));
        facts.put("in_force", card.in_force(context.now).is_ok());
    }
    facts.put("words", words(&contact.fingerprint())).put("id", id(contact));
    facts
}
