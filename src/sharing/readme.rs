//! README.txt: a share for the person without this library.

use std::fmt::Write as _;

use crate::codec::{hex, time};
use crate::id::Hash;
use crate::sharing::manifest::{Manifest, Onward, designation_name};
use crate::sharing::name;

/// The text. Its commands hold no name from the share, so that copying them runs nothing of the sender's.
pub fn text(manifest: &Manifest, hash: &Hash) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    let sender = match manifest.sender.organisation.as_str() {
        "" => name::line(&manifest.sender.name),
        organisation => format!("{}, {}", name::line(&manifest.sender.name), name::line(organisation)),
    };
    line("DOCUMENTS SHARED IN CONFIDENCE");
    line("");
    line(&format!("From:         {sender}"));
    for recipient in &manifest.recipients {
        line(&format!("Prepared for: {}", name::line(&recipient.name)));
    }
    if manifest.forwardable() {
        line("Prepared for: whoever has the password");
    }
    line(&format!("Made:         {}", time::write(manifest.created)));
    if let Some(expires) = manifest.expires {
        line(&format!("Expires:      {}; do not use it from then on", time::write(expires)));
    }
    line(&format!("Purpose:      {}", name::line(&manifest.purpose)));
    if let Some(basis) = &manifest.basis {
        line(&format!("Privilege:    {}", name::line(basis)));
    }
    line(&format!("Handling:     {}", designation_name(manifest.designation)));
    line(&format!(
        "Passing on:   {}",
        match manifest.onward {
            Onward::No => "not allowed",
            Onward::WithConsent => "only if the sender consents",
            Onward::Yes => "allowed",
        }
    ));
    line(&format!("Documents:    {}", manifest.documents.len()));
    line("");
    text.push_str(CHECK);
    if manifest.forwardable() {
        text.push_str(FOR_ANYBODY);
        return text;
    }
    text.push_str(FOR_NAMED);
    text.push_str(match manifest.receipt {
        true => "\nThe sender asks for a receipt",
        false => "\nA receipt is not asked for; it can be given all the same",
    });
    text.push_str(RECEIPT);
    for recipient in &manifest.recipients {
        let _infallible = write!(
            text,
            "\nFor {}:\n    printf '{{\"action\":\"received\",\"at\":\"%s\",\"envelope\":\"{}\",\"fingerprint\":\"{}\",\
             \"manifest\":\"{hash}\"}}\\n' \"$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)\" > receipt.json\n",
            name::line(&recipient.name),
            hex::encode(manifest.share.as_bytes()),
            recipient.fingerprint,
        );
    }
    text.push_str(SIGN);
    text
}

const CHECK: &str = "\
HOW TO CHECK IT
With age, unzip, OpenSSH and sha256sum, in an empty folder that holds
  share.age   the file you received
  key.txt     your age identity (for a password leave out `-i key.txt`)
  sender.pub  one line with the sender's ssh key, beginning with ssh-ed25519. It must have come to
              you apart from this share, from the sender or from a person you know: a key that
              came with the share proves nothing.

    age -d -i key.txt -o share.zip share.age
    unzip -q share.zip -d share
    printf 'sender namespaces=\"disclosure.v1@privity\" %s\\n' \"$(cat sender.pub)\" > allowed_signers
    ssh-keygen -Y verify -f allowed_signers -I sender -n disclosure.v1@privity -s share/SHA256SUMS.sig < share/SHA256SUMS
    (cd share && sha256sum -c --strict --quiet SHA256SUMS)
    (cd share && find . ! -type d ! -path ./SHA256SUMS ! -path ./SHA256SUMS.sig | LC_ALL=C sort) > found
    cut -c 67- share/SHA256SUMS | sed 's|^|./|' | LC_ALL=C sort > listed
    diff listed found

Every command must end without a complaint. Then the documents are those that the sender signed, all of
them and no others; whom they are for and on which terms stands in share/privity/manifest.json, which is
signed with them. No command looks at the expiry, or whether the device of a firm that signed was one of the
firm's at that time: for that, open the share with privity.
";

const FOR_NAMED: &str = "If you are not named there, somebody passed the share on to you.
";

const FOR_ANYBODY: &str = "It names nobody: whoever has the password can have it from anybody.
";

const RECEIPT: &str = ". Sign it with the ssh key that the sender knows
(my_key) and send back receipt.json and receipt.json.sig.
";

const SIGN: &str =
    "\nThen, for anybody:\n    ssh-keygen -Y sign -n receipt.v1@privity -f my_key receipt.json\n";
