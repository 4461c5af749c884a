//! The registry of codes: what each means and what to do. Codes are stable; new ones are added.

use crate::error::ErrorKind;

macro_rules! registry {
    ($($variant:ident, $name:literal, $kind:ident, $message:literal, $advice:literal;)+) => {
        /// Every code there is: the one registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $message, ". ", $advice)] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// Who has to act.
            #[must_use]
            pub fn kind(self) -> ErrorKind {
                match self { $(Code::$variant => ErrorKind::$kind,)+ }
            }

            /// What is wrong, in a sentence without its full stop.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Code::$variant => $message,)+ }
            }

            /// What the caller can do.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Code::$variant => $advice,)+ }
            }
        }
    };
}

registry! {
    Cbor, "cbor", Invalid, "the bytes are not the one allowed CBOR encoding",
        "The object is damaged, cut or made by another format; fetch it again from its source.";
    TooLarge, "too-large", Invalid, "the object is larger than its format allows",
        "Check that it is the right kind of object; the limits are in docs/format.";
    Text, "text", Invalid, "the text is not an id of this type",
        "An id is its prefix, an underscore and 26 characters of Crockford's base 32, in lower case.";
    Field, "field", Invalid, "a field is missing, unknown or out of its range",
        "The object is damaged or of a newer version; fetch it again or update this library.";
    Profile, "profile", Invalid, "the profile is not one this version knows",
        "Update this library if the object comes from a newer one.";
    NotASealedDocument, "not-a-sealed-document", Invalid, "the bytes do not begin as a sealed document does",
        "Check that the right file was given; a sealed document begins with PRVYDOC1.";
    SealedLength, "sealed-length", Invalid, "no sealed object has this length",
        "The object was cut or extended; fetch it again from its source.";
    Padding, "padding", Invalid, "the padding inside the document is not the one its length gives",
        "Whoever sealed it did not follow the format; ask for the document to be sealed again.";
    PublicKey, "public-key", Invalid, "the bytes are not a public key that may be used",
        "Ask its owner for the key again; it is damaged or was made to be weak.";
    WrapLength, "wrap-length", Invalid, "a wrapped key has 1,168 bytes",
        "The wrap was cut or extended; fetch it again from its source.";
    ProtectedIdentity, "protected-identity", Invalid, "the bytes are not protected keys of this kind",
        "Check that the right file was given: PRVYIDN1 begins an identity, PRVYCHK1 chain keys, PRVYDEV1 a device's, PRVYROT1 a root's, PRVYPTY1 a party's.";
    PassphraseCost, "passphrase-cost", Refused, "the cost of the passphrase derivation is outside the allowed range",
        "The file was altered to weaken or to exhaust this device; restore it from a copy you trust.";
    PassphraseEmpty, "passphrase-empty", Misuse, "the passphrase is empty",
        "Ask the person for a passphrase.";
    HeaderMismatch, "header-mismatch", Refused, "the document is not the one that was expected",
        "The store gave another document, version or profile than the record names; fetch the right one.";
    SealMismatch, "seal-mismatch", Refused, "these are not the sealed bytes on record",
        "The store gave another sealing of the document than the record names; fetch the right one.";
    ContentMismatch, "content-mismatch", Refused, "the content is not the content on record",
        "Somebody who held the key replaced the content; take the document from another copy and report it.";
    ContentRefused, "content-refused", Refused, "the content, its key or its context is not what was sealed",
        "The bytes were altered or the key belongs to another document; fetch both again.";
    UnwrapRefused, "unwrap-refused", Refused, "the wrapped key is not for this identity and context",
        "Check the identity, the document and the version; then fetch the wrap again.";
    WrapMismatch, "wrap-mismatch", Refused, "the wrap is not the one this secret gives",
        "Whoever wrapped it stored junk or another secret; wrap again and report it.";
    SecretMismatch, "secret-mismatch", Refused, "the secret is not the one on record",
        "Somebody handed over a secret of their own; use nothing that was sealed under it and report it.";
    UnlockRefused, "unlock-refused", Refused, "the passphrase or the protected key is not right",
        "Try the passphrase again; if it is right, the file was altered: restore it from a copy you trust.";
    SignatureRefused, "signature-refused", Refused, "the signature is not by this key over these bytes",
        "The bytes, the signature or the key was altered; fetch them again.";
    ProtectorMismatch, "protector-mismatch", Misuse, "this key is protected by another protector",
        "Unlock with the protector named in the key.";
    ProtectorFailed, "protector-failed", Refused, "the protector did not give back a usable secret",
        "Ask the key store of the device or of the host; nothing was regenerated.";
    OutOfRange, "out-of-range", Misuse, "the range lies outside the document",
        "Ask for the length first and read inside it.";
    DocumentTooLarge, "document-too-large", Misuse, "a document has at most 2^51 bytes",
        "Split the document.";
    Version, "version", Misuse, "a version is between 1 and 2^32 - 1",
        "Count versions of a document from 1.";
    Threads, "threads", Misuse, "the number of threads is between 1 and 64",
        "Leave it at its default.";
    SealerBroken, "sealer-broken", Misuse, "an earlier write failed and the sealing was given up",
        "Seal the document again from its beginning; a sealing is never resumed.";
    NotAFile, "not-a-file", Misuse, "the source is no regular file",
        "Give the path of a file; pipes, folders and devices are not taken.";
    Exists, "exists", Storage, "the target file exists already",
        "Choose another name or remove the file.";
    SourceUnreadable, "source-unreadable", Storage, "the source cannot be read",
        "See the error of the operating system; check that the file exists and who may read it.";
    SourceChanged, "source-changed", Storage, "the source changed while it was read",
        "Wait until nobody writes to the file and start again.";
    Proof, "proof", Refused, "the proof does not lead to this root",
        "The proof, the record or the root was altered or belongs to another tree; fetch them again.";
    TreeRange, "tree-range", Misuse, "the index or size lies outside the tree",
        "A size is at least 1 and at most the tree's; an index is below the size.";
    TreeIncomplete, "tree-incomplete", NotFound, "a hash or a tile of the tree is missing",
        "The store holds less of the tree than its size says; restore it from a copy.";
    Tile, "tile", Invalid, "a tile is not the one that the records give",
        "The exported tree was cut or altered; fetch it again from its source.";
    Note, "note", Invalid, "the text is not a signed note",
        "The note was cut, altered or re-encoded; fetch it again from its source.";
    NoteKey, "note-key", Invalid, "the text is not a key of a signed note",
        "A vkey is name+id+base64; ask the log or the witness for it again.";
    NoteMismatch, "note-mismatch", Misuse, "the signatures are over another note",
        "Merge signatures of one checkpoint only.";
    DuplicateSignature, "duplicate-signature", Invalid, "two lines of one name and key id",
        "A newer cosignature replaces the older; take the note from another copy.";
    AmbiguousKey, "ambiguous-key", Refused, "two keys share what notes know them by",
        "Name and key id, or the key itself, stand for two; remove one from the trusted keys and certify none twice.";
    Checkpoint, "checkpoint", Invalid, "the note is no checkpoint",
        "It was altered or is of another format; fetch it again from its source.";
    OriginMismatch, "origin-mismatch", Refused, "the checkpoint is of another log",
        "Check the origin that was expected; fetch the checkpoint of that log.";
    LogUnsigned, "log-unsigned", Refused, "no known key of the log signed the checkpoint",
        "Fetch the checkpoint again; if it is genuine, learn the log's key from a verified record first.";
    Unanchored, "unanchored", Refused, "too few others cosigned the checkpoint",
        "Have colleagues or witnesses cosign it; until then its past can still be rewritten by who signed it.";
    ProofText, "proof-text", Invalid, "the text is not a proof of this format",
        "The proof was cut, altered or re-encoded; fetch it again from its source.";
    ProofExtra, "proof-extra", Refused, "the proof carries no path to this chain, or one where none belongs",
        "A matter's record needs its path; a ledger's or standalone chain's has none. Ask for the right proof.";
    ChainMismatch, "chain-mismatch", Refused, "this is of another chain",
        "Check which chain is meant; fetch what belongs to it.";
    NotNewest, "not-newest", Refused, "the anchor is not the checkpoint's last leaf",
        "An older anchor says nothing about the newest head; fetch the proof under this checkpoint.";
    HeadMismatch, "head-mismatch", Refused, "the chain's head is not the one this anchor holds",
        "Somebody shows an older or another state of the chain; fetch the proof again and report it.";
    CoveredBefore, "covered-before", Refused, "the anchor is not the first that covers the record",
        "Fetch the proof under the anchor that first covers the record: it alone shows who was active then.";
    CertificateMismatch, "certificate-mismatch", Refused, "the certificate is not the signer's under this checkpoint",
        "Fetch the certificate of the record's author, proved under the same checkpoint.";
    DeviceNotActive, "device-not-active", Refused, "the device is not active under this anchor",
        "It was revoked, suspended or never certified; trust nothing that it signed from there on.";
    KeyUnknown, "key-unknown", NotFound, "the object names a key that is not certified",
        "Get the records that certify the key; without them nothing can be said of the signature.";
    KeyUsed, "key-used", Refused, "the key or its short id was certified before",
        "Make a new key; short ids of 32 bits can be made to collide, so a second key of one id is refused.";
    KindMisplaced, "kind-misplaced", Refused, "records of this kind have no place in this chain",
        "See the table of kinds in docs/format/record-v1.md for the chains a kind stands in.";
    HostKind, "host-kind", Misuse, "kinds below 1,024 are the format's own",
        "Number events of your own from 1,024 on.";
    DetailsMismatch, "details-mismatch", Refused, "the details are not those the record commits to",
        "Somebody who held the key replaced them; take them from another copy and report it.";
    Genesis, "genesis", Invalid, "the record cannot begin this chain",
        "Check the origin and the genesis you trust with whoever runs the chain.";
    RecordOrder, "record-order", Refused, "the record does not follow its author's newest one",
        "Give the stored records in their order, all of them; a sequence is never used twice.";
    TailLeft, "tail-left", Misuse, "records were stored past the newest checkpoint",
        "Resume with these records, so that their sequences are not used again.";
    CheckpointMissing, "checkpoint-missing", Misuse, "there is no checkpoint to verify against",
        "Give at least the newest checkpoint of the chain.";
    ChainTampered, "chain-tampered", Refused, "the records are not those that were signed",
        "Keep what you were given as evidence and fetch the chain from another copy.";
    ChainIncomplete, "chain-incomplete", Refused, "records are missing",
        "Fetch the missing records; if they are withheld, report it.";
    ChainRollback, "chain-rollback", Refused, "the chain is older than the state seen before",
        "Somebody shows an old state: compare checkpoints with others and report it.";
    ChainForked, "chain-forked", Refused, "the chain has another history than the one seen before",
        "Two histories were shown: keep both checkpoints, they prove it.";
    StoreVersion, "store-version", Storage, "the store was written by a newer version of this library",
        "Update this library; nothing in the store was changed.";
    StoreDamaged, "store-damaged", Storage, "the store is damaged",
        "Restore it from a copy; nothing was repaired silently. The device's pin finds out a copy that is too old.";
    StoreBusy, "store-busy", Storage, "another process keeps the store locked",
        "Try again; if it stays so, look for a process that hangs.";
    NotAVault, "not-a-vault", NotFound, "there is no firm in this store",
        "Check the folder; a firm is made by create.";
    AlreadyThere, "already-there", Misuse, "there is something here already",
        "Choose an empty folder, or unlock what is there.";
    DeviceStateMissing, "device-state-missing", NotFound, "this device has no keys of the firm",
        "Check the device's folder; a new device is enrolled with request, enrol and accept.";
    DeviceStateDamaged, "device-state-damaged", Storage, "the state of the device is damaged or was altered",
        "Enrol this device anew; an older copy of its state must not be put back.";
    DeviceStateConflict, "device-state-conflict", Stale, "another process changed the state of the device",
        "Try again; two copies of one device must never be used at once.";
    OtherFirm, "other-firm", Refused, "the store is another firm's than the device's",
        "Check both folders: the device knows the beginning of its firm's ledger, and this is not it.";
    BlobMissing, "blob-missing", NotFound, "the sealed document is missing from the store",
        "Restore the blob from a copy: its record says which bytes they must be.";
    ShredKeyMissing, "shred-key-missing", NotFound, "the matter's shred key is missing",
        "If it was destroyed, the documents under it are erased; otherwise restore the erasable store.";
    RowMissing, "row-missing", NotFound, "the store does not hold a row that its records name",
        "Restore the store from a copy; if it is withheld, report it.";
    RowMismatch, "row-mismatch", Refused, "a row is not the one the records name",
        "The store gave an old or altered row; fetch the right one and report it.";
    StoreIncomplete, "store-incomplete", Refused, "records under a signed head are missing",
        "Restore the store from a copy; if records are withheld, report it.";
    FirmTampered, "firm-tampered", Refused, "the bytes of a chain are not those that were anchored",
        "Keep the store as evidence and restore it from a copy; the report names the place.";
    LedgerRollback, "ledger-rollback", Refused, "the store shows an older state than this device has verified",
        "Somebody put back an old store, or hides the newest commits: restore the newest copy and report it.";
    LedgerForked, "ledger-forked", Refused, "the store shows another history than this device has verified",
        "Two histories exist: keep both, they prove it, and report it.";
    Frozen, "frozen", Refused, "the store's newest checkpoint is older than policy allows",
        "Nobody vouched for its newest state in time: let a colleague unlock, or check the server.";
    RecordRefused, "record-refused", Refused, "the fold would not accept this record",
        "The act breaks a rule of docs/format/authority.md; nothing was written.";
    RoleMissing, "role-missing", Refused, "your role does not allow this act",
        "Ask somebody who may: docs/format/authority.md says who.";
    ApprovalMissing, "approval-missing", Refused, "the act needs the approval of another user",
        "Have another user with the right to the act approve exactly this act first.";
    MatterClosed, "matter-closed", Refused, "the matter is closed for sealing until its next epoch",
        "A member has to rotate the matter first: somebody was removed, screened or revoked.";
    EpochStale, "epoch-stale", Stale, "the matter has a newer epoch",
        "Nothing was lost: wrap the key again under the newest epoch and try again.";
    GenerationStale, "generation-stale", Stale, "the matter has a newer shred key",
        "Nothing was lost: wrap the key again under the newest generation and try again.";
    UserUnknown, "user-unknown", NotFound, "there is no such user in the firm",
        "Check the id; people are enrolled before they are admitted.";
    MatterUnknown, "matter-unknown", NotFound, "there is no such matter in the firm",
        "Check the id against the list of matters.";
    DocumentUnknown, "document-unknown", NotFound, "there is no such document in the matter",
        "Check the id against the list of documents.";
    DocumentExists, "document-exists", Misuse, "this document has been sealed already",
        "Seal it as a new document, or as the next version.";
    UserKeyMissing, "user-key-missing", Stale, "the user has no key yet",
        "The new device has to accept its approval first.";
    AlreadyAdmitted, "already-admitted", Misuse, "the user has this role already",
        "Nothing is to be done.";
    NoAccess, "no-access", Refused, "this user is given no key of the matter's epoch",
        "You were removed from the matter, or never admitted: ask its lead.";
    Screened, "screened", Refused, "the user is screened from this matter",
        "An ethical wall stands against every grant by any path; it is not lifted.";
    NotActive, "not-active", Refused, "this device is not active in the firm",
        "It was suspended, revoked or never accepted: ask an administrator.";
    Locked, "locked", Locked, "the vault is locked",
        "Unlock it again.";
    Words, "words", Refused, "the words are not those of these keys",
        "Compare them with the other person again; if they differ still, somebody changed what was sent.";
    Enrolment, "enrolment", Invalid, "the bytes are no request or approval of an enrolment",
        "Fetch it again from the device or the administrator it comes from.";
    EnrolmentMismatch, "enrolment-mismatch", Refused, "the approval is not for this device",
        "Ask for an approval of the request that this device made.";
    Export, "export", Invalid, "the bytes are no export of this format",
        "The export was cut or altered; fetch it again from its source.";
    NotAnAgeFile, "not-an-age-file", Invalid, "the bytes do not begin as an age file does",
        "Check that the right file was given; an age file begins with age-encryption.org/v1 or with its armor.";
    AgeVersion, "age-version", Invalid, "the age file is of a version other than v1",
        "Update this library, or ask the sender for a file of version v1.";
    AgeHeader, "age-header", Invalid, "the header of the age file is cut, malformed or too large",
        "The file was cut or altered; fetch it again. The limits are in docs/format/age-v1.md.";
    AgeStanza, "age-stanza", Invalid, "a recipient stanza of the age file is malformed or may not stand there",
        "Whoever made the file did not follow the format, or altered it; ask for it to be made again.";
    AgeWorkFactor, "age-work-factor", Refused, "the password of the age file costs more work or memory than is allowed",
        "The file may have been made to exhaust this device; raise the limit only if you trust its sender.";
    AgeNoMatch, "age-no-match", Refused, "none of the identities or passwords opens the age file",
        "Check the identity or the password; if it is right, the file was made for somebody else.";
    AgeHeaderRefused, "age-header-refused", Refused, "the header of the age file is not the one that was written",
        "The file was altered on its way; fetch it again from its source.";
    Armor, "armor", Invalid, "the text is not the armor of an age file",
        "The text was cut, wrapped anew or altered on its way; have it sent again, as a file.";
    AgeKeyText, "age-key-text", Invalid, "the text is not an age recipient or identity of this kind",
        "Recipients begin with age1pq1 or age1, identities with AGE-SECRET-KEY-PQ-1 or AGE-SECRET-KEY-1; copy it anew.";
    AgeRecipients, "age-recipients", Misuse, "an age file has between 1 and 8 recipients, all of one kind",
        "Make one file for hybrid recipients and another for X25519; ask for age1pq recipients.";
    Json, "json", Invalid, "the text is not JSON in its one allowed form",
        "The object was altered, or made by another program; have it made again by this library.";
    Zip, "zip", Invalid, "the archive is not a ZIP of the one allowed layout",
        "The archive was altered or made by another program; have the share made again.";
    EntryName, "entry-name", Invalid, "an entry has a name that is unsafe to write",
        "Do not unpack it with other tools; tell its sender.";
    Sums, "sums", Invalid, "the list of checksums is malformed or does not list exactly what is there",
        "The archive was altered or put together by hand; have the share made again.";
    Sshsig, "sshsig", Invalid, "the text is not an SSH signature of this purpose",
        "Check that the right file was given; it is Ed25519 with SHA-512, made for one purpose by ssh-keygen -Y sign -n.";
    SshKey, "ssh-key", Invalid, "the text is not an Ed25519 public key of SSH",
        "Give one line that begins with ssh-ed25519, as a .pub file has it.";
    Card, "card", Invalid, "the bytes are no contact card of this format",
        "Ask for the card again; it was cut or altered, or is of a newer version.";
    CardKey, "card-key", Refused, "the card is signed by another key than its party's",
        "Do not use it; ask the party for its card over another channel.";
    CardExpired, "card-expired", Refused, "the card is no longer in force",
        "Ask the party for a new card.";
    CardNotYetValid, "card-not-yet-valid", Refused, "the card is not yet in force",
        "Check the clock of this device; else wait, or ask the party for another card.";
    CardOrder, "card-order", Refused, "the card does not follow the one that is held",
        "It is older, or one between was missed; ask the party for its newest card and the ones before it.";
    ContactUnverified, "contact-unverified", Refused, "the contact's words were never compared",
        "Compare its twelve words with the party over another channel, then confirm them.";
    ContactChanged, "contact-changed", Refused, "the contact's keys or names are others than those that were verified",
        "Compare the new words with the party over another channel before anything is sent or believed.";
    ContactRevoked, "contact-revoked", Refused, "the contact was revoked",
        "Ask the party for the card of new keys and compare their words.";
    Standing, "standing", Invalid, "the bytes are no standing of a firm's device",
        "Ask the sender for the share or the card again; it was cut or altered, or is of a newer version.";
    StandingRefused, "standing-refused", Refused, "the records do not show that the firm certified this device",
        "Do not believe its sender; ask the firm over another channel.";
    Party, "party", Invalid, "a name or an organisation is empty, too long or has characters that mislead",
        "Use at most 256 bytes of plain text on one line.";
    Terms, "terms", Misuse, "the terms of the share are incomplete or contradict each other",
        "State a purpose of at most 4 KiB and an expiry in the future; name the documents.";
    ShareRecipients, "share-recipients", Refused, "the recipients are not those that the share may have",
        "Name 1 to 8 contacts that all have keys of the chosen kind; of a share received, tell its sender.";
    ShareProfile, "share-profile", Refused, "the firm's policy does not allow the algorithms of a share",
        "Share under another policy, or give access inside the firm; shares are age v1, with ChaCha20-Poly1305.";
    ShareLayout, "share-layout", Invalid, "the archive does not hold what a share holds, in its order",
        "Check that the right file was given; if so, ask for the share to be made again.";
    Manifest, "manifest", Invalid, "the manifest is malformed or incomplete",
        "Ask for the share to be made again, or update this library.";
    ManifestCritical, "manifest-critical", Refused, "the manifest has terms that this version does not understand",
        "Update this library; the sender says that they must not be passed over.";
    ShareDocuments, "share-documents", Refused, "the documents are not those that the manifest lists",
        "Do not use it; ask the sender for the share again.";
    EntryAltered, "entry-altered", Refused, "an entry is not the one that was signed",
        "Do not use it; ask the sender for the share again, and report it.";
    SenderUnknown, "sender-unknown", Refused, "no contact has the key that signed",
        "Ask the sender for a card over another channel and compare its words.";
    SenderKey, "sender-key", Refused, "the manifest names another sender than the key that signed",
        "Do not believe it; tell the sender it names.";
    NotARecipient, "not-a-recipient", Refused, "the share was made for others and passed on",
        "Ask who sent it to you; the signed list of recipients does not name you.";
    ShareExpired, "share-expired", Refused, "the share's time is over, by the clock of this device",
        "Ask the sender for a new share.";
    ShareNotYetValid, "share-not-yet-valid", Refused, "the share was made in the future, by the clock of this device",
        "Check the clock of this device.";
    Receipt, "receipt", Invalid, "the bytes are no receipt of this format",
        "Ask for the receipt again, as its file and its signature.";
    ReceiptRefused, "receipt-refused", Refused, "the receipt is of another share or by another person",
        "Do not file it as proof; ask the recipient for theirs.";
    Io, "io", Storage, "a file or a stream failed",
        "See the error of the operating system. No file was left half-written; throw away what a stream got.";
    StorageFull, "storage-full", Storage, "there is no room left where this is kept",
        "Make room, or raise the quota, and do the same again. Nothing was left half-written.";
    Cancelled, "cancelled", Cancelled, "the watcher asked to stop",
        "No file was left behind; throw away what a stream got, and start again whenever you like.";
    WatcherFailed, "watcher-failed", Cancelled, "the watcher of the work failed",
        "Look for the fault in the host's watcher. No file was left behind; start the work again.";
    Entropy, "entropy", Entropy, "the operating system gave no randomness",
        "Nothing was written; try again, and check the system's random source.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_says_what_to_do() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", code.name());
            assert!(code.advice().ends_with('.') && !code.message().ends_with('.'), "{}", code.name());
        }
    }
}
