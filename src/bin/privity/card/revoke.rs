//! `privity card revoke`.

use privity::sharing::Contact;

use super::facts;
use crate::home::Context;
use crate::stop::Stop;

/// Give a contact up for good: nothing is sent to it or believed of it any more
#[derive(clap::Args)]
#[command(after_help = "Example:\n  privity card revoke \"Carl Counsel\"")]
pub struct Options {
    /// The contact's name or id
    name: String,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let session = context.unlock()?;
    let revoked = match session.contacts.find(&options.name)?.clone() {
        Contact::Unverified(contact) => contact.revoke(),
        Contact::Verified(contact) => contact.revoke(),
        Contact::Changed(contact) => contact.revoke(),
        Contact::Revoked(contact) => contact,
    };
    let revoked = Contact::Revoked(revoked);
    session.contacts.keep(&session.party, &revoked)?;
    let mut facts = facts(context, &revoked);
    facts.note("What was shared with them before, they keep.");
    facts.print(context.json)
}
