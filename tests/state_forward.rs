//! Keeping a state and going on, trying out a commit: over the history of `firm.json`.

mod common;
#[path = "vectors_firm/describe.rs"]
mod describe;
#[path = "vectors_firm/source.rs"]
mod source;
#[path = "common/vectors.rs"]
mod vectors;

use std::collections::BTreeSet;

use privity::audit::anchor::AnchorBody;
use privity::state::{Follow, Source as _, State, Trust};
use privity::testing::kind::ChainType;
use privity::testing::record::Record;
use privity::{ChainId, DeviceId};
use source::{Store, size_of};

fn history() -> Option<Store> {
    let firm = vectors::json("privity/firm.json")?;
    let history = vectors::items(&firm, "cases").iter().find(|case| case["name"] == "history").unwrap();
    Some(Store::of(&history["in"], &history["in"], &[]))
}

fn trust(store: &Store) -> Trust {
    Trust { firm: store.firm(), genesis: store.genesis() }
}

fn ledger(store: &Store) -> ChainId {
    ChainId::from_bytes(*store.firm().as_bytes())
}

#[test]
fn a_state_that_was_kept_goes_on_as_one_that_was_not() {
    let Some(store) = history() else { return };
    let mut whole = State::new(trust(&store), Follow::All);
    let mut kept = State::new(trust(&store), Follow::All);
    for note in &store.checkpoints {
        whole.advance(&store, note.as_bytes()).unwrap();
        kept = State::load(trust(&store), &kept.save()).unwrap();
        kept.advance(&store, note.as_bytes()).unwrap();
        assert_eq!(kept.save(), whole.save(), "size {}", size_of(note));
        assert_eq!(describe::describe(&kept, &store), describe::describe(&whole, &store));
    }
    let mut at_once = State::new(trust(&store), Follow::All);
    at_once.advance(&store, store.checkpoints.last().unwrap().as_bytes()).unwrap();
    assert_eq!(at_once.save(), whole.save());
}

#[test]
fn a_kept_state_is_of_one_trust_and_whole() {
    let Some(store) = history() else { return };
    let mut state = State::new(trust(&store), Follow::All);
    state.advance(&store, store.checkpoints.last().unwrap().as_bytes()).unwrap();
    let bytes = state.save();
    let other = Trust { genesis: privity::Hash([7; 32]), ..trust(&store) };
    assert_eq!(State::load(other, &bytes).unwrap_err().code(), "other-firm");
    for cut in (0..bytes.len()).step_by(97) {
        State::load(trust(&store), &bytes[..cut]).unwrap_err();
    }
}

#[test]
fn every_commit_of_the_history_is_what_preparing_it_foretells() {
    let Some(store) = history() else { return };
    let mut state = State::begin(trust(&store), &store.ledger[0]).unwrap();
    for note in &store.checkpoints {
        let index = usize::try_from(state.ledger_size()).unwrap();
        let anchor = Record::parse(&store.ledger[index], ChainType::Ledger).unwrap();
        let body = AnchorBody::parse(anchor.payload().body, ledger(&store)).unwrap();
        let grown: Vec<_> = body
            .grown()
            .iter()
            .map(|head| {
                let from = state.head(head.chain).map_or(0, |head| head.size);
                (head.chain, store.leaves(head.chain, from, head.size).unwrap())
            })
            .collect();
        let before = state.save();
        let prepared = state.prepare(&grown, anchor.payload().author).unwrap();
        assert_eq!(prepared.body, body);
        assert_eq!(prepared.reported, []);
        assert_eq!(state.save(), before);
        state.advance(&store, note.as_bytes()).unwrap();
    }
}

#[test]
fn a_commit_that_would_be_void_or_by_nobody_active_is_not_prepared() {
    let Some(store) = history() else { return };
    let mut state = State::new(trust(&store), Follow::All);
    state.advance(&store, store.checkpoints.last().unwrap().as_bytes()).unwrap();
    let active = state.devices().find(|device| device.is_active()).unwrap().id;
    let revoked = state.devices().find(|device| !device.is_active()).unwrap().id;
    let matter = state.matters().next().unwrap().chain();
    let junk = [(matter, vec![b"junk".to_vec()])];
    assert_eq!(state.prepare(&junk, active).unwrap_err().code(), "record-refused");
    let again = [(matter, store.leaves(matter, 1, 2).unwrap())];
    assert_eq!(state.prepare(&again, revoked).unwrap_err().code(), "device-not-active");
    assert_eq!(state.prepare(&again, DeviceId::from_bytes([9; 16])).unwrap_err().code(), "device-not-active");
    assert_eq!(state.prepare(&again, active).unwrap().reported.len(), 1);
    assert_eq!(state.prepare(&[], active).unwrap_err().code(), "field");
    assert_eq!(state.prepare(&[(matter, vec![])], active).unwrap_err().code(), "field");
}

#[test]
fn of_matters_that_are_not_followed_the_heads_are() {
    let Some(mut store) = history() else { return };
    let mut whole = State::new(trust(&store), Follow::All);
    let last = store.checkpoints.last().unwrap().clone();
    whole.advance(&store, last.as_bytes()).unwrap();
    let (one, two) = (whole.matters().next().unwrap().chain(), whole.matters().nth(1).unwrap().chain());
    store.chains.get_mut(&vectors::hex(two.as_bytes())).unwrap().clear();
    let mut some = State::new(trust(&store), Follow::Only(BTreeSet::from([one])));
    some.advance(&store, last.as_bytes()).unwrap();
    assert!(some.heads().eq(whole.heads()));
    assert_eq!(some.matters().count(), 1);
    assert!(some.frontier(two).is_none() && some.frontier(one).is_some());
    let kept = State::load(trust(&store), &some.save()).unwrap();
    assert_eq!(kept.save(), some.save());
}
