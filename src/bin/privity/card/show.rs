//! `privity card show`.

use std::path::PathBuf;

use crate::date;
use crate::home::{self, Context};
use crate::show::{Facts, emit, words};
use crate::stop::{Stop, at};

/// Show your own card: its words, its text for a message, or its file
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  privity card show --text        the text, to paste into a message\n  privity card show -o my.card    the file, to attach"
)]
pub struct Options {
    /// Print the card as one line of text and nothing else
    #[arg(long, conflicts_with = "output")]
    text: bool,
    /// Write the card to this new file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let card = context.unlock()?.card;
    if options.text {
        return emit(&format!("{}\n", card.to_text().map_err(at("card"))?));
    }
    let mut facts = Facts::default();
    facts.put("name", card.name()).put("organisation", card.organisation());
    facts.put("words", words(&card.fingerprint()));
    facts.put("expires", date::short(card.expires())).put("in_force", card.in_force(context.now).is_ok());
    facts.put("sequence", card.sequence()).put("party", card.party().to_string());
    facts.put("ssh_key", card.ssh_key());
    let file = options.output.clone().unwrap_or_else(|| context.home.card());
    if options.output.is_some() {
        home::write_new(&file, &card.to_bytes())?;
    }
    facts.put("card", file.display().to_string());
    facts.note("Read the words to others over another channel than the one the card is sent by.");
    facts.print(context.json)
}
