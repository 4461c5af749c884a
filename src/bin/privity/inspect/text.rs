//! Manifests, receipts, lists of checksums, signatures: texts that lie in a share or come back for one.

use privity::sharing::manifest::{MAX_MANIFEST, designation_name};
use privity::sharing::{Manifest, PartyKind, Receipt, SignatureClaims};
use privity::{Code, Hash};

use super::{Object, UNVERIFIED};
use crate::date;
use crate::show::Facts;
use crate::stop::{Stop, at};

/// A manifest or a receipt.
pub fn json(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_MANIFEST)?;
    if let Ok(receipt) = Receipt::parse(&bytes) {
        facts
            .put("object", "receipt")
            .put("action", receipt.action.name())
            .put("at", date::short(receipt.at));
        facts.put("share", receipt.share.to_string()).put("manifest", receipt.manifest.to_string());
        facts.put("recipient_fingerprint", receipt.fingerprint.to_string());
        facts.note("Not verified: privity receipt compares it with what was sent.");
        return Ok(());
    }
    let parsed = Manifest::parse(&bytes).map_err(at("manifest"))?;
    // Of its bytes as they are: there can be members that are not known here.
    manifest(&parsed, Manifest::hash_of(&bytes), facts)
}

fn manifest(manifest: &Manifest, hash: Hash, facts: &mut Facts) -> Result<(), Stop> {
    let sender = &manifest.sender;
    facts.put("object", "manifest of a share").put("share", manifest.share.to_string());
    facts.put("hash", hash.to_string());
    facts.put("sender", sender.name.as_str()).put("organisation", sender.organisation.as_str());
    facts.put(
        "sender_kind",
        match sender.kind {
            PartyKind::Standalone => "standalone",
            PartyKind::Firm => "firm",
        },
    );
    facts.put("sender_key", sender.key.as_str()).put("anchor", Hash(sender.anchor).to_string());
    facts.put_some("device", sender.device);
    facts.put("created", date::short(manifest.created)).put("expires", manifest.expires.map(date::short));
    facts.put("purpose", manifest.purpose.as_str()).put("basis", manifest.basis.as_deref());
    facts.put("designation", designation_name(manifest.designation)).put("onward", manifest.onward.name());
    facts.put("receipt_asked_for", manifest.receipt).put("forwardable", manifest.forwardable());
    facts.put_some("in_reply_to", manifest.in_reply_to);
    if let Some(ledger) = &manifest.ledger {
        facts.put("ledger", format!("{} size {} root {}", ledger.origin, ledger.size, ledger.root));
    }
    let recipients = manifest.recipients.iter().map(|one| {
        let mut facts = Facts::default();
        facts.put("name", one.name.as_str()).put("fingerprint", one.fingerprint.to_string());
        facts
    });
    facts.put_all("recipients", recipients.collect());
    let documents = manifest.documents.iter().map(|one| {
        let mut facts = Facts::default();
        facts.put("path", one.path.as_str()).put("name", one.name.as_str());
        facts.put("media_type", one.media_type.as_str()).put("bytes", one.size);
        facts
    });
    facts.put_all("documents", documents.collect()).note(UNVERIFIED);
    Ok(())
}

/// Whether a text begins as a line of `sha256sum`.
pub fn is_sums(start: &[u8]) -> bool {
    let hex =
        start.get(..64).is_some_and(|hex| hex.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    hex && start.get(64..66) == Some(b"  ")
}

pub fn sums(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let malformed = || Stop::of("sums", &Code::Sums.into());
    let text = String::from_utf8(object.whole(MAX_SUMS)?).map_err(|_| malformed())?;
    let mut entries = Vec::new();
    for line in text.strip_suffix('\n').ok_or_else(malformed)?.split('\n') {
        let (hash, name) = line.split_once("  ").ok_or_else(malformed)?;
        let hash: Hash = hash.parse().map_err(|_| malformed())?;
        let mut entry = Facts::default();
        entry.put("name", name).put("sha256", hash.to_string());
        entries.push(entry);
    }
    facts.put("object", "list of checksums (SHA256SUMS)").put("entries", entries.len());
    facts
        .put_all("files", entries)
        .note("Not verified: SHA256SUMS.sig says who signed it, sha256sum -c compares the files.");
    Ok(())
}

pub fn signature(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let claims = SignatureClaims::read(&object.whole(MAX_SIGNATURE)?).map_err(at("signature"))?;
    facts
        .put("object", "ssh signature (SSHSIG)")
        .put("namespace", claims.namespace)
        .put("ssh_key", claims.ssh_key);
    facts.note("Not verified: ssh-keygen -Y verify, or privity open and privity receipt, compare it with what it signs.");
    Ok(())
}

const MAX_SUMS: usize = 40 << 20;
const MAX_SIGNATURE: usize = 4 << 10;
