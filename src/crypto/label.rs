//! Every label: the one registry. No other file spells one (held by `tests/layering.rs`).
//!
//! A label is a prefix, a name of `[a-z0-9-]+` and a zero byte, so that no label is the beginning
//! of another.

macro_rules! labels {
    ($(#[$about:meta])* $type:ident, $prefix:literal { $($variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
        pub enum $type { $(#[doc = concat!("`", $name, "`")] $variant,)+ }

        #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
        impl $type {
            /// Every one there is.
            pub const ALL: &'static [$type] = &[$($type::$variant,)+];
            /// What stands before the name.
            pub const PREFIX: &'static str = $prefix;

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)+ }
            }

            /// Prefix, name and zero byte.
            #[must_use]
            pub const fn label(self) -> &'static [u8] {
                match self { $($type::$variant => concat!($prefix, $name, "\0").as_bytes(),)+ }
            }
        }
    };
}

labels! {
    /// What a key is derived for.
    KdfPurpose, "privity/1/kdf/" {
        ChainKeys = "chain-keys",
        Confirm = "confirm",
        Contacts = "contacts",
        ContentCommitment = "content-commitment",
        DetailKeyWrap = "detail-key-wrap",
        DetailSecret = "detail-secret",
        DeviceKeys = "device-keys",
        DeviceState = "device-state",
        DocumentKeyWrap = "document-key-wrap",
        Hedge = "hedge",
        Identity = "identity",
        Intake = "intake",
        Meta = "meta",
        PartyClassic = "party-classic",
        PartyHybrid = "party-hybrid",
        PartyKeys = "party-keys",
        Previous = "previous",
        Protectors = "protectors",
        RootKeys = "root-keys",
        StateCache = "state-cache",
        UserPrevious = "user-previous",
        WrapSeed = "wrap-seed",
    }
}

labels! {
    /// What a seal holds.
    SealKind, "privity/1/seal/" {
        ChainKeys = "chain-keys",
        Contact = "contact",
        Detail = "detail",
        DetailKey = "detail-key",
        DeviceKeys = "device-keys",
        DeviceState = "device-state",
        Document = "document",
        DocumentKey = "document-key",
        DocumentMeta = "document-meta",
        Identity = "identity",
        PartyKeys = "party-keys",
        Passphrase = "passphrase",
        PreviousDetail = "previous-detail",
        PreviousEpoch = "previous-epoch",
        PreviousUserKey = "previous-user-key",
        Protectors = "protectors",
        RootKeys = "root-keys",
        StateCache = "state-cache",
    }
}

labels! {
    /// What a wrap holds, and for whom.
    HpkePurpose, "privity/1/hpke/" {
        Detail = "detail",
        DeviceUserKey = "device-user-key",
        Document = "document",
        Epoch = "epoch",
        Recovery = "recovery",
    }
}

labels! {
    /// What a signature is over.
    ObjectClass, "privity/1/sig/" {
        Card = "card",
        Clawback = "clawback",
        Record = "record",
    }
}

labels! {
    /// What a hash is over.
    HashPurpose, "privity/1/" {
        Approval = "approval",
        Detail = "detail",
        Enrolment = "enrolment",
        Fingerprint = "fingerprint",
    }
}

labels! {
    /// What random bytes are drawn for.
    RandomPurpose, "" {
        Salt = "salt",
        DocumentKey = "document-key",
        DetailKey = "detail-key",
        DetailSalt = "detail-salt",
        EpochSecret = "epoch-secret",
        ShredKey = "shred-key",
        UserKey = "user-key",
        DeviceKey = "device-key",
        PartyKey = "party-key",
        UnlockingSecret = "unlocking-secret",
        PassphraseSalt = "passphrase-salt",
        Id = "id",
        AgeFileKey = "age-file-key",
        AgeIdentity = "age-identity",
        AgePayloadNonce = "age-payload-nonce",
        AgeStanza = "age-stanza",
    }
}

labels! {
    /// What an SSHSIG is made for; `ssh-keygen -n` takes the name.
    Namespace, "" {
        Disclosure = "disclosure.v1@privity",
        Receipt = "receipt.v1@privity",
    }
}

/// What an SSHSIG and the bytes that it signs begin with (OpenSSH PROTOCOL.sshsig).
pub const SSHSIG: &[u8] = b"SSHSIG";

/// The `info` prefix of C2SP chunked encryption, version 1; the AEAD's name follows.
pub const C2SP_CHUNKED_ENCRYPTION: &[u8] = b"c2sp.org/chunked-encryption@v1+";

/// The first line of what a C2SP cosignature signs (c2sp.org/tlog-cosignature).
#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
pub const COSIGNATURE_V1: &[u8] = b"cosignature/v1\n";

/// What age v1 (c2sp.org/age) derives the key of the header's MAC with.
pub const AGE_HEADER: &[u8] = b"header";
/// The key of the payload.
pub const AGE_PAYLOAD: &[u8] = b"payload";
/// The key that wraps the file key to an X25519 recipient.
pub const AGE_X25519: &[u8] = b"age-encryption.org/v1/X25519";
/// What stands before the salt of a password.
pub const AGE_SCRYPT: &[u8] = b"age-encryption.org/v1/scrypt";
/// The HPKE `info` of a hybrid recipient.
pub const AGE_HYBRID: &[u8] = b"age-encryption.org/mlkem768x25519";

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<&'static [u8]> {
        let mut all = Vec::new();
        all.extend(KdfPurpose::ALL.iter().map(|l| l.label()));
        all.extend(SealKind::ALL.iter().map(|l| l.label()));
        all.extend(HpkePurpose::ALL.iter().map(|l| l.label()));
        all.extend(ObjectClass::ALL.iter().map(|l| l.label()));
        all.extend(HashPurpose::ALL.iter().map(|l| l.label()));
        all
    }

    #[test]
    fn no_random_purpose_is_another_or_the_beginning_of_another() {
        // They enter HMAC under a key that does nothing else, so they stand apart.
        for (i, a) in RandomPurpose::ALL.iter().enumerate() {
            for (j, b) in RandomPurpose::ALL.iter().enumerate() {
                assert!(i == j || !b.label().starts_with(a.label()));
            }
        }
    }

    #[test]
    fn no_label_is_another_or_the_beginning_of_another() {
        let all = all();
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert!(i == j || !b.starts_with(a), "{i} {j}");
            }
            let name = a.rsplit(|&byte| byte == b'/').next().unwrap();
            let (&zero, name) = name.split_last().unwrap();
            assert_eq!(zero, 0);
            assert!(!name.is_empty());
            assert!(name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-'));
        }
    }
}
