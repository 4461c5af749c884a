//! `privity sent`: what is out, with whom, until when.

use std::fs;
use std::path::{Path, PathBuf};

use privity::Code;
use privity::sharing::manifest::MAX_MANIFEST;
use privity::sharing::{Contact, Manifest, Receipt, ReceiptAction, SignedReceipt};

use crate::ask;
use crate::date;
use crate::home::{Context, Session};
use crate::receipt::{MAX_RECEIPT, signature_of, verify};
use crate::show::Facts;
use crate::stop::{Stop, at};

/// List what you shared: with whom, until when, acknowledged or not
#[derive(clap::Args)]
#[command(after_help = "Example:\n  privity sent")]
pub struct Options {}

pub fn run(context: &Context) -> Result<(), Stop> {
    let session = context.unlock()?;
    let folder = context.home.sent();
    let failed = |error| Stop::file(&folder, &error);
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let share = name.strip_suffix(".json").and_then(|id| id.parse::<privity::ShareId>().ok());
        if share.is_some() {
            all.push((manifest(&path, &session)?, path));
        }
    }
    all.sort_by_key(|(manifest, _)| manifest.created);
    let mut list = Facts::default();
    list.put_all(
        "sent",
        all.iter().map(|(manifest, path)| facts(context, &session, manifest, path)).collect(),
    );
    list.print(context.json)
}

/// A manifest that was kept. It is compared with the own key and the name of its file alone: whoever writes to the
/// folder can put one there.
pub fn manifest(path: &Path, session: &Session) -> Result<Manifest, Stop> {
    let manifest = Manifest::parse(&ask::read(path, MAX_MANIFEST)?).map_err(at("sent"))?;
    let own = manifest.sender.anchor == session.party.anchor()
        && path.file_stem().is_some_and(|stem| *stem == *manifest.share.to_string());
    if own { Ok(manifest) } else { Err(Stop::refused("sent", &Code::DeviceStateDamaged.into())) }
}

/// Where a receipt is kept, beside the manifest.
pub fn receipt_path(path: &Path, manifest: &Manifest, contact: &Contact, receipt: &Receipt) -> PathBuf {
    let own = [contact.recipient(), contact.classic_recipient()].map(|own| own.map(ToString::to_string));
    let mut named_in = manifest.recipients.iter().map(|one| &one.recipient);
    let key = named_in.find(|one| own.iter().flatten().any(|own| own == *one));
    named(path, key.map_or("", String::as_str), receipt.action)
}

/// By the end of the recipient's key: people of one firm have one fingerprint.
fn named(manifest: &Path, recipient: &str, action: ReceiptAction) -> PathBuf {
    let end = recipient.get(recipient.len().saturating_sub(32)..).unwrap_or_default();
    manifest.with_extension(format!("{end}.{}.json", action.name()))
}

fn facts(context: &Context, session: &Session, manifest: &Manifest, path: &Path) -> Facts {
    let mut facts = Facts::default();
    facts.put("share", manifest.share.to_string()).put("made", date::short(manifest.created));
    facts.put("purpose", manifest.purpose.as_str()).put("documents", manifest.documents.len());
    facts.put("expires", manifest.expires.map(date::short));
    facts.put("over", manifest.expires.is_some_and(|at| at <= context.now));
    let mut to = Vec::new();
    for recipient in &manifest.recipients {
        let actions = ReceiptAction::ALL.iter().copied();
        let actions = actions
            .filter(|action| acknowledged(session, manifest, &named(path, &recipient.recipient, *action)));
        let actions: Vec<&str> = actions.map(ReceiptAction::name).collect();
        let state = if actions.is_empty() { "not acknowledged".to_owned() } else { actions.join(", ") };
        to.push(format!("{} ({state})", recipient.name));
    }
    facts.put("to", if manifest.forwardable() { vec!["whoever has the password".to_owned()] } else { to });
    facts
}

/// Whether this receipt is there and still verifies.
fn acknowledged(session: &Session, manifest: &Manifest, path: &Path) -> bool {
    let read = |path: &Path| ask::read(path, MAX_RECEIPT).ok();
    let signed = read(path).zip(read(&signature_of(path)).and_then(|text| String::from_utf8(text).ok()));
    signed.is_some_and(|(json, signature)| {
        verify(&SignedReceipt { json, signature }, manifest, session).is_ok()
    })
}
