//! Verification of a chain against bare signature verification.

use std::time::Duration;

use ed25519_dalek::{Signature, VerifyingKey};
use privity::DocumentId;
use privity::audit::body::{Body, Designation, List, Padding, Sealed, SealedDocument};
use privity::audit::kind::ChainType;
use privity::audit::{Draft, Record};
use privity::envelope::Profile;
use privity::testing::label::ObjectClass;

use super::{Chain, event};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, check, pairs, timed};
use crate::aims::env::Env;

/// Records of a chain that is timed.
const RECORDS: u64 = 4_000;

pub fn aims() -> Vec<Aim> {
    vec![
        Aim::new("audit/verify/one-core", Goal::AtLeast(0.9), |env| verify(env, 1)),
        Aim::new("audit/verify/two-cores", Goal::AtLeast(1.8), |env| verify(env, 2)),
        Aim::new("audit/verify/documents-by-lists", Goal::AtLeast(50.0), lists),
    ]
}

/// All of a verification (parse, hash, tree, order, signature) against `verify_strict` alone.
fn verify(env: &Env, threads: usize) -> Result<Measured, Unmeasured> {
    let drafts = (0..RECORDS).map(event).collect::<Result<Vec<_>, _>>()?;
    let chain = Chain::of(drafts)?;
    let bare = chain.records.iter().map(|record| bare(record)).collect::<Result<Vec<_>, _>>()?;
    // Seed 1 of the record key, as in `begin`.
    let key = VerifyingKey::from_bytes(
        &ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes(),
    )?;
    let peer = |_| {
        let all = || {
            bare.iter().try_for_each(|(message, signature)| key.verify_strict(message, signature))?;
            Ok(())
        };
        Ok(timed(all)?.0)
    };
    let pairs = pairs(env.runs, 1, peer, |_| Ok(timed(|| chain.verify(threads))?.0))?;
    Ok(Measured::rate(chain.records.len(), "bare verify", &pairs))
}

fn bare(record: &[u8]) -> Result<(Vec<u8>, Signature), Unmeasured> {
    let record = Record::parse(record, ChainType::Standalone)?;
    let message = record.object().signed_bytes(ObjectClass::Record);
    Ok((message, Signature::from_bytes(record.object().signature())))
}

/// Document events a second: 256 in a record against one in a record.
fn lists(env: &Env) -> Result<Measured, Unmeasured> {
    let one = Chain::of((0..2_000).map(|n| sealed(n..n + 1)).collect::<Result<Vec<_>, _>>()?)?;
    let many = Chain::of((0..200).map(|n| sealed(n * 256..(n + 1) * 256)).collect::<Result<Vec<_>, _>>()?)?;
    check(one.verify(1)? == 2_000 && many.verify(1)? == 200 * 256, "documents were not counted")?;
    let each = |time: Duration, events: f64| time.div_f64(events);
    let pairs = pairs(
        env.runs,
        1,
        |_| Ok(each(timed(|| one.verify(1))?.0, 2.0)),
        |_| Ok(each(timed(|| many.verify(1))?.0, 51.2)),
    )?;
    // Both for 1,000 events.
    Ok(Measured::rate(1_000, "one a record", &pairs))
}

fn sealed(numbers: std::ops::Range<u64>) -> Result<Draft, Unmeasured> {
    let document = |number: u64| {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number.to_be_bytes());
        Ok(SealedDocument {
            document: DocumentId::from_bytes(id),
            version: 1.try_into()?,
            profile: Profile::ChaCha,
            padding: Padding::Padme,
            seal_id: [3; 56],
            content_commitment: [4; 32],
            metadata: privity::Hash([5; 32]),
            designation: Designation::from_number(3)?,
        })
    };
    let documents = numbers.map(document).collect::<Result<Vec<_>, Unmeasured>>()?;
    let body = Sealed { epoch: None, generation: None, documents: List::new(documents)? };
    Ok(Draft::new(&Body::Sealed(body)))
}
