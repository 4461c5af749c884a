//! The people of the example: each has an identity, kept under a passphrase.

use privity::keys::{Identity, Passphrase, PublicKey};
use privity::{PrincipalId, Result, SecretBytes};

/// What the vendor's database holds of a person. The passphrase is in the person's head.
pub struct Person {
    pub id: PrincipalId,
    pub public: PublicKey,
    pub protected: Vec<u8>,
}

/// The two to whom every document's key is wrapped.
pub struct People {
    pub first: Person,
    pub second: Person,
}

pub const FIRST_PASSPHRASE: &str = "an example is not a secret, said the lawyer";
pub const SECOND_PASSPHRASE: &str = "an example is not a secret, said the paralegal";

/// A new identity's generation, as a wrap's context names it. A vendor that never renews a key
/// without a new principal id stays at 1.
pub const GENERATION: u64 = 1;

impl People {
    pub fn enrol() -> Result<Self> {
        Ok(Self { first: Person::enrol(FIRST_PASSPHRASE)?, second: Person::enrol(SECOND_PASSPHRASE)? })
    }
}

impl Person {
    fn enrol(passphrase: &str) -> Result<Self> {
        let identity = Identity::generate()?;
        let protected = identity.protect(&protector(passphrase)?)?;
        Ok(Self { id: PrincipalId::generate()?, public: identity.public().clone(), protected })
    }

    /// Another day: the person types the passphrase.
    pub fn unlock(&self, passphrase: &str) -> Result<Identity> {
        Identity::unlock(&self.protected, &protector(passphrase)?)
    }
}

/// What keeps keys of a person, or of the service.
pub fn protector(passphrase: &str) -> Result<Passphrase> {
    Passphrase::new(SecretBytes::new(passphrase.as_bytes().to_vec()))
}
