//! What needs no vault: an envelope, a chain, a protector of the host.

use std::sync::{Arc, Mutex, PoisonError};

use privity::audit::{Appender, Draft, Origin, TrustRoots, Verifier};
use privity::envelope::{self, Expected, Header};
use privity::keys::{ChainKeys, Identity, OpeningKey, Protector, ProtectorId};
use privity::{Code, DocumentId, FirmId, PrincipalId, Result, SecretBytes, SystemClock};

use crate::Story;
use crate::common::{code, must};

/// A document sealed for an identity; how much opens, and the code of a flipped bit.
pub fn envelope(content: &[u8]) -> Story<(usize, &'static str)> {
    let person = Identity::generate()?;
    let header = Header::new(FirmId::generate()?, DocumentId::generate()?, 1)?;
    let (mut sealed, key, summary) = envelope::seal(&header, content)?;
    let context = header.wrap_context(PrincipalId::generate()?, 1);
    let wrap = key.wrap(person.public(), &context)?;
    let key = OpeningKey::unwrap(&person, &wrap, &context)?;
    let expected = Expected::from(&summary);
    let opened = envelope::open(&key, &expected, &sealed)?;
    must(opened == content, "the envelope's content")?;
    *sealed.last_mut().ok_or("an empty envelope")? ^= 1;
    Ok((opened.len(), code(envelope::open(&key, &expected, &sealed))))
}

/// Three events of a host, verified; how many, and the code of an altered one.
pub fn chain() -> Story<(usize, &'static str)> {
    let origin = Origin::new("log.example/court-file-7".to_owned())?;
    let keys = Arc::new(ChainKeys::generate()?);
    let (mut appender, genesis) = Appender::new(origin.clone(), keys, Arc::new(SystemClock))?;
    let roots = TrustRoots::new(origin, genesis.hash);
    let mut records = vec![genesis.record];
    for _ in 0..3 {
        // A map in CBOR: 1 is 7.
        records.push(appender.append(Draft::host(2_000, vec![0xA1, 0x01, 0x07])?)?.record);
    }
    let checkpoint = appender.checkpoint()?;
    let verify = |records: &[Vec<u8>]| {
        let mut verifier = Verifier::new(roots.clone(), &[&checkpoint])?;
        records.iter().try_for_each(|record| verifier.push(record))?;
        Ok(verifier.finish()?.findings().host.len())
    };
    let found = verify(&records)?;
    *records[2].last_mut().ok_or("an empty record")? ^= 1;
    Ok((found, code(verify(&records))))
}

/// An identity under a protector that fails, then under one that does not.
pub fn protector() -> Story<(&'static str, &'static str)> {
    let person = Identity::generate()?;
    let broken = code(person.protect(&Broken));
    let safe = Safe::default();
    let protected = person.protect(&safe)?;
    let unlocked = Identity::unlock(&protected, &safe)?;
    must(unlocked.public().as_bytes() == person.public().as_bytes(), "another identity")?;
    Ok((broken, "unlocked"))
}

fn example() -> ProtectorId {
    #[allow(clippy::unwrap_used)] // A constant that is a name.
    ProtectorId::new("com.example.safe").unwrap()
}

struct Broken;

impl Protector for Broken {
    fn id(&self) -> ProtectorId {
        example()
    }

    fn wrap(&self, _secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Err(Code::ProtectorFailed.into())
    }

    fn unwrap(&self, _wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Err(Code::ProtectorFailed.into())
    }
}

/// Keeps the secrets and gives out their places.
#[derive(Default)]
struct Safe(Mutex<Vec<(SecretBytes, Vec<u8>)>>);

impl Protector for Safe {
    fn id(&self) -> ProtectorId {
        example()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push((secret, context));
        Ok(vec![u8::try_from(kept.len() - 1).map_err(|_| Code::ProtectorFailed)?])
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = wrapped.first().and_then(|&place| kept.get(usize::from(place)));
        let found = found.filter(|(_, bound_to)| *bound_to == context).ok_or(Code::UnlockRefused)?;
        Ok(SecretBytes::new(found.0.expose_secret().to_vec()))
    }
}
