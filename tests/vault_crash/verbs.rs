//! What people do, each with what says that it was done already.

use std::fs;

use privity::audit::body::MatterRole;
use privity::store::Storage;
use privity::vault::{AccessReason, Change, NewDocument, NewFirm, NewMatter, Options, Scope, Vault};
use privity::{DocumentId, MatterId, Result};

use crate::people::protector;
use crate::stores::{LETTER, MATTER, World};

pub struct Verb {
    pub name: &'static str,
    /// Whose device does it.
    pub device: u8,
    pub enter: fn(&World, Storage) -> Result<Vault>,
    pub act: fn(&World, &Vault) -> Result<()>,
    /// What it is answered with where it was done before.
    pub done: &'static [&'static str],
    pub changes: bool,
    pub makes_the_firm: bool,
}

const ONE: Verb = Verb {
    name: "unlock",
    device: 0,
    enter: |_, storage| Vault::unlock(storage, protector(0), Options::default()),
    act: |_, _| Ok(()),
    done: &[],
    changes: false,
    makes_the_firm: false,
};

pub const VERBS: &[Verb] = &[
    Verb {
        name: "create",
        enter: |_, storage| {
            let new = NewFirm::new("Example LLP", "A. Partner");
            let made = Vault::create(storage, new, protector(0), protector(99), Options::default());
            made.map(|(vault, _files)| vault)
        },
        done: &["already-there"],
        changes: true,
        makes_the_firm: true,
        ..ONE
    },
    ONE,
    Verb {
        name: "enrol",
        act: |world, vault| {
            let request = world.request();
            vault.enrol(&request, &request.words(), &[]).map(drop)
        },
        changes: true,
        ..ONE
    },
    Verb {
        name: "accept",
        device: 3,
        enter: |world, storage| Vault::accept(storage, &world.approval(), protector(3), Options::default()),
        changes: true,
        ..ONE
    },
    Verb {
        name: "admit",
        act: |world, vault| vault.matter(MATTER)?.admit(world.bystander(), MatterRole::Member),
        done: &["already-admitted"],
        changes: true,
        ..ONE
    },
    Verb {
        name: "open matter",
        act: |_, vault| {
            let id = MatterId::from_bytes([8; 16]);
            vault.open_matter(NewMatter::new("Two").with_id(id)).map(drop)
        },
        done: &["record-refused", "already-there"],
        changes: true,
        ..ONE
    },
    Verb {
        name: "seal one",
        act: |_, vault| {
            let new = NewDocument::with_id(DocumentId::from_bytes([4; 16]), "one");
            vault.matter(MATTER)?.seal_bytes(new, b"sealed alone").map(drop)
        },
        done: &["document-exists"],
        changes: true,
        ..ONE
    },
    Verb {
        name: "seal many",
        act: |world, vault| {
            let from = |number: u8| {
                let path = world.source(number);
                fs::write(&path, [number; 500]).unwrap();
                (NewDocument::with_id(DocumentId::from_bytes([number; 16]), "many"), path)
            };
            let documents = (20..23).map(from).collect();
            let sealed = vault.matter(MATTER)?.seal_all(documents, None)?;
            assert!(sealed.failed.is_empty());
            Ok(())
        },
        changes: true,
        ..ONE
    },
    Verb {
        name: "describe",
        act: |_, vault| {
            let change = Change { name: Some("renamed".into()), ..Change::default() };
            vault.matter(MATTER)?.describe(LETTER, &change).map(drop)
        },
        changes: true,
        ..ONE
    },
    Verb {
        name: "open",
        act: |_, vault| {
            let reason = AccessReason::because("to read it");
            let content = vault.matter(MATTER)?.open_bytes(LETTER, reason)?;
            assert_eq!(content, b"Dear Sirs");
            Ok(())
        },
        ..ONE
    },
    Verb {
        name: "remove",
        act: |world, vault| vault.matter(MATTER)?.remove(world.leaver(), "left").map(drop),
        done: &["user-unknown"],
        changes: true,
        ..ONE
    },
    Verb { name: "rotate", act: |_, vault| vault.matter(MATTER)?.rotate().map(drop), changes: true, ..ONE },
    Verb {
        name: "verify",
        act: |_, vault| {
            let report = vault.verify(Scope::Firm, None)?;
            assert!(report.is_clean(), "{report}");
            Ok(())
        },
        ..ONE
    },
];
