//! Appending in memory, signed, against bare signing.

use ed25519_dalek::{Signer as _, SigningKey};
use privity::audit::Record;
use privity::audit::kind::ChainType;
use privity::testing::label::ObjectClass;

use super::{Chain, begin, event};
use crate::aims::aim::{Aim, Goal, Measured, Unmeasured, pairs, timed};
use crate::aims::env::Env;

/// Records appended in a run.
const RECORDS: u64 = 8_000;

pub fn aims() -> Vec<Aim> {
    vec![Aim::new("audit/append/in-memory", Goal::AtLeast(0.8), append)]
}

fn append(env: &Env) -> Result<Measured, Unmeasured> {
    // What a record's signature is over, once.
    let sample = Chain::of([event(1)?])?;
    let record = Record::parse(&sample.records[1], ChainType::Standalone)?;
    let message = record.object().signed_bytes(ObjectClass::Record);
    let key = SigningKey::from_bytes(&[1; 32]);
    let bare = |_| {
        let all = || Ok((0..RECORDS).map(|_| key.sign(&message)).collect::<Vec<_>>());
        Ok(timed(all)?.0)
    };
    let ours = |_| {
        let drafts = (0..RECORDS).map(event).collect::<Result<Vec<_>, _>>()?;
        let (mut appender, ..) = begin()?;
        let all = || {
            drafts
                .into_iter()
                .map(|draft| Ok(appender.append(draft)?))
                .collect::<Result<Vec<_>, Unmeasured>>()
        };
        Ok(timed(all)?.0)
    };
    let pairs = pairs(env.runs, 1, bare, ours)?;
    Ok(Measured::rate(RECORDS as usize, "bare sign", &pairs))
}
