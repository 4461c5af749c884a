//! Cards and standings.

use privity::sharing::{Card, PartyKind, Standing};

use super::{Object, UNVERIFIED, now};
use crate::date;
use crate::home::MAX_CARD;
use crate::show::{Facts, words};
use crate::stop::{Stop, at};

pub fn card(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_CARD)?;
    let card = match std::str::from_utf8(&bytes) {
        Ok(text) if text.trim_start().starts_with("privity-card:") => Card::from_text(text),
        _ => Card::parse(&bytes),
    };
    let card = card.map_err(at("card"))?;
    facts.put("object", "contact card").put("name", card.name()).put("organisation", card.organisation());
    facts.put("words", words(&card.fingerprint())).put("fingerprint", card.fingerprint().to_string());
    facts.put(
        "kind",
        match card.kind() {
            PartyKind::Standalone => "standalone",
            PartyKind::Firm => "firm",
        },
    );
    facts.put("party", card.party().to_string()).put("anchor", privity::Hash(card.anchor()).to_string());
    facts.put("ssh_key", card.ssh_key()).put("recipient", card.recipient().to_string());
    facts.put_some("classic_recipient", card.classic_recipient());
    facts.put("sequence", card.sequence()).put_some("previous", card.previous());
    facts.put("hash", card.hash().to_string());
    facts.put("not_before", date::short(card.not_before())).put("expires", date::short(card.expires()));
    facts.put("in_force", card.in_force(now()).is_ok());
    if let Some(shown) = card.standing() {
        say(shown, facts);
    }
    facts.note("The signature is right under the key it names. Whose key that is, nobody knows until the words are compared.");
    Ok(())
}

pub fn standing(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_CARD)?;
    let claimed = Standing::claimed_genesis(&bytes).map_err(at("standing"))?;
    facts.put("object", "standing of a firm's device").put("genesis", claimed.to_string());
    let genesis = object.genesis.unwrap_or(claimed);
    say(&Standing::verify(&bytes, &genesis).map_err(at("standing"))?, facts);
    match object.genesis {
        Some(_) => facts.put("verified", true).note("Verified from the first record that you gave."),
        None => facts
            .put("verified", false)
            .note("It is whole by itself. Whether it is of the firm you mean, --genesis shows.")
            .note(UNVERIFIED),
    };
    Ok(())
}

fn say(shown: &Standing, facts: &mut Facts) {
    facts.put("firm", shown.firm().to_string()).put("origin", shown.origin());
    facts.put("device", shown.row().device.to_string()).put("user", shown.row().user.to_string());
    facts.put("ledger_size", shown.head().size).put("ledger_root", shown.head().root.to_string());
    facts.put("committed_at", date::short(shown.at())).put("cosigned_by_other_users", shown.others());
}
