//! Rules of the fold that the shared vectors leave open, and what a refusal says.

#[path = "state_scale/firm.rs"]
#[allow(dead_code)] // Another program measures with it.
mod firm;

use std::num::NonZeroU64;

use firm::Firm;
use privity::audit::body::{Body, List, Padding, Policy};
use privity::envelope::Profile;
use privity::state::{Failure, Follow, State};
use privity::{ChainId, DeviceId};

const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);

fn policy(version: u64) -> Body {
    Body::Policy(Policy {
        version: NonZeroU64::new(version).unwrap(),
        cosigners: 2,
        freshness: 86_400,
        profiles: List::new(vec![Profile::ChaCha]).unwrap(),
        padding: Padding::Padme,
    })
}

#[test]
fn a_policy_follows_the_one_before() {
    let mut firm = Firm::new();
    let directory = firm.state.directory().unwrap();
    assert_eq!(firm.state.policy(), None);
    assert_eq!(firm.commit(vec![(directory, DEVICE, policy(1))]), []);
    let reported = firm.commit(vec![(directory, DEVICE, policy(3)), (directory, DEVICE, policy(2))]);
    assert_eq!(reported.iter().map(|leaf| leaf.why.name()).collect::<Vec<_>>(), ["policy version"]);
    assert_eq!(firm.state.findings().reported, reported);
    assert_eq!(firm.state.policy().unwrap().version.get(), 2);
}

#[test]
fn bytes_that_were_changed_are_refused_with_their_place() {
    let mut firm = Firm::new();
    let matter = firm.open();
    firm.seal(matter, 2, 1);
    let last = firm.state.ledger_size() - 1;
    let refused = |firm: &Firm| {
        let mut state = State::new(firm.trust, Follow::All);
        state.advance(firm, firm.checkpoint.as_bytes()).unwrap_err()
    };
    let place = |error: &privity::Error| {
        *std::error::Error::source(error).and_then(|source| source.downcast_ref::<Failure>()).unwrap()
    };

    firm.chains.get_mut(&matter).unwrap().last_mut().unwrap()[100] ^= 1;
    let error = refused(&firm);
    assert_eq!(error.code(), "firm-tampered");
    assert_eq!(place(&error), Failure { ledger_index: last, chain: Some(matter), committer: Some(DEVICE) });

    firm.chains.get_mut(&matter).unwrap().pop();
    let error = refused(&firm);
    assert_eq!(error.code(), "store-incomplete");
    assert_eq!(place(&error).chain, Some(matter));

    let ledger = ChainId::from_bytes(*firm.trust.firm.as_bytes());
    firm.chains.get_mut(&ledger).unwrap().pop();
    assert_eq!(refused(&firm).code(), "store-incomplete");
}

#[test]
fn documents_are_paged_by_their_newest_versions() {
    let mut firm = Firm::new();
    let chain = firm.open();
    firm.seal(chain, 3, 7);
    let matter = firm.state.matter(privity::MatterId::from_bytes(*chain.as_bytes())).unwrap();
    let all: Vec<_> = matter.document_versions().map(|document| document.document).collect();
    assert_eq!(all.len(), 21);
    let mut paged = Vec::new();
    loop {
        let page = matter.documents(paged.last().copied(), 4);
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 4);
        paged.extend(page.iter().map(|document| document.document));
    }
    assert_eq!(paged, all);
    let newest = matter.document(all[3]).unwrap();
    assert_eq!(matter.document_version(all[3], 1), Some(newest));
    assert_eq!(matter.document_version(all[3], 2), None);
}
