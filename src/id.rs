//! Identifiers and hashes as types of their own.
//!
//! An id is 16 bytes whose type is given by the place it stands in; as text it carries a prefix
//! (`mat_…`, see [`codec`](crate)). Ids are random and hold nothing about a person.

use std::fmt;

/// A SHA-256 hash, 32 bytes. Public: not for secrets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Lower-case hexadecimal, as `sha256sum` prints it.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

macro_rules! ids {
    ($($name:ident, $prefix:literal, $about:literal;)+) => {
        $(
            #[doc = $about]
            #[doc = concat!("\n\n16 bytes; as text `", $prefix, "_` and 26 characters of Crockford's base 32.")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name([u8; 16]);

            impl $name {
                /// The id with these bytes.
                #[must_use]
                pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                    Self(bytes)
                }

                /// Its 16 bytes.
                #[must_use]
                pub const fn as_bytes(&self) -> &[u8; 16] {
                    &self.0
                }
            }

            impl Id for $name {
                const PREFIX: &'static str = $prefix;

                fn of(bytes: [u8; 16]) -> Self {
                    Self(bytes)
                }

                fn bytes(&self) -> &[u8; 16] {
                    &self.0
                }
            }
        )+

        /// Runs a macro for every type of id, so that each gets the same traits.
        macro_rules! for_every_id {
            ($then:ident) => { $($then!($crate::id::$name);)+ };
        }
        pub(crate) use for_every_id;
    };
}

/// What every id can do; lets text and randomness treat them alike.
pub(crate) trait Id: Sized {
    /// What stands before the underscore in its text.
    const PREFIX: &'static str;

    fn of(bytes: [u8; 16]) -> Self;
    fn bytes(&self) -> &[u8; 16];
}

ids! {
    FirmId, "frm", "A firm, or a vendor's own name space where there is no vault.";
    DocumentId, "doc", "A document; its versions are numbered.";
    MatterId, "mat", "A matter; also its chain.";
    PrincipalId, "prn", "Whoever a key is wrapped to: a user, a device, a recovery key, an intake key.";
    UserId, "usr", "A person in the firm.";
    DeviceId, "dev", "A device of a person, or a service.";
    ChainId, "chn", "A chain of records.";
    TeamId, "tea", "A named list of users.";
    HoldId, "hld", "A hold on documents or a matter.";
    ShareId, "shr", "A share: a package of documents for people inside or outside.";
}
