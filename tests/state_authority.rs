//! Who may sign what: the table of the document is the table of the code, for every kind and role.

use std::collections::BTreeMap;

use privity::audit::Kind;
use privity::audit::body::MatterRole;
use privity::state::authority::{RULES, Rule, Signer, Standing, rule};

type Row = (Vec<String>, bool);

fn document() -> BTreeMap<u64, Row> {
    let text = include_str!("../docs/format/authority.md");
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 5);
    let rows = rows.filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let kind = Kind::from_number(cells[1].parse().ok()?);
        assert_eq!(kind.name(), Some(cells[2]), "{line}");
        let signers = cells[3].split(' ').map(str::to_owned).collect();
        Some((kind.number(), (signers, cells[4] == "yes")))
    });
    rows.collect()
}

#[test]
fn the_document_has_the_table_of_the_code() {
    let document = document();
    assert_eq!(document.len(), RULES.len());
    assert_eq!(document.len(), Kind::ALL.len());
    for Rule { kind, signers, approved } in RULES {
        let letters: Vec<String> = signers.iter().map(|signer| signer.letters().to_owned()).collect();
        assert_eq!(document[&kind.number()], (letters, *approved), "{kind:?}");
    }
    assert!(RULES.windows(2).all(|pair| pair[0].kind < pair[1].kind));
}

/// What somebody can be, one quality at a time, with the letters under which the table has it.
fn standings() -> Vec<(Standing, &'static [&'static str])> {
    let none = Standing::default();
    let role = |role| Standing { role: Some(role), ..none };
    let lifting = Standing { administrator: true, lifting: true, ..none };
    vec![
        (Standing { root: true, ..none }, &["R"]),
        (Standing { root: true, first: true, ..none }, &["R", "R1"]),
        (Standing { administrator: true, ..none }, &["A", "X"]),
        (lifting, &["A", "AS", "X"]),
        (Standing { lifting: true, ..none }, &["X"]),
        (Standing { own: true, ..none }, &["S", "X"]),
        (Standing { pending: true, ..none }, &["P", "X"]),
        (Standing { records_officer: true, ..none }, &["O", "X"]),
        (role(MatterRole::Lead), &["L", "X"]),
        (role(MatterRole::Member), &["M", "X"]),
        (role(MatterRole::Reader), &["E", "X"]),
        (role(MatterRole::Depositor), &["D", "X"]),
        (role(MatterRole::Auditor), &["X"]),
        (none, &["X"]),
        // The root is nothing else, whatever else is claimed.
        (
            Standing { administrator: true, own: true, pending: true, root: true, ..role(MatterRole::Lead) },
            &["R"],
        ),
    ]
}

#[test]
fn every_role_may_sign_exactly_the_kinds_of_its_letters() {
    let document = document();
    let (mut allowed, mut refused) = (0, 0);
    for kind in Kind::ALL {
        let (letters, _) = &document[&kind.number()];
        for (standing, own) in standings() {
            let want = letters.iter().any(|letter| own.contains(&letter.as_str()));
            assert_eq!(rule(*kind).allows(&standing), want, "{kind:?} {standing:?}");
            *(if want { &mut allowed } else { &mut refused }) += 1;
        }
    }
    assert_eq!(allowed + refused, Kind::ALL.len() * standings().len());
    println!("{allowed} allowed, {refused} refused");
    assert!(allowed > 0 && refused > 0);
}

#[test]
fn a_kind_outside_the_table_is_for_any_device_and_not_for_the_root() {
    for number in [27, 1_024, u64::MAX] {
        let rule = rule(Kind::from_number(number));
        assert!(rule.allows(&Standing::default()));
        assert!(!rule.allows(&Standing { root: true, ..Standing::default() }));
    }
}

#[test]
fn every_signer_has_letters_of_its_own() {
    let mut letters: Vec<_> = Signer::ALL.iter().map(|signer| signer.letters()).collect();
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), Signer::ALL.len());
}
