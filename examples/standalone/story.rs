//! The whole story, from the folder to the report.

use std::fs;
use std::path::PathBuf;

use privity::FirmId;
use privity::envelope::Profile;

use crate::chain::Chain;
use crate::evidence::{self, SecondProcess, Setting};
use crate::export::Export;
use crate::people::{People, SECOND_PASSPHRASE};
use crate::report::Report;
use crate::run::{self, Plan};
use crate::work::Account;
use crate::{samples, tamper, walk};

/// What the run is asked to do.
pub struct Wish {
    /// `None`: the sample documents and a generated exhibit.
    pub folder: Option<PathBuf>,
    pub seed: u64,
    /// `None`: the default, and every eighth document under AES.
    pub profile: Option<Profile>,
    /// Where sealed files are kept.
    pub keep: Option<PathBuf>,
    /// Where the audit chain is kept for others; a folder that is new or empty.
    pub export: Option<PathBuf>,
    /// Who verifies it.
    pub second: SecondProcess,
}

/// Tells it. Everything temporary is gone when this returns, also by an error.
pub fn tell(wish: &Wish) -> privity::Result<Report> {
    let temporary = tempfile::Builder::new().prefix("privity-standalone-").tempdir()?;
    let roots = match &wish.folder {
        Some(folder) => vec![folder.clone()],
        None => samples::documents(&temporary.path().join("exhibit"), wish.seed)?,
    };
    let entries = walk::walk(&roots)?;
    let names = entries.iter().map(|entry| entry.path.clone()).collect();

    let folder = wish.keep.clone().unwrap_or_else(|| temporary.path().join("sealed"));
    let export = wish.export.clone().unwrap_or_else(|| temporary.path().join("export"));
    let (scratch, rewritten) = (temporary.path().join("scratch"), temporary.path().join("rewritten"));
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(&scratch)?;
    let export = Export::create(&export)?;
    let (seed, profile, firm) = (wish.seed, wish.profile, FirmId::generate()?);
    let plan = Plan { seed, profile, folder, firm, people: People::enrol()? };

    let (mut account, mut chain) = (Account::default(), Chain::begin()?);
    let sealed = run::seal(&plan, &mut account, entries)?;
    chain.sealed(&sealed)?;
    chain.step(&account)?;
    let rows = run::wrap(&plan, &mut account, sealed)?;
    chain.step(&account)?;

    // Another day: the second person unlocks the identity, the keys come out of the wraps alone. The
    // service goes on with the chain after verifying it. Reading is recorded before it begins.
    let mut chain = chain.reopen()?;
    let person = &plan.people.second;
    let second = person.unlock(SECOND_PASSPHRASE)?;
    let rows = chain.opened(person, rows)?;
    let opened = run::open(&plan, &mut account, &second, rows)?;
    chain.step(&account)?;
    let rows = run::compare(&mut account, opened)?;
    chain.step(&account)?;
    let rows = chain.opened(person, rows)?;
    let (rows, ranges) = run::ranges(&plan, &mut account, &second, rows)?;
    chain.step(&account)?;

    let rows = chain.opened(person, rows)?;
    let mut refusals = tamper::tamper(&plan, &mut account, &second, &rows)?;
    chain.step(&account)?;
    refusals.extend(tamper::nothing_half_written(&plan, &mut account, &second, &rows, &scratch)?);
    match tamper::wrong_passphrase(person) {
        Ok(refusal) => refusals.push(refusal),
        Err(trouble) => account.aside(trouble)?,
    }
    chain.step(&account)?;

    let rows = rows.into_rows();
    let setting = Setting { export: &export, second: wish.second, scratch: &rewritten, seed };
    let evidence = evidence::gather(&mut chain, &mut account, &rows, &setting)?;
    temporary.close()?;
    Ok(Report { seed, names, rows, ranges, refusals, evidence, account })
}
