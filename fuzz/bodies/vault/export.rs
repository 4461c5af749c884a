//! Exports, arbitrary and damaged.

use privity::vault::{Export, Scope, verify_export};

use super::super::input::{Input, damage};
use super::code;
use super::firm::{Parts, small};

/// Arbitrary bytes, the honest export of the firm or of a matter damaged: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn export(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    let kind = input.byte() % 3;
    if kind == 0 {
        return verify(input.0, None);
    }
    let honest = &small().exports[usize::from(kind) - 1];
    let mut bytes = honest.clone();
    damage(&mut bytes, &mut input);
    let verdict = verify(&bytes, Some(honest));
    assert!(verdict.is_ok() || bytes != *honest, "the honest export");
    verdict
}

/// What is read has one encoding; what verifies holds the honest records, whatever lies past them.
fn verify(bytes: &[u8], honest: Option<&[u8]>) -> Result<(), &'static str> {
    let read = Export::from_bytes(bytes).map_err(code)?;
    assert_eq!(read.to_bytes(), bytes, "one encoding");
    let report = verify_export(bytes, small().trust).map_err(code)?;
    assert!(report.reported.is_empty() && report.void.is_empty(), "a finding in an honest history");
    let honest = honest.unwrap_or(&small().exports[usize::from(report.scope != Scope::Firm)]);
    let whole = verify_export(honest, small().trust).expect("honest");
    assert_eq!(report.head, whole.head, "another head");
    let (ours, theirs) = (Parts::of(honest).expect("honest"), Parts::of(bytes).expect("it was read"));
    for (chain, leaves) in ours.chains {
        // Another scope leaves chains out; what is there is what was signed.
        let shown = theirs.chains.get(&chain).map(Vec::as_slice);
        let same = shown.is_some_and(|shown| shown.starts_with(&leaves));
        assert!(same || report.scope != whole.scope, "a record was changed");
    }
    Ok(())
}
