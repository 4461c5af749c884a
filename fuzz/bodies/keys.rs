//! Wrapped keys, public keys, protected identities.

use std::sync::OnceLock;

use privity::envelope::Profile;
use privity::keys::{
    Identity, OpeningKey, Passphrase, PassphraseCost, Protector, ProtectorId, PublicKey, Wrap, WrapContext,
};
use privity::testing::cbor::{Reader, Writer};
use privity::testing::kdf::{Context, derive};
use privity::testing::label::{KdfPurpose, SealKind};
use privity::testing::{self, SealContext, seal};
use privity::{DocumentId, FirmId, PrincipalId, Result as PrivityResult, SecretBytes};

use super::input::{Input, damage};

const DOCUMENT_KEY: [u8; 32] = [7; 32];
const UNLOCKING: [u8; 32] = [8; 32];
const PROTECTOR: &str = "fuzz.xor";

/// Public keys and wraps, arbitrary and damaged: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn wrap(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let selector = input.byte();
    let profile = if selector & 1 == 0 { Profile::ChaCha } else { Profile::Aes };
    match (selector >> 1) % 4 {
        0 => public_key(profile, input.0),
        1 => {
            let mut bytes = identity().public().as_bytes().to_vec();
            damage(&mut bytes, &mut input);
            public_key(profile, &bytes)
        }
        2 => unwrap(profile, input.0).map(drop),
        _ => {
            let honest = honest_wrap(profile);
            let mut bytes = honest.as_bytes().to_vec();
            damage(&mut bytes, &mut input);
            let opened = unwrap(profile, &bytes);
            assert_eq!(opened.is_ok(), bytes == honest.as_bytes(), "damage");
            opened.map(drop)
        }
    }
}

/// A key that was accepted can be wrapped to, always with the same bytes.
fn public_key(profile: Profile, bytes: &[u8]) -> Result<(), &'static str> {
    let public = PublicKey::from_bytes(bytes).map_err(|error| error.code())?;
    assert_eq!(public.as_bytes().as_slice(), bytes);
    let key = testing::opening_key(DOCUMENT_KEY);
    let wrap = key.wrap(&public, &context(profile)).expect("a key that was accepted");
    key.verify_wrap(&public, &context(profile), &wrap).expect("the same wrap again");
    let ours = OpeningKey::unwrap(identity(), &wrap, &context(profile));
    assert_eq!(ours.is_ok(), public == *identity().public(), "opened with another's key");
    Ok(())
}

fn unwrap(profile: Profile, bytes: &[u8]) -> Result<OpeningKey, &'static str> {
    let wrap = Wrap::from_bytes(bytes).map_err(|error| error.code())?;
    let key = OpeningKey::unwrap(identity(), &wrap, &context(profile)).map_err(|error| error.code())?;
    // Whoever wraps with randomness of his own makes what opens and is not the honest wrap.
    let audit = key.verify_wrap(identity().public(), &context(profile), &wrap);
    assert_eq!(audit.is_ok(), wrap == key.wrap(identity().public(), &context(profile)).expect("wrapped"));
    Ok(key)
}

/// Protected identities: arbitrary, damaged, with arbitrary fields under a good seal; and what a
/// passphrase protector reads.
///
/// # Errors
/// The code of the refusal.
pub fn identity_file(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => unlock(input.0),
        1 => {
            let honest = protected(Profile::ChaCha.number(), PROTECTOR, &xor(&UNLOCKING));
            let mut bytes = honest.clone();
            damage(&mut bytes, &mut input);
            let verdict = unlock(&bytes);
            assert_eq!(verdict.is_ok(), bytes == honest, "damage");
            verdict
        }
        2 => {
            let profile = u16::from(input.byte());
            let length = usize::from(input.byte());
            let name = String::from_utf8_lossy(input.take(length)).into_owned();
            let name = if name.is_empty() { PROTECTOR.to_owned() } else { name };
            let wrapped = if input.is_empty() { xor(&UNLOCKING) } else { input.0.to_vec() };
            let verdict = unlock(&protected(profile, &name, &wrapped));
            let right = (1..=2).contains(&profile) && name == PROTECTOR && wrapped == xor(&UNLOCKING);
            assert_eq!(verdict.is_ok(), right, "fields");
            verdict
        }
        _ => passphrase(input.0),
    }
}

/// What opens gives the one identity that was sealed.
fn unlock(bytes: &[u8]) -> Result<(), &'static str> {
    let opened = Identity::unlock(bytes, &Xor).map_err(|error| error.code())?;
    assert_eq!(opened.public(), identity().public());
    Ok(())
}

/// What a passphrase protector reads. A cost that is allowed would make it work for long, and the
/// seal behind it is the same as elsewhere: such input is passed over.
fn passphrase(bytes: &[u8]) -> Result<(), &'static str> {
    if allowed_cost(bytes).is_some() {
        return Err("passed-over");
    }
    let passphrase = Passphrase::new(SecretBytes::new(vec![b'a'; 20])).expect("not empty");
    let refused = passphrase.unwrap(bytes.to_vec(), Vec::new()).expect_err("no cost, no secret");
    Err(refused.code())
}

fn allowed_cost(bytes: &[u8]) -> Option<PassphraseCost> {
    let mut reader = Reader::new(bytes, 4096).ok()?;
    let mut fields = reader.map().ok()?;
    reader.field(&mut fields, 1).ok()?;
    reader.unsigned().ok()?;
    let mut number = |key| {
        reader.field(&mut fields, key).ok()?;
        reader.small::<u32>().ok()
    };
    PassphraseCost::new(number(2)?, number(3)?, number(4)?).ok()
}

/// A protected identity as the format has it, with any fields.
pub fn protected(profile: u16, name: &str, wrapped: &[u8]) -> Vec<u8> {
    let write = |writer: &mut Writer| {
        writer.unsigned(1).unsigned(profile.into()).unsigned(2).text(name).unsigned(3).bytes(wrapped);
    };
    let mut aad = Writer::new();
    write(aad.map(3));
    let known = Profile::from_number(profile.into()).unwrap_or_default();
    let key = derive(&testing::secret(UNLOCKING), KdfPurpose::Identity, known, &Context::empty());
    let context =
        SealContext::new(SealKind::Identity, known, &[b"PRVYIDN1".as_slice(), &aad.finish()].concat());
    let sealed = seal::seal_with_salt(&key, &context, &SEED, &[9; 24]).expect("sealed");
    let mut file = Writer::new();
    write(file.map(4));
    file.unsigned(4).bytes(&sealed);
    [b"PRVYIDN1".as_slice(), &file.finish()].concat()
}

/// The wrap that this library makes of the key of all targets.
pub fn honest_wrap(profile: Profile) -> Wrap {
    let key = testing::opening_key(DOCUMENT_KEY);
    key.wrap(identity().public(), &context(profile)).expect("wrapped")
}

/// The identity of all targets.
pub fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| testing::identity(SEED).expect("an identity"))
}

fn context(profile: Profile) -> WrapContext {
    let (firm, document) = (FirmId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]));
    WrapContext::new(profile, firm, document, 3, PrincipalId::from_bytes([4; 16]), 1).expect("a version")
}

const SEED: [u8; 32] = [3; 32];

/// A protector that costs nothing.
struct Xor;

impl Protector for Xor {
    fn id(&self) -> ProtectorId {
        ProtectorId::new(PROTECTOR).expect("a name")
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> PrivityResult<Vec<u8>> {
        Ok(xor(secret.expose_secret()))
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> PrivityResult<SecretBytes> {
        Ok(SecretBytes::new(xor(&wrapped)))
    }
}

fn xor(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte ^ 0x5A).collect()
}
