//! `privity receipt`: verifies what a recipient signed.

use std::path::{Path, PathBuf};

use privity::Code;
use privity::sharing::{Contact, Manifest, Receipt, SignedReceipt};

use crate::ask;
use crate::contacts::called;
use crate::date;
use crate::home::{self, Context, Session};
use crate::sent;
use crate::show::Facts;
use crate::stop::{Stop, at};

/// Verify a receipt that a recipient sent back, and keep it
///
/// Compared with what you sent and with the key of the contact it names. The signature lies beside it, as FILE.sig.
#[derive(clap::Args)]
#[command(verbatim_doc_comment, after_help = "Example:\n  privity receipt receipt.json")]
pub struct Options {
    /// The receipt: receipt.json, with receipt.json.sig beside it
    file: PathBuf,
}

pub fn run(context: &Context, options: &Options) -> Result<(), Stop> {
    let json = ask::read(&options.file, MAX_RECEIPT)?;
    let signature = ask::read(&signature_of(&options.file), MAX_RECEIPT)?;
    let signature = String::from_utf8(signature).map_err(|_| Stop::of("receipt", &Code::Sshsig.into()))?;
    let signed = SignedReceipt { json, signature };
    let claimed = Receipt::parse(&signed.json).map_err(at("receipt"))?;
    let session = context.unlock()?;
    let path = context.home.sent().join(format!("{}.json", claimed.share));
    if !path.exists() {
        return Err(Stop::refused("receipt", &Code::ReceiptRefused.into()));
    }
    let manifest = sent::manifest(&path, &session)?;
    let (receipt, contact) = verify(&signed, &manifest, &session)?;
    let kept = sent::receipt_path(&path, &manifest, contact, &receipt);
    home::write(&signature_of(&kept), signed.signature.as_bytes())?;
    home::write(&kept, &signed.json)?;

    let mut facts = Facts::default();
    facts.put("from", called(contact)).put("action", receipt.action.name());
    facts.put("at", date::short(receipt.at)).put("share", receipt.share.to_string());
    facts.put("purpose", manifest.purpose.as_str()).put("kept", kept.display().to_string());
    facts.note("Verified: signed by the key of this contact over exactly the share that you sent. The time is by their clock.");
    facts.print(context.json)
}

/// The receipt and who signed it: the verified contact that it names.
pub fn verify<'s>(
    signed: &SignedReceipt,
    sent: &Manifest,
    session: &'s Session,
) -> Result<(Receipt, &'s Contact), Stop> {
    let claimed = Receipt::parse(&signed.json).map_err(at("receipt"))?;
    // People of one firm have one fingerprint: the one whose key signed is the one that counts.
    let mut refused = Stop::refused("receipt", &Code::ReceiptRefused.into());
    let names = |contact: &&Contact| contact.fingerprint().as_bytes() == &claimed.fingerprint.0;
    for contact in session.contacts.all().iter().filter(names) {
        let verified = contact.verified().map_err(at("contact"));
        match verified.and_then(|from| Receipt::verify(signed, sent, from).map_err(at("receipt"))) {
            Ok(receipt) => return Ok((receipt, contact)),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

pub fn signature_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

pub const MAX_RECEIPT: usize = 4 << 10;
