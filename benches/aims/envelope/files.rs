//! Whole files: sealed and opened into a new file, synced, against `age` doing the same.

use std::fs::File;
use std::io;
use std::path::Path;

use privity::envelope::{Expected, Opener, Options, Profile, Summary, open_file, seal_file};
use privity::keys::OpeningKey;
use privity::testing::seal_unhashed;

use super::{at_least, header, named};
use crate::aims::age::against_age;
use crate::aims::aim::{Aim, Measured, Unmeasured, check};
use crate::aims::env::{Env, sha256_of};

pub fn aims(profile: Profile) -> Vec<Aim> {
    let record = |summary: &Summary| Expected::from(summary);
    let tags = |summary: &Summary| Expected::header(summary.header).with_seal_id(summary.seal_id);
    vec![
        Aim::new(named("seal", profile), at_least(profile, 0.8, 1.0), move |env| seal(env, profile)),
        Aim::new(named("seal-unhashed", profile), at_least(profile, 1.2, 1.2), move |env| {
            unhashed(env, profile)
        }),
        Aim::new(named("open", profile), at_least(profile, 1.2, 1.2), move |env| open(env, profile, record)),
        Aim::new(named("open-tags-alone", profile), at_least(profile, 1.2, 1.2), move |env| {
            open(env, profile, tags)
        }),
    ]
}

/// Sealing with SHA-256 and CRC-32 of the content.
fn seal(env: &Env, profile: Profile) -> Result<Measured, Unmeasured> {
    let (age, input, scratch) = (env.age()?, env.input()?, env.scratch()?);
    let (theirs, ours) = (scratch.path().join("theirs"), scratch.path().join("ours"));
    let mut sealed = None;
    let seal = |to: &Path| {
        sealed = Some(seal_file(&header(profile), &input.path, to, Options::default())?);
        Ok(())
    };
    let measured = against_age(env, (&theirs, |to| age.encrypt(&input.path, to)), (&ours, seal))?;
    let (key, summary) = sealed.ok_or_else(|| Unmeasured::Broken("nothing was sealed".to_owned()))?;
    check(summary.digests.sha256.0 == input.sha256, "the hash of the sealing pass is another")?;
    opens(key.opening_key(), &Expected::from(&summary), &ours, env.size)?;
    Ok(measured)
}

/// Sealing alone.
fn unhashed(env: &Env, profile: Profile) -> Result<Measured, Unmeasured> {
    let (age, input, scratch) = (env.age()?, env.input()?, env.scratch()?);
    let (theirs, ours) = (scratch.path().join("theirs"), scratch.path().join("ours"));
    let mut sealed = None;
    let seal = |to: &Path| {
        let (from, to) = (File::open(&input.path)?, File::create_new(to)?);
        sealed = Some(seal_unhashed(&header(profile), from, &to, Options::default())?);
        Ok(to.sync_all()?)
    };
    let measured = against_age(env, (&theirs, |to| age.encrypt(&input.path, to)), (&ours, seal))?;
    let key = sealed.ok_or_else(|| Unmeasured::Broken("nothing was sealed".to_owned()))?;
    opens(key.opening_key(), &Expected::header(header(profile)), &ours, env.size)?;
    Ok(measured)
}

/// Opening: every tag, the padding, and the content commitment if it is expected.
fn open(env: &Env, profile: Profile, expected: fn(&Summary) -> Expected) -> Result<Measured, Unmeasured> {
    let (age, input, scratch) = (env.age()?, env.input()?, env.scratch()?);
    let at = |name: &str| scratch.path().join(name);
    let (theirs, ours, their_copy, our_copy) = (at("theirs"), at("ours"), at("their-copy"), at("our-copy"));
    age.encrypt(&input.path, &theirs)?;
    let (key, summary) = seal_file(&header(profile), &input.path, &ours, Options::default())?;
    let expected = expected(&summary);
    let open = |to: &Path| {
        open_file(key.opening_key(), &expected, &ours, to, Options::default())?;
        Ok(())
    };
    let measured = against_age(env, (&their_copy, |to| age.decrypt(&theirs, to)), (&our_copy, open))?;
    check(sha256_of(&our_copy)? == input.sha256, "we opened something else")?;
    check(sha256_of(&their_copy)? == input.sha256, "age opened something else")?;
    Ok(measured)
}

/// What was sealed opens to as many bytes, and every check passes.
fn opens(key: &OpeningKey, expected: &Expected, sealed: &Path, size: u64) -> Result<(), Unmeasured> {
    let opener = Opener::new(key, expected, File::open(sealed)?)?;
    check(opener.copy_to(io::sink(), Options::default())? == size, "the sealed length is another")
}
