//! `privity card list`.

use super::facts;
use crate::home::Context;
use crate::show::Facts;
use crate::stop::Stop;

/// List your contacts: state, words, until when their cards are in force
#[derive(clap::Args)]
#[command(after_help = "Example:\n  privity card list")]
pub struct Options {}

pub fn run(context: &Context) -> Result<(), Stop> {
    let session = context.unlock()?;
    let all = session.contacts.all().iter().map(|contact| facts(context, contact)).collect();
    let mut list = Facts::default();
    list.put_all("contacts", all);
    list.print(context.json)
}
