//! The malicious-store suite: the attacks of docs/threat-model.md against a vault whose stores lie.
//! Each test is honest first and succeeds, then lies, and asserts the exact code and that nothing was
//! written or lost. Numbers in brackets are those of the table, which `hostile/table.rs` holds
//! together. How to add an attack: hostile/README.md.

#[path = "hostile/access.rs"]
mod access;
#[path = "hostile/blobs.rs"]
mod blobs;
#[path = "hostile/clones.rs"]
mod clones;
#[path = "hostile/commits.rs"]
mod commits;
#[path = "hostile/content.rs"]
mod content;
#[path = "hostile/history.rs"]
mod history;
#[path = "vault/image.rs"]
mod image;
#[path = "vault/insider.rs"]
mod insider;
#[path = "hostile/keys.rs"]
mod keys;
#[path = "vault/liars.rs"]
mod liars;
#[path = "hostile/moved.rs"]
mod moved;
#[path = "vault/people.rs"]
mod people;
#[path = "hostile/rows.rs"]
mod rows;
#[path = "hostile/sizes.rs"]
mod sizes;
#[path = "vault/store.rs"]
mod store;
#[path = "hostile/table.rs"]
mod table;
#[path = "hostile/time.rs"]
mod time;
#[path = "hostile/void.rs"]
mod void;

use std::sync::Arc;

use insider::{Insider, chain_of, state_of};
use people::{Firm, admit, seen_by};
use privity::audit::body::{FirmRole, MatterRole};
use privity::store::{MemoryDevice, Storage};
use privity::vault::{AccessReason, DocumentInfo, Matter, NewDocument, Scope, Vault};
use privity::{ChainId, MatterId};

/// A firm with a lead, a member, an administrator who is a member as well and whose program is not
/// ours, and a document.
pub struct Scene {
    pub firm: Firm,
    pub member: Vault,
    pub members: Storage,
    pub insider: Insider,
    pub insiders: Vault,
    pub insiders_storage: Storage,
    pub matter: Matter,
    pub letter: DocumentInfo,
}

impl Scene {
    pub fn set_up() -> Self {
        Self::of(Firm::in_memory())
    }

    pub fn of(firm: Firm) -> Self {
        let device = || firm.shared.with_device(Arc::new(MemoryDevice::new()));
        let members = device();
        let member = firm.join_on(members.clone(), "M.", 1, &[]);
        let insiders_storage = device();
        let insiders = firm.join_on(insiders_storage.clone(), "I.", 2, &[FirmRole::Administrator]);
        let matter = firm.matter("One");
        admit(&matter, &member, MatterRole::Member);
        admit(&matter, &insiders, MatterRole::Member);
        let letter = seal(&matter, "letter", b"Dear Sirs");
        let insider = Insider::of(&insiders, &firm.shared);
        let scene = Self { firm, member, members, insider, insiders, insiders_storage, matter, letter };
        scene.goes_on();
        assert!(scene.firm.partner.verify(Scope::Firm, None).unwrap().is_clean());
        scene
    }

    pub fn chain(&self) -> ChainId {
        chain_of(self.matter.id())
    }

    pub fn ledger(&self) -> ChainId {
        ChainId::from_bytes(*self.firm.partner.firm().as_bytes())
    }

    pub fn directory(&self) -> ChainId {
        state_of(&self.firm.shared, &self.firm.partner).directory().unwrap()
    }

    pub fn chains(&self) -> Vec<ChainId> {
        let state = state_of(&self.firm.shared, &self.firm.partner);
        [self.ledger()].into_iter().chain(state.heads().map(|head| head.chain)).collect()
    }

    /// The firm works: everybody opens, seals and verifies.
    pub fn goes_on(&self) {
        for vault in [&self.firm.partner, &self.member] {
            let matter = seen_by(vault, &self.matter);
            assert_eq!(open(&matter, &self.letter), b"Dear Sirs");
            let after = seal(&matter, "after", b"goes on");
            assert_eq!(open(&matter, &after), b"goes on");
        }
    }
}

pub fn seal(matter: &Matter, name: &str, content: &[u8]) -> DocumentInfo {
    matter.seal_bytes(NewDocument::new(name).unwrap(), content).unwrap()
}

pub fn open(matter: &Matter, document: &DocumentInfo) -> Vec<u8> {
    matter.open_bytes(document.id, AccessReason::none()).unwrap()
}

pub fn matter_id(chain: ChainId) -> MatterId {
    MatterId::from_bytes(*chain.as_bytes())
}
