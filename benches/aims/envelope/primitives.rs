//! Seal and wrap on one thread, in memory, against what they are built on.

use std::convert::Infallible;

use hpke::aead::{Aead, AesGcm256, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem, OpModeS, Serializable as _};
use privity::PrincipalId;
use privity::envelope::{self, Profile};
use privity::keys::OpeningKey;
use privity::testing::label::SealKind;
use privity::testing::seal::{open, seal_with_salt};
use privity::testing::{SealContext, expose_key, identity, opening_key, secret};

use super::{at_least, header, named};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check, pairs, timed};
use crate::aims::bare::{Bare, CHUNK};
use crate::aims::env::{Env, Random};

/// Bytes sealed at once.
const MESSAGE: usize = 1 << 20;
/// How often peer and ours alternate in a run.
const ROUNDS: usize = 200;

pub fn aims(profile: Profile) -> Vec<Aim> {
    let chunked = move |env: &Env| seal(env, profile, CHUNK, "bare AEAD");
    let one_message = move |env: &Env| seal(env, profile, MESSAGE, "1 MiB at once");
    vec![
        Aim::new(named("seal-1MiB-in-memory", profile), at_least(profile, 0.95, 0.95), chunked),
        Aim::new(named("seal-1MiB-one-message", profile), Goal::Information, one_message),
        Aim::new(named("seal-1MiB-with-hashes", profile), Goal::Information, move |env| hashed(env, profile)),
        Aim::new(named("wrap", profile), Goal::AtMost(1.2), move |env| wrap(env, profile)),
    ]
}

/// The seal against the same AEAD over pieces of `piece` bytes.
fn seal(env: &Env, profile: Profile, piece: usize, against: &'static str) -> Result<Measured, Unmeasured> {
    let (message, key, bare) = (message(), secret([3; 32]), Bare::new(profile));
    let context = SealContext::new(SealKind::Document, profile, b"aims");
    let ours = || Ok(seal_with_salt(&key, &context, &message, &[4; 24])?);
    check(open(&key, &context, &ours()?)? == message, "the seal opens to something else")?;
    let pairs =
        pairs(env.runs, ROUNDS, |_| Ok(timed(|| bare.seal(&message, piece))?.0), |_| Ok(timed(ours)?.0))?;
    Ok(Measured::speed((MESSAGE * ROUNDS) as u64, against, &pairs))
}

/// A whole document with its key, salt, SHA-256 and CRC-32, against the bare AEAD.
fn hashed(env: &Env, profile: Profile) -> Result<Measured, Unmeasured> {
    let (message, header, bare) = (message(), header(profile), Bare::new(profile));
    let pairs = pairs(
        env.runs,
        ROUNDS,
        |_| Ok(timed(|| bare.seal(&message, CHUNK))?.0),
        |_| Ok(timed(|| Ok(envelope::seal(&header, &message)?))?.0),
    )?;
    Ok(Measured::speed((MESSAGE * ROUNDS) as u64, "bare AEAD", &pairs))
}

/// Wrapping a document key, its randomness derived, against the HPKE call with its randomness given.
fn wrap(env: &Env, profile: Profile) -> Result<Measured, Unmeasured> {
    match profile {
        Profile::ChaCha => wrap_in::<ChaCha20Poly1305>(env, profile),
        Profile::Aes => wrap_in::<AesGcm256>(env, profile),
        other => Err(Unmeasured::Broken(format!("no suite for {other:?}"))),
    }
}

fn wrap_in<A: Aead>(env: &Env, profile: Profile) -> Result<Measured, Unmeasured> {
    let (person, key) = (identity([5; 32])?, opening_key([6; 32]));
    let context = header(profile).wrap_context(PrincipalId::from_bytes([7; 16]), 1);
    let parsed = <XWing as Kem>::PublicKey::from_bytes(person.public().as_bytes())?;
    let info = [8; 64];
    let bare = || {
        let sealed = hpke::single_shot_seal_with_rng::<A, HkdfSha256, XWing>(
            &OpModeS::Base,
            &parsed,
            &info,
            expose_key(&key),
            &[],
            &mut Numbers(Random(9)),
        );
        let (share, ciphertext) = sealed?;
        Ok((share.to_bytes(), ciphertext))
    };
    let ours = || Ok(key.wrap(person.public(), &context)?);
    let unwrapped = OpeningKey::unwrap(&person, &ours()?, &context)?;
    check(expose_key(&unwrapped) == expose_key(&key), "the wrap opens to something else")?;
    let pairs = pairs(env.runs, ROUNDS, |_| Ok(timed(bare)?.0), |_| Ok(timed(ours)?.0))?;
    Ok(Measured::time(ROUNDS, "bare HPKE", &pairs))
}

fn message() -> Vec<u8> {
    let mut random = Random(13);
    (0..MESSAGE / 8).flat_map(|_| random.next().to_le_bytes()).collect()
}

/// Randomness that costs nothing. Not random: the key it wraps is made up.
struct Numbers(Random);

impl TryRng for Numbers {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.chunks_mut(8).for_each(|part| part.copy_from_slice(&self.0.next().to_le_bytes()[..part.len()]));
        Ok(())
    }
}

impl TryCryptoRng for Numbers {}
